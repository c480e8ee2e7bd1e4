#include "api/job.h"
#include "api/sheet.h"
#include "base/memory.h"
#include "bank/search.h"
#include "exchange/csvwrite.h"
#include "record/code.h"
#include "record/overlay.h"

#include "cbank/api/v1/credit.pb-c.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Entries looked at between two looks at the clock. */
#define LOOK_STEP 512u
/* Findings of the reply; the output has all. */
#define SHOWN_MAX 1000u
#define FIELDS_TEXT_MAX 1024 /* names of all fields */

#define HEADER                                                                                     \
    CBI_CSV_MARK                                                                                   \
        "差异 difference,行 row,机构记录编号 reference,记录编号 id,课程号 code,名称 title,"                \
        "不同的字段 fields\r\n"

#define KIND(NAME) CBANK__API__V1__DIFFERENCE__DIFFERENCE_##NAME

/* The job behind cbank_credit_reconcile_begin. */
typedef enum phase {
    PHASE_READING,
    PHASE_SEARCHING, /* what the file does not have */
    PHASE_OVER,
} phase;

typedef struct shown {
    Cbank__Api__V1__ReconcileFinding message;
    char reference[CBI_REFERENCE_MAX + 1];
    char id[CBI_DISPLAY_ID_MAX];
    const char *fields[CBI_OVERLAY_FIELDS_MAX]; /* that differ */
    size_t field_count;
} shown;

typedef struct reconcile_job {
    cbi_bank *bank;
    cbi_sheet sheet;
    Cbank__Api__V1__CreditReconcileRequest *asked;
    phase phase;
    cbank_buffer held; /* log indices of the records that rows of the file are, u64 each */
    cbi_search search;
    cbank_buffer output;
    bool read; /* the output has been taken */
    shown *shown;
    Cbank__Api__V1__ReconcileFinding **list;
    size_t shown_count;
    Cbank__Api__V1__CreditReconcileReply counts;
} reconcile_job;

/* ---- findings ---------------------------------------------------------------------------- */

/* "amounts grade" */
static void join_fields(const shown *found, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < found->field_count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? " " : "",
                                 found->fields[i]);
}

static cbank_status write_finding(reconcile_job *job, const shown *found,
                                  const Cbank__V1__CreditRecord *record, cbank_error *err)
{
    static const char *const words[] = {"", "缺少 missing", "不同 different", "多出 extra"};
    cbank_status status = CBANK_OK;
    char row[24] = "", fields[FIELDS_TEXT_MAX];

    if (found->message.row != 0)
        snprintf(row, sizeof(row), "%" PRIu64, found->message.row);
    if (job->output.size == 0)
        CBI_TRY(cbi_buffer_append(&job->output, cbi_bytes_of_text(HEADER), err));
    CBI_TRY(
        cbi_csv_write(cbi_bytes_of_text(words[found->message.difference]), ",", &job->output, err));
    CBI_TRY(cbi_csv_write(cbi_bytes_of_text(row), ",", &job->output, err));
    CBI_TRY(cbi_csv_write(cbi_bytes_of_text(found->reference), ",", &job->output, err));
    CBI_TRY(cbi_csv_write(cbi_bytes_of_text(found->id), ",", &job->output, err));
    CBI_TRY(cbi_csv_write(cbi_message_text(record->code), ",", &job->output, err));
    CBI_TRY(cbi_csv_write(cbi_message_text(record->n_title > 0 ? record->title[0]->value : ""),
                          ",", &job->output, err));
    join_fields(found, fields, sizeof(fields));
    CBI_TRY(cbi_csv_write(cbi_bytes_of_text(fields), "\r\n", &job->output, err));
done:
    return status;
}

