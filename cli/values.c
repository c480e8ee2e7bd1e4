#include "values.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY 86400
#define AMOUNT_DIGITS_MAX 12
#define HASH_BASE64 44

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Exactly `digits` digits at `*text`, which moves behind them. */
static bool take_digits(const char **text, int digits, int *out)
{
    int value = 0;

    for (int i = 0; i < digits; i++) {
        if (!isdigit((unsigned char)(*text)[i]))
            return false;
        value = 10 * value + ((*text)[i] - '0');
    }
    *text += digits;
    *out = value;
    return true;
}

static bool take_character(const char **text, char character)
{
    if (**text != character)
        return false;
    *text += 1;
    return true;
}

static bool is_day(int year, int month, int day)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month >= 1 && month <= 12 && day >= 1 &&
           day <= DAYS[month - 1] + (leap && month == 2);
}

bool value_date(const char *text, uint32_t *out)
{
    int year = 0;
    int month = 0;
    int day = 0;

    if (!take_digits(&text, 4, &year))
        return false;
    if (*text != '\0' && (!take_character(&text, '-') || !take_digits(&text, 2, &month)))
        return false;
    if (*text != '\0' && (!take_character(&text, '-') || !take_digits(&text, 2, &day)))
        return false;
    if (*text != '\0' || year == 0 || !is_day(year, month > 0 ? month : 1, day > 0 ? day : 1))
        return false;
    *out = (uint32_t)(10000 * year + 100 * month + day);
    return true;
}

/* "Z" or "+08:00" at the end, in seconds east. */
static bool take_zone(const char *text, int *out)
{
    int sign = *text == '-' ? -1 : 1;
    int hours;
    int minutes;

    if (strcmp(text, "Z") == 0) {
        *out = 0;
        return true;
    }
    if (*text != '+' && *text != '-')
        return false;
    text++;
    if (!take_digits(&text, 2, &hours) || !take_character(&text, ':') ||
        !take_digits(&text, 2, &minutes) || *text != '\0' || hours > 23 || minutes > 59)
        return false;
    *out = sign * (3600 * hours + 60 * minutes);
    return true;
}

bool value_time(const char *text, int64_t *out)
{
    struct tm parts = {0};
    int zone;

    if (!take_digits(&text, 4, &parts.tm_year) || !take_character(&text, '-') ||
        !take_digits(&text, 2, &parts.tm_mon) || !take_character(&text, '-') ||
        !take_digits(&text, 2, &parts.tm_mday) || !take_character(&text, 'T') ||
        !take_digits(&text, 2, &parts.tm_hour) || !take_character(&text, ':') ||
        !take_digits(&text, 2, &parts.tm_min) || !take_character(&text, ':') ||
        !take_digits(&text, 2, &parts.tm_sec) || !take_zone(text, &zone))
        return false;
    if (!is_day(parts.tm_year, parts.tm_mon, parts.tm_mday) || parts.tm_hour > 23 ||
        parts.tm_min > 59 || parts.tm_sec > 59)
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    *out = (int64_t)timegm(&parts) - zone;
    return true;
}

/* The moment at which a full date ends where the user is. */
static bool end_of_day(const char *text, int64_t *out)
{
    struct tm parts = {.tm_isdst = -1};
    uint32_t date;

    if (!value_date(text, &date) || date % 100 == 0)
        return false;
    parts.tm_year = (int)(date / 10000) - 1900;
    parts.tm_mon = (int)(date / 100 % 100) - 1;
    parts.tm_mday = (int)(date % 100) + 1;
    *out = mktime(&parts);
    return true;
}

bool value_expiry(const char *text, int64_t now, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    int64_t found = 0;

    if (digits > 0 && digits <= 5 && strcmp(text + digits, "d") == 0) {
        for (size_t i = 0; i < digits; i++)
            found = 10 * found + (text[i] - '0');
        found = now + DAY * found;
    } else if (!end_of_day(text, &found) && !value_time(text, &found)) {
        return false;
    }
    if (found <= now)
        return false;
    *out = found;
    return true;
}

