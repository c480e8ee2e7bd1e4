/* format.h - how a spreadsheet is to be read: the profile of a school, the language of messages. */
#ifndef CBANK_CLI_FORMAT_H
#define CBANK_CLI_FORMAT_H

#include "cli.h"

#include "cbank/api/v1/credit.pb-c.h"

/*
 * The file of --profile, if there is one, and its name for messages. `file` holds what `out` lends;
 * the caller frees it.
 */
bool format_read_profile(cli *c, bytes *file, ProtobufCBinaryData *out, char **name);
/* The key of --reference-key, if given. `key` holds what `out` lends and is to be cleared. */
bool format_read_reference_key(cli *c, cbank_buffer *key, ProtobufCBinaryData *out);
/* "zh" or "en", for the messages of rows. */
char *format_language(void);

/* Columns, constants, sheet and encoding, as far as they are given. */
void format_read_columns(cli *c, Cbank__Api__V1__SheetFormat *out);

/* What a format lends. */
typedef struct format_files {
    bytes profile;
    cbank_buffer reference_key;
} format_files;

/* How to read a spreadsheet of results, as the options say; ends with format_clear. */
bool format_read(cli *c, Cbank__Api__V1__SheetFormat *out, format_files *files);
void format_clear(Cbank__Api__V1__SheetFormat *format, format_files *files);

#endif
