#include "api/feednote.h"
#include "api/intakejob.h"
#include "api/job.h"
#include "api/sheet.h"
#include "base/memory.h"
#include "bank/errand.h"
#include "proof/checkpoint.h"
#include "record/code.h"
#include "wire/artefact.h"
#include "wire/message.h"

#include "cbank/v1/envelope.pb-c.h"

/* The jobs behind cbank_credit_import_begin and cbank_credit_sign_begin. */
typedef enum phase {
    PHASE_READING,
    PHASE_SIGNING,
    PHASE_INTAKE, /* import only */
    PHASE_OVER,
} phase;

typedef struct import_job {
    cbi_sheet sheet;
    Cbank__Api__V1__CreditImportRequest *import; /* one of the two */
    Cbank__Api__V1__CreditSignRequest *sign;
    phase phase;
    bool ended;        /* no more input */
    bool keep_going;
    bool dry_run;
    int64_t now;
    cbank_buffer begin; /* of the batch's file; the sheet has the rest */
    cbi_deposit_terms terms;
    cbi_feednote note; /* of an import */
    cbi_intake_run run;
    uint64_t read; /* bytes of the output that have been taken */
} import_job;

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    import_job *job = self;
    cbank_status status = CBANK_OK;

    if (job->import != NULL)
        CBI_TRY(cbi_feednote_add(&job->note, bytes, err));
    CBI_TRY(cbi_grades_feed(job->sheet.grades, bytes, err));
done:
    return status;
}

static cbank_status feed_end(void *self, cbank_error *err)
{
    import_job *job = self;
    cbank_status status = CBANK_OK;

    if (job->import != NULL)
        CBI_TRY(cbi_feednote_end(&job->note, err));
    CBI_TRY(cbi_grades_end(job->sheet.grades, err));
    job->ended = true;
done:
    return status;
}

static cbi_bulk batch_of(const import_job *job)
{
    return cbi_batch_bulk(&job->sheet.batch, &job->begin);
}

/* Import has an error file, sign has the batch, if it came to that. */
static cbi_bulk output_of(const import_job *job)
{
    if (job->sign == NULL)
        return cbi_bulk_of_spool(job->sheet.errors);
    return job->begin.size > 0 ? batch_of(job) : cbi_bulk_of(cbi_bytes_of(NULL, 0));
}

static uint64_t unread(const import_job *job)
{
    const cbi_bulk output = output_of(job);

    return cbi_bulk_size(&output) - job->read;
}

static cbank_status sign_batch(import_job *job, cbank_error *err)
{
    const char *origin = job->sign != NULL ? job->sign->origin : job->sheet.bank->config.origin;
    uint64_t number = job->sign != NULL ? job->sign->number : 0;
    bool stopped = job->sheet.rejected > 0 && !job->keep_going;
    cbank_status status = CBANK_OK;

    job->phase = PHASE_OVER;
    if (!cbi_sheet_has_items(&job->sheet) || stopped || job->dry_run) {
        /* Unchanged rows are answered without a commit; the one before may not have been sealed. */
        if (job->sheet.bank != NULL)
            CBI_TRY(cbi_ledger_seal(job->sheet.bank->ledger, err));
        goto done;
    }
    cbi_buffer_rewind(&job->begin);
    CBI_TRY(cbi_sheet_sign(&job->sheet, origin, number, job->now, &job->begin, err));
    if (job->sign == NULL)
        job->phase = PHASE_INTAKE;
done:
    return status;
}

/* What the bank took against an item after all, because others wrote in the meantime. */
static cbank_status report_refusals(import_job *job, cbank_error *err)
{
    const cbi_deposit *deposit = &job->run.deposit;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < deposit->refusal_count; i++) {
        if (!deposit->items[deposit->refusals[i].item].change)
            CBI_TRY(cbi_sheet_refuse(&job->sheet, deposit->refusals[i].item,
                                     &deposit->refusals[i].why, err));
    }
done:
    return status;
}

static cbank_status run_intake(import_job *job, cbank_error *err)
{
    const cbi_bulk file = batch_of(job);
    cbank_status status = CBANK_OK;
    bool again;

    CBI_TRY(cbi_intake_step_drawn(&job->run, job->sheet.bank, &file, &job->terms, &again, err));
    if (again)
        job->phase = PHASE_SIGNING;
    if (job->run.phase != CBI_INTAKE_OVER)
        goto done;
    CBI_TRY(report_refusals(job, err));
    job->phase = PHASE_OVER;
done:
    return status;
}

