/*
 * recognise.h - a recognition goes into the bank, in one commit.
 *
 * The statement on the account's chain uses the records; the receipt on the institution's chain
 * follows it, and by its place the key is judged. Everything is checked inside of the transaction:
 * that each source still holds and is not used up within its scope. So of two callers who
 * recognise one record at once the second is refused.
 */
#ifndef CBI_BANK_RECOGNISE_H
#define CBI_BANK_RECOGNISE_H

#include "bank/conversion.h"

/*
 * Enters a recognition file. MALFORMED, BAD_SIGNATURE, KEY_NOT_VALID (another key than that of
 * today), INVALID (another bank, account or record), NOT_FOUND, STATE (suspended, frozen, not
 * held, used up), CONFLICT (number used, what is left has changed), DENIED. The same file again
 * changes nothing and is answered as before.
 */
cbank_status cbi_recognise_enter(cbi_bank *bank, cbi_bytes file, cbi_bytes token, int64_t now,
                                 bool dry_run, cbi_recognised *out, cbank_error *err);

#endif
