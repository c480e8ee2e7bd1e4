/* caselook.h - cases listed and shown, and steps that were signed elsewhere, for case.c. */
#ifndef CBANK_CLI_CASELOOK_H
#define CBANK_CLI_CASELOOK_H

#include "cli.h"

extern const option case_list_options[];
void case_list(cli *c);
extern const option case_show_options[];
void case_show(cli *c);
void case_enter(cli *c);

#endif
