/*
 * csvwrite.h - cells of spreadsheets that people will open: UTF-8 with a byte order mark, CRLF.
 */
#ifndef CBI_EXCHANGE_CSVWRITE_H
#define CBI_EXCHANGE_CSVWRITE_H

#include "base/bytes.h"

#define CBI_CSV_MARK "\xef\xbb\xbf"

/*
 * Appends a cell in quotes and what separates it from the next: "," or "\r\n". One that a program
 * would take for a formula, or change as a long number, a date or a leading zero, is written as
 * ="...", which an import takes off.
 */
cbank_status cbi_csv_write(cbi_bytes cell, const char *separator, cbank_buffer *out,
                           cbank_error *err);

#endif
