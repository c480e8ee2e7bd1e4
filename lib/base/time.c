#include "base/time.h"

#include <stdio.h>

#include "base/text.h"

static unsigned days_in_month(unsigned year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

/* Days since 1970-01-01 of a proleptic Gregorian date: years counted from March. */
static int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;

    *day = (unsigned)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (unsigned)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

bool cbi_date_is_valid(uint32_t date)
{
    unsigned year = date / 10000;
    unsigned month = date / 100 % 100;
    unsigned day = date % 100;

    if (year < 1800 || year > 2999 || month > 12)
        return false;
    if (month == 0)
        return day == 0;
    return day <= days_in_month(year, month);
}

/* Reads exactly `count` digits at `*at` and moves on. */
static bool read_digits(cbi_bytes text, size_t *at, size_t count, unsigned *out)
{
    unsigned value = 0;

    if (text.size - *at < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        uint8_t c = text.data[*at + i];

        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (unsigned)(c - '0');
    }
    *at += count;
    *out = value;
    return true;
}

static bool read_char(cbi_bytes text, size_t *at, char wanted)
{
    if (*at >= text.size || text.data[*at] != (uint8_t)wanted)
        return false;
    *at += 1;
    return true;
}

bool cbi_date_parse(cbi_bytes text, uint32_t *out)
{
    size_t at = 0;
    unsigned year = 0, month = 0, day = 0;
    uint32_t date;

    if (!read_digits(text, &at, 4, &year))
        return false;
    if (at < text.size) {
        if (!read_char(text, &at, '-') || !read_digits(text, &at, 2, &month) || month == 0)
            return false;
    }
    if (at < text.size) {
        if (!read_char(text, &at, '-') || !read_digits(text, &at, 2, &day) || day == 0)
            return false;
    }
    date = year * 10000 + month * 100 + day;
    if (at != text.size || !cbi_date_is_valid(date))
        return false;
    *out = date;
    return true;
}

void cbi_date_format(uint32_t date, char *out)
{
    unsigned year = date / 10000 % 10000;
    unsigned month = date / 100 % 100;
    unsigned day = date % 100;

    if (date == 0)
        out[0] = '\0';
    else if (month == 0)
        snprintf(out, CBI_DATE_TEXT_MAX, "%04u", year);
    else if (day == 0)
        snprintf(out, CBI_DATE_TEXT_MAX, "%04u-%02u", year, month);
    else
        snprintf(out, CBI_DATE_TEXT_MAX, "%04u-%02u-%02u", year, month, day);
}

int64_t cbi_date_begins(uint32_t date)
{
    return days_from_civil((int64_t)(date / 10000), date / 100 % 100, date % 100) * 86400;
}

uint32_t cbi_date_first(uint32_t date)
{
    if (date % 10000 == 0)
        return date + 101;
    return date % 100 == 0 ? date + 1 : date;
}

uint32_t cbi_date_last(uint32_t date)
{
    if (date % 10000 == 0)
        return date + 1231;
    return date % 100 == 0 ? date + days_in_month(date / 10000, date / 100 % 100) : date;
}

uint32_t cbi_date_before(uint32_t date)
{
    return cbi_date_of(cbi_date_begins(date) - 1);
}

uint32_t cbi_date_of(int64_t time)
{
    int64_t days = time / 86400 - (time % 86400 < 0), year;
    unsigned month, day;

    civil_from_days(days, &year, &month, &day);
    return (uint32_t)year * 10000 + month * 100 + day;
}

bool cbi_time_parse(cbi_bytes text, int64_t *out)
{
    size_t at = 0;
    unsigned year, month, day, hour, minute, second, zone_hour = 0, zone_minute = 0;
    int64_t zone = 0;

    if (!read_digits(text, &at, 4, &year) || !read_char(text, &at, '-') ||
        !read_digits(text, &at, 2, &month) || !read_char(text, &at, '-') ||
        !read_digits(text, &at, 2, &day) || !read_char(text, &at, 'T') ||
        !read_digits(text, &at, 2, &hour) || !read_char(text, &at, ':') ||
        !read_digits(text, &at, 2, &minute) || !read_char(text, &at, ':') ||
        !read_digits(text, &at, 2, &second))
        return false;
    if (month == 0 || day == 0 || !cbi_date_is_valid(year * 10000 + month * 100 + day) ||
        hour > 23 || minute > 59 || second > 59)
        return false;
    if (!read_char(text, &at, 'Z')) {
        bool west = at < text.size && text.data[at] == '-';

        if (!read_char(text, &at, west ? '-' : '+') || !read_digits(text, &at, 2, &zone_hour) ||
            !read_char(text, &at, ':') || !read_digits(text, &at, 2, &zone_minute) ||
            zone_hour > 14 || zone_minute > 59)
            return false;
        zone = (int64_t)(zone_hour * 60 + zone_minute) * (west ? -60 : 60);
    }
    if (at != text.size)
        return false;
    *out = days_from_civil((int64_t)year, month, day) * 86400 + (int64_t)hour * 3600 +
           (int64_t)minute * 60 + (int64_t)second - zone;
    return true;
}

void cbi_time_format(int64_t time, char *out)
{
    int64_t days = time / 86400 - (time % 86400 < 0 ? 1 : 0);
    unsigned rest = (unsigned)(time - days * 86400);
    int64_t year;
    unsigned month, day;

    civil_from_days(days, &year, &month, &day);
    if (year < 0 || year > 9999) {
        out[0] = '\0';
        return;
    }
    snprintf(out, CBI_TIME_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year, month % 100,
             day % 100, rest / 3600 % 100, rest / 60 % 60, rest % 60);
}
