/*
 * met.h - rows of the log that were read lately in one snapshot, as they were decoded.
 *
 * A chain is walked back to its beginning and then told from there: each row is read, unpacked
 * and hashed once.
 */
#ifndef CBI_LEDGER_MET_H
#define CBI_LEDGER_MET_H

#include "ledger/logged.h"

typedef struct cbi_met cbi_met;

cbank_status cbi_met_new(cbi_met **out, cbank_error *err);
/* NULL is a no-op. */
void cbi_met_free(cbi_met *met);

/* False if the row was not met, or is kept no longer. `out` lends until the next is taken. */
bool cbi_met_find(const cbi_met *met, uint64_t index, cbi_logged *out);

/*
 * Decodes the row, packed or not, as cbi_logged_decode does, and keeps it; `out` lends until the
 * next is taken. CORRUPT.
 */
cbank_status cbi_met_take(cbi_met *met, cbi_txn *txn, cbi_hasher *hasher, uint64_t index,
                          cbi_bytes row, cbi_logged *out, cbank_error *err);

#endif
