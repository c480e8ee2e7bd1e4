/* Codes of institutions and recipients, and verification codes. */
#include "record/code.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#define ALPHABET "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

static cbank_error err;

static cbi_bytes text(const char *value)
{
    return cbi_bytes_of_text(value);
}

static cbi_verification code_of(unsigned seed)
{
    cbi_verification code;
    uint8_t random[8];

    cbi_put_u64(random, (seed + 1) * 0x9e3779b97f4a7c15ull);
    cbi_verification_make(random, &code);
    return code;
}

static bool valid(const cbi_verification *code)
{
    return cbi_verification_is_valid(text(code->text));
}

Test(code, an_institution_code_is_capital_ascii_and_may_be_an_organisations_own_number)
{
    static const char *const good[] = {"PXU", "A", "9", "4136010403", "91350100M000100Y43",
                                       "PXU.COLLEGE-2", "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"};
    static const char *const bad[] = {"",    "pxu",  ".PXU", "-PXU", "PX U",
                                      "P/U", "萍乡", "ＰＸＵ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456"};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        cr_expect(cbi_institution_code_is_valid(text(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect(!cbi_institution_code_is_valid(text(bad[i])), "%s", bad[i]);
    cr_expect(!cbi_institution_code_is_valid(cbi_bytes_of("PX\0U", 4)));
}

Test(code, a_recipient_is_a_code_or_anyone_and_no_code_can_be_taken_for_anyone)
{
    cr_expect(cbi_recipient_is_valid(text("PXU")));
    cr_expect(cbi_recipient_is_valid(text("anyone")));
    cr_expect(!cbi_recipient_is_valid(text("Anyone")));
    cr_expect(!cbi_recipient_is_valid(text("anyone ")));
    cr_expect(!cbi_recipient_is_valid(text("")));
    cr_expect(!cbi_institution_code_is_valid(text("anyone")));
}

Test(verification, a_code_has_twelve_characters_that_cannot_be_misread)
{
    for (unsigned seed = 0; seed < 1000; seed++) {
        cbi_verification code = code_of(seed);

        cr_assert_eq(strlen(code.text), CBI_VERIFICATION_SIZE);
        cr_assert_eq(strspn(code.text, ALPHABET), CBI_VERIFICATION_SIZE, "%s", code.text);
        cr_assert(valid(&code), "%s", code.text);
    }
}

Test(verification, other_random_bytes_make_another_code)
{
    cbi_verification zero;
    cbi_verification one;
    uint8_t random[8] = {0};

    cbi_verification_make(random, &zero);
    cr_expect_str_eq(zero.text, "AAAAAAAAAAAA");
    random[6] = 2; /* the last of the 55 bits that count */
    cbi_verification_make(random, &one);
    cr_expect_str_neq(zero.text, one.text);
}

Test(verification, every_wrong_character_and_every_swap_is_noticed)
{
    for (unsigned seed = 0; seed < 50; seed++) {
        cbi_verification code = code_of(seed);

        for (size_t i = 0; i < CBI_VERIFICATION_SIZE; i++) {
            cbi_verification wrong = code;

            for (const char *c = ALPHABET; *c != '\0'; c++) {
                wrong.text[i] = *c;
                cr_expect_eq(valid(&wrong), *c == code.text[i]);
            }
            for (size_t j = i + 1; j < CBI_VERIFICATION_SIZE; j++) {
                wrong = code;
                wrong.text[i] = code.text[j];
                wrong.text[j] = code.text[i];
                cr_expect_eq(valid(&wrong), code.text[i] == code.text[j], "%s", wrong.text);
            }
        }
    }
}

Test(verification, people_may_type_it_small_wide_and_in_groups)
{
    cbi_verification code = code_of(7);
    cbi_verification read;
    char typed[32];

    snprintf(typed, sizeof(typed), " %.4s-%.4s %.4s ", code.text, code.text + 4, code.text + 8);
    for (char *c = typed; *c != '\0'; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    cr_assert_eq(cbi_verification_parse(text(typed), &read, &err), CBANK_OK);
    cr_expect_str_eq(read.text, code.text);
}

Test(verification, each_mistake_has_its_reason)
{
    static const struct {
        const char *typed;
        cbi_reason reason;
    } wrong[] = {
        {"AAAA-AAAA-AAA", CBI_REASON_BAD_NUMBER_LENGTH},
        {"AAAA-AAAA-AAAA-A", CBI_REASON_BAD_NUMBER_LENGTH},
        {"AAAA-AAAA-AAA0", CBI_REASON_BAD_CHARACTERS},
        {"AAAA-AAAA-AAAI", CBI_REASON_BAD_CHARACTERS},
        {"AAAA-AAAA-AAAB", CBI_REASON_BAD_CHECK_DIGIT},
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cbi_verification read;

        cr_expect_eq(cbi_verification_parse(text(wrong[i].typed), &read, &err), CBANK_E_INVALID);
        cr_expect_eq(err.reason, (int32_t)wrong[i].reason, "%s", wrong[i].typed);
    }
}
