#include "api/sheetreport.h"

#include "api/face.h"
#include "api/job.h"
#include "api/reattempt.h"
#include "base/memory.h"
#include "bank/capacity.h"
#include "bank/institution.h"
#include "bank/signing.h"

#include <string.h>

/* ---- beginning --------------------------------------------------------------------------- */

static const char *awarder_of(const cbi_sheet *sheet)
{
    return cbi_message_text(sheet->awarder).size > 0 ? sheet->awarder : sheet->institution;
}

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
        return cbi_bank_reference_secret(sheet->bank, awarder_of(sheet), &sheet->reference_secret,
                                         err);
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
    options->institution = awarder_of(sheet);
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
    CBI_TRY(cbi_hasher_new(suite, &sheet->hasher, err));
    CBI_TRY(cbi_tally_new(suite, sheet->now, true, &sheet->tally, err));
    if (sheet->bank != NULL)
        CBI_TRY(cbi_recall_new(UINT64_MAX, &sheet->recall, err)); /* nobody knows how many rows */
    CBI_TRY(cbi_spool_new(suite, &sheet->errors, err));
done:
    return status;
}

void cbi_sheet_clear(cbi_sheet *sheet)
{
    cbi_grades_free(sheet->grades);
    cbi_profile_clear(&sheet->profile);
    cbi_batch_builder_clear(&sheet->batch);
    cbank_buffer_clear(&sheet->rows);
    cbi_hasher_free(sheet->hasher);
    cbi_tally_free(sheet->tally);
    cbi_recall_free(sheet->recall);
    cbi_rowreport_clear(&sheet->report);
    cbi_spool_free(sheet->errors);
    cbank_buffer_clear(&sheet->line);
    cbi_secret_wipe(&sheet->reference_secret);
}

/* ---- rows -------------------------------------------------------------------------------- */

/* Which row the next item of the batch is of. */
static cbank_status note_row(cbi_sheet *sheet, const cbi_row_draft *row, cbank_error *err)
{
    uint8_t number[4];

    cbi_put_u32(number, (uint32_t)row->row.number);
    return cbi_buffer_append(&sheet->rows, cbi_bytes_of(number, sizeof(number)), err);
}

static cbank_status add(cbi_sheet *sheet, const cbi_row_draft *row, uint32_t revision,
                        const cbi_hash *supersedes, cbank_error *err)
{
    cbi_signing_holder holder = {
        .type = row->holder->type, .number = row->holder->number, .name = row->name};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_signing_add_record(&sheet->batch, sheet->institution, row->record, &holder,
                                   revision, supersedes, &sheet->grant, err));
    CBI_TRY(note_row(sheet, row, err));
done:
    return status;
}

static cbank_status add_new(cbi_sheet *sheet, const cbi_row_draft *row, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(add(sheet, row, 1, NULL, err));
    CBI_TRY(cbi_totals_add_record(&sheet->totals, row->record, err));
    sheet->added++;
done:
    return status;
}

/*
 * What a record says of who signs it, where that is not the one that awards. With a bank at hand
 * the grant is looked up, and a row that no grant covers is rejected.
 */
static cbank_status name_grant(cbi_sheet *sheet, cbi_reader *reader,
                               Cbank__V1__CreditRecord *record, cbi_ruling *out,
                               cbank_error *err)
{
    const char *awarder = awarder_of(sheet);
    cbank_status status = CBANK_OK;

    if (strcmp(awarder, sheet->institution) == 0)
        return CBANK_OK;
    if (sheet->bank != NULL)
        status = cbi_capacity_find(reader->txn, sheet->institution, awarder, record->type,
                                   record->supersedes.len > 0, sheet->now, &sheet->grant,
                                   &out->why);
    record->deposited_by = cbi_message_string(sheet->institution);
    record->delegation = cbi_message_data(cbi_bytes_of_hash(&sheet->grant));
    if (status == CBANK_E_DENIED || status == CBANK_E_NOT_FOUND) {
        out->outcome = CBI_OUTCOME_REJECTED;
        return CBANK_OK;
    }
    if (status != CBANK_OK && err != NULL)
        *err = out->why;
    return status;
}

