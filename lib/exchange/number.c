#include "exchange/number.h"

#include <stdio.h>
#include <string.h>

#define MEANT 15      /* digits of a binary fraction that mean something */
#define DIGITS_MAX 40 /* of a number that is read at all */
#define PLACES_MAX 30 /* zeros that are written out */

/* digits * 10^exponent, the digits without leading zeros. */
typedef struct decimal {
    bool negative;
    char digits[DIGITS_MAX + 1];
    int count;
    int exponent;
} decimal;

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool read_exponent(cbi_bytes text, size_t at, int *out)
{
    bool negative = false;
    int value = 0;

    if (at < text.size && (text.data[at] == '+' || text.data[at] == '-'))
        negative = text.data[at++] == '-';
    if (at == text.size)
        return false;
    for (; at < text.size; at++) {
        if (!is_digit(text.data[at]) || value > 999)
            return false;
        value = value * 10 + (text.data[at] - '0');
    }
    *out = negative ? -value : value;
    return true;
}

static bool read_decimal(cbi_bytes text, decimal *out)
{
    bool point = false, any = false;
    size_t at = 0;
    int exponent = 0;

    *out = (decimal){0};
    if (at < text.size && text.data[at] == '-')
        out->negative = text.data[at++] == '-';
    for (; at < text.size; at++) {
        uint8_t c = text.data[at];

        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(c))
            break;
        any = true;
        out->exponent -= point;
        if (out->count == 0 && c == '0')
            continue;
        if (out->count == DIGITS_MAX)
            return false;
        out->digits[out->count++] = (char)c;
    }
    if (!any || (at < text.size && text.data[at] != 'E' && text.data[at] != 'e'))
        return false;
    if (at < text.size && !read_exponent(text, at + 1, &exponent))
        return false;
    out->exponent += exponent;
    return true;
}

/* Rounds half up, then takes off the zeros at the end. */
static void round_decimal(decimal *number)
{
    if (number->count > MEANT) {
        bool up = number->digits[MEANT] >= '5';
        int at = MEANT;

        number->exponent += number->count - MEANT;
        number->count = MEANT;
        while (up && at > 0) {
            up = number->digits[--at] == '9';
            number->digits[at] = up ? '0' : (char)(number->digits[at] + 1);
        }
        if (up) { /* 99...9 has become 100...0 */
            number->digits[0] = '1';
            number->count = 1;
            number->exponent += MEANT;
        }
    }
    while (number->count > 0 && number->digits[number->count - 1] == '0') {
        number->count--;
        number->exponent++;
    }
}

static bool write_decimal(const decimal *number, char out[CBI_NUMBER_TEXT_MAX])
{
    int whole = number->count + number->exponent; /* digits before the point */
    size_t at = 0;

    if (number->count == 0) {
        memcpy(out, "0", 2);
        return true;
    }
    if (whole > PLACES_MAX || number->exponent < -PLACES_MAX)
        return false;
    if (number->negative)
        out[at++] = '-';
    if (whole <= 0)
        out[at++] = '0';
    for (int i = whole < 0 ? whole : 0; i < number->count || i < whole; i++) {
        if (i == whole || (i == (whole < 0 ? whole : 0) && whole <= 0))
            out[at++] = '.';
        out[at++] = i < 0 || i >= number->count ? '0' : number->digits[i];
    }
    out[at] = '\0';
    return true;
}

static bool is_whole(cbi_bytes text)
{
    size_t at = text.size > 0 && text.data[0] == '-';

    if (at == text.size || text.size >= CBI_NUMBER_TEXT_MAX)
        return false;
    while (at < text.size && is_digit(text.data[at]))
        at++;
    return at == text.size;
}

bool cbi_number_format(cbi_bytes text, char out[CBI_NUMBER_TEXT_MAX])
{
    decimal number;

    if (is_whole(text)) {
        memcpy(out, text.data, text.size);
        out[text.size] = '\0';
        return true;
    }
    if (!read_decimal(text, &number))
        return false;
    round_decimal(&number);
    return write_decimal(&number, out);
}

/* Days from 0000-03-01 as a date of the Gregorian calendar (years of 365.2425 days). */
static void write_day(int64_t days, char out[CBI_NUMBER_TEXT_MAX])
{
    int64_t era = days / 146097, day = days % 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t of_year = day - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;

    snprintf(out, CBI_NUMBER_TEXT_MAX, "%04d-%02d-%02d",
             (int)(era * 400 + year + (month >= 10 ? 1 : 0)),
             (int)(month < 10 ? month + 3 : month - 9), (int)(of_year - (153 * month + 2) / 5 + 1));
}

bool cbi_number_date(cbi_bytes text, bool from_1904, char out[CBI_NUMBER_TEXT_MAX])
{
    const int64_t day_1899_12_30 = 693899, day_1904_01_01 = 695361;
    int64_t serial = 0;
    size_t at = 0;

    while (at < text.size && is_digit(text.data[at]) && serial < 10000000)
        serial = serial * 10 + (text.data[at++] - '0');
    if (at == 0 || (at < text.size && text.data[at] != '.'))
        return false;
    if (!from_1904 && (serial < 1 || serial == 60)) /* 1900 is taken for a leap year there */
        return false;
    if (serial > 2958465)
        return false;
    if (from_1904)
        write_day(day_1904_01_01 + serial, out);
    else
        write_day(day_1899_12_30 + serial + (serial < 60 ? 1 : 0), out);
    return true;
}
