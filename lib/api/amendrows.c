#include "api/amendrows.h"

#include <string.h>

cbank_status cbi_amendrows_begin(const Cbank__Api__V1__SheetFormat *format, const char *lang,
                                 cbi_suite suite, cbi_amendrows *out, cbank_error *err)
{
    cbi_amendments_options options = {.map = cbi_message_text(format->map),
                                      .constants = cbi_message_text(format->set),
                                      .sheet = format->sheet};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_rowreport_begin(lang, &out->report, err));
    CBI_TRY(cbi_feednote_begin(suite, "", "", &out->note, err));
    CBI_TRY(cbi_encoding_parse(cbi_message_text(format->encoding), &options.encoding, err));
    CBI_TRY(cbi_amendments_new(&options, &out->file, err));
    CBI_TRY(cbi_seen_new(true, &out->named, err));
done:
    return status;
}

void cbi_amendrows_clear(cbi_amendrows *amendrows)
{
    cbi_amendments_free(amendrows->file);
    cbi_feednote_clear(&amendrows->note);
    cbi_seen_free(amendrows->named);
    cbi_rowreport_clear(&amendrows->report);
    *amendrows = (cbi_amendrows){0};
}

cbank_status cbi_amendrows_feed(cbi_amendrows *amendrows, cbi_bytes bytes, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_feednote_add(&amendrows->note, bytes, err));
    CBI_TRY(cbi_amendments_feed(amendrows->file, bytes, err));
done:
    return status;
}

cbank_status cbi_amendrows_end(cbi_amendrows *amendrows, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_feednote_end(&amendrows->note, err));
    CBI_TRY(cbi_amendments_end(amendrows->file, err));
done:
    return status;
}

static cbank_status reject(cbi_amendrows *amendrows, const cbank_error *why, cbank_error *err)
{
    char value[CBI_MASK_SIZE];

    amendrows->rejected++;
    cbi_amendments_show(amendrows->file, why->object, value);
    return cbi_rowreport_add(&amendrows->report,
                             (cbi_rowplace){amendrows->row.number, why->object, value},
                             CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_REJECTED, why, err);
}

/* What is wrong with the row, and what is not the store's, nor the key's. */
static bool is_about_row(cbank_status status)
{
    return status / 100 == 2 || status / 100 == 3 || status == CBANK_E_DENIED;
}

cbank_status cbi_amendrows_refuse(cbi_amendrows *amendrows, const cbank_error *why,
                                  cbank_error *err)
{
    cbank_error named = *why;

    if (why->reason == (int32_t)CBI_REASON_ALREADY_SO) {
        amendrows->unchanged++;
        return CBANK_OK;
    }
    if (!is_about_row((cbank_status)why->status)) {
        if (err != NULL)
            *err = *why;
        return (cbank_status)why->status;
    }
    named.object[0] = '\0';
    cbi_error_name(&named, amendrows->row.named);
    return reject(amendrows, &named, err);
}

static cbank_status find_record(const cbi_amendments_row *row, cbi_reader *reader,
                                const char *institution, cbi_holding *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t index;
    cbi_hash content;

    if (row->id[0] != '\0')
        return cbi_holding_find(reader->txn, reader->hasher, row->id, out, err);
    status = cbi_holding_by_reference(reader->txn, institution, row->reference, &index, &content,
                                      err);
    if (status == CBANK_E_NOT_FOUND)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, 0, row->reference, NULL));
    CBI_TRY(status);
    CBI_TRY(cbi_holding_read(reader->txn, reader->hasher, index, out, err));
done:
    return status;
}

/* A record stands in the file once, and under the reference that it has. */
static cbank_status check_record(cbi_amendrows *amendrows, const cbi_holding *holding,
                                 cbank_error *err)
{
    const cbi_amendments_row *row = &amendrows->row;
    cbank_status status = CBANK_OK;
    uint64_t first;
    bool same;

    if (row->reference[0] != '\0' && strcmp(row->reference, holding->record->reference) != 0)
        return cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, 0, row->reference, NULL);
    CBI_TRY(cbi_seen_add(amendrows->named, cbi_bytes_of_hash(&holding->id), (cbi_bytes){0},
                         row->number, &first, &same, err));
    if (first != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_DUPLICATE_IN_FILE, first, row->named, "%s",
                         holding->record->reference));
done:
    return status;
}

cbank_status cbi_amendrows_next(cbi_amendrows *amendrows, cbi_reader *reader,
                                const char *institution, cbi_holding *holding, bool *found,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_grid_step step;
    cbank_error why;

    *found = false;
    do {
        CBI_TRY(cbi_amendments_next(amendrows->file, &step, &amendrows->row, err));
        if (step != CBI_GRID_ROW)
            continue;
        amendrows->rows++;
        if (amendrows->row.why.reason != 0) {
            CBI_TRY(reject(amendrows, &amendrows->row.why, err));
            continue;
        }
        why = (cbank_error){0};
        status = find_record(&amendrows->row, reader, institution, holding, &why);
        if (status == CBANK_OK)
            status = check_record(amendrows, holding, &why);
        *found = status == CBANK_OK;
        if (!*found) {
            cbi_holding_clear(holding);
            CBI_TRY(cbi_amendrows_refuse(amendrows, &why, err));
        }
        status = CBANK_OK;
    } while (!*found && (step == CBI_GRID_ROW || step == CBI_GRID_HEADER));
    amendrows->complete = step == CBI_GRID_DONE;
done:
    return status;
}
