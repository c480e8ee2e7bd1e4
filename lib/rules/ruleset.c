#include "rules/ruleset.h"

#include "base/limits.h"
#include "base/memory.h"
#include "rules/alias.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 64 /* pairs of institution and code that one term is found under */

/* A packed rule: `size` bytes of the store from `at`. */
struct packed {
    uint64_t at;
    uint32_t size;
};

/* A rule and one of the keys it is found under; sorted by key. */
struct found {
    uint64_t key;
    uint32_t rule;
};

struct page {
    Cbank__V1__RuleSetPage *message;
    struct page *next;
};

struct cbi_ruleset {
    struct page *pages; /* those with more than rules, in their order */
    struct page *last;
    const Cbank__V1__Group **groups;
    const Cbank__V1__Cap **caps;
    uint32_t group_count, cap_count;
    cbi_aliases institutions;
    cbi_aliases codes;
    cbank_buffer bytes;
    struct packed *rules;
    uint32_t rule_count, rule_room;
    struct found *index;
    uint32_t index_count, index_room;
    Cbank__V1__DateRule date_rule;
    Cbank__V1__PartialDates partial_dates;
    cbi_reference *reference;
    char *id; /* of the publication; NULL: not stated */
    uint32_t edition, effective_from, effective_until;
};

cbank_status cbi_ruleset_new(cbi_ruleset **out, cbank_error *err)
{
    return cbi_alloc(1, sizeof(**out), out, err);
}

void cbi_ruleset_free(cbi_ruleset *ruleset)
{
    if (ruleset == NULL)
        return;
    while (ruleset->pages != NULL) {
        struct page *page = ruleset->pages;

        ruleset->pages = page->next;
        cbi_message_free(page->message);
        cbi_free(page);
    }
    cbi_reference_free(ruleset->reference);
    cbi_free(ruleset->id);
    cbi_free(ruleset->groups);
    cbi_free(ruleset->caps);
    cbi_aliases_clear(&ruleset->institutions);
    cbi_aliases_clear(&ruleset->codes);
    cbank_buffer_clear(&ruleset->bytes);
    cbi_free(ruleset->rules);
    cbi_free(ruleset->index);
    cbi_free(ruleset);
}

/* A hash of the pair; two pairs that share one only make a candidate too many. */
static uint64_t key_of(const char *institution, const char *code)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (const char *c = institution; *c != '\0'; c++)
        hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
    hash = (hash ^ 0xff) * 0x100000001b3u;
    for (const char *c = code; *c != '\0'; c++)
        hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

static cbank_status add_key(cbi_ruleset *ruleset, uint64_t key, uint32_t rule, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (ruleset->index_count > 0 && ruleset->index[ruleset->index_count - 1].rule == rule &&
        ruleset->index[ruleset->index_count - 1].key == key)
        return CBANK_OK;
    CBI_TRY(cbi_grow(&ruleset->index, sizeof(*ruleset->index), ruleset->index_count,
                     &ruleset->index_room, UINT32_MAX / 2, err));
    ruleset->index[ruleset->index_count++] = (struct found){key, rule};
done:
    return status;
}

/* Under every pair that the first layer allows, or under one half alone if these are too many. */
static cbank_status add_selector(cbi_ruleset *ruleset, const Cbank__V1__Selector *selector,
                                 uint32_t rule, cbank_error *err)
{
    static char nothing[] = "";
    static char *any[] = {nothing};
    cbank_status status = CBANK_OK;
    const Cbank__V1__Conditions *want =
        selector == NULL || selector->n_layers == 0 ? NULL : selector->layers[0];
    size_t institutions = want == NULL ? 0 : want->n_institutions;
    size_t codes = want == NULL ? 0 : want->n_codes;

    if (institutions * codes > KEYS_MAX && codes <= institutions)
        institutions = 0;
    else if (institutions * codes > KEYS_MAX)
        codes = 0;
    for (size_t i = 0; i < (institutions == 0 ? 1 : institutions); i++)
        for (size_t k = 0; k < (codes == 0 ? 1 : codes); k++)
            CBI_TRY(add_key(ruleset,
                            key_of(institutions == 0 ? any[0] : want->institutions[i],
                                   codes == 0 ? any[0] : want->codes[k]),
                            rule, err));
done:
    return status;
}

