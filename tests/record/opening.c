/* What opens a holder commitment. */
#include "record/opening.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/limits.h"

static cbank_error err;
static cbi_identity document;
static uint8_t random_bytes[33];

static Cbank__V1__Opening sample(void)
{
    Cbank__V1__Opening opening;

    cbank__v1__opening__init(&opening);
    opening.random = cbi_message_data(cbi_bytes_of(random_bytes, 32));
    opening.document_type = cbi_message_string("cn-id");
    opening.number = cbi_message_string("440524188001010014");
    opening.name = cbi_message_string("钱大昕");
    return opening;
}

static void refused(const Cbank__V1__Opening *opening, cbi_reason reason)
{
    cr_expect_eq(cbi_opening_check(opening, &document, &err), CBANK_E_INVALID);
    cr_expect_eq(err.reason, (int32_t)reason, "%s", cbank_reason_name(err.reason));
}

Test(opening, holds_random_bytes_and_a_canonical_number_and_perhaps_a_name)
{
    Cbank__V1__Opening opening = sample();

    cr_expect_eq(cbi_opening_check(&opening, &document, &err), CBANK_OK);
    cr_expect_str_eq(document.type, opening.document_type);
    cr_expect_str_eq(document.number, opening.number);
    opening.name = cbi_message_string("");
    cr_expect_eq(cbi_opening_check(&opening, &document, &err), CBANK_OK);
}

Test(opening, random_bytes_are_thirty_two)
{
    Cbank__V1__Opening opening = sample();

    opening.random.len = 0;
    refused(&opening, CBI_REASON_FIELD_MISSING);
    opening.random.len = 31;
    refused(&opening, CBI_REASON_FIELD_SIZE);
    opening.random.len = 33;
    refused(&opening, CBI_REASON_FIELD_SIZE);
}

Test(opening, a_number_that_only_means_the_same_is_not_the_same)
{
    Cbank__V1__Opening opening = sample();

    opening.number = cbi_message_string("440524 18800101 0014");
    refused(&opening, CBI_REASON_NOT_CANONICAL);
    opening.number = cbi_message_string("360302000101001");
    refused(&opening, CBI_REASON_NOT_CANONICAL);
    opening.number = cbi_message_string("440524188001010015");
    refused(&opening, CBI_REASON_BAD_CHECK_DIGIT);
    opening.document_type = cbi_message_string("id");
    refused(&opening, CBI_REASON_DOCUMENT_TYPE);
}

Test(opening, a_name_is_clean_and_has_at_most_thirty_six_characters)
{
    Cbank__V1__Opening opening = sample();
    char name[3 * 37 + 1] = "";

    for (size_t i = 0; i < 36; i++)
        memcpy(name + 3 * i, "名", 3);
    opening.name = name;
    cr_expect_eq(cbi_opening_check(&opening, &document, &err), CBANK_OK);
    memcpy(name + 3 * 36, "名", 3);
    refused(&opening, CBI_REASON_FIELD_SIZE);
    opening.name = cbi_message_string("钱\xe2\x80\xae大昕"); /* right-to-left override */
    refused(&opening, CBI_REASON_BAD_UTF8);
}

Test(opening, wiped_it_says_nobody)
{
    uint8_t random[32] = {1, 2, 3};
    char number[] = "440524188001010014", name[] = "钱大昕";
    Cbank__V1__Opening opening = CBANK__V1__OPENING__INIT;

    cbi_opening_wipe(NULL);
    cbi_opening_wipe(&opening); /* its texts are not its own */
    opening.number = number;
    opening.name = name;
    opening.random = cbi_message_data(cbi_bytes_of(random, sizeof(random)));
    cbi_opening_wipe(&opening);
    for (size_t i = 0; i < sizeof(random); i++)
        cr_expect_eq(random[i], 0);
    for (size_t i = 0; i < sizeof(number); i++)
        cr_expect_eq(number[i], 0);
    for (size_t i = 0; i < sizeof(name); i++)
        cr_expect_eq(name[i], 0);
}
