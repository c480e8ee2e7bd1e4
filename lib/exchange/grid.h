/*
 * grid.h - rows and cells of a spreadsheet, whatever kind of file it is.
 *
 * The kind is found by the first bytes, never by a file's name: workbooks (.xlsx), HTML tables
 * that call themselves .xls, and text (CSV). Bytes are fed as they come; rows are pulled and lent.
 * Rows are counted as a spreadsheet counts them, so that people find them again.
 *
 * The header is the first row that fits what the reader wants of it (cbi_grid_fits), together with
 * the row below where cells are merged: exports have titles, and half of the header in a second
 * row. Where none of the first CBI_GRID_HEADER_ROWS fits, it is the first row with more
 * than one cell filled, so that whoever wants columns can say which are missing.
 */
#ifndef CBI_EXCHANGE_GRID_H
#define CBI_EXCHANGE_GRID_H

#include "exchange/encoding.h"

#define CBI_GRID_COLUMNS_MAX 1024u
#define CBI_GRID_CELL_MAX (64u * 1024)
#define CBI_GRID_ROW_MAX (1024u * 1024) /* bytes of all cells of a row */
#define CBI_GRID_ROWS_MAX (1u << 21)
#define CBI_GRID_HEADER_ROWS 20u

/* A row, lent until the next call. Cells are trimmed of blanks and followed by a zero byte. */
typedef struct cbi_grid_row {
    uint64_t number;
    const cbi_bytes *cells;
    size_t count;
} cbi_grid_row;

typedef enum cbi_grid_step {
    CBI_GRID_MORE = 0,   /* feed more, or end */
    CBI_GRID_HEADER = 1, /* the columns are known now */
    CBI_GRID_ROW = 2,
    CBI_GRID_DONE = 3,
} cbi_grid_step;

typedef struct cbi_grid cbi_grid;

/* Whether a row can be the header. Its cells are names as cbi_grid_columns gives them. */
typedef bool cbi_grid_fits(const void *context, const cbi_bytes *columns, size_t count);

typedef struct cbi_grid_options {
    cbi_encoding encoding; /* of text and HTML; UNDECIDED: to be found */
    const char *sheet;     /* of a workbook; "" for the first that is not empty */
    cbi_grid_fits *fits;   /* NULL: the first row that is not blank is the header */
    const void *context;
} cbi_grid_options;

/* What `options` points to is borrowed until the end. */
cbank_status cbi_grid_new(const cbi_grid_options *options, cbi_grid **out, cbank_error *err);
/* Wipes. NULL is a no-op. */
void cbi_grid_free(cbi_grid *grid);

/* Pull rows until MORE between two feeds, or what waits grows. TOO_LARGE past 256 MiB. */
cbank_status cbi_grid_feed(cbi_grid *grid, cbi_bytes bytes, cbank_error *err);
cbank_status cbi_grid_end(cbi_grid *grid, cbank_error *err);

/*
 * The next step; `row` is written for ROW only. Rows in which every cell is empty are passed over
 * and counted. A row of text is handed out with as many cells as it has; surplus cells that are
 * empty are left out. Rows of other kinds have as many cells as the header, for there a cell that
 * is not written down is empty. An error names the row as `where`, and there is no next step.
 */
cbank_status cbi_grid_next(cbi_grid *grid, cbi_grid_step *step, cbi_grid_row *row,
                           cbank_error *err);

/* Names of the columns, from HEADER on; "" for a column without a name. Dies with `grid`. */
const cbi_bytes *cbi_grid_columns(const cbi_grid *grid, size_t *count);
uint64_t cbi_grid_blank_rows(const cbi_grid *grid);
/* "csv", "xlsx", "html"; "" while it is not known. */
const char *cbi_grid_kind(const cbi_grid *grid);

/* ---- for the readers of one kind of file ------------------------------------------------- */

/*
 * What reads one kind of file. `next` answers MORE, ROW or DONE, with blank rows as rows without a
 * filled cell. Cells are trimmed. `whole_rows`: a cell that is missing at the end is empty.
 */
typedef struct cbi_grid_reader {
    const char *kind;
    bool whole_rows;
    cbank_status (*feed)(void *self, cbi_bytes bytes, cbank_error *err);
    cbank_status (*end)(void *self, cbank_error *err);
    cbank_status (*next)(void *self, cbi_grid_step *step, cbi_grid_row *row, cbank_error *err);
    void (*free)(void *self);
} cbi_grid_reader;

#endif
