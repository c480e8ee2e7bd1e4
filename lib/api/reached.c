#include "api/reached.h"

#include <string.h>

#include "bank/holding.h"
#include "base/memory.h"

/* A message, and what it lends. */
struct cbi_reached_row {
    Cbank__Api__V1__CreditReach message;
    cbi_hash id;
    char record[CBI_DISPLAY_ID_MAX];
    cbi_account account;
    char institution[CBI_INSTITUTION_CODE_MAX + 1];
    char reference[CBI_REFERENCE_MAX + 1];
};

void cbi_reached_clear(cbi_reached_list *reached)
{
    cbi_free(reached->rows);
    cbi_free(reached->list);
    *reached = (cbi_reached_list){0};
}

static cbank_status take_record(cbi_reader *reader, uint64_t index, struct cbi_reached_row *out,
                                cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    const char *institution;

    CBI_TRY(cbi_holding_read(reader->txn, reader->hasher, index, &holding, err));
    institution = holding.record->awarded_by->institution;
    cbi_holding_display_id(index, &holding.id, out->record);
    memcpy(out->account.digits, holding.account, sizeof(out->account.digits));
    memcpy(out->institution, institution, strlen(institution) + 1);
    memcpy(out->reference, holding.record->reference, strlen(holding.record->reference) + 1);
    out->message.record = out->record;
done:
    cbi_holding_clear(&holding);
    return status;
}

static cbank_status take_recognition(cbi_reader *reader, uint64_t number,
                                     struct cbi_reached_row *out, cbank_error *err)
{
    cbi_recognition recognition = {0};
    cbi_recognition_row row;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_recognition_row_read(reader->txn, number, &row, err));
    out->id = row.id;
    out->account = row.account;
    memcpy(out->institution, row.institution, sizeof(out->institution));
    if (!cbi_recognition_is_noted(&row)) {
        CBI_TRY(cbi_recognition_load(reader->txn, reader->hasher, &row, false, &bytes,
                                     &recognition, err));
        memcpy(out->reference, recognition.head->number, strlen(recognition.head->number) + 1);
    }
    out->message.recognition = cbi_message_data(cbi_bytes_of_hash(&out->id));
done:
    cbi_recognition_clear(&recognition);
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_reached_describe(cbi_reader *reader, const cbi_reach *reach,
                                  cbi_reached_list *out, cbank_error *err)
{
    size_t most = reach->count < CBI_REACHED_MAX ? reach->count : CBI_REACHED_MAX;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(most, sizeof(*out->rows), &out->rows, err));
    CBI_TRY(cbi_alloc(most, sizeof(*out->list), &out->list, err));
    for (uint32_t i = 0; i < reach->count && out->count < most; i++) {
        struct cbi_reached_row *row = &out->rows[out->count];

        if (reach->list[i].depth == 0)
            continue;
        cbank__api__v1__credit_reach__init(&row->message);
        CBI_TRY(reach->list[i].is_record
                    ? take_record(reader, reach->list[i].number, row, err)
                    : take_recognition(reader, reach->list[i].number, row, err));
        row->message.account = row->account.digits;
        row->message.institution = row->institution;
        row->message.reference = row->reference;
        row->message.depth = reach->list[i].depth;
        out->list[out->count++] = &row->message;
    }
done:
    return status;
}
