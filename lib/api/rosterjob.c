#include "api/job.h"
#include "api/rosterjob_part.h"
#include "base/memory.h"
#include "record/code.h"

/* ---- writing ----------------------------------------------------------------------------- */

/* What the bank took against a person after all, because others wrote in the meantime. */
static cbank_status note_result(cbi_roster_job *job, uint64_t row, const cbi_person *person,
                                cbi_roll_result *result, cbank_error *err)
{
    Cbank__Api__V1__Person *message = NULL;
    cbank_status status = CBANK_OK;

    if (result->outcome == CBI_ROLL_CONFLICT) {
        job->counts.conflicts++;
        job->counts.opened -= job->counts.opened > 0;
        cbi_roster_name_column(job, row, &result->why);
        return cbi_rowreport_add(&job->report, (cbi_rowplace){row, result->why.object, ""},
                                 CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_REJECTED, &result->why,
                                 err);
    }
    CBI_TRY(cbi_message_parse(&cbank__api__v1__person__descriptor,
                              cbi_bytes_of_buffer(&person->bytes), &message, err));
    CBI_TRY(cbi_roster_add_account(job, row, message, result->account.digits,
                                   result->outcome == CBI_ROLL_OPENED ? "opened" : "known", err));
done:
    cbi_vault_free_person(message);
    return status;
}

static cbank_status take_person(cbi_roster_job *job, uint32_t *row, cbi_person *out,
                                cbank_error *err)
{
    Cbank__Api__V1__Person *message = NULL;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    uint8_t head[8];
    size_t size;

    CBI_TRY(cbi_spool_read(job->waiting, job->next, sizeof(head), head, err));
    *row = cbi_get_u32(head);
    size = cbi_get_u32(head + 4);
    CBI_TRY(cbi_buffer_reserve(&bytes, size, err));
    CBI_TRY(cbi_spool_read(job->waiting, job->next + sizeof(head), size, bytes.data, err));
    bytes.size = size;
    CBI_TRY(cbi_message_parse(&cbank__api__v1__person__descriptor, cbi_bytes_of_buffer(&bytes),
                              &message, err));
    CBI_TRY(cbi_person_take(message, out, err));
    job->next += sizeof(head) + size;
done:
    cbank_buffer_clear(&bytes);
    cbi_vault_free_person(message);
    return status;
}

static cbank_status write_some(cbi_roster_job *job, cbank_error *err)
{
    const cbi_opening_terms terms = {.opened_by = job->asked->institution,
                                     .assurance = job->asked->assurance};
    cbi_roll_result *results = NULL;
    cbi_person *persons = NULL;
    cbank_status status = CBANK_OK;
    uint32_t rows[CBI_ROLL_MAX];
    size_t count = 0;

    CBI_TRY(cbi_alloc(CBI_ROLL_MAX, sizeof(*persons), &persons, err));
    CBI_TRY(cbi_alloc(CBI_ROLL_MAX, sizeof(*results), &results, err));
    while (count < CBI_ROLL_MAX && job->next < cbi_spool_size(job->waiting)) {
        count++;
        CBI_TRY(take_person(job, &rows[count - 1], &persons[count - 1], err));
    }
    if (count > 0)
        CBI_TRY(cbi_roll_take_in(job->bank, persons, count, &terms, cbi_face_now(), results, err));
    for (size_t i = 0; i < count; i++)
        CBI_TRY(note_result(job, rows[i], &persons[i], &results[i], err));
    job->taken_in += count;
    if (job->next == cbi_spool_size(job->waiting))
        job->phase = CBI_ROSTER_OVER;
done:
    for (size_t i = 0; persons != NULL && i < count; i++)
        cbi_person_clear(&persons[i]);
    cbi_free(persons);
    cbi_free(results);
    return status;
}

/* ---- the job ----------------------------------------------------------------------------- */

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    return cbi_roster_feed(((cbi_roster_job *)self)->roster, bytes, err);
}

static cbank_status feed_end(void *self, cbank_error *err)
{
    return cbi_roster_end(((cbi_roster_job *)self)->roster, err);
}

/* The accounts first, then the rows that were not taken. */
static bool is_at_accounts(const cbi_roster_job *job)
{
    return job->accounts_read < cbi_spool_size(job->accounts);
}

static bool has_output(const cbi_roster_job *job)
{
    return is_at_accounts(job) || job->errors_read < cbi_spool_size(job->errors);
}

static cbank_status step(void *self, uint32_t budget_ms, cbank_job_state *state, cbank_error *err)
{
    cbi_roster_job *job = self;
    uint64_t until = cbi_job_clock() + budget_ms;
    cbank_status status = CBANK_OK;
    bool wants = false;

    do {
        if (job->phase == CBI_ROSTER_READING)
            CBI_TRY(cbi_roster_read_rows(job, until, &wants, err));
        else if (job->phase == CBI_ROSTER_WRITING)
            CBI_TRY(write_some(job, err));
    } while (!wants && job->phase != CBI_ROSTER_OVER && cbi_job_clock() < until);
    if (wants)
        *state = CBANK_JOB_NEEDS_INPUT;
    else if (job->phase != CBI_ROSTER_OVER)
        *state = CBANK_JOB_MORE;
    else
        *state = has_output(job) ? CBANK_JOB_HAS_OUTPUT : CBANK_JOB_DONE;
done:
    return status;
}

