/*
 * header.h - which row of a spreadsheet names the columns, found among the first few.
 *
 * Rows are kept until one fits; those above it are titles, and those below it are handed out as
 * rows once the header is known.
 */
#ifndef CBI_EXCHANGE_HEADER_H
#define CBI_EXCHANGE_HEADER_H

#include "exchange/grid.h"

typedef struct cbi_header cbi_header;

cbank_status cbi_header_new(const cbi_grid_options *options, cbi_header **out, cbank_error *err);
/* Wipes. NULL is a no-op. */
void cbi_header_free(cbi_header *header);

/* Keeps a copy of the next row, and looks whether the header is known now. */
cbank_status cbi_header_add(cbi_header *header, const cbi_grid_row *row, cbank_error *err);
/* No row comes any more: settles for what there is. MALFORMED (CSV_NO_HEADER) if there is none. */
cbank_status cbi_header_settle(cbi_header *header, cbank_error *err);

bool cbi_header_is_known(const cbi_header *header);
const cbi_bytes *cbi_header_columns(const cbi_header *header, size_t *count);
/* Rows that were kept and come after the header, one after another; false after the last. */
bool cbi_header_next_kept(cbi_header *header, cbi_grid_row *row);

#endif
