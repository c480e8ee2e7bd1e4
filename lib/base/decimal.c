#include "base/decimal.h"

#include <stdio.h>

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

bool cbi_milli_parse(cbi_bytes text, int64_t *out)
{
    size_t at = 0;
    bool negative = text.size > 0 && text.data[0] == '-';
    int64_t value = 0;
    int places = -1; /* decimals seen; -1 before the point */
    size_t digits = 0;

    if (negative)
        at++;
    for (; at < text.size; at++) {
        uint8_t c = text.data[at];

        if (c == '.' && places < 0 && digits > 0) {
            places = 0;
            continue;
        }
        if (!is_digit(c) || places == 3 || value > CBI_MILLI_MAX)
            return false;
        value = value * 10 + (c - '0');
        digits++;
        if (places >= 0)
            places++;
    }
    if (digits == 0 || places == 0)
        return false;
    for (int i = places < 0 ? 0 : places; i < 3; i++) {
        if (value > CBI_MILLI_MAX)
            return false;
        value *= 10;
    }
    if (value > CBI_MILLI_MAX)
        return false;
    *out = negative ? -value : value;
    return true;
}

void cbi_milli_format(int64_t milli, char *out)
{
    uint64_t size = milli < 0 ? 0 - (uint64_t)milli : (uint64_t)milli;
    unsigned rest = (unsigned)(size % 1000);
    int places = 3;

    while (places > 0 && rest % 10 == 0) {
        rest /= 10;
        places--;
    }
    if (places == 0)
        snprintf(out, CBI_MILLI_TEXT_MAX, "%s%llu", milli < 0 ? "-" : "",
                 (unsigned long long)(size / 1000));
    else
        snprintf(out, CBI_MILLI_TEXT_MAX, "%s%llu.%0*u", milli < 0 ? "-" : "",
                 (unsigned long long)(size / 1000), places, rest);
}

bool cbi_milli_add(int64_t a, int64_t b, int64_t *out)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}
