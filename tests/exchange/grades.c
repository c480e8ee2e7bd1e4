/* Rows of a spreadsheet as drafts: which are awards, which are none, which have to be mended. */
#include "exchange/grades.h"
#include "exchange/desk.h"
#include "base/limits.h"

#include <stdio.h>
#include <string.h>

#define CITIZEN "440524188001010014" /* an example of GB 11643-1999 */
#define MAP "student_number=学号,title=课程,code=课程号,credits=学分"
#define HEAD "学号,课程,课程号,学分\n"

static char *const passes[] = {(char[]){"合格"}, (char[]){"优秀"}, NULL};
static char *const fails[] = {(char[]){"不合格"}, (char[]){"缺考"}, NULL};

/* ---- passed or not ---- */

#define RESULT_MAP MAP ",outcome=结果"
#define RESULT_HEAD "学号,课程,课程号,学分,结果\n"

static const char results[] = RESULT_HEAD "1,语文,C1,3,合格\n"
                                          "2,语文,C1,3,不合格\n"
                                          "3,语文,C1,3,优秀\n"
                                          "4,语文,C1,3,\n"
                                          "5,语文,C1,3,缓考\n";

static void expect_row(const desk_result *result, size_t index, cbi_row_class row_class,
                       cbi_reason reason)
{
    const desk_row *row = &result->rows[index];

    cr_assert_lt(index, result->count);
    cr_expect_eq(row->row_class, row_class, "row %d", (int)row->number);
    cr_expect_str_eq(cbank_reason_name(row->why.reason), cbank_reason_name((int32_t)reason),
                     "row %d", (int)row->number);
}

Test(result, with_one_list_every_other_value_is_skipped_and_named)
{
    cbi_grades_options options = desk_options_for(RESULT_MAP, passes, NULL);
    desk_result result = desk_read_text(&options, results);

    cr_assert_eq(result.status, CBANK_OK);
    expect_row(&result, 0, CBI_ROW_READY, CBI_REASON_NONE);
    expect_row(&result, 1, CBI_ROW_SKIPPED, CBI_REASON_NOT_PASSED);
    cr_expect_str_eq(result.rows[1].why.object, "结果");
    cr_expect_str_eq(result.rows[1].why.detail, "不合格");
    expect_row(&result, 2, CBI_ROW_READY, CBI_REASON_NONE);
    expect_row(&result, 4, CBI_ROW_SKIPPED, CBI_REASON_NOT_PASSED);
    cr_expect_eq(result.counts.rows, 5);
    cr_expect_eq(result.counts.ready, 2);
    cr_expect_eq(result.counts.skipped, 2);
    cr_expect_eq(result.counts.rejected, 1);
}

Test(result, with_two_lists_a_value_in_neither_is_rejected)
{
    cbi_grades_options options = desk_options_for(RESULT_MAP, passes, fails);
    desk_result result = desk_read_text(&options, results);

    expect_row(&result, 1, CBI_ROW_SKIPPED, CBI_REASON_NOT_PASSED);
    expect_row(&result, 4, CBI_ROW_REJECTED, CBI_REASON_UNKNOWN_RESULT);
    cr_expect_str_eq(result.rows[4].why.detail, "缓考");
}

Test(result, a_blank_never_counts_as_passed)
{
    cbi_grades_options options = desk_options_for(RESULT_MAP, passes, NULL);
    cbi_grades_options scored = desk_options(MAP ",score=成绩,score_max=满分");
    desk_result result = desk_read_text(&options, results);

    expect_row(&result, 3, CBI_ROW_REJECTED, CBI_REASON_MISSING_RESULT);
    desk_rejects(&scored, "学号,课程,课程号,学分,成绩,满分\n1,语文,C1,3,,100\n",
                 CBI_REASON_MISSING_RESULT, "成绩");
}

Test(result, a_row_that_did_not_pass_need_not_be_right)
{
    cbi_grades_options options = desk_options_for(RESULT_MAP, passes, NULL);
    desk_result result = desk_read_text(&options, RESULT_HEAD ",,,x,不合格\n");

    expect_row(&result, 0, CBI_ROW_SKIPPED, CBI_REASON_NOT_PASSED);
}

Test(result, a_file_without_an_outcome_column_holds_passed_rows_only)
{
    cbi_grades_options options = desk_options(MAP);
    desk_result result = desk_read_text(&options, HEAD "1,语文,C1,3\n2,语文,C1,3\n");

    cr_expect_eq(result.counts.ready, 2);
}