static cbank_status run_phase(import_job *job, uint32_t budget_ms, bool *wants, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *wants = false;
    switch (job->phase) {
    case PHASE_READING:
        CBI_TRY(cbi_sheet_take_rows(&job->sheet, budget_ms, wants, err));
        if (job->sheet.complete)
            job->phase = PHASE_SIGNING;
        break;
    case PHASE_SIGNING:
        CBI_TRY(sign_batch(job, err));
        break;
    case PHASE_INTAKE:
        CBI_TRY(run_intake(job, err));
        break;
    case PHASE_OVER:
        break;
    }
done:
    return status;
}

static cbank_status step(void *self, uint32_t budget_ms, cbank_job_state *state, cbank_error *err)
{
    import_job *job = self;
    uint64_t until = cbi_job_clock() + budget_ms;
    cbank_status status = CBANK_OK;
    bool wants = false;

    do {
        CBI_TRY(run_phase(job, budget_ms, &wants, err));
    } while (!wants && job->phase != PHASE_OVER && cbi_job_clock() < until);
    if (wants)
        *state = CBANK_JOB_NEEDS_INPUT;
    else if (job->phase != PHASE_OVER)
        *state = CBANK_JOB_MORE;
    else if (unread(job) > 0)
        *state = CBANK_JOB_HAS_OUTPUT;
    else
        *state = CBANK_JOB_DONE;
done:
    return status;
}

static cbank_status read_output(void *self, cbank_buffer *output, cbank_error *err)
{
    import_job *job = self;
    const cbi_bulk from = output_of(job);

    return cbi_job_read_piece(&from, &job->read, output, err);
}

static void progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const import_job *job = self;

    if (job->phase == PHASE_INTAKE) {
        cbi_intake_progress(&job->run, stage, done, total);
        return;
    }
    *stage = job->phase == PHASE_READING ? "read" : "sign";
    *done = cbi_grades_count(job->sheet.grades).rows;
    *total = 0;
}

/* What became of the rows that went in; an amendment stays among the changed ones. */
static void describe_intake(const import_job *job, Cbank__Api__V1__CreditImportReply *out)
{
    const cbi_deposit *deposit = &job->run.deposit;
    bool stopped = deposit->intake.received_at == 0;

    for (uint64_t i = 0; i < deposit->batch.head.head->count; i++) {
        const cbi_deposited *item = &deposit->items[i];

        if (item->change)
            continue;
        if (item->outcome == CBI_OUTCOME_UNCHANGED)
            out->unchanged++;
        else if (item->outcome == CBI_OUTCOME_DEPOSITED && !item->amends)
            out->deposited += !stopped;
        else if (item->outcome != CBI_OUTCOME_DEPOSITED && item->amends)
            out->changed--;
    }
    out->accounts_opened = deposit->accounts_opened;
}

/* Nothing was signed, or nothing left this machine. */
static void describe_plan(const import_job *job, Cbank__Api__V1__CreditImportReply *out)
{
    const cbi_sheet *sheet = &job->sheet;

    if (sheet->rejected > 0 && !job->keep_going)
        return;
    out->deposited = sheet->added;
    if (sheet->bank != NULL)
        out->accounts_opened = sheet->strangers;
}

static cbank_status describe_batch(const import_job *job, cbi_hasher *hasher,
                                   cbi_batch_head *head, Cbank__Api__V1__CreditImportReply *out,
                                   cbank_error *err)
{
    Cbank__V1__Envelope *envelope = NULL;
    cbi_artefact_reader reader;
    cbank_status status = CBANK_OK;

    /* Its signature is missing if the key is elsewhere. */
    CBI_TRY(cbi_artefact_open(cbi_bytes_of_buffer(&job->begin), &reader, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__envelope__descriptor, reader.envelope, &envelope, err));
    CBI_TRY(cbi_batch_head_read(hasher, cbi_message_bytes(envelope->payload), head, err));
    out->batch = cbi_message_data(cbi_bytes_of_hash(&head->id));
    out->batch_number = head->head->number;
    out->root = cbi_message_data(cbi_bytes_of_hash(&head->root));
done:
    cbi_message_free(envelope);
    return status;
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    import_job *job = self;
    Cbank__Api__V1__CreditImportReply answer;
    cbi_hasher *hasher = NULL;
    cbi_batch_head head = {0};
    cbank_status status = CBANK_OK;

    cbi_sheet_describe(&job->sheet, &answer);
    CBI_TRY(cbi_hasher_new(job->sheet.options.suite, &hasher, err));
    if (job->begin.size > 0)
        CBI_TRY(describe_batch(job, hasher, &head, &answer, err));
    if (job->run.phase == CBI_INTAKE_OVER)
        describe_intake(job, &answer);
    else
        describe_plan(job, &answer);
    CBI_TRY(cbi_sheet_reply(&job->sheet, &answer, reply, err));
done:
    cbi_batch_head_clear(&head);
    cbi_hasher_free(hasher);
    return status;
}

