#include "api/feednote.h"
#include "api/intakejob.h"
#include "api/job.h"
#include "api/rowreport.h"
#include "base/memory.h"
#include "bank/errand.h"

/* The job behind cbank_credit_deposit_begin. */
typedef struct deposit_job {
    cbi_bank *bank;
    Cbank__Api__V1__CreditDepositRequest *asked;
    cbi_deposit_terms terms;
    cbi_spool *file;
    cbi_feednote note;
    bool complete;
    cbi_intake_run run;
} deposit_job;

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    deposit_job *job = self;
    cbank_status status = CBANK_OK;

    if (bytes.size > CBI_BATCH_FILE_MAX - cbi_spool_size(job->file))
        CBI_TRY(cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_BATCH_FILE_MAX, "batch", NULL));
    CBI_TRY(cbi_feednote_add(&job->note, bytes, err));
    CBI_TRY(cbi_spool_append(job->file, bytes, err));
done:
    return status;
}

static cbank_status feed_end(void *self, cbank_error *err)
{
    deposit_job *job = self;
    cbank_status status = cbi_feednote_end(&job->note, err);

    job->complete = status == CBANK_OK;
    return status;
}

static cbank_status step(void *self, uint32_t budget_ms, cbank_job_state *state, cbank_error *err)
{
    deposit_job *job = self;
    const cbi_bulk file = cbi_bulk_of_spool(job->file);
    uint64_t until = cbi_job_clock() + budget_ms;
    cbank_status status = CBANK_OK;

    if (!job->complete) {
        *state = CBANK_JOB_NEEDS_INPUT;
        return CBANK_OK;
    }
    do {
        CBI_TRY(cbi_intake_step(&job->run, job->bank, &file, &job->terms, err));
    } while (job->run.phase != CBI_INTAKE_OVER && cbi_job_clock() < until);
    *state = job->run.phase == CBI_INTAKE_OVER ? CBANK_JOB_DONE : CBANK_JOB_MORE;
done:
    return status;
}

static void progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const deposit_job *job = self;

    cbi_intake_progress(&job->run, stage, done, total);
}

/*
 * What became of each item, or would have: nothing is deposited where refusals stopped it. What an
 * earlier run has decided is unchanged now, or refused as it was then.
 */
static void count_items(const deposit_job *job, Cbank__Api__V1__CreditDepositReply *out)
{
    const cbi_deposit *deposit = &job->run.deposit;
    bool stopped = job->run.dry_run ? deposit->rejected > 0 && !job->terms.keep_going
                                    : deposit->intake.received_at == 0;

    out->unchanged = (uint64_t)deposit->earlier.taken + deposit->earlier.unchanged;
    out->rejected = deposit->earlier.refused;
    for (uint64_t i = deposit->earlier.next; i < deposit->batch.head.head->count; i++) {
        switch (deposit->items[i].outcome) {
        case CBI_OUTCOME_DEPOSITED:
            out->deposited += !stopped && !deposit->items[i].change;
            out->changes += !stopped && deposit->items[i].change;
            break;
        case CBI_OUTCOME_UNCHANGED:
            out->unchanged++;
            break;
        default:
            out->rejected++;
        }
    }
    out->accounts_opened = deposit->accounts_opened;
    if (job->run.dry_run && !stopped)
        out->accounts_opened = deposit->strangers;
}

static cbank_status report(const cbi_deposit *deposit, cbi_rowreport *rows, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < deposit->refusal_count; i++) {
        const struct cbi_refusal *refusal = &deposit->refusals[i];

        CBI_TRY(cbi_rowreport_add(
            rows, (cbi_rowplace){refusal->item + 1, "reference", refusal->reference},
            (Cbank__Api__V1__OutcomeKind)refusal->outcome, &refusal->why, err));
    }
done:
    return status;
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    deposit_job *job = self;
    cbi_deposit *deposit = &job->run.deposit;
    const Cbank__V1__BatchHead *head = deposit->batch.head.head;
    Cbank__Api__V1__CreditDepositReply answer = CBANK__API__V1__CREDIT_DEPOSIT_REPLY__INIT;
    cbi_rowreport rows = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_rowreport_begin(job->asked->lang, &rows, err));
    CBI_TRY(report(deposit, &rows, err));
    answer.institution = head->institution;
    answer.batch = cbi_message_data(cbi_bytes_of_hash(&deposit->batch.head.id));
    answer.batch_number = head->number;
    answer.records = head->count;
    count_items(job, &answer);
    answer.errors = rows.errors;
    answer.n_errors = rows.error_count;
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_rowreport_clear(&rows);
    return status;
}

static void close_job(void *self)
{
    deposit_job *job = self;

    cbi_intake_clear(&job->run);
    cbi_spool_free(job->file);
    cbi_feednote_clear(&job->note);
    cbi_message_free(job->asked);
    cbi_free(job);
}

static const cbi_job_kind deposit_kind = {.feed = feed,
                                          .feed_end = feed_end,
                                          .step = step,
                                          .progress = progress,
                                          .finish = finish,
                                          .close = close_job};

cbank_status cbank_credit_deposit_begin(cbank_bank *bank, const uint8_t *request,
                                        size_t request_size, cbank_job **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    deposit_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__credit_deposit_request__descriptor, request,
                             request_size, &job->asked, err));
    CBI_TRY(cbi_errand_check_token(cbi_message_bytes(job->asked->token), err));
    CBI_TRY(cbi_spool_new(inner->config.suite, &job->file, err));
    CBI_TRY(cbi_feednote_begin(inner->config.suite, job->asked->file_name, job->asked->actor,
                               &job->note, err));
    job->bank = inner;
    job->terms = (cbi_deposit_terms){.open_accounts = job->asked->open_accounts,
                                     .keep_going = job->asked->keep_going,
                                     .now = cbi_face_now(),
                                     .token = cbi_message_bytes(job->asked->token),
                                     .source = &job->note.source};
    job->run.dry_run = job->asked->dry_run;
    status = cbi_job_new(&deposit_kind, job, bank, out, err);
    job = NULL; /* the job's now, whatever it answered */
done:
    if (job != NULL)
        close_job(job);
    return status;
}