Test(result, an_outcome_column_and_its_values_belong_together)
{
    cbi_grades_options no_values = desk_options(RESULT_MAP);
    cbi_grades_options no_column = desk_options_for(MAP, passes, NULL);

    cr_expect_eq(desk_read_text(&no_values, results).status, CBANK_E_INVALID);
    cr_expect_eq(desk_read_text(&no_column, results).err.reason, CBI_REASON_MAP_RESULT);
}

/* ---- the record ---- */

static void look_full(const cbi_row_draft *row, void *context)
{
    const Cbank__V1__CreditRecord *record = row->record;
    int *seen = context;

    cr_assert_eq(row->row_class, CBI_ROW_READY, "%s %s", cbank_reason_name(row->why.reason),
                 row->why.object);
    ++*seen;
    cr_expect_eq(record->version, 1);
    cr_expect_eq(record->revision, 1);
    cr_expect_eq(record->salt.len + record->holder.len + record->supersedes.len, 0);
    cr_expect_str_eq(record->reference, "R-1");
    cr_expect_eq(record->type, CBANK__V1__RECORD_TYPE__RECORD_TYPE_TRAINING);
    cr_assert_eq(record->n_title, 2);
    cr_expect_str_eq(record->title[0]->lang, "zh");
    cr_expect_str_eq(record->title[0]->value, "师德研修");
    cr_expect_str_eq(record->title[1]->lang, "en");
    cr_expect_str_eq(record->code, "0042");
    cr_assert_eq(record->n_amounts, 3);
    cr_expect_str_eq(record->amounts[0]->unit, "credit");
    cr_expect_eq(record->amounts[0]->milli, 3500);
    cr_expect_str_eq(record->amounts[1]->unit, "hour");
    cr_expect_str_eq(record->amounts[2]->unit, "lesson");
    cr_expect_eq(record->grade->kind, CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE);
    cr_expect_eq(record->grade->score_milli, 87500);
    cr_expect_eq(record->grade->max_milli, 100000);
    cr_expect_str_eq(record->grade->label, "良");
    cr_expect_str_eq(record->grade->scale, "百分制");
    cr_expect_eq(record->grade->outcome, CBANK__V1__OUTCOME__OUTCOME_PASSED);
    cr_expect_str_eq(record->term->value, "1");
    cr_expect_str_eq(record->school_year, "2024-2025");
    cr_expect_eq(record->awarded_on, 20250100);
    cr_expect_eq(record->levels[0]->level_milli, 4500);
    cr_expect_str_eq(record->levels[0]->framework, "NQF");
    cr_expect_str_eq(record->classifications[0]->value, "0114");
    cr_expect_str_eq(record->certificate->number, "PX-7");
    cr_expect_str_eq(record->awarded_by->institution, "PXU");
    cr_expect_str_eq(record->awarded_by->name, "萍乡学院");
    cr_expect_str_eq(record->awarded_by->unit, "教师教育学院");
    cr_expect_str_eq(row->holder->type, "cn-id");
    cr_expect_str_eq(row->holder->number, CITIZEN);
    cr_expect_str_eq(row->student->type, "student/PXU");
    cr_expect_str_eq(row->student->number, "0123");
    cr_expect_str_eq(row->name, "钱三元");
}

Test(draft, every_kind_of_field_gets_to_its_place)
{
    static const char map[] =
        "name=姓名,id_number=证件号,student_number=学号,reference=编号,title=名称,title_en=英文,"
        "code=代码,credits=学分,hours=学时,amount:lesson=节,score=成绩,grade=等级,"
        "school_year=学年,term=学期,awarded=获得,level=级别,field=学科,certificate_number=证号,"
        "unit=单位";
    static const char file[] =
        "姓名,证件号,学号,编号,名称,英文,代码,学分,学时,节,成绩,等级,学年,学期,获得,级别,学科,证号,单位\n"
        "钱三元," CITIZEN ",=\"0123\",R-1,师德研修,Ethics,=\"0042\",3.5,36,8,87.5,良,2024-2025,1,"
        "2025年1月,4.5,0114,PX-7,教师教育学院\n";
    cbi_grades_options options = desk_options(map);
    int seen = 0;

    options.constants =
        cbi_bytes_of_text("type=training,score_max=100,scale=百分制,framework=NQF");
    desk_read(&options, cbi_bytes_of_text(file), 1u << 20, look_full, &seen);
    cr_expect_eq(seen, 1);
}

static void look_grade(const cbi_row_draft *row, void *context)
{
    cr_assert_eq(row->row_class, CBI_ROW_READY);
    *(Cbank__V1__GradeKind *)context = row->record->grade->kind;
}

