/* References that are composed: the published rule of lib/exchange/README.md, and its secrecy. */
#include "exchange/desk.h"
#include "base/limits.h"

#include <stdio.h>
#include <string.h>

#define MAP                                                                                        \
    "student_number=学号,title=课程,code=课程号,school_year=学年,term=学期,assessed=考试,"         \
    "awarded=获得,attempt=性质"
#define HEAD "学号,课程,课程号,学年,学期,考试,获得,性质\n"

/* The composed reference of one row. */
static desk_row compose(const cbi_grades_options *options, const char *row)
{
    char file[512];
    desk_result result;

    snprintf(file, sizeof(file), HEAD "%s\n", row);
    result = desk_read_text(options, file);
    cr_assert_eq(result.count, 1);
    return result.rows[0];
}

static void begins(const char *row, const char *prefix)
{
    cbi_grades_options options = desk_options(MAP);
    desk_row got = compose(&options, row);

    cr_expect_eq(got.row_class, CBI_ROW_READY);
    cr_expect_eq(strncmp(got.reference, prefix, strlen(prefix)), 0, "%s", got.reference);
    cr_expect_eq(strlen(got.reference), strlen(prefix) + 20, "%s", got.reference);
    cr_expect_eq(strspn(got.reference + strlen(prefix), "0123456789abcdef"), 20);
}

Test(reference, what_there_is_of_the_row_is_joined_in_order)
{
    begins("0123,语文,C1,2024-2025,1,2025-01-10,2025-02,补考",
           "C1-2024-2025-1-2025-01-10-补考-");
    begins("0123,语文,C1,,,,2025-02,", "C1-2025-02-");
    begins("0123,语文,,,,,2025,", "2025-");
}

/* HMAC-SHA-256 of "student/PXU" and "0123", each behind its size; the value is Python's. */
Test(reference, the_person_is_in_it_by_a_mac_only)
{
    cbi_grades_options options = desk_options(MAP);

    cr_expect_str_eq(compose(&options, "0123,语文,C1,,,,,").reference, "C1-03940a4245e75435e1a2");
}

Test(reference, another_learner_course_attempt_or_secret_makes_another)
{
    cbi_grades_options options = desk_options(MAP);
    cbi_secret other = {{7}};
    desk_row row = compose(&options, "0123,语文,C1,,1,,,");

    cr_expect_str_eq(compose(&options, "0123,大学语文,C1,,1,,,").reference, row.reference);
    cr_expect_str_neq(compose(&options, "0124,语文,C1,,1,,,").reference, row.reference);
    cr_expect_str_neq(compose(&options, "0123,语文,C2,,1,,,").reference, row.reference);
    cr_expect_str_neq(compose(&options, "0123,语文,C1,,2,,,").reference, row.reference);
    cr_expect_str_neq(compose(&options, "0123,语文,C1,,1,,,补考").reference, row.reference);
    options.reference_secret = &other;
    cr_expect_str_neq(compose(&options, "0123,语文,C1,,1,,,").reference, row.reference);
}

/* A number of a document may be corrected later; the student number stays. */
Test(reference, the_student_number_goes_before_the_document)
{
    static const char file[] = "学号,证件,课程,课程号\n"
                               "0123,440524188001010014,语文,C1\n"
                               ",440524188001010014,语文,C1\n"
                               "0123,,语文,C1\n";
    cbi_grades_options options =
        desk_options("student_number=学号,id_number=证件,title=课程,code=课程号");
    desk_result result = desk_read_text(&options, file);

    cr_assert_eq(result.count, 3);
    cr_expect_str_eq(result.rows[0].holder, "cn-id:440524188001010014");
    cr_expect_str_neq(result.rows[0].reference, result.rows[1].reference);
    cr_expect_eq(result.rows[2].row_class, CBI_ROW_REJECTED, "the same reference, another holder");
    cr_expect_eq(result.rows[2].why.reason, CBI_REASON_DUPLICATE_IN_FILE);
}

Test(reference, a_row_with_nothing_to_tell_it_by_is_rejected)
{
    cbi_grades_options options = desk_options(MAP);
    desk_row row = compose(&options, "0123,语文,,,,,,");

    cr_expect_eq(row.row_class, CBI_ROW_REJECTED);
    cr_expect_eq(row.why.reason, CBI_REASON_NOTHING_TO_NAME_IT);
}

Test(reference, one_that_grows_too_long_is_rejected)
{
    cbi_grades_options options = desk_options(MAP);
    char cells[160];
    desk_row row;

    snprintf(cells, sizeof(cells), "0123,语文,%0*d,,,,,", CBI_REFERENCE_MAX - 21, 1);
    row = compose(&options, cells);
    cr_expect_eq(row.row_class, CBI_ROW_READY);
    cr_expect_eq(strlen(row.reference), CBI_REFERENCE_MAX);
    snprintf(cells, sizeof(cells), "0123,语文,%0*d,,,,,", CBI_REFERENCE_MAX - 20, 1);
    row = compose(&options, cells);
    cr_expect_eq(row.row_class, CBI_ROW_REJECTED);
    cr_expect_eq(row.why.reason, CBI_REASON_FIELD_SIZE);
}

/* Some systems keep school year and term in one column: the same course a term later is another. */
Test(reference, a_term_in_one_cell_counts_as_in_two)
{
    cbi_grades_options two = desk_options("student_number=学号,title=课程,code=课程号,"
                                          "school_year=学年,term=学期");
    cbi_grades_options one = desk_options("student_number=学号,title=课程,code=课程号,"
                                          "year_term=学年学期");
    desk_result apart = desk_read_text(&two, "学号,课程,课程号,学年,学期\n"
                                             "0123,体育,C1,1900-1901,1\n"
                                             "0123,体育,C1,1900-1901,2\n");
    desk_result joined = desk_read_text(&one, "学号,课程,课程号,学年学期\n"
                                              "0123,体育,C1,1900-1901-1\n"
                                              "0123,体育,C1,1900-1901-2\n");

    cr_assert_eq(apart.counts.ready, 2);
    cr_assert_eq(joined.counts.ready, 2, "two terms are two results");
    for (size_t i = 0; i < 2; i++)
        cr_expect_str_eq(joined.rows[i].reference, apart.rows[i].reference);
}
