#include "exchange/gridtext.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static void add(char *out, const char *text, size_t size)
{
    size_t used = strlen(out);

    cr_assert_lt(used + size + 2, GRIDTEXT_MAX);
    memcpy(out + used, text, size);
    out[used + size] = '\0';
}

static cbank_status pull(cbi_grid *grid, char *out, cbank_error *err)
{
    cbi_grid_step step = CBI_GRID_MORE;
    cbank_status status = CBANK_OK;
    cbi_grid_row row;

    while ((status = cbi_grid_next(grid, &step, &row, err)) == CBANK_OK &&
           (step == CBI_GRID_ROW || step == CBI_GRID_HEADER)) {
        char number[16] = "";

        if (step == CBI_GRID_HEADER)
            row.cells = cbi_grid_columns(grid, &row.count);
        else
            snprintf(number, sizeof(number), "\n%u:", (unsigned)row.number);
        add(out, number, strlen(number));
        for (size_t i = 0; i < row.count; i++) {
            add(out, (const char *)row.cells[i].data, row.cells[i].size);
            add(out, i + 1 < row.count ? "," : "", i + 1 < row.count);
        }
    }
    return status;
}

cbank_status gridtext_of(cbi_bytes file, size_t piece, const cbi_grid_options *options,
                         char out[GRIDTEXT_MAX], cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_grid *grid = NULL;

    out[0] = '\0';
    CBI_TRY(cbi_grid_new(options, &grid, err));
    for (size_t at = 0; at < file.size; at += piece) {
        size_t size = file.size - at < piece ? file.size - at : piece;

        CBI_TRY(cbi_grid_feed(grid, cbi_bytes_of(file.data + at, size), err));
        CBI_TRY(pull(grid, out, err));
    }
    CBI_TRY(cbi_grid_end(grid, err));
    CBI_TRY(pull(grid, out, err));
done:
    cbi_grid_free(grid);
    return status;
}

static const cbi_grid_options plain = {.sheet = ""};
static const size_t pieces[] = {1, 3, 64, 1u << 20};
#define PIECES (sizeof(pieces) / sizeof(pieces[0]))

void gridtext_reads(cbi_bytes file, const char *rows)
{
    char out[GRIDTEXT_MAX];
    cbank_error err = {0};

    for (size_t i = 0; i < PIECES; i++) {
        cr_expect_eq(gridtext_of(file, pieces[i], &plain, out, &err), CBANK_OK, "%s: %s %s", rows,
                     cbank_reason_name(err.reason), err.detail);
        cr_expect_str_eq(out, rows, "in pieces of %zu:\n%s\ngave\n%s", pieces[i], rows, out);
    }
}

void gridtext_refuses(cbi_bytes file, cbi_reason reason)
{
    char out[GRIDTEXT_MAX];
    cbank_error err = {0};

    for (size_t i = 0; i < PIECES; i++) {
        cr_expect_neq(gridtext_of(file, pieces[i], &plain, out, &err), CBANK_OK);
        cr_expect_str_eq(cbank_reason_name(err.reason), cbank_reason_name((int32_t)reason));
    }
}
