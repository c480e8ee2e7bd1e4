/* passphrase.h - passphrases come from a file or the environment, never from an argument. */
#ifndef CBANK_CLI_PASSPHRASE_H
#define CBANK_CLI_PASSPHRASE_H

#include "cli.h"

/*
 * The first line of the file that `option_name` names; without that option, of --passphrase-file;
 * without that, CBANK_PASSPHRASE; without that, none: {NULL, 0}. Lent until the next call; NULL
 * with a failure.
 */
const bytes *passphrase_read(cli *c, const char *option_name);

/* Wipes what was read. */
void passphrase_forget(cli *c);

#endif