Test(draft, a_grade_is_what_the_row_says_most_exactly)
{
    static const struct {
        const char *map;
        const char *file;
        Cbank__V1__GradeKind kind;
    } grades[] = {
        {MAP, HEAD "1,语文,C1,3\n", CBANK__V1__GRADE_KIND__GRADE_KIND_OUTCOME},
        {MAP ",grade=等级", "学号,课程,课程号,学分,等级\n1,语文,C1,3,优\n",
         CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL},
        {MAP ",score=分,score_max=满", "学号,课程,课程号,学分,分,满\n1,语文,C1,3,0,100\n",
         CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE},
    };

    for (size_t i = 0; i < sizeof(grades) / sizeof(grades[0]); i++) {
        cbi_grades_options options = desk_options(grades[i].map);
        Cbank__V1__GradeKind kind = CBANK__V1__GRADE_KIND__GRADE_KIND_UNSPECIFIED;

        desk_read(&options, cbi_bytes_of_text(grades[i].file), 1u << 20, look_grade, &kind);
        cr_expect_eq(kind, grades[i].kind, "%s", grades[i].map);
    }
}

/* ---- rows to mend ---- */

Test(row, one_that_is_too_short_or_too_long_is_rejected_and_never_shifted)
{
    cbi_grades_options options = desk_options(MAP);

    desk_rejects(&options, HEAD "1,语文,C1\n", CBI_REASON_ROW_CELLS, "");
    desk_rejects(&options, HEAD "1,语文,上,C1,3\n", CBI_REASON_ROW_CELLS, "");
    cr_expect_eq(desk_read_text(&options, HEAD "1,语文,C1,3,,\n").counts.ready, 1,
                 "empty cells behind the last column are nothing");
}

Test(row, a_cell_that_cannot_be_is_named_by_its_column)
{
    cbi_grades_options options = desk_options(MAP);

    desk_rejects(&options, HEAD "1,,C1,3\n", CBI_REASON_MISSING_CELL, "课程");
    desk_rejects(&options, HEAD ",语文,C1,3\n", CBI_REASON_MISSING_CELL, "学号");
    desk_rejects(&options, HEAD "1,语文,C1,\n", CBI_REASON_MISSING_CELL, "学分");
    desk_rejects(&options, HEAD "1,语文,C1,三\n", CBI_REASON_BAD_AMOUNT, "学分");
    desk_rejects(&options, HEAD "1,语文,C1,-3\n", CBI_REASON_BAD_AMOUNT, "学分");
    desk_rejects(&options, HEAD "1,语文,C1,\"3,5\"\n", CBI_REASON_BAD_AMOUNT, "学分");
    desk_rejects(&options, HEAD "1,语文,C1,1e3\n", CBI_REASON_BAD_AMOUNT, "学分");
    desk_rejects(&options, HEAD "1,语\x01文,C1,3\n", CBI_REASON_BAD_UTF8, "课程");
    desk_rejects(&options, HEAD "1,\"语\n文\",C1,3\n", CBI_REASON_BAD_UTF8, "课程");
}

Test(row, text_that_looks_like_a_formula_is_rejected)
{
    cbi_grades_options options = desk_options(MAP);

    desk_rejects(&options, HEAD "1,=A1,C1,3\n", CBI_REASON_FORMULA_CELL, "课程");
    desk_rejects(&options, HEAD "1,\"=\"\"=A1\"\"\",C1,3\n", CBI_REASON_FORMULA_CELL, "课程");
    desk_rejects(&options, HEAD "1,语文,@C1,3\n", CBI_REASON_FORMULA_CELL, "课程号");
    desk_rejects(&options, HEAD "+86,语文,C1,3\n", CBI_REASON_FORMULA_CELL, "学号");
}

Test(row, a_text_beyond_its_limit_is_rejected)
{
    static char file[2048];
    cbi_grades_options options = desk_options(MAP);

    snprintf(file, sizeof(file), HEAD "1,%0*d,C1,3\n", CBI_TEXT_MAX + 1, 1);
    desk_rejects(&options, file, CBI_REASON_FIELD_SIZE, "课程");
}

Test(row, a_columns_name_is_its_own_even_where_it_is_the_word_of_another_field)
{
    cbi_grades_options options = desk_options("student_number=n,title=code,code=title");

    desk_rejects(&options, "n,title,code\n1,C1,=A1\n", CBI_REASON_FORMULA_CELL, "code");
    desk_rejects(&options, "n,title,code\n1,=A1,x\n", CBI_REASON_FORMULA_CELL, "title");
}

