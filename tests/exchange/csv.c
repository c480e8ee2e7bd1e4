/* Spreadsheets saved as text: what is a row, a cell, a header, and what stops the reading. */
#include "exchange/grid.h"
#include "exchange/desk.h"
#include "base/limits.h"

#include <stdio.h>
#include <string.h>

static cbank_error err;

/* Writes each row as "number:cell|cell\n", the header as row 0, up to the end or an error. */
static cbank_status transcribe(cbi_grid *grid, cbank_buffer *out)
{
    cbi_grid_step step;
    cbi_grid_row row;
    cbank_status status;

    for (;;) {
        char number[24];

        status = cbi_grid_next(grid, &step, &row, &err);
        if (status != CBANK_OK || step == CBI_GRID_MORE || step == CBI_GRID_DONE)
            return status;
        if (step == CBI_GRID_HEADER)
            row = (cbi_grid_row){0, cbi_grid_columns(grid, &row.count), row.count};
        snprintf(number, sizeof(number), "%d:", (int)row.number);
        cr_assert_eq(cbi_buffer_append(out, cbi_bytes_of_text(number), NULL), CBANK_OK);
        for (size_t i = 0; i < row.count; i++) {
            const char *separator = i + 1 < row.count ? "|" : "\n";

            cr_assert_eq(row.cells[i].data[row.cells[i].size], '\0');
            cr_assert_eq(cbi_buffer_append(out, row.cells[i], NULL), CBANK_OK);
            cr_assert_eq(cbi_buffer_append(out, cbi_bytes_of_text(separator), NULL), CBANK_OK);
        }
    }
}

static cbank_status read_pieces(cbi_bytes file, size_t piece, cbank_buffer *out, uint64_t *blank)
{
    cbi_grid *grid = NULL;
    cbank_status status = CBANK_OK;

    memset(&err, 0, sizeof(err));
    CBI_TRY(cbi_grid_new(&(cbi_grid_options){.sheet = ""}, &grid, &err));
    for (size_t at = 0; at < file.size; at += piece) {
        size_t size = file.size - at < piece ? file.size - at : piece;

        CBI_TRY(cbi_grid_feed(grid, cbi_bytes_of(file.data + at, size), &err));
        CBI_TRY(transcribe(grid, out));
    }
    CBI_TRY(cbi_grid_end(grid, &err));
    CBI_TRY(transcribe(grid, out));
done:
    if (grid != NULL)
        *blank = cbi_grid_blank_rows(grid);
    cbi_grid_free(grid);
    return status;
}

/* However the bytes are cut, the same rows come out; the answer is the number of blank ones. */
static uint64_t reads(const char *file, const char *rows)
{
    static const size_t pieces[] = {1u << 20, 1, 2, 3, 7};
    uint64_t blank = 0;

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        cbank_buffer out = {0};

        cr_expect_eq(read_pieces(cbi_bytes_of_text(file), pieces[i], &out, &blank), CBANK_OK,
                     "%s: %s", file, cbank_reason_name(err.reason));
        cr_assert_eq(cbi_buffer_append(&out, cbi_bytes_of("", 1), NULL), CBANK_OK);
        cr_expect_str_eq((const char *)out.data, rows, "%s, %zu bytes at a time", file, pieces[i]);
        cbank_buffer_clear(&out);
    }
    return blank;
}

static void refuses(cbi_bytes file, cbi_reason reason, uint64_t row)
{
    static const size_t pieces[] = {1u << 20, 4096, 1000};

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        cbank_buffer out = {0};
        uint64_t blank;

        cr_expect_eq(read_pieces(file, pieces[i], &out, &blank), cbi_reason_status(reason));
        cr_expect_str_eq(cbank_reason_name(err.reason), cbank_reason_name((int32_t)reason));
        cr_expect_eq(err.where, row, "row %d, not %d", (int)err.where, (int)row);
        cbank_buffer_clear(&out);
    }
}

Test(csv, rows_are_counted_as_a_spreadsheet_counts_them)
{
    reads("a,b\n1,2\n3,4\n", "0:a|b\n2:1|2\n3:3|4\n");
    reads("a,b\r\n1,2\r\n3,4", "0:a|b\n2:1|2\n3:3|4\n");
    reads("a,b\r1,2\r3,4\r", "0:a|b\n2:1|2\n3:3|4\n");
}

Test(csv, a_line_break_inside_quotes_belongs_to_the_cell)
{
    reads("a,b\n\"x\ny\",2\n3,4\n", "0:a|b\n2:x\ny|2\n3:3|4\n");
    reads("a,b\n\"x\r\ny\",2\r\n3,4\n", "0:a|b\n2:x\r\ny|2\n3:3|4\n");
}

