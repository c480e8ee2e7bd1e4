/* Which row names the columns, whatever stands above it. */
#include "exchange/gridtext.h"

#include <criterion/criterion.h>

#include <string.h>

static cbank_error err;

/* What a reader wants of a header: all of these names. */
static bool has_all(const void *context, const cbi_bytes *columns, size_t count)
{
    for (const char *const *name = context; *name != NULL; name++) {
        size_t at = 0;

        while (at < count && !cbi_bytes_equal(columns[at], cbi_bytes_of_text(*name)))
            at++;
        if (at == count)
            return false;
    }
    return true;
}

static cbank_status transcribe(const char *file, const char *const *wanted, char *out)
{
    const cbi_grid_options options = {
        .sheet = "", .fits = wanted == NULL ? NULL : has_all, .context = wanted};

    return gridtext_of(cbi_bytes_of_text(file), 1u << 20, &options, out, &err);
}

static void reads(const char *file, const char *const *wanted, const char *rows)
{
    char out[GRIDTEXT_MAX];

    cr_expect_eq(transcribe(file, wanted, out), CBANK_OK);
    cr_expect_str_eq(out, rows, "%s\ngave\n%s", file, out);
}

static const char *const wanted[] = {"学号", "成绩", NULL};

Test(grid, titles_above_the_header_are_passed_over)
{
    reads("1901-1902学年成绩单,,\n制表：教务处,1902-07-01,\n学号,课程,成绩\n1,语文,80\n", wanted,
          "学号,课程,成绩\n4:1,语文,80");
    reads("学号,课程,成绩\n1,语文,80\n", wanted, "学号,课程,成绩\n2:1,语文,80");
}

Test(grid, a_header_of_two_rows_is_read_where_cells_are_merged)
{
    reads("学号,成绩,\n,平时,成绩\n1,70,80\n", wanted, "学号,平时,成绩\n3:1,70,80");
    reads("成绩单,,\n学号,考核,\n,平时,成绩\n1,70,80\n", wanted, "学号,平时,成绩\n4:1,70,80");
}

Test(grid, where_nothing_fits_the_first_row_with_several_names_is_shown)
{
    reads("成绩单\n课程,学分\n语文,2\n数学,3\n", wanted, "课程,学分\n3:语文,2\n4:数学,3");
    reads("课程,学分\n语文,2\n", wanted, "课程,学分\n2:语文,2");
    reads("名单\n甲\n", wanted, "名单\n2:甲");
}

Test(grid, the_header_is_looked_for_among_the_first_rows_only)
{
    char file[512] = "";
    char out[GRIDTEXT_MAX];

    for (unsigned i = 0; i < CBI_GRID_HEADER_ROWS; i++)
        strcat(file, "a,b\n");
    strcat(file, "学号,成绩\n1,2\n");
    cr_expect_eq(transcribe(file, wanted, out), CBANK_OK);
    cr_expect_eq(strncmp(out, "a,b\n2:a,b", 9), 0, "%s", out);
}

Test(grid, without_a_wish_the_first_row_that_is_not_blank_is_the_header)
{
    reads("\n成绩单,,\n学号,成绩\n", NULL, "成绩单\n3:学号,成绩");
    reads("a,,c\n1,2,\n", NULL, "a,,c\n2:1,2,");
}

Test(grid, a_million_rows_are_enough)
{
    static const cbi_grid_options options = {.sheet = ""};
    static char piece[1u << 16];
    cbi_grid_step step = CBI_GRID_MORE;
    cbank_status status = CBANK_OK;
    cbi_grid_row row;
    cbi_grid *grid = NULL;
    uint64_t rows = 0;

    for (size_t i = 0; i < sizeof(piece); i += 4)
        memcpy(piece + i, "a,b\n", 4);
    cr_assert_eq(cbi_grid_new(&options, &grid, NULL), CBANK_OK);
    while (status == CBANK_OK) {
        cr_assert_lt(rows, 2 * CBI_GRID_ROWS_MAX);
        cr_assert_eq(cbi_grid_feed(grid, cbi_bytes_of(piece, sizeof(piece)), NULL), CBANK_OK);
        do {
            status = cbi_grid_next(grid, &step, &row, &err);
            rows += status == CBANK_OK && step == CBI_GRID_ROW;
        } while (status == CBANK_OK && step != CBI_GRID_MORE);
    }
    cr_expect_eq(status, CBANK_E_TOO_LARGE);
    cr_expect_eq(rows, CBI_GRID_ROWS_MAX - 1, "and the header");
    cr_expect_str_eq(err.object, "rows");
    cbi_grid_free(grid);
}
