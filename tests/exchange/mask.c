/* What a message may show of a cell: enough to find it, too little to know somebody by. */
#include "exchange/mask.h"
#include "base/text.h"
#include "exchange/amendments.h"
#include "exchange/desk.h"
#include "exchange/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const cbi_sheet_field *field_of(cbi_sheet_id id)
{
    size_t count;

    return &cbi_sheet_fields(&count)[id];
}

static void shows(cbi_sheet_id id, const char *cell, const char *wanted)
{
    char shown[CBI_MASK_SIZE];

    cbi_mask_cell(field_of(id), cbi_bytes_of_text(cell), shown);
    cr_expect_str_eq(shown, wanted, "%s is shown as %s", cell, shown);
}

Test(mask, of_a_number_the_first_third_and_the_last_two_are_shown)
{
    shows(CBI_SHEET_ID_NUMBER, "360302188103040013", "360302**********13");
    shows(CBI_SHEET_ID_NUMBER, "36030218810304001", "36030**********01");
    shows(CBI_SHEET_ID_NUMBER, "=\"360302188103040013\"", "360302**********13");
    shows(CBI_SHEET_STUDENT_NUMBER, "1901030217", "190*****17");
    shows(CBI_SHEET_PHONE, "13800001234", "138******34");
    shows(CBI_SHEET_PHONE, "110", "1**");
    shows(CBI_SHEET_CERTIFICATE_NUMBER, "2", "*");
}

Test(mask, of_a_name_the_first_character_and_of_a_birth_the_year)
{
    shows(CBI_SHEET_NAME, "甲一二", "甲**");
    shows(CBI_SHEET_NAME, "Alpha One", "A********");
    shows(CBI_SHEET_BORN, "1881-13-04", "1881******");
}

Test(mask, results_codes_dates_and_amounts_are_shown_as_they_are)
{
    shows(CBI_SHEET_CREDITS, "三", "三");
    shows(CBI_SHEET_RESULT, "优秀", "优秀");
    shows(CBI_SHEET_CODE, "1302010045", "1302010045");
    shows(CBI_SHEET_AWARDED, "2024-06-30", "2024-06-30");
    shows(CBI_SHEET_YEAR_TERM, "2024-2025-1", "2024-2025-1");
    shows(CBI_SHEET_SEX, "n", "n");
}

Test(mask, a_number_that_slipped_into_another_column_is_masked_there)
{
    shows(CBI_SHEET_TITLE, "360302188103040013", "360302**********13");
    shows(CBI_SHEET_CREDITS, "3603 0218 8103 0400 13", "3603 0**************13");
    shows(CBI_SHEET_TITLE, "３６０３０２１８８１０３０４００１３", "３６０３０２**********１３");
    shows(CBI_SHEET_TITLE, "tel 13800001234", "tel 1********34");
}

Test(mask, what_is_long_is_cut_and_what_disturbs_a_terminal_is_not_shown)
{
    shows(CBI_SHEET_TITLE, "一二三四五六七八九十一二三四五六七八九十一二三四五",
          "一二三四五六七八九十一二三四五六七八九十一二三四…");
    shows(CBI_SHEET_TITLE, "\x1b[31mred\a", "?[31mred?");
    shows(CBI_SHEET_TITLE, "a\xff\xe2\x80\xae" "b", "a??b");
    shows(CBI_SHEET_NAME, "\x1b]0;x", "?****");
}

/* Whatever bytes and whatever field: clean, short, and no more of a number than the rule says. */
Test(mask, of_random_cells_nothing_leaks)
{
    static const char *const alphabet[] = {"0", "1", "7", "9", "X", "甲", "é", "\x1b", "\xff", "-"};
    unsigned seed = 20;
    size_t count;
    const cbi_sheet_field *fields = cbi_sheet_fields(&count);

    for (unsigned turn = 0; turn < 20000; turn++) {
        char cell[128] = "", shown[CBI_MASK_SIZE];
        const cbi_sheet_field *field = &fields[(unsigned)rand_r(&seed) % count];
        size_t characters = (unsigned)rand_r(&seed) % 32, hidden = 0;
        bool digits = (rand_r(&seed) & 1) != 0;

        for (size_t i = 0; i < characters; i++)
            strcat(cell, alphabet[(unsigned)rand_r(&seed) % (digits ? 4 : 10)]);
        memset(shown, 'Z', sizeof(shown));
        cbi_mask_cell(field, cbi_bytes_of_text(cell), shown);
        cr_assert_not_null(memchr(shown, '\0', sizeof(shown)));
        cr_assert(cbi_text_is_clean(cbi_bytes_of_text(shown)), "%s", shown);
        cr_assert_leq(cbi_text_characters(cbi_bytes_of_text(shown)), CBI_MASK_CHARACTERS + 1);
        for (const char *at = shown; *at != '\0'; at++)
            hidden += *at == '*';
        if (digits && (characters >= 11 || field->id == CBI_SHEET_ID_NUMBER)) {
            size_t visible = cbi_text_characters(cbi_bytes_of_text(shown)) - hidden;

            cr_assert_leq(visible, 9, "%s of %s", shown, cell);
            cr_assert_leq(visible, characters / 3 + 3, "%s of %s", shown, cell);
        }
    }
}

/* ---- what readers say of their rows ---- */

