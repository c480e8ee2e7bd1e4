/* What went wrong in a call, said to people. */
#include "records.h"

#include <criterion/criterion.h>

#include <string.h>

Test(error_text, says_in_both_languages_what_a_call_was_about_and_what_to_do)
{
    char message[512], remedy[512];
    cbank_bank *bank = NULL;
    cbank_key *key = NULL;
    cbank_error err;

    cr_assert_eq(cbank_bank_open("/nowhere/at/all", NULL, 0, &bank, &err), CBANK_E_NOT_FOUND);
    cbank_error_text(&err, "en", message, sizeof(message), remedy, sizeof(remedy));
    cr_expect_gt(strlen(message), 0);
    cr_expect_gt(strlen(remedy), 0);
    cr_expect_null(strchr(message, '{'), "%s", message);
    cbank_error_text(&err, "zh", message, sizeof(message), NULL, 0);
    cr_expect_not_null(strstr(message, "学分银行"), "%s", message);

    cr_assert_eq(cbank_key_new("md5", &key, &err), CBANK_E_UNSUPPORTED);
    cbank_error_text(&err, "en", message, sizeof(message), remedy, sizeof(remedy));
    cr_expect_not_null(strstr(message, "md5"), "%s", message);
    cbank_error_text(&err, "zh", message, sizeof(message), remedy, sizeof(remedy));
    cr_expect_not_null(strstr(message, "md5"), "%s", message);
}

Test(error_text, fits_whatever_room_there_is)
{
    char message[512], small[512];
    cbank_bank *bank = NULL;
    cbank_error err;

    cr_assert_eq(cbank_bank_open("/nowhere/at/all", NULL, 0, &bank, &err), CBANK_E_NOT_FOUND);
    cbank_error_text(&err, "zh", message, sizeof(message), NULL, 0);
    for (size_t size = 1; size <= strlen(message) + 1; size++) {
        memset(small, '#', sizeof(small));
        cbank_error_text(&err, "zh", small, size, NULL, 0);
        cr_expect_lt(strlen(small), size);
        cr_expect_eq(strncmp(small, message, strlen(small)), 0);
        cr_expect_neq((unsigned char)message[strlen(small)] & 0xc0, 0x80,
                      "cut within a character");
    }
}
