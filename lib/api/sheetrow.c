#include "api/sheetrow.h"

#include "api/reattempt.h"
#include "api/sheetreport.h"
#include "base/memory.h"
#include "bank/capacity.h"

#include <string.h>

/* ---- ruling ------------------------------------------------------------------------------ */

cbank_status cbi_sheet_judge_begin(const cbi_sheet *sheet, cbi_sheet_judge *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(sheet->options.suite, &out->hasher, err));
    if (sheet->bank == NULL)
        goto done;
    CBI_TRY(cbi_ledger_read_begin(sheet->bank->ledger, &out->reader, err));
    out->recall = cbi_recall_look(sheet->bank, out->reader.txn);
done:
    return status;
}

void cbi_sheet_judge_end(cbi_sheet_judge *judge)
{
    cbi_awarder_clear(&judge->last);
    cbi_ledger_read_end(&judge->reader);
    cbi_hasher_free(judge->hasher);
}

void cbi_sheet_finding_clear(cbi_sheet_finding *finding)
{
    cbi_person_clear(&finding->person);
    cbi_signing_record_clear(&finding->made);
    cbi_wipe(finding, sizeof(*finding));
}

/*
 * What a record says of who signs it, where that is not the one that awards. With a bank at hand
 * the grant is looked up, and a row that no grant covers is rejected.
 */
static cbank_status name_grant(const cbi_sheet *sheet, cbi_txn *txn, cbi_sheet_finding *out,
                               cbank_error *err)
{
    const char *awarder = cbi_sheet_awarder(sheet);
    Cbank__V1__CreditRecord *record = &out->record;
    cbi_ruling *ruling = &out->ruling;
    cbank_status status = CBANK_OK;

    out->grant = sheet->grant;
    if (strcmp(awarder, sheet->institution) == 0)
        return CBANK_OK;
    if (sheet->bank != NULL)
        status = cbi_capacity_find(txn, sheet->institution, awarder, record->type,
                                   record->supersedes.len > 0, sheet->now, &out->grant,
                                   &ruling->why);
    record->deposited_by = cbi_message_string(sheet->institution);
    record->delegation = cbi_message_data(cbi_bytes_of_hash(&out->grant));
    if (status == CBANK_E_DENIED || status == CBANK_E_NOT_FOUND) {
        ruling->outcome = CBI_OUTCOME_REJECTED;
        return CBANK_OK;
    }
    if (status != CBANK_OK && err != NULL)
        *err = ruling->why;
    return status;
}

/* Rules on a row as on an item of a batch; `old` is the record that it amends, or NULL. */
static cbank_status rule(const cbi_sheet *sheet, cbi_sheet_judge *judge, const cbi_row_draft *row,
                         const cbi_holding *old, cbi_sheet_finding *out, cbank_error *err)
{
    cbi_claim *claim = &out->claim;
    cbank_status status;

    cbi_person_clear(&out->person);
    out->row = row;
    out->record = *row->record;
    out->ruling = (cbi_ruling){.outcome = CBI_OUTCOME_DEPOSITED};
    *claim = (cbi_claim){.institution = sheet->institution,
                         .awarder = cbi_sheet_awarder(sheet),
                         .now = sheet->now,
                         .record = &out->record,
                         .reference = out->record.reference,
                         .person = &out->person,
                         .last = &judge->last};
    if (old != NULL) {
        claim->superseded = &old->id;
        out->record.revision = old->record->revision + 1;
        out->record.supersedes = cbi_message_data(cbi_bytes_of_hash(&old->id));
    }
    status = cbi_person_claimed(row->holder, row->name, &out->person, &claim->unfit);
    out->person.on = cbi_claim_day(&out->record);
    if (status != CBANK_OK && status != CBANK_E_INVALID) {
        if (err != NULL)
            *err = claim->unfit;
        CBI_TRY(status);
    }
    cbi_claim_recall(claim, sheet->bank != NULL ? &judge->recall : NULL);
    CBI_TRY(name_grant(sheet, judge->reader.txn, out, err));
    if (out->ruling.outcome == CBI_OUTCOME_REJECTED) {
        /* nobody may sign it */
    } else if (sheet->bank != NULL) {
        CBI_TRY(cbi_claim_judge(sheet->bank, judge->reader.txn, judge->hasher, claim,
                                sheet->open_accounts, &out->ruling, err));
    } else if (claim->unfit.reason != 0) {
        out->ruling.outcome = CBI_OUTCOME_REJECTED;
        out->ruling.why = claim->unfit;
    }
done:
    return status;
}

static cbi_signing_holder holder_of(const cbi_row_draft *row)
{
    return (cbi_signing_holder){
        .type = row->holder->type, .number = row->holder->number, .name = row->name};
}

