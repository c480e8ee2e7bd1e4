/* rulesdiff.h - comparing two editions, for the table of the rules' commands. */
#ifndef CBANK_CLI_RULESDIFF_H
#define CBANK_CLI_RULESDIFF_H

#include "cli.h"

extern const option diff_options[];
void rules_diff(cli *c);

#endif
