/*
 * Identity numbers: the published examples with birth years of the nineteenth century, and what
 * people and spreadsheets do to them.
 */
#include "record/identity.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#define STANDARD "440524188001010014" /* an example of GB 11643-1999 */

static cbank_error err;

static cbank_status normalise(const char *type, const char *number, cbi_identity *out)
{
    memset(&err, 0, sizeof(err));
    return cbi_identity_normalise(cbi_bytes_of_text(type), cbi_bytes_of_text(number), out, &err);
}

static void accepted(const char *type, const char *typed, const char *canonical)
{
    cbi_identity identity = {0};
    cbi_identity again = {0};

    cr_expect_eq(normalise(type, typed, &identity), CBANK_OK, "%s %s: %s %s", type, typed,
                 cbank_reason_name(err.reason), err.detail);
    cr_expect_str_eq(identity.number, canonical);
    cr_expect_str_eq(identity.type, type);
    cr_expect_eq(normalise(type, identity.number, &again), CBANK_OK);
    cr_expect_str_eq(again.number, canonical, "the canonical form is its own");
}

static void refused(const char *type, const char *typed, cbi_reason reason)
{
    cbi_identity identity = {0};

    cr_expect_eq(normalise(type, typed, &identity), CBANK_E_INVALID, "%s %s", type, typed);
    cr_expect_eq(err.reason, (int32_t)reason, "%s %s: %s", type, typed,
                 cbank_reason_name(err.reason));
    cr_expect_eq(identity.number[0], '\0', "nothing is handed out");
    cr_expect(strlen(typed) < 5 || strstr(err.object, typed) == NULL);
    cr_expect(strlen(typed) < 5 || strstr(err.detail, typed) == NULL);
}

/* Whatever the reason. */
static bool is_valid(const char *type, const char *number)
{
    cbi_identity identity = {0};

    return normalise(type, number, &identity) == CBANK_OK;
}

