/* Items and pages: one content makes one sequence of pages, whatever order it was written in. */
#include "rules/content.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "rules/order.h"

#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name
#define RULES 2000u

static cbi_content content, other;
static cbank_buffer bytes, again;

static void end(void)
{
    cbi_content_clear(&content);
    cbi_content_clear(&other);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&again);
}

TestSuite(content, .fini = end);

/* Rule n of an institution and course that n names; every seventh asks for neither. */
static void add_rule(cbi_content *to, unsigned n)
{
    char id[32], institution[16], code[16];
    char *institutions[] = {institution}, *codes[] = {code};
    Cbank__V1__Conditions want = CBANK__V1__CONDITIONS__INIT;
    Cbank__V1__Conditions *layers[] = {&want};
    Cbank__V1__Selector select = CBANK__V1__SELECTOR__INIT;
    Cbank__V1__Term all = CBANK__V1__TERM__INIT, term = CBANK__V1__TERM__INIT;
    Cbank__V1__Term *terms[] = {&all, &term};
    Cbank__V1__Rule rule = CBANK__V1__RULE__INIT;

    snprintf(id, sizeof(id), "R%05u", n * 7919 % RULES);
    snprintf(institution, sizeof(institution), "I%02u", n % 13);
    snprintf(code, sizeof(code), "C%03u", n % 101);
    want.institutions = institutions;
    want.codes = codes;
    want.n_institutions = want.n_codes = n % 7 == 0 ? 0 : 1;
    select.layers = layers;
    select.n_layers = 1;
    term.kind = CBANK__V1__TERM_KIND__TERM_KIND_SELECT;
    term.select = &select;
    all.kind = CBANK__V1__TERM_KIND__TERM_KIND_ALL;
    all.children = 1;
    rule.id = id;
    rule.source = terms;
    rule.n_source = 2;
    cr_assert_eq(cbi_content_add(to, CBI_RULESET_RULES, &rule, (cbi_spot){1, {n, 1}}, NULL),
                 CBANK_OK);
}

static void add_alias(cbi_content *to, const char *id)
{
    Cbank__V1__AliasSet set = CBANK__V1__ALIAS_SET__INIT;

    set.id = cbi_message_string(id);
    cr_assert_eq(cbi_content_add(to, CBI_RULESET_ALIASES, &set, (cbi_spot){0}, NULL), CBANK_OK);
}

/* All pages, each behind its size. */
static unsigned pages(const cbi_content *of, cbank_buffer *out)
{
    cbi_content_cursor cursor = {0};
    cbank_buffer page = {0};
    unsigned count = 0;
    uint8_t size[4];

    for (;; count++) {
        cr_assert_eq(cbi_content_page(of, &cursor, &page, NULL), CBANK_OK);
        if (page.size == 0)
            break;
        cr_expect_leq(page.size, CBI_PUBLICATION_PAGE_MAX);
        cbi_put_u32(size, (uint32_t)page.size);
        cr_assert_eq(cbi_buffer_append(out, cbi_bytes_of(size, 4), NULL), CBANK_OK);
        cr_assert_eq(cbi_buffer_append(out, cbi_bytes_of_buffer(&page), NULL), CBANK_OK);
    }
    cbank_buffer_clear(&page);
    return count;
}

Test(content, the_same_rules_make_the_same_pages_in_whatever_order)
{
    cbi_bytes page;
    unsigned count;

    content.kind = other.kind = KIND(RULE_SET);
    for (unsigned n = 0; n < RULES; n++) {
        add_rule(&content, n);
        add_rule(&other, n * 1237 % RULES);
    }
    add_alias(&content, "b");
    add_alias(&content, "a");
    add_alias(&other, "a");
    add_alias(&other, "b");
    cr_assert_eq(cbi_content_sort(&content, NULL), CBANK_OK);
    cr_assert_eq(cbi_content_sort(&other, NULL), CBANK_OK);
    count = pages(&content, &bytes);
    cr_expect_gt(count, 1, "more than one page is looked at");
    cr_expect_eq(pages(&other, &again), count);
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&bytes), cbi_bytes_of_buffer(&again)));

    /* What reads the pages has the same items in the same order. */
    cbi_content_clear(&other);
    other.kind = KIND(RULE_SET);
    for (size_t at = 0; at < bytes.size; at += 4 + page.size) {
        page = cbi_bytes_of(bytes.data + at + 4, cbi_get_u32(bytes.data + at));
        cr_assert_eq(cbi_content_take(&other, page, NULL), CBANK_OK);
    }
    for (unsigned list = 1; list < CBI_CONTENT_LISTS; list++) {
        cr_assert_eq(other.lists[list].count, content.lists[list].count);
        for (uint32_t i = 0; i < other.lists[list].count; i++)
            cr_assert(cbi_bytes_equal(other.lists[list].list[i].bytes,
                                      content.lists[list].list[i].bytes));
    }
}

