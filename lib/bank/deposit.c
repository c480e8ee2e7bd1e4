#include "bank/deposit.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "bank/chunk.h"
#include "bank/institution.h"

/* ---- opening ----------------------------------------------------------------------------- */

static cbank_status find_intake(cbi_deposit *deposit, cbi_txn *txn, cbank_error *err)
{
    const Cbank__V1__BatchHead *head = deposit->batch.head.head;
    cbank_status status = cbi_intake_find(txn, &deposit->batch.head.id, &deposit->intake, err);

    if (status != CBANK_E_NOT_FOUND)
        return status;
    if (cbi_intake_has_number(txn, head->institution, head->number))
        return cbi_fail(err, CBI_REASON_BATCH_NUMBER_TAKEN, head->number, head->institution, NULL);
    return CBANK_OK;
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
    CBI_TRY(cbi_institution_signer(deposit->bank, reader.txn, head->institution, &deposit->signer,
                                   err));
    CBI_TRY(find_intake(deposit, reader.txn, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* A signature by anybody else's key, or by an earlier one, is told apart from a damaged file. */
static cbank_status verify(cbi_deposit *deposit, cbank_error *err)
{
    const char *institution = deposit->batch.head.head->institution;
    cbank_status status;

    status = cbi_envelope_verify(&deposit->batch.head.envelope, &deposit->signer, err);
    if (status == CBANK_E_BAD_SIGNATURE)
        return cbi_fail(err, CBI_REASON_INSTITUTION_SIGNER, 0, institution, NULL);
    if (status != CBANK_OK)
        return status;
    return cbi_batch_verify(deposit->hasher, &deposit->batch, &deposit->signer, deposit->ids, err);
}

cbank_status cbi_deposit_open(cbi_bank *bank, cbi_bytes file, const cbi_deposit_terms *terms,
                              cbi_deposit *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t count;

    *out = (cbi_deposit){.bank = bank, .terms = *terms};
    CBI_TRY(cbi_hasher_new(bank->config.suite, &out->hasher, err));
    CBI_TRY(cbi_batch_open(out->hasher, file, &out->batch, err));
    CBI_TRY(check_head(out, err));
    count = out->batch.head.head->count;
    CBI_TRY(cbi_alloc(count, sizeof(*out->ids), &out->ids, err));
    CBI_TRY(cbi_alloc(count, sizeof(*out->items), &out->items, err));
    CBI_TRY(cbi_alloc(CBI_DEPOSIT_REFUSALS_MAX, sizeof(*out->refusals), &out->refusals, err));
    CBI_TRY(verify(out, err));
    CBI_TRY(cbi_seen_new(bank->config.suite, &out->references, err));
    CBI_TRY(cbi_seen_new(bank->config.suite, &out->persons, err));
done:
    if (status != CBANK_OK)
        cbi_deposit_clear(out);
    return status;
}

void cbi_deposit_clear(cbi_deposit *deposit)
{
    cbi_hasher_free(deposit->hasher);
    cbi_batch_clear(&deposit->batch);
    cbi_free(deposit->ids);
    cbi_free(deposit->items);
    cbi_free(deposit->refusals);
    cbi_seen_free(deposit->references);
    cbi_seen_free(deposit->persons);
    *deposit = (cbi_deposit){0};
}

/* ---- judging ----------------------------------------------------------------------------- */

static void note_refusal(cbi_deposit *deposit, uint64_t item, const cbi_ruling *ruling)
{
    deposit->rejected++;
    if (deposit->refusal_count == CBI_DEPOSIT_REFUSALS_MAX)
        return;
    deposit->refusals[deposit->refusal_count].item = item;
    deposit->refusals[deposit->refusal_count].outcome = ruling->outcome;
    deposit->refusals[deposit->refusal_count].why = ruling->why;
    deposit->refusal_count++;
}

/*
 * What one batch may not do within itself: name a reference twice, change a record twice, or give
 * one person two names. The bank's tables cannot tell before the first row is written.
 */
static cbank_status judge_within(cbi_deposit *deposit, uint64_t item, const cbi_claim *claim,
                                 cbi_ruling *ruling, cbank_error *err)
{
    cbi_bytes reference = cbi_bytes_of_text(claim->reference);
    cbi_reason reason = claim->record != NULL ? CBI_REASON_REFERENCE_REPEATED
                                              : CBI_REASON_CHANGED_TWICE;
    cbank_status status = CBANK_OK;
    char document[CBI_DOCUMENT_TYPE_MAX + CBI_NUMBER_MAX + 2] = "";
    uint64_t first;
    bool same;

    if (ruling->outcome != CBI_OUTCOME_DEPOSITED || claim->superseded != NULL)
        return CBANK_OK; /* the second half of an amendment repeats its own reference */
    CBI_TRY(cbi_seen_add(deposit->references, reference, reference, item + 1, &first, &same, err));
    if (first != 0) {
        (void)cbi_fail(&ruling->why, reason, first - 1, claim->reference, NULL);
        ruling->outcome = CBI_OUTCOME_REJECTED;
        goto done;
    }
    if (claim->record == NULL || ruling->account.digits[0] != '\0' ||
        claim->person->name[0] == '\0')
        goto done;
    snprintf(document, sizeof(document), "%s %s", claim->person->documents[0].type,
             claim->person->documents[0].number);
    CBI_TRY(cbi_seen_add(deposit->persons, cbi_bytes_of_text(document),
                         cbi_bytes_of_text(claim->person->name), item + 1, &first, &same, err));
    if (first != 0 && !same) {
        (void)cbi_fail(&ruling->why, CBI_REASON_PERSON_CONFLICT, first - 1, claim->reference,
                       NULL);
        ruling->outcome = CBI_OUTCOME_REJECTED;
    }
done:
    cbi_wipe(document, sizeof(document));
    return status;
}

/* One item, or an amendment's two. */
static cbank_status judge_next(cbi_deposit *deposit, cbi_txn *txn, cbank_error *err)
{
    cbi_chunk_unit unit = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_chunk_read(deposit, &unit, err));
    CBI_TRY(cbi_chunk_judge(deposit, txn, &unit, err));
    for (size_t i = 0; i < unit.count; i++) {
        uint64_t item = unit.first + i;
        cbi_ruling *ruling = &unit.rulings[i];

        if (item < deposit->intake.next)
            continue; /* decided in an earlier run */
        CBI_TRY(judge_within(deposit, item, &unit.claims[i], ruling, err));
        deposit->items[item].outcome = (uint8_t)ruling->outcome;
        deposit->items[item].index = ruling->index;
        deposit->items[item].change = unit.claims[i].change != NULL;
        if (ruling->outcome == CBI_OUTCOME_REJECTED || ruling->outcome == CBI_OUTCOME_CHANGED)
            note_refusal(deposit, item, ruling);
    }
    deposit->judged += unit.count;
done:
    cbi_chunk_unit_clear(&unit);
    return status;
}

cbank_status cbi_deposit_judge(cbi_deposit *deposit, uint32_t budget, bool *more, cbank_error *err)
{
    uint64_t count = deposit->batch.head.head->count;
    uint64_t until = deposit->judged + budget;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(deposit->bank->ledger, &reader, err));
    while (deposit->judged < count && deposit->judged < until)
        CBI_TRY(judge_next(deposit, reader.txn, err));
    *more = deposit->judged < count;
    if (!*more) { /* from the start again, to write */
        cbi_artefact_rewind(&deposit->batch.parts);
        deposit->batch.next = 0;
    }
done:
    cbi_ledger_read_end(&reader);
    return status;
}

bool cbi_deposit_may_write(const cbi_deposit *deposit)
{
    if (deposit->intake.received_at != 0)
        return false;
    return deposit->terms.keep_going || deposit->rejected == 0;
}

cbank_status cbi_deposit_write(cbi_deposit *deposit, bool *more, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_chunk_write(deposit, err));
    *more = deposit->intake.received_at == 0;
done:
    return status;
}
