#include "record/account.h"

#include "record/typed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGITS "0123456789"

/* ISO 7064 MOD 97-10: the whole number is 1 modulo 97. Its 16 digits fit 64 bits. */
static bool check_fits(const char *digits)
{
    uint64_t number = 0;

    for (size_t i = 0; i < CBI_ACCOUNT_SIZE; i++)
        number = number * 10 + (uint64_t)(digits[i] - '0');
    return number % 97 == 1;
}

cbank_status cbi_account_make(uint64_t counter, cbi_account *out, cbank_error *err)
{
    unsigned check;

    if (counter > CBI_ACCOUNT_COUNTER_MAX)
        return cbi_fail(err, CBI_REASON_ACCOUNTS_USED_UP, 0, NULL, NULL);
    check = 98 - (unsigned)(counter * 100 % 97);
    snprintf(out->digits, sizeof(out->digits), "%016" PRIu64, counter * 100 + check);
    return CBANK_OK;
}

bool cbi_account_is_valid(cbi_bytes text)
{
    const char *digits = (const char *)text.data;

    if (text.size != CBI_ACCOUNT_SIZE)
        return false;
    for (size_t i = 0; i < CBI_ACCOUNT_SIZE; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return false;
    }
    return check_fits(digits);
}

cbank_status cbi_account_parse(cbi_bytes typed, cbi_account *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_account squeezed;
    size_t size;
    size_t digits;

    CBI_TRY(cbi_typed_squeeze(typed, "account", squeezed.digits, sizeof(squeezed.digits), err));
    size = strlen(squeezed.digits);
    digits = strspn(squeezed.digits, DIGITS);
    if (digits != size)
        return cbi_fail(err, CBI_REASON_BAD_CHARACTERS, digits + 1, "account", NULL);
    if (size != CBI_ACCOUNT_SIZE)
        return cbi_fail(err, CBI_REASON_BAD_NUMBER_LENGTH, 0, "account", "%zu", size);
    if (!check_fits(squeezed.digits))
        return cbi_fail(err, CBI_REASON_BAD_CHECK_DIGIT, 0, "account", NULL);
    *out = squeezed;
done:
    return status;
}

void cbi_account_format(const cbi_account *account, char *out)
{
    const char *digits = account->digits;

    snprintf(out, CBI_ACCOUNT_DISPLAY_MAX, "%.4s-%.4s-%.4s-%.4s", digits, digits + 4, digits + 8,
             digits + 12);
}
