#include "ledger/group.h"

#include "ledger/token.h"

#include <string.h>

static void join(cbi_group *group, cbi_act *act)
{
    if (group->acts == NULL)
        group->acts = act;
    else
        group->last->next = act;
    group->last = act;
}

/* Without a transaction nobody's act can be done. */
static void take_all(cbi_queue *queue, cbi_group *group)
{
    for (cbi_act *act = cbi_queue_take(queue); act != NULL; act = cbi_queue_take(queue)) {
        act->status = CBANK_OK;
        join(group, act);
    }
}

/* Token, clock and check: the act's own failures, which it takes away with it. */
static cbank_status admit(cbi_append *append, cbi_act *act)
{
    cbank_status status = cbi_token_find(append->txn, act, &act->error);

    if (status == CBANK_OK && !act->replayed)
        status = cbi_append_set_time(append, act->now, &act->error);
    if (status == CBANK_OK && !act->replayed)
        status = act->check(act, append, &act->error);
    return status;
}

/* What takes away has the space that is kept for it to itself: the others wait for the next. */
static bool may_join(const cbi_act *next, bool takes_away)
{
    return next != NULL && next->takes_away == takes_away;
}

static cbank_status write_acts(cbi_append *append, cbi_queue *queue, bool takes_away,
                               cbi_group *group, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    while (cbi_txn_dirty(append->txn) < CBI_ACT_DIRTY_MAX &&
           may_join(cbi_queue_peek(queue), takes_away)) {
        cbi_act *act = cbi_queue_take(queue);

        join(group, act);
        act->status = admit(append, act);
        if (act->status != CBANK_OK || act->replayed)
            continue;
        CBI_TRY(act->write(act, append, err));
        if (!act->only_adds)
            append->added_since = CBI_NEVER_ADDED;
        CBI_TRY(cbi_token_keep(append->txn, append->at, act, err));
        group->written = act;
        group->written_count++;
    }
done:
    return status;
}

/* Another process, or who takes no part in groups, may have written since. */
static void begin_additions(cbi_additions *additions, cbi_append *append)
{
    uint64_t version = cbi_txn_version(append->txn);

    if (additions->until != version)
        *additions = (cbi_additions){.since = version, .until = version};
    append->added_since = additions->since;
}

/* What has been committed. Where that failed, and yet was done, the next group finds it foreign. */
static void end_additions(cbi_additions *additions, const cbi_append *append)
{
    additions->until++;
    if (append->added_since == CBI_NEVER_ADDED)
        additions->since = additions->until;
}

static cbank_status write_note(cbi_txn *txn, const cbi_sealed *sealed, cbank_error *err)
{
    uint8_t key[8];

    cbi_put_u64(key, sealed->size);
    return cbi_txn_put(txn, CBI_TABLE_NOTE, cbi_bytes_of(key, sizeof key), cbi_sealed_note(sealed),
                       err);
}

cbank_status cbi_group_commit(cbi_store *store, const cbi_signers *signers, cbi_hasher *hasher,
                              cbi_queue *queue, const cbi_sealed *sealed,
                              cbi_additions *additions, cbi_group *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_private *signer;
    const cbi_act *first = cbi_queue_peek(queue);
    bool takes_away = first != NULL && first->takes_away;
    cbi_append append = {0};

    *out = (cbi_group){0};
    status = cbi_append_begin(store, hasher, takes_away ? CBI_TXN_ERASE : CBI_TXN_WRITE, &append,
                              err);
    if (status == CBANK_OK)
        status = cbi_signers_choose(signers, append.txn, "ledger", &signer, err);
    if (status != CBANK_OK) {
        take_all(queue, out);
        goto done;
    }
    begin_additions(additions, &append);
    CBI_TRY(write_acts(&append, queue, takes_away, out, err));
    if (out->written == NULL)
        goto done;
    if (sealed != NULL)
        CBI_TRY(write_note(append.txn, sealed, err));
    status = cbi_append_commit(&append, err);
    if (status == CBANK_E_UNKNOWN)
        status = cbi_group_resolve(store, out->written, err);
    if (status == CBANK_OK)
        end_additions(additions, &append);
    out->written->alone = out->written_count == 1;
done:
    cbi_append_clear(&append);
    return status;
}

cbank_status cbi_group_resolve(cbi_store *store, const cbi_act *act, cbank_error *err)
{
    cbi_txn *txn = NULL;
    cbi_act probe = {.request = act->request};
    cbank_status status = cbi_txn_begin(store, CBI_TXN_READ, &txn, NULL);

    memcpy(probe.token, act->token, sizeof probe.token);
    if (status == CBANK_OK)
        status = cbi_token_find(txn, &probe, NULL);
    if (status != CBANK_OK)
        status = cbi_fail(err, CBI_REASON_COMMIT_UNKNOWN, 0, "ledger", NULL);
    else if (!probe.replayed)
        status = cbi_fail(err, CBI_REASON_COMMIT_LOST, 0, NULL, NULL);
    cbi_txn_abort(txn);
    cbank_buffer_clear(&probe.result);
    return status;
}

void cbi_group_fail(cbi_group *group, cbank_status status, const cbank_error *error)
{
    for (cbi_act *act = group->acts; act != NULL; act = act->next) {
        if (act->status != CBANK_OK)
            continue;
        act->status = status;
        act->error = *error;
    }
}

bool cbi_group_has_success(const cbi_group *group)
{
    for (const cbi_act *act = group->acts; act != NULL; act = act->next) {
        if (act->status == CBANK_OK)
            return true;
    }
    return false;
}