Test(citizen, the_published_numbers_are_valid)
{
    static const char *const numbers[] = {
        STANDARD,
        "360302190001010018", /* today's areas of 萍乡 */
        "360321190001010033",
        "362431190001010017", /* areas that were abolished in 1992 and 1997 */
        "360311190001010014",
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        accepted("cn-id", numbers[i], numbers[i]);
}

Test(citizen, birth_and_sex_are_read_from_the_number)
{
    cbi_identity identity = {0};

    cr_assert_eq(normalise("cn-id", STANDARD, &identity), CBANK_OK);
    cr_expect_eq(identity.born_on, 18800101);
    cr_expect_eq(identity.sex, CBI_SEX_MALE);
    cr_assert_eq(normalise("cn-id", "360302190001010026", &identity), CBANK_OK);
    cr_expect_eq(identity.born_on, 19000101);
    cr_expect_eq(identity.sex, CBI_SEX_FEMALE);
}

Test(citizen, what_people_type_has_one_canonical_form)
{
    accepted("cn-id", " 4405 2418 8001 0100 14 ", STANDARD);
    accepted("cn-id", "440524-18800101-0014", STANDARD);
    accepted("cn-id", "４４０５２４１８８００１０１００１４", STANDARD);
    accepted("cn-id", "\t" STANDARD, STANDARD);
    accepted("cn-id", "36030219000101019x", "36030219000101019X");
    accepted("cn-id", "36030219000101019Ｘ", "36030219000101019X");
    accepted("cn-id", "36030219000101019ｘ", "36030219000101019X");
}

Test(citizen, a_number_of_fifteen_digits_becomes_one_of_eighteen)
{
    accepted("cn-id", "360302000101001", "360302190001010018");
    accepted("cn-id", "362431000101001", "362431190001010017");
    refused("cn-id", "360302000230001", CBI_REASON_IMPOSSIBLE_DATE);
    refused("cn-id", "36030200010100X", CBI_REASON_BAD_CHARACTERS);
}

Test(citizen, each_mistake_has_its_reason)
{
    refused("cn-id", "", CBI_REASON_BAD_NUMBER_LENGTH);
    refused("cn-id", "44052418800101001", CBI_REASON_BAD_NUMBER_LENGTH);
    refused("cn-id", STANDARD "0", CBI_REASON_BAD_NUMBER_LENGTH);
    refused("cn-id", "4405241880O1010014", CBI_REASON_BAD_CHARACTERS);
    cr_expect_eq(err.where, 11);
    refused("cn-id", "44052418800101X014", CBI_REASON_BAD_CHARACTERS);
    refused("cn-id", "440524188001010015", CBI_REASON_BAD_CHECK_DIGIT);
    refused("cn-id", "360313190002290022", CBI_REASON_IMPOSSIBLE_DATE); /* its check is right */
    refused("cn-id", "36031319000000001X", CBI_REASON_IMPOSSIBLE_DATE);
    refused("cn-id", "990524188001010014", CBI_REASON_UNKNOWN_AREA);
    refused("cn-id", "160524188001010014", CBI_REASON_UNKNOWN_AREA);
    refused("cn-id", "萍乡", CBI_REASON_BAD_CHARACTERS);
    refused("cn-id", "E12345678", CBI_REASON_BAD_CHARACTERS);
    refused("cn-id", "44052418800101001X4", CBI_REASON_BAD_CHARACTERS);
    refused("cn-id", "\xff", CBI_REASON_BAD_UTF8);
    refused("cn-id", "440524\x01" "188001010014", CBI_REASON_BAD_UTF8);
}

Test(citizen, what_a_spreadsheet_did_is_told_from_a_typing_error)
{
    refused("cn-id", "4.40524E+17", CBI_REASON_SPREADSHEET_RUINED);
    refused("cn-id", "4.40524188001010e+17", CBI_REASON_SPREADSHEET_RUINED);
    refused("cn-id", "4E17", CBI_REASON_SPREADSHEET_RUINED);
    refused("cn-id", STANDARD ".0", CBI_REASON_SPREADSHEET_RUINED);
    refused("cn-id", "440524188001010000", CBI_REASON_SPREADSHEET_RUINED);
    /* The same number through a double: no zeros at its end, and no such day. */
    refused("cn-id", "440524188001009984", CBI_REASON_IMPOSSIBLE_DATE);
    /* Three zeros alone are no ruin: this one checks. */
    accepted("cn-id", "110101190001051000", "110101190001051000");
}

Test(citizen, every_wrong_digit_is_noticed)
{
    size_t tried = 0;

    for (size_t at = 0; at < strlen(STANDARD); at++) {
        char wrong[] = STANDARD;

        for (const char *c = "0123456789X"; *c != '\0'; c++) {
            if (*c == 'X' && at < 17)
                continue;
            wrong[at] = *c;
            cr_expect_eq(is_valid("cn-id", wrong), *c == STANDARD[at], "%s", wrong);
            tried++;
        }
    }
    cr_expect_eq(tried, 18 * 10 + 1);
}

Test(citizen, every_swap_of_neighbours_is_noticed)
{
    static const char *const numbers[] = {STANDARD, "362431190001010017", "36030219000101019X"};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        for (size_t at = 0; at < 17; at++) {
            char wrong[19];

            memcpy(wrong, numbers[i], sizeof(wrong));
            wrong[at] = numbers[i][at + 1];
            wrong[at + 1] = numbers[i][at];
            cr_expect_eq(is_valid("cn-id", wrong), wrong[at] == wrong[at + 1], "%s", wrong);
        }
    }
}

Test(citizen, every_province_is_known_and_no_other_two_digits_are)
{
    static const char provinces[] = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45"
                                    " 46 50 51 52 53 54 61 62 63 64 65 71 81 82 ";

    for (int area = 0; area < 100; area++) {
        char two[8];
        char number[32];
        bool valid = false;

        snprintf(two, sizeof(two), " %02d ", area);
        for (int check = 0; check <= 10 && !valid; check++) {
            snprintf(number, sizeof(number), "%02d010119000101001%c", area, "0123456789X"[check]);
            valid = is_valid("cn-id", number);
        }
        cr_expect_eq(valid, strstr(provinces, two) != NULL, "%02d", area);
    }
}

