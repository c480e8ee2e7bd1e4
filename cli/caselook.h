/* caselook.h - cases listed and shown, and steps that were signed elsewhere, for case.c. */
#ifndef CBANK_CLI_CASELOOK_H
#define CBANK_CLI_CASELOOK_H

#include "cli.h"

#include <jansson.h>

extern const option case_list_options[];
void case_list(cli *c);
extern const option case_show_options[];
void case_show(cli *c);
void case_enter(cli *c);

/* Every case of an account, with its steps; false with a failure. */
bool case_collect(cli *c, char *account, json_t *list);

#endif
