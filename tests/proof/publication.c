/* Published data under their authority's signature: what is made opens, and nothing else does. */
#include "proof/publication.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "proof/reseal.h"

static world *it;
static cbi_private *key, *stranger;

static void begin(cbi_suite suite)
{
    it = world_new(suite);
    key = world_new_key(it);
    stranger = world_new_key(it);
}

static void start(void)
{
    begin(CBI_SUITE_SHA256_ED25519);
}

static void end(void)
{
    cbi_private_free(key);
    cbi_private_free(stranger);
    world_free(it);
}

TestSuite(publication, .init = start, .fini = end);

static Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT;
static Cbank__V1__LangText *titles[] = {&title};

/* A head as an author writes it. */
static Cbank__V1__PublicationHead written(int kind)
{
    Cbank__V1__PublicationHead head = CBANK__V1__PUBLICATION_HEAD__INIT;

    title.lang = cbi_message_string("zh");
    title.value = cbi_message_string("转换规则");
    head.kind = (Cbank__V1__PublicationKind)kind;
    head.id = cbi_message_string("gd/credit-bank");
    head.edition = 3;
    head.authority = cbi_message_string("GDCB");
    head.title = titles;
    head.n_title = 1;
    head.standing = CBANK__V1__STANDING__STANDING_REFERENCE;
    head.effective_from = 20240901;
    head.date_rule = CBANK__V1__DATE_RULE__DATE_RULE_APPLICATION;
    head.partial_dates = CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_LAST_DAY;
    head.zone = cbi_message_string("+08:00");
    head.items = 2;
    return head;
}

/* A file of two pages. */
static cbank_buffer made(Cbank__V1__PublicationHead *head, const cbi_private *signer)
{
    cbi_publication_builder builder = {0};
    cbank_buffer file = {0};

    cr_assert_eq(cbi_publication_begin(it->suite, &builder, NULL), CBANK_OK);
    cr_assert_eq(cbi_publication_add(&builder, cbi_bytes_of_text("one"), NULL), CBANK_OK);
    cr_assert_eq(cbi_publication_add(&builder, cbi_bytes_of_text("two"), NULL), CBANK_OK);
    cr_assert_eq(cbi_publication_finish(&builder, head, signer, &file, NULL), CBANK_OK);
    cbi_publication_builder_clear(&builder);
    return file;
}

static cbank_status opened(cbi_bytes file, int kind, const cbi_private *signer)
{
    cbi_publication publication = {0};
    cbank_status status = cbi_publication_open(it->hasher, file, kind, &publication, NULL);

    if (status == CBANK_OK)
        status = cbi_publication_verify(it->hasher, &publication, cbi_private_public(signer),
                                        NULL);
    cbi_publication_clear(&publication);
    return status;
}

Test(publication, what_is_made_opens_in_both_suites_and_for_every_kind)
{
    end();
    for (size_t s = 0; s < WORLD_SUITES; s++) {
        begin(world_suites[s]);
        for (int kind = 1; kind <= 6; kind++) {
            Cbank__V1__PublicationHead head = written(kind);
            cbank_buffer file = made(&head, key);
            cbi_publication publication = {0};
            cbi_bytes page;

            cr_assert_eq(cbi_publication_open(it->hasher, cbi_bytes_of_buffer(&file), 0,
                                              &publication, NULL),
                         CBANK_OK);
            cr_expect_eq(cbi_publication_verify(it->hasher, &publication,
                                                cbi_private_public(key), NULL),
                         CBANK_OK);
            cr_expect_eq((int)publication.head->kind, kind);
            cr_expect_eq(publication.head->pages, 2);
            cr_expect(cbi_publication_next(&publication, &page) &&
                      cbi_bytes_equal(page, cbi_bytes_of_text("one")));
            cr_expect(cbi_publication_next(&publication, &page) &&
                      !cbi_publication_next(&publication, &page));
            cbi_publication_clear(&publication);
            cr_expect_eq(opened(cbi_bytes_of_buffer(&file), kind, key), CBANK_OK);
            cr_expect_eq(opened(cbi_bytes_of_buffer(&file), kind % 6 + 1, key),
                         CBANK_E_UNSUPPORTED, "another kind than expected");
            cr_expect_eq(opened(cbi_bytes_of_buffer(&file), kind, stranger),
                         CBANK_E_BAD_SIGNATURE);
            cbank_buffer_clear(&file);
        }
        if (s + 1 < WORLD_SUITES)
            end();
    }
}