static void note_value(const cbi_grades *grades, const cbi_row_draft *row, char *out)
{
    cr_assert_eq(row->row_class, CBI_ROW_REJECTED);
    cbi_grades_show(grades, row->why.object, out);
}

/* Column and value of the only row, which is rejected. */
static void grades_say(const char *map, const char *file, const char *column, const char *value)
{
    const cbi_grades_options options = desk_options(map);
    const cbi_row_draft *row = NULL;
    cbi_grid_step step = CBI_GRID_MORE;
    char shown[CBI_MASK_SIZE] = "";
    cbi_grades *grades = NULL;

    cr_assert_eq(cbi_grades_new(&options, &grades, NULL), CBANK_OK);
    cr_assert_eq(cbi_grades_feed(grades, cbi_bytes_of_text(file), NULL), CBANK_OK);
    cr_assert_eq(cbi_grades_end(grades, NULL), CBANK_OK);
    while (step != CBI_GRID_DONE) {
        cr_assert_eq(cbi_grades_next(grades, &step, &row, NULL), CBANK_OK);
        if (step != CBI_GRID_ROW)
            continue;
        note_value(grades, row, shown);
        cr_expect_str_eq(row->why.object, column);
        cr_expect_str_eq(shown, value);
        cr_expect_null(strstr(row->why.detail, "360302"), "%s", row->why.detail);
    }
    cbi_grades_free(grades);
}

Test(mask, a_rejected_grade_says_what_stands_there)
{
    grades_say("id_number=证件,title=课程,credits=学分,awarded=获得",
               "证件,课程,学分,获得\n360302188103040012,语文,三,2024\n", "学分", "三");
    grades_say("id_number=证件,title=课程,credits=学分,awarded=获得",
               "证件,课程,学分,获得\n360302188103040013,语文,3,2024\n", "证件",
               "360302**********13");
    grades_say("id_number=证件,title=课程,credits=学分,awarded=获得",
               "证件,课程,学分,获得\n360302188103040012,语文,360302188103040012,2024\n", "学分",
               "360302**********12");
    grades_say("id_number=证件,title=课程,credits=学分,awarded=获得",
               "证件,课程,学分,获得\n360302188103040012,语文\n", "", "");
}

static void roster_says(const char *file, const char *column, const char *value)
{
    const cbi_roster_row *row = NULL;
    cbi_grid_step step = CBI_GRID_MORE;
    char shown[CBI_MASK_SIZE] = "";
    cbi_roster *roster = NULL;
    cbi_profile profile;
    bool seen = false;

    cr_assert_eq(cbi_profile_builtin(cbi_bytes_of_text("roster"), &profile, NULL), CBANK_OK);
    cr_assert_eq(cbi_roster_new(&(cbi_roster_options){.institution = "PXU", .profile = &profile,
                                                      .sheet = ""},
                                &roster, NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_roster_feed(roster, cbi_bytes_of_text(file), NULL), CBANK_OK);
    cr_assert_eq(cbi_roster_end(roster, NULL), CBANK_OK);
    while (step != CBI_GRID_DONE) {
        cr_assert_eq(cbi_roster_next(roster, &step, &row, NULL), CBANK_OK);
        if (step != CBI_GRID_ROW || row->row_class != CBI_ROW_REJECTED)
            continue;
        seen = true;
        cbi_roster_show(roster, row->why.object, shown);
        cr_expect_str_eq(row->why.object, column);
        cr_expect_str_eq(shown, value);
        cr_expect_null(strstr(row->why.detail, "1881-"), "%s", row->why.detail);
    }
    cr_expect(seen);
    cbi_roster_free(roster);
    cbi_profile_clear(&profile);
}

Test(mask, a_rejected_person_is_not_shown)
{
    roster_says("姓名,身份证号\n甲一,360302188103040013\n", "身份证号", "360302**********13");
    roster_says("姓名,性别,身份证号\n甲一,女,360302188103040012\n", "性别", "女");
    roster_says("姓名,出生日期,身份证号\n甲一,1881-03-05,360302188103040012\n", "出生日期",
                "1881******");
    roster_says("姓名,身份证号\n#N/A,360302188103040012\n", "姓名", "#***");
    roster_says("姓名,身份证号\n,360302188103040012\n", "姓名", "");
}

Test(mask, a_rejected_amendment_says_what_stands_there)
{
    static const char file[] = "reference,credits\nR-1,三\n";
    cbi_amendments *amendments = NULL;
    cbi_amendments_row row = {0};
    cbi_grid_step step = CBI_GRID_MORE;
    char shown[CBI_MASK_SIZE];

    cr_assert_eq(cbi_amendments_new(&(cbi_amendments_options){.sheet = ""}, &amendments, NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_amendments_feed(amendments, cbi_bytes_of_text(file), NULL), CBANK_OK);
    cr_assert_eq(cbi_amendments_end(amendments, NULL), CBANK_OK);
    while (step != CBI_GRID_ROW)
        cr_assert_eq(cbi_amendments_next(amendments, &step, &row, NULL), CBANK_OK);
    cr_expect_str_eq(row.why.object, "credits");
    cbi_amendments_show(amendments, row.why.object, shown);
    cr_expect_str_eq(shown, "三");
    cbi_amendments_show(amendments, "no such column", shown);
    cr_expect_str_eq(shown, "");
    cbi_amendments_free(amendments);
}
