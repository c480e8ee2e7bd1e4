#include "bank/chunk_part.h"

#include "bank/capacity.h"
#include "bank/reach.h"
#include "bank/scribe.h"
#include "base/memory.h"

/*
 * What one unit may dirty at most: both statements' worth of random bytes and all tables; and what
 * stands on a record that changes: an entry, a head and a row each.
 */
#define UNIT_DIRTY_MAX (8 * CBI_STATEMENT_MAX)
#define REACH_DIRTY_MAX (CBI_REACH_MAX * 32u * 1024)

static bool has_room(const cbi_chunk_act *chunk, const cbi_append *append, size_t begun,
                     bool change)
{
    size_t most = UNIT_DIRTY_MAX + (change ? REACH_DIRTY_MAX : 0);
    size_t used = cbi_append_dirty(append) - begun;

    return chunk->items < CBI_CHUNK_ITEMS_MAX && cbi_decided_has_room(&chunk->act.result) &&
           used + most < CBI_ACT_DIRTY_MAX;
}

/* Counts an item and adds it to the result. `next` is the state that a change leaves. */
static cbank_status note_item(cbi_chunk_act *chunk, cbi_outcome outcome, uint64_t index,
                              bool record, cbi_record_state next, cbank_error *err)
{
    switch (outcome) {
    case CBI_OUTCOME_DEPOSITED:
        chunk->intake.taken++;
        if (record)
            chunk->records++;
        else if (next == CBI_RECORD_REVOKED || next == CBI_RECORD_SUPERSEDED)
            chunk->ended++;
        break;
    case CBI_OUTCOME_UNCHANGED:
        chunk->intake.unchanged++;
        break;
    case CBI_OUTCOME_CHANGED:
    case CBI_OUTCOME_REJECTED:
        chunk->intake.refused++;
        break;
    }
    chunk->items++;
    return cbi_decided_add(&chunk->act.result, (uint8_t)outcome, index, err);
}

static cbank_status carry_out(cbi_chunk_act *chunk, cbi_append *append, cbi_unit *unit, size_t at,
                              cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    const cbi_batch_item *item = &unit->items[at];
    cbi_ruling *ruling = &unit->rulings[at];
    cbi_claim_place place = {.batch = &deposit->batch.head.id,
                             .index = (uint32_t)(unit->first + at),
                             .token = cbi_bytes_of(chunk->act.token, CBI_TOKEN_SIZE)};
    bool unknown = unit->claims[at].person != NULL && ruling->account.digits[0] == '\0';
    const Cbank__V1__CreditRecord *record = unit->claims[at].record;
    cbank_status status = CBANK_OK;
    cbi_hash random = {{0}};

    if (ruling->outcome == CBI_OUTCOME_DEPOSITED) {
        place.bytes = cbi_batch_item_bytes(item->item);
        if (item->item->opening != NULL)
            (void)cbi_hash_from(cbi_message_bytes(item->item->opening->random), &random);
        place.random = &random;
        CBI_TRY(cbi_claim_carry_out(deposit->bank, append, &unit->claims[at], &place, ruling,
                                    err));
        chunk->intake.opened += unknown;
        chunk->act.only_adds = chunk->act.only_adds && unit->count == 1 && record != NULL &&
                               !cbi_reach_has_basis(record);
    }
    CBI_TRY(note_item(chunk, ruling->outcome, ruling->index, record != NULL, ruling->next, err));
done:
    return status;
}

/* What an item before it has taken along is suspended already, as it asks for. */
static void accept_suspended(const cbi_unit *unit, cbi_ruling *ruling)
{
    const Cbank__V1__CreditChange *change = unit->claims[0].change;

    if (change != NULL && change->action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND &&
        ruling->outcome == CBI_OUTCOME_REJECTED &&
        ruling->why.reason == (int32_t)CBI_REASON_RECORD_SUSPENDED)
        ruling->outcome = CBI_OUTCOME_UNCHANGED;
}

/* What was refused when the batch was judged whole stays refused; all else is ruled on afresh. */
static cbank_status rule(cbi_chunk_act *chunk, cbi_append *append, cbi_unit *unit, cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    cbi_judge judge = cbi_deposit_judge_of(deposit);
    const cbi_deposited *judged = deposit->items + unit->first;
    cbank_status status = CBANK_OK;

    if (cbi_outcome_refuses((cbi_outcome)judged[0].outcome)) {
        for (size_t i = 0; i < unit->count; i++)
            unit->rulings[i] = (cbi_ruling){.outcome = (cbi_outcome)judged[i].outcome,
                                            .index = judged[i].index};
        return CBANK_OK;
    }
    judge.now = append->at;
    judge.last = &chunk->last;
    CBI_TRY(cbi_unit_judge(&judge, append->txn, unit, err));
    accept_suspended(unit, &unit->rulings[0]);
    for (size_t i = 0; i < unit->count; i++) {
        if (cbi_outcome_refuses(unit->rulings[i].outcome))
            cbi_deposit_note_refusal(deposit, unit, i);
    }
done:
    return status;
}

