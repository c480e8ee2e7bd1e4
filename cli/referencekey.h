/* referencekey.h - cbank key reference, cbank institution reference-key. */
#ifndef CBANK_CLI_REFERENCEKEY_H
#define CBANK_CLI_REFERENCEKEY_H

#include "cli.h"

extern const option referencekey_options[];

void referencekey_make(cli *c);
void referencekey_hand_out(cli *c);

#endif
