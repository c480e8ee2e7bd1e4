/* Cells as people and spreadsheet programs leave them. */
#include "exchange/cell.h"

#include <criterion/criterion.h>

#include <string.h>

static void unwraps(const char *cell, const char *text)
{
    char out[64];

    cr_expect_eq(cbi_cell_unwrap(cbi_bytes_of_text(cell), out), strlen(text), "%s", cell);
    cr_expect_str_eq(out, text);
}

Test(cell, text_in_an_equals_sign_and_quotes_is_taken_out)
{
    unwraps("=\"0123\"", "0123");
    unwraps("=\"\"", "");
    unwraps("=\"=SUM(A1)\"", "=SUM(A1)");
    unwraps("=\"say \"\"yes\"\"\"", "say \"yes\"");
}

Test(cell, an_apostrophe_before_a_number_is_a_programs_and_no_other_is)
{
    unwraps("'0123", "0123");
    unwraps("'36031318851122002X", "36031318851122002X");
    unwraps("'甲", "'甲");
    unwraps("'t Hooft", "'t Hooft");
    unwraps("'", "'");
    unwraps("'12a3", "'12a3");
    unwraps("''12", "''12");
}
Test(cell, a_number_in_wide_digits_is_that_number)
{
    static const struct {
        const char *text, *narrow; /* NULL: it is no number */
    } cells[] = {{"８８", "88"}, {"3．5", "3.5"}, {"88", "88"},   {"", ""},
                 {"８八", NULL}, {"-1", NULL},    {"Ａ", NULL}, {"８\xef\xbc", NULL}};

    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        char room[32];
        size_t size = strlen(cells[i].text);

        strcpy(room, cells[i].text);
        cr_expect_eq(cbi_cell_narrow(room, &size), cells[i].narrow != NULL, "%s", cells[i].text);
        cr_expect_str_eq(room, cells[i].narrow != NULL ? cells[i].narrow : cells[i].text);
        cr_expect_eq(size, strlen(room));
    }
}
Test(cell, everything_else_stays_as_it_is)
{
    unwraps("", "");
    unwraps("大学语文", "大学语文");
    unwraps("=\"", "=\"");
    unwraps("=A1", "=A1");
    unwraps("=\"a\"&\"b\"", "=\"a\"&\"b\"");
    unwraps("\"0123\"", "\"0123\"");
}

Test(cell, what_a_program_could_run_is_a_formula)
{
    static const char *const formulas[] = {"=1+1", "+86", "-1", "@SUM(A1)", "=", "-"};
    static const char *const texts[] = {"", "A+", "2-1", "大学语文", "0", "#"};

    for (size_t i = 0; i < sizeof(formulas) / sizeof(formulas[0]); i++)
        cr_expect(cbi_cell_is_formula(cbi_bytes_of_text(formulas[i])), "%s", formulas[i]);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        cr_expect(!cbi_cell_is_formula(cbi_bytes_of_text(texts[i])), "%s", texts[i]);
}

Test(cell, six_digits_in_a_row_may_be_somebodys_number)
{
    cr_expect(cbi_cell_looks_personal(cbi_bytes_of_text("440524188001010014")));
    cr_expect(cbi_cell_looks_personal(cbi_bytes_of_text("G123456")));
    cr_expect(!cbi_cell_looks_personal(cbi_bytes_of_text("2024-2025-1")));
    cr_expect(!cbi_cell_looks_personal(cbi_bytes_of_text("缺考")));
}

Test(cell, dates_are_read_with_their_year_first_and_kept_as_exact_as_they_are)
{
    static const struct {
        const char *text;
        uint32_t date;
    } dates[] = {
        {"2024-06-30", 20240630}, {"2024-6-3", 20240603},       {"2024/6/30", 20240630},
        {"2024.06", 20240600},    {"2024年6月30日", 20240630}, {"2024年6月", 20240600},
        {"2024年", 20240000},     {"20240630", 20240630},       {"202406", 20240600},
        {"2024", 20240000},       {"2024-02-29", 20240229},
    };

    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        uint32_t date = 0;

        cr_expect(cbi_cell_date(cbi_bytes_of_text(dates[i].text), &date), "%s", dates[i].text);
        cr_expect_eq(date, dates[i].date, "%s", dates[i].text);
    }
}

Test(cell, a_date_that_has_to_be_guessed_is_none)
{
    static const char *const texts[] = {
        "6/30/2024",   "30.06.2024", "24-06-30", "2024-06-30 10:00", "2024-", "2024-13",
        "2023-02-29",  "2024-0-1",   "2024063",  "2024-6/30",        "",      "Jun-24",
        "2024年6月30", "45473",      " 2024",    "2024-06-31",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        uint32_t date = 0;

        cr_expect(!cbi_cell_date(cbi_bytes_of_text(texts[i]), &date), "%s is no date", texts[i]);
    }
}
