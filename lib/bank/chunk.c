#include "bank/chunk.h"

#include <string.h>

#include "base/memory.h"
#include "bank/counter.h"
#include "bank/errand.h"
#include "bank/institution.h"

/* The result of a chunk, which a token keeps: the batch's id, then 9 bytes an item. */
#define CHUNK_ITEMS_MAX 4096u
#define RESULT_ROW 9

/* ---- units ------------------------------------------------------------------------------- */

static cbank_status make_claim(cbi_deposit *deposit, cbi_chunk_unit *unit, size_t at,
                               cbank_error *err)
{
    const cbi_batch_item *item = &unit->items[at];
    cbi_claim *claim = &unit->claims[at];
    const Cbank__V1__Opening *opening = item->item->opening;
    cbank_status status = CBANK_OK;

    claim->institution = deposit->batch.head.head->institution;
    claim->record = item->record;
    claim->change = item->change;
    claim->reference = item->record != NULL ? item->record->reference : item->item->reference;
    if (item->record == NULL)
        return CBANK_OK;
    claim->person = &unit->persons[at];
    CBI_TRY(cbi_person_from_opening(opening->document_type, opening->number, opening->name,
                                    &unit->persons[at], err));
    CBI_TRY(cbi_holding_content(deposit->bank, item->record, opening->document_type,
                                opening->number, &claim->content, err));
done:
    return status;
}

static cbank_status read_item(cbi_deposit *deposit, cbi_chunk_unit *unit, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_batch_next(deposit->hasher, &deposit->batch, &unit->items[unit->count], err));
    if (unit->items[unit->count].item == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_AMENDMENT_BROKEN, unit->first, NULL, NULL));
    CBI_TRY(make_claim(deposit, unit, unit->count, err));
    unit->count++;
done:
    return status;
}

cbank_status cbi_chunk_read(cbi_deposit *deposit, cbi_chunk_unit *out, cbank_error *err)
{
    const Cbank__V1__CreditChange *change;
    cbank_status status = CBANK_OK;

    *out = (cbi_chunk_unit){.first = deposit->batch.next};
    CBI_TRY(read_item(deposit, out, err));
    change = out->items[0].change;
    if (change == NULL ||
        change->action != CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE)
        goto done;
    CBI_TRY(read_item(deposit, out, err));
    if (out->items[1].record == NULL ||
        strcmp(out->claims[0].reference, out->claims[1].reference) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_AMENDMENT_BROKEN, out->first, NULL, NULL));
    (void)cbi_hash_from(cbi_message_bytes(change->record), &out->superseded); /* checked: 32 */
    out->claims[1].superseded = &out->superseded;
done:
    return status;
}

cbank_status cbi_chunk_judge(cbi_deposit *deposit, cbi_txn *txn, cbi_chunk_unit *unit,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < unit->count; i++)
        CBI_TRY(cbi_claim_judge(deposit->bank, txn, deposit->hasher, &unit->claims[i],
                                deposit->terms.open_accounts, &unit->rulings[i], err));
    if (unit->count == 2 && (unit->rulings[0].outcome != CBI_OUTCOME_DEPOSITED ||
                             unit->rulings[1].outcome != CBI_OUTCOME_DEPOSITED)) {
        const cbi_ruling *refused =
            &unit->rulings[unit->rulings[0].outcome == CBI_OUTCOME_DEPOSITED ? 1 : 0];
        cbank_error why = refused->why;

        for (size_t i = 0; i < 2; i++) {
            unit->rulings[i].outcome = CBI_OUTCOME_REJECTED;
            unit->rulings[i].why = why;
        }
    }
done:
    return status;
}

void cbi_chunk_unit_clear(cbi_chunk_unit *unit)
{
    for (size_t i = 0; i < 2; i++) {
        cbi_batch_item_clear(&unit->items[i]);
        cbi_person_clear(&unit->persons[i]);
    }
    *unit = (cbi_chunk_unit){0};
}

/* ---- the act ----------------------------------------------------------------------------- */

typedef struct chunk_act {
    cbi_act act;
    cbi_deposit *deposit;
    cbi_intake intake; /* as it will be */
    uint64_t records;
    uint64_t ended;
} chunk_act;

