/* A list of people as offices keep it: who is in it, and what is wrong with it. */
#include "exchange/roster.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static cbi_profile profile;
static cbank_error err;

static void begin(void)
{
    cr_assert_eq(cbi_profile_builtin(cbi_bytes_of_text("roster"), &profile, &err), CBANK_OK,
                 "%s %s", err.object, err.detail);
}

static void end(void)
{
    cbi_profile_clear(&profile);
}

TestSuite(roster, .init = begin, .fini = end);

typedef void look(const cbi_roster_row *row, void *context);

static cbank_status read_roster(const char *file, const char *institution, look *at, void *context)
{
    const cbi_roster_options options = {
        .institution = institution, .profile = &profile, .sheet = ""};
    const cbi_roster_row *row = NULL;
    cbi_grid_step step = CBI_GRID_MORE;
    cbank_status status = CBANK_OK;
    cbi_roster *roster = NULL;

    cr_assert_eq(cbi_roster_new(&options, &roster, NULL), CBANK_OK);
    cr_assert_eq(cbi_roster_feed(roster, cbi_bytes_of_text(file), NULL), CBANK_OK);
    cr_assert_eq(cbi_roster_end(roster, NULL), CBANK_OK);
    while (status == CBANK_OK && step != CBI_GRID_DONE) {
        status = cbi_roster_next(roster, &step, &row, &err);
        if (status == CBANK_OK && step == CBI_GRID_ROW)
            at(row, context);
    }
    if (status == CBANK_OK)
        status = cbi_roster_check_column(roster, &err);
    cbi_roster_free(roster);
    return status;
}

/* "name type number born sex" of the only row. */
static void note_person(const cbi_roster_row *row, void *context)
{
    const Cbank__Api__V1__Person *person = row->person;

    cr_assert_eq(row->row_class, CBI_ROW_READY, "%s %s %s", cbank_reason_name(row->why.reason),
                 row->why.object, row->why.detail);
    snprintf(context, 256, "%s %s %s %u %s", person->names[0]->value, person->documents[0]->type,
             person->documents[0]->number, person->born_on,
             person->sex == NULL ? "-" : person->sex->value);
}

static void reads(const char *file, const char *wanted)
{
    char found[256] = "";

    cr_expect_eq(read_roster(file, "PXU", note_person, found), CBANK_OK, "%s %s",
                 cbank_reason_name(err.reason), err.object);
    cr_expect_str_eq(found, wanted);
}

static void note_why(const cbi_roster_row *row, void *context)
{
    if (row->row_class == CBI_ROW_REJECTED)
        memcpy(context, &row->why, sizeof(row->why));
}

static void rejects(const char *file, cbi_reason reason, const char *column)
{
    cbank_error why = {0};

    cr_expect_eq(read_roster(file, "PXU", note_why, &why), CBANK_OK, "%s",
                 cbank_reason_name(err.reason));
    cr_expect_str_eq(cbank_reason_name(why.reason), cbank_reason_name((int32_t)reason), "%s", file);
    cr_expect_str_eq(why.object, column);
    cr_expect_null(strstr(why.detail, "3603021"), "no number in a message: %s", why.detail);
}

Test(roster, finds_its_columns_by_the_names_that_offices_use)
{
    reads("姓名,身份证号\n甲一,360302188103040012\n", "甲一 cn-id 360302188103040012 18810304 -");
    reads("班级花名册,\n序号,性别,XM,SFZJH\n1,男,甲一,360302188103040012\n",
          "甲一 cn-id 360302188103040012 18810304 1");
}

Test(roster, the_number_says_of_which_document_it_is)
{
    reads("姓名,身份证号\n乙二,810000188001010015\n",
          "乙二 cn-residence 810000188001010015 18800101 -");
    reads("姓名,证件类型,证件号码\n乙二,港澳台居民居住证,810000188001010015\n",
          "乙二 cn-residence 810000188001010015 18800101 -");
    reads("姓名,证件类型,证件号码\n丙三,passport/GBR,ab1234567\n",
          "丙三 passport/GBR AB1234567 0 -");
    rejects("姓名,证件类型,证件号码\n乙二,居民身份证,810000188001010015\n",
            CBI_REASON_OTHER_DOCUMENT_TYPE, "证件号码");
    rejects("姓名,证件类型,证件号码\n乙二,军官证,123456\n", CBI_REASON_DOCUMENT_TYPE, "证件类型");
}

Test(roster, sex_and_birth_are_held_against_the_number)
{
    reads("姓名,性别,出生日期,身份证号\n甲一,男,1881-03,360302188103040012\n",
          "甲一 cn-id 360302188103040012 18810304 1");
    rejects("姓名,性别,身份证号\n甲一,女,360302188103040012\n", CBI_REASON_ROSTER_SEX, "性别");
    rejects("姓名,出生日期,身份证号\n甲一,1881-03-05,360302188103040012\n", CBI_REASON_ROSTER_BIRTH,
            "出生日期");
    rejects("姓名,性别,身份证号\n甲一,n,360302188103040012\n", CBI_REASON_UNKNOWN_SEX, "性别");
    rejects("姓名,出生日期,身份证号\n甲一,03/04/1881,360302188103040012\n", CBI_REASON_BAD_DATE,
            "出生日期");
}