Test(publication, its_id_names_no_key_and_binds_every_page)
{
    Cbank__V1__PublicationHead head = written(1);
    cbank_buffer ours = made(&head, key), theirs = made(&head, stranger);
    cbi_publication one = {0}, two = {0};
    cbi_hash id;

    cr_assert_eq(cbi_publication_open(it->hasher, cbi_bytes_of_buffer(&ours), 1, &one, NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_publication_open(it->hasher, cbi_bytes_of_buffer(&theirs), 1, &two, NULL),
                 CBANK_OK);
    cr_expect(cbi_hash_equal(&one.id, &two.id));
    cr_expect_eq(cbi_publication_head_id(it->hasher, one.head, &id, NULL), CBANK_OK);
    cr_expect(cbi_hash_equal(&one.id, &id));
    one.head->body_digest.data[0] ^= 1;
    cr_expect_eq(cbi_publication_head_id(it->hasher, one.head, &id, NULL), CBANK_OK);
    cr_expect_not(cbi_hash_equal(&one.id, &id));
    cbi_publication_clear(&one);
    cbi_publication_clear(&two);
    cbank_buffer_clear(&ours);
    cbank_buffer_clear(&theirs);
}

Test(publication, a_byte_that_was_changed_anywhere_is_noticed)
{
    Cbank__V1__PublicationHead head = written(1);
    cbank_buffer file = made(&head, key);

    for (size_t i = 0; i < file.size; i++) {
        file.data[i] ^= 1;
        cr_expect_neq(opened(cbi_bytes_of_buffer(&file), 0, key), CBANK_OK, "byte %zu", i);
        file.data[i] ^= 1;
    }
    for (size_t size = 0; size < file.size; size++)
        cr_expect_neq(opened(cbi_bytes_of(file.data, size), 0, key), CBANK_OK, "cut at %zu", size);
    cbank_buffer_clear(&file);
}

/* Changes the head as its own authority could, and opens the result. */
typedef void change(Cbank__V1__PublicationHead *head);

static cbank_status resealed(change *how, int kind)
{
    Cbank__V1__PublicationHead head = written(kind);
    cbank_buffer file = made(&head, key);
    char type[CBI_PUBLICATION_TYPE_MAX];
    const cbi_private *signer = key;
    cbank_status status;
    reseal sealed;

    cbi_publication_type(kind, type);
    reseal_open(&sealed, it, cbi_bytes_of_buffer(&file), type,
                &cbank__v1__publication_head__descriptor);
    how((Cbank__V1__PublicationHead *)sealed.head);
    status = opened(reseal_close(&sealed, &signer, 1), kind, key);
    cbank_buffer_clear(&file);
    return status;
}

static void as_it_was(Cbank__V1__PublicationHead *head) { (void)head; }
static void version(Cbank__V1__PublicationHead *head) { head->version = 2; }
static void kind(Cbank__V1__PublicationHead *head) { head->kind = 2; }
static void id(Cbank__V1__PublicationHead *head) { head->id = cbi_message_string("a b"); }
static void edition(Cbank__V1__PublicationHead *head) { head->edition = 0; }
static void authority(Cbank__V1__PublicationHead *head) { head->authority[0] = 'x'; }
static void titles_none(Cbank__V1__PublicationHead *head) { head->n_title = 0; }
static void title_lang(Cbank__V1__PublicationHead *head) { head->title[0]->lang[0] = '1'; }
static void standing(Cbank__V1__PublicationHead *head) { head->standing = 0; }
static void from(Cbank__V1__PublicationHead *head) { head->effective_from = 0; }
static void from_month(Cbank__V1__PublicationHead *head) { head->effective_from = 20240900; }
static void no_day(Cbank__V1__PublicationHead *head) { head->effective_from = 20240931; }
static void until(Cbank__V1__PublicationHead *head) { head->effective_until = 20240831; }
static void date_rule(Cbank__V1__PublicationHead *head) { head->date_rule = 0; }
static void partial(Cbank__V1__PublicationHead *head) { head->partial_dates = 0; }
static void zone(Cbank__V1__PublicationHead *head) { head->zone = cbi_message_string("+8:00"); }
static void zone_far(Cbank__V1__PublicationHead *head)
{
    head->zone = cbi_message_string("+14:30");
}
static void items(Cbank__V1__PublicationHead *head)
{
    head->items = CBI_PUBLICATION_ITEMS_MAX + 1;
}
static void pages_more(Cbank__V1__PublicationHead *head) { head->pages = 3; }
static void pages_less(Cbank__V1__PublicationHead *head) { head->pages = 1; }
static void pages_none(Cbank__V1__PublicationHead *head) { head->pages = 0; }

Test(publication, a_head_that_its_authority_signed_is_refused_for_its_values)
{
    static const struct {
        const char *what;
        change *how;
        cbank_status status;
    } cases[] = {
        {"version", version, CBANK_E_UNSUPPORTED},
        {"kind", kind, CBANK_E_MALFORMED},
        {"id", id, CBANK_E_MALFORMED},
        {"edition", edition, CBANK_E_MALFORMED},
        {"authority", authority, CBANK_E_MALFORMED},
        {"no title", titles_none, CBANK_E_MALFORMED},
        {"language", title_lang, CBANK_E_MALFORMED},
        {"standing", standing, CBANK_E_MALFORMED},
        {"no first day", from, CBANK_E_MALFORMED},
        {"a month", from_month, CBANK_E_MALFORMED},
        {"no day of the calendar", no_day, CBANK_E_MALFORMED},
        {"ends before it begins", until, CBANK_E_MALFORMED},
        {"date rule", date_rule, CBANK_E_MALFORMED},
        {"partial dates", partial, CBANK_E_MALFORMED},
        {"zone", zone, CBANK_E_MALFORMED},
        {"a zone that is nowhere", zone_far, CBANK_E_MALFORMED},
        {"items", items, CBANK_E_MALFORMED},
        {"a page too few", pages_more, CBANK_E_MALFORMED},
        {"a page too many", pages_less, CBANK_E_MALFORMED},
        {"no page", pages_none, CBANK_E_MALFORMED},
    };

    cr_expect_eq(resealed(as_it_was, 1), CBANK_OK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(resealed(cases[i].how, 1), cases[i].status, "%s", cases[i].what);
    cr_expect_eq(resealed(date_rule, 5), CBANK_OK, "units are named with their edition");
}

static Cbank__V1__PublicationRef *refs[65];

static void refer(Cbank__V1__PublicationHead *head, size_t count, bool same)
{
    static Cbank__V1__PublicationRef all[65];
    static char names[65][24];

    for (size_t i = 0; i < count; i++) {
        cbank__v1__publication_ref__init(&all[i]);
        snprintf(names[i], sizeof(names[i]), "u%zu", same ? 0 : i);
        all[i].kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_UNITS;
        all[i].id = names[i];
        all[i].edition = 1;
        refs[i] = &all[i];
    }
    head->uses = refs;
    head->n_uses = count;
}

static void uses_fit(Cbank__V1__PublicationHead *head) { refer(head, 64, false); }
static void uses_many(Cbank__V1__PublicationHead *head) { refer(head, 65, false); }
static void uses_twice(Cbank__V1__PublicationHead *head) { refer(head, 2, true); }
static void uses_open(Cbank__V1__PublicationHead *head)
{
    refer(head, 1, false);
    head->uses[0]->edition = 0;
}
static void uses_short(Cbank__V1__PublicationHead *head)
{
    refer(head, 1, false);
    head->uses[0]->digest = cbi_message_data(cbi_bytes_of_text("short"));
}

Test(publication, what_it_builds_on_is_named_once_and_with_an_edition)
{
    cr_expect_eq(resealed(uses_fit, 1), CBANK_OK);
    cr_expect_eq(resealed(uses_many, 1), CBANK_E_MALFORMED);
    cr_expect_eq(resealed(uses_twice, 1), CBANK_E_MALFORMED);
    cr_expect_eq(resealed(uses_open, 1), CBANK_E_MALFORMED);
    cr_expect_eq(resealed(uses_short, 1), CBANK_E_MALFORMED);
}

Test(publication, a_page_has_its_limit)
{
    static uint8_t large[CBI_PUBLICATION_PAGE_MAX + 1] = {1};
    Cbank__V1__PublicationHead head = written(1);
    cbi_publication_builder builder = {0};
    cbank_buffer file = {0};
    reseal sealed;

    cr_assert_eq(cbi_publication_begin(it->suite, &builder, NULL), CBANK_OK);
    cr_expect_eq(cbi_publication_add(&builder, cbi_bytes_of(large, sizeof(large)), NULL),
                 CBANK_E_TOO_LARGE);
    cr_expect_eq(cbi_publication_add(&builder, cbi_bytes_of(large, sizeof(large) - 1), NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_publication_finish(&builder, &head, key, &file, NULL), CBANK_OK);
    cr_expect_eq(opened(cbi_bytes_of_buffer(&file), 1, key), CBANK_OK);
    reseal_open(&sealed, it, cbi_bytes_of_buffer(&file),
                "application/vnd.cbank.ruleset.v1+protobuf",
                &cbank__v1__publication_head__descriptor);
    sealed.parts[0] = cbi_bytes_of(large, sizeof(large));
    cr_expect_eq(opened(reseal_close(&sealed, (const cbi_private *const[]){key}, 1), 1, key),
                 CBANK_E_TOO_LARGE);
    cbi_publication_builder_clear(&builder);
    cbank_buffer_clear(&file);
}