/* The key may have been changed, or the same batch deposited, since it was opened. */
static cbank_status check_chunk(cbi_act *act, cbi_append *append, cbank_error *err)
{
    chunk_act *chunk = (chunk_act *)(void *)act;
    cbi_deposit *deposit = chunk->deposit;
    const Cbank__V1__BatchHead *head = deposit->batch.head.head;
    cbank_status status = CBANK_OK;
    cbi_public signer;

    CBI_TRY(cbi_institution_signer(deposit->bank, append->txn, head->institution, &signer, err));
    if (!cbi_public_equal(&signer, &deposit->signer))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_SIGNER, 0, head->institution, NULL));
    status = cbi_intake_find(append->txn, &deposit->batch.head.id, &chunk->intake, err);
    if (status == CBANK_E_NOT_FOUND) {
        status = CBANK_OK;
        chunk->intake = (cbi_intake){0};
        if (cbi_intake_has_number(append->txn, head->institution, head->number))
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

/* Both statement's worth of random bytes and all tables: what one item may dirty at most. */
static bool has_room(const chunk_act *chunk, const cbi_append *append, size_t begun)
{
    size_t used = cbi_txn_dirty(append->txn) - begun;

    return (chunk->act.result.size - CBI_HASH_SIZE) / RESULT_ROW + 2 <= CHUNK_ITEMS_MAX &&
           used + 8 * CBI_STATEMENT_MAX < CBI_ACT_DIRTY_MAX;
}

static void count(chunk_act *chunk, const cbi_claim *claim, const cbi_ruling *ruling)
{
    switch (ruling->outcome) {
    case CBI_OUTCOME_DEPOSITED:
        chunk->intake.taken++;
        if (claim->record != NULL)
            chunk->records++;
        else if (ruling->next == CBI_RECORD_REVOKED || ruling->next == CBI_RECORD_SUPERSEDED)
            chunk->ended++;
        break;
    case CBI_OUTCOME_UNCHANGED:
        chunk->intake.unchanged++;
        break;
    default:
        chunk->intake.refused++;
    }
}

static cbank_status carry_out(chunk_act *chunk, cbi_append *append, cbi_chunk_unit *unit,
                              size_t at, cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    const cbi_batch_item *item = &unit->items[at];
    cbi_ruling *ruling = &unit->rulings[at];
    cbi_claim_place place = {.batch = &deposit->batch.head.id,
                             .index = (uint32_t)(unit->first + at),
                             .token = cbi_bytes_of(chunk->act.token, CBI_TOKEN_SIZE)};
    bool unknown = unit->claims[at].record != NULL && ruling->account.digits[0] == '\0';
    uint8_t row[RESULT_ROW];
    cbank_status status = CBANK_OK;
    cbi_hash random = {{0}};

    if (ruling->outcome == CBI_OUTCOME_DEPOSITED) {
        place.bytes =
            cbi_message_bytes(item->record != NULL ? item->item->record : item->item->change);
        if (item->record != NULL)
            (void)cbi_hash_from(cbi_message_bytes(item->item->opening->random), &random);
        place.random = &random;
        CBI_TRY(cbi_claim_carry_out(deposit->bank, append, &unit->claims[at], &place, ruling,
                                    err));
        chunk->intake.opened += unknown;
    }
    count(chunk, &unit->claims[at], ruling);
    row[0] = (uint8_t)ruling->outcome;
    cbi_put_u64(row + 1, ruling->index);
    CBI_TRY(cbi_buffer_append(&chunk->act.result, cbi_bytes_of(row, sizeof(row)), err));
done:
    return status;
}

static cbank_status write_receipt(chunk_act *chunk, cbi_append *append, cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    cbi_intake *intake = &chunk->intake;
    Cbank__V1__BatchReceived body = CBANK__V1__BATCH_RECEIVED__INIT;

    body.institution = intake->institution;
    body.batch = cbi_message_data(cbi_bytes_of_hash(&intake->id));
    body.number = intake->batch_number;
    body.taken = intake->taken;
    body.unchanged = intake->unchanged;
    body.refused = intake->refused;
    body.public_key = cbi_message_data(cbi_public_bytes(&deposit->signer));
    intake->received_at = append->at;
    return cbi_errand_append(append,
                             &(cbi_errand_statement){
                                 .subject = cbi_institution_subject(intake->institution),
                                 .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_BATCH_RECEIVED,
                                 .token = cbi_bytes_of(chunk->act.token, CBI_TOKEN_SIZE),
                                 .body = &body},
                             &intake->receipt_index, NULL, err);
}

/* The same items again from the same place, should the transaction have to be repeated. */
static cbank_status rewind_items(chunk_act *chunk, cbank_error *err)
{
    cbi_batch *batch = &chunk->deposit->batch;
    cbank_status status = CBANK_OK;
    cbi_bytes part;

    cbi_artefact_rewind(&batch->parts);
    for (batch->next = 0; batch->next < chunk->intake.next; batch->next++) {
        if (!cbi_artefact_next(&batch->parts, &part))
            CBI_TRY(cbi_fail(err, CBI_REASON_PARTS_DIFFER, batch->next, "batch", NULL));
    }
done:
    return status;
}

static cbank_status write_items(chunk_act *chunk, cbi_append *append, cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    size_t begun = cbi_txn_dirty(append->txn);
    cbi_chunk_unit unit = {0};
    cbank_status status = CBANK_OK;

    while (chunk->intake.next < chunk->intake.count && has_room(chunk, append, begun)) {
        CBI_TRY(cbi_chunk_read(deposit, &unit, err));
        CBI_TRY(cbi_chunk_judge(deposit, append->txn, &unit, err));
        for (size_t i = 0; i < unit.count; i++)
            CBI_TRY(carry_out(chunk, append, &unit, i, err));
        chunk->intake.next += (uint32_t)unit.count;
        cbi_chunk_unit_clear(&unit);
    }
done:
    cbi_chunk_unit_clear(&unit);
    return status;
}

static cbank_status write_chunk(cbi_act *act, cbi_append *append, cbank_error *err)
{
    chunk_act *chunk = (chunk_act *)(void *)act;
    cbi_deposit *deposit = chunk->deposit;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_buffer_set(&act->result, cbi_bytes_of_hash(&deposit->batch.head.id), err));
    chunk->records = chunk->ended = 0;
    if (chunk->intake.number == 0)
        CBI_TRY(cbi_intake_begin(append, &deposit->batch, deposit->ids, &chunk->intake, err));
    CBI_TRY(rewind_items(chunk, err));
    CBI_TRY(write_items(chunk, append, err));
    if (chunk->intake.next == chunk->intake.count)
        CBI_TRY(write_receipt(chunk, append, err));
    CBI_TRY(cbi_intake_write(append->txn, &chunk->intake, err));
    CBI_TRY(cbi_counter_add(append->txn, CBI_COUNTER_RECORDS, chunk->records, NULL, err));
    CBI_TRY(cbi_counter_add(append->txn, CBI_COUNTER_ENDED, chunk->ended, NULL, err));
done:
    return status;
}