/* The record as it would be signed; that it cannot be is told when it is to be. */
static void make(const cbi_sheet *sheet, const cbi_sheet_judge *judge,
                 cbi_sheet_finding *finding)
{
    const cbi_row_draft *row = finding->row;
    const cbi_signing_holder holder = holder_of(row);
    cbank_error *err = &finding->failure;
    cbank_status status = CBANK_OK;

    finding->entry.kept = false;
    CBI_TRY(cbi_signing_make_record(judge->hasher, sheet->institution, row->record, &holder, 1,
                                    NULL, &finding->grant, &finding->made, err));
    if (judge->keeps)
        CBI_TRY(cbi_docket_prepare(sheet->bank, &finding->claim, &finding->ruling, &holder,
                                   &finding->made, &finding->entry, err));
done:
    finding->failed = status;
}

cbank_status cbi_sheet_rule(const cbi_sheet *sheet, cbi_sheet_judge *judge,
                            const cbi_row_draft *row, cbi_sheet_finding *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(rule(sheet, judge, row, NULL, out, err));
    if (out->ruling.outcome == CBI_OUTCOME_DEPOSITED && sheet->judged == NULL)
        make(sheet, judge, out);
done:
    return status;
}

/* ---- settling ---------------------------------------------------------------------------- */

/* Which row the next item of the batch is of. */
static cbank_status note_row(cbi_sheet *sheet, const cbi_row_draft *row, cbank_error *err)
{
    uint8_t number[4];

    cbi_put_u32(number, (uint32_t)row->row.number);
    return cbi_buffer_append(&sheet->rows, cbi_bytes_of(number, sizeof(number)), err);
}

static cbank_status settle_ruling(cbi_sheet *sheet, cbi_sheet_judge *judge,
                                  cbi_sheet_finding *finding, cbank_error *err)
{
    return cbi_tally_add(sheet->tally, judge->reader.txn, judge->hasher,
                         finding->row->row.number - 1, &finding->claim, &finding->ruling, err);
}

static cbank_status add_new(cbi_sheet *sheet, cbi_sheet_finding *finding, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (finding->failed != CBANK_OK && err != NULL)
        *err = finding->failure;
    CBI_TRY(finding->failed);
    CBI_TRY(cbi_batch_add_part(&sheet->batch, &finding->made.part, err));
    CBI_TRY(cbi_docket_add(&sheet->docket, &finding->claim, &finding->ruling, &finding->made,
                           &finding->entry, err));
    CBI_TRY(note_row(sheet, finding->row, err));
    CBI_TRY(cbi_totals_add_record(&sheet->totals, finding->row->record, err));
    sheet->added++;
done:
    return status;
}

/* Something that the bank holds is to change: the batch will be ruled on as a whole. */
static cbank_status add_change(cbi_sheet *sheet, cbi_signing_subject subject,
                               Cbank__V1__ChangeAction action, const char *reason,
                               const cbi_row_draft *row, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    cbi_docket_drop(&sheet->docket);
    CBI_TRY(cbi_signing_add_change(&sheet->batch, subject, action, reason, "", err));
    CBI_TRY(note_row(sheet, row, err));
done:
    return status;
}

/* A changed row that is to become an amendment; the ruling then says whether it may. */
static cbank_status amend(cbi_sheet *sheet, cbi_sheet_judge *judge, cbi_sheet_finding *finding,
                          cbank_error *err)
{
    const Cbank__V1__ChangeAction action = CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE;
    const cbi_row_draft *row = finding->row;
    const cbi_signing_holder holder = holder_of(row);
    cbi_ruling *ruling = &finding->ruling;
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_read(judge->reader.txn, judge->hasher, ruling->index, &holding, err));
    if (cbi_record_state_step(&holding.state, action, &ruling->why) != CBANK_OK) {
        ruling->outcome = CBI_OUTCOME_REJECTED;
        goto done;
    }
    CBI_TRY(rule(sheet, judge, row, &holding, finding, err));
    CBI_TRY(settle_ruling(sheet, judge, finding, err));
    if (ruling->outcome != CBI_OUTCOME_DEPOSITED)
        goto done;
    CBI_TRY(add_change(sheet, cbi_signing_subject_of(sheet->institution, &holding), action,
                       "corrected", row, err));
    CBI_TRY(cbi_signing_add_record(&sheet->batch, sheet->institution, row->record, &holder,
                                   holding.record->revision + 1, &holding.id, &finding->grant,
                                   err));
    CBI_TRY(note_row(sheet, row, err));
    sheet->changed++;
done:
    cbi_holding_clear(&holding);
    return status;
}

