#include "ledger/seal.h"

#include "ledger/node.h"
#include "ledger/rehash.h"

#include <string.h>

/* The frontier at the guard's size, which must have the guard's root. */
static cbank_status find_base(cbi_sealer *sealer, cbi_txn *txn, const cbi_sealed *guard,
                              cbi_frontier *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_nodes nodes;
    cbi_hash root;

    if (sealer->newest.note_size > 0 && sealer->newest.size == guard->size) {
        *out = sealer->verified;
    } else {
        cbi_nodes_init(&nodes, txn, sealer->hasher);
        CBI_TRY(cbi_nodes_frontier(&nodes, guard->size, out, err));
    }
    CBI_TRY(cbi_frontier_root(sealer->hasher, out, &root, err));
    if (!cbi_hash_equal(&root, &guard->root))
        status =
            cbi_fail(err, CBI_REASON_HISTORY_DIFFERS, guard->size, sealer->guard->origin, NULL);
done:
    return status;
}

/* The guard must not go back either: it was put elsewhere, or an older one was put in its place. */
static cbank_status read_guard(cbi_sealer *sealer, cbi_sealed *out, cbank_error *err)
{
    const cbi_sealed *newest = &sealer->newest;
    cbank_status status = cbi_guard_read(sealer->guard, out, err);

    if (status != CBANK_OK || newest->note_size == 0)
        return status;
    if (out->size < newest->size ||
        (out->size == newest->size && !cbi_hash_equal(&out->root, &newest->root)))
        return cbi_fail(err, CBI_REASON_GUARD_WENT_BACK, newest->size, sealer->guard->origin,
                        "%llu", (unsigned long long)out->size);
    return CBANK_OK;
}

static bool same_frontier(const cbi_frontier *a, const cbi_frontier *b)
{
    return a->size == b->size &&
           memcmp(a->roots, b->roots, cbi_frontier_count(a) * sizeof a->roots[0]) == 0;
}

cbank_status cbi_seal_check(cbi_sealer *sealer, cbi_sealing *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_txn *txn = NULL;
    cbi_sealing sealing = {0};
    cbi_state state;
    uint64_t size;

    CBI_TRY(cbi_txn_begin(sealer->store, CBI_TXN_READ, &txn, err));
    CBI_TRY(cbi_state_read(txn, &state, err));
    CBI_TRY(cbi_signers_choose(&sealer->signers, txn, sealer->guard->origin, &sealing.key, err));
    CBI_TRY(read_guard(sealer, &sealing.guard, err));
    size = state.frontier.size;
    if (size < sealing.guard.size) {
        status = cbi_fail(err, CBI_REASON_STORE_BEHIND, size, sealer->guard->origin, "%llu",
                          (unsigned long long)sealing.guard.size);
        goto done;
    }
    CBI_TRY(find_base(sealer, txn, &sealing.guard, &sealing.frontier, err));
    CBI_TRY(cbi_rehash_rows(sealer->store, txn, sealer->hasher, size, &sealing.frontier, err));
    CBI_TRY(cbi_frontier_root(sealer->hasher, &sealing.frontier, &sealing.sealed.root, err));
    if (!cbi_hash_equal(&sealing.sealed.root, &state.root) ||
        !same_frontier(&sealing.frontier, &state.frontier)) {
        status = cbi_fail(err, CBI_REASON_TREE_DIFFERS, size, sealer->guard->origin, NULL);
        goto done;
    }
    sealing.sealed.size = size;
    *out = sealing;
done:
    cbi_txn_abort(txn);
    return status;
}

bool cbi_seal_is_needed(const cbi_sealer *sealer, const cbi_sealing *sealing)
{
    return sealing->sealed.size > sealing->guard.size || sealer->in_doubt;
}

cbank_status cbi_seal_note(const char *origin, const cbi_private *key, cbi_sealed *sealed,
                           cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer note = {0};
    cbi_checkpoint checkpoint = {
        .origin = cbi_bytes_of_text(origin), .size = sealed->size, .root = sealed->root};

    CBI_TRY(cbi_checkpoint_sign(&checkpoint, key, &note, err));
    if (note.size > sizeof sealed->note) {
        status = cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, sizeof sealed->note, "note", NULL);
        goto done;
    }
    memcpy(sealed->note, note.data, note.size);
    sealed->note_size = note.size;
done:
    cbank_buffer_clear(&note);
    return status;
}

cbank_status cbi_seal_sign(cbi_sealer *sealer, cbi_sealing *sealing, cbank_error *err)
{
    return cbi_seal_note(sealer->guard->origin, sealing->key, &sealing->sealed, err);
}

cbank_status cbi_seal_persist(cbi_sealer *sealer, const cbi_sealing *sealing, cbank_error *err)
{
    cbank_status status = cbi_guard_write(sealer->guard, &sealing->sealed, err);

    sealer->in_doubt = status != CBANK_OK;
    return status;
}

cbank_status cbi_seal_run(cbi_sealer *sealer, cbi_sealed *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_sealing sealing;

    CBI_TRY(cbi_guard_lock(sealer->guard, err));
    status = cbi_seal_check(sealer, &sealing, err);
    if (status == CBANK_OK && !cbi_seal_is_needed(sealer, &sealing)) {
        sealing.sealed = sealing.guard;
    } else if (status == CBANK_OK) {
        status = cbi_seal_sign(sealer, &sealing, err);
        if (status == CBANK_OK)
            status = cbi_seal_persist(sealer, &sealing, err);
    }
    cbi_guard_unlock(sealer->guard);
    CBI_TRY(status);
    sealer->verified = sealing.frontier;
    sealer->newest = sealing.sealed;
    if (out != NULL)
        *out = sealing.sealed;
done:
    return status;
}
