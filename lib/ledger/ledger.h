/*
 * ledger.h - one bank's log: acts in, sealed checkpoints and proofs out.
 *
 * A commit has six steps, and their order is the safety:
 *   1 append: one transaction for all waiting acts, committed with sync        (group, append)
 *   2 re-read and re-hash what was committed, whoever wrote it                 (seal)
 *   3 compare with the guard: the tree must extend what was signed last        (seal, guard)
 *   4 sign the checkpoint                                                      (seal)
 *   5 persist it in the guard; its row in `note` rides in the next transaction (guard)
 *   6 only now answer the callers                                              (queue)
 * A stop between any two of them is mended by the next seal; opening is a seal.
 *
 * The log is a function of the statements fed to it in order. Several processes may share a bank,
 * each with a ledger of its own. A ledger may be used by any number of threads.
 */
#ifndef CBI_LEDGER_LEDGER_H
#define CBI_LEDGER_LEDGER_H

#include "ledger/act.h"
#include "ledger/clock.h"
#include "ledger/history.h"

typedef struct cbi_ledger cbi_ledger;

/* Lent for as long as the ledger is open. */
typedef struct cbi_ledger_setup {
    const char *origin;
    const char *guard_path;
    const cbi_private *log_key; /* its suite is the ledger's */
    /* While one log key takes over from another; else NULL. The one that will sign once it has
     * begun (epoch.h), or the one that signed before, whose note the guard may still hold. */
    const cbi_private *next_key;
    const cbi_public *earlier_key;
} cbi_ledger_setup;

/*
 * Makes an empty ledger in a store without one, and its guard. EXISTS if the ledger has entries or
 * the guard's file is there; INVALID for an origin that is not one.
 */
cbank_status cbi_ledger_create(cbi_store *store, const cbi_ledger_setup *setup, cbank_error *err);

/*
 * Opens and seals. NOT_FOUND, CONFLICT (another origin or suite), UNSUPPORTED (another version),
 * STATE (LOG_KEY_SUPERSEDED), GUARD, ROLLBACK, CORRUPT. The store stays open longer than the
 * ledger.
 */
cbank_status cbi_ledger_open(cbi_store *store, const cbi_ledger_setup *setup, cbi_ledger **out,
                             cbank_error *err);
/*
 * What opening would answer, and nothing is signed or written: for whoever wants to know why a
 * ledger does not open. It waits for a seal that is under way.
 */
cbank_status cbi_ledger_probe(cbi_store *store, const cbi_ledger_setup *setup, cbank_error *err);
/* After all calls have returned. NULL is a no-op. */
void cbi_ledger_close(cbi_ledger *ledger);

/*
 * Makes a new guard from a signed checkpoint that the operator vouches for, and seals. Refuses
 * unless the tree extends it (ROLLBACK), and if there is a good guard with a larger size (GUARD).
 * No ledger of this bank may be open.
 */
cbank_status cbi_ledger_adopt(cbi_store *store, const cbi_ledger_setup *setup, cbi_bytes note,
                              cbank_error *err);

/*
 * Does one act together with all that wait, and returns when it is sealed. The act's own refusal
 * is what is answered if its check refuses. On UNKNOWN, and after any other failure of the store,
 * submit again with the same token. CONFLICT (TOKEN_CONFLICT), STATE (CLOCK_BEHIND, CLOCK_AHEAD,
 * or LOG_KEY_SUPERSEDED: nothing was written, and this ledger is of no more use).
 */
cbank_status cbi_ledger_submit(cbi_ledger *ledger, cbi_act *act, cbank_error *err);

/*
 * Seals what has been committed, by whoever stopped before it was sealed. Before an act is answered
 * from what the store says of it, and not by submit.
 */
cbank_status cbi_ledger_seal(cbi_ledger *ledger, cbank_error *err);

/*
 * The earliest version of the store (store.h) such that nothing was done up to this one but to add
 * (append.h), as far as this ledger knows: `version` itself where another process may have written.
 */
uint64_t cbi_ledger_added_since(cbi_ledger *ledger, uint64_t version);

/* What readings are held against; and takes one that somebody has confirmed (clock.h). */
cbank_status cbi_ledger_clock(cbi_ledger *ledger, cbi_clock *out, cbank_error *err);
cbank_status cbi_ledger_confirm_clock(cbi_ledger *ledger, int64_t now, cbank_error *err);

/* The newest checkpoint, of whichever process. GUARD if the guard is not ours or went back. */
cbank_status cbi_ledger_view(cbi_ledger *ledger, cbi_sealed *out, cbank_error *err);

/* A snapshot that holds at least the newest checkpoint. End it soon, and in every case. */
cbank_status cbi_ledger_read_begin(cbi_ledger *ledger, cbi_reader *out, cbank_error *err);
/* The store as it is, signed or not: `sealed` has no note, and is what the writer believes. For a
 * check. CORRUPT. */
cbank_status cbi_ledger_look(cbi_store *store, cbi_suite suite, cbi_reader *out, cbank_error *err);
void cbi_ledger_read_end(cbi_reader *reader);

/* What was given at opening. */
cbi_suite cbi_ledger_suite(const cbi_ledger *ledger);
const char *cbi_ledger_origin(const cbi_ledger *ledger);
cbi_store *cbi_ledger_store(cbi_ledger *ledger);

#endif