/* The caller's token is for the first chunk; the others have one made of it and their place. */
static cbank_status name_chunk(chunk_act *chunk, cbank_error *err)
{
    const cbi_deposit *deposit = chunk->deposit;
    const cbi_hash *id = &deposit->batch.head.id;
    uint8_t next[8];
    cbi_bytes parts[] = {cbi_bytes_of_text("deposit"), cbi_bytes_of_hash(id),
                         deposit->terms.token, cbi_bytes_of(next, sizeof(next))};
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    cbi_put_u64(next, deposit->intake.next);
    CBI_TRY(cbi_errand_digest(deposit->bank, parts, 4, &digest, err));
    chunk->act.request = deposit->terms.request != NULL ? *deposit->terms.request : digest;
    if (deposit->terms.request != NULL && deposit->terms.token.size > 0)
        CBI_TRY(cbi_errand_token(deposit->terms.token, chunk->act.token, err));
    else
        memcpy(chunk->act.token, digest.bytes, CBI_TOKEN_SIZE);
done:
    return status;
}

cbank_status cbi_chunk_result(cbi_bytes result, cbi_hash *batch, cbi_deposited *items,
                              size_t capacity, size_t *out_count, cbank_error *err)
{
    size_t rows = result.size < CBI_HASH_SIZE ? 0 : (result.size - CBI_HASH_SIZE) / RESULT_ROW;
    const uint8_t *at = result.data + CBI_HASH_SIZE;

    if (result.size != CBI_HASH_SIZE + rows * RESULT_ROW || rows > capacity)
        return cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_TOKEN), NULL);
    memcpy(batch->bytes, result.data, CBI_HASH_SIZE);
    for (size_t i = 0; i < rows; i++, at += RESULT_ROW) {
        items[i].outcome = at[0];
        items[i].index = cbi_get_u64(at + 1);
    }
    *out_count = rows;
    return CBANK_OK;
}

/* Where the intake stands after a chunk that was answered from its token. */
static cbank_status reread_intake(cbi_deposit *deposit, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(deposit->bank->ledger, &reader, err));
    CBI_TRY(cbi_intake_find(reader.txn, &deposit->batch.head.id, &deposit->intake, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_chunk_write(cbi_deposit *deposit, cbank_error *err)
{
    chunk_act chunk = {.deposit = deposit};
    uint64_t first = deposit->intake.next;
    uint32_t opened = deposit->intake.opened;
    cbank_status status = CBANK_OK;
    cbi_hash batch;
    size_t rows;

    CBI_TRY(name_chunk(&chunk, err));
    chunk.act.now = deposit->terms.now;
    chunk.act.check = check_chunk;
    chunk.act.write = write_chunk;
    CBI_TRY(cbi_ledger_submit(deposit->bank->ledger, &chunk.act, err));
    CBI_TRY(cbi_chunk_result(cbi_bytes_of_buffer(&chunk.act.result), &batch,
                             deposit->items + first, deposit->batch.head.head->count - first,
                             &rows, err));
    if (chunk.act.replayed)
        CBI_TRY(reread_intake(deposit, err));
    else
        deposit->intake = chunk.intake;
    deposit->accounts_opened += deposit->intake.opened - opened;
done:
    cbank_buffer_clear(&chunk.act.result);
    return status;
}
