#include "exchange/header.h"

#include <string.h>

#include "base/memory.h"
#include "exchange/cell.h"

/* A row that was kept: one block of cells, then their bytes. */
typedef struct kept {
    cbi_bytes *cells;
    size_t count;
    uint64_t number;
    size_t size; /* of the block */
} kept;

struct cbi_header {
    cbi_grid_options options;
    kept rows[CBI_GRID_HEADER_ROWS];
    size_t count;
    bool fits; /* the last row that was kept does, but the one below may belong to it */
    bool known;
    size_t next; /* kept row to be handed out next */

    char *names; /* that the columns point into */
    cbi_bytes *columns;
    size_t column_count;
};

cbank_status cbi_header_new(const cbi_grid_options *options, cbi_header **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_header *header = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*header), &header, err));
    header->options = *options;
    *out = header;
done:
    return status;
}

static void forget_names(cbi_header *header)
{
    cbi_free(header->columns);
    cbi_free(header->names);
    header->columns = NULL;
    header->names = NULL;
    header->column_count = 0;
}

void cbi_header_free(cbi_header *header)
{
    if (header == NULL)
        return;
    for (size_t i = 0; i < header->count; i++) {
        cbi_wipe(header->rows[i].cells, header->rows[i].size);
        cbi_free(header->rows[i].cells);
    }
    forget_names(header);
    cbi_free(header);
}

/* ---- names ------------------------------------------------------------------------------- */

/* The cell of a column; of the row below, where that has one. */
static cbi_bytes name_at(const kept *row, const kept *below, size_t column)
{
    if (below != NULL && column < below->count && below->cells[column].size > 0)
        return below->cells[column];
    return column < row->count ? row->cells[column] : cbi_bytes_of(NULL, 0);
}

/* A line break that a spreadsheet shows inside a name becomes a blank. */
static void write_name(char *name)
{
    for (; *name != '\0'; name++) {
        if ((unsigned char)*name < ' ')
            *name = ' ';
    }
}

static cbank_status make_names(cbi_header *header, const kept *row, const kept *below,
                               cbank_error *err)
{
    size_t count = below != NULL && below->count > row->count ? below->count : row->count;
    cbank_status status = CBANK_OK;
    size_t size = 0;
    char *name;

    forget_names(header);
    while (count > 0 && name_at(row, below, count - 1).size == 0)
        count--;
    for (size_t i = 0; i < count; i++)
        size += name_at(row, below, i).size + 1;
    CBI_TRY(cbi_alloc(1, size, &header->names, err));
    CBI_TRY(cbi_alloc(count, sizeof(*header->columns), &header->columns, err));
    name = header->names;
    for (size_t i = 0; i < count; i++) {
        header->columns[i] = cbi_bytes_of(name, cbi_cell_unwrap(name_at(row, below, i), name));
        write_name(name);
        name += header->columns[i].size + 1;
    }
    header->column_count = count;
done:
    return status;
}

static cbank_status try_names(cbi_header *header, size_t row, bool with_below, bool *fits,
                              cbank_error *err)
{
    const cbi_grid_options *options = &header->options;
    const kept *rows = header->rows;
    cbank_status status =
        make_names(header, &rows[row], with_below ? &rows[row + 1] : NULL, err);

    *fits = status == CBANK_OK && header->column_count > 0 &&
            (options->fits == NULL ||
             options->fits(options->context, header->columns, header->column_count));
    return status;
}

static void settle_on(cbi_header *header, size_t rows)
{
    header->known = true;
    header->next = rows;
}

/* ---- rows -------------------------------------------------------------------------------- */

static cbank_status keep(cbi_header *header, const cbi_grid_row *row, cbank_error *err)
{
    kept *place = &header->rows[header->count];
    size_t size = row->count * sizeof(*place->cells);
    cbank_status status = CBANK_OK;
    uint8_t *at;

    for (size_t i = 0; i < row->count; i++)
        size += row->cells[i].size + 1;
    CBI_TRY(cbi_alloc(1, size + 1, &place->cells, err));
    place->count = row->count;
    place->number = row->number;
    place->size = size;
    at = (uint8_t *)(place->cells + row->count);
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].size > 0)
            memcpy(at, row->cells[i].data, row->cells[i].size);
        place->cells[i] = cbi_bytes_of(at, row->cells[i].size);
        at += row->cells[i].size + 1;
    }
    header->count++;
done:
    return status;
}

/*
 * Whether the lower row goes on with the upper one: under a merged cell of several columns it has
 * their names, and under one of two rows it is empty.
 */
static bool goes_on(const kept *upper, const kept *lower)
{
    bool wide = false, high = false;

    for (size_t i = 0; i < upper->count || i < lower->count; i++) {
        bool above = i < upper->count && upper->cells[i].size > 0;
        bool below = i < lower->count && lower->cells[i].size > 0;

        wide = wide || (!above && below);
        high = high || (above && !below);
    }
    return wide && high;
}

/* With the row above, if that one was waiting for it or did not fit. */
static cbank_status try_with_above(cbi_header *header, cbank_error *err)
{
    size_t last = header->count - 1;
    cbank_status status = CBANK_OK;
    bool fits = false;

    if (last == 0 || header->options.fits == NULL ||
        !goes_on(&header->rows[last - 1], &header->rows[last]))
        return CBANK_OK;
    CBI_TRY(try_names(header, last - 1, true, &fits, err));
    if (fits)
        settle_on(header, last + 1);
done:
    return status;
}

cbank_status cbi_header_add(cbi_header *header, const cbi_grid_row *row, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(keep(header, row, err));
    CBI_TRY(try_with_above(header, err));
    if (header->known)
        goto done;
    if (header->fits) {
        CBI_TRY(try_names(header, header->count - 2, false, &header->fits, err));
        settle_on(header, header->count - 1);
        goto done;
    }
    CBI_TRY(try_names(header, header->count - 1, false, &header->fits, err));
    if (header->count == CBI_GRID_HEADER_ROWS)
        CBI_TRY(cbi_header_settle(header, err));
done:
    return status;
}

static size_t count_filled(const kept *row)
{
    size_t filled = 0;

    for (size_t i = 0; i < row->count; i++)
        filled += row->cells[i].size > 0;
    return filled;
}

cbank_status cbi_header_settle(cbi_header *header, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t row = header->fits ? header->count - 1 : 0;

    if (header->count == 0)
        return cbi_fail(err, CBI_REASON_CSV_NO_HEADER, 0, NULL, NULL);
    while (!header->fits && row < header->count && count_filled(&header->rows[row]) < 2)
        row++;
    if (row == header->count)
        row = 0;
    CBI_TRY(make_names(header, &header->rows[row], NULL, err));
    settle_on(header, row + 1);
done:
    return status;
}

bool cbi_header_is_known(const cbi_header *header)
{
    return header->known;
}

const cbi_bytes *cbi_header_columns(const cbi_header *header, size_t *count)
{
    *count = header->column_count;
    return header->columns;
}

bool cbi_header_next_kept(cbi_header *header, cbi_grid_row *row)
{
    const kept *next = &header->rows[header->next];

    if (header->next >= header->count)
        return false;
    *row = (cbi_grid_row){next->number, next->cells, next->count};
    header->next++;
    return true;
}
