/* Account numbers. */
#include "record/account.h"

#include <criterion/criterion.h>

#include <string.h>

static cbank_error err;

static bool valid(const char *text)
{
    return cbi_account_is_valid(cbi_bytes_of_text(text));
}

/* A few counters from the whole range, as different from one another as can be. */
static uint64_t counter_of(unsigned i)
{
    return i * 3607 * 98764321ull % (CBI_ACCOUNT_COUNTER_MAX + 1);
}

Test(account, a_number_is_its_counter_and_two_digits_by_iso_7064_mod_97_10)
{
    static const struct {
        uint64_t counter;
        const char *digits;
    } known[] = {
        {0, "0000000000000098"},
        {1, "0000000000000195"},
        {96, "0000000000009604"},
        {97, "0000000000009798"},
        {12345678901234, "1234567890123428"},
        {99999999999999, "9999999999999939"},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        cbi_account account;

        cr_assert_eq(cbi_account_make(known[i].counter, &account, &err), CBANK_OK);
        cr_expect_str_eq(account.digits, known[i].digits);
        cr_expect(valid(account.digits));
    }
}

Test(account, numbers_sort_as_their_counters_do)
{
    cbi_account last;
    cbi_account next;

    cr_assert_eq(cbi_account_make(0, &last, &err), CBANK_OK);
    for (uint64_t counter = 1; counter < 100000; counter += 7) {
        cr_assert_eq(cbi_account_make(counter, &next, &err), CBANK_OK);
        cr_assert_lt(strcmp(last.digits, next.digits), 0);
        last = next;
    }
}

Test(account, after_the_last_counter_there_is_none)
{
    cbi_account account = {"untouched"};

    cr_expect_eq(cbi_account_make(CBI_ACCOUNT_COUNTER_MAX + 1, &account, &err), CBANK_E_FULL);
    cr_expect_str_eq(account.digits, "untouched");
}

Test(account, every_wrong_digit_and_every_swap_of_neighbours_is_noticed)
{
    size_t tried = 0;

    for (unsigned i = 1; i <= 200; i++) {
        cbi_account account;

        cr_assert_eq(cbi_account_make(counter_of(i), &account, &err), CBANK_OK);
        for (size_t at = 0; at < CBI_ACCOUNT_SIZE; at++) {
            cbi_account wrong = account;

            for (char digit = '0'; digit <= '9'; digit++) {
                wrong.digits[at] = digit;
                cr_expect_eq(valid(wrong.digits), digit == account.digits[at]);
                tried++;
            }
            wrong = account;
            if (at + 1 < CBI_ACCOUNT_SIZE && wrong.digits[at] != wrong.digits[at + 1]) {
                wrong.digits[at] = account.digits[at + 1];
                wrong.digits[at + 1] = account.digits[at];
                cr_expect(!valid(wrong.digits), "%s", wrong.digits);
            }
        }
    }
    cr_expect_eq(tried, 200 * 16 * 10);
}

Test(account, what_is_signed_has_one_form_only)
{
    cr_expect(valid("1234567890123428"));
    cr_expect(!valid(""));
    cr_expect(!valid("1234-5678-9012-3428"));
    cr_expect(!valid("123456789012342"));
    cr_expect(!valid("12345678901234280"));
    cr_expect(!valid("123456789012342 "));
    cr_expect(!valid("１234567890123428"));
}

Test(account, people_may_type_blanks_hyphens_and_wide_digits)
{
    static const char *const typed[] = {
        "1234567890123428",
        "1234-5678-9012-3428",
        " 1234 5678 9012 3428 ",
        "１２３４－５６７８－９０１２－３４２８",
        "1234　5678　9012　3428",
        "\t1234567890123428",
    };

    for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
        cbi_account account;

        cr_expect_eq(cbi_account_parse(cbi_bytes_of_text(typed[i]), &account, &err), CBANK_OK,
                     "%s", typed[i]);
        cr_expect_str_eq(account.digits, "1234567890123428");
    }
}

Test(account, each_mistake_has_its_reason_and_no_error_repeats_the_number)
{
    static const struct {
        const char *typed;
        cbi_reason reason;
    } wrong[] = {
        {"", CBI_REASON_BAD_NUMBER_LENGTH},
        {"1234 5678 9012 342", CBI_REASON_BAD_NUMBER_LENGTH},
        {"1234 5678 9012 3428 1", CBI_REASON_BAD_NUMBER_LENGTH},
        {"1234 5678 9O12 3428", CBI_REASON_BAD_CHARACTERS},
        {"1234 5678 9012 3429", CBI_REASON_BAD_CHECK_DIGIT},
        {"1234 5678 9012\n3428", CBI_REASON_BAD_UTF8},
        {"\xff\xfe", CBI_REASON_BAD_UTF8},
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cbi_account account = {"untouched"};

        cr_expect_eq(cbi_account_parse(cbi_bytes_of_text(wrong[i].typed), &account, &err),
                     CBANK_E_INVALID);
        cr_expect_eq(err.reason, (int32_t)wrong[i].reason, "%s", wrong[i].typed);
        cr_expect_str_eq(account.digits, "untouched");
        cr_expect_str_eq(err.object, "account");
        cr_expect_null(strstr(err.detail, "1234"));
    }
}

Test(account, a_number_is_shown_in_four_groups_and_read_back)
{
    cbi_account account;
    cbi_account again;
    char shown[CBI_ACCOUNT_DISPLAY_MAX];

    cr_assert_eq(cbi_account_make(12345678901234, &account, &err), CBANK_OK);
    cbi_account_format(&account, shown);
    cr_expect_str_eq(shown, "1234-5678-9012-3428");
    cr_assert_eq(cbi_account_parse(cbi_bytes_of_text(shown), &again, &err), CBANK_OK);
    cr_expect_str_eq(again.digits, account.digits);
}