/* One item, or an amendment's two, read again and ruled on afresh; `*full`: there is no room. */
static cbank_status write_unit(cbi_chunk_act *chunk, cbi_append *append, size_t begun, bool *full,
                               cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    cbi_unit unit = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_append_put_heads(append, err));
    CBI_TRY(cbi_chunk_rewind(chunk, err));
    CBI_TRY(cbi_unit_read(deposit->hasher, &deposit->batch, &unit, err));
    *full = unit.claims[0].change != NULL && !has_room(chunk, append, begun, true);
    if (*full)
        goto done; /* the next chunk begins with it */
    CBI_TRY(rule(chunk, append, &unit, err));
    for (size_t i = 0; i < unit.count; i++)
        CBI_TRY(carry_out(chunk, append, &unit, i, err));
    chunk->intake.next += (uint32_t)unit.count;
done:
    cbi_unit_clear(&unit);
    return status;
}

/* What all that is written as it was ruled on shares, and who prepares it. */
typedef struct writing {
    cbi_chunk_act *chunk;
    cbi_append *append;
    cbi_ready_batch batch;
    cbi_scribes *scribes; /* NULL: nothing that was ruled stands */
    size_t begun;         /* dirty bytes */
    cbank_status status;
    cbank_error *err;
} writing;

/* `*written` is false if there can be no account; then nothing is. */
static cbank_status write_record(writing *it, cbi_ready_record *record, cbi_script *script,
                                 uint64_t *index, bool *written, cbank_error *err)
{
    const cbi_bank *bank = it->chunk->deposit->bank;
    bool stranger = record->account.digits[0] == '\0', opened;
    cbi_append *append = it->append;
    cbank_status status = CBANK_OK;
    cbi_hash leaf;

    if (stranger)
        CBI_TRY(cbi_append_put_heads(append, err));
    status = cbi_ready_open_account(bank, append, &it->batch, record, &opened, err);
    *written = !cbi_claim_is_refusal(status);
    if (!*written)
        return CBANK_OK;
    CBI_TRY(status);
    it->chunk->intake.opened += opened;
    if (stranger)
        CBI_TRY(cbi_script_prepare(bank, append->hasher, append->at, &it->batch, record,
                                   append->state.frontier.size, script, err));
    CBI_TRY(cbi_append_keep_heads(append, err));
    CBI_TRY(cbi_script_write(bank, append, record, script, index, &leaf, err));
done:
    return status;
}

/* The next item as it was ruled on; `*written` is false if it has to be ruled on again. */
static cbank_status write_ready(writing *it, bool *written, cbank_error *err)
{
    cbi_chunk_act *chunk = it->chunk;
    const cbi_deposited *judged = &chunk->deposit->items[chunk->intake.next];
    cbi_outcome outcome = (cbi_outcome)judged->outcome;
    uint64_t index = judged->index;
    cbi_ready_record record;
    cbi_script *script;
    cbank_status status = CBANK_OK;

    *written = it->scribes != NULL;
    if (*written && outcome == CBI_OUTCOME_DEPOSITED) {
        CBI_TRY(cbi_scribes_next(it->scribes, chunk->intake.next, it->append->patterns, &record,
                                 &script, err));
        *written = script != NULL;
        if (*written)
            CBI_TRY(write_record(it, &record, script, &index, written, err));
    }
    if (*written) {
        CBI_TRY(note_item(chunk, outcome, index, true, CBI_RECORD_HELD, err));
        chunk->intake.next++;
    }
done:
    cbi_wipe(&record, sizeof(record));
    return status;
}

static void write_items(cbi_scribes *scribes, void *context)
{
    writing *it = context;
    cbi_chunk_act *chunk = it->chunk;
    cbi_append *append = it->append;
    cbank_error *err = it->err;
    cbank_status status = CBANK_OK;
    bool written, full = false;

    it->scribes = scribes;
    while (!full && chunk->intake.next < chunk->intake.count &&
           has_room(chunk, append, it->begun, false)) {
        CBI_TRY(write_ready(it, &written, err));
        if (!written)
            CBI_TRY(write_unit(chunk, append, it->begun, &full, err));
    }
    CBI_TRY(cbi_append_put_heads(append, err));
done:
    cbi_awarder_clear(&chunk->last);
    it->status = status;
}

cbank_status cbi_chunk_write_items(cbi_chunk_act *chunk, cbi_append *append, size_t begun,
                                   cbank_error *err)
{
    const cbi_deposit *deposit = chunk->deposit;
    const Cbank__V1__BatchHead *head = deposit->batch.head.head;
    writing it = {.chunk = chunk,
                  .append = append,
                  .batch = {.id = &deposit->batch.head.id,
                            .institution = head->institution,
                            .token = cbi_bytes_of(chunk->act.token, CBI_TOKEN_SIZE)},
                  .begun = begun,
                  .err = err};
    const cbi_scribes_work work = {.bank = deposit->bank,
                                   .ready = deposit->ready,
                                   .items = deposit->items,
                                   .batch = &it.batch,
                                   .at = append->at,
                                   .index = append->state.frontier.size,
                                   .first = chunk->intake.next,
                                   .end = cbi_chunk_end(chunk)};
    cbank_status status = CBANK_OK;

    if (chunk->stands)
        CBI_TRY(cbi_scribes_run(&work, append->hasher, write_items, &it, err));
    else
        write_items(NULL, &it);
    CBI_TRY(it.status);
done:
    return status;
}
