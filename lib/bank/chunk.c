#include "bank/chunk.h"

#include <string.h>

#include "bank/capacity.h"
#include "bank/counter.h"
#include "bank/errand.h"
#include "bank/institution.h"
#include "bank/reach.h"
#include "bank/receipt.h"
#include "bank/vault.h"
#include "base/time.h"
#include "ledger/token.h"

typedef struct chunk_act {
    cbi_act act;
    cbi_deposit *deposit;
    cbi_intake intake; /* as it will be */
    uint32_t items;
    uint64_t records;
    uint64_t ended;
    bool stands; /* what was ruled (deposit.h), of all items that come next */
    uint64_t version;  /* of the store that this chunk makes */
    cbi_awarder last;
} chunk_act;

/* The items from the intake's next on, whatever has been read before. */
static cbank_status rewind_items(const chunk_act *chunk, cbank_error *err)
{
    return cbi_batch_seek(&chunk->deposit->batch, chunk->intake.next, err);
}

/* ---- the check --------------------------------------------------------------------------- */

/* Where the intake of this batch stands now; others may have taken a chunk, or its number. */
static cbank_status find_intake(chunk_act *chunk, cbi_txn *txn, cbank_error *err)
{
    const cbi_deposit *deposit = chunk->deposit;
    const Cbank__V1__BatchHead *head = deposit->batch.head.head;
    cbank_status status = CBANK_OK;

    status = cbi_intake_find(txn, &deposit->batch.head.id, &chunk->intake, err);
    if (status == CBANK_E_NOT_FOUND) {
        status = CBANK_OK;
        chunk->intake = (cbi_intake){0};
        if (cbi_intake_has_number(txn, head->institution, head->number))
            CBI_TRY(cbi_fail(err, CBI_REASON_BATCH_NUMBER_TAKEN, head->number, head->institution,
                             NULL));
    }
    CBI_TRY(status);
    if (chunk->intake.received_at != 0 || chunk->intake.next != deposit->intake.next)
        CBI_TRY(cbi_fail(err, CBI_REASON_BATCH_ELSEWHERE, chunk->intake.next, head->institution,
                         NULL));
done:
    return status;
}

static cbank_status judge_chunk(chunk_act *chunk, cbi_txn *txn, const cbi_judge *judge,
                                cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    uint64_t end = deposit->batch.head.head->count;
    cbank_status status = CBANK_OK;
    cbi_unit unit = {0};

    if (end > CBI_CHUNK_ITEMS_MAX)
        end = CBI_CHUNK_ITEMS_MAX;
    while (deposit->batch.next < end) {
        CBI_TRY(cbi_unit_read(deposit->hasher, &deposit->batch, &unit, err));
        CBI_TRY(cbi_unit_judge(judge, txn, &unit, err));
        for (size_t i = 0; i < unit.count; i++) {
            if (cbi_outcome_refuses(unit.rulings[i].outcome))
                CBI_TRY(cbi_deposit_refuse(unit.first + i, &unit.rulings[i].why, err));
        }
        cbi_unit_clear(&unit);
    }
done:
    cbi_unit_clear(&unit);
    return status;
}

/*
 * All or nothing: if others have written since the batch was judged, its beginning is judged once
 * more before its first row is written. What is refused only later than that counts as refused.
 */
static cbank_status judge_again(chunk_act *chunk, const cbi_append *append, cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    cbi_judge judge = cbi_deposit_judge_of(deposit);
    cbi_tally *tally = NULL;
    cbank_status status = CBANK_OK;

    if (chunk->stands || deposit->terms.keep_going || chunk->intake.number != 0 ||
        append->state.frontier.size == deposit->judged_size)
        return CBANK_OK;
    CBI_TRY(cbi_tally_new(deposit->bank->config.suite, append->at, false, &tally, err));
    judge.now = append->at;
    judge.tally = tally;
    CBI_TRY(rewind_items(chunk, err));
    CBI_TRY(judge_chunk(chunk, append->txn, &judge, err));
done:
    cbi_tally_free(tally);
    return status;
}

/* Whether this transaction sees what judging saw. */
static bool sees_the_same(const cbi_deposit *deposit, const cbi_append *append)
{
    return deposit->one_version && cbi_txn_version(append->txn) == deposit->version &&
           cbi_txn_dirty(append->txn) == 0;
}

