/* extract.h - credit export: an institution's records as a spreadsheet in other columns. */
#ifndef CBANK_CLI_EXTRACT_H
#define CBANK_CLI_EXTRACT_H

#include "cli.h"

extern const option extract_options[];

void extract(cli *c);

#endif
