/* author.h - cbank rules check and sign: what authorities write, with the files that it names. */
#ifndef CBANK_CLI_AUTHOR_H
#define CBANK_CLI_AUTHOR_H

#include "cli.h"

extern const option author_sign_options[];

void author_check(cli *c);
void author_sign(cli *c);

/*
 * The document of the command line, signed by `key`, whose institution is `authority`; freed with
 * memory_free. False with a failure, or with findings that forbid it.
 */
bool author_write(cli *c, const cbank_key *key, const char *authority, bytes *artefact);

#endif