Test(csv, quotes_hold_separators_and_doubled_quotes)
{
    reads("a,b\n\"x,y\",\"say \"\"yes\"\"\"\n", "0:a|b\n2:x,y|say \"yes\"\n");
}

Test(csv, a_quote_inside_an_unquoted_cell_is_a_character)
{
    reads("a,b\n=\"0123\",24\" disk\n5,6\n", "0:a|b\n2:=\"0123\"|24\" disk\n3:5|6\n");
}

Test(csv, blank_rows_are_counted_and_passed_over)
{
    cr_expect_eq(reads("a,b\n\n1,2\n,\n  \n\"\",\"\"\n3,4\n\n", "0:a|b\n3:1|2\n7:3|4\n"), 5);
    cr_expect_eq(reads("\r\n\r\na,b\r\n1,2\r\n", "0:a|b\n4:1|2\n"), 2);
    cr_expect_eq(reads("a,b\n", "0:a|b\n"), 0);
}

Test(csv, cells_are_trimmed_of_the_blanks_that_people_type)
{
    reads("  a , b\n 1 ,\" 2 \"\n\xc2\xa0x\xe3\x80\x80,\xe3\x80\x80\xe3\x80\x80y z\n",
          "0:a|b\n2:1|2\n3:x|y z\n");
}

Test(csv, the_separator_is_the_one_that_the_header_has_most_of)
{
    reads("a;b;c\n1;2,5;3\n", "0:a|b|c\n2:1|2,5|3\n");
    reads("a\tb\n1,2\t\n", "0:a|b\n2:1,2|\n");
    reads("\"a;b;c\",d\n1,2\n", "0:a;b;c|d\n2:1|2\n");
    reads("a\n1\n", "0:a\n2:1\n");
}

Test(csv, a_row_is_handed_out_as_long_as_it_is)
{
    reads("a,b,c\n1,2\n1,2,3,4\n1,2,3,,\n", "0:a|b|c\n2:1|2\n3:1|2|3|4\n4:1|2|3\n");
}

Test(csv, columns_without_a_name_at_the_end_of_the_header_are_none)
{
    reads("a,b,,\n1,2,,\n", "0:a|b\n2:1|2\n");
    reads("a,,c\n1,2,3\n", "0:a||c\n2:1|2|3\n");
}

Test(csv, a_line_break_in_a_columns_name_becomes_a_blank)
{
    reads("\"课程\n名称\",b\n1,2\n", "0:课程 名称|b\n2:1|2\n");
}

Test(csv, gb18030_and_a_byte_order_mark_make_no_difference)
{
    cbank_buffer gb = desk_encode("学号,课程名称\n0123,大学语文\n", "GB18030");
    cbank_buffer out = {0};
    uint64_t blank;

    cr_expect_eq(read_pieces(cbi_bytes_of_buffer(&gb), 3, &out, &blank), CBANK_OK);
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&out),
                              cbi_bytes_of_text("0:学号|课程名称\n2:0123|大学语文\n")));
    reads("\xef\xbb\xbf学号,课程名称\n0123,大学语文\n", "0:学号|课程名称\n2:0123|大学语文\n");
    cbank_buffer_clear(&gb);
    cbank_buffer_clear(&out);
}

Test(csv, a_file_without_a_header_is_refused)
{
    refuses(cbi_bytes_of_text(""), CBI_REASON_CSV_NO_HEADER, 0);
    refuses(cbi_bytes_of_text("\n\n,,\n"), CBI_REASON_CSV_NO_HEADER, 0);
}

Test(csv, quotes_that_do_not_match_name_their_row)
{
    refuses(cbi_bytes_of_text("a,b\n1,2\n\"x,4\n5,6\n"), CBI_REASON_CSV_QUOTES, 3);
    refuses(cbi_bytes_of_text("a,b\n1,2\n3,\"x\"y\n5,6\n"), CBI_REASON_CSV_QUOTES, 3);
    refuses(cbi_bytes_of_text("a,b\n1,\"2"), CBI_REASON_CSV_QUOTES, 2);
}

Test(csv, rows_before_a_wrong_byte_are_handed_out_and_the_error_names_its_row)
{
    cbank_buffer out = {0};
    uint64_t blank;

    cr_expect_eq(read_pieces(cbi_bytes_of_text("课程,学分\n语文,1\n数\xff学,2\n体育,3\n"), 1u << 20,
                             &out, &blank),
                 CBANK_E_MALFORMED);
    cr_expect_eq(err.reason, CBI_REASON_BAD_ENCODING);
    cr_expect_eq(err.where, 3);
    cr_expect_str_eq(err.object, "utf-8");
    cr_expect_str_eq(err.detail, "byte 26");
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&out),
                              cbi_bytes_of_text("0:课程|学分\n2:语文|1\n")));
    cbank_buffer_clear(&out);
}

