#include "api/sheet.h"

#include <stdio.h>
#include <string.h>

#include "api/face.h"
#include "api/job.h"
#include "base/memory.h"
#include "bank/institution.h"
#include "bank/signing.h"

/* ---- beginning --------------------------------------------------------------------------- */

/* The institution's present name, which its records give. */
static cbank_status find_name(cbi_sheet *sheet, cbank_error *err)
{
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_public signer;

    if (sheet->bank == NULL)
        return CBANK_OK;
    CBI_TRY(cbi_ledger_read_begin(sheet->bank->ledger, &reader, err));
    CBI_TRY(cbi_institution_signer(sheet->bank, reader.txn, sheet->institution, &signer, err));
    if (!cbi_public_equal(&signer, cbi_private_public(sheet->key)))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_SIGNER, 0, sheet->institution, NULL));
    CBI_TRY(cbi_institution_read(reader.txn, sheet->institution, &row, err));
    snprintf(sheet->institution_name, sizeof(sheet->institution_name), "%s",
             row->names[0]->value);
done:
    cbi_message_free(row);
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_sheet_begin(cbi_sheet *sheet, cbank_error *err)
{
    static const Cbank__Api__V1__SheetFormat none = CBANK__API__V1__SHEET_FORMAT__INIT;
    const Cbank__Api__V1__SheetFormat *format = sheet->format == NULL ? &none : sheet->format;
    cbi_grades_options *options = &sheet->options;
    cbi_suite suite = cbi_private_public(sheet->key)->suite;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_rowreport_begin(sheet->lang, &sheet->report, err));
    CBI_TRY(find_name(sheet, err));
    CBI_TRY(cbi_private_derive(sheet->key, "cbank/v1/reference", &sheet->reference_secret, err));
    options->suite = suite;
    options->institution = sheet->institution;
    options->institution_name = sheet->institution_name;
    options->reference_secret = &sheet->reference_secret;
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
    CBI_TRY(cbi_seen_new(suite, &sheet->persons, err));
done:
    return status;
}

void cbi_sheet_clear(cbi_sheet *sheet)
{
    cbi_grades_free(sheet->grades);
    cbi_batch_builder_clear(&sheet->batch);
    cbi_seen_free(sheet->persons);
    cbi_rowreport_clear(&sheet->report);
    cbank_buffer_clear(&sheet->errors);
    cbi_secret_wipe(&sheet->reference_secret);
}

/* ---- rows -------------------------------------------------------------------------------- */

static cbank_status reject(cbi_sheet *sheet, const cbi_row_draft *row, const cbank_error *why,
                           cbank_error *err)
{
    size_t count;
    const cbi_bytes *columns = cbi_grades_columns(sheet->grades, &count);
    cbank_status status = CBANK_OK;

    sheet->rejected++;
    if (sheet->errors.size == 0)
        CBI_TRY(cbi_errorfile_begin(columns, count, &sheet->errors, err));
    CBI_TRY(cbi_errorfile_row(columns, count, &row->row, why, sheet->lang, &sheet->errors, err));
    CBI_TRY(cbi_rowreport_add(&sheet->report, row->row.number,
                              CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_REJECTED, why, err));
done:
    return status;
}

static cbank_status add(cbi_sheet *sheet, const cbi_row_draft *row, uint32_t revision,
                        const cbi_hash *supersedes, cbank_error *err)
{
    cbi_signing_holder holder = {
        .type = row->holder->type, .number = row->holder->number, .name = row->name};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_signing_add_record(&sheet->batch, sheet->institution, row->record, &holder,
                                   revision, supersedes, err));
    CBI_TRY(cbi_totals_add_record(&sheet->totals, row->record, err));
    sheet->added++;
done:
    return status;
}

