#include "ledger/ledger.h"

#include "base/memory.h"
#include "crypto/stint.h"
#include "ledger/group.h"
#include "ledger/seal.h"

struct cbi_ledger {
    cbi_store *store;
    cbi_signers signers;
    char *origin;
    cbi_guard guard;
    cbi_queue queue;

    cbi_hasher *writer; /* this and the next three are the leader's */
    cbi_additions additions;
    uint64_t noted;     /* size of the newest checkpoint whose row is in `note` */
    bool has_noted;

    pthread_mutex_t seal_lock; /* over `sealer`; the guard's lock is for other processes */
    cbi_sealer sealer;
    cbi_hasher *seal_hasher;

    pthread_mutex_t view_lock; /* over what follows */
    cbi_sealed newest;         /* which this handle has signed or seen */
    cbi_additions added;       /* as the last leader left `additions` */
};

cbi_suite cbi_ledger_suite(const cbi_ledger *ledger)
{
    return cbi_private_public(ledger->signers.key)->suite;
}

const char *cbi_ledger_origin(const cbi_ledger *ledger)
{
    return ledger->origin;
}

cbi_store *cbi_ledger_store(cbi_ledger *ledger)
{
    return ledger->store;
}

cbank_status cbi_ledger_create(cbi_store *store, const cbi_ledger_setup *setup, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hasher *hasher = NULL;
    cbi_txn *txn = NULL;
    cbi_sealed sealed = {0};

    if (!cbi_origin_is_valid(cbi_bytes_of_text(setup->origin)))
        return cbi_fail(err, CBI_REASON_BAD_ORIGIN, 0, setup->origin, NULL);
    CBI_TRY(cbi_hasher_new(cbi_private_public(setup->log_key)->suite, &hasher, err));
    CBI_TRY(cbi_txn_begin(store, CBI_TXN_WRITE, &txn, err));
    CBI_TRY(cbi_state_create(txn, hasher, setup->origin, err));
    status = cbi_txn_commit(txn, err);
    txn = NULL;
    CBI_TRY(status);
    CBI_TRY(cbi_frontier_root(hasher, &(cbi_frontier){0}, &sealed.root, err));
    CBI_TRY(cbi_seal_note(setup->origin, setup->log_key, &sealed, err));
    CBI_TRY(cbi_guard_create(setup->guard_path, &sealed, false, err));
done:
    cbi_txn_abort(txn);
    cbi_hasher_free(hasher);
    return status;
}

static cbank_status check_identity(cbi_ledger *ledger, cbank_error *err)
{
    cbi_txn *txn = NULL;
    cbank_status status = cbi_txn_begin(ledger->store, CBI_TXN_READ, &txn, err);

    if (status == CBANK_OK)
        status = cbi_state_check_identity(txn, cbi_ledger_suite(ledger), ledger->origin, err);
    cbi_txn_abort(txn);
    return status;
}

/* Remembers the newest checkpoint that this handle has seen. */
static void remember(cbi_ledger *ledger, const cbi_sealed *sealed)
{
    (void)pthread_mutex_lock(&ledger->view_lock);
    if (sealed->size >= ledger->newest.size)
        ledger->newest = *sealed;
    (void)pthread_mutex_unlock(&ledger->view_lock);
}

cbank_status cbi_ledger_seal(cbi_ledger *ledger, cbank_error *err)
{
    cbi_sealed sealed;

    (void)pthread_mutex_lock(&ledger->seal_lock);
    cbank_status status = cbi_seal_run(&ledger->sealer, &sealed, err);
    (void)pthread_mutex_unlock(&ledger->seal_lock);
    if (status == CBANK_OK)
        remember(ledger, &sealed);
    return status;
}

/* The guard may hold a note of either, as long as one takes over from the other. */
static void take_other_key(const cbi_ledger_setup *setup, cbi_guard *guard)
{
    const cbi_public *other = setup->earlier_key;

    if (setup->next_key != NULL)
        other = cbi_private_public(setup->next_key);
    guard->has_other = other != NULL;
    if (other != NULL)
        guard->other = *other;
}

