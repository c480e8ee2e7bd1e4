/* Identifiers of organisations, with the standards' own examples. */
#include "record/organisation.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "base/error.h"

#define USCC_ALPHABET "0123456789ABCDEFGHJKLMNPQRTUWXY"
#define EXAMPLE "91350100M000100Y43" /* the worked example of GB 32100-2015 */

static cbank_error err;

static bool uscc(const char *text)
{
    return cbi_uscc_is_valid(cbi_bytes_of_text(text));
}

static bool school(const char *text)
{
    return cbi_school_code_is_valid(cbi_bytes_of_text(text));
}

static cbank_status check(const char *scheme, const char *value)
{
    Cbank__V1__OrganisationId id;

    cbank__v1__organisation_id__init(&id);
    id.scheme = cbi_message_string(scheme);
    id.value = cbi_message_string(value);
    return cbi_organisation_id_check(&id, &err);
}

Test(uscc, the_example_of_the_standard_is_valid_and_its_misprints_are_not)
{
    cr_expect(uscc(EXAMPLE));
    cr_expect(!uscc("91350100M000100Y4Z"));
    cr_expect(!uscc("91310115MA1H8R7C6D"), "an example that circulates with a wrong check");
    cr_expect(!uscc("91350100m000100y43"));
    cr_expect(!uscc("91350100M000100Y4"));
    cr_expect(!uscc("91350100M000100Y433"));
    cr_expect(!uscc(""));
}

Test(uscc, every_wrong_character_is_noticed)
{
    for (size_t at = 0; at < strlen(EXAMPLE); at++) {
        char wrong[] = EXAMPLE;

        for (const char *c = USCC_ALPHABET "IOSVZ"; *c != '\0'; c++) {
            wrong[at] = *c;
            cr_expect_eq(uscc(wrong), *c == EXAMPLE[at], "%s", wrong);
        }
    }
}

Test(uscc, every_swap_of_neighbours_is_noticed)
{
    for (size_t at = 0; at + 1 < strlen(EXAMPLE); at++) {
        char wrong[] = EXAMPLE;

        wrong[at] = EXAMPLE[at + 1];
        wrong[at + 1] = EXAMPLE[at];
        cr_expect_eq(uscc(wrong), wrong[at] == wrong[at + 1], "%s", wrong);
    }
}

/* Two errors that mend the outer check character still break the organisation code's own. */
Test(uscc, the_organisation_code_inside_has_its_own_check)
{
    size_t mended = 0;

    for (const char *c = USCC_ALPHABET; *c != '\0'; c++) {
        char wrong[] = EXAMPLE;

        wrong[16] = *c; /* its check character */
        for (const char *last = USCC_ALPHABET; *last != '\0'; last++) {
            wrong[17] = *last;
            mended += uscc(wrong);
        }
    }
    cr_expect_eq(mended, 1, "only the example itself");
}

Test(school, a_school_code_has_a_type_a_province_and_a_serial)
{
    cr_expect(school("4136010403"));
    cr_expect(school("3636000001"));
    cr_expect(!school("413601040"));
    cr_expect(!school("41360104030"));
    cr_expect(!school("4136O10403"));
    cr_expect(!school("0136010403"), "no such type");
    cr_expect(!school("4138010403"), "no such province");
    cr_expect(!school(""));
}

#define ROR_ALPHABET "0123456789abcdefghjkmnpqrstvwxyz"

static bool ror(const char *text)
{
    return cbi_ror_is_valid(cbi_bytes_of_text(text));
}

/* Identifiers that the registry itself gives as examples, and of universities. */
Test(ror, published_identifiers_are_valid)
{
    static const char *const PUBLISHED[] = {"03yrm5c26", "05gq02987", "013cjyk83",
                                            "052gg0110", "03vek6s52", "02mhbdp94"};

    for (size_t i = 0; i < sizeof(PUBLISHED) / sizeof(PUBLISHED[0]); i++)
        cr_expect(ror(PUBLISHED[i]), "%s", PUBLISHED[i]);
    cr_expect(!ror("03YRM5C26"));
    cr_expect(!ror("03yrm5c2"));
    cr_expect(!ror(""));
}

Test(ror, every_wrong_character_and_every_swap_of_neighbours_is_noticed)
{
    static const char RIGHT[] = "05gq02987";

    for (size_t at = 0; at < strlen(RIGHT); at++) {
        char wrong[] = "05gq02987";

        for (const char *c = ROR_ALPHABET "ilou"; *c != '\0'; c++) {
            wrong[at] = *c;
            cr_expect_eq(ror(wrong), *c == RIGHT[at], "%s", wrong);
        }
        if (at + 1 == strlen(RIGHT))
            continue;
        wrong[at] = RIGHT[at + 1];
        wrong[at + 1] = RIGHT[at];
        cr_expect_eq(ror(wrong), RIGHT[at] == RIGHT[at + 1], "%s", wrong);
    }
}

Test(organisation, the_value_has_to_fit_the_schemes_that_have_a_check)
{
    cr_expect_eq(check("uscc", EXAMPLE), CBANK_OK);
    cr_expect_eq(check("school", "4136010403"), CBANK_OK);
    cr_expect_eq(check("schac", "text of another authority"), CBANK_OK);
    cr_expect_eq(check("local", "萍乡-07"), CBANK_OK);

    cr_expect_eq(check("uscc", "91350100M000100Y4Z"), CBANK_E_INVALID);
    cr_expect_str_eq(err.detail, "uscc");
    cr_expect_eq(check("ror", "03yrm5c26"), CBANK_OK);
    cr_expect_eq(check("ror", "03yrm5c27"), CBANK_E_INVALID);
    cr_expect_eq(check("school", EXAMPLE), CBANK_E_INVALID);
    cr_expect_eq(check("USCC", EXAMPLE), CBANK_E_INVALID, "a scheme is a small word");
    cr_expect_eq(check("", EXAMPLE), CBANK_E_INVALID);
    cr_expect_eq(check("local", ""), CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_FIELD_MISSING);
    cr_expect_eq(check("local", "line\nbreak"), CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_BAD_UTF8);
}

Test(organisation, a_list_holds_no_identifier_twice_and_at_most_sixteen)
{
    Cbank__V1__OrganisationId ids[17];
    Cbank__V1__OrganisationId *list[17];
    char values[17][8];

    for (size_t i = 0; i < 17; i++) {
        cbank__v1__organisation_id__init(&ids[i]);
        snprintf(values[i], sizeof(values[i]), "%zu", i);
        ids[i].scheme = cbi_message_string("local");
        ids[i].value = values[i];
        list[i] = &ids[i];
    }
    cr_expect_eq(cbi_organisation_ids_check(list, 0, &err), CBANK_OK);
    cr_expect_eq(cbi_organisation_ids_check(list, 16, &err), CBANK_OK);
    cr_expect_eq(cbi_organisation_ids_check(list, 17, &err), CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_FIELD_COUNT);
    ids[3].value = values[1];
    cr_expect_eq(cbi_organisation_ids_check(list, 4, &err), CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_FIELD_TWICE);
    cr_expect_eq(err.where, 3);
}
