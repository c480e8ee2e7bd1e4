#include "ledger/replay_part.h"

#include "base/memory.h"

void cbi_replay_add(cbi_replay *replay, const cbank_error *finding)
{
    if (replay->finding_count < CBI_REPLAY_FINDINGS_MAX)
        replay->findings[replay->finding_count++] = *finding;
    replay->finding_total++;
}

cbank_status cbi_replay_judge(cbi_replay *replay, cbank_status status, const cbank_error *error,
                              cbank_error *err)
{
    switch (status) {
    case CBANK_OK:
        return CBANK_OK;
    case CBANK_E_CORRUPT:
    case CBANK_E_GUARD:
    case CBANK_E_ROLLBACK:
    case CBANK_E_NOT_FOUND:
        cbi_replay_add(replay, error);
        return CBANK_OK;
    default:
        if (err != NULL)
            *err = *error;
        return status;
    }
}

static cbank_status read_guard(cbi_replay *replay, cbank_error *err)
{
    cbank_error error;
    cbank_status status = cbi_guard_open(replay->scope.guard_path, replay->scope.origin,
                                         replay->scope.log_key, &replay->guard, &error);

    if (status == CBANK_OK && replay->scope.earlier_key != NULL) {
        replay->guard.has_other = true;
        replay->guard.other = *replay->scope.earlier_key;
    }
    if (status == CBANK_OK)
        status = cbi_guard_read(&replay->guard, &replay->sealed, &error);
    replay->has_guard = status == CBANK_OK;
    return cbi_replay_judge(replay, status, &error, err);
}

/* A damaged row is a finding, and then every checkpoint of another key is one too. */
static cbank_status read_epochs(cbi_replay *replay, cbi_txn *txn, cbank_error *err)
{
    cbank_error error;
    cbank_status status =
        cbi_epochs_read(txn, replay->scope.log_key->suite, &replay->epochs, &error);

    return cbi_replay_judge(replay, status, &error, err);
}

/* Up to the checkpoint if there is one, else whatever rows there are. */
static cbank_status measure(cbi_replay *replay, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t rows, heads;

    CBI_TRY(cbi_txn_count(txn, CBI_TABLE_RECORD, &rows, err));
    CBI_TRY(cbi_txn_count(txn, CBI_TABLE_HEAD, &heads, err));
    replay->size = replay->has_guard ? replay->sealed.size : rows;
    replay->total = replay->size + heads;
done:
    return status;
}

cbank_status cbi_replay_begin(const cbi_replay_scope *scope, cbi_replay **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_replay *replay = NULL;
    cbi_txn *txn = NULL;

    CBI_TRY(cbi_alloc(1, sizeof *replay, &replay, err));
    replay->scope = *scope;
    CBI_TRY(cbi_alloc(CBI_REPLAY_FINDINGS_MAX, sizeof *replay->findings, &replay->findings, err));
    CBI_TRY(cbi_hasher_new(scope->log_key->suite, &replay->hasher, err));
    CBI_TRY(read_guard(replay, err));
    CBI_TRY(cbi_txn_begin(scope->store, CBI_TXN_READ, &txn, err));
    CBI_TRY(cbi_state_check_identity(txn, scope->log_key->suite, scope->origin, err));
    CBI_TRY(read_epochs(replay, txn, err));
    CBI_TRY(measure(replay, txn, err));
    *out = replay;
    replay = NULL;
done:
    cbi_txn_abort(txn);
    cbi_replay_end(replay);
    return status;
}

/* What was read last stays where it is, and the next goes where that was which came before. */
static void change_pages(cbi_replay *replay)
{
    cbi_page page = replay->given;
    cbank_buffer plain = replay->given_plain;

    replay->given = replay->page;
    replay->given_plain = replay->plain;
    replay->page = page;
    replay->plain = plain;
}

cbank_status cbi_replay_step(cbi_replay *replay, bool *out_more, cbank_error *err)
{
    static cbank_status (*const steps[])(cbi_replay *, cbi_txn *, cbank_error *) = {
        [CBI_REPLAY_ROWS] = cbi_replay_step_rows,     [CBI_REPLAY_HEADS] = cbi_replay_step_heads,
        [CBI_REPLAY_HIDDEN] = cbi_replay_step_hidden, [CBI_REPLAY_TAGS] = cbi_replay_step_tags,
        [CBI_REPLAY_ENDS] = cbi_replay_step_ends,
    };
    cbank_status status = CBANK_OK;
    cbi_txn *txn = NULL;

    change_pages(replay);
    replay->row_count = 0;
    replay->row_given = 0;
    if (replay->phase != CBI_REPLAY_DONE) {
        CBI_TRY(cbi_txn_begin(replay->scope.store, CBI_TXN_READ, &txn, err));
        CBI_TRY(steps[replay->phase](replay, txn, err));
    }
    *out_more = replay->phase != CBI_REPLAY_DONE;
done:
    cbi_txn_abort(txn);
    return status;
}

bool cbi_replay_next(cbi_replay *replay, cbi_logged *out)
{
    if (replay->row_given >= replay->row_count)
        return false;
    *out = replay->rows[replay->row_given++];
    return true;
}

void cbi_replay_progress(const cbi_replay *replay, uint64_t *done, uint64_t *total)
{
    /* Heads may have been added since the beginning. */
    *total = replay->seen > replay->total ? replay->seen : replay->total;
    *done = replay->phase == CBI_REPLAY_DONE ? *total : replay->seen;
}

const cbank_error *cbi_replay_findings(const cbi_replay *replay, size_t *out_count,
                                       uint64_t *out_total)
{
    *out_count = replay->finding_count;
    *out_total = replay->finding_total;
    return replay->findings;
}

void cbi_replay_measure(const cbi_replay *replay, cbi_replay_extent *out)
{
    *out = (cbi_replay_extent){.has_guard = replay->has_guard,
                               .log_size = replay->whole.size,
                               .log_root = replay->whole_root,
                               .sound_size = replay->sound};
    if (replay->has_guard) {
        out->guard_size = replay->sealed.size;
        out->guard_root = replay->sealed.root;
    }
}

void cbi_replay_end(cbi_replay *replay)
{
    if (replay == NULL)
        return;
    cbi_guard_close(&replay->guard);
    cbi_hasher_free(replay->hasher);
    cbi_free(replay->chains.places);
    cbi_page_clear(&replay->page);
    cbi_page_clear(&replay->given);
    cbank_buffer_clear(&replay->plain);
    cbank_buffer_clear(&replay->given_plain);
    cbi_pattern_clear(&replay->pattern);
    cbi_page_clear(&replay->notes);
    cbank_buffer_clear(&replay->row);
    cbank_buffer_clear(&replay->hidden);
    cbi_free(replay->findings);
    cbi_free(replay);
}
