/*
 * append.h - step 1 of a commit: statements become rows, heads and tree, in one transaction.
 *
 * The tree state is read from the store each time, never remembered: another process may have
 * written since. Nothing here asks a clock or a random source.
 *
 *   begin, then set_time and any number of statements, then commit; clear in every case.
 */
#ifndef CBI_LEDGER_APPEND_H
#define CBI_LEDGER_APPEND_H

#include "ledger/clock.h"
#include "ledger/heads.h"
#include "ledger/pattern.h"
#include "ledger/state.h"
#include "ledger/subject.h"

/*
 * Versions of the store (store.h) between which nothing was done but to add: every commit after
 * the first, up to the last, was made here and of acts that only add (act.h).
 */
typedef struct cbi_additions {
    uint64_t since, until;
} cbi_additions;

#define CBI_NEVER_ADDED UINT64_MAX

typedef struct cbi_append {
    cbi_txn *txn;       /* for the tables of whoever writes here */
    cbi_hasher *hasher; /* borrowed */
    int64_t at;         /* the time that statements written now must carry */
    cbi_state state;    /* with all statements written so far */
    cbi_clock clock;
    uint64_t added_since; /* the version, or CBI_NEVER_ADDED: an act of this transaction did more */
    cbi_heads *heads; /* of all chains that have grown, from the first time that they are kept */
    bool keeps_heads;
    bool grew_before; /* a chain, before that */
    cbank_buffer row;
    cbi_patterns *patterns;
} cbi_append;

/* Waits for the writer's place in the store; `mode` is CBI_TXN_WRITE or CBI_TXN_ERASE. */
cbank_status cbi_append_begin(cbi_store *store, cbi_hasher *hasher, cbi_txn_mode mode,
                              cbi_append *out, cbank_error *err);

/* Sets `at` for what follows. STATE (CLOCK_BEHIND, CLOCK_AHEAD) for a reading that is not taken. */
cbank_status cbi_append_set_time(cbi_append *append, int64_t now, cbank_error *err);

/*
 * Adds one statement to its subject's chain. `randomness` is for the first statement of a subject
 * that is not public; it may be NULL otherwise and is not used then. `out_index` and `out_leaf`
 * may be NULL.
 */
cbank_status cbi_append_statement(cbi_append *append, const cbi_subject *subject,
                                  uint8_t entry_class, cbi_bytes statement,
                                  const cbi_hash *randomness, uint64_t *out_index,
                                  cbi_hash *out_leaf, cbank_error *err);

/* The same where others have prepared the statement. */
typedef struct cbi_append_hashed {
    cbi_bytes statement;
    const cbi_hash *digest;      /* of it (entry.h) */
    const cbi_chain_end *before; /* of the subject, as the newest commit has it; or NULL */
    const cbi_prepacked *packed; /* or NULL */
} cbi_append_hashed;
cbank_status cbi_append_hashed_statement(cbi_append *append, const cbi_subject *subject,
                                         uint8_t entry_class, const cbi_append_hashed *hashed,
                                         uint64_t *out_index, cbi_hash *out_leaf,
                                         cbank_error *err);

/*
 * From here on heads are kept in memory (heads.h), until they are put: whoever reads the table
 * `head` within this transaction has them put before.
 */
cbank_status cbi_append_keep_heads(cbi_append *append, cbank_error *err);
/* Nothing where none are kept. */
cbank_status cbi_append_put_heads(cbi_append *append, cbank_error *err);

/* As cbi_txn_dirty, with the heads that are still to be put. */
size_t cbi_append_dirty(const cbi_append *append);

/* Writes heads and tree state, commits. The transaction is gone whatever it answers (store.h). */
cbank_status cbi_append_commit(cbi_append *append, cbank_error *err);

/* Aborts what was not committed. */
void cbi_append_clear(cbi_append *append);

#endif