static void close_job(void *self)
{
    import_job *job = self;

    cbi_intake_clear(&job->run);
    cbi_sheet_clear(&job->sheet);
    cbank_buffer_clear(&job->begin);
    cbi_feednote_clear(&job->note);
    cbi_message_free(job->import);
    cbi_message_free(job->sign);
    cbi_free(job);
}

static const cbi_job_kind import_kind = {.feed = feed,
                                         .feed_end = feed_end,
                                         .step = step,
                                         .read = read_output,
                                         .progress = progress,
                                         .finish = finish,
                                         .close = close_job};

/* The job that either call begins, once its request has been parsed. */
static cbank_status begin(import_job *job, const cbank_bank *bank, cbank_job **out,
                          cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (job->sheet.awarder[0] != '\0' &&
        !cbi_institution_code_is_valid(cbi_message_text(job->sheet.awarder)))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, job->sheet.awarder, NULL));
    if (!cbi_institution_code_is_valid(cbi_message_text(job->sheet.institution)))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, job->sheet.institution, NULL));
    job->now = job->sheet.now = job->terms.now = cbi_face_now();
    CBI_TRY(cbi_errand_check_token(job->terms.token, err));
    if (job->import != NULL)
        CBI_TRY(cbi_feednote_begin(job->sheet.bank->config.suite, job->import->file_name,
                                   job->import->actor, &job->note, err));
    CBI_TRY(cbi_sheet_begin(&job->sheet, err));
    if (job->dry_run)
        cbi_docket_drop(&job->sheet.docket);
    status = cbi_job_new(&import_kind, job, bank, out, err);
    job = NULL; /* the job's now, whatever it answered */
done:
    if (job != NULL)
        close_job(job);
    return status;
}

cbank_status cbank_credit_import_begin(cbank_bank *bank, const cbank_key *key,
                                       const uint8_t *request, size_t request_size,
                                       cbank_job **out, cbank_error *err)
{
    Cbank__Api__V1__CreditImportRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    import_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && key != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__credit_import_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    job->import = asked;
    job->keep_going = asked->keep_going;
    job->dry_run = asked->dry_run;
    job->sheet = (cbi_sheet){.bank = inner,
                             .key = key->inner,
                             .institution = asked->institution,
                             .awarder = asked->awarder,
                             .format = asked->sheet,
                             .open_accounts = asked->open_accounts,
                             .amend = asked->amend,
                             .keep_going = asked->keep_going,
                             .lang = asked->lang};
    job->terms = (cbi_deposit_terms){.open_accounts = asked->open_accounts,
                                     .keep_going = asked->keep_going,
                                     .imported = true,
                                     .token = cbi_message_bytes(asked->token),
                                     .source = &job->note.source,
                                     .docket = &job->sheet.docket};
    return begin(job, bank, out, err);
done:
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_credit_sign_begin(const cbank_key *key, const uint8_t *request,
                                     size_t request_size, cbank_job **out, cbank_error *err)
{
    Cbank__Api__V1__CreditSignRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    import_job *job = NULL;
    cbi_hash grant = {{0}};

    CBI_REQUIRE(key != NULL && out != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__credit_sign_request__descriptor, request,
                             request_size, &asked, err));
    if (!cbi_origin_is_valid(cbi_message_text(asked->origin)))
        CBI_TRY(cbi_fail(err, CBI_REASON_BANK_ORIGIN, 0, asked->origin, NULL));
    if ((asked->awarder[0] != '\0') != (asked->delegation.len > 0) ||
        (asked->delegation.len > 0 &&
         !cbi_hash_from(cbi_message_bytes(asked->delegation), &grant)))
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "delegation", NULL));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    job->sign = asked;
    job->keep_going = asked->keep_going;
    job->sheet = (cbi_sheet){.key = key->inner,
                             .institution = asked->institution,
                             .awarder = asked->awarder,
                             .grant = grant,
                             .format = asked->sheet,
                             .keep_going = asked->keep_going,
                             .lang = asked->lang};
    return begin(job, NULL, out, err);
done:
    cbi_message_free(asked);
    return status;
}