/* The row says something else than the record that the bank holds under its reference. */
static cbank_status take_changed(cbi_sheet *sheet, cbi_reader *reader, const cbi_row_draft *row,
                                 const cbi_ruling *ruling, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    sheet->changed++;
    if (!sheet->amend)
        return cbi_rowreport_add(&sheet->report, row->row.number,
                                 CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_CHANGED, &ruling->why,
                                 err);
    CBI_TRY(cbi_holding_read(reader->txn, reader->hasher, ruling->index, &holding, err));
    CBI_TRY(cbi_signing_add_change(&sheet->batch, &holding.id, row->record->reference,
                                   CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE, "corrected",
                                   "", err));
    CBI_TRY(add(sheet, row, holding.record->revision + 1, &holding.id, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

/* Two names for one number within the file, of somebody whom the bank does not know yet. */
static cbank_status check_person(cbi_sheet *sheet, const cbi_row_draft *row, bool *agrees,
                                 uint64_t *first, cbank_error *err)
{
    char document[CBI_DOCUMENT_TYPE_MAX + CBI_NUMBER_MAX + 2];
    cbank_status status = CBANK_OK;
    bool same;

    *first = 0;
    *agrees = true;
    snprintf(document, sizeof(document), "%s %s", row->holder->type, row->holder->number);
    CBI_TRY(cbi_seen_add(sheet->persons, cbi_bytes_of_text(document), cbi_bytes_of_text(row->name),
                         row->row.number, first, &same, err));
    *agrees = *first == 0 || same || row->name[0] == '\0';
done:
    cbi_wipe(document, sizeof(document));
    return status;
}

static cbank_status judge(cbi_sheet *sheet, cbi_reader *reader, const cbi_row_draft *row,
                          cbi_ruling *out, cbank_error *err)
{
    cbi_person person = {0};
    cbi_claim claim = {.institution = sheet->institution,
                       .record = row->record,
                       .reference = row->record->reference,
                       .person = &person};
    cbank_status status;

    *out = (cbi_ruling){.outcome = CBI_OUTCOME_REJECTED};
    status = cbi_person_from_opening(row->holder->type, row->holder->number, row->name, &person,
                                     &out->why);
    if (status == CBANK_E_INVALID) {
        status = CBANK_OK;
        goto done;
    }
    CBI_TRY(status);
    CBI_TRY(cbi_holding_content(sheet->bank, row->record, row->holder->type, row->holder->number,
                                &claim.content, err));
    CBI_TRY(cbi_claim_judge(sheet->bank, reader->txn, reader->hasher, &claim,
                            sheet->open_accounts, out, err));
done:
    cbi_person_clear(&person);
    return status;
}

static cbank_status take_ready(cbi_sheet *sheet, cbi_reader *reader, const cbi_row_draft *row,
                               cbank_error *err)
{
    cbi_ruling ruling = {.outcome = CBI_OUTCOME_DEPOSITED};
    cbank_status status = CBANK_OK;
    uint64_t first;
    bool agrees;

    CBI_TRY(check_person(sheet, row, &agrees, &first, err));
    if (!agrees) {
        (void)cbi_fail(&ruling.why, CBI_REASON_PERSON_CONFLICT, first, NULL, NULL);
        ruling.outcome = CBI_OUTCOME_REJECTED;
    } else if (sheet->bank != NULL) {
        CBI_TRY(judge(sheet, reader, row, &ruling, err));
    }
    switch (ruling.outcome) {
    case CBI_OUTCOME_DEPOSITED:
        sheet->new_accounts += first == 0 && ruling.account.digits[0] == '\0';
        CBI_TRY(add(sheet, row, 1, NULL, err));
        break;
    case CBI_OUTCOME_UNCHANGED:
        sheet->unchanged++;
        break;
    case CBI_OUTCOME_CHANGED:
        CBI_TRY(take_changed(sheet, reader, row, &ruling, err));
        break;
    case CBI_OUTCOME_REJECTED:
        CBI_TRY(reject(sheet, row, &ruling.why, err));
        break;
    }
done:
    return status;
}

static cbank_status take_row(cbi_sheet *sheet, cbi_reader *reader, const cbi_row_draft *row,
                             cbank_error *err)
{
    switch (row->row_class) {
    case CBI_ROW_READY:
        return take_ready(sheet, reader, row, err);
    case CBI_ROW_SKIPPED:
        cbi_rowreport_skip(&sheet->report, &row->why);
        return CBANK_OK;
    case CBI_ROW_REJECTED:
        return reject(sheet, row, &row->why, err);
    }
    return CBANK_OK;
}

cbank_status cbi_sheet_take_rows(cbi_sheet *sheet, uint32_t budget_ms, bool *wants,
                                 cbank_error *err)
{
    uint64_t until = cbi_job_clock() + budget_ms;
    const cbi_row_draft *row = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_csv_step step;

    *wants = false;
    if (sheet->bank != NULL)
        CBI_TRY(cbi_ledger_read_begin(sheet->bank->ledger, &reader, err));
    do {
        CBI_TRY(cbi_grades_next(sheet->grades, &step, &row, err));
        if (step == CBI_CSV_ROW)
            CBI_TRY(take_row(sheet, &reader, row, err));
    } while ((step == CBI_CSV_ROW || step == CBI_CSV_HEADER) && cbi_job_clock() <= until);
    *wants = step == CBI_CSV_MORE;
    sheet->complete = step == CBI_CSV_DONE;
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* ---- the batch --------------------------------------------------------------------------- */

cbank_status cbi_sheet_sign(cbi_sheet *sheet, const char *origin, uint64_t number, int64_t now,
                            cbank_buffer *file, cbank_error *err)
{
    cbi_batch_terms terms = {
        .institution = sheet->institution, .origin = origin, .number = number, .at = now};
    cbank_status status = CBANK_OK;

    if (number == 0)
        CBI_TRY(cbi_signing_number(now, &terms.number, err));
    CBI_TRY(cbi_batch_finish(&sheet->batch, &terms, sheet->key, file, err));
done:
    return status;
}

void cbi_sheet_describe(cbi_sheet *sheet, Cbank__Api__V1__CreditImportReply *out)
{
    cbi_grades_counts counts = cbi_grades_count(sheet->grades);

    cbank__api__v1__credit_import_reply__init(out);
    out->rows = counts.rows;
    out->skipped = counts.skipped;
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
