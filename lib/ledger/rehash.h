/*
 * rehash.h - committed rows read again and hashed on all cores, for the seal.
 *
 * Rows of the log never change what they hash to, so that any snapshot serves that holds them.
 */
#ifndef CBI_LEDGER_REHASH_H
#define CBI_LEDGER_REHASH_H

#include "ledger/logged.h"
#include "proof/tree.h"

/*
 * Adds the rows from the frontier's size up to `size` to it. `txn` is a snapshot that holds them;
 * where it is many, other threads have their own. CORRUPT, with the first row that is not one.
 */
cbank_status cbi_rehash_rows(cbi_store *store, cbi_txn *txn, cbi_hasher *hasher, uint64_t size,
                             cbi_frontier *frontier, cbank_error *err);

#endif
