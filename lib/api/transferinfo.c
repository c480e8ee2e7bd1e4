#include "api/transferinfo.h"

#include "base/memory.h"
#include "base/text.h"

/* Where a record of it is, as seen from here. */
static cbank_status find_where(cbi_txn *txn, const cbi_transfer_row *row,
                               const cbi_transfer_record *record,
                               Cbank__Api__V1__TransferWhere *out, cbank_error *err)
{
    cbi_whereabouts where = CBI_WHERE_HERE;
    uint64_t number;
    cbank_status status;

    if (row->incoming && record->index == 0) {
        *out = CBANK__API__V1__TRANSFER_WHERE__TRANSFER_WHERE_AWAY;
        return CBANK_OK;
    }
    status = cbi_transfer_of_record(txn, record->index, &where, &number, err);
    *out = (Cbank__Api__V1__TransferWhere)(where + 1);
    return status == CBANK_E_NOT_FOUND ? CBANK_OK : status;
}

/* Why the answer has it that a record was not taken; NULL if it was, or was not said. */
static char *find_reason(const Cbank__V1__TransferAnswer *answer, const cbi_hash *record)
{
    for (size_t i = 0; i < answer->n_refusals; i++) {
        if (cbi_bytes_equal(cbi_message_bytes(answer->refusals[i]->record),
                            cbi_bytes_of_hash(record)))
            return answer->refusals[i]->reason->value;
    }
    if (answer->outcome == CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_EXPIRED)
        return cbi_message_string("expired");
    if (answer->outcome == CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_DECLINED &&
        answer->reason != NULL)
        return answer->reason->value;
    return NULL;
}

/* The first answer says what was taken. */
static cbank_status fill_reasons(cbi_txn *txn, cbi_transferinfo *it, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    uint64_t index;

    if (it->row.answers == 0)
        return CBANK_OK;
    CBI_TRY(cbi_transfer_get_answer(txn, &it->row, 0, &index, &bytes, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__transfer_answer__descriptor, cbi_bytes_of_buffer(&bytes),
                              &it->answer, err));
    for (size_t i = 0; i < it->row.records; i++) {
        char *reason = find_reason(it->answer, &it->records[i].id);

        if (reason != NULL)
            it->rows[i].reason = reason;
    }
done:
    cbank_buffer_clear(&bytes);
    return status;
}

static cbank_status fill_records(cbi_txn *txn, cbi_transferinfo *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*it->records), &it->records, err));
    CBI_TRY(cbi_alloc(it->row.records, sizeof(*it->rows), &it->rows, err));
    CBI_TRY(cbi_alloc(it->row.records, sizeof(*it->list), &it->list, err));
    CBI_TRY(cbi_alloc(it->row.records, sizeof(*it->ids), &it->ids, err));
    CBI_TRY(cbi_transfer_records(txn, &it->row, it->records, err));
    for (size_t i = 0; i < it->row.records; i++) {
        cbank__api__v1__transfer_record__init(&it->rows[i]);
        it->list[i] = &it->rows[i];
        it->rows[i].record = cbi_message_data(cbi_bytes_of_hash(&it->records[i].id));
        CBI_TRY(find_where(txn, &it->row, &it->records[i], &it->rows[i].where, err));
        if (it->records[i].index == 0)
            continue;
        cbi_holding_display_id(it->records[i].index, &it->records[i].id, it->ids[i]);
        it->rows[i].id = it->ids[i];
    }
    CBI_TRY(fill_reasons(txn, it, err));
    it->message.records = it->list;
    it->message.n_records = it->row.records;
done:
    return status;
}

cbank_status cbi_transferinfo_read(cbi_txn *txn, const cbi_transfer_row *row,
                                   cbi_transferinfo *out, cbank_error *err)
{
    Cbank__Api__V1__TransferInfo *message = &out->message;

    cbank__api__v1__transfer_info__init(message);
    if (row->number == 0)
        return CBANK_OK;
    out->row = *row;
    cbi_hex_encode(cbi_bytes_of(row->leaf.bytes, 8), out->id);
    message->id = out->id;
    message->direction = row->incoming ? CBANK__API__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_IN
                                       : CBANK__API__V1__TRANSFER_DIRECTION__TRANSFER_DIRECTION_OUT;
    message->state = (Cbank__Api__V1__TransferState)row->state;
    message->account = out->row.account.digits;
    message->other = out->row.other;
    message->by_letter = cbi_transfer_by_letter(row);
    message->due_at = row->due_at;
    message->at = row->at;
    message->answered_at = row->answered_at;
    return fill_records(txn, out, err);
}

void cbi_transferinfo_clear(cbi_transferinfo *info)
{
    cbi_message_free(info->answer);
    cbi_free(info->records);
    cbi_free(info->rows);
    cbi_free(info->list);
    cbi_free(info->ids);
    *info = (cbi_transferinfo){.row = {0}};
}
