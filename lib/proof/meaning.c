#include "proof/meaning.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "record/credit.h"
#include "record/identity.h"

static bool is_deposit(const cbi_verdict_item *item)
{
    return cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_DEPOSITED);
}

static bool is_change(const cbi_verdict_item *item)
{
    return cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_CHANGED);
}

/* The institution's bytes in a deposit or a change, parsed; and their id. */
static cbank_status read_signed(cbi_hasher *hasher, cbi_verdict_item *item, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (is_deposit(item)) {
        const Cbank__V1__CreditDeposited *body = item->statement.body;

        CBI_TRY(cbi_credit_record_parse(cbi_message_bytes(body->record), &item->record, err));
        CBI_TRY(cbi_batch_item_id(hasher, false, cbi_message_bytes(body->record),
                                  &item->record_id, err));
    } else if (is_change(item)) {
        const Cbank__V1__CreditChanged *body = item->statement.body;

        CBI_TRY(cbi_credit_change_parse(cbi_message_bytes(body->change), &item->change, err));
        CBI_TRY(cbi_batch_item_id(hasher, true, cbi_message_bytes(body->change), &item->record_id,
                                  err));
    }
done:
    return status;
}

/* Only the awarding institution, or the one that deposits for it, speaks of a record. */
static bool may_sign(const Cbank__V1__CreditRecord *record, const char *institution)
{
    return record == NULL || strcmp(record->awarded_by->institution, institution) == 0 ||
           strcmp(record->deposited_by, institution) == 0;
}

static cbank_status prove_item(cbi_hasher *hasher, cbi_verdict_item *item,
                               const cbi_evidence *evidence, cbank_error *err)
{
    const char *institution = evidence->batch.head->institution;
    cbank_status status = CBANK_OK;
    cbi_bytes batch;
    uint32_t index;

    if (is_deposit(item)) {
        const Cbank__V1__CreditDeposited *body = item->statement.body;

        batch = cbi_message_bytes(body->batch);
        index = body->index;
    } else {
        const Cbank__V1__CreditChanged *body = item->statement.body;

        batch = cbi_message_bytes(body->batch);
        index = body->index;
    }
    if (!cbi_bytes_equal(batch, cbi_bytes_of_hash(&evidence->batch.id)) ||
        !may_sign(item->record, institution))
        return cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, item->sequence, institution, "batch");
    CBI_TRY(cbi_evidence_check_item(hasher, evidence, index, &item->record_id, item->message, err));
    item->proven = evidence->proven;
    item->institution = evidence->institution;
done:
    return status;
}

cbank_status cbi_meaning_prove(cbi_hasher *hasher, cbi_verdict *verdict,
                               const cbi_evidence *evidence, size_t evidence_count,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < verdict->item_count; i++) {
        cbi_verdict_item *item = &verdict->items[i];
        uint32_t batch = item->message->batch;

        CBI_TRY(read_signed(hasher, item, err));
        if (batch > verdict->transcript.head->batches)
            CBI_TRY(cbi_fail(err, CBI_REASON_HEAD_VALUE, item->sequence, "batch", NULL));
        if (batch == 0 || evidence_count == 0)
            continue;
        if (!is_deposit(item) && !is_change(item))
            CBI_TRY(cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, item->sequence, NULL, "batch"));
        CBI_TRY(prove_item(hasher, item, &evidence[batch - 1], err));
    }
done:
    return status;
}

/* That the disclosed document, with this randomness, makes this commitment. */
static cbank_status check_commitment(cbi_hasher *hasher, const Cbank__V1__Holder *holder,
                                     cbi_bytes random_bytes, cbi_bytes commitment, uint64_t where,
                                     cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash random, actual;

    if (!cbi_hash_from(random_bytes, &random))
        return cbi_fail(err, CBI_REASON_HOLDER_DIFFERS, where, NULL, NULL);
    CBI_TRY(cbi_holder_commit(hasher, &random, cbi_message_text(holder->document_type),
                              cbi_message_text(holder->document_number), &actual, err));
    if (!cbi_bytes_equal(cbi_bytes_of_hash(&actual), commitment))
        CBI_TRY(cbi_fail(err, CBI_REASON_HOLDER_DIFFERS, where, NULL, NULL));
done:
    return status;
}

/* A record's opening must be of the very document that the head discloses. */
static cbank_status check_opening(cbi_hasher *hasher, const Cbank__V1__Holder *holder,
                                  cbi_verdict_item *item, cbank_error *err)
{
    const Cbank__V1__Opening *opening = item->message->opening;
    cbank_status status = CBANK_OK;

    if (holder == NULL || item->record == NULL || opening->name[0] != '\0' ||
        strcmp(opening->document_type, holder->document_type) != 0 ||
        strcmp(opening->number, holder->document_number) != 0)
        return cbi_fail(err, CBI_REASON_HOLDER_DIFFERS, item->sequence, NULL, NULL);
    CBI_TRY(check_commitment(hasher, holder, cbi_message_bytes(opening->random),
                             cbi_message_bytes(item->record->holder), item->sequence, err));
    item->holder_shown = true;
done:
    return status;
}