/* The attempts that this one takes the place of are revoked with it. */
static cbank_status replace(cbi_sheet *sheet, cbi_sheet_finding *finding,
                            const cbi_reattempt *others, cbank_error *err)
{
    const char *awarder = cbi_sheet_awarder(sheet);
    bool own = strcmp(awarder, sheet->institution) == 0;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < others->count; i++) {
        const cbi_signing_subject subject = {.id = &others->held[i].id,
                                             .reference = others->held[i].reference,
                                             .awarder = own ? "" : awarder};

        CBI_TRY(add_change(sheet, subject, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE,
                           "retaken", finding->row, err));
    }
    CBI_TRY(add_new(sheet, finding, err));
done:
    return status;
}

/*
 * A makeup or retake of what the bank holds from an earlier file counts once too: it yields, or
 * takes the place of the other, which has to be asked for. `*settled` says that nothing is left.
 */
static cbank_status take_again(cbi_sheet *sheet, cbi_sheet_judge *judge,
                               cbi_sheet_finding *finding, bool *settled, cbank_error *err)
{
    const char *column = cbi_grades_source(sheet->grades, CBI_SHEET_CODE);
    const struct cbi_reattempt_held *prevailing;
    cbi_reattempt others;
    cbank_status status = CBANK_OK;
    cbank_error why = {0};

    CBI_TRY(cbi_reattempt_find(&judge->reader, finding->ruling.account.digits,
                               cbi_sheet_awarder(sheet), cbi_grades_profile(sheet->grades),
                               finding->row->record, &others, err));
    prevailing = cbi_reattempt_prevailing(&others);
    *settled = prevailing != NULL || (others.count > 0 && sheet->judged == NULL);
    if (prevailing != NULL) {
        (void)cbi_fail(&why, CBI_REASON_NOT_COUNTED_HELD, 0, column, "%s", prevailing->display);
        cbi_rowreport_skip(&sheet->report, &why);
        sheet->yielded++;
    } else if (*settled && sheet->amend) {
        CBI_TRY(replace(sheet, finding, &others, err));
    } else if (*settled) {
        (void)cbi_fail(&why, CBI_REASON_ATTEMPT_REPLACES, 0, column, "%s", others.held[0].display);
        CBI_TRY(cbi_sheet_report_changed(sheet, finding->row, &why, err));
    }
done:
    return status;
}

/* Tells why the row did not become an item. */
static cbank_status report_refused(cbi_sheet *sheet, const cbi_row_draft *row, cbi_ruling *ruling,
                                   cbank_error *err)
{
    const cbi_sheet_id who = row->holder->document == CBI_DOCUMENT_STUDENT
                                 ? CBI_SHEET_STUDENT_NUMBER
                                 : CBI_SHEET_ID_NUMBER;

    cbi_sheet_name_column(sheet, row->row.number, who, &ruling->why);
    if (ruling->outcome == CBI_OUTCOME_REJECTED)
        return cbi_sheet_reject(sheet, row, &ruling->why, err);
    return cbi_sheet_report_changed(sheet, row, &ruling->why, err);
}

static cbank_status settle_ready(cbi_sheet *sheet, cbi_sheet_judge *judge,
                                 cbi_sheet_finding *finding, cbank_error *err)
{
    const cbi_row_draft *row = finding->row;
    cbi_ruling *ruling = &finding->ruling;
    cbank_status status = CBANK_OK;
    bool settled = false;

    CBI_TRY(settle_ruling(sheet, judge, finding, err));
    if (row->again && ruling->outcome == CBI_OUTCOME_DEPOSITED &&
        ruling->account.digits[0] != '\0')
        CBI_TRY(take_again(sheet, judge, finding, &settled, err));
    if (settled)
        goto done;
    if (sheet->judged != NULL && ruling->outcome != CBI_OUTCOME_REJECTED)
        return sheet->judged(sheet->context, &judge->reader, row, ruling, err);
    if (ruling->outcome == CBI_OUTCOME_DEPOSITED)
        return add_new(sheet, finding, err);
    if (ruling->outcome == CBI_OUTCOME_CHANGED && sheet->amend)
        CBI_TRY(amend(sheet, judge, finding, err));
    sheet->unchanged += ruling->outcome == CBI_OUTCOME_UNCHANGED;
    if (cbi_outcome_refuses(ruling->outcome))
        CBI_TRY(report_refused(sheet, row, ruling, err));
done:
    return status;
}

cbank_status cbi_sheet_settle(cbi_sheet *sheet, cbi_sheet_judge *judge, const cbi_row_draft *row,
                              cbi_sheet_finding *finding, cbank_error *err)
{
    switch (row->row_class) {
    case CBI_ROW_READY:
        return settle_ready(sheet, judge, finding, err);
    case CBI_ROW_SKIPPED:
        cbi_rowreport_skip(&sheet->report, &row->why);
        return CBANK_OK;
    case CBI_ROW_REJECTED:
        return cbi_sheet_reject(sheet, row, &row->why, err);
    }
    return CBANK_OK;
}
