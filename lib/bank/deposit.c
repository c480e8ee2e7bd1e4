#include "bank/deposit.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "bank/chunk.h"
#include "bank/institution.h"
#include "bank/jury.h"

/* Items that are ruled on again at once, when their chunk comes. */
#define REFILL_ITEMS (2 * CBI_CHUNK_ITEMS_MAX)

/* ---- opening ----------------------------------------------------------------------------- */

static cbank_status find_intake(cbi_deposit *deposit, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__BatchHead *head = deposit->batch.head.head;
    cbank_status status = cbi_intake_find(txn, &deposit->batch.head.id, &deposit->intake, err);

    deposit->earlier = deposit->intake;
    if (status != CBANK_E_NOT_FOUND)
        return status;
    if (cbi_intake_has_number(txn, head->institution, head->number))
        return cbi_fail(err, CBI_REASON_BATCH_NUMBER_TAKEN, head->number, head->institution, NULL);
    return CBANK_OK;
}

/*
 * The key of the institution's, of whichever time, that signed the batch: what the bank has taken
 * in full is answered as it was, though the key has been rotated since, or its institution ended.
 * Of one that was not, whoever sends it again wants the rest taken, for which the key of today is
 * asked. The newest where none did, which then says so.
 */
static cbank_status find_signer(cbi_deposit *deposit, cbi_txn *txn, cbank_error *err)
{
    const char *institution = deposit->batch.head.head->institution;
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_institution_read(txn, institution, &row, err));
    for (size_t i = 0; i < row->n_keys; i++) {
        CBI_TRY(cbi_public_parse(deposit->bank->config.suite,
                                 cbi_message_bytes(row->keys[i]->public_key), &deposit->signer,
                                 err));
        if (cbi_envelope_verify(&deposit->batch.head.envelope, &deposit->signer, NULL) == CBANK_OK)
            break;
    }
done:
    cbi_message_free(row);
    return status;
}