bool value_milli(const char *text, int64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    size_t decimals = 0;
    int64_t value = 0;

    if (digits == 0 || digits > AMOUNT_DIGITS_MAX)
        return false;
    if (text[digits] == '.') {
        decimals = strspn(text + digits + 1, "0123456789");
        if (decimals == 0 || decimals > 3 || text[digits + 1 + decimals] != '\0')
            return false;
    } else if (text[digits] != '\0') {
        return false;
    }
    for (size_t i = 0; i < digits; i++)
        value = 10 * value + (text[i] - '0');
    for (size_t i = 0; i < 3; i++)
        value = 10 * value + (i < decimals ? text[digits + 1 + i] - '0' : 0);
    *out = value;
    return true;
}

bool value_u64(const char *text, uint64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    uint64_t value = 0;

    if (digits == 0 || digits > 19 || text[digits] != '\0')
        return false;
    for (size_t i = 0; i < digits; i++)
        value = 10 * value + (uint64_t)(text[i] - '0');
    *out = value;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool value_hex(const char *text, uint8_t *out, size_t size)
{
    if (strlen(text) != 2 * size || strspn(text, "0123456789abcdefABCDEF") != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
    return true;
}

bool value_hash(const char *text, size_t size, uint8_t out[VALUE_HASH])
{
    uint8_t found[VALUE_HASH + 1] = {0};
    uint32_t bits = 0;
    unsigned count = 0;
    size_t used = 0;

    if (size != HASH_BASE64 || text[HASH_BASE64 - 1] != '=')
        return false;
    for (size_t i = 0; i < HASH_BASE64 - 1; i++) {
        const char *place = text[i] != '\0' ? strchr(BASE64, text[i]) : NULL;

        if (place == NULL)
            return false;
        bits = bits << 6 | (uint32_t)(place - BASE64);
        count += 6;
        if (count >= 8) {
            count -= 8;
            found[used++] = (uint8_t)(bits >> count);
        }
    }
    if ((bits & ((1u << count) - 1)) != 0)
        return false;
    memcpy(out, found, VALUE_HASH);
    return true;
}

void value_format_date(uint32_t date, char out[VALUE_DATE_MAX])
{
    unsigned year = date / 10000 % 10000;

    if (date == 0)
        out[0] = '\0';
    else if (date / 100 % 100 == 0)
        snprintf(out, VALUE_DATE_MAX, "%04u", year);
    else if (date % 100 == 0)
        snprintf(out, VALUE_DATE_MAX, "%04u-%02u", year, date / 100 % 100);
    else
        snprintf(out, VALUE_DATE_MAX, "%04u-%02u-%02u", year, date / 100 % 100, date % 100);
}

void value_format_time(int64_t time, char out[VALUE_TIME_MAX])
{
    struct tm parts;
    time_t seconds = (time_t)time;

    if (time == 0 || gmtime_r(&seconds, &parts) == NULL ||
        strftime(out, VALUE_TIME_MAX, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        out[0] = '\0';
}

void value_format_milli(int64_t milli, char out[VALUE_MILLI_MAX])
{
    uint64_t size = milli < 0 ? 0 - (uint64_t)milli : (uint64_t)milli;
    int used = snprintf(out, VALUE_MILLI_MAX, "%s%llu.%03u", milli < 0 ? "-" : "",
                        (unsigned long long)(size / 1000), (unsigned)(size % 1000));

    while (out[used - 1] == '0')
        out[--used] = '\0';
    if (out[used - 1] == '.')
        out[--used] = '\0';
}

void value_format_hex(const uint8_t *data, size_t size, char *out)
{
    static const char DIGITS[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        out[2 * i] = DIGITS[data[i] >> 4];
        out[2 * i + 1] = DIGITS[data[i] & 15];
    }
    out[2 * size] = '\0';
}

void value_format_hash(const uint8_t data[VALUE_HASH], char *out)
{
    uint32_t bits = 0;
    unsigned count = 0;
    size_t used = 0;

    for (size_t i = 0; i < VALUE_HASH; i++) {
        bits = bits << 8 | data[i];
        for (count += 8; count >= 6; count -= 6)
            out[used++] = BASE64[bits >> (count - 6) & 63];
    }
    out[used++] = BASE64[bits << (6 - count) & 63];
    out[used++] = '=';
    out[used] = '\0';
}
