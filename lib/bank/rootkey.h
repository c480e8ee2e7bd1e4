/* rootkey.h - the root key hands over to the next: what the bank takes note of in its log. */
#ifndef CBI_BANK_ROOTKEY_H
#define CBI_BANK_ROOTKEY_H

#include "bank/bank.h"

/*
 * Takes over the next root key by a succession file that the present one and the new one have
 * signed; directories are signed by the new one from here on. INVALID (SUCCESSION_NOT_NEXT,
 * KEY_USED_BEFORE), what cbi_succession_open answers.
 */
cbank_status cbi_rootkey_succeed(cbi_bank *bank, cbi_bytes file, cbi_bytes token, int64_t now,
                                 cbank_error *err);

#endif
