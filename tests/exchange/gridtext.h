/* gridtext.h - a file of any kind as text, so that a test reads like the sheet. */
#ifndef CBI_TESTS_EXCHANGE_GRIDTEXT_H
#define CBI_TESTS_EXCHANGE_GRIDTEXT_H

#include "exchange/grid.h"

#define GRIDTEXT_MAX 4096

/*
 * "column,column" and a line "number:cell,cell" for each row; `piece` bytes are fed at a time.
 * What was read before a failure is there too.
 */
cbank_status gridtext_of(cbi_bytes file, size_t piece, const cbi_grid_options *options,
                         char out[GRIDTEXT_MAX], cbank_error *err);

/* Fails the test unless the file reads so, whatever the pieces in which it comes. */
void gridtext_reads(cbi_bytes file, const char *rows);
/* Fails the test unless the file is refused for this reason, whatever the pieces. */
void gridtext_refuses(cbi_bytes file, cbi_reason reason);

#endif
