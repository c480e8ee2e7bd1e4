/*
 * csv.h - a spreadsheet saved as text (CSV), row by row.
 *
 * The encoding is found by encoding.h, the separator (comma, semicolon or tab) by the first line
 * that has any. Rows are counted as a spreadsheet counts them: the first line is row 1, blank lines
 * count, a line break inside a quoted cell does not. Memory is bounded by one fed piece and one
 * row, not by the file.
 *
 * A quote opens a cell only as its first character, and then has to close it: anything else is an
 * error that names the row, because cells behind it could no longer be trusted. A quote inside
 * an unquoted cell is a character like any other, as in ="0123".
 */
#ifndef CBI_EXCHANGE_CSV_H
#define CBI_EXCHANGE_CSV_H

#include "exchange/grid.h"

typedef struct cbi_csv cbi_csv;

cbank_status cbi_csv_new(cbi_encoding encoding, cbi_csv **out, cbank_error *err);

/* All else by the reader, whose `self` is a cbi_csv. */
extern const cbi_grid_reader cbi_csv_reader;

#endif
