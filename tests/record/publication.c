/* Names of published data, as messages carry them and as people type them. */
#include "record/publication.h"

#include <criterion/criterion.h>

#include <string.h>

static cbank_error err;

Test(publication, every_kind_of_the_schema_has_a_word_and_the_word_leads_back)
{
    const ProtobufCEnumDescriptor *kinds = &cbank__v1__publication_kind__descriptor;

    for (unsigned i = 0; i < kinds->n_values; i++) {
        int kind = kinds->values[i].value;
        const char *word = cbi_publication_word(kind);

        cr_expect_eq(word == NULL, kind == 0);
        if (word != NULL)
            cr_expect_eq((int)cbi_publication_kind(cbi_bytes_of_text(word)), kind);
    }
    cr_expect_eq((int)cbi_publication_kind(cbi_bytes_of_text("rule")), 0);
    cr_expect_null(cbi_publication_word(99));
}

Test(publication, an_id_is_of_letters_digits_dots_hyphens_and_slashes_within)
{
    static const char *const good[] = {"gd-credit-bank", "CN/1x", "a", "0", "pxu/nursing.2022"};
    static const char *const bad[] = {"",   "/a", "a/", "a b", "a@1", "学分", "a_b", "a\n",
                                      "a+b", "/"};
    char longest[CBI_PUBLICATION_ID_MAX + 2];

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        cr_expect(cbi_publication_id_is_valid(cbi_bytes_of_text(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect(!cbi_publication_id_is_valid(cbi_bytes_of_text(bad[i])), "%s", bad[i]);
    memset(longest, 'x', sizeof(longest));
    cr_expect(cbi_publication_id_is_valid(cbi_bytes_of(longest, CBI_PUBLICATION_ID_MAX)));
    cr_expect(!cbi_publication_id_is_valid(cbi_bytes_of(longest, CBI_PUBLICATION_ID_MAX + 1)));
}

/* A rule set and a framework may have one id: their chains are two. */
Test(publication, the_chain_of_each_kind_has_an_id_of_its_own)
{
    char id[CBI_PUBLICATION_SUBJECT_MAX];

    cbi_publication_subject_id(1, "gd", id);
    cr_expect_str_eq(id, "ruleset/gd");
    cbi_publication_subject_id(2, "gd", id);
    cr_expect_str_eq(id, "framework/gd");
}

Test(publication, a_name_is_an_id_or_an_id_with_its_edition)
{
    static const struct {
        const char *name;
        const char *id;
        uint32_t edition;
    } names[] = {
        {"gd-credit-bank", "gd-credit-bank", 0},
        {"gd-credit-bank@3", "gd-credit-bank", 3},
        {"a/b@4294967295", "a/b", UINT32_MAX},
        {"a@0", NULL, 0},
        {"a@", NULL, 0},
        {"a@1@2", NULL, 0},
        {"@1", NULL, 0},
        {"a@-1", NULL, 0},
        {"a@4294967296", NULL, 0},
        {"a @1", NULL, 0},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char id[CBI_PUBLICATION_ID_MAX + 1] = "untouched";
        uint32_t edition = 77;
        cbank_status status = cbi_publication_name_parse(names[i].name, id, &edition, &err);

        if (names[i].id == NULL) {
            cr_expect_eq(status, CBANK_E_INVALID, "%s", names[i].name);
            cr_expect_eq(err.reason, CBI_REASON_PUBLICATION_NAME);
            cr_expect_str_eq(id, "untouched");
            continue;
        }
        cr_expect_eq(status, CBANK_OK, "%s", names[i].name);
        cr_expect_str_eq(id, names[i].id);
        cr_expect_eq(edition, names[i].edition);
    }
}

Test(publication, a_reference_is_exact_where_it_has_to_be)
{
    Cbank__V1__PublicationRef ref = CBANK__V1__PUBLICATION_REF__INIT;
    uint8_t digest[32] = {1};

    cr_expect_eq(cbi_publication_ref_check("uses", NULL, false, &err), CBANK_E_INVALID);
    cr_expect_eq(cbi_publication_ref_check("uses", &ref, false, &err), CBANK_E_INVALID);
    ref.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_UNITS;
    ref.id = cbi_message_string("cn-units");
    cr_expect_eq(cbi_publication_ref_check("uses", &ref, false, &err), CBANK_OK);
    cr_expect_eq(cbi_publication_ref_check("uses", &ref, true, &err), CBANK_E_INVALID);
    ref.edition = 1;
    cr_expect_eq(cbi_publication_ref_check("uses", &ref, true, &err), CBANK_E_INVALID);
    ref.digest = (ProtobufCBinaryData){31, digest};
    cr_expect_eq(cbi_publication_ref_check("uses", &ref, false, &err), CBANK_E_INVALID);
    ref.digest.len = 32;
    cr_expect_eq(cbi_publication_ref_check("uses", &ref, true, &err), CBANK_OK);
    cr_expect_str_eq(err.object, "uses");
}
