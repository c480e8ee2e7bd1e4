/*
 * options.h - what was written on the command line, read along the tables of command.h.
 *
 * Options may stand anywhere behind their command, global ones anywhere at all. --name VALUE and
 * --name=VALUE are the same; "--" ends options.
 */
#ifndef CBANK_CLI_OPTIONS_H
#define CBANK_CLI_OPTIONS_H

#include "cli.h"

extern const option global_options[];

/* Fills `c`. False with a failure, or with code DONE where help or version was all there was. */
bool options_parse(cli *c, int argc, char **argv);

/* NULL if it was not given. A name that is not in the command's table is a fault in the program. */
char *options_text(const cli *c, const char *name);
bool options_given(const cli *c, const char *name);
size_t options_count(const cli *c, const char *name);
/* One after another, for those that may be repeated; `next` starts at 0, NULL after the last. */
char *options_each(const cli *c, const char *name, size_t *next);

#endif
