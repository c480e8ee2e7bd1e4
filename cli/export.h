/* export.h - cbank learner export. */
#ifndef CBANK_CLI_EXPORT_H
#define CBANK_CLI_EXPORT_H

#include "cli.h"

extern const option export_options[];
void export_person(cli *c);

#endif
