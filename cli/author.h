/* author.h - cbank rules check and sign: what authorities write, with the files that it names. */
#ifndef CBANK_CLI_AUTHOR_H
#define CBANK_CLI_AUTHOR_H

#include "cli.h"

extern const option author_sign_options[];

void author_check(cli *c);
void author_sign(cli *c);

#endif