Test(residence, permits_of_hong_kong_macao_and_taiwan_are_told_by_their_area)
{
    cbi_identity identity = {0};

    accepted("cn-residence", "810000190001010018", "810000190001010018");
    accepted("cn-residence", "82000019000101001x", "82000019000101001X");
    accepted("cn-residence", "830000190001010011", "830000190001010011");
    refused("cn-residence", "810000190001010019", CBI_REASON_BAD_CHECK_DIGIT);
    refused("cn-residence", "840000190001010018", CBI_REASON_UNKNOWN_AREA);
    refused("cn-residence", "360302000101001", CBI_REASON_BAD_NUMBER_LENGTH);
    cr_assert_eq(normalise("cn-residence", "810000190001010018", &identity), CBANK_OK);
    cr_expect_eq(identity.born_on, 19000101);
    cr_expect_eq(identity.sex, CBI_SEX_MALE);
}

/* Type and number are what a person is found by: one number may not stand under two types. */
Test(residence, a_number_of_another_document_is_refused_with_the_right_type)
{
    refused("cn-id", "810000190001010018", CBI_REASON_OTHER_DOCUMENT_TYPE);
    cr_expect_str_eq(err.detail, "cn-residence");
    refused("cn-residence", STANDARD, CBI_REASON_OTHER_DOCUMENT_TYPE);
    cr_expect_str_eq(err.detail, "cn-id");
    refused("cn-permanent", STANDARD, CBI_REASON_OTHER_DOCUMENT_TYPE);
    cr_expect_str_eq(err.detail, "cn-id");
}

/* Completes seventeen digits by trying: exactly one of the eleven checks may fit. */
static size_t permanent_fitting(const char *digits, char *out)
{
    size_t fitting = 0;

    for (const char *c = "0123456789X"; *c != '\0'; c++) {
        char number[32];

        snprintf(number, sizeof(number), "%s%c", digits, *c);
        if (is_valid("cn-permanent", number)) {
            memcpy(out, number, 19);
            fitting++;
        }
    }
    return fitting;
}

Test(permanent, both_forms_are_valid_side_by_side)
{
    char number[32] = "";

    accepted("cn-permanent", "GBR360000010101", "GBR360000010101");
    accepted("cn-permanent", "gbr 3600 0001 0101", "GBR360000010101");
    cr_assert_eq(permanent_fitting("93682619000101001", number), 1);
    accepted("cn-permanent", number, number);
    refused("cn-id", number, CBI_REASON_OTHER_DOCUMENT_TYPE);
    cr_expect_str_eq(err.detail, "cn-permanent");
    number[17] = number[17] == '0' ? '1' : '0';
    refused("cn-permanent", number, CBI_REASON_BAD_CHECK_DIGIT);
}

Test(permanent, each_mistake_has_its_reason)
{
    refused("cn-permanent", "GB3600000101012", CBI_REASON_BAD_CHARACTERS);
    cr_expect_eq(err.where, 3);
    refused("cn-permanent", "GBRX60000010101", CBI_REASON_BAD_CHARACTERS);
    cr_expect_eq(err.where, 4);
    refused("cn-permanent", "GBR36000001010X", CBI_REASON_BAD_CHARACTERS);
    cr_expect_eq(err.where, 15);
    refused("cn-permanent", "GBR36000001010", CBI_REASON_BAD_NUMBER_LENGTH);
    refused("cn-permanent", "936826190001010000", CBI_REASON_SPREADSHEET_RUINED);
    refused("cn-permanent", "440524188001010015", CBI_REASON_BAD_CHARACTERS);
    cr_expect_eq(err.where, 1);
    refused("cn-permanent", "9368261900010100A1", CBI_REASON_BAD_CHARACTERS);
    cr_expect_eq(err.where, 17);
}

Test(passport, letters_and_digits_of_the_state_that_issued_it)
{
    accepted("passport/GBR", "123456789", "123456789");
    accepted("passport/CHN", "e 1234-5678", "E12345678");
    accepted("passport/KOR", "M1234", "M1234");
    accepted("passport/DEU", "12E4567", "12E4567");
    refused("passport/GBR", "1234", CBI_REASON_BAD_NUMBER_LENGTH);
    refused("passport/GBR", "1234567890", CBI_REASON_BAD_NUMBER_LENGTH);
    refused("passport/GBR", "12345/789", CBI_REASON_BAD_CHARACTERS);
    cr_expect_eq(err.where, 6);
    refused("passport/GBR", "1.2E+08", CBI_REASON_SPREADSHEET_RUINED);
}