Test(content, rules_stand_by_institution_then_code_then_id)
{
    const cbi_items *rules = &content.lists[CBI_RULESET_RULES];
    cbi_rule_key before, key;

    content.kind = KIND(RULE_SET);
    for (unsigned n = 0; n < RULES; n++)
        add_rule(&content, n);
    cr_assert_eq(cbi_content_sort(&content, NULL), CBANK_OK);
    before = cbi_order_rule_key(rules->list[0].bytes);
    cr_expect_eq(before.institution.size, 0, "those that ask for none come first");
    for (uint32_t i = 1; i < rules->count; i++, before = key) {
        int order;

        key = cbi_order_rule_key(rules->list[i].bytes);
        order = cbi_bytes_compare(before.institution, key.institution);
        order = order != 0 ? order : cbi_bytes_compare(before.code, key.code);
        order = order != 0 ? order : cbi_bytes_compare(before.id, key.id);
        cr_assert_lt(order, 0);
    }
}

Test(content, pages_in_another_order_are_refused)
{
    cbi_content_cursor cursor = {0};
    cbank_buffer one = {0}, two = {0};
    cbank_error err = {0};

    content.kind = other.kind = KIND(RULE_SET);
    add_alias(&content, "b");
    cr_assert_eq(cbi_content_page(&content, &cursor, &one, NULL), CBANK_OK);
    cr_expect_eq(cbi_content_take(&other, cbi_bytes_of_buffer(&one), NULL), CBANK_OK);
    cbi_content_clear(&content);
    content.kind = KIND(RULE_SET);
    add_alias(&content, "a");
    cursor = (cbi_content_cursor){0};
    cr_assert_eq(cbi_content_page(&content, &cursor, &two, NULL), CBANK_OK);
    cr_expect_eq(cbi_content_take(&other, cbi_bytes_of_buffer(&two), &err), CBANK_E_INVALID);
    cr_expect_eq(err.reason, (int32_t)CBI_REASON_PAGE_ORDER);
    cr_expect_eq(cbi_content_take(&other, cbi_bytes_of(two.data, two.size - 1), NULL),
                 CBANK_E_MALFORMED);
    cbank_buffer_clear(&one);
    cbank_buffer_clear(&two);
}

Test(content, every_list_of_every_page_has_its_type_and_limit)
{
    for (int kind = 1; kind <= 6; kind++) {
        const ProtobufCMessageDescriptor *page = cbi_content_page_type(kind);

        cr_assert_not_null(page);
        for (unsigned i = 0; i < page->n_fields; i++) {
            unsigned list = page->fields[i].id;

            cr_expect_eq(cbi_content_item_type(kind, list), page->fields[i].descriptor);
            cr_expect_str_eq(cbi_content_list_name(kind, list), page->fields[i].name);
            cr_expect_gt(cbi_content_limit(kind, list), 0);
        }
        cr_expect_null(cbi_content_item_type(kind, page->n_fields + 1));
        cr_expect_not_null(cbi_content_item_type(kind, cbi_content_main_list(kind)));
    }
}

Test(content, one_item_too_many_is_refused)
{
    cbank_error err = {0};
    char id[16];

    content.kind = KIND(RULE_SET);
    for (unsigned n = 0; n <= CBI_GROUPS_MAX; n++) {
        Cbank__V1__Group group = CBANK__V1__GROUP__INIT;
        cbank_status wanted = n < CBI_GROUPS_MAX ? CBANK_OK : CBANK_E_INVALID;

        snprintf(id, sizeof(id), "g%u", n);
        group.id = id;
        cr_assert_eq(cbi_content_add(&content, CBI_RULESET_GROUPS, &group, (cbi_spot){0}, &err),
                     wanted, "%u", n);
    }
    cr_expect_str_eq(err.object, "groups");
}