/* Rules on a row as on an item of a batch; `old` is the record that it amends, or NULL. */
static cbank_status judge(cbi_sheet *sheet, cbi_reader *reader, const cbi_row_draft *row,
                          const cbi_holding *old, cbi_ruling *out, cbank_error *err)
{
    Cbank__V1__CreditRecord record = *row->record;
    cbi_person person = {0};
    cbi_claim claim = {.institution = sheet->institution,
                       .awarder = awarder_of(sheet),
                       .now = sheet->now,
                       .record = &record,
                       .reference = record.reference,
                       .person = &person,
                       .last = &sheet->last,
                       .recall = sheet->recall};
    cbank_status status;

    *out = (cbi_ruling){.outcome = CBI_OUTCOME_DEPOSITED};
    if (old != NULL) {
        claim.superseded = &old->id;
        record.revision = old->record->revision + 1;
        record.supersedes = cbi_message_data(cbi_bytes_of_hash(&old->id));
    }
    status = cbi_person_claimed(row->holder->type, row->holder->number, row->name, &person,
                                &claim.unfit);
    person.on = cbi_claim_day(&record);
    if (status != CBANK_OK && status != CBANK_E_INVALID) {
        if (err != NULL)
            *err = claim.unfit;
        CBI_TRY(status);
    }
    CBI_TRY(name_grant(sheet, reader, &record, out, err));
    if (out->outcome == CBI_OUTCOME_REJECTED) {
        /* nobody may sign it */
    } else if (sheet->bank != NULL) {
        CBI_TRY(cbi_claim_judge(sheet->bank, reader->txn, sheet->hasher, &claim,
                                sheet->open_accounts, out, err));
    } else if (claim.unfit.reason != 0) {
        out->outcome = CBI_OUTCOME_REJECTED;
        out->why = claim.unfit;
    }
    CBI_TRY(cbi_tally_add(sheet->tally, reader->txn, sheet->hasher, row->row.number - 1, &claim,
                          out, err));
done:
    cbi_person_clear(&person);
    return status;
}

/* A changed row that is to become an amendment; `ruling` says whether it may. */
static cbank_status amend(cbi_sheet *sheet, cbi_reader *reader, const cbi_row_draft *row,
                          cbi_ruling *ruling, cbank_error *err)
{
    const Cbank__V1__ChangeAction action = CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE;
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_read(reader->txn, reader->hasher, ruling->index, &holding, err));
    if (cbi_record_state_step(&holding.state, action, &ruling->why) != CBANK_OK) {
        ruling->outcome = CBI_OUTCOME_REJECTED;
        goto done;
    }
    CBI_TRY(judge(sheet, reader, row, &holding, ruling, err));
    if (ruling->outcome != CBI_OUTCOME_DEPOSITED)
        goto done;
    CBI_TRY(cbi_signing_add_change(&sheet->batch,
                                   cbi_signing_subject_of(sheet->institution, &holding), action,
                                   "corrected", "", err));
    CBI_TRY(note_row(sheet, row, err));
    CBI_TRY(add(sheet, row, holding.record->revision + 1, &holding.id, err));
    sheet->changed++;
done:
    cbi_holding_clear(&holding);
    return status;
}

/* The attempts that this one takes the place of are revoked with it. */
static cbank_status replace(cbi_sheet *sheet, const cbi_row_draft *row,
                            const cbi_reattempt *others, cbank_error *err)
{
    bool own = strcmp(awarder_of(sheet), sheet->institution) == 0;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < others->count; i++) {
        const cbi_signing_subject subject = {.id = &others->held[i].id,
                                             .reference = others->held[i].reference,
                                             .awarder = own ? "" : awarder_of(sheet)};

        CBI_TRY(cbi_signing_add_change(&sheet->batch, subject,
                                       CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE,
                                       "retaken", "", err));
        CBI_TRY(note_row(sheet, row, err));
    }
    CBI_TRY(add_new(sheet, row, err));
done:
    return status;
}

/*
 * A makeup or retake of what the bank holds from an earlier file counts once too: it yields, or
 * takes the place of the other, which has to be asked for. `*settled` says that nothing is left.
 */
