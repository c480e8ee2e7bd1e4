#include "exchange/damage.h"

#include <string.h>

#define DIGITS_KEPT 15u /* of a number, by every spreadsheet program */
#define DIGITS_MAX 20u  /* more are no quantity that a double could be taken for */
#define DOUBLE_BITS 53u

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(cbi_bytes text, size_t from)
{
    size_t at = from;

    while (at < text.size && is_digit(text.data[at]))
        at++;
    return at - from;
}

/* "4.40524E+17": digits, perhaps more behind a point, an exponent of two digits. */
static bool is_scientific(cbi_bytes text)
{
    size_t at = count_digits(text, 0);

    if (at == 0 || at > DIGITS_MAX)
        return false;
    if (at < text.size && text.data[at] == '.')
        at += 1 + count_digits(text, at + 1);
    if (at >= text.size || (text.data[at] != 'E' && text.data[at] != 'e'))
        return false;
    at++;
    if (at < text.size && text.data[at] == '+')
        at++;
    return count_digits(text, at) > 0 && at + count_digits(text, at) == text.size;
}

/* True if a double holds this number exactly, so that rounding may have made it. */
static bool fits_double(uint64_t value)
{
    unsigned bits = 0;

    while (bits < 64 && value >> bits != 0)
        bits++;
    return bits <= DOUBLE_BITS || value % ((uint64_t)1 << (bits - DOUBLE_BITS)) == 0;
}

/* All behind the fifteenth digit is zero. */
static bool is_cut_off(cbi_bytes digits)
{
    for (size_t i = DIGITS_KEPT; i < digits.size; i++) {
        if (digits.data[i] != '0')
            return false;
    }
    return true;
}

cbi_damage_sign cbi_damage_look(cbi_bytes number)
{
    uint64_t value = 0;

    if (is_scientific(number))
        return CBI_DAMAGE_CERTAIN;
    if (number.size <= DIGITS_KEPT || number.size >= DIGITS_MAX ||
        count_digits(number, 0) != number.size)
        return CBI_DAMAGE_NONE;
    for (size_t i = 0; i < number.size; i++)
        value = value * 10 + (number.data[i] - '0');
    return is_cut_off(number) || fits_double(value) ? CBI_DAMAGE_POSSIBLE : CBI_DAMAGE_NONE;
}

bool cbi_damage_add(cbi_damage *damage, cbi_bytes number, bool good, uint64_t row)
{
    cbi_damage_sign sign = cbi_damage_look(number);
    bool is_number = number.size > DIGITS_KEPT && count_digits(number, 0) == number.size;
    bool ruined = sign == CBI_DAMAGE_CERTAIN || (sign == CBI_DAMAGE_POSSIBLE && !good);

    damage->numbers += is_number || sign == CBI_DAMAGE_CERTAIN;
    damage->possible += sign == CBI_DAMAGE_POSSIBLE && good;
    damage->ruined += ruined;
    if (ruined && damage->first == 0)
        damage->first = row;
    return ruined;
}

bool cbi_damage_is_column(const cbi_damage *damage)
{
    return damage->ruined > 0 && 2 * (damage->ruined + damage->possible) >= damage->numbers;
}