/* Everything about the head that the bank can check before it looks at the items. */
static cbank_status check_head(cbi_deposit *deposit, cbank_error *err)
{
    const Cbank__V1__BatchHead *head = deposit->batch.head.head;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    if (strcmp(head->origin, deposit->bank->config.origin) != 0)
        return cbi_fail(err, CBI_REASON_FOR_ANOTHER_BANK, 0, head->origin, NULL);
    CBI_TRY(cbi_ledger_read_begin(deposit->bank->ledger, &reader, err));
    CBI_TRY(find_intake(deposit, reader.txn, err));
    if (deposit->intake.received_at != 0 && deposit->intake.refused == 0) {
        CBI_TRY(find_signer(deposit, reader.txn, err));
    } else {
        CBI_TRY(cbi_institution_signer(deposit->bank, reader.txn, head->institution,
                                       &deposit->signer, err));
        CBI_TRY(cbi_institution_check_day(reader.txn, head->institution, deposit->terms.now, err));
    }
    cbi_ledger_read_end(&reader);
    /* It is answered without a commit, and the one that received it may not have been sealed. */
    if (deposit->intake.received_at != 0)
        CBI_TRY(cbi_ledger_seal(deposit->bank->ledger, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/*
 * A signature by an earlier key of the institution is told apart from a damaged file; `err` says
 * already what a damaged one is.
 */
static cbank_status refuse_signature(const cbi_deposit *deposit, cbank_error *err)
{
    const char *institution = deposit->batch.head.head->institution;
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_public key;

    CBI_TRY(cbi_ledger_read_begin(deposit->bank->ledger, &reader, err));
    CBI_TRY(cbi_institution_read(reader.txn, institution, &row, err));
    for (size_t i = 0; i + 1 < row->n_keys; i++) {
        CBI_TRY(cbi_public_parse(deposit->bank->config.suite,
                                 cbi_message_bytes(row->keys[i]->public_key), &key, err));
        if (cbi_envelope_verify(&deposit->batch.head.envelope, &key, NULL) == CBANK_OK)
            CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_SIGNER, i, institution, NULL));
    }
    status = CBANK_E_BAD_SIGNATURE;
done:
    cbi_message_free(row);
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status verify(cbi_deposit *deposit, cbank_error *err)
{
    cbank_status status = cbi_batch_verify(deposit->hasher, &deposit->batch, &deposit->signer,
                                           &deposit->ids, err);

    return status == CBANK_E_BAD_SIGNATURE ? refuse_signature(deposit, err) : status;
}

/* Each item is refused once. */
static size_t refusals_max(const cbi_deposit *deposit)
{
    uint32_t count = deposit->batch.head.head->count;

    return count < CBI_DEPOSIT_REFUSALS_MAX ? count : CBI_DEPOSIT_REFUSALS_MAX;
}

cbank_status cbi_deposit_open(cbi_bank *bank, const cbi_bulk *file,
                              const cbi_deposit_terms *terms, cbi_deposit *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t count;

    *out = (cbi_deposit){.bank = bank, .terms = *terms};
    CBI_TRY(cbi_hasher_new(bank->config.suite, &out->hasher, err));
    CBI_TRY(cbi_batch_open(out->hasher, file, &out->batch, err));
    CBI_TRY(check_head(out, err));
    count = out->batch.head.head->count;
    CBI_TRY(cbi_spool_new(bank->config.suite, &out->ids.spool, err));
    CBI_TRY(cbi_alloc(count, sizeof(*out->items), &out->items, err));
    CBI_TRY(cbi_alloc(refusals_max(out), sizeof(*out->refusals), &out->refusals, err));
    CBI_TRY(verify(out, err));
    CBI_TRY(cbi_tally_new(terms->now, false, &out->tally, err));
    CBI_TRY(cbi_ready_new(count, &out->ready, err));
    out->id = out->batch.head.id;
done:
    if (status != CBANK_OK)
        cbi_deposit_clear(out);
    return status;
}

void cbi_deposit_clear(cbi_deposit *deposit)
{
    cbi_hasher_free(deposit->hasher);
    cbi_batch_clear(&deposit->batch);
    cbi_spool_free(deposit->ids.spool);
    cbank_buffer_clear(&deposit->ids.roots);
    cbi_free(deposit->items);
    cbi_free(deposit->refusals);
    cbi_tally_free(deposit->tally);
    cbi_ready_free(deposit->ready);
    *deposit = (cbi_deposit){0};
}

/* ---- judging ----------------------------------------------------------------------------- */

cbi_judge cbi_deposit_judge_of(const cbi_deposit *deposit)
{
    return (cbi_judge){.bank = deposit->bank,
                       .hasher = deposit->hasher,
                       .open_accounts = deposit->terms.open_accounts,
                       .now = deposit->terms.now};
}

void cbi_deposit_note_refusal(cbi_deposit *deposit, const cbi_unit *unit, size_t which)
{
    struct cbi_refusal *refusal = &deposit->refusals[deposit->refusal_count];

    deposit->rejected++;
    if (deposit->refusal_count == refusals_max(deposit))
        return;
    refusal->item = unit->first + which;
    refusal->outcome = unit->rulings[which].outcome;
    refusal->why = unit->rulings[which].why;
    snprintf(refusal->reference, sizeof(refusal->reference), "%s", unit->claims[which].reference);
    deposit->refusal_count++;
}

cbank_status cbi_deposit_refuse(uint64_t item, const cbank_error *why, cbank_error *err)
{
    if (err != NULL) {
        *err = *why;
        err->where = item;
    }
    return cbi_reason_status((cbi_reason)why->reason);
}

/* What was ruled while the batch was made, if it holds; nothing of the batch has been taken yet. */
static cbank_status take_docket(cbi_deposit *deposit, cbi_txn *txn, cbank_error *err)
{
    cbi_docket *docket = deposit->terms.docket;
    uint64_t count = deposit->batch.head.head->count;
    cbank_status status = CBANK_OK;
    bool holds;

    if (docket == NULL || docket->ready == NULL || docket->items != count ||
        deposit->intake.number != 0)
        return CBANK_OK;
    CBI_TRY(cbi_docket_holds(docket, deposit->bank, txn, &holds, err));
    if (!holds)
        goto done;
    for (uint64_t i = 0; i < count; i++)
        deposit->items[i].outcome = CBI_OUTCOME_DEPOSITED;
    cbi_ready_free(deposit->ready);
    deposit->ready = docket->ready;
    docket->ready = NULL;
    deposit->judged = count;
done:
    return status;
}

/* What the first step sees, all are to see. */
static cbank_status look_at_store(cbi_deposit *deposit, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_state state;

    CBI_TRY(cbi_ledger_read_begin(deposit->bank->ledger, &reader, err));
    CBI_TRY(cbi_state_read(reader.txn, &state, err));
    deposit->judged_size = state.frontier.size;
    deposit->version = cbi_txn_version(reader.txn);
    deposit->stands = deposit->one_version = true;
    CBI_TRY(take_docket(deposit, reader.txn, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* Of items up to `until` those that may be written as they are have been kept, as room was. */
static void note_ready(cbi_deposit *deposit, uint64_t until)
{
    uint64_t missed = cbi_ready_missed(deposit->ready);

    deposit->ready_until = missed < until ? missed : until;
}

static void end_judging(cbi_deposit *deposit, uint64_t strangers)
{
    note_ready(deposit, deposit->judged);
    deposit->strangers = strangers;
    cbi_tally_free(deposit->tally);
    deposit->tally = NULL;
}

cbank_status cbi_deposit_judge(cbi_deposit *deposit, uint32_t budget, bool *more, cbank_error *err)
{
    uint64_t count = deposit->batch.head.head->count;
    cbank_status status = CBANK_OK;
    uint64_t left;

    *more = false;
    if (deposit->judged == 0) {
        CBI_TRY(look_at_store(deposit, err));
        if (deposit->judged > 0) {
            end_judging(deposit, deposit->terms.docket->strangers);
            goto done;
        }
    }
    left = count - deposit->judged;
    if (deposit->intake.received_at != 0)
        deposit->judged = count; /* the receipt has said what became of each */
    else
        CBI_TRY(cbi_jury_judge(deposit, deposit->judged + (left < budget ? left : budget), err));
    *more = deposit->judged < count;
    if (!*more)
        end_judging(deposit, cbi_tally_strangers(deposit->tally));
done:
    return status;
}

bool cbi_deposit_may_write(const cbi_deposit *deposit)
{
    if (deposit->intake.received_at != 0)
        return false;
    return deposit->terms.keep_going || deposit->rejected == 0;
}

/*
 * What found no room among the ready records is ruled on once more when its turn comes, on all
 * cores and by the store as it is then. What was refused before stays so.
 */
static cbank_status refill(cbi_deposit *deposit, cbank_error *err)
{
    uint64_t count = deposit->batch.head.head->count;
    uint64_t first = deposit->intake.next, until = first + REFILL_ITEMS;
    cbank_status status = CBANK_OK;

    if (until > count)
        until = count;
    cbi_ready_rewind(deposit->ready);
    CBI_TRY(cbi_tally_new(deposit->terms.now, true, &deposit->tally, err));
    CBI_TRY(look_at_store(deposit, err));
    CBI_TRY(cbi_batch_seek(&deposit->batch, first, err));
    deposit->judged = first;
    CBI_TRY(cbi_jury_judge(deposit, until, err));
    note_ready(deposit, until);
done:
    deposit->judged = count;
    cbi_tally_free(deposit->tally);
    deposit->tally = NULL;
    return status;
}

/* Not before something is written: until then, what others wrote may stop the whole. */
static bool wants_refill(const cbi_deposit *deposit)
{
    uint64_t end = (uint64_t)deposit->intake.next + CBI_CHUNK_ITEMS_MAX;
    uint64_t count = deposit->batch.head.head->count;

    return deposit->stands && deposit->intake.number != 0 &&
           (end < count ? end : count) > deposit->ready_until;
}

cbank_status cbi_deposit_write(cbi_deposit *deposit, int64_t now, bool *more, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (wants_refill(deposit))
        CBI_TRY(refill(deposit, err));
    CBI_TRY(cbi_chunk_write(deposit, now, err));
    *more = deposit->intake.received_at == 0;
done:
    return status;
}
