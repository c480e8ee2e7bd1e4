/*
 * csv.h - a spreadsheet saved as text (CSV), row by row.
 *
 * Bytes are fed as they come; rows are pulled and lent. The encoding is found by encoding.h, the
 * separator (comma, semicolon or tab) by the header's line. Rows are counted as a spreadsheet
 * counts them: the first line is row 1, blank lines count, a line break inside a quoted cell does
 * not. Memory is bounded by one fed piece and one row, not by the file.
 *
 * A quote opens a cell only as its first character, and then has to close it: anything else is an
 * error that names the row, because cells behind it could no longer be trusted. A quote inside
 * an unquoted cell is a character like any other, as in ="0123".
 */
#ifndef CBI_EXCHANGE_CSV_H
#define CBI_EXCHANGE_CSV_H

#include "exchange/encoding.h"

#define CBI_CSV_COLUMNS_MAX 1024u
#define CBI_CSV_CELL_MAX (64u * 1024)
#define CBI_CSV_ROW_MAX (1024u * 1024)

/* A row, lent until the next call. Cells are trimmed of blanks and followed by a zero byte. */
typedef struct cbi_csv_row {
    uint64_t number;
    const cbi_bytes *cells;
    size_t count;
} cbi_csv_row;

typedef enum cbi_csv_step {
    CBI_CSV_MORE = 0,   /* feed more, or end */
    CBI_CSV_HEADER = 1, /* the columns are known now */
    CBI_CSV_ROW = 2,
    CBI_CSV_DONE = 3,
} cbi_csv_step;

typedef struct cbi_csv cbi_csv;

cbank_status cbi_csv_new(cbi_encoding encoding, cbi_csv **out, cbank_error *err);
/* Wipes the rows. NULL is a no-op. */
void cbi_csv_free(cbi_csv *csv);

/* Pull rows until MORE between two feeds, or the text that waits grows. TOO_LARGE past 256 MiB. */
cbank_status cbi_csv_feed(cbi_csv *csv, cbi_bytes bytes, cbank_error *err);
cbank_status cbi_csv_end(cbi_csv *csv, cbank_error *err);

/*
 * The next step; `row` is written for ROW only. Rows in which every cell is empty are passed over
 * and counted. A row is handed out with as many cells as it has; surplus cells that are empty are
 * left out. An error names the row as `where`, and there is no next step behind it.
 */
cbank_status cbi_csv_next(cbi_csv *csv, cbi_csv_step *step, cbi_csv_row *row, cbank_error *err);

/* Names of the columns, from HEADER on; "" for a column without a name. Dies with `csv`. */
const cbi_bytes *cbi_csv_columns(const cbi_csv *csv, size_t *count);
uint64_t cbi_csv_blank_rows(const cbi_csv *csv);
cbi_encoding cbi_csv_encoding(const cbi_csv *csv);

#endif
