#include "crypto/suite.h"

#include <criterion/criterion.h>

Test(suite, has_a_name_that_leads_back_to_it)
{
    cbi_suite suite;

    cr_assert_str_eq(cbi_suite_name(CBI_SUITE_SHA256_ED25519), "sha256-ed25519");
    cr_assert_str_eq(cbi_suite_name(CBI_SUITE_SM3_SM2), "sm3-sm2");
    cr_assert(cbi_suite_from_name(cbi_bytes_of_text("sha256-ed25519"), &suite));
    cr_assert(suite == CBI_SUITE_SHA256_ED25519);
    cr_assert(cbi_suite_from_name(cbi_bytes_of_text("sm3-sm2"), &suite));
    cr_assert(suite == CBI_SUITE_SM3_SM2);
}

Test(suite, is_not_found_under_another_name)
{
    static const char *const others[] = {"", "sm3", "SM3-SM2", "sm3-sm2 ", "sha256-ed2551"};
    cbi_suite suite;

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        cr_assert_not(cbi_suite_from_name(cbi_bytes_of_text(others[i]), &suite), "%s", others[i]);
}

Test(suite, is_refused_if_its_number_is_not_known)
{
    static const int numbers[] = {-1, 0, 3, 255};
    cbank_error err;

    cr_assert(cbi_suite_require(CBI_SUITE_SHA256_ED25519, NULL) == CBANK_OK);
    cr_assert(cbi_suite_require(CBI_SUITE_SM3_SM2, NULL) == CBANK_OK);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        cr_assert_not(cbi_suite_is_known(numbers[i]));
        cr_assert(cbi_suite_require(numbers[i], &err) == CBANK_E_UNSUPPORTED);
        cr_assert(err.reason == CBI_REASON_UNKNOWN_SUITE);
    }
    cr_assert_str_eq(cbi_suite_name((cbi_suite)3), "");
    cr_assert(cbi_suite_public_size((cbi_suite)3) == 0);
}

Test(suite, knows_how_long_its_public_keys_are)
{
    cr_assert(cbi_suite_public_size(CBI_SUITE_SHA256_ED25519) == 32);
    cr_assert(cbi_suite_public_size(CBI_SUITE_SM3_SM2) == 65);
}