Test(row, a_name_is_composed_and_at_most_36_characters_long)
{
    cbi_grades_options options = desk_options("student_number=n,name=姓名,title=t,code=c");
    desk_result result = desk_read_text(&options, "n,姓名,t,c\n1,Jose\xcc\x81,x,C1\n");

    cr_expect_str_eq(result.rows[0].name, "Jos\xc3\xa9");
    result = desk_read_text(&options, "n,姓名,t,c\n1,买买提·吐尔逊,x,C1\n");
    cr_expect_str_eq(result.rows[0].name, "买买提·吐尔逊");
    desk_rejects(&options, "n,姓名,t,c\n1,abcdefghijklmnopqrstuvwxyzabcdefghijk,x,C1\n",
                 CBI_REASON_FIELD_SIZE, "姓名");
}

Test(row, a_number_of_a_document_is_checked_and_never_shown)
{
    cbi_grades_options options = desk_options("id_number=证件,title=课程,code=课程号");
    static const struct {
        const char *number;
        cbi_reason reason;
    } numbers[] = {
        {"440524188001010015", CBI_REASON_BAD_CHECK_DIGIT},
        {"440524188002300011", CBI_REASON_IMPOSSIBLE_DATE},
        {"4.40524E+17", CBI_REASON_SPREADSHEET_RUINED},
        {"440524188001010000", CBI_REASON_SPREADSHEET_RUINED},
        {"", CBI_REASON_MISSING_CELL},
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char file[128];
        desk_result result;

        snprintf(file, sizeof(file), "证件,课程,课程号\n%s,语文,C1\n", numbers[i].number);
        desk_rejects(&options, file, numbers[i].reason, "证件");
        result = desk_read_text(&options, file);
        cr_expect(numbers[i].number[0] == '\0' ||
                  strstr(result.rows[0].why.detail, numbers[i].number) == NULL);
    }
    cr_expect_str_eq(desk_read_text(&options, "证件,课程,课程号\n" CITIZEN ",语文,C1\n")
                         .rows[0]
                         .holder,
                     "cn-id:" CITIZEN);
}

Test(row, a_number_in_the_wrong_column_is_not_shown_in_a_message)
{
    cbi_grades_options options = desk_options(MAP);
    desk_result result = desk_read_text(&options, HEAD "1,语文,C1," CITIZEN "x\n");

    expect_row(&result, 0, CBI_ROW_REJECTED, CBI_REASON_BAD_AMOUNT);
    cr_expect_str_eq(result.rows[0].why.detail, "***");
}

Test(row, the_type_of_a_document_may_be_a_column_or_a_constant)
{
    cbi_grades_options options =
        desk_options("id_number=证件,id_type=类型,title=课程,code=课程号");
    desk_result result;

    result = desk_read_text(&options, "证件,类型,课程,课程号\nab123456,passport/GBR,语文,C1\n");
    cr_expect_str_eq(result.rows[0].holder, "passport/GBR:AB123456");
    desk_rejects(&options, "证件,类型,课程,课程号\nab123456,护照,语文,C1\n",
                 CBI_REASON_DOCUMENT_TYPE, "类型");
    options = desk_options("id_number=证件,title=课程,code=课程号");
    options.constants = cbi_bytes_of_text("id_type=student/OU");
    result = desk_read_text(&options, "证件,课程,课程号\n11391,语文,C1\n");
    cr_expect_str_eq(result.rows[0].holder, "student/OU:11391");
}

Test(row, what_the_record_itself_does_not_allow_is_named_by_its_column_too)
{
    cbi_grades_options options = desk_options(MAP ",started=始,ended=终");
    cbi_grades_options scored = desk_options(MAP ",score=分,score_max=满");

    desk_rejects(&options, "学号,课程,课程号,学分,始,终\n1,语文,C1,3,2025-01-02,2025-01-01\n",
                 CBI_REASON_DATE_ORDER, "终");
    desk_rejects(&scored, "学号,课程,课程号,学分,分,满\n1,语文,C1,3,120,100\n",
                 CBI_REASON_GRADE_INCOHERENT, "分");
}

