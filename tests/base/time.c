#include "base/time.h"

#include <criterion/criterion.h>

#include <string.h>
#include <time.h>

static bool parse_date(const char *text, uint32_t *out)
{
    return cbi_date_parse(cbi_bytes_of_text(text), out);
}

static bool parse_time(const char *text, int64_t *out)
{
    return cbi_time_parse(cbi_bytes_of_text(text), out);
}

Test(date, may_lack_its_day_or_its_month)
{
    static const uint32_t valid[] = {20240630, 20240600, 20240000, 18000101, 29991231};
    static const uint32_t invalid[] = {0,        20240001, 20241300, 20240631, 20240632,
                                       17991231, 30000101, 20240100 + 32, UINT32_MAX};

    for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
        cr_assert(cbi_date_is_valid(valid[i]), "%u", valid[i]);
    for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
        cr_assert(!cbi_date_is_valid(invalid[i]), "%u", invalid[i]);
}

Test(date, knows_leap_years)
{
    cr_assert(cbi_date_is_valid(20240229));
    cr_assert(cbi_date_is_valid(20000229), "a fourth century has one");
    cr_assert(!cbi_date_is_valid(19000229), "another century has none");
    cr_assert(!cbi_date_is_valid(21000229));
    cr_assert(!cbi_date_is_valid(20230229));
}

/* Against the C library's calendar, day by day. */
Test(date, has_the_days_that_the_calendar_has)
{
    uint32_t date;
    size_t days = 0;

    for (date = 18000101; date <= 29991231; date++) {
        struct tm tm = {.tm_year = (int)(date / 10000) - 1900,
                        .tm_mon = (int)(date / 100 % 100) - 1,
                        .tm_mday = (int)(date % 100)};
        struct tm wanted = tm;
        time_t begins;

        if (date % 100 == 0 || date % 100 > 31 || date / 100 % 100 == 0 || date / 100 % 100 > 12)
            continue;
        begins = timegm(&tm);
        cr_assert_eq(cbi_date_is_valid(date),
                     tm.tm_mon == wanted.tm_mon && tm.tm_mday == wanted.tm_mday, "%u", date);
        if (cbi_date_is_valid(date)) {
            cr_assert_eq(cbi_date_begins(date), (int64_t)begins, "%u", date);
            days++;
        }
    }
    cr_assert_eq(days, 438291, "1,200 years have so many days");
}

Test(date, is_read_and_written_in_three_forms)
{
    static const struct {
        const char *text;
        uint32_t date;
    } rows[] = {{"2024-06-30", 20240630}, {"2024-06", 20240600}, {"2024", 20240000}};
    char text[CBI_DATE_TEXT_MAX];
    uint32_t date;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert(parse_date(rows[i].text, &date));
        cr_assert_eq(date, rows[i].date);
        cbi_date_format(date, text);
        cr_assert_str_eq(text, rows[i].text);
    }
    cbi_date_format(0, text);
    cr_assert_str_eq(text, "");
}

Test(date, in_any_other_form_is_refused)
{
    static const char *const refused[] = {
        "",          "24",         "2024-",      "2024-6",     "2024-6-30",   "2024-06-",
        "2024-06-3", "20240630",   "2024/06/30", "2024-13",    "2024-00",     "2024-06-00",
        "2024-06-31", "2023-02-29", " 2024",     "2024 ",      "2024-06-30T", "-2024",
        "1799",      "3000",       "2024年6月",  "２０２４",   "2024-06-30-",
    };
    uint32_t date = 77;

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        cr_assert(!parse_date(refused[i], &date), "%s", refused[i]);
    cr_assert_eq(date, 77, "a date that is refused is not written");
}

Test(times, are_read_with_their_zone)
{
    static const struct {
        const char *text;
        int64_t time;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-24T08:00:00Z", 1795507200},
        {"2026-11-24T16:00:00+08:00", 1795507200},
        {"2026-11-24T00:30:00-07:30", 1795507200},
        {"2026-11-24T08:00:00-00:00", 1795507200},
        {"2000-02-29T23:59:59Z", 951868799},
        {"1969-12-31T23:59:59Z", -1},
        {"1970-01-01T07:59:59+08:00", -1},
        {"1900-03-01T00:00:00Z", -2203891200},
        {"1800-01-01T00:00:00Z", -5364662400},
    };
    int64_t read;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert(parse_time(rows[i].text, &read), "%s", rows[i].text);
        cr_assert_eq(read, rows[i].time, "%s is not %lld", rows[i].text, (long long)read);
    }
}

Test(times, in_any_other_form_are_refused)
{
    static const char *const refused[] = {
        "",
        "2026-11-24",
        "2026-11-24T08:00:00",
        "2026-11-24T08:00Z",
        "2026-11-24 08:00:00Z",
        "2026-11-24t08:00:00z",
        "2026-11-24T08:00:00.5Z",
        "2026-11-24T24:00:00Z",
        "2026-11-24T08:60:00Z",
        "2026-11-24T08:00:60Z",
        "2026-11-24T08:00:00+15:00",
        "2026-11-24T08:00:00+08:60",
        "2026-11-24T08:00:00+0800",
        "2026-11-24T08:00:00+08",
        "2026-11-24T08:00:00Z ",
        "2026-11-31T08:00:00Z",
        "2026-00-24T08:00:00Z",
        "2026-11-00T08:00:00Z",
        "1799-12-31T23:59:59Z",
    };
    int64_t read = 77;

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        cr_assert(!parse_time(refused[i], &read), "%s", refused[i]);
    cr_assert_eq(read, 77, "a time that is refused is not written");
}

Test(times, are_written_in_utc_before_1970_too)
{
    static const struct {
        int64_t time;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00Z"},
        {-1, "1969-12-31T23:59:59Z"},
        {-86400, "1969-12-31T00:00:00Z"},
        {-86401, "1969-12-30T23:59:59Z"},
        {951782400, "2000-02-29T00:00:00Z"},
        {1795507200, "2026-11-24T08:00:00Z"},
        {253402300799, "9999-12-31T23:59:59Z"},
        {253402300800, ""}, /* a year of five digits */
        {-62167219200, "0000-01-01T00:00:00Z"},
        {-62167219201, ""},
        {INT64_MAX, ""},
    };
    char text[CBI_TIME_TEXT_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cbi_time_format(rows[i].time, text);
        cr_assert_str_eq(text, rows[i].text);
    }
}

Test(times, are_read_as_they_are_written)
{
    char text[CBI_TIME_TEXT_MAX];
    int64_t read;

    /* From 1800 on, in steps that meet every hour, minute and second. */
    for (int64_t time = -5364662400; time < 32503680000; time += 8640061) {
        cbi_time_format(time, text);
        cr_assert(parse_time(text, &read) && read == time, "%s", text);
    }
}