/* All but the seal. */
static cbank_status prepare(cbi_store *store, const cbi_ledger_setup *setup, cbi_ledger **out,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_public *key = cbi_private_public(setup->log_key);
    cbi_ledger *ledger = NULL;

    CBI_TRY(cbi_alloc(1, sizeof *ledger, &ledger, err));
    ledger->store = store;
    ledger->signers = (cbi_signers){.key = setup->log_key, .next = setup->next_key};
    cbi_queue_init(&ledger->queue);
    (void)pthread_mutex_init(&ledger->seal_lock, NULL);
    (void)pthread_mutex_init(&ledger->view_lock, NULL);
    CBI_TRY(cbi_alloc_text(setup->origin, &ledger->origin, err));
    CBI_TRY(cbi_hasher_new(key->suite, &ledger->writer, err));
    CBI_TRY(cbi_hasher_new(key->suite, &ledger->seal_hasher, err));
    CBI_TRY(check_identity(ledger, err));
    CBI_TRY(cbi_guard_open(setup->guard_path, ledger->origin, key, &ledger->guard, err));
    take_other_key(setup, &ledger->guard);
    ledger->sealer = (cbi_sealer){.store = store,
                                  .guard = &ledger->guard,
                                  .signers = ledger->signers,
                                  .hasher = ledger->seal_hasher};
    *out = ledger;
    return CBANK_OK;
done:
    cbi_ledger_close(ledger);
    return status;
}

cbank_status cbi_ledger_open(cbi_store *store, const cbi_ledger_setup *setup, cbi_ledger **out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_ledger *ledger = NULL;

    CBI_TRY(prepare(store, setup, &ledger, err));
    CBI_TRY(cbi_ledger_seal(ledger, err));
    *out = ledger;
    return CBANK_OK;
done:
    cbi_ledger_close(ledger);
    return status;
}

/* Under the lock: a commit that is sealed between two looks would seem to be behind the guard. */
cbank_status cbi_ledger_probe(cbi_store *store, const cbi_ledger_setup *setup, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_ledger *ledger = NULL;
    cbi_sealing sealing;

    CBI_TRY(prepare(store, setup, &ledger, err));
    CBI_TRY(cbi_guard_lock(&ledger->guard, err));
    status = cbi_seal_check(&ledger->sealer, &sealing, err);
    cbi_guard_unlock(&ledger->guard);
done:
    cbi_ledger_close(ledger);
    return status;
}

void cbi_ledger_close(cbi_ledger *ledger)
{
    if (ledger == NULL)
        return;
    cbi_guard_close(&ledger->guard);
    cbi_hasher_free(ledger->seal_hasher);
    cbi_hasher_free(ledger->writer);
    (void)pthread_mutex_destroy(&ledger->view_lock);
    (void)pthread_mutex_destroy(&ledger->seal_lock);
    cbi_queue_clear(&ledger->queue);
    cbi_free(ledger->origin);
    cbi_free(ledger);
}

/* For whoever asks while the next leader is at work. */
static void publish_additions(cbi_ledger *ledger)
{
    (void)pthread_mutex_lock(&ledger->view_lock);
    ledger->added = ledger->additions;
    (void)pthread_mutex_unlock(&ledger->view_lock);
}

/* One turn as leader: append, let the next leader append, seal, answer. */
static void lead(cbi_ledger *ledger)
{
    cbi_group group;
    cbank_error error;
    cbi_sealed newest;

    (void)pthread_mutex_lock(&ledger->view_lock);
    newest = ledger->newest;
    (void)pthread_mutex_unlock(&ledger->view_lock);
    bool is_noted = ledger->has_noted && ledger->noted == newest.size;

    cbi_stint_begin(); /* of all acts that share the transaction */
    cbank_status status =
        cbi_group_commit(ledger->store, &ledger->signers, ledger->writer, &ledger->queue,
                         is_noted ? NULL : &newest, &ledger->additions, &group, &error);
    cbi_stint_end();
    if (status == CBANK_OK && group.written != NULL) {
        ledger->noted = newest.size;
        ledger->has_noted = true;
    }
    publish_additions(ledger);
    cbi_queue_pass_on(&ledger->queue);
    if (status == CBANK_OK && cbi_group_has_success(&group)) {
        status = cbi_ledger_seal(ledger, &error);
        /* Written, and for somebody else to seal: only the token can tell. */
        if (status == CBANK_E_STATE)
            status = cbi_fail(&error, CBI_REASON_COMMIT_UNKNOWN, 0, "ledger", NULL);
    }
    if (status != CBANK_OK)
        cbi_group_fail(&group, status, &error);
    cbi_queue_finish(group.acts);
}

