#include "api/recognitioninfo.h"

#include "api/face.h"
#include "bank/used.h"
#include "base/memory.h"

void cbi_recognition_info_clear(cbi_recognition_info *it)
{
    cbi_recognition_clear(&it->recognition);
    cbi_outside_clear(&it->outside);
    cbank_buffer_clear(&it->bytes);
    cbi_free(it->ids);
    cbi_free(it->records);
}

/*
 * Display ids of the records that one from outside uses. Once it is reversed one of them may have
 * gone with another account, whose merger was undone and who was erased: nothing names it.
 */
static cbank_status name_records(cbi_reader *reader, cbi_recognition_info *it, cbank_error *err)
{
    cbi_holding holding = {0};
    uint64_t *indices = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_used_by(reader->txn, reader->hasher, &it->row, &indices, err));
    CBI_TRY(cbi_alloc(it->row.sources, sizeof(*it->ids), &it->ids, err));
    CBI_TRY(cbi_alloc(it->row.sources, sizeof(*it->records), &it->records, err));
    for (uint32_t i = 0; i < it->row.sources; i++) {
        status = cbi_holding_read(reader->txn, reader->hasher, indices[i], &holding, err);
        if (status == CBANK_E_NOT_FOUND) {
            status = CBANK_OK;
            continue;
        }
        CBI_TRY(status);
        cbi_holding_display_id(indices[i], &holding.id, it->ids[it->record_count]);
        it->records[it->record_count] = it->ids[it->record_count];
        it->record_count++;
        cbi_holding_clear(&holding);
    }
done:
    cbi_holding_clear(&holding);
    cbi_free(indices);
    return status;
}

cbank_status cbi_recognition_info_load(cbi_bank *bank, cbi_reader *reader, bool pages,
                                       cbi_recognition_info *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!cbi_recognition_is_noted(&it->row))
        return cbi_recognition_load(reader->txn, reader->hasher, &it->row, pages, &it->bytes,
                                    &it->recognition, err);
    CBI_TRY(cbi_outside_read(bank, reader->txn, reader->hasher, &it->row, &it->outside, err));
    CBI_TRY(name_records(reader, it, err));
done:
    return status;
}

static void describe_outside(cbi_recognition_info *it, Cbank__Api__V1__RecognitionInfo *out)
{
    out->notice = it->outside.notice;
    out->records = it->records;
    out->n_records = it->record_count;
    out->scope = it->outside.said->uses[0]->scope; /* the same of all */
}

void cbi_recognition_info_describe(cbi_recognition_info *it, Cbank__Api__V1__RecognitionInfo *out)
{
    cbank__api__v1__recognition_info__init(out);
    out->id = cbi_message_data(cbi_bytes_of_hash(&it->row.id));
    out->state = (Cbank__Api__V1__ConversionState)(it->row.state + 1);
    out->account = it->row.account.digits;
    out->entered_at = it->row.at;
    out->index = it->row.index;
    out->head = it->recognition.head;
    out->sources = it->recognition.rows.sources;
    out->n_sources = it->recognition.rows.source_count;
    out->grants = it->recognition.rows.grants;
    out->n_grants = it->recognition.rows.grant_count;
    out->refusals = it->recognition.rows.refusals;
    out->n_refusals = it->recognition.rows.refusal_count;
    out->findings = it->recognition.rows.findings;
    out->n_findings = it->recognition.rows.finding_count;
    if (it->outside.said != NULL)
        describe_outside(it, out);
}

/* Display ids of the records that it used, in memory of `ids`. */
static cbank_status list_released(cbi_reader *reader, const cbi_recognition_info *it,
                                  char (*ids)[CBI_DISPLAY_ID_MAX], char **list, size_t *count,
                                  cbank_error *err)
{
    const cbi_recognition_rows *rows = &it->recognition.rows;
    uint64_t *indices = NULL;
    cbank_status status = CBANK_OK;
    cbi_hash id;

    CBI_TRY(cbi_alloc(rows->source_count, sizeof(*indices), &indices, err));
    CBI_TRY(cbi_used_find_sources(reader->txn, reader->hasher, it->row.account.digits,
                                  rows->sources, rows->source_count, indices, err));
    for (size_t i = 0; i < rows->source_count; i++) {
        (void)cbi_hash_from(cbi_message_bytes(rows->sources[i]->record), &id);
        cbi_holding_display_id(indices[i], &id, ids[i]);
        list[i] = ids[i];
        (*count)++;
    }
done:
    cbi_free(indices);
    return status;
}

cbank_status cbi_recognition_info_reply(cbi_bank *bank, const cbi_recognised *entered,
                                  cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RecognitionInfo info;
    cbi_recognition_info it = {.row = entered->row};
    char(*ids)[CBI_DISPLAY_ID_MAX] = NULL, **list = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    if (entered->row.number == 0) { /* a dry run of a new one */
        cbank__api__v1__recognition_info__init(&info);
        return cbi_face_reply(&info, reply, err);
    }
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_recognition_info_load(bank, &reader, true, &it, err));
    cbi_recognition_info_describe(&it, &info);
    info.known = entered->known;
    if (it.row.state == CBI_CONVERSION_REVERSED && it.outside.said != NULL) {
        info.released = it.records;
        info.n_released = it.record_count;
    } else if (it.row.state == CBI_CONVERSION_REVERSED) {
        CBI_TRY(cbi_alloc(it.row.sources, sizeof(*ids), &ids, err));
        CBI_TRY(cbi_alloc(it.row.sources, sizeof(*list), &list, err));
        info.released = list;
        CBI_TRY(list_released(&reader, &it, ids, list, &info.n_released, err));
    }
    CBI_TRY(cbi_face_reply(&info, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_recognition_info_clear(&it);
    cbi_free(ids);
    cbi_free(list);
    return status;
}
