/*
 * cell.h - what people and spreadsheet programs write into a cell, made plain.
 */
#ifndef CBI_EXCHANGE_CELL_H
#define CBI_EXCHANGE_CELL_H

#include "base/bytes.h"

/* Without the blanks that people type around it. */
cbi_bytes cbi_cell_trim(cbi_bytes cell);

/*
 * Copies a cell, taking off the ="..." or the apostrophe by which programs keep a long number as
 * text. `out` holds cell.size + 1; the answer is the size without the zero byte.
 */
size_t cbi_cell_unwrap(cbi_bytes cell, char *out);

/* A number in full-width digits becomes one of ASCII, in place; false for what is no number. */
bool cbi_cell_narrow(char *text, size_t *size);

/* True if a spreadsheet program could take the text for a formula. */
bool cbi_cell_is_formula(cbi_bytes text);

/* True for what a formula that failed leaves behind: #N/A, #REF!, ... */
bool cbi_cell_is_error(cbi_bytes text);

/* True if it could be somebody's number, so that no message may show it. */
bool cbi_cell_looks_personal(cbi_bytes text);

/*
 * A date with its year first, as yyyymmdd with 00 for what is not there: 2024-06-30, 2024/6/30,
 * 2024.6, 2024年6月30日, 20240630, 202406, 2024. False for all else, 6/30/2024 among it.
 */
bool cbi_cell_date(cbi_bytes text, uint32_t *out);

#endif