Test(roster, fifteen_digits_become_eighteen_of_the_right_century)
{
    reads("姓名,身份证号\n甲一,360302 000101 001\n", "甲一 cn-id 360302190001010018 19000101 -");
    reads("姓名,出生日期,身份证号\n甲一,1881-03-04,360302810304001\n",
          "甲一 cn-id 360302188103040012 18810304 -");
    reads("姓名,出生年月,身份证号\n甲一,1881,360302810304996\n",
          "甲一 cn-id 360302188103049965 18810304 -");
    rejects("姓名,身份证号\n甲一,360302810304996\n", CBI_REASON_OLD_NUMBER_CENTURY, "身份证号");
    rejects("姓名,出生日期,身份证号\n甲一,1882-03-04,360302810304001\n", CBI_REASON_ROSTER_BIRTH,
            "出生日期");
}

static void note_student(const cbi_roster_row *row, void *context)
{
    const Cbank__Api__V1__PersonDocument *last =
        row->person->documents[row->person->n_documents - 1];

    cr_assert_eq(row->row_class, CBI_ROW_READY);
    snprintf(context, 256, "%zu %s %s %u %u", row->person->n_documents, last->type, last->number,
             last->from, last->until);
}

Test(roster, student_numbers_come_with_their_institution_and_their_days)
{
    char found[256] = "";

    cr_expect_eq(read_roster("学号,姓名,身份证号,入学年月\n0123,甲一,360302188103040012,190109\n",
                             "PXU", note_student, found),
                 CBANK_OK);
    cr_expect_str_eq(found, "2 student/PXU 0123 19010900 0");
    cr_expect_eq(
        read_roster("学号,姓名,毕业日期\n0123,甲一,1904-07-01\n", "PXU", note_student, found),
        CBANK_OK);
    cr_expect_str_eq(found, "1 student/PXU 0123 0 19040701");
    rejects("学号,姓名,入学日期,毕业日期\n0123,甲一,1904,1901\n", CBI_REASON_STUDENT_SPAN,
            "毕业日期");
}

Test(roster, whose_student_numbers_they_are_must_be_said)
{
    cbank_error why = {0};

    cr_expect_eq(read_roster("学号,姓名\n0123,甲一\n", "", note_why, &why), CBANK_OK);
    cr_expect_eq(why.reason, CBI_REASON_ROSTER_INSTITUTION);
}

Test(roster, a_row_needs_a_name_and_a_number)
{
    rejects("姓名,身份证号\n,360302188103040012\n", CBI_REASON_MISSING_CELL, "姓名");
    rejects("姓名,身份证号,班级\n甲一,,1\n", CBI_REASON_MISSING_CELL, "身份证号");
    rejects("姓名,身份证号\n#N/A,360302188103040012\n", CBI_REASON_FORMULA_CELL, "姓名");
    rejects("姓名,身份证号\n=A1,360302188103040012\n", CBI_REASON_FORMULA_CELL, "姓名");
    rejects("姓名,身份证号\n甲一,360302188103040013\n", CBI_REASON_BAD_CHECK_DIGIT, "身份证号");
}

Test(roster, a_file_without_the_columns_is_refused)
{
    cr_expect_eq(read_roster("姓名,电话\n甲一,1\n", "PXU", note_why, NULL), CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_MAP_MISSING_FIELD);
    cr_expect_eq(read_roster("课程,学分\n语文,1\n", "PXU", note_why, NULL), CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_MAP_NO_COLUMN);
    cr_expect_str_eq(err.object, "姓名");
}

Test(roster, a_ruined_number_is_told_from_a_mistyped_one)
{
    rejects("姓名,身份证号\n甲一,360302188103040012\n乙二,36031318851122002X\n"
            "丙三,440524188001010014\n丁四,440524188001009984\n",
            CBI_REASON_SPREADSHEET_RUINED, "身份证号");
}

Test(roster, a_ruined_column_is_refused_as_a_whole)
{
    cbank_error why = {0};

    cr_expect_eq(read_roster("姓名,身份证号\n甲一,360302188103040000\n乙二,36031318851122002X\n"
                             "丁四,440524188001009984\n",
                             "PXU", note_why, &why),
                 CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_COLUMN_RUINED);
    cr_expect_str_eq(err.object, "身份证号");
    cr_expect_eq(err.where, 2);
    cr_expect_str_eq(err.detail, "2");
    cr_expect_eq(
        read_roster("姓名,身份证号\n甲一,3.60302E+17\n乙二,3.60313E+17\n", "PXU", note_why, &why),
        CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_COLUMN_RUINED);
}
