/*
 * state.h - what `meta` holds: whose ledger this is, and the tree as of the last commit.
 *
 * The tree state is what the writer believes. It is never signed on its word: sealing re-hashes
 * the rows and compares (seal.h).
 */
#ifndef CBI_LEDGER_STATE_H
#define CBI_LEDGER_STATE_H

#include "proof/tree.h"
#include "store/store.h"

typedef struct cbi_state {
    cbi_frontier frontier; /* its size is the tree's */
    cbi_hash root;
    int64_t time; /* of the newest statement; 0 before the first */
} cbi_state;

/* Writes whose ledger it is, and an empty tree. EXISTS if the store has a ledger with entries. */
cbank_status cbi_state_create(cbi_txn *txn, cbi_hasher *hasher, const char *origin,
                              cbank_error *err);
/* NOT_FOUND without a ledger, UNSUPPORTED for another version, CONFLICT for another origin. */
cbank_status cbi_state_check_identity(cbi_txn *txn, cbi_suite suite, const char *origin,
                                      cbank_error *err);

/* CORRUPT if it has not its form. */
cbank_status cbi_state_read(cbi_txn *txn, cbi_state *out, cbank_error *err);
cbank_status cbi_state_write(cbi_txn *txn, const cbi_state *state, cbank_error *err);

#endif