cbank_status cbi_ledger_submit(cbi_ledger *ledger, cbi_act *act, cbank_error *err)
{
    cbi_queue_add(&ledger->queue, act);
    while (cbi_queue_must_lead(&ledger->queue, act))
        lead(ledger);
    if (act->status != CBANK_OK && err != NULL)
        *err = act->error;
    return act->status;
}

uint64_t cbi_ledger_added_since(cbi_ledger *ledger, uint64_t version)
{
    cbi_additions added;

    (void)pthread_mutex_lock(&ledger->view_lock);
    added = ledger->added;
    (void)pthread_mutex_unlock(&ledger->view_lock);
    return version >= added.since && version <= added.until ? added.since : version;
}

static cbank_status read_clock(cbi_txn *txn, cbi_clock *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_state state;

    CBI_TRY(cbi_state_read(txn, &state, err));
    CBI_TRY(cbi_clock_read(txn, state.time, out, err));
done:
    return status;
}

cbank_status cbi_ledger_clock(cbi_ledger *ledger, cbi_clock *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_txn *txn = NULL;

    CBI_TRY(cbi_txn_begin(ledger->store, CBI_TXN_READ, &txn, err));
    CBI_TRY(read_clock(txn, out, err));
done:
    cbi_txn_abort(txn);
    return status;
}

/* No statement is written, so there is nothing to seal. */
cbank_status cbi_ledger_confirm_clock(cbi_ledger *ledger, int64_t now, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_txn *txn = NULL;
    cbi_clock clock;

    CBI_TRY(cbi_txn_begin(ledger->store, CBI_TXN_WRITE, &txn, err));
    CBI_TRY(read_clock(txn, &clock, err));
    CBI_TRY(cbi_clock_confirm(txn, &clock, now, err));
    status = cbi_txn_commit(txn, err);
    txn = NULL;
done:
    cbi_txn_abort(txn);
    return status;
}

cbank_status cbi_ledger_view(cbi_ledger *ledger, cbi_sealed *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_sealed sealed;
    uint64_t known;

    (void)pthread_mutex_lock(&ledger->view_lock);
    known = ledger->newest.size;
    (void)pthread_mutex_unlock(&ledger->view_lock);
    CBI_TRY(cbi_guard_read(&ledger->guard, &sealed, err));
    if (sealed.size < known)
        return cbi_fail(err, CBI_REASON_GUARD_WENT_BACK, known, ledger->origin, "%llu",
                        (unsigned long long)sealed.size);
    *out = sealed;
done:
    return status;
}

static cbank_status snap(cbi_store *store, cbi_suite suite, cbi_reader *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(suite, &out->hasher, err));
    CBI_TRY(cbi_txn_begin(store, CBI_TXN_READ, &out->txn, err));
done:
    return status;
}

cbank_status cbi_ledger_read_begin(cbi_ledger *ledger, cbi_reader *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *out = (cbi_reader){0};
    /* The checkpoint first: the commit it stands for was over before it was written. */
    CBI_TRY(cbi_ledger_view(ledger, &out->sealed, err));
    CBI_TRY(snap(ledger->store, cbi_ledger_suite(ledger), out, err));
    return CBANK_OK;
done:
    cbi_ledger_read_end(out);
    return status;
}

cbank_status cbi_ledger_look(cbi_store *store, cbi_suite suite, cbi_reader *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_state state;

    *out = (cbi_reader){0};
    CBI_TRY(snap(store, suite, out, err));
    CBI_TRY(cbi_state_read(out->txn, &state, err));
    out->sealed.size = state.frontier.size;
    out->sealed.root = state.root;
    return CBANK_OK;
done:
    cbi_ledger_read_end(out);
    return status;
}

void cbi_ledger_read_end(cbi_reader *reader)
{
    cbi_txn_abort(reader->txn);
    reader->txn = NULL;
    cbi_hasher_free(reader->hasher);
    reader->hasher = NULL;
    cbi_history_clear(reader);
}
