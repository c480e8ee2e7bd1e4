/* keyloss.h - cbank bank compromised, institution compromised: keys in other hands. */
#ifndef CBANK_CLI_KEYLOSS_H
#define CBANK_CLI_KEYLOSS_H

#include "command.h"

extern const option keyloss_bank_options[];
extern const option keyloss_institution_options[];

void keyloss_bank(cli *c);
void keyloss_institution(cli *c);

#endif
