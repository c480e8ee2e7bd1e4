/*
 * tally.h - what one batch, or one file, does within itself.
 *
 * It may not name a reference twice, change a record twice, give one new person two names, or put
 * more records on an account than an institution may in a year. The bank's tables cannot tell
 * before the first row is written; the tally can.
 */
#ifndef CBI_BANK_TALLY_H
#define CBI_BANK_TALLY_H

#include "bank/claim.h"

typedef struct cbi_tally cbi_tally;

/* `distinct`: no two of its items have one reference, as somebody else has made sure of. */
cbank_status cbi_tally_new(int64_t now, bool distinct, cbi_tally **out, cbank_error *err);
/* NULL is a no-op. */
void cbi_tally_free(cbi_tally *tally);

/*
 * Adds the item of this number if it was ruled DEPOSITED, or refuses it in the ruling. `txn` is
 * NULL where no bank is at hand, as when an institution signs on its own machine.
 */
cbank_status cbi_tally_add(cbi_tally *tally, cbi_txn *txn, cbi_hasher *hasher, uint64_t item,
                           const cbi_claim *claim, cbi_ruling *ruling, cbank_error *err);

/* Persons among them without an account: as many are to be opened. */
uint64_t cbi_tally_strangers(const cbi_tally *tally);

#endif
