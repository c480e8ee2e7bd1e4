/*
 * change.h - cbank credit amend, revoke, suspend, reinstate: the same to one record or to many, in
 * one signed batch.
 */
#ifndef CBANK_CLI_CHANGE_H
#define CBANK_CLI_CHANGE_H

#include "cli.h"

extern const option change_options[];
extern const option change_amend_options[];

void change_amend(cli *c);
void change_revoke(cli *c);
void change_suspend(cli *c);
void change_reinstate(cli *c);

#endif
