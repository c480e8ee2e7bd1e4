#include "api/rosterjob_part.h"

#include <stdio.h>
#include <string.h>

#include "api/job.h"
#include "exchange/csvwrite.h"
#include "exchange/errorfile.h"

/* ---- what is said of rows ---------------------------------------------------------------- */

static cbank_status reject(cbi_roster_job *job, const cbi_roster_row *row, const cbank_error *why,
                           cbank_error *err)
{
    const Cbank__Api__V1__OutcomeKind rejected =
        CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_REJECTED;
    cbank_status status = CBANK_OK;
    char value[CBI_MASK_SIZE];
    size_t count;
    const cbi_bytes *columns = cbi_roster_columns(job->roster, &count);

    cbi_buffer_rewind(&job->line);
    if (cbi_spool_size(job->errors) == 0)
        CBI_TRY(cbi_errorfile_begin(columns, count, &job->line, err));
    cbi_roster_show(job->roster, why->object, value);
    CBI_TRY(cbi_errorfile_row(columns, count, &row->row, why, value, job->asked->lang, &job->line,
                              err));
    CBI_TRY(cbi_spool_append(job->errors, cbi_bytes_of_buffer(&job->line), err));
    CBI_TRY(cbi_rowreport_add(&job->report, (cbi_rowplace){row->row.number, why->object, value},
                              rejected, why, err));
done:
    return status;
}

void cbi_roster_name_column(const cbi_roster_job *job, uint64_t row, cbank_error *why)
{
    cbi_sheet_id id = why->reason == (int32_t)CBI_REASON_PERSON_CONFLICT ? CBI_SHEET_NAME
                      : why->reason == (int32_t)CBI_REASON_STUDENT_TAKEN ||
                              why->reason == (int32_t)CBI_REASON_STUDENT_AMBIGUOUS
                          ? CBI_SHEET_STUDENT_NUMBER
                          : CBI_SHEET_ID_NUMBER;

    why->where = row;
    why->object[0] = '\0';
    cbi_error_name(why, cbi_roster_source(job->roster, id));
}

cbank_status cbi_roster_add_account(cbi_roster_job *job, uint64_t row,
                                    const Cbank__Api__V1__Person *person, const char *account,
                                    const char *outcome, cbank_error *err)
{
    const Cbank__Api__V1__PersonDocument *last = person->documents[person->n_documents - 1];
    bool student = strncmp(last->type, "student/", 8) == 0;
    cbank_status status = CBANK_OK;
    char masked[CBI_NUMBER_MAX + 1] = "", number[24];
    const char *cells[] = {
        number, person->names[0]->value, student ? last->number : "", masked, account, outcome};

    cbi_buffer_rewind(&job->line);
    if (cbi_spool_size(job->accounts) == 0)
        CBI_TRY(cbi_buffer_append(
            &job->line,
            cbi_bytes_of_text(CBI_CSV_MARK "行 row,姓名 name,学号 student_number,"
                                           "证件号码 id_number,学习账号 account,结果 outcome\r\n"),
            err));
    if (!student || person->n_documents > 1)
        cbi_identity_mask(person->documents[0]->number, masked);
    snprintf(number, sizeof(number), "%llu", (unsigned long long)row);
    for (size_t i = 0; i < 6; i++)
        CBI_TRY(cbi_csv_write(cbi_bytes_of_text(cells[i]), i < 5 ? "," : "\r\n", &job->line, err));
    CBI_TRY(cbi_spool_append(job->accounts, cbi_bytes_of_buffer(&job->line), err));
done:
    return status;
}

/* ---- reading ----------------------------------------------------------------------------- */

/* Whoever stands in the file twice must be the same person both times. */
static cbank_status judge_among(cbi_roster_job *job, const cbi_roster_row *row,
                                const cbi_person *person, bool *again, cbank_error *why,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t first;
    bool same;

    *again = false;
    for (size_t i = 0; i < person->document_count && why->reason == 0; i++) {
        const cbi_identity *document = &person->documents[i];
        bool student = document->document == CBI_DOCUMENT_STUDENT && i > 0;

        CBI_TRY(cbi_seen_add(
            student ? job->students : job->documents, cbi_bytes_of_text(document->number),
            cbi_bytes_of_text(student ? person->documents[0].number : person->name),
            row->row.number, &first, &same, err));
        if (first != 0 && !same)
            (void)cbi_fail(why, CBI_REASON_ROSTER_TWICE, first,
                           cbi_roster_source(job->roster, student ? CBI_SHEET_STUDENT_NUMBER
                                                                  : CBI_SHEET_ID_NUMBER),
                           NULL);
        *again = *again || (first != 0 && i == 0);
    }
done:
    return status;
}

