/* bankcheck.h - cbank bank check, clock: what is looked at when a bank does not go on. */
#ifndef CBANK_CLI_BANKCHECK_H
#define CBANK_CLI_BANKCHECK_H

#include "command.h"

extern const option bankcheck_clock_options[];

void bankcheck_run(cli *c);
void bankcheck_clock(cli *c);

#endif
