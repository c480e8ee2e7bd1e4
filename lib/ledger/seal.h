/*
 * seal.h - steps 2 to 5 of a commit: look again, compare with the guard, sign, persist.
 *
 * What is signed is what the committed rows hash to, whoever wrote them, and it extends what was
 * signed before. A stop between any two steps leaves the tree ahead of the guard: the next seal
 * begins again at step 2.
 */
#ifndef CBI_LEDGER_SEAL_H
#define CBI_LEDGER_SEAL_H

#include "ledger/epoch.h"
#include "ledger/state.h"

/* One for a handle, used by one thread at a time. */
typedef struct cbi_sealer {
    cbi_store *store; /* borrowed, as all below */
    cbi_guard *guard;
    cbi_signers signers;
    cbi_hasher *hasher;
    cbi_frontier verified; /* of the newest seal: so that the next one hashes new rows only */
    cbi_sealed newest;     /* the newest seal; note_size is 0 before the first */
    bool in_doubt;         /* a write of the guard failed: what the file shows may not be durable */
} cbi_sealer;

/* A seal under way. */
typedef struct cbi_sealing {
    const cbi_private *key; /* the one that signs now */
    cbi_sealed guard;       /* what the guard held */
    cbi_frontier frontier;  /* of all committed rows, re-hashed */
    cbi_sealed sealed;      /* size and root by step 3, the note by step 4 */
} cbi_sealing;

/* All steps under the guard's lock. `out` may be NULL. */
cbank_status cbi_seal_run(cbi_sealer *sealer, cbi_sealed *out, cbank_error *err);

/*
 * The steps, for cbi_seal_run and for tests that stop between them.
 * Check: STATE if a log key has begun that the sealer was not given, ROLLBACK if the store is
 * behind the guard or does not extend it, CORRUPT if the tree state is not what the rows hash to,
 * GUARD if the guard is not ours or went back itself.
 */
cbank_status cbi_seal_check(cbi_sealer *sealer, cbi_sealing *out, cbank_error *err);
bool cbi_seal_is_needed(const cbi_sealer *sealer, const cbi_sealing *sealing);
cbank_status cbi_seal_sign(cbi_sealer *sealer, cbi_sealing *sealing, cbank_error *err);
cbank_status cbi_seal_persist(cbi_sealer *sealer, const cbi_sealing *sealing, cbank_error *err);

/* Signs the checkpoint of a tree: for step 4, and for the guard of a new ledger. */
cbank_status cbi_seal_note(const char *origin, const cbi_private *key, cbi_sealed *sealed,
                           cbank_error *err);

#endif
