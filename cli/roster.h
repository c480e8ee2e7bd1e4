/* roster.h - cbank learner import: the accounts of the people on a roster. */
#ifndef CBANK_CLI_ROSTER_H
#define CBANK_CLI_ROSTER_H

#include "cli.h"

extern const option roster_options[];

void roster_import(cli *c);

#endif
