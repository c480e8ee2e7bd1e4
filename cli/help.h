/* help.h - what --help prints, made from the tables of commands and options. */
#ifndef CBANK_CLI_HELP_H
#define CBANK_CLI_HELP_H

#include "cli.h"

#include <stdio.h>

/* Of the command if there is one, else of the noun, else of the program. */
void help_show(const cli *c, FILE *out);
/* The commands of the noun, or all; nothing with --json. */
void help_list(const cli *c, FILE *out);

#endif