/* The term's place behind its whole subtree. */
static size_t skip_term(const Cbank__V1__Rule *rule, size_t at)
{
    size_t due = 1;

    for (; due > 0 && at < rule->n_source; at++)
        due = due - 1 + rule->source[at]->children;
    return at;
}

/*
 * A rule applies only to sets with a record that one of these terms selects: of terms that must
 * all hold the first one will do, of alternatives each is one.
 */
static cbank_status add_term(cbi_ruleset *ruleset, const Cbank__V1__Rule *message, size_t at,
                             unsigned depth, uint32_t rule, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__Term *term;
    size_t child = at + 1;

    if (depth > CBI_NESTING_MAX || at >= message->n_source)
        return cbi_fail(err, CBI_REASON_RULE_SOURCE, at, message->id, NULL);
    term = message->source[at];
    if (term->kind == CBANK__V1__TERM_KIND__TERM_KIND_SELECT)
        return add_selector(ruleset, term->select, rule, err);
    for (uint32_t i = 0; i < term->children; i++) {
        CBI_TRY(add_term(ruleset, message, child, depth + 1, rule, err));
        if (term->kind == CBANK__V1__TERM_KIND__TERM_KIND_ALL)
            break;
        child = skip_term(message, child);
    }
done:
    return status;
}

static cbank_status add_rule(cbi_ruleset *ruleset, const Cbank__V1__Rule *message,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct packed packed = {.at = ruleset->bytes.size};

    if (ruleset->rule_count == CBI_RULES_MAX)
        return cbi_fail(err, CBI_REASON_PLAN_TOO_LARGE, CBI_RULES_MAX, "rules", NULL);
    CBI_TRY(cbi_grow(&ruleset->rules, sizeof(*ruleset->rules), ruleset->rule_count,
                     &ruleset->rule_room, CBI_RULES_MAX, err));
    CBI_TRY(cbi_message_pack(message, &ruleset->bytes, err));
    packed.size = (uint32_t)(ruleset->bytes.size - packed.at);
    CBI_TRY(add_term(ruleset, message, 0, 1, ruleset->rule_count, err));
    ruleset->rules[ruleset->rule_count++] = packed;
done:
    return status;
}

cbank_status cbi_ruleset_add(cbi_ruleset *ruleset, cbi_bytes bytes, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    Cbank__V1__RuleSetPage *message = NULL;
    struct page *page = NULL;

    CBI_TRY(cbi_message_parse(&cbank__v1__rule_set_page__descriptor, bytes, &message, err));
    for (size_t i = 0; i < message->n_rules; i++)
        CBI_TRY(add_rule(ruleset, message->rules[i], err));
    if (message->n_groups + message->n_caps + message->n_aliases +
            message->n_institution_groups == 0)
        goto done;
    CBI_TRY(cbi_alloc(1, sizeof(*page), &page, err));
    page->message = message;
    message = NULL;
    if (ruleset->last == NULL)
        ruleset->pages = page;
    else
        ruleset->last->next = page;
    ruleset->last = page;
done:
    cbi_message_free(message);
    return status;
}

static int compare_found(const void *left, const void *right)
{
    const struct found *a = left;
    const struct found *b = right;

    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->rule < b->rule ? -1 : a->rule > b->rule;
}

static cbank_status collect_names(cbi_ruleset *ruleset, const Cbank__V1__RuleSetPage *page,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < page->n_institution_groups; i++)
        for (size_t k = 0; k < page->institution_groups[i]->n_institutions; k++)
            CBI_TRY(cbi_aliases_add(&ruleset->institutions,
                                    page->institution_groups[i]->institutions[k],
                                    page->institution_groups[i]->id, err));
    for (size_t i = 0; i < page->n_aliases; i++)
        for (size_t k = 0; k < page->aliases[i]->n_codes; k++)
            CBI_TRY(cbi_aliases_add(&ruleset->codes, page->aliases[i]->codes[k],
                                    page->aliases[i]->id, err));
done:
    return status;
}