static cbank_status wait_for(cbi_roster_job *job, uint64_t row, const cbi_person *person,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t head[8];

    cbi_put_u32(head, (uint32_t)row);
    cbi_put_u32(head + 4, (uint32_t)person->bytes.size);
    CBI_TRY(cbi_spool_append(job->waiting, cbi_bytes_of(head, sizeof(head)), err));
    CBI_TRY(cbi_spool_append(job->waiting, cbi_bytes_of_buffer(&person->bytes), err));
    job->waiting_count++;
done:
    return status;
}

static cbank_status conflict(cbi_roster_job *job, const cbi_roster_row *row, cbank_error *why,
                             cbank_error *err)
{
    job->counts.conflicts++;
    if (why->reason != (int32_t)CBI_REASON_ROSTER_TWICE)
        cbi_roster_name_column(job, row->row.number, why);
    return reject(job, row, why, err);
}

static cbank_status judge(cbi_roster_job *job, cbi_reader *reader, const cbi_roster_row *row,
                          const cbi_person *person, cbank_error *err)
{
    cbi_roll_result result = {0};
    cbank_error why = {0};
    cbank_status status = CBANK_OK;
    bool again;

    CBI_TRY(judge_among(job, row, person, &again, &why, err));
    if (why.reason == 0)
        CBI_TRY(cbi_roll_judge(job->bank, reader->txn, person, &result, err));
    if (result.outcome == CBI_ROLL_CONFLICT)
        why = result.why;
    if (why.reason != 0) {
        CBI_TRY(conflict(job, row, &why, err));
        goto done;
    }
    if (result.outcome == CBI_ROLL_KNOWN || again)
        job->counts.known++;
    else
        job->counts.opened++;
    job->counts.linked += result.linked;
    if (result.outcome == CBI_ROLL_OPENED || result.linked)
        CBI_TRY(wait_for(job, row->row.number, person, err));
    else
        CBI_TRY(cbi_roster_add_account(job, row->row.number, row->person, result.account.digits,
                                       "known", err));
done:
    return status;
}

static cbank_status take_row(cbi_roster_job *job, cbi_reader *reader, const cbi_roster_row *row,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_person person = {0};
    cbank_error why;

    if (row->row_class == CBI_ROW_REJECTED) {
        job->counts.rejected++;
        return reject(job, row, &row->why, err);
    }
    if (row->doubtful && cbi_roster_damage(job->roster)->ruined > 0) {
        job->counts.rejected++;
        (void)cbi_fail(&why, CBI_REASON_NUMBER_DOUBTFUL, row->row.number,
                       cbi_roster_source(job->roster, CBI_SHEET_ID_NUMBER), NULL);
        return reject(job, row, &why, err);
    }
    job->counts.converted += row->converted;
    CBI_TRY(cbi_person_take(row->person, &person, err));
    CBI_TRY(judge(job, reader, row, &person, err));
done:
    cbi_person_clear(&person);
    return status;
}

cbank_status cbi_roster_read_rows(cbi_roster_job *job, uint64_t until, bool *wants,
                                  cbank_error *err)
{
    const cbi_roster_row *row = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_grid_step step;

    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    do {
        CBI_TRY(cbi_roster_next(job->roster, &step, &row, err));
        if (step == CBI_GRID_ROW)
            CBI_TRY(take_row(job, &reader, row, err));
    } while ((step == CBI_GRID_ROW || step == CBI_GRID_HEADER) && cbi_job_clock() <= until);
    *wants = step == CBI_GRID_MORE;
    if (step != CBI_GRID_DONE)
        goto done;
    CBI_TRY(cbi_roster_check_column(job->roster, err));
    job->phase = job->asked->dry_run ? CBI_ROSTER_OVER : CBI_ROSTER_WRITING;
done:
    cbi_ledger_read_end(&reader);
    return status;
}