cbank_status cbi_meaning_check_holder(cbi_hasher *hasher, cbi_verdict *verdict, cbank_error *err)
{
    const Cbank__V1__Holder *holder = verdict->transcript.head->holder;
    const Cbank__V1__AccountOpened *opened = verdict->items[0].statement.body;
    bool disclosed = holder != NULL && holder->document_number[0] != '\0';
    cbank_status status = CBANK_OK;

    if (disclosed) {
        CBI_TRY(check_commitment(hasher, holder, cbi_message_bytes(holder->random),
                                 cbi_message_bytes(opened->holder), 0, err));
        verdict->holder_proven = true;
    }
    for (size_t i = 0; i < verdict->item_count; i++) {
        cbi_verdict_item *item = &verdict->items[i];

        if (item->message->opening != NULL)
            CBI_TRY(check_opening(hasher, disclosed ? holder : NULL, item, err));
    }
done:
    return status;
}

/* The items of one chain stand together: where it begins. */
static size_t first_of(const cbi_verdict *verdict, uint32_t chain)
{
    size_t first = 0;

    for (uint32_t c = 0; c < chain; c++)
        first += verdict->transcript.head->chains[c]->items;
    return first;
}

/* A change touches an earlier entry of its own chain, by sequence and leaf. */
static cbank_status settle_change(cbi_verdict *verdict, const cbi_verdict_item *change,
                                  cbank_error *err)
{
    const Cbank__V1__CreditChanged *body = change->statement.body;
    cbank_status status = CBANK_OK;
    cbi_verdict_item *touched;

    if (body->touched_sequence >= change->sequence)
        return cbi_fail(err, CBI_REASON_CHANGE_DIFFERS, change->sequence, NULL, NULL);
    touched = &verdict->items[first_of(verdict, change->chain) + (size_t)body->touched_sequence];
    if (touched->entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD ||
        !cbi_bytes_equal(cbi_message_bytes(body->touched_leaf), cbi_bytes_of_hash(&touched->leaf)))
        return cbi_fail(err, CBI_REASON_CHANGE_DIFFERS, change->sequence, NULL, NULL);
    if (touched->shown &&
        (!is_deposit(touched) || !cbi_bytes_equal(cbi_message_bytes(change->change->record),
                                                  cbi_bytes_of_hash(&touched->record_id))))
        return cbi_fail(err, CBI_REASON_CHANGE_DIFFERS, change->sequence, NULL, NULL);
    if (touched->institution != NULL && change->institution != NULL &&
        touched->institution != change->institution)
        return cbi_fail(err, CBI_REASON_CHANGE_DIFFERS, change->sequence, NULL, NULL);
    CBI_TRY(cbi_record_state_step(&touched->state, change->change->action, err));
    /* What gives a credit back is worth no more than the word it rests on. */
    if (change->change->action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REINSTATE &&
        change->proven < touched->proven)
        touched->proven = change->proven;
done:
    return status;
}

static int compare_ids(const void *a, const void *b)
{
    return memcmp(a, b, CBI_HASH_SIZE);
}

/* Each record once: no two of the ids are the same. */
static cbank_status check_unique(const cbi_verdict *verdict, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash *ids = NULL;
    size_t count = 0;

    CBI_TRY(cbi_alloc(verdict->item_count, sizeof(*ids), &ids, err));
    for (size_t i = 0; i < verdict->item_count; i++) {
        if (is_deposit(&verdict->items[i]))
            ids[count++] = verdict->items[i].record_id;
    }
    qsort(ids, count, sizeof(*ids), compare_ids);
    for (size_t i = 1; i < count; i++) {
        if (cbi_hash_equal(&ids[i - 1], &ids[i]))
            CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_TWICE, i, NULL, NULL));
    }
done:
    cbi_free(ids);
    return status;
}

static cbank_status sum_up(cbi_verdict *verdict, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];

        if (!is_deposit(item))
            continue;
        if (verdict->least == 0 || item->proven < verdict->least)
            verdict->least = item->proven;
        if (item->state == CBI_RECORD_HELD)
            CBI_TRY(cbi_totals_add_record(&verdict->totals, item->record, err));
    }
    if (verdict->least == 0)
        verdict->least = CBI_PROVEN_BANK;
done:
    return status;
}

cbank_status cbi_meaning_settle(cbi_verdict *verdict, cbank_error *err)
{
    bool all = verdict->transcript.head->terms->completeness ==
               CBANK__V1__COMPLETENESS__COMPLETENESS_ALL;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];

        if (all && !item->shown)
            CBI_TRY(cbi_fail(err, CBI_REASON_COMPLETENESS, item->sequence, NULL, NULL));
        if (is_change(item))
            CBI_TRY(settle_change(verdict, item, err));
    }
    CBI_TRY(check_unique(verdict, err));
    CBI_TRY(sum_up(verdict, err));
done:
    return status;
}
