/*
 * errorfile.h - the rows that were rejected, as a spreadsheet to mend and import again.
 *
 * UTF-8 with a byte order mark and CRLF, as spreadsheet programs read it best. The columns are
 * those of the file, then five that say what is wrong; these have fixed names and are left out
 * when such a file is imported and rejected again. Cells that a program would take for a formula,
 * or change as a long number, a date or a leading zero, are written as ="...", which an import
 * takes off.
 */
#ifndef CBI_EXCHANGE_ERRORFILE_H
#define CBI_EXCHANGE_ERRORFILE_H

#include "exchange/grid.h"

/* Appends the mark and the header. */
cbank_status cbi_errorfile_begin(const cbi_bytes *columns, size_t count, cbank_buffer *out,
                                 cbank_error *err);

/*
 * Appends a row, with why it was rejected in the language "zh" or "en"; the object of the error is
 * the column, and `value` what a message may show of its cell (mask.h). A row that is too short is
 * filled up with empty cells; the surplus of one that is too long stands behind the last column,
 * where it is seen and has to be moved or removed.
 */
cbank_status cbi_errorfile_row(const cbi_bytes *columns, size_t count, const cbi_grid_row *row,
                               const cbank_error *why, const char *value, const char *lang,
                               cbank_buffer *out, cbank_error *err);

#endif
