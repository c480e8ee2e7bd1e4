#include "record/code.h"

#include "base/limits.h"
#include "record/typed.h"

#include <string.h>

static const char ALPHABET[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

bool cbi_institution_code_is_valid(cbi_bytes text)
{
    if (text.size == 0 || text.size > CBI_INSTITUTION_CODE_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        bool inner = i > 0 && (c == '.' || c == '-');

        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || inner))
            return false;
    }
    return true;
}

/* [a-z0-9.-]+(/[a-z0-9.-]+)+ */
static bool is_origin(cbi_bytes text)
{
    bool slash = false, empty = true;

    for (size_t i = 0; i < text.size; i++) {
        char c = (char)text.data[i];

        if (c == '/' && empty)
            return false;
        slash = slash || c == '/';
        empty = c == '/';
        if (c != '/' && c != '.' && c != '-' && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            return false;
    }
    return slash && !empty && text.size <= CBI_ORIGIN_MAX;
}

bool cbi_recipient_is_valid(cbi_bytes text)
{
    return cbi_institution_code_is_valid(text) || is_origin(text) ||
           cbi_bytes_equal(text, cbi_bytes_of_text(CBI_RECIPIENT_ANYONE));
}

/* Times x in GF(32) modulo x^5 + x^2 + 1, whose powers of x differ in all twelve places. */
static unsigned times_x(unsigned value)
{
    value <<= 1;
    return value & 32u ? value ^ 0x25u : value;
}

/* The polynomial with these coefficients, at x; zero for a whole code. False if not all are. */
static bool evaluate(const char *text, size_t count, unsigned *out)
{
    unsigned sum = 0;

    for (size_t i = 0; i < count; i++) {
        const char *place = text[i] != '\0' ? strchr(ALPHABET, text[i]) : NULL;

        if (place == NULL)
            return false;
        sum = times_x(sum) ^ (unsigned)(place - ALPHABET);
    }
    *out = sum;
    return true;
}

void cbi_verification_make(const uint8_t random[8], cbi_verification *out)
{
    uint64_t bits = cbi_get_u64(random);
    unsigned sum = 0;

    for (size_t i = 0; i < CBI_VERIFICATION_SIZE - 1; i++) {
        unsigned value = (unsigned)(bits >> 59);

        out->text[i] = ALPHABET[value];
        sum = times_x(sum) ^ value;
        bits <<= 5;
    }
    out->text[CBI_VERIFICATION_SIZE - 1] = ALPHABET[times_x(sum)];
    out->text[CBI_VERIFICATION_SIZE] = '\0';
}

bool cbi_verification_is_valid(cbi_bytes text)
{
    unsigned sum;

    return text.size == CBI_VERIFICATION_SIZE &&
           evaluate((const char *)text.data, text.size, &sum) && sum == 0;
}

cbank_status cbi_verification_parse(cbi_bytes typed, cbi_verification *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_verification squeezed;
    unsigned sum;

    CBI_TRY(cbi_typed_squeeze(typed, "code", squeezed.text, sizeof(squeezed.text), err));
    if (strlen(squeezed.text) != CBI_VERIFICATION_SIZE)
        return cbi_fail(err, CBI_REASON_BAD_NUMBER_LENGTH, 0, "code", "%zu",
                        strlen(squeezed.text));
    if (!evaluate(squeezed.text, CBI_VERIFICATION_SIZE, &sum))
        return cbi_fail(err, CBI_REASON_BAD_CHARACTERS,
                        strspn(squeezed.text, ALPHABET) + 1, "code", NULL);
    if (sum != 0)
        return cbi_fail(err, CBI_REASON_BAD_CHECK_DIGIT, 0, "code", NULL);
    *out = squeezed;
done:
    return status;
}