cbank_status cbi_ruleset_finish(cbi_ruleset *ruleset, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t groups = 0;
    size_t caps = 0;

    for (const struct page *page = ruleset->pages; page != NULL; page = page->next) {
        groups += page->message->n_groups;
        caps += page->message->n_caps;
    }
    if (caps > CBI_CAPS_MAX)
        return cbi_fail(err, CBI_REASON_PLAN_TOO_LARGE, CBI_CAPS_MAX, "caps", NULL);
    CBI_TRY(cbi_alloc(groups, sizeof(*ruleset->groups), &ruleset->groups, err));
    CBI_TRY(cbi_alloc(caps, sizeof(*ruleset->caps), &ruleset->caps, err));
    for (const struct page *page = ruleset->pages; page != NULL; page = page->next) {
        for (size_t i = 0; i < page->message->n_groups; i++)
            ruleset->groups[ruleset->group_count++] = page->message->groups[i];
        for (size_t i = 0; i < page->message->n_caps; i++)
            ruleset->caps[ruleset->cap_count++] = page->message->caps[i];
        CBI_TRY(collect_names(ruleset, page->message, err));
    }
    cbi_aliases_sort(&ruleset->institutions);
    cbi_aliases_sort(&ruleset->codes);
    if (ruleset->index_count > 0)
        qsort(ruleset->index, ruleset->index_count, sizeof(*ruleset->index), compare_found);
done:
    return status;
}

void cbi_ruleset_date(cbi_ruleset *ruleset, Cbank__V1__DateRule rule,
                      Cbank__V1__PartialDates partial)
{
    ruleset->date_rule = rule;
    ruleset->partial_dates = partial;
}

cbank_status cbi_ruleset_head(cbi_ruleset *ruleset, const Cbank__V1__PublicationHead *head,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(strlen(head->id) + 1, 1, &ruleset->id, err));
    memcpy(ruleset->id, head->id, strlen(head->id) + 1);
    ruleset->edition = head->edition;
    ruleset->effective_from = head->effective_from;
    ruleset->effective_until = head->effective_until;
    cbi_ruleset_date(ruleset, head->date_rule, head->partial_dates);
done:
    return status;
}

static bool has_day(const cbi_ruleset *ruleset, uint32_t day)
{
    return ruleset->effective_from <= day &&
           (ruleset->effective_until == 0 || day <= ruleset->effective_until);
}

bool cbi_ruleset_speaks(const cbi_ruleset *ruleset, const cbi_ruleset *const *all, uint32_t count,
                        uint32_t day)
{
    if (ruleset->id == NULL || (ruleset->date_rule != CBANK__V1__DATE_RULE__DATE_RULE_AWARD &&
                                ruleset->date_rule != CBANK__V1__DATE_RULE__DATE_RULE_ASSESSMENT))
        return true;
    for (uint32_t i = 0; i < count; i++)
        if (all[i]->id != NULL && strcmp(all[i]->id, ruleset->id) == 0 &&
            all[i]->edition > ruleset->edition && has_day(all[i], day))
            return false;
    return has_day(ruleset, day);
}

Cbank__V1__DateRule cbi_ruleset_date_rule(const cbi_ruleset *ruleset)
{
    return ruleset->date_rule;
}

Cbank__V1__PartialDates cbi_ruleset_partial_dates(const cbi_ruleset *ruleset)
{
    return ruleset->partial_dates;
}

void cbi_ruleset_refer(cbi_ruleset *ruleset, cbi_reference *reference)
{
    cbi_reference_free(ruleset->reference);
    ruleset->reference = reference;
}

const cbi_reference *cbi_ruleset_reference(const cbi_ruleset *ruleset)
{
    return ruleset->reference;
}

uint32_t cbi_ruleset_rules(const cbi_ruleset *ruleset)
{
    return ruleset->rule_count;
}

cbank_status cbi_ruleset_rule(const cbi_ruleset *ruleset, uint32_t index, Cbank__V1__Rule **out,
                              cbank_error *err)
{
    const struct packed *packed = &ruleset->rules[index];

    return cbi_message_parse(&cbank__v1__rule__descriptor,
                             cbi_bytes_of(ruleset->bytes.data + packed->at, packed->size), out,
                             err);
}

uint32_t cbi_ruleset_groups(const cbi_ruleset *ruleset)
{
    return ruleset->group_count;
}

const Cbank__V1__Group *cbi_ruleset_group(const cbi_ruleset *ruleset, uint32_t index)
{
    return ruleset->groups[index];
}