/* Builds "a,b\n", a good row, then `count` times `piece`. */
static cbank_buffer repeat(const char *piece, size_t count, const char *end)
{
    cbank_buffer file = {0};

    cr_assert_eq(cbi_buffer_append(&file, cbi_bytes_of_text("a,b\n1,2\n"), NULL), CBANK_OK);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(cbi_buffer_append(&file, cbi_bytes_of_text(piece), NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_append(&file, cbi_bytes_of_text(end), NULL), CBANK_OK);
    return file;
}

static void beyond(const char *piece, size_t count, const char *end, const char *limit)
{
    cbank_buffer file = repeat(piece, count, end);

    refuses(cbi_bytes_of_buffer(&file), CBI_REASON_CSV_LIMIT, 3);
    cr_expect_str_eq(err.object, limit);
    cbank_buffer_clear(&file);
}

Test(csv, limits_are_exact_and_name_the_row)
{
    cbank_buffer out = {0};
    uint64_t blank;
    cbank_buffer file = repeat("x", CBI_GRID_CELL_MAX, ",2\n");

    cr_expect_eq(read_pieces(cbi_bytes_of_buffer(&file), 4096, &out, &blank), CBANK_OK);
    cbank_buffer_clear(&file);
    file = repeat("1,", CBI_GRID_COLUMNS_MAX - 1, "1\n");
    cr_expect_eq(read_pieces(cbi_bytes_of_buffer(&file), 4096, &out, &blank), CBANK_OK);
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&out);
    beyond("x", CBI_GRID_CELL_MAX + 1, ",2\n", "cell");
    beyond("1,", CBI_GRID_COLUMNS_MAX, "1\n", "columns");
    beyond("1,", CBI_GRID_COLUMNS_MAX, "1", "columns");
}

Test(csv, a_quote_that_is_never_closed_does_not_swallow_the_file)
{
    cbank_buffer file = repeat("\"x,1\n2,", 1, "");

    for (size_t i = 0; i < 100000; i++)
        cr_assert_eq(cbi_buffer_append(&file, cbi_bytes_of_text("3\n4,"), NULL), CBANK_OK);
    refuses(cbi_bytes_of_buffer(&file), CBI_REASON_CSV_LIMIT, 3);
    cr_expect_str_eq(err.object, "cell");
    cbank_buffer_clear(&file);
}

Test(csv, a_row_that_is_too_long_in_all_is_refused)
{
    char cell[2049];
    cbank_buffer file;

    memset(cell, 'x', 2047);
    memcpy(cell + 2047, ",", 2);
    file = repeat(cell, 513, "y\n");
    refuses(cbi_bytes_of_buffer(&file), CBI_REASON_CSV_LIMIT, 3);
    cr_expect_str_eq(err.object, "row");
    cbank_buffer_clear(&file);
}

Test(csv, a_file_beyond_its_limit_is_refused)
{
    static const char line[1024] = "x";
    cbi_grid *grid = NULL;
    cbi_bytes too_much = cbi_bytes_of(line, (size_t)CBI_FILE_MAX + 1);

    cr_assert_eq(cbi_grid_new(&(cbi_grid_options){.sheet = ""}, &grid, NULL), CBANK_OK);
    cr_expect_eq(cbi_grid_feed(grid, too_much, &err), CBANK_E_TOO_LARGE, "before it is looked at");
    cr_expect_eq(err.reason, CBI_REASON_CSV_LIMIT);
    cr_expect_str_eq(err.object, "file");
    cbi_grid_free(grid);
}

/* Nothing that bytes can do may do more than be refused; sanitizers watch. */
Test(csv, no_bytes_whatever_do_harm)
{
    static const char alphabet[] = "a1,;\t\"\"\r\n\n =\xe8\xaf\xbe\xc4\xbe\xff";
    uint32_t state = 20261124;
    size_t good = 0;

    for (int run = 0; run < 3000; run++) {
        uint8_t file[64];
        cbank_buffer out = {0};
        uint64_t blank;

        for (size_t i = 0; i < sizeof(file); i++) {
            state = state * 1664525u + 1013904223u;
            file[i] = (uint8_t)alphabet[(state >> 16) % (sizeof(alphabet) - 1)];
        }
        good += read_pieces(cbi_bytes_of(file, sizeof(file)), 1 + (state >> 8) % 64, &out,
                            &blank) == CBANK_OK;
        cbank_buffer_clear(&out);
    }
    cr_log_info("%zu of 3000 random files were read", good);
    cr_expect(good < 3000);
}
