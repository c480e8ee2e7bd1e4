#include "base/decimal.h"

#include <criterion/criterion.h>

#include <string.h>

static bool parse(const char *text, int64_t *out)
{
    return cbi_milli_parse(cbi_bytes_of_text(text), out);
}

Test(decimal, reads_thousandths_exactly)
{
    static const struct {
        const char *text;
        int64_t milli;
    } rows[] = {
        {"0", 0},          {"3.5", 3500},      {"3.50", 3500},
        {"0.001", 1},      {"4", 4000},        {"120.25", 120250},
        {"-0.5", -500},    {"-0", 0},          {"007", 7000},
        {"1000000000", CBI_MILLI_MAX},         {"1000000000.000", CBI_MILLI_MAX},
        {"-1000000000", -CBI_MILLI_MAX},       {"999999999.999", CBI_MILLI_MAX - 1},
    };
    int64_t milli;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        milli = -1;
        cr_assert(parse(rows[i].text, &milli), "%s", rows[i].text);
        cr_assert_eq(milli, rows[i].milli, "%s is not %lld", rows[i].text, (long long)milli);
    }
}

Test(decimal, neither_rounds_nor_guesses)
{
    static const char *const refused[] = {
        "",    "-",    ".",    "-.",   ".5",     "5.",     "3.1415", "0.0000", "1e3",  "3,5",
        " 3",  "3 ",   "+3",   "--3",  "3-",     "1.2.3",  "0x10",   "1_000",  "1,000", "三",
        "３",  "NaN",  "inf",  "3.5a", "1000000000.001",   "1000000001",
        "-1000000000.001",             "99999999999999999999999999999999999999",
    };
    int64_t milli = 77;

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        cr_assert(!parse(refused[i], &milli), "'%s'", refused[i]);
    cr_assert_eq(milli, 77, "a number that is refused is not written");
    cr_assert(!cbi_milli_parse(cbi_bytes_of("3\0", 2), &milli), "a zero byte is no digit");
}

Test(decimal, writes_the_shortest_form)
{
    static const struct {
        int64_t milli;
        const char *text;
    } rows[] = {
        {0, "0"},         {3500, "3.5"},    {4000, "4"},   {1, "0.001"},
        {10, "0.01"},     {-500, "-0.5"},   {1001, "1.001"}, {120250, "120.25"},
        {CBI_MILLI_MAX, "1000000000"},      {INT64_MAX, "9223372036854775.807"},
        {INT64_MIN, "-9223372036854775.808"},
    };
    char text[CBI_MILLI_TEXT_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cbi_milli_format(rows[i].milli, text);
        cr_assert_str_eq(text, rows[i].text);
    }
}

Test(decimal, reads_what_it_writes)
{
    char text[CBI_MILLI_TEXT_MAX];
    int64_t milli = 0;

    for (int64_t value = -12345; value <= 12345; value++) {
        cbi_milli_format(value, text);
        cr_assert(parse(text, &milli) && milli == value, "%s", text);
    }
}

Test(decimal, adds_and_says_when_it_cannot)
{
    int64_t sum = 5;

    cr_assert(cbi_milli_add(1500, -500, &sum) && sum == 1000);
    cr_assert(cbi_milli_add(INT64_MAX, INT64_MIN, &sum) && sum == -1);
    sum = 5;
    cr_assert(!cbi_milli_add(INT64_MAX, 1, &sum));
    cr_assert(!cbi_milli_add(INT64_MIN, -1, &sum));
    cr_assert_eq(sum, 5, "a sum that does not exist is not written");
}
