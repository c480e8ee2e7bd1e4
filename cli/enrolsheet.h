/* enrolsheet.h - cbank enrol import: the enrolments of a list. */
#ifndef CBANK_CLI_ENROLSHEET_H
#define CBANK_CLI_ENROLSHEET_H

#include "cli.h"

extern const option enrolsheet_options[];

void enrolsheet_import(cli *c);

#endif
