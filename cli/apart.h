/* apart.h - a command that a damaged bank may bring down, run in a child. */
#ifndef CBANK_CLI_APART_H
#define CBANK_CLI_APART_H

#include "cli.h"

/*
 * Returns twice, as fork does: in the child when `run` has run, in the parent when the child has
 * ended, whose exit code is then the parent's too. A child that a fault of its own brought down is
 * told of as damage of the bank. No bank is open yet.
 */
void apart_run(cli *c, void (*run)(cli *c));

#endif
