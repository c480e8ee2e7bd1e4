#include "ledger/ledger.h"

#include "ledger/epoch.h"
#include "ledger/seal.h"

/* The tree must hold exactly what the checkpoint says of its first entries. */
static cbank_status check_extends(cbi_nodes *nodes, const cbi_sealed *sealed, const char *origin,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_state state;
    cbi_frontier frontier;
    cbi_hash root;

    CBI_TRY(cbi_state_read(nodes->txn, &state, err));
    if (state.frontier.size < sealed->size)
        return cbi_fail(err, CBI_REASON_STORE_BEHIND, state.frontier.size, origin, "%llu",
                        (unsigned long long)sealed->size);
    CBI_TRY(cbi_nodes_frontier(nodes, sealed->size, &frontier, err));
    CBI_TRY(cbi_frontier_root(nodes->hasher, &frontier, &root, err));
    if (!cbi_hash_equal(&root, &sealed->root))
        return cbi_fail(err, CBI_REASON_HISTORY_DIFFERS, sealed->size, origin, NULL);
done:
    return status;
}

/*
 * A good guard that is there already may be older than the note, never newer or of another
 * history. One that is missing, damaged or foreign is what adoption is for.
 */
static cbank_status check_present_guard(cbi_nodes *nodes, const cbi_ledger_setup *setup,
                                        const cbi_sealed *adopted, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_error error = {0};
    cbi_guard guard = {0};
    cbi_sealed present;

    status = cbi_guard_open(setup->guard_path, setup->origin, cbi_private_public(setup->log_key),
                            &guard, &error);
    if (status == CBANK_OK)
        status = cbi_guard_read(&guard, &present, &error);
    /* Signed by another key, and for more than the note: a later one, of a copy that is newer. */
    if (error.reason == CBI_REASON_GUARD_FOREIGN && error.where > adopted->size) {
        status = cbi_fail(err, CBI_REASON_GUARD_OF_LATER_KEY, error.where, setup->origin, NULL);
        goto done;
    }
    if (error.reason == CBI_REASON_GUARD_MISSING || error.reason == CBI_REASON_GUARD_FOREIGN) {
        status = CBANK_OK;
        goto done;
    }
    if (status != CBANK_OK) {
        if (err != NULL)
            *err = error;
        goto done;
    }
    if (present.size > adopted->size) {
        status = cbi_fail(err, CBI_REASON_GUARD_NEWER, present.size, setup->origin, "%llu",
                          (unsigned long long)adopted->size);
        goto done;
    }
    CBI_TRY(check_extends(nodes, &present, setup->origin, err));
done:
    cbi_guard_close(&guard);
    return status;
}

cbank_status cbi_ledger_adopt(cbi_store *store, const cbi_ledger_setup *setup, cbi_bytes note,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_public *key = cbi_private_public(setup->log_key);
    cbi_hasher *hasher = NULL;
    cbi_txn *txn = NULL;
    cbi_ledger *ledger = NULL;
    cbi_ledger_setup with = *setup;
    cbi_nodes nodes;
    cbi_sealed adopted;
    cbi_epochs epochs;

    CBI_TRY(cbi_hasher_new(key->suite, &hasher, err));
    CBI_TRY(cbi_txn_begin(store, CBI_TXN_READ, &txn, err));
    CBI_TRY(cbi_state_check_identity(txn, key->suite, setup->origin, err));
    CBI_TRY(cbi_epochs_read(txn, key->suite, &epochs, err));
    CBI_TRY(cbi_epochs_check_note(&epochs, key, note, setup->origin, &adopted, &with.earlier_key,
                                  err));
    cbi_nodes_init(&nodes, txn, hasher);
    CBI_TRY(check_extends(&nodes, &adopted, setup->origin, err));
    CBI_TRY(check_present_guard(&nodes, setup, &adopted, err));
    cbi_txn_abort(txn);
    txn = NULL;
    CBI_TRY(cbi_guard_create(setup->guard_path, &adopted, true, err));
    CBI_TRY(cbi_ledger_open(store, &with, &ledger, err));
done:
    cbi_ledger_close(ledger);
    cbi_txn_abort(txn);
    cbi_hasher_free(hasher);
    return status;
}
