/* Entries of catalogues: the one that holds on the day, of the institution, and no guess. */
#include "rules/reference.h"

#include <criterion/criterion.h>

static cbi_reference *reference;
static cbank_error err;

static void ok(cbank_status status)
{
    cr_assert_eq(status, CBANK_OK, "%s %s", cbi_reason_word((cbi_reason)err.reason), err.object);
}

#define TEXT(text) cbi_message_string(text)

static const struct {
    const char *code, *institution, *type;
    uint32_t from, until;
    int64_t level; /* tells them apart */
} rows[] = {
    {"A", "", "course", 0, 20191231, 1},
    {"A", "", "course", 20200101, 0, 2},
    {"A", "", "certificate", 0, 0, 3},
    {"B", "", "course", 0, 0, 4},
    {"B", "PXU", "course", 0, 0, 5},
    {"B", "PXU", "course", 20210101, 0, 6},
    {"C", "JXU", "course", 0, 0, 7},
    {"C", "PXU", "course", 0, 0, 8},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* The rows in two pages, from the last to the first. */
static void add_page(size_t from, size_t until)
{
    static Cbank__V1__CatalogueEntry entries[ROWS], *list[ROWS];
    Cbank__V1__CataloguePage page = CBANK__V1__CATALOGUE_PAGE__INIT;
    cbank_buffer bytes = {0};

    for (size_t i = from; i > until; i--) {
        Cbank__V1__CatalogueEntry *entry = &entries[i - 1];

        cbank__v1__catalogue_entry__init(entry);
        entry->code = TEXT(rows[i - 1].code);
        entry->institution = TEXT(rows[i - 1].institution);
        entry->type = TEXT(rows[i - 1].type);
        entry->from = rows[i - 1].from;
        entry->until = rows[i - 1].until;
        entry->level_milli = rows[i - 1].level;
        list[page.n_entries++] = entry;
    }
    page.entries = list;
    ok(cbi_message_pack(&page, &bytes, &err));
    ok(cbi_reference_add(reference, cbi_bytes_of_buffer(&bytes), &err));
    cbank_buffer_clear(&bytes);
}

static void begin(void)
{
    Cbank__V1__PublicationRef ref = CBANK__V1__PUBLICATION_REF__INIT;

    ref.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_CATALOGUE;
    ref.id = TEXT("list");
    ref.edition = 1;
    ok(cbi_reference_new(&reference, &err));
    ok(cbi_reference_begin(reference, &ref, &err));
    add_page(ROWS, 3);
    add_page(3, 0);
    ok(cbi_reference_finish(reference, &err));
}

static void end(void)
{
    cbi_reference_free(reference);
}

TestSuite(reference, .init = begin, .fini = end);

static int64_t find(const char *code, const char *type, const char *institution, uint32_t day)
{
    const cbi_entry_key key = {code, type, institution, day};
    const Cbank__V1__CatalogueEntry *entry = cbi_reference_entry(reference, "list", &key);

    return entry == NULL ? 0 : entry->level_milli;
}

Test(reference, the_entry_of_the_day_is_meant)
{
    cr_expect_eq(find("A", "course", "PXU", 20191231), 1);
    cr_expect_eq(find("A", "course", "PXU", 20200101), 2);
    cr_expect_eq(find("A", "certificate", "PXU", 20200101), 3);
    cr_expect_eq(find("A", "contest", "PXU", 20200101), 0);
    cr_expect_eq(find("Z", "course", "PXU", 20200101), 0);
}

Test(reference, an_institutions_own_goes_before_one_that_is_nobodys)
{
    cr_expect_eq(find("B", "course", "JXU", 20220101), 4);
    cr_expect_eq(find("B", "course", "PXU", 20200101), 5);
    cr_expect_eq(find("B", "course", "PXU", 20220101), 6, "the one that began last");
    cr_expect_eq(find("C", "course", "NCU", 20220101), 0);
}

Test(reference, of_several_institutions_none_is_guessed)
{
    cr_expect_eq(find("C", "course", NULL, 20220101), 0);
    cr_expect_eq(find("B", NULL, NULL, 20220101), 0);
    cr_expect_eq(find("A", "course", NULL, 20220101), 2);
}

Test(reference, a_catalogue_is_known_by_its_id)
{
    const cbi_entry_key key = {"A", NULL, NULL, 20220101};

    cr_expect(cbi_reference_has_catalogue(reference, "list"));
    cr_expect_not(cbi_reference_has_catalogue(reference, "other"));
    cr_expect_not(cbi_reference_has_catalogue(NULL, "list"));
    cr_expect_null(cbi_reference_entry(reference, "other", &key));
    cr_expect_null(cbi_reference_entry(NULL, "list", &key));
}