static cbank_status add_finding(reconcile_job *job, Cbank__Api__V1__Difference difference,
                                uint64_t row, const cbi_holding *holding,
                                const Cbank__V1__CreditRecord *record, cbank_error *err)
{
    shown *found = &job->shown[job->shown_count < SHOWN_MAX ? job->shown_count : SHOWN_MAX];
    cbank_status status = CBANK_OK;

    cbank__api__v1__reconcile_finding__init(&found->message);
    found->message.difference = difference;
    found->message.row = row;
    snprintf(found->reference, sizeof(found->reference), "%s", record->reference);
    found->id[0] = '\0';
    if (holding != NULL)
        cbi_holding_display_id(holding->index, &holding->id, found->id);
    found->message.reference = found->reference;
    found->message.id = found->id;
    found->field_count = 0;
    if (difference == KIND(DIFFERENT))
        CBI_TRY(cbi_overlay_differences(holding->record, record, found->fields,
                                        &found->field_count, err));
    found->message.fields = (char **)(void *)found->fields;
    found->message.n_fields = found->field_count;
    job->counts.missing += difference == KIND(MISSING);
    job->counts.different += difference == KIND(DIFFERENT);
    job->counts.extra += difference == KIND(EXTRA);
    CBI_TRY(write_finding(job, found, record, err));
    if (job->shown_count < SHOWN_MAX) {
        job->list[job->shown_count] = &found->message;
        job->shown_count++;
    }
done:
    return status;
}

/* ---- the file ---------------------------------------------------------------------------- */

