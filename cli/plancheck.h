/* plancheck.h - running a recognition again, for the table of the plan's commands. */
#ifndef CBANK_CLI_PLANCHECK_H
#define CBANK_CLI_PLANCHECK_H

#include "cli.h"

extern const option check_options[];
void plan_check(cli *c);

#endif