static cbank_status take_again(cbi_sheet *sheet, cbi_reader *reader, const cbi_row_draft *row,
                               const cbi_ruling *ruling, bool *settled, cbank_error *err)
{
    const char *column = cbi_grades_source(sheet->grades, CBI_SHEET_CODE);
    const struct cbi_reattempt_held *prevailing;
    cbi_reattempt others;
    cbank_status status = CBANK_OK;
    cbank_error why = {0};

    CBI_TRY(cbi_reattempt_find(reader, ruling->account.digits, awarder_of(sheet),
                               cbi_grades_profile(sheet->grades), row->record, &others, err));
    prevailing = cbi_reattempt_prevailing(&others);
    *settled = prevailing != NULL || (others.count > 0 && sheet->judged == NULL);
    if (prevailing != NULL) {
        (void)cbi_fail(&why, CBI_REASON_NOT_COUNTED_HELD, 0, column, "%s", prevailing->display);
        cbi_rowreport_skip(&sheet->report, &why);
        sheet->yielded++;
    } else if (*settled && sheet->amend) {
        CBI_TRY(replace(sheet, row, &others, err));
    } else if (*settled) {
        (void)cbi_fail(&why, CBI_REASON_ATTEMPT_REPLACES, 0, column, "%s", others.held[0].display);
        CBI_TRY(cbi_sheet_report_changed(sheet, row, &why, err));
    }
done:
    return status;
}

static cbank_status take_ready(cbi_sheet *sheet, cbi_reader *reader, const cbi_row_draft *row,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool settled = false;
    cbi_ruling ruling;

    CBI_TRY(judge(sheet, reader, row, NULL, &ruling, err));
    if (row->again && ruling.outcome == CBI_OUTCOME_DEPOSITED && ruling.account.digits[0] != '\0')
        CBI_TRY(take_again(sheet, reader, row, &ruling, &settled, err));
    if (settled)
        goto done;
    if (sheet->judged != NULL && ruling.outcome != CBI_OUTCOME_REJECTED)
        return sheet->judged(sheet->context, reader, row, &ruling, err);
    if (ruling.outcome == CBI_OUTCOME_DEPOSITED)
        return add_new(sheet, row, err);
    if (ruling.outcome == CBI_OUTCOME_CHANGED && sheet->amend)
        CBI_TRY(amend(sheet, reader, row, &ruling, err));
    sheet->unchanged += ruling.outcome == CBI_OUTCOME_UNCHANGED;
    if (!cbi_outcome_refuses(ruling.outcome))
        return CBANK_OK;
    cbi_sheet_name_column(sheet, row->row.number,
                row->holder->document == CBI_DOCUMENT_STUDENT ? CBI_SHEET_STUDENT_NUMBER
                                                              : CBI_SHEET_ID_NUMBER,
                &ruling.why);
    if (ruling.outcome == CBI_OUTCOME_REJECTED)
        return cbi_sheet_reject(sheet, row, &ruling.why, err);
    CBI_TRY(cbi_sheet_report_changed(sheet, row, &ruling.why, err));
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
        return cbi_sheet_reject(sheet, row, &row->why, err);
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
    cbi_grid_step step;

    *wants = false;
    if (sheet->bank != NULL)
        CBI_TRY(cbi_ledger_read_begin(sheet->bank->ledger, &reader, err));
    if (sheet->bank != NULL)
        cbi_recall_turn(sheet->recall, cbi_txn_version(reader.txn));
    do {
        CBI_TRY(cbi_grades_next(sheet->grades, &step, &row, err));
        if (step == CBI_GRID_ROW)
            CBI_TRY(take_row(sheet, &reader, row, err));
    } while ((step == CBI_GRID_ROW || step == CBI_GRID_HEADER) && cbi_job_clock() <= until);
    *wants = step == CBI_GRID_MORE;
    if (step == CBI_GRID_DONE)
        CBI_TRY(cbi_grades_check_column(sheet->grades, sheet->keep_going, err));
    sheet->complete = step == CBI_GRID_DONE;
    if (sheet->complete) {
        sheet->strangers = cbi_tally_strangers(sheet->tally);
        cbi_tally_free(sheet->tally);
        cbi_recall_free(sheet->recall);
        sheet->tally = NULL;
        sheet->recall = NULL;
    }
done:
    cbi_awarder_clear(&sheet->last);
    cbi_ledger_read_end(&reader);
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