Test(student, a_student_number_is_the_institutions_own_text)
{
    accepted("student/PXU", "20210001", "20210001");
    accepted("student/PXU", "  2021b-001 ", "2021b-001");
    accepted("student/PXU", "２０２１０００１", "20210001");
    accepted("student/PXU", "乙2021", "乙2021");
    accepted("student/PXU", "2021E15", "2021E15");
    refused("student/PXU", "2.0210001E+11", CBI_REASON_SPREADSHEET_RUINED);
    refused("student/PXU", "20210001.0", CBI_REASON_SPREADSHEET_RUINED);
    refused("student/PXU", "   ", CBI_REASON_BAD_NUMBER_LENGTH);
    refused("student/PXU", "0123456789012345678901234567890123456789012345678901234567890123X",
            CBI_REASON_BAD_NUMBER_LENGTH);
    refused("student/PXU", "2021\n0001", CBI_REASON_BAD_UTF8);
}

Test(document, only_the_listed_types_exist_and_in_one_spelling)
{
    static const char *const unknown[] = {
        "",            "CN-ID",       "cn-id ",    "passport",   "passport/",    "passport/GB",
        "passport/gbr", "passport/GBRX", "student/", "student/pxu", "student", "id",
    };

    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        refused(unknown[i], STANDARD, CBI_REASON_DOCUMENT_TYPE);
}

Test(mask, shows_at_most_the_last_four_and_nothing_of_what_is_short)
{
    static const struct {
        const char *number;
        const char *masked;
    } cases[] = {
        {STANDARD, "**************0014"},
        {"GBR360000010101", "***********0101"},
        {"E12345678", "*******78"},
        {"M1234", "*****"},
        {"1", "*"},
        {"学号二零二一甲", "*****一甲"},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char masked[CBI_NUMBER_MAX + 1];

        cbi_identity_mask(cases[i].number, masked);
        cr_expect_str_eq(masked, cases[i].masked);
    }
}

Test(holder, the_commitment_is_the_hash_of_its_length_prefixed_parts)
{
    static const char label[] = "cbank/v1/holder";
    uint8_t bytes[256];
    size_t size = 0;
    cbi_hasher *hasher = NULL;
    cbi_hash random;
    cbi_hash expected;
    cbi_hash commitment;
    cbi_bytes whole;

    memset(&random, 0x5a, sizeof(random));
    memcpy(bytes, label, sizeof(label)); /* with its zero */
    size += sizeof(label);
    memcpy(bytes + size, random.bytes, 32);
    size += 32;
    memcpy(bytes + size, "\0\0\0\5cn-id\0\0\0\22" STANDARD, 4 + 5 + 4 + 18);
    size += 4 + 5 + 4 + 18;
    whole = cbi_bytes_of(bytes, size);

    cr_assert_eq(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, &err), CBANK_OK);
    cr_assert_eq(cbi_digest_parts(hasher, &whole, 1, &expected, &err), CBANK_OK);
    cr_assert_eq(cbi_holder_commit(hasher, &random, cbi_bytes_of_text("cn-id"),
                                   cbi_bytes_of_text(STANDARD), &commitment, &err),
                 CBANK_OK);
    cr_expect(cbi_hash_equal(&commitment, &expected));
    cbi_hasher_free(hasher);
}

Test(holder, no_other_split_of_the_same_characters_opens_it)
{
    cbi_hasher *hasher = NULL;
    cbi_hash random = {{0}};
    cbi_hash one;
    cbi_hash two;

    cr_assert_eq(cbi_hasher_new(CBI_SUITE_SM3_SM2, &hasher, &err), CBANK_OK);
    cr_assert_eq(cbi_holder_commit(hasher, &random, cbi_bytes_of_text("student/PXU"),
                                   cbi_bytes_of_text("123"), &one, &err),
                 CBANK_OK);
    cr_assert_eq(cbi_holder_commit(hasher, &random, cbi_bytes_of_text("student/PXU1"),
                                   cbi_bytes_of_text("23"), &two, &err),
                 CBANK_OK);
    cr_expect(!cbi_hash_equal(&one, &two));
    cbi_hasher_free(hasher);
}
