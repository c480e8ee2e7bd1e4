/* A list of who studies what: what each cell states, and what it does not. */
#include "exchange/enrolments.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static cbi_profile profile;
static cbank_error err;

static void begin(void)
{
    cr_assert_eq(cbi_profile_builtin(cbi_bytes_of_text("enrolments"), &profile, &err), CBANK_OK,
                 "%s %s", err.object, err.detail);
}

static void end(void)
{
    cbi_profile_clear(&profile);
}

TestSuite(enrolments, .init = begin, .fini = end);

static const char *code_text(const Cbank__V1__Code *code, char *room)
{
    sprintf(room, code == NULL ? "-" : "%s:%s", code == NULL ? "" : code->scheme,
            code == NULL ? "" : code->value);
    return room;
}

/* "number programme@edition cohort stage started level status since", or why the row is refused. */
static void describe(const cbi_enrolments_row *row, char *out, size_t size)
{
    const Cbank__V1__EnrolmentTerms *terms = row->terms;
    char level[64], status[64];

    if (row->who->row_class == CBI_ROW_REJECTED) {
        snprintf(out, size, "%s %s", cbank_reason_name(row->who->why.reason),
                 row->who->why.object);
        return;
    }
    snprintf(out, size, "%s %s@%u %s %u %u %s %s %u", row->who->person->documents[0]->number,
             terms->programme == NULL ? "-" : terms->programme->id,
             terms->programme == NULL ? 0 : terms->programme->edition, terms->cohort, terms->stage,
             terms->started_on, code_text(terms->level, level), code_text(terms->status, status),
             row->since);
}

static void reads(const char *file, const char *wanted)
{
    const cbi_roster_options options = {.institution = "PXU", .profile = &profile, .sheet = ""};
    const cbi_enrolments_row *row = NULL;
    cbi_grid_step step = CBI_GRID_MORE;
    cbi_enrolments *it = NULL;
    char found[256] = "";

    cr_assert_eq(cbi_enrolments_new(&options, &it, &err), CBANK_OK);
    cr_assert_eq(cbi_roster_feed(cbi_enrolments_roster(it), cbi_bytes_of_text(file), &err),
                 CBANK_OK);
    cr_assert_eq(cbi_roster_end(cbi_enrolments_roster(it), &err), CBANK_OK);
    while (step != CBI_GRID_DONE) {
        cr_assert_eq(cbi_enrolments_next(it, &step, &row, &err), CBANK_OK, "%s %s",
                     cbank_reason_name(err.reason), err.object);
        if (step == CBI_GRID_ROW)
            describe(row, found, sizeof(found));
    }
    cr_expect_str_eq(found, wanted);
    cbi_enrolments_free(it);
}

Test(enrolments, columns_are_found_by_the_names_that_offices_use)
{
    reads("2022级名单\n学号,专业,年级,入学日期,层次,学籍状态,阶段\n"
          "0007,pxu/nursing@2,2022级,2022年9月1日,专科,01,2\n",
          "0007 pxu/nursing@2 2022 2 20220901 local:专科 XSDQZT:01 0");
    reads("student number,programme,cohort,admitted,level of study,date of change\n"
          "0007,pxu/nursing,2022,2022-09,PYCC:10,2023-03-01\n",
          "0007 pxu/nursing@0 2022 0 20220900 PYCC:10 - 20230301");
}

Test(enrolments, what_a_cell_does_not_state_is_not_stated)
{
    reads("学号,专业,年级,入学日期\n0007,,,\n", "0007 -@0  0 0 - - 0");
}

Test(enrolments, a_name_is_not_needed_and_is_checked_where_it_is_there)
{
    reads("姓名,学号,专业\n,0007,p\n", "0007 p@0  0 0 - - 0");
    reads("姓名,身份证号,专业\n甲一,360302188103040013,p\n", "BAD_CHECK_DIGIT 身份证号");
}

Test(enrolments, a_cell_of_another_form_is_refused_by_its_column)
{
    reads("学号,专业\n0007,p@0\n", "ENROL_ROW_FORM 专业");
    reads("学号,专业\n0007,p@x\n", "ENROL_ROW_FORM 专业");
    reads("学号,专业,阶段\n0007,p,17\n", "ENROL_ROW_FORM 阶段");
    reads("学号,专业,阶段\n0007,p,一\n", "ENROL_ROW_FORM 阶段");
    reads("学号,专业,入学日期\n0007,p,9/1/2022\n", "BAD_DATE 入学日期");
    reads("学号,专业,年级\n0007,p,=1+1\n", "FORMULA_CELL 年级");
    reads("学号,专业,年级\n,p,2022\n", "MISSING_CELL id_number");
}
