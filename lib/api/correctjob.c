#include "api/amendrows.h"
#include "api/corrected.h"
#include "api/intakejob.h"
#include "api/job.h"
#include "api/reached.h"
#include "base/memory.h"
#include "bank/chunk.h"
#include "bank/correction.h"
#include "bank/errand.h"
#include "bank/institution.h"
#include "bank/search.h"

#include "cbank/api/v1/credit.pb-c.h"

/* Entries looked at between two looks at the clock. */
#define LOOK_STEP 512u
#define SUPERSEDE CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE

/* The job behind cbank_credit_correct_begin. */
typedef enum phase {
    PHASE_FINDING,
    PHASE_SIGNING,
    PHASE_INTAKE,
    PHASE_OVER,
} phase;

typedef struct correct_job {
    cbi_bank *bank;
    const cbi_private *key;
    Cbank__Api__V1__CreditCorrectRequest *asked;
    cbi_correction correction;
    phase phase;
    cbi_search search;
    size_t next_id;
    cbi_amendrows rows; /* of a spreadsheet */
    cbi_batch_builder batch;
    cbank_buffer touched; /* log indices of the records, 8 bytes each */
    uint64_t passed_over;
    cbank_buffer begin; /* of the batch's file */
    cbi_hash request;
    cbi_deposit_terms terms;
    cbi_intake_run run;
    cbi_deposited *items; /* of an earlier run under the same token; else NULL */
    size_t item_count;
    cbi_hash batch_id;
    cbi_reach reach; /* what stands on the records, as it was before they changed */
} correct_job;

/* ---- finding ----------------------------------------------------------------------------- */

static cbank_status add(correct_job *job, cbi_reader *reader, const cbi_holding *holding,
                        cbank_error *err)
{
    cbi_correction correction = job->correction;
    cbank_status status = CBANK_OK;
    uint8_t index[8];

    if (job->asked->sheet != NULL)
        correction.amendment = job->rows.row.stated;
    CBI_TRY(cbi_correction_add(job->bank, reader, &correction, holding, &job->batch, err));
    cbi_put_u64(index, holding->index);
    CBI_TRY(cbi_buffer_append(&job->touched, cbi_bytes_of(index, sizeof(index)), err));
    if (job->correction.action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REINSTATE)
        goto done;
    CBI_TRY(cbi_reach_leave_out(&job->reach, holding->index, err));
    CBI_TRY(cbi_reach_of_record(reader->txn, reader->hasher, holding->index, &job->reach, err));
done:
    return status;
}

