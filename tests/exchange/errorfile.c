/* The file of rejected rows: safe to open, and good to import once it is mended. */
#include "exchange/errorfile.h"
#include "exchange/desk.h"

#include <stdio.h>
#include <string.h>

#define OWN                                                                                        \
    "\"错误行 error_row\",\"错误列 error_column\",\"错误内容 error_value\","                         \
    "\"错误原因 error_reason\",\"处理办法 error_remedy\"\r\n"

static const cbank_error why = {
    .status = CBANK_E_INVALID,
    .reason = CBI_REASON_MISSING_CELL,
    .object = "学分",
};
#define WHY "\"学分\",\"三\",\"缺少内容（学分）\",\"请补录；空白不会被当作零\""

static cbank_buffer write_row(const cbi_bytes *columns, size_t count, const cbi_grid_row *row)
{
    cbank_buffer out = {0};

    cr_assert_eq(cbi_errorfile_begin(columns, count, &out, NULL), CBANK_OK);
    cr_assert_eq(cbi_errorfile_row(columns, count, row, &why, "三", "zh", &out, NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_append(&out, cbi_bytes_of("", 1), NULL), CBANK_OK);
    return out;
}

/* The first cell of the row that is written for a row of this one cell. */
static void writes(const char *cell, const char *text)
{
    cbi_bytes column = cbi_bytes_of_text("c");
    cbi_bytes value = cbi_bytes_of_text(cell);
    cbi_grid_row row = {7, &value, 1};
    cbank_buffer out = write_row(&column, 1, &row);
    const char *at = strstr((const char *)out.data, "\r\n") + 2;

    cr_expect_eq(strncmp(at, text, strlen(text)), 0, "%s is written as %s", cell, at);
    cr_expect_eq(at[strlen(text)], ',', "%s is written as %s", cell, at);
    cbank_buffer_clear(&out);
}

Test(errorfile, has_a_mark_the_columns_and_five_of_its_own)
{
    const cbi_bytes columns[] = {cbi_bytes_of_text("学号"), cbi_bytes_of_text("学分")};
    const cbi_bytes cells[] = {cbi_bytes_of_text("A1"), cbi_bytes_of_text("三")};
    cbi_grid_row row = {12, cells, 2};
    cbank_buffer out = write_row(columns, 2, &row);

    cr_expect_str_eq((const char *)out.data,
                     "\xef\xbb\xbf\"学号\",\"学分\"," OWN
                     "\"A1\",\"三\",\"12\"," WHY "\r\n");
    cbank_buffer_clear(&out);
}

Test(errorfile, says_why_in_the_language_that_is_asked_for)
{
    cbi_bytes column = cbi_bytes_of_text("c");
    cbi_grid_row row = {2, &column, 1};
    cbank_buffer out = {0};

    cr_assert_eq(cbi_errorfile_row(&column, 1, &row, &why, "三", "en", &out, NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_append(&out, cbi_bytes_of("", 1), NULL), CBANK_OK);
    cr_expect_str_eq((const char *)out.data,
                     "\"c\",\"2\",\"学分\",\"三\",\"the cell is empty (学分)\","
                     "\"fill it in; a blank never counts as zero\"\r\n");
    cbank_buffer_clear(&out);
}

Test(errorfile, what_a_program_would_run_or_change_is_written_as_text)
{
    writes("=1+1", "\"=\"\"=1+1\"\"\"");
    writes("@SUM(A1)", "\"=\"\"@SUM(A1)\"\"\"");
    writes("+86", "\"=\"\"+86\"\"\"");
    writes("-3", "\"=\"\"-3\"\"\"");
    writes("0123", "\"=\"\"0123\"\"\"");
    writes("440524188001010014", "\"=\"\"440524188001010014\"\"\"");
    writes("2024-06", "\"=\"\"2024-06\"\"\"");
    writes("1-2", "\"=\"\"1-2\"\"\"");
    writes("3.50", "\"=\"\"3.50\"\"\"");
    writes("=\"0123\"", "\"=\"\"0123\"\"\"");
    writes("=say \"yes\"", "\"=\"\"=say \"\"\"\"yes\"\"\"\"\"\"\"");
}

Test(errorfile, plain_text_and_short_numbers_stay_plain)
{
    writes("大学语文", "\"大学语文\"");
    writes("3", "\"3\"");
    writes("0", "\"0\"");
    writes("0.5", "\"0.5\"");
    writes("11391", "\"11391\"");
    writes("a \"b\", c", "\"a \"\"b\"\", c\"");
}

Test(errorfile, a_short_row_is_filled_up_and_a_long_one_shows_its_surplus_at_the_end)
{
    const cbi_bytes columns[] = {cbi_bytes_of_text("a"), cbi_bytes_of_text("b")};
    const cbi_bytes cells[] = {cbi_bytes_of_text("1"), cbi_bytes_of_text("2"),
                               cbi_bytes_of_text("x")};
    cbi_grid_row row = {3, cells, 1};
    cbank_buffer out = write_row(columns, 2, &row);

    cr_expect_not_null(strstr((const char *)out.data, "\r\n\"1\",,\"3\",\"学分\","));
    cbank_buffer_clear(&out);
    row.count = 3;
    out = write_row(columns, 2, &row);
    cr_expect_not_null(strstr((const char *)out.data, "\r\n\"1\",\"2\",\"3\",\"学分\","));
    cr_expect_not_null(strstr((const char *)out.data, WHY ",\"x\"\r\n"));
    cbank_buffer_clear(&out);
}

/* ---- there and back ---- */


struct errors {
    cbank_buffer file;
    const cbi_bytes *columns;
    size_t count;
};

static void collect(const cbi_row_draft *row, void *context)
{
    struct errors *errors = context;

    if (row->row_class == CBI_ROW_REJECTED)
        cr_assert_eq(cbi_errorfile_row(errors->columns, errors->count, &row->row, &why, "三",
                                       "zh", &errors->file, NULL),
                     CBANK_OK);
}

/* Imports a file and writes the file of its rejected rows. */
static desk_result import(const char *file, const char *const *columns, size_t count,
                          cbank_buffer *errors_file)
{
    cbi_grades_options options =
        desk_options("student_number=学号,title=课程,code=\"=课程号\",credits=学分,awarded=获得");
    cbi_bytes names[16];
    struct errors errors = {{0}, names, count};
    desk_result result;

    for (size_t i = 0; i < count; i++)
        names[i] = cbi_bytes_of_text(columns[i]);
    cr_assert_eq(cbi_errorfile_begin(names, count, &errors.file, NULL), CBANK_OK);
    result = desk_read(&options, cbi_bytes_of_text(file), 1u << 20, collect, &errors);
    cr_assert_eq(cbi_buffer_append(&errors.file, cbi_bytes_of("", 1), NULL), CBANK_OK);
    *errors_file = errors.file;
    return result;
}

static const char *const columns[] = {"学号", "课程", "=课程号", "学分", "获得"};
static const char *const columns_again[] = {"学号",
                                            "课程",
                                            "=课程号",
                                            "学分",
                                            "获得",
                                            "错误行 error_row",
                                            "错误列 error_column",
                                            "错误内容 error_value",
                                            "错误原因 error_reason",
                                            "处理办法 error_remedy"};

/* Imports an error file. */
static desk_result import_again(const cbank_buffer *file, cbank_buffer *errors_file)
{
    return import((const char *)file->data, columns_again,
                  sizeof(columns_again) / sizeof(columns_again[0]), errors_file);
}

Test(errorfile, rejected_again_it_is_the_same_file_but_for_the_rows)
{
    static const char file[] = "学号,课程,=课程号,学分,获得\n"
                               "0123,语文,\"=\"\"007\"\"\",三,2024-06\n"
                               "0124,=A1,008,3,2024-06-30\n";
    cbank_buffer first;
    cbank_buffer second;
    cbank_buffer third;

    cr_expect_eq(import(file, columns, 5, &first).counts.rejected, 2);
    cr_expect_eq(import_again(&first, &second).counts.rejected, 2);
    cr_expect_str_eq((const char *)first.data, (const char *)second.data);
    cr_expect_eq(import_again(&second, &third).counts.rejected, 2);
    cr_expect_str_eq((const char *)second.data, (const char *)third.data);
    cbank_buffer_clear(&first);
    cbank_buffer_clear(&second);
    cbank_buffer_clear(&third);
}

Test(errorfile, mended_it_imports_to_what_the_row_should_have_been)
{
    static const char good[] = "学号,课程,=课程号,学分,获得\n0123,语文,007,3.50,2024-06\n";
    static const char bad[] = "学号,课程,=课程号,学分,获得\n0123,语文,007,三,2024-06\n";
    cbank_buffer unused;
    cbank_buffer errors;
    cbank_buffer mended = {0};
    desk_result wanted = import(good, columns, 5, &unused);
    char *cell;

    cbank_buffer_clear(&unused);
    cr_expect_eq(import(bad, columns, 5, &errors).counts.rejected, 1);
    cell = strstr((char *)errors.data, "三");
    cr_assert_not_null(cell);
    memcpy(cell, "3.5", 3);
    cr_assert_eq(cbi_buffer_append(&mended, cbi_bytes_of_buffer(&errors), NULL), CBANK_OK);
    {
        desk_result again = import_again(&mended, &unused);

        cr_assert_eq(again.counts.ready, 1);
        cr_expect_str_eq(again.rows[0].reference, wanted.rows[0].reference);
        cr_expect_str_eq(again.rows[0].holder, wanted.rows[0].holder);
    }
    cbank_buffer_clear(&unused);
    cbank_buffer_clear(&errors);
    cbank_buffer_clear(&mended);
}
