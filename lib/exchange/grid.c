#include "exchange/grid.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "exchange/csv.h"
#include "exchange/header.h"
#include "exchange/html.h"
#include "exchange/xlsx.h"

#define LOOK_LEAST 4096u         /* bytes by which kinds of file are told apart, */
#define LOOK_MOST (64u * 1024) /* if there are so many at once */

struct cbi_grid {
    cbi_grid_options options;
    const cbi_grid_reader *reader; /* NULL while the kind is not known */
    void *self;
    cbank_buffer first; /* what was fed before */
    uint64_t bytes_fed;
    uint64_t rows;
    uint64_t blank_rows;
    cbi_header *header;
    bool told; /* that the header is known */
    cbi_bytes cells[CBI_GRID_COLUMNS_MAX];
};

cbank_status cbi_grid_new(const cbi_grid_options *options, cbi_grid **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_grid *grid = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*grid), &grid, err));
    grid->options = *options;
    CBI_TRY(cbi_header_new(options, &grid->header, err));
    *out = grid;
    grid = NULL;
done:
    cbi_grid_free(grid);
    return status;
}

void cbi_grid_free(cbi_grid *grid)
{
    if (grid == NULL)
        return;
    if (grid->reader != NULL)
        grid->reader->free(grid->self);
    cbi_header_free(grid->header);
    cbank_buffer_clear(&grid->first);
    cbi_free(grid);
}

const cbi_bytes *cbi_grid_columns(const cbi_grid *grid, size_t *count)
{
    return cbi_header_columns(grid->header, count);
}

uint64_t cbi_grid_blank_rows(const cbi_grid *grid)
{
    return grid->blank_rows;
}

const char *cbi_grid_kind(const cbi_grid *grid)
{
    return grid->reader == NULL ? "" : grid->reader->kind;
}

/* ---- what kind of file it is ------------------------------------------------------------- */

static bool begins(cbi_bytes text, const char *with)
{
    size_t size = strlen(with);

    return text.size >= size && memcmp(text.data, with, size) == 0;
}

/* A tag behind whatever blanks and byte order mark: nothing that people write into a cell. */
static bool is_markup(cbi_bytes text)
{
    size_t at = begins(text, "\xef\xbb\xbf") ? 3 : 0;

    while (at < text.size &&
           (text.data[at] == ' ' || (text.data[at] >= '\t' && text.data[at] <= '\r')))
        at++;
    return at + 1 < text.size && text.data[at] == '<' &&
           (text.data[at + 1] == '!' || text.data[at + 1] == '?' ||
            (text.data[at + 1] | 0x20) >= 'a');
}

/* XML that a program of 2003 writes, with its own words for rows and cells. */
static bool is_old_xml(cbi_bytes text)
{
    static const char name[] = "urn:schemas-microsoft-com:office:spreadsheet";

    return memmem(text.data, text.size, name, sizeof(name) - 1) != NULL &&
           memmem(text.data, text.size, "<Workbook", 9) != NULL;
}

static cbank_status choose(cbi_grid *grid, cbank_error *err)
{
    const cbi_grid_options *options = &grid->options;
    cbi_bytes first = cbi_bytes_of_buffer(&grid->first);

    if (begins(first, "\xd0\xcf\x11\xe0"))
        return cbi_fail(err, CBI_REASON_WORKBOOK_OLD, 0, "xls", NULL);
    if (begins(first, "PK\x03\x04")) {
        grid->reader = &cbi_xlsx_reader;
        return cbi_xlsx_new(options->sheet, (cbi_xlsx **)&grid->self, err);
    }
    if (is_markup(first) && is_old_xml(first))
        return cbi_fail(err, CBI_REASON_WORKBOOK_OLD, 0, "xml", NULL);
    if (is_markup(first)) {
        grid->reader = &cbi_html_reader;
        return cbi_html_new(options->encoding, (cbi_html **)&grid->self, err);
    }
    grid->reader = &cbi_csv_reader;
    return cbi_csv_new(options->encoding, (cbi_csv **)&grid->self, err);
}