/* What was named must be changed; the first that cannot be stops it all. */
static cbank_status add_named(correct_job *job, cbi_reader *reader, cbank_error *err)
{
    const char *id = job->asked->ids[job->next_id++];
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_find(reader->txn, reader->hasher, id, &holding, err));
    CBI_TRY(add(job, reader, &holding, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

static cbank_status add_found(correct_job *job, cbi_reader *reader, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbank_error why = {0};
    bool found = false;

    CBI_TRY(cbi_search_next(&job->search, reader, LOOK_STEP, &holding, &found, err));
    if (!found)
        goto done;
    status = add(job, reader, &holding, &why);
    if (status == CBANK_E_STATE) {
        job->passed_over++;
        status = CBANK_OK;
    } else if (status != CBANK_OK && err != NULL) {
        *err = why;
    }
done:
    cbi_holding_clear(&holding);
    return status;
}

/* One row of the spreadsheet; `*wants` more of it. */
static cbank_status add_row(correct_job *job, cbi_reader *reader, bool *wants, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbank_error why = {0};
    bool found = false;

    CBI_TRY(cbi_amendrows_next(&job->rows, reader, job->asked->institution, &holding, &found,
                               err));
    *wants = !found && !job->rows.complete;
    if (found && add(job, reader, &holding, &why) != CBANK_OK)
        CBI_TRY(cbi_amendrows_refuse(&job->rows, &why, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

static bool has_all(const correct_job *job)
{
    if (job->asked->sheet != NULL)
        return job->rows.complete;
    return job->asked->find == NULL ? job->next_id == job->asked->n_ids
                                    : cbi_search_is_over(&job->search);
}

/* What the bank answered before under this token. */
static cbank_status find_replay(correct_job *job, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool found = false;

    CBI_TRY(cbi_alloc(CBI_CHUNK_ITEMS_MAX + 1, sizeof(*job->items), &job->items, err));
    CBI_TRY(cbi_chunk_find(job->bank, job->terms.token, &job->request, job->items,
                           CBI_CHUNK_ITEMS_MAX + 1, &job->batch_id, &job->item_count, &found, err));
    if (found)
        job->phase = PHASE_OVER;
done:
    if (status != CBANK_OK || !found) {
        cbi_free(job->items);
        job->items = NULL;
    }
    return status;
}

/* All or nothing: rejected rows stop it, and one that changes nothing is no failure. */
static cbank_status settle(correct_job *job, cbank_error *err)
{
    const cbi_amendrows *rows = &job->rows;
    bool any = job->batch.tree.size > 0;
    cbank_status status = CBANK_OK;

    job->phase = any && rows->rejected == 0 ? PHASE_SIGNING : PHASE_OVER;
    if (!any && job->passed_over == 0 && rows->unchanged == 0 && rows->rejected == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_NOTHING_FOUND, 0, NULL, NULL));
    if (job->asked->sheet != NULL && job->phase == PHASE_SIGNING)
        CBI_TRY(find_replay(job, err));
done:
    return status;
}

static cbank_status find(correct_job *job, uint64_t until, bool *wants, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    while (!has_all(job) && !*wants && cbi_job_clock() <= until) {
        if (job->asked->sheet != NULL)
            CBI_TRY(add_row(job, &reader, wants, err));
        else if (job->asked->find == NULL)
            CBI_TRY(add_named(job, &reader, err));
        else
            CBI_TRY(add_found(job, &reader, err));
    }
    cbi_ledger_read_end(&reader);
    if (has_all(job))
        CBI_TRY(settle(job, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* ---- signing and taking in --------------------------------------------------------------- */

static cbank_status sign(correct_job *job, cbank_error *err)
{
    cbi_batch_terms terms = {.institution = job->asked->institution,
                             .origin = job->bank->config.origin,
                             .at = job->terms.now};
    cbank_status status = CBANK_OK;

    cbi_buffer_rewind(&job->begin);
    CBI_TRY(cbi_signing_number(job->terms.now, &terms.number, err));
    CBI_TRY(cbi_batch_seal(&job->batch, &terms, job->key, &job->begin, err));
    job->phase = PHASE_INTAKE;
done:
    return status;
}

static cbank_status take_in(correct_job *job, cbank_error *err)
{
    const cbi_bulk file = cbi_batch_bulk(&job->batch, &job->begin);
    const cbi_deposit *deposit = &job->run.deposit;
    cbank_status status = CBANK_OK;
    bool again;

    CBI_TRY(cbi_intake_step_drawn(&job->run, job->bank, &file, &job->terms, &again, err));
    if (again)
        job->phase = PHASE_SIGNING;
    if (job->run.phase != CBI_INTAKE_OVER)
        goto done;
    if (deposit->refusal_count > 0)
        CBI_TRY(cbi_deposit_refuse(deposit->refusals[0].item, &deposit->refusals[0].why, err));
    job->phase = PHASE_OVER;
done:
    return status;
}

static cbank_status step(void *self, uint32_t budget_ms, cbank_job_state *state, cbank_error *err)
{
    correct_job *job = self;
    uint64_t until = cbi_job_clock() + budget_ms;
    cbank_status status = CBANK_OK;
    bool wants = false;

    do {
        if (job->phase == PHASE_FINDING)
            CBI_TRY(find(job, until, &wants, err));
        else if (job->phase == PHASE_SIGNING)
            CBI_TRY(sign(job, err));
        else if (job->phase == PHASE_INTAKE)
            CBI_TRY(take_in(job, err));
    } while (!wants && job->phase != PHASE_OVER && cbi_job_clock() < until);
    *state = job->phase == PHASE_OVER ? CBANK_JOB_DONE : CBANK_JOB_MORE;
    if (wants)
        *state = CBANK_JOB_NEEDS_INPUT;
done:
    return status;
}

static void progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const correct_job *job = self;

    if (job->phase == PHASE_INTAKE) {
        cbi_intake_progress(&job->run, stage, done, total);
        return;
    }
    *stage = job->phase == PHASE_FINDING ? "find" : "sign";
    *done = job->asked->find == NULL ? job->next_id : job->search.looked;
    *total = job->asked->find == NULL ? job->asked->n_ids : job->search.total;
    if (job->asked->sheet != NULL) /* how long it is shows at its end */
        *done = job->rows.rows;
}

/* ---- the answer -------------------------------------------------------------------------- */

/* Items of this run, or of the earlier one that its token stands for. */
static const cbi_deposited *items_of(const correct_job *job)
{
    return job->items != NULL ? job->items : job->run.deposit.items;
}

static size_t count_of(const correct_job *job)
{
    size_t items_each = job->correction.action == SUPERSEDE ? 2 : 1;

    if (job->rows.rejected > 0)
        return 0;
    return job->items != NULL ? job->item_count / items_each : job->touched.size / 8;
}

/* Of the n-th record: where it is, and where the one is that has taken its place. */
static void locate(const correct_job *job, size_t n, uint64_t *old, uint64_t *replacement)
{
    const cbi_deposited *items = items_of(job);
    bool amends = job->correction.action == SUPERSEDE;

    *old = job->items != NULL ? items[amends ? 2 * n : n].index
                              : cbi_get_u64(job->touched.data + 8 * n);
    *replacement = amends && !job->run.dry_run ? items[2 * n + 1].index : 0;
}

static cbank_status describe(const correct_job *job, cbi_corrected *out, cbi_reached_list *reached,
                             cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    uint64_t old, replacement;

    CBI_TRY(cbi_corrected_begin(count_of(job), out, err));
    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    for (size_t i = 0; i < count_of(job); i++) {
        locate(job, i, &old, &replacement);
        CBI_TRY(cbi_corrected_add(out, &reader, old, replacement, err));
    }
    CBI_TRY(cbi_reached_describe(&reader, &job->reach, reached, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CreditCorrectReply answer = CBANK__API__V1__CREDIT_CORRECT_REPLY__INIT;
    const correct_job *job = self;
    cbi_corrected corrected = {0};
    cbi_reached_list reached = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(describe(job, &corrected, &reached, err));
    answer.reached = reached.list;
    answer.n_reached = reached.count;
    answer.reach = cbi_reach_total(&job->reach);
    answer.changed = corrected.count;
    answer.passed_over = job->passed_over;
    answer.rows = job->rows.rows;
    answer.unchanged = job->rows.unchanged;
    answer.rejected = job->rows.rejected;
    answer.errors = job->rows.report.errors;
    answer.n_errors = job->rows.report.error_count;
    answer.affected = corrected.list;
    answer.n_affected = corrected.count;
    if (job->items != NULL) {
        answer.batch = cbi_message_data(cbi_bytes_of_hash(&job->batch_id));
    } else if (job->run.phase == CBI_INTAKE_OVER && !job->run.dry_run) {
        answer.batch = cbi_message_data(cbi_bytes_of_hash(&job->run.deposit.id));
        answer.batch_number = job->run.deposit.batch.head.head->number;
    }
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_corrected_clear(&corrected);
    cbi_reached_clear(&reached);
    return status;
}

/* ---- beginning and end ------------------------------------------------------------------- */

static void close_job(void *self)
{
    correct_job *job = self;

    cbi_intake_clear(&job->run);
    cbi_search_clear(&job->search);
    cbi_amendrows_clear(&job->rows);
    cbi_batch_builder_clear(&job->batch);
    cbank_buffer_clear(&job->touched);
    cbi_reach_clear(&job->reach);
    cbank_buffer_clear(&job->begin);
    cbi_free(job->items);
    cbi_message_free(job->asked);
    cbi_free(job);
}

static const cbi_job_kind correct_kind = {
    .step = step, .progress = progress, .finish = finish, .close = close_job};

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    correct_job *job = self;

    return cbi_amendrows_feed(&job->rows, bytes, err);
}

/* The file is part of what was asked. */
static cbank_status feed_end(void *self, cbank_error *err)
{
    correct_job *job = self;
    cbi_bytes said[2];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_amendrows_end(&job->rows, err));
    said[0] = cbi_bytes_of_hash(&job->request);
    said[1] = cbi_bytes_of_hash(&job->rows.note.digest);
    CBI_TRY(cbi_errand_digest(job->bank, said, 2, &job->request, err));
done:
    return status;
}

static const cbi_job_kind amend_kind = {.feed = feed,
                                        .feed_end = feed_end,
                                        .step = step,
                                        .progress = progress,
                                        .finish = finish,
                                        .close = close_job};

static cbank_status check_which(const Cbank__Api__V1__CreditCorrectRequest *asked,
                                cbank_error *err)
{
    const Cbank__Api__V1__CreditFilter *find = asked->find;

    if (find != NULL && cbank__api__v1__credit_filter__get_packed_size(find) == 0)
        return cbi_fail(err, CBI_REASON_FILTER_EMPTY, 0, "find", NULL);
    if (asked->sheet != NULL) {
        if (find != NULL || asked->n_ids > 0 || asked->amendment != NULL ||
            asked->action != SUPERSEDE)
            return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "sheet", NULL);
        return CBANK_OK;
    }
    if ((find == NULL) == (asked->n_ids == 0))
        return cbi_fail(err, CBI_REASON_FILTER_EMPTY, 0, "ids", NULL);
    return cbi_face_check_list("ids", asked->n_ids, CBI_BATCH_RECORDS_MAX, err);
}

static cbank_status begin_search(correct_job *job, cbi_reader *reader, cbank_error *err)
{
    const Cbank__Api__V1__CreditFilter *find = job->asked->find;
    cbi_search_terms terms;

    if (find == NULL || job->phase == PHASE_OVER)
        return CBANK_OK;
    terms = (cbi_search_terms){.account = find->account,
                               .institution = job->asked->institution,
                               .batch = cbi_message_bytes(find->batch),
                               .code = find->code,
                               .offering = find->offering,
                               .school_year = find->school_year,
                               .term = find->term};
    return cbi_search_begin(reader, &terms, 0, &job->search, err);
}

static cbank_status prepare(correct_job *job, cbi_bytes request, cbank_error *err)
{
    cbi_bytes said[] = {cbi_bytes_of_text("correct"), request};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(check_which(job->asked, err));
    CBI_TRY(cbi_errand_check_reason(job->asked->reason, err));
    if (job->asked->sheet != NULL)
        CBI_TRY(cbi_amendrows_begin(job->asked->sheet, job->asked->lang, job->bank->config.suite,
                                    &job->rows, err));
    else
        CBI_TRY(cbi_correction_check(&job->correction, err));
    if (cbi_private_is_detached(job->key))
        CBI_TRY(cbi_fail(err, CBI_REASON_KEY_DETACHED, 0, "signature", NULL));
    CBI_TRY(cbi_errand_check_token(job->terms.token, err));
    CBI_TRY(cbi_errand_digest(job->bank, said, 2, &job->request, err));
    CBI_TRY(cbi_batch_begin(job->bank->config.suite, &job->batch, err));
    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    CBI_TRY(cbi_institution_check_key(job->bank, reader.txn, job->asked->institution,
                                      cbi_private_public(job->key), err));
    cbi_ledger_read_end(&reader);
    if (job->asked->sheet == NULL)
        CBI_TRY(find_replay(job, err));
    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    CBI_TRY(begin_search(job, &reader, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbank_credit_correct_begin(cbank_bank *bank, const cbank_key *key,
                                        const uint8_t *request, size_t request_size,
                                        cbank_job **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    correct_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && key != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    job->bank = inner;
    job->key = key->inner;
    CBI_TRY(cbi_face_request(&cbank__api__v1__credit_correct_request__descriptor, request,
                             request_size, &job->asked, err));
    job->correction = (cbi_correction){.institution = job->asked->institution,
                                       .action = job->asked->action,
                                       .amendment = job->asked->amendment,
                                       .reason = job->asked->reason,
                                       .document = job->asked->document,
                                       .now = cbi_face_now()};
    job->terms = (cbi_deposit_terms){.imported = true,
                                     .now = cbi_face_now(),
                                     .token = cbi_message_bytes(job->asked->token),
                                     .request = &job->request};
    job->run.dry_run = job->asked->dry_run;
    CBI_TRY(prepare(job, cbi_bytes_of(request, request_size), err));
    status = cbi_job_new(job->asked->sheet == NULL ? &correct_kind : &amend_kind, job, bank, out,
                         err);
    job = NULL; /* the job's now, whatever it answered */
done:
    if (job != NULL)
        close_job(job);
    return status;
}
