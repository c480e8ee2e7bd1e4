/* recognition.h - recognising a plan, for the table of the plan's own commands. */
#ifndef CBANK_CLI_RECOGNITION_H
#define CBANK_CLI_RECOGNITION_H

#include "cli.h"

extern const option recognise_options[];
void recognise(cli *c);

#endif
