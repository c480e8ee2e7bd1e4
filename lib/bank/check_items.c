/* check_items.c - statements that hold an item of a batch: it is what the bank was handed there. */
#include "bank/check_part.h"

#include "bank/holding.h"
#include "bank/reach.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

typedef cbi_check_logged_row row;

static cbank_status differs(const row *it, cbi_table table, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, table, it->logged->index, detail);
}

/* Written again when a merger was undone: right behind the entry that undid it. */
static cbank_status is_restored(const row *it, bool *out, cbank_error *err)
{
    uint64_t index = it->logged->previous_index;
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;
    int kind = KIND(CREDIT_CHANGED);

    *out = false;
    while (kind == KIND(CREDIT_CHANGED) || kind == KIND(ENROLMENT_CHANGED) ||
           kind == KIND(ENROLMENT_ENDED)) {
        CBI_TRY(cbi_check_read_at(it->check, it->txn, index, &read, err));
        kind = read.statement.kind == NULL ? 0 : (int)read.statement.kind->kind;
        index = read.logged.previous_index;
        cbi_check_clear_read(&read);
    }
    *out = kind == KIND(UNMERGED);
done:
    cbi_check_clear_read(&read);
    return status;
}

static cbank_status find_batch(const row *it, const cbi_hash *id, cbi_intake *out,
                               cbank_error *err)
{
    cbi_check_last_batch *last = &it->check->last_batch;
    cbank_status status = CBANK_OK;

    if (!last->known || !cbi_hash_equal(&last->id, id)) {
        last->known = false;
        CBI_TRY(cbi_intake_find(it->txn, id, &last->intake, err));
        last->id = *id;
        last->known = true;
    }
    *out = last->intake;
done:
    return status;
}

/* The item of the batch that the statement names is what the bank was handed there. */
static cbank_status check_item(const row *it, ProtobufCBinaryData batch, uint32_t index,
                               cbi_item_kind kind, ProtobufCBinaryData bytes, cbi_intake *out,
                               cbank_error *err)
{
    cbi_hash batch_id, id, stored;
    cbank_status status = CBANK_OK;
    bool late, restored = false;
    cbi_check_item item;

    (void)cbi_hash_from(cbi_message_bytes(batch), &batch_id); /* its size has been checked */
    CBI_TRY(find_batch(it, &batch_id, out, err));
    item = cbi_check_item_of(it->logged, it->statement, out, index);
    if (kind != CBI_ITEM_RECORD) /* deposits are looked at ahead */
        CBI_TRY(cbi_check_begun_item(&it->check->begun, it->logged->index, &item, err));
    late = out->received_at != 0 && it->logged->index > out->receipt_index;
    if (late && (kind == CBI_ITEM_CHANGE || kind == CBI_ITEM_ENROLMENT_CHANGE))
        CBI_TRY(is_restored(it, &restored, err));
    if (index >= out->next || it->logged->index < out->first_index || (late && !restored))
        CBI_TRY(differs(it, CBI_TABLE_BATCH, "place", err));
    CBI_TRY(cbi_batch_item_id(it->check->hasher, kind, cbi_message_bytes(bytes), &id, err));
    CBI_TRY(cbi_intake_ids_find(&it->check->last_batch.ids, it->txn, out, index, &stored, err));
    if (!cbi_hash_equal(&id, &stored))
        CBI_TRY(differs(it, CBI_TABLE_BATCH, "record id", err));
done:
    return status;
}

cbank_status cbi_check_deposited(const row *it, const Cbank__V1__CreditRecord *record,
                                 cbank_error *err)
{
    const Cbank__V1__CreditDeposited *deposited = it->statement->body;
    cbank_status status = CBANK_OK;
    cbi_intake intake;
    cbi_hash content;
    uint64_t newest;

    CBI_TRY(cbi_check_subject(it, deposited->account, err));
    if (!cbi_reach_is_noted(it->txn, record, it->logged->index))
        CBI_TRY(differs(it, CBI_TABLE_RECOGNITION, "basis", err));
    CBI_TRY(check_item(it, deposited->batch, deposited->index, CBI_ITEM_RECORD, deposited->record,
                       &intake, err));
    status = cbi_holding_by_reference(it->txn, record->awarded_by->institution, record->reference,
                                      &newest, &content, err);
    if (status == CBANK_E_NOT_FOUND || (status == CBANK_OK && newest < it->logged->index))
        status = differs(it, CBI_TABLE_REFERENCE, "older", err);
    CBI_TRY(status);
    if (!cbi_check_has_opening(it))
        CBI_TRY(differs(it, CBI_TABLE_OPENING, "missing", err));
    cbi_check_note_rows(it, record, newest == it->logged->index ? &content : NULL);
done:
    return status;
}

cbank_status cbi_check_credit_changed(const row *it, cbank_error *err)
{
    const Cbank__V1__CreditChanged *changed = it->statement->body;
    Cbank__V1__CreditChange *change = NULL;
    cbank_status status = CBANK_OK;
    cbi_intake intake;

    CBI_TRY(cbi_credit_change_parse(cbi_message_bytes(changed->change), &change, err));
    CBI_TRY(check_item(it, changed->batch, changed->index, CBI_ITEM_CHANGE, changed->change,
                       &intake, err));
    it->check->counted.ended +=
        it->logged->index < it->check->stated_size &&
        (intake.received_at == 0 || it->logged->index < intake.receipt_index) &&
        (change->action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE ||
         change->action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE);
done:
    cbi_message_free(change);
    return status;
}

cbank_status cbi_check_enrolled(const row *it, cbank_error *err)
{
    const Cbank__V1__Enrolled *enrolled = it->statement->body;
    cbank_status status = CBANK_OK;
    cbi_intake intake;

    CBI_TRY(cbi_check_subject(it, enrolled->account, err));
    CBI_TRY(check_item(it, enrolled->batch, enrolled->index, CBI_ITEM_ENROLMENT,
                       enrolled->enrolment, &intake, err));
    CBI_TRY(cbi_check_enrolled_said(it->txn, it->check->hasher, it->logged, err));
    if (!cbi_check_has_opening(it))
        CBI_TRY(differs(it, CBI_TABLE_OPENING, "missing", err));
done:
    return status;
}

cbank_status cbi_check_enrolment_changed(const row *it, cbank_error *err)
{
    const Cbank__V1__EnrolmentChanged *changed = it->statement->body;
    cbank_status status = CBANK_OK;
    cbi_intake intake;

    CBI_TRY(cbi_check_subject(it, changed->account, err));
    CBI_TRY(check_item(it, changed->batch, changed->index, CBI_ITEM_ENROLMENT_CHANGE,
                       changed->change, &intake, err));
    CBI_TRY(cbi_check_enrolled_said(it->txn, it->check->hasher, it->logged, err));
done:
    return status;
}
