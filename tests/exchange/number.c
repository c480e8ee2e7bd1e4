/* Numbers of a workbook as a person would read them: what a program made of them is undone. */
#include "exchange/number.h"

#include <criterion/criterion.h>

#include <stdio.h>

static const char *read(const char *text)
{
    static char out[CBI_NUMBER_TEXT_MAX];

    return cbi_number_format(cbi_bytes_of_text(text), out) ? out : "none";
}

static const char *day(const char *text, bool from_1904)
{
    static char out[CBI_NUMBER_TEXT_MAX];

    return cbi_number_date(cbi_bytes_of_text(text), from_1904, out) ? out : "none";
}

Test(number, a_whole_number_keeps_every_digit)
{
    cr_expect_str_eq(read("0"), "0");
    cr_expect_str_eq(read("360302188103040012"), "360302188103040012");
    cr_expect_str_eq(read("-7"), "-7");
}

Test(number, a_fraction_is_what_it_was_typed_as)
{
    cr_expect_str_eq(read("78.299999999999997"), "78.3");
    cr_expect_str_eq(read("0.10000000000000001"), "0.1");
    cr_expect_str_eq(read("3.5"), "3.5");
    cr_expect_str_eq(read("8.5E+1"), "85");
}

/* Every score of two decimals, as a program writes the nearest binary fraction of it. */
Test(number, no_score_is_changed_by_a_programs_binary_fractions)
{
    for (int i = 0; i <= 10000; i++) {
        char written[40], wanted[16];

        snprintf(written, sizeof(written), "%.17g", i / 100.0);
        snprintf(wanted, sizeof(wanted), "%g", i / 100.0);
        cr_assert_str_eq(read(written), wanted);
    }
}

Test(number, what_is_no_number_is_none)
{
    static const char *const texts[] = {"",   "x",   "1x",  "1,5",  "--1",
                                        "1e", "nan", "inf", "0x10", "."};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        cr_expect_str_eq(read(texts[i]), "none", "%s", texts[i]);
}

Test(number, days_are_counted_as_either_kind_of_workbook_does)
{
    cr_expect_str_eq(day("45473", false), "2024-06-30");
    cr_expect_str_eq(day("45473.75", false), "2024-06-30");
    cr_expect_str_eq(day("44011", true), "2024-06-30");
    cr_expect_str_eq(day("-1", false), "none");
    cr_expect_str_eq(day("x", false), "none");
}