Test(row, words_of_lists_are_those_of_the_lists)
{
    cbi_grades_options typed = desk_options(MAP ",type=类型");
    cbi_grades_options fielded = desk_options(MAP ",field=学科");

    cr_expect_eq(desk_read_text(&typed, "学号,课程,课程号,学分,类型\n1,语文,C1,3,证书\n")
                     .counts.ready,
                 1);
    desk_rejects(&typed, "学号,课程,课程号,学分,类型\n1,语文,C1,3,diploma\n",
                 CBI_REASON_UNKNOWN_TYPE, "类型");
    desk_rejects(&typed, "学号,课程,课程号,学分,类型\n1,语文,C1,3,\n", CBI_REASON_UNKNOWN_TYPE,
                 "类型");
    desk_rejects(&fielded, "学号,课程,课程号,学分,学科\n1,语文,C1,3,611\n",
                 CBI_REASON_BAD_ISCED, "学科");
}

/* ---- the same again ---- */

Test(duplicate, the_same_row_again_is_skipped_and_another_under_its_reference_rejected)
{
    cbi_grades_options options = desk_options(MAP ",reference=编号");
    desk_result result = desk_read_text(&options, "学号,课程,课程号,学分,编号\n"
                                                  "1,语文,C1,3,R-1\n"
                                                  "2,语文,C1,3,R-2\n"
                                                  "1,语文,C1,3,R-1\n"
                                                  "1,语文,C1,4,R-1\n"
                                                  "3,语文,C1,3,R-2\n");

    cr_assert_eq(result.count, 5);
    expect_row(&result, 2, CBI_ROW_SKIPPED, CBI_REASON_DUPLICATE_IN_FILE);
    cr_expect_eq(result.rows[2].why.where, 2);
    expect_row(&result, 3, CBI_ROW_REJECTED, CBI_REASON_DUPLICATE_IN_FILE);
    cr_expect_eq(result.rows[3].why.where, 2);
    expect_row(&result, 4, CBI_ROW_REJECTED, CBI_REASON_DUPLICATE_IN_FILE);
    cr_expect_eq(result.rows[4].why.where, 3);
    cr_expect_str_eq(result.rows[4].why.object, "编号");
}

Test(duplicate, a_row_that_was_not_ready_takes_no_reference)
{
    cbi_grades_options options = desk_options_for(RESULT_MAP, passes, NULL);
    desk_result result = desk_read_text(&options, RESULT_HEAD "1,语文,C1,3,不合格\n"
                                                              "1,语文,C1,x,合格\n"
                                                              "1,语文,C1,3,合格\n");

    expect_row(&result, 2, CBI_ROW_READY, CBI_REASON_NONE);
}

/* ---- the file ---- */

Test(file, gb18030_with_chinese_columns_gives_the_same_rows_as_utf8)
{
    static const char text[] = HEAD "0123,大学语文,C1,3\n0124,木工工艺,C2,2.5\n";
    cbi_grades_options options = desk_options(MAP);
    cbank_buffer gb = desk_encode(text, "GB18030");
    desk_result first = desk_read_text(&options, text);
    desk_result second = desk_read(&options, cbi_bytes_of_buffer(&gb), 5, NULL, NULL);

    cr_expect_eq(second.counts.ready, 2);
    cr_expect_str_eq(first.rows[1].reference, second.rows[1].reference);
    cr_expect_str_eq(first.rows[1].holder, second.rows[1].holder);
    cbank_buffer_clear(&gb);
}

Test(file, options_that_cannot_work_are_refused_before_a_row_is_read)
{
    cbi_grades_options options = desk_options(MAP);
    desk_result result;

    options.format = cbi_bytes_of_text("wuli");
    result = desk_read_text(&options, HEAD);
    cr_expect_eq(result.err.reason, CBI_REASON_UNKNOWN_FORMAT);
    options = desk_options(MAP);
    options.institution = "pxu";
    cr_expect_eq(desk_read_text(&options, HEAD).err.reason, CBI_REASON_FIELD_VALUE);
    options = desk_options(MAP);
    options.reference_secret = NULL;
    cr_expect_eq(desk_read_text(&options, HEAD).err.reason, CBI_REASON_REFERENCE_KEY);
    options.map = cbi_bytes_of_text(MAP ",reference=编号");
    cr_expect_eq(desk_read_text(&options, "学号,课程,课程号,学分,编号\n").status, CBANK_OK);
}

Test(file, a_column_that_is_missing_stops_the_file)
{
    cbi_grades_options options = desk_options(MAP);
    desk_result result = desk_read_text(&options, "学号,课程名,课程号,学分\n1,语文,C1,3\n");

    cr_expect_eq(result.status, CBANK_E_INVALID);
    cr_expect_eq(result.err.reason, CBI_REASON_MAP_NO_COLUMN);
    cr_expect_str_eq(result.err.detail, "学号, 课程名, 课程号, 学分");
}
