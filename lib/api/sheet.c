#include "api/sheetcrew.h"

#include "api/face.h"
#include "api/job.h"
#include "base/memory.h"
#include "bank/institution.h"

#include <string.h>

/* ---- beginning --------------------------------------------------------------------------- */

static cbank_status check_key(const cbi_sheet *sheet, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    if (sheet->bank == NULL || sheet->key == NULL)
        return CBANK_OK;
    if (cbi_private_is_detached(sheet->key))
        return cbi_fail(err, CBI_REASON_KEY_DETACHED, 0, "signature", NULL);
    CBI_TRY(cbi_ledger_read_begin(sheet->bank->ledger, &reader, err));
    CBI_TRY(cbi_institution_check_key(sheet->bank, reader.txn, sheet->institution,
                                      cbi_private_public(sheet->key), err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/*
 * The key outlives the one that signs, or the same row would have another reference after a
 * rotation: what the bank keeps for the institution, or what the institution keeps itself.
 */
static cbank_status take_reference_key(cbi_sheet *sheet, const Cbank__Api__V1__SheetFormat *format,
                                       cbank_error *err)
{
    cbi_bytes stated = cbi_message_bytes(format->reference_key);

    if (stated.size != 0 && stated.size != CBI_SECRET_SIZE)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "reference_key", NULL);
    if (stated.size == 0 && sheet->bank == NULL)
        return CBANK_OK;
    sheet->options.reference_secret = &sheet->reference_secret;
    if (stated.size == 0)
        return cbi_bank_reference_secret(sheet->bank, cbi_sheet_awarder(sheet),
                                         &sheet->reference_secret, err);
    memcpy(sheet->reference_secret.bytes, stated.data, stated.size);
    return CBANK_OK;
}

static cbank_status take_profile(cbi_sheet *sheet, const Cbank__Api__V1__SheetFormat *format,
                                 cbank_error *err)
{
    if (format->profile.len == 0)
        return CBANK_OK;
    sheet->options.profile = &sheet->profile;
    return cbi_profile_parse(cbi_message_bytes(format->profile), format->profile_name,
                             &sheet->profile, err);
}

cbank_status cbi_sheet_begin(cbi_sheet *sheet, cbank_error *err)
{
    static const Cbank__Api__V1__SheetFormat none = CBANK__API__V1__SHEET_FORMAT__INIT;
    const Cbank__Api__V1__SheetFormat *format = sheet->format == NULL ? &none : sheet->format;
    cbi_grades_options *options = &sheet->options;
    cbi_suite suite = sheet->key != NULL ? cbi_private_public(sheet->key)->suite
                                         : sheet->bank->config.suite;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_rowreport_begin(sheet->lang, &sheet->report, err));
    CBI_TRY(check_key(sheet, err));
    CBI_TRY(take_reference_key(sheet, format, err));
    CBI_TRY(take_profile(sheet, format, err));
    options->suite = suite;
    options->institution = cbi_sheet_awarder(sheet);
    options->sheet = format->sheet;
    options->institution_name = ""; /* the directory says it, and it may change */
    options->format = cbi_message_text(format->format[0] == '\0' ? "generic" : format->format);
    options->map = cbi_message_text(format->map);
    options->constants = cbi_message_text(format->set);
    options->passed = format->passed;
    options->passed_count = format->n_passed;
    options->failed = format->failed;
    options->failed_count = format->n_failed;
    CBI_TRY(cbi_encoding_parse(cbi_message_text(format->encoding), &options->encoding, err));
    CBI_TRY(cbi_grades_new(options, &sheet->grades, err));
    CBI_TRY(cbi_batch_begin(suite, &sheet->batch, err));
    CBI_TRY(cbi_tally_new(sheet->now, true, &sheet->tally, err));
    if (sheet->bank != NULL && sheet->key != NULL)
        CBI_TRY(cbi_docket_begin(&sheet->docket, err));
    CBI_TRY(cbi_spool_new(suite, &sheet->errors, err));
done:
    return status;
}

void cbi_sheet_clear(cbi_sheet *sheet)
{
    cbi_sheet_clear_desks(sheet);
    cbi_grades_free(sheet->grades);
    cbi_profile_clear(&sheet->profile);
    cbi_batch_builder_clear(&sheet->batch);
    cbank_buffer_clear(&sheet->rows);
    cbi_docket_drop(&sheet->docket);
    cbi_tally_free(sheet->tally);
    cbi_rowreport_clear(&sheet->report);
    cbi_spool_free(sheet->errors);
    cbank_buffer_clear(&sheet->line);
    cbi_secret_wipe(&sheet->reference_secret);
}

/* ---- rows -------------------------------------------------------------------------------- */

const char *cbi_sheet_awarder(const cbi_sheet *sheet)
{
    return cbi_message_text(sheet->awarder).size > 0 ? sheet->awarder : sheet->institution;
}

cbank_status cbi_sheet_complete(cbi_sheet *sheet, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_grades_check_column(sheet->grades, sheet->keep_going, err));
    sheet->complete = true;
    sheet->strangers = sheet->docket.strangers = cbi_tally_strangers(sheet->tally);
    cbi_tally_free(sheet->tally);
    sheet->tally = NULL;
    cbi_grades_forget(sheet->grades);
    cbi_sheet_clear_desks(sheet);
done:
    return status;
}

/* ---- the batch --------------------------------------------------------------------------- */

bool cbi_sheet_has_items(const cbi_sheet *sheet)
{
    return sheet->batch.tree.size > 0;
}

cbank_status cbi_sheet_sign(cbi_sheet *sheet, const char *origin, uint64_t number, int64_t now,
                            cbank_buffer *begin, cbank_error *err)
{
    cbi_batch_terms terms = {
        .institution = sheet->institution, .origin = origin, .number = number, .at = now};
    cbank_status status = CBANK_OK;

    if (number == 0)
        CBI_TRY(cbi_signing_number(now, &terms.number, err));
    CBI_TRY(cbi_batch_seal(&sheet->batch, &terms, sheet->key, begin, err));
done:
    return status;
}

void cbi_sheet_describe(cbi_sheet *sheet, Cbank__Api__V1__CreditImportReply *out)
{
    cbi_grades_counts counts = cbi_grades_count(sheet->grades);

    cbank__api__v1__credit_import_reply__init(out);
    out->rows = counts.rows;
    out->skipped = counts.skipped + sheet->yielded;
    out->unchanged = sheet->unchanged;
    out->changed = sheet->changed;
    out->rejected = sheet->rejected;
    out->errors = sheet->report.errors;
    out->n_errors = sheet->report.error_count;
    out->skips = sheet->report.skip_list;
    out->n_skips = sheet->report.skip_count;
}

cbank_status cbi_sheet_reply(cbi_sheet *sheet, Cbank__Api__V1__CreditImportReply *answer,
                             cbank_buffer *reply, cbank_error *err)
{
    Cbank__V1__Amount amounts[CBI_TOTALS_MAX], *list[CBI_TOTALS_MAX];

    for (size_t i = 0; i < sheet->totals.count; i++) {
        cbank__v1__amount__init(&amounts[i]);
        amounts[i].unit = sheet->totals.items[i].unit;
        amounts[i].milli = sheet->totals.items[i].milli;
        list[i] = &amounts[i];
    }
    if (answer->deposited > 0) {
        answer->totals = list;
        answer->n_totals = sheet->totals.count;
    }
    return cbi_face_reply(answer, reply, err);
}