/*
 * What those who only added could have changed for a record that was judged: its reference is
 * taken, its account has grown, or there is one for whom the bank did not know.
 */
static cbank_status look_again(const cbi_bank *bank, cbi_txn *txn, cbi_ready_record *record,
                               bool *holds, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t entries, grown;
    bool known = true;

    *holds = false;
    if (cbi_holding_has_reference(txn, record->awarder, record->reference))
        return CBANK_OK;
    if (record->account.digits[0] == '\0') {
        record->entries = 0;
        status = cbi_ready_find_account(bank, txn, record, &known, err);
        if (cbi_claim_is_refusal(status))
            return CBANK_OK;
        CBI_TRY(status);
    }
    if (known) {
        CBI_TRY(cbi_account_entries(txn, record->account.digits, &entries, err));
        grown = entries - record->entries;
        *holds = cbi_account_takes(entries, CBI_YEARLY_RECORDS_MAX) &&
                 record->yearly + grown <= CBI_YEARLY_RECORDS_MAX;
    } else {
        *holds = true;
    }
done:
    return status;
}

/* The same of each item of the chunk. */
static cbank_status look_at_items(chunk_act *chunk, cbi_txn *txn, bool *hold, cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    uint64_t item = chunk->intake.next, end = deposit->batch.head.head->count;
    cbank_status status = CBANK_OK;
    cbi_ready_record record;

    if (end > item + CBI_CHUNK_ITEMS_MAX)
        end = item + CBI_CHUNK_ITEMS_MAX;
    for (*hold = true; *hold && item < end; item++) {
        if (deposit->items[item].outcome != CBI_OUTCOME_DEPOSITED)
            continue;
        *hold = cbi_ready_find(deposit->ready, (uint32_t)item, &record);
        if (*hold)
            CBI_TRY(look_again(deposit->bank, txn, &record, hold, err));
    }
done:
    return status;
}

/* What was ruled stands on the same day, unless others have done more than add. */
static cbank_status find_standing(chunk_act *chunk, const cbi_append *append, cbank_error *err)
{
    const cbi_deposit *deposit = chunk->deposit;
    cbank_status status = CBANK_OK;

    chunk->stands =
        deposit->stands && cbi_date_of(append->at) == cbi_date_of(deposit->terms.now);
    if (!chunk->stands || sees_the_same(deposit, append))
        return CBANK_OK;
    chunk->stands = append->added_since <= deposit->version;
    if (chunk->stands)
        CBI_TRY(look_at_items(chunk, append->txn, &chunk->stands, err));
done:
    return status;
}

/* The key may have been changed, or the same batch deposited, since it was opened. */
static cbank_status check_chunk(cbi_act *act, cbi_append *append, cbank_error *err)
{
    chunk_act *chunk = (chunk_act *)(void *)act;
    const cbi_deposit *deposit = chunk->deposit;
    const char *institution = deposit->batch.head.head->institution;
    cbank_status status = CBANK_OK;
    cbi_public signer;

    CBI_TRY(cbi_institution_signer(deposit->bank, append->txn, institution, &signer, err));
    if (!cbi_public_equal(&signer, &deposit->signer))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_SIGNER, 0, institution, NULL));
    chunk->version = cbi_txn_version(append->txn) + 1;
    CBI_TRY(find_intake(chunk, append->txn, err));
    CBI_TRY(cbi_institution_check_day(append->txn, institution, append->at, err));
    CBI_TRY(find_standing(chunk, append, err));
    CBI_TRY(judge_again(chunk, append, err));
done:
    return status;
}

/* ---- the write --------------------------------------------------------------------------- */

/*
 * What one unit may dirty at most: both statements' worth of random bytes and all tables; and what
 * stands on a record that changes: an entry, a head and a row each.
 */
#define UNIT_DIRTY_MAX (8 * CBI_STATEMENT_MAX)
#define REACH_DIRTY_MAX (CBI_REACH_MAX * 32u * 1024)

static bool has_room(const chunk_act *chunk, const cbi_append *append, size_t begun, bool change)
{
    size_t most = UNIT_DIRTY_MAX + (change ? REACH_DIRTY_MAX : 0);
    size_t used = cbi_txn_dirty(append->txn) - begun;

    return chunk->items < CBI_CHUNK_ITEMS_MAX && cbi_decided_has_room(&chunk->act.result) &&
           used + most < CBI_ACT_DIRTY_MAX;
}