static cbank_status take_judged(void *context, cbi_reader *reader, const cbi_row_draft *row,
                                const cbi_ruling *ruling, cbank_error *err)
{
    reconcile_job *job = context;
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    uint8_t index[8];

    if (ruling->outcome == CBI_OUTCOME_DEPOSITED)
        return add_finding(job, KIND(MISSING), row->row.number, NULL, row->record, err);
    cbi_put_u64(index, ruling->index);
    CBI_TRY(cbi_buffer_append(&job->held, cbi_bytes_of(index, sizeof(index)), err));
    if (ruling->outcome == CBI_OUTCOME_UNCHANGED) {
        job->counts.same++;
        return CBANK_OK;
    }
    CBI_TRY(cbi_holding_read(reader->txn, reader->hasher, ruling->index, &holding, err));
    CBI_TRY(add_finding(job, KIND(DIFFERENT), row->row.number, &holding, row->record, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

static int compare_indices(const void *a, const void *b)
{
    return memcmp(a, b, 8); /* big-endian */
}

static cbank_status begin_search(reconcile_job *job, cbank_error *err)
{
    static const Cbank__Api__V1__CreditFilter none = CBANK__API__V1__CREDIT_FILTER__INIT;
    const Cbank__Api__V1__CreditFilter *within =
        job->asked->within != NULL ? job->asked->within : &none;
    const cbi_search_terms terms = {.account = within->account,
                                    .institution = job->asked->institution,
                                    .batch = cbi_message_bytes(within->batch),
                                    .code = within->code,
                                    .offering = within->offering,
                                    .school_year = within->school_year,
                                    .term = within->term};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    if (job->held.size > 0)
        qsort(job->held.data, job->held.size / 8, 8, compare_indices);
    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    CBI_TRY(cbi_search_begin(&reader, &terms, 0, &job->search, err));
    job->phase = PHASE_SEARCHING;
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* ---- the bank ---------------------------------------------------------------------------- */

static bool is_in_file(const reconcile_job *job, uint64_t index)
{
    uint8_t key[8];

    cbi_put_u64(key, index);
    return job->held.size > 0 &&
           bsearch(key, job->held.data, job->held.size / 8, 8, compare_indices) != NULL;
}

static cbank_status look(reconcile_job *job, cbi_reader *reader, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    bool found = false;

    CBI_TRY(cbi_search_next(&job->search, reader, LOOK_STEP, &holding, &found, err));
    if (found && holding.state != CBI_RECORD_REVOKED && holding.state != CBI_RECORD_SUPERSEDED &&
        !is_in_file(job, holding.index))
        CBI_TRY(add_finding(job, KIND(EXTRA), 0, &holding, holding.record, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

static cbank_status search(reconcile_job *job, uint64_t until, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    while (!cbi_search_is_over(&job->search) && cbi_job_clock() <= until)
        CBI_TRY(look(job, &reader, err));
    if (cbi_search_is_over(&job->search))
        job->phase = PHASE_OVER;
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* ---- the job ----------------------------------------------------------------------------- */

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    reconcile_job *job = self;

    return cbi_grades_feed(job->sheet.grades, bytes, err);
}

static cbank_status feed_end(void *self, cbank_error *err)
{
    reconcile_job *job = self;

    return cbi_grades_end(job->sheet.grades, err);
}

static cbank_status step(void *self, uint32_t budget_ms, cbank_job_state *state, cbank_error *err)
{
    reconcile_job *job = self;
    uint64_t until = cbi_job_clock() + budget_ms;
    cbank_status status = CBANK_OK;
    bool wants = false;

    if (job->phase == PHASE_READING) {
        CBI_TRY(cbi_sheet_take_rows(&job->sheet, budget_ms, &wants, err));
        if (job->sheet.complete)
            CBI_TRY(begin_search(job, err));
    } else if (job->phase == PHASE_SEARCHING) {
        CBI_TRY(search(job, until, err));
    }
    if (wants)
        *state = CBANK_JOB_NEEDS_INPUT;
    else if (job->phase != PHASE_OVER)
        *state = CBANK_JOB_MORE;
    else
        *state = !job->read && job->output.size > 0 ? CBANK_JOB_HAS_OUTPUT : CBANK_JOB_DONE;
done:
    return status;
}

static cbank_status read_output(void *self, cbank_buffer *output, cbank_error *err)
{
    reconcile_job *job = self;
    cbank_status status = cbi_buffer_set(output, cbi_bytes_of_buffer(&job->output), err);

    if (status == CBANK_OK)
        job->read = true;
    return status;
}

static void progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const reconcile_job *job = self;
    bool reading = job->phase == PHASE_READING;

    *stage = reading ? "read" : "find";
    *done = reading ? cbi_grades_count(job->sheet.grades).rows : job->search.looked;
    *total = reading ? 0 : job->search.total;
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    reconcile_job *job = self;
    Cbank__Api__V1__CreditReconcileReply answer = job->counts;
    Cbank__Api__V1__CreditImportReply read;

    cbi_sheet_describe(&job->sheet, &read);
    answer.rows = read.rows;
    answer.skipped = read.skipped;
    answer.rejected = read.rejected;
    answer.errors = read.errors;
    answer.n_errors = read.n_errors;
    answer.findings = job->list;
    answer.n_findings = job->shown_count;
    return cbi_face_reply(&answer, reply, err);
}

static void close_job(void *self)
{
    reconcile_job *job = self;

    cbi_search_clear(&job->search);
    cbi_sheet_clear(&job->sheet);
    cbank_buffer_clear(&job->held);
    cbank_buffer_clear(&job->output);
    cbi_free(job->shown);
    cbi_free(job->list);
    cbi_message_free(job->asked);
    cbi_free(job);
}

static const cbi_job_kind reconcile_kind = {.feed = feed,
                                            .feed_end = feed_end,
                                            .step = step,
                                            .read = read_output,
                                            .progress = progress,
                                            .finish = finish,
                                            .close = close_job};

static cbank_status prepare(reconcile_job *job, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    cbank__api__v1__credit_reconcile_reply__init(&job->counts);
    job->sheet = (cbi_sheet){.bank = job->bank,
                             .institution = job->asked->institution,
                             .format = job->asked->sheet,
                             .open_accounts = true, /* a person who is not known is missing too */
                             .keep_going = true,
                             .now = cbi_face_now(),
                             .lang = job->asked->lang,
                             .judged = take_judged,
                             .context = job};
    if (!cbi_institution_code_is_valid(cbi_message_text(job->asked->institution)))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, job->asked->institution, NULL));
    CBI_TRY(cbi_alloc(SHOWN_MAX + 1, sizeof(*job->shown), &job->shown, err));
    CBI_TRY(cbi_alloc(SHOWN_MAX, sizeof(*job->list), &job->list, err));
    CBI_TRY(cbi_sheet_begin(&job->sheet, err));
done:
    return status;
}

cbank_status cbank_credit_reconcile_begin(cbank_bank *bank, const uint8_t *request,
                                          size_t request_size, cbank_job **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    reconcile_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    job->bank = inner;
    CBI_TRY(cbi_face_request(&cbank__api__v1__credit_reconcile_request__descriptor, request,
                             request_size, &job->asked, err));
    CBI_TRY(prepare(job, err));
    status = cbi_job_new(&reconcile_kind, job, bank, out, err);
    job = NULL; /* the job's now, whatever it answered */
done:
    if (job != NULL)
        close_job(job);
    return status;
}