uint32_t cbi_ruleset_caps(const cbi_ruleset *ruleset)
{
    return ruleset->cap_count;
}

const Cbank__V1__Cap *cbi_ruleset_cap(const cbi_ruleset *ruleset, uint32_t index)
{
    return ruleset->caps[index];
}

static cbank_status find_key(const cbi_ruleset *ruleset, uint64_t key, cbi_candidates *out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t low = 0;
    uint32_t high = ruleset->index_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (ruleset->index[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < ruleset->index_count && ruleset->index[low].key == key; low++) {
        CBI_TRY(cbi_grow(&out->items, sizeof(*out->items), out->count, &out->room,
                         UINT32_MAX / 2, err));
        out->items[out->count++] = ruleset->index[low].rule;
    }
done:
    return status;
}

/* What a record may be called: its own institution or code, and "@set" of all that hold it. */
struct titles {
    const char *sets[CBI_ALIASES_FOUND_MAX];
    uint32_t count;
};

static void find_institutions(const cbi_ruleset *ruleset, const cbi_fact *fact,
                              struct titles *titles)
{
    const Cbank__V1__Awarder *by = fact->record->awarded_by;

    titles->count = 0;
    if (by != NULL && by->institution[0] != '\0')
        cbi_aliases_find(&ruleset->institutions, by->institution, titles->sets, &titles->count,
                         CBI_ALIASES_FOUND_MAX);
}

static void find_codes(const cbi_ruleset *ruleset, const cbi_fact *fact, struct titles *titles)
{
    const Cbank__V1__Awarder *by = fact->record->awarded_by;
    char own[CBI_INSTITUTION_CODE_MAX + CBI_TEXT_MAX + 2];

    titles->count = 0;
    if (fact->record->code[0] == '\0')
        return;
    cbi_aliases_find(&ruleset->codes, fact->record->code, titles->sets, &titles->count,
                     CBI_ALIASES_FOUND_MAX);
    snprintf(own, sizeof(own), "%s %s", by == NULL ? "" : by->institution, fact->record->code);
    cbi_aliases_find(&ruleset->codes, own, titles->sets, &titles->count, CBI_ALIASES_FOUND_MAX);
}

static bool has(const struct titles *titles, const char *set)
{
    for (uint32_t i = 0; i < titles->count; i++)
        if (strcmp(titles->sets[i], set) == 0)
            return true;
    return false;
}

bool cbi_ruleset_group_has(const cbi_ruleset *ruleset, const char *group, const cbi_fact *fact)
{
    struct titles titles;

    find_institutions(ruleset, fact, &titles);
    return has(&titles, group);
}

bool cbi_ruleset_alias_has(const cbi_ruleset *ruleset, const char *set, const cbi_fact *fact)
{
    struct titles titles;

    find_codes(ruleset, fact, &titles);
    return has(&titles, set);
}

/* The n-th of a record's names: none, its own, then its sets; NULL behind the last. */
static const char *title_at(const struct titles *titles, const char *own, uint32_t n,
                            char name[CBI_ID_MAX + 2])
{
    if (n == 0)
        return "";
    if (n == 1)
        return own[0] != '\0' ? own : NULL;
    if (n - 2 >= titles->count)
        return NULL;
    snprintf(name, CBI_ID_MAX + 2, "@%s", titles->sets[n - 2]);
    return name;
}

cbank_status cbi_ruleset_find(const cbi_ruleset *ruleset, const cbi_fact *fact,
                              cbi_candidates *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__CreditRecord *record = fact->record;
    const char *institution = record->awarded_by == NULL ? "" : record->awarded_by->institution;
    struct titles institutions;
    struct titles codes;

    find_institutions(ruleset, fact, &institutions);
    find_codes(ruleset, fact, &codes);
    for (uint32_t i = 0;; i++) {
        char first[CBI_ID_MAX + 2];
        const char *by = title_at(&institutions, institution, i, first);

        for (uint32_t k = 0; by != NULL; k++) {
            char second[CBI_ID_MAX + 2];
            const char *code = title_at(&codes, record->code, k, second);

            if (code == NULL)
                break;
            CBI_TRY(find_key(ruleset, key_of(by, code), out, err));
        }
        if (by == NULL)
            break;
    }
done:
    return status;
}