static cbank_status read_output(void *self, cbank_buffer *output, cbank_error *err)
{
    cbi_roster_job *job = self;
    bool accounts = is_at_accounts(job);
    const cbi_bulk from = cbi_bulk_of_spool(accounts ? job->accounts : job->errors);

    return cbi_job_read_piece(&from, accounts ? &job->accounts_read : &job->errors_read, output,
                              err);
}

static const char *output_name(const void *self)
{
    return is_at_accounts(self) ? "accounts" : "errors";
}

static void progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const cbi_roster_job *job = self;
    bool reading = job->phase == CBI_ROSTER_READING;

    *stage = reading ? "read" : "write";
    *done = reading ? cbi_roster_rows(job->roster) : job->taken_in;
    *total = reading ? 0 : job->waiting_count;
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    cbi_roster_job *job = self;
    Cbank__Api__V1__LearnerImportReply answer = job->counts;

    answer.rows = cbi_roster_rows(job->roster);
    answer.errors = job->report.errors;
    answer.n_errors = job->report.error_count;
    return cbi_face_reply(&answer, reply, err);
}

static void close_job(void *self)
{
    cbi_roster_job *job = self;

    cbi_roster_free(job->roster);
    cbi_profile_clear(&job->profile);
    cbi_seen_free(job->documents);
    cbi_seen_free(job->students);
    cbi_spool_free(job->waiting);
    cbi_spool_free(job->errors);
    cbi_spool_free(job->accounts);
    cbank_buffer_clear(&job->line);
    cbi_rowreport_clear(&job->report);
    cbi_message_free(job->asked);
    cbi_free(job);
}

static const cbi_job_kind roster_kind = {.feed = feed,
                                         .feed_end = feed_end,
                                         .step = step,
                                         .read = read_output,
                                         .output = output_name,
                                         .progress = progress,
                                         .finish = finish,
                                         .close = close_job};

static cbank_status open_roster(cbi_roster_job *job, cbank_error *err)
{
    const Cbank__Api__V1__LearnerImportRequest *asked = job->asked;
    cbi_roster_options options = {.institution = asked->institution,
                                  .map = cbi_message_text(asked->map),
                                  .profile = &job->profile,
                                  .sheet = asked->sheet};
    const cbi_suite suite = job->bank->config.suite;
    cbank_status status = CBANK_OK;

    if (asked->institution[0] != '\0' &&
        !cbi_institution_code_is_valid(cbi_message_text(asked->institution)))
        return cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, asked->institution, NULL);
    if (asked->profile.len > 0)
        CBI_TRY(cbi_profile_parse(cbi_message_bytes(asked->profile), asked->profile_name,
                                  &job->profile, err));
    if (job->profile.roster.count == 0) {
        cbi_profile_clear(&job->profile);
        CBI_TRY(cbi_profile_builtin(cbi_bytes_of_text("roster"), &job->profile, err));
    }
    CBI_TRY(cbi_encoding_parse(cbi_message_text(asked->encoding), &options.encoding, err));
    CBI_TRY(cbi_roster_new(&options, &job->roster, err));
    CBI_TRY(cbi_rowreport_begin(asked->lang, &job->report, err));
    CBI_TRY(cbi_seen_new(true, &job->documents, err));
    CBI_TRY(cbi_seen_new(true, &job->students, err));
    CBI_TRY(cbi_spool_new(suite, &job->waiting, err));
    CBI_TRY(cbi_spool_new(suite, &job->errors, err));
    CBI_TRY(cbi_spool_new(suite, &job->accounts, err));
done:
    return status;
}

static cbank_status check_institution(cbi_bank *bank, const char *code, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    if (code[0] == '\0')
        return CBANK_OK;
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    if (!cbi_txn_has(reader.txn, CBI_TABLE_INSTITUTION, cbi_bytes_of_text(code)))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, code, NULL));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbank_learner_import_begin(cbank_bank *bank, const uint8_t *request,
                                        size_t request_size, cbank_job **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_roster_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    job->bank = inner;
    cbank__api__v1__learner_import_reply__init(&job->counts);
    CBI_TRY(cbi_face_request(&cbank__api__v1__learner_import_request__descriptor, request,
                             request_size, &job->asked, err));
    if (job->asked->assurance == CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_UNSPECIFIED)
        job->asked->assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_STATED;
    CBI_TRY(check_institution(inner, job->asked->institution, err));
    CBI_TRY(open_roster(job, err));
    status = cbi_job_new(&roster_kind, job, bank, out, err);
    job = NULL; /* the job's now, whatever it answered */
done:
    if (job != NULL)
        close_job(job);
    return status;
}
