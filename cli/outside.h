/* outside.h - recognitions that the bank notes by a letter, for the table of recognition.c. */
#ifndef CBANK_CLI_OUTSIDE_H
#define CBANK_CLI_OUTSIDE_H

#include "cli.h"

extern const option outside_note_options[];
void outside_note(cli *c);
extern const option outside_settle_options[];
void outside_settle(cli *c);

#endif
