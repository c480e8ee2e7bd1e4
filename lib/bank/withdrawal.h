/* withdrawal.h - an authority takes back what it has published, from a day on or altogether. */
#ifndef CBI_BANK_WITHDRAWAL_H
#define CBI_BANK_WITHDRAWAL_H

#include "bank/edition.h"

/*
 * Takes a signed withdrawal. `out` is the edition as it is then. NOT_FOUND, DENIED, STATE (is
 * withdrawn already), BAD_SIGNATURE, INVALID (another bank's).
 */
cbank_status cbi_withdrawal_take(cbi_bank *bank, cbi_bytes file, cbi_bytes token, int64_t now,
                                 cbi_edition *out, cbank_error *err);

#endif
