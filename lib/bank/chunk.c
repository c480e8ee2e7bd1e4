#include "bank/chunk_part.h"

#include <string.h>

#include "bank/counter.h"
#include "bank/errand.h"
#include "bank/institution.h"
#include "bank/receipt.h"
#include "bank/vault.h"
#include "ledger/token.h"

cbank_status cbi_chunk_rewind(const cbi_chunk_act *chunk, cbank_error *err)
{
    return cbi_batch_seek(&chunk->deposit->batch, chunk->intake.next, err);
}

uint64_t cbi_chunk_end(const cbi_chunk_act *chunk)
{
    uint64_t end = (uint64_t)chunk->intake.next + CBI_CHUNK_ITEMS_MAX;
    uint64_t count = chunk->deposit->batch.head.head->count;

    return end < count ? end : count;
}

/* ---- the check --------------------------------------------------------------------------- */

/* Where the intake of this batch stands now; others may have taken a chunk, or its number. */
static cbank_status find_intake(cbi_chunk_act *chunk, cbi_txn *txn, cbank_error *err)
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

static cbank_status judge_chunk(cbi_chunk_act *chunk, cbi_txn *txn, const cbi_judge *judge,
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
static cbank_status judge_again(cbi_chunk_act *chunk, const cbi_append *append, cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    cbi_judge judge = cbi_deposit_judge_of(deposit);
    cbi_tally *tally = NULL;
    cbank_status status = CBANK_OK;

    if (chunk->stands || deposit->terms.keep_going || chunk->intake.number != 0 ||
        append->state.frontier.size == deposit->judged_size)
        return CBANK_OK;
    CBI_TRY(cbi_tally_new(append->at, false, &tally, err));
    judge.now = append->at;
    judge.tally = tally;
    CBI_TRY(cbi_chunk_rewind(chunk, err));
    CBI_TRY(judge_chunk(chunk, append->txn, &judge, err));
done:
    cbi_tally_free(tally);
    return status;
}

/* The key may have been changed, or the same batch deposited, since it was opened. */
static cbank_status check_chunk(cbi_act *act, cbi_append *append, cbank_error *err)
{
    cbi_chunk_act *chunk = (cbi_chunk_act *)(void *)act;
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
    CBI_TRY(cbi_chunk_find_standing(chunk, append, err));
    CBI_TRY(judge_again(chunk, append, err));
done:
    return status;
}

/* ---- the write --------------------------------------------------------------------------- */

static cbank_status begin_intake(cbi_chunk_act *chunk, cbi_append *append, cbank_error *err)
{
    cbi_deposit *deposit = chunk->deposit;
    bool imported = deposit->terms.imported;
    cbi_bytes token = cbi_bytes_of(chunk->act.token, CBI_TOKEN_SIZE);
    cbank_status status = CBANK_OK;

    if (imported)
        CBI_TRY(cbi_receipt_end(append, deposit->batch.head.head->institution, &deposit->signer,
                                true, token, err));
    CBI_TRY(cbi_intake_begin(append, &deposit->batch, &deposit->ids, imported, &chunk->intake,
                             err));
    if (deposit->terms.source != NULL)
        CBI_TRY(cbi_vault_put_source(deposit->bank, append->txn, chunk->intake.number,
                                     deposit->terms.source, err));
done:
    return status;
}

static cbank_status write_chunk(cbi_act *act, cbi_append *append, cbank_error *err)
{
    cbi_chunk_act *chunk = (cbi_chunk_act *)(void *)act;
    cbi_deposit *deposit = chunk->deposit;
    const Cbank__Api__V1__BatchSource *source = deposit->terms.source;
    size_t begun = cbi_txn_dirty(append->txn);
    cbi_bytes token = cbi_bytes_of(act->token, CBI_TOKEN_SIZE);
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_decided_begin(&deposit->batch.head.id, &act->result, err));
    if (chunk->intake.number == 0)
        CBI_TRY(begin_intake(chunk, append, err));
    CBI_TRY(cbi_chunk_write_items(chunk, append, begun, err));
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
static cbank_status name_chunk(cbi_chunk_act *chunk, cbank_error *err)
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
    cbi_chunk_act chunk = {.deposit = deposit};
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
    if (chunk.act.alone && chunk.same) {
        deposit->version = chunk.version;
        deposit->one_version = true;
    }
    deposit->accounts_opened += deposit->intake.opened - opened;
done:
    cbank_buffer_clear(&chunk.act.result);
    return status;
}