/* Counts an item and adds it to the result. `next` is the state that a change leaves. */
static cbank_status note_item(chunk_act *chunk, cbi_outcome outcome, uint64_t index, bool record,
                              cbi_record_state next, cbank_error *err)
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

static cbank_status carry_out(chunk_act *chunk, cbi_append *append, cbi_unit *unit, size_t at,
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
static cbank_status rule(chunk_act *chunk, cbi_append *append, cbi_unit *unit, cbank_error *err)
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
static cbank_status write_unit(chunk_act *chunk, cbi_append *append, size_t begun, bool *full,
                               cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    cbi_unit unit = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(rewind_items(chunk, err));
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

/* The next item as it was ruled on; `*written` is false if it has to be ruled on again. */
static cbank_status write_ready(chunk_act *chunk, cbi_append *append, bool *written,
                                cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    const cbi_ready_batch batch = {.id = &deposit->batch.head.id,
                                   .institution = deposit->batch.head.head->institution,
                                   .token = cbi_bytes_of(chunk->act.token, CBI_TOKEN_SIZE)};
    const cbi_deposited *judged = &deposit->items[chunk->intake.next];
    cbi_outcome outcome = (cbi_outcome)judged->outcome;
    uint64_t index = judged->index;
    cbi_ready_record record;
    cbank_status status = CBANK_OK;
    cbi_hash leaf;
    bool opened;

    *written = false;
    if (!chunk->stands)
        return CBANK_OK;
    if (outcome == CBI_OUTCOME_DEPOSITED) {
        if (!cbi_ready_find(deposit->ready, chunk->intake.next, &record))
            return CBANK_OK;
        status = cbi_ready_open_account(deposit->bank, append, &batch, &record, &opened, err);
        if (cbi_claim_is_refusal(status))
            return CBANK_OK;
        CBI_TRY(status);
        chunk->intake.opened += opened;
        CBI_TRY(cbi_ready_write(deposit->bank, append, &batch, &record, &index, &leaf, err));
    }
    CBI_TRY(note_item(chunk, outcome, index, true, CBI_RECORD_HELD, err));
    chunk->intake.next++;
    *written = true;
done:
    return status;
}

static cbank_status write_items(chunk_act *chunk, cbi_append *append, size_t begun,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool written, full = false;

    while (!full && chunk->intake.next < chunk->intake.count &&
           has_room(chunk, append, begun, false)) {
        CBI_TRY(write_ready(chunk, append, &written, err));
        if (!written)
            CBI_TRY(write_unit(chunk, append, begun, &full, err));
    }
done:
    cbi_awarder_clear(&chunk->last);
    return status;
}

static cbank_status begin_intake(chunk_act *chunk, cbi_append *append, cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    bool imported = deposit->terms.imported;
    cbi_bytes token = cbi_bytes_of(chunk->act.token, CBI_TOKEN_SIZE);
    cbank_status status = CBANK_OK;

    if (imported)
        CBI_TRY(cbi_receipt_end(append, deposit->batch.head.head->institution, &deposit->signer,
                                true, token, err));
    CBI_TRY(cbi_intake_begin(append, &deposit->batch, deposit->ids, imported, &chunk->intake,
                             err));
    if (deposit->terms.source != NULL)
        CBI_TRY(cbi_vault_put_source(deposit->bank, append->txn, chunk->intake.number,
                                     deposit->terms.source, err));
done:
    return status;
}

static cbank_status write_chunk(cbi_act *act, cbi_append *append, cbank_error *err)
{
    chunk_act *chunk = (chunk_act *)(void *)act;
    cbi_deposit *deposit = chunk->deposit;
    const Cbank__Api__V1__BatchSource *source = deposit->terms.source;
    size_t begun = cbi_txn_dirty(append->txn);
    cbi_bytes token = cbi_bytes_of(act->token, CBI_TOKEN_SIZE);
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_decided_begin(&deposit->batch.head.id, &act->result, err));
    if (chunk->intake.number == 0)
        CBI_TRY(begin_intake(chunk, append, err));
    CBI_TRY(write_items(chunk, append, begun, err));
    if (chunk->intake.next == chunk->intake.count)
        CBI_TRY(cbi_receipt_write(append, &chunk->intake, &deposit->signer,
                                  source == NULL ? NULL : source->actor, token, err));
    else
        CBI_TRY(cbi_intake_write(append->txn, &chunk->intake, err));
    CBI_TRY(cbi_counter_add(append->txn, CBI_COUNTER_RECORDS, chunk->records, NULL, err));
    CBI_TRY(cbi_counter_add(append->txn, CBI_COUNTER_ENDED, chunk->ended, NULL, err));
done:
    return status;
}

/* ---- the act ----------------------------------------------------------------------------- */

/*
 * The caller's token is for the first chunk of a batch made anew each time; any other chunk has
 * one made of the batch, the caller's token and its place.
 */
static cbank_status name_chunk(chunk_act *chunk, cbank_error *err)
{
    const cbi_deposit *deposit = chunk->deposit;
    const cbi_deposit_terms *terms = &deposit->terms;
    uint8_t next[8];
    cbi_bytes parts[] = {cbi_bytes_of_text("deposit"),
                         cbi_bytes_of_hash(&deposit->batch.head.id), terms->token,
                         cbi_bytes_of(next, sizeof(next))};
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    cbi_put_u64(next, deposit->intake.next);
    CBI_TRY(cbi_errand_digest(deposit->bank, parts, 4, &digest, err));
    if (terms->request != NULL && terms->token.size > 0 && deposit->intake.next == 0) {
        chunk->act.request = *terms->request;
        CBI_TRY(cbi_errand_token(terms->token, chunk->act.token, err));
    } else {
        chunk->act.request = digest;
        memcpy(chunk->act.token, digest.bytes, CBI_TOKEN_SIZE);
    }
done:
    return status;
}

cbank_status cbi_chunk_find(cbi_bank *bank, cbi_bytes token, const cbi_hash *request,
                            cbi_deposited *items, size_t capacity, cbi_hash *batch,
                            size_t *out_count, bool *found, cbank_error *err)
{
    cbi_act act = {.request = *request};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    *found = false;
    if (token.size == 0)
        return CBANK_OK;
    CBI_TRY(cbi_errand_token(token, act.token, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_token_find(reader.txn, &act, err));
    if (!act.replayed)
        goto done;
    cbi_ledger_read_end(&reader);
    CBI_TRY(cbi_ledger_seal(bank->ledger, err));
    CBI_TRY(cbi_decided_read(cbi_bytes_of_buffer(&act.result), batch, items, capacity, out_count,
                             err));
    *found = true;
done:
    cbi_ledger_read_end(&reader);
    cbank_buffer_clear(&act.result);
    return status;
}

/* Where the intake stands after a chunk that was answered from its token. */
static cbank_status reread_intake(cbi_deposit *deposit, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(deposit->bank->ledger, &reader, err));
    CBI_TRY(cbi_intake_find(reader.txn, &deposit->id, &deposit->intake, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_chunk_write(cbi_deposit *deposit, int64_t now, cbank_error *err)
{
    chunk_act chunk = {.deposit = deposit};
    uint64_t first = deposit->intake.next;
    uint32_t opened = deposit->intake.opened;
    cbank_status status = CBANK_OK;
    size_t rows;

    CBI_TRY(name_chunk(&chunk, err));
    chunk.act.now = now;
    chunk.act.check = check_chunk;
    chunk.act.write = write_chunk;
    chunk.act.only_adds = true;
    CBI_TRY(cbi_ledger_submit(deposit->bank->ledger, &chunk.act, err));
    CBI_TRY(cbi_decided_read(cbi_bytes_of_buffer(&chunk.act.result), &deposit->id,
                             deposit->items + first, deposit->batch.head.head->count - first,
                             &rows, err));
    if (chunk.act.replayed)
        CBI_TRY(reread_intake(deposit, err));
    else
        deposit->intake = chunk.intake;
    deposit->stands = chunk.stands && !chunk.act.replayed;
    if (chunk.act.alone) {
        deposit->version = chunk.version;
        deposit->one_version = true;
    }
    deposit->accounts_opened += deposit->intake.opened - opened;
done:
    cbank_buffer_clear(&chunk.act.result);
    return status;
}