/* Opens the reader for what has been fed so far, and hands it on. */
static cbank_status open_reader(cbi_grid *grid, cbank_error *err)
{
    cbank_status status = choose(grid, err);

    if (status != CBANK_OK)
        grid->reader = NULL;
    if (status == CBANK_OK)
        status = grid->reader->feed(grid->self, cbi_bytes_of_buffer(&grid->first), err);
    cbank_buffer_clear(&grid->first);
    return status;
}

cbank_status cbi_grid_feed(cbi_grid *grid, cbi_bytes bytes, cbank_error *err)
{
    size_t first = LOOK_MOST - grid->first.size;
    cbank_status status = CBANK_OK;

    if (bytes.size > CBI_FILE_MAX - grid->bytes_fed)
        return cbi_fail(err, CBI_REASON_CSV_LIMIT, grid->rows + 1, "file", "%u bytes",
                        CBI_FILE_MAX);
    grid->bytes_fed += bytes.size;
    if (grid->reader != NULL)
        return grid->reader->feed(grid->self, bytes, err);
    if (first > bytes.size)
        first = bytes.size;
    CBI_TRY(cbi_buffer_append(&grid->first, cbi_bytes_of(bytes.data, first), err));
    if (grid->first.size < LOOK_LEAST)
        goto done;
    CBI_TRY(open_reader(grid, err));
    bytes = cbi_bytes_of(bytes.data + first, bytes.size - first);
    if (bytes.size > 0)
        CBI_TRY(grid->reader->feed(grid->self, bytes, err));
done:
    return status;
}

cbank_status cbi_grid_end(cbi_grid *grid, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (grid->reader == NULL)
        CBI_TRY(open_reader(grid, err));
    CBI_TRY(grid->reader->end(grid->self, err));
done:
    return status;
}

/* ---- rows -------------------------------------------------------------------------------- */

static bool is_blank(const cbi_grid_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].size > 0)
            return false;
    }
    return true;
}

/* The next row of the reader that is not blank. */
static cbank_status read_row(cbi_grid *grid, cbi_grid_step *step, cbi_grid_row *row,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (;;) {
        CBI_TRY(grid->reader->next(grid->self, step, row, err));
        if (*step != CBI_GRID_ROW || !is_blank(row))
            break;
        grid->blank_rows++;
    }
    if (*step == CBI_GRID_ROW && grid->rows++ == CBI_GRID_ROWS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_CSV_LIMIT, row->number, "rows", NULL));
done:
    return status;
}

/* Reads up to the header; HEADER once it is known. */
static cbank_status find_header(cbi_grid *grid, cbi_grid_step *step, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_grid_row row;

    while (!cbi_header_is_known(grid->header)) {
        CBI_TRY(read_row(grid, step, &row, err));
        if (*step == CBI_GRID_MORE)
            return CBANK_OK;
        if (*step == CBI_GRID_ROW)
            CBI_TRY(cbi_header_add(grid->header, &row, err));
        else
            CBI_TRY(cbi_header_settle(grid->header, err));
    }
    grid->told = true;
    *step = CBI_GRID_HEADER;
done:
    return status;
}

/* Cells beyond the header are left out while they are empty; missing ones are filled in. */
static void fit(cbi_grid *grid, cbi_grid_row *row)
{
    size_t columns;

    (void)cbi_header_columns(grid->header, &columns);
    while (row->count > columns && row->cells[row->count - 1].size == 0)
        row->count--;
    if (row->count >= columns || !grid->reader->whole_rows)
        return;
    for (size_t i = 0; i < columns; i++)
        grid->cells[i] = i < row->count ? row->cells[i] : cbi_bytes_of("", 0);
    row->cells = grid->cells;
    row->count = columns;
}

cbank_status cbi_grid_next(cbi_grid *grid, cbi_grid_step *step, cbi_grid_row *row, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_error unused;

    if (err == NULL)
        err = &unused;
    *step = CBI_GRID_MORE;
    if (grid->reader == NULL)
        return CBANK_OK;
    if (!grid->told)
        return find_header(grid, step, err);
    *step = CBI_GRID_ROW;
    if (!cbi_header_next_kept(grid->header, row))
        CBI_TRY(read_row(grid, step, row, err));
    if (*step == CBI_GRID_ROW)
        fit(grid, row);
done:
    return status;
}
