/* bankkey.h - cbank bank rotate-key, succession, succeed: the bank's keys follow one another. */
#ifndef CBANK_CLI_BANKKEY_H
#define CBANK_CLI_BANKKEY_H

#include "command.h"

extern const option bankkey_succession_options[];
extern const option bankkey_token_options[];

void bankkey_rotate(cli *c);
void bankkey_hand_over(cli *c);
void bankkey_succeed(cli *c);

#endif
