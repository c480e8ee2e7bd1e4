/* reconcile.h - cbank credit reconcile: what a file has and what the bank holds. */
#ifndef CBANK_CLI_RECONCILE_H
#define CBANK_CLI_RECONCILE_H

#include "cli.h"

extern const option reconcile_options[];

void reconcile(cli *c);

#endif
