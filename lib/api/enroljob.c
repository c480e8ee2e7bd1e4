#include "api/enroljob_part.h"
#include "api/job.h"
#include "bank/institution.h"
#include "base/memory.h"

/* ---- writing ----------------------------------------------------------------------------- */

/* Items on their way into one batch. */
typedef struct lot {
    bool change;
    size_t count;
    uint32_t rows[CBI_DESK_ITEMS_MAX];
    cbank_buffer cells[CBI_DESK_ITEMS_MAX]; /* of the rows, as the queue has them */
    void *messages[CBI_DESK_ITEMS_MAX];
    cbi_enrol_draft drafts[CBI_DESK_ITEMS_MAX];
    cbi_enrol_change changes[CBI_DESK_ITEMS_MAX];
    cbi_deposited items[CBI_DESK_ITEMS_MAX];
} lot;

static void free_lot(lot *it)
{
    for (size_t i = 0; it != NULL && i < CBI_DESK_ITEMS_MAX; i++) {
        cbi_message_free(it->messages[i]);
        cbank_buffer_clear(&it->cells[i]);
    }
    cbi_free(it);
}

/* Replaces `out` by what stands next, and goes on behind it. */
static cbank_status take_sized(cbi_enrol_queue *queue, cbank_buffer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t head[4];
    size_t size;

    CBI_TRY(cbi_spool_read(queue->spool, queue->next, sizeof(head), head, err));
    size = cbi_get_u32(head);
    cbi_buffer_rewind(out);
    CBI_TRY(cbi_buffer_reserve(out, size, err));
    CBI_TRY(cbi_spool_read(queue->spool, queue->next + sizeof(head), size, out->data, err));
    out->size = size;
    queue->next += sizeof(head) + size;
done:
    return status;
}

static cbank_status take_item(cbi_enrol_queue *queue, lot *out, cbank_error *err)
{
    const ProtobufCMessageDescriptor *type =
        out->change ? &cbank__api__v1__enrolment_change_draft__descriptor
                    : &cbank__api__v1__enrolment_draft__descriptor;
    size_t at = out->count;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    uint8_t number[4];

    CBI_TRY(cbi_spool_read(queue->spool, queue->next, sizeof(number), number, err));
    queue->next += sizeof(number);
    CBI_TRY(take_sized(queue, &bytes, err));
    CBI_TRY(take_sized(queue, &out->cells[at], err));
    CBI_TRY(cbi_message_parse(type, cbi_bytes_of_buffer(&bytes), &out->messages[at], err));
    out->count++;
    out->rows[at] = cbi_get_u32(number);
    if (out->change) {
        const Cbank__Api__V1__EnrolmentChangeDraft *draft = out->messages[at];

        out->changes[at] = (cbi_enrol_change){.id = draft->id, .change = draft->change};
    } else {
        const Cbank__Api__V1__EnrolmentDraft *draft = out->messages[at];

        out->drafts[at] =
            (cbi_enrol_draft){.account = draft->account, .enrolment = draft->enrolment};
    }
done:
    cbank_buffer_clear(&bytes);
    return status;
}

static cbank_status write_part(cbi_enrol_job *job, lot *it, size_t from, size_t count,
                               cbank_error *err)
{
    const cbi_desk_order order = cbi_enrol_order(job, false);
    cbank_status status = CBANK_OK;
    cbi_hash batch;

    CBI_TRY(it->change ? cbi_enroldesk_change(job->bank, &order, it->changes + from, count,
                                              it->items + from, &batch, err)
                       : cbi_enroldesk_add(job->bank, &order, it->drafts + from, count,
                                           it->items + from, &batch, err));
    CBI_TRY(cbi_buffer_append(&job->batches, cbi_bytes_of_hash(&batch), err));
done:
    return status;
}

/*
 * What the bank has against a row after all: because others wrote in the meantime, or because of
 * the rows before it.
 */
static cbank_status note_refusal(cbi_enrol_job *job, const lot *it, size_t at, cbank_error *why,
                                 cbank_error *err)
{
    uint64_t *count = it->change ? &job->counts.changed : &job->counts.enrolled;
    const cbank_buffer *kept = &it->cells[at];
    cbank_status status = CBANK_OK;
    cbi_bytes *cells = NULL;
    cbi_grid_row row = {.number = it->rows[at]};

    CBI_TRY(cbi_alloc(kept->size / 4, sizeof(*cells), &cells, err));
    for (size_t from = 0; from < kept->size; from += 4 + cells[row.count++].size)
        cells[row.count] = cbi_bytes_of(kept->data + from + 4, cbi_get_u32(kept->data + from));
    row.cells = cells;
    CBI_TRY(cbi_enrol_reject(job, &row, "", "", why, err));
    *count -= *count > 0;
done:
    cbi_free(cells);
    return status;
}

static cbank_status write_alone(cbi_enrol_job *job, lot *it, size_t at, cbank_error *err)
{
    cbank_error why = {0};
    cbank_status status = write_part(job, it, at, 1, &why);

    if (cbi_claim_is_refusal(status))
        return note_refusal(job, it, at, &why, err);
    if (status != CBANK_OK && err != NULL)
        *err = why;
    return status;
}

/*
 * All in one batch. If it is refused after all, each goes in a batch of its own; if the bank takes
 * it but for some, these alone, which says why.
 */
static cbank_status write_lot(cbi_enrol_job *job, lot *it, cbank_error *err)
{
    cbank_error why = {0};
    cbank_status status = write_part(job, it, 0, it->count, &why);
    bool each = cbi_claim_is_refusal(status);

    if (!each && status != CBANK_OK) {
        if (err != NULL)
            *err = why;
        return status;
    }
    status = CBANK_OK;
    for (size_t i = 0; i < it->count; i++)
        if (each || cbi_outcome_refuses((cbi_outcome)it->items[i].outcome))
            CBI_TRY(write_alone(job, it, i, err));
done:
    return status;
}

static cbank_status write_some(cbi_enrol_job *job, cbank_error *err)
{
    bool change = job->added.next == cbi_spool_size(job->added.spool);
    cbi_enrol_queue *queue = change ? &job->changed : &job->added;
    cbank_status status = CBANK_OK;
    lot *it = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*it), &it, err));
    it->change = change;
    while (it->count < CBI_DESK_ITEMS_MAX && queue->next < cbi_spool_size(queue->spool))
        CBI_TRY(take_item(queue, it, err));
    if (it->count > 0)
        CBI_TRY(write_lot(job, it, err));
    job->written += it->count;
    if (change && queue->next == cbi_spool_size(queue->spool))
        job->phase = CBI_ENROL_OVER;
done:
    free_lot(it);
    return status;
}

/* ---- the job ----------------------------------------------------------------------------- */

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    return cbi_roster_feed(cbi_enrolments_roster(((cbi_enrol_job *)self)->file), bytes, err);
}

static cbank_status feed_end(void *self, cbank_error *err)
{
    return cbi_roster_end(cbi_enrolments_roster(((cbi_enrol_job *)self)->file), err);
}

static cbank_status step(void *self, uint32_t budget_ms, cbank_job_state *state, cbank_error *err)
{
    cbi_enrol_job *job = self;
    uint64_t until = cbi_job_clock() + budget_ms;
    cbank_status status = CBANK_OK;
    bool wants = false;

    do {
        if (job->phase == CBI_ENROL_READING)
            CBI_TRY(cbi_enrol_read_rows(job, until, &wants, err));
        else if (job->phase == CBI_ENROL_WRITING)
            CBI_TRY(write_some(job, err));
    } while (!wants && job->phase != CBI_ENROL_OVER && cbi_job_clock() < until);
    if (wants)
        *state = CBANK_JOB_NEEDS_INPUT;
    else if (job->phase != CBI_ENROL_OVER)
        *state = CBANK_JOB_MORE;
    else
        *state = job->errors_read < cbi_spool_size(job->errors) ? CBANK_JOB_HAS_OUTPUT
                                                                 : CBANK_JOB_DONE;
done:
    return status;
}

static cbank_status read_output(void *self, cbank_buffer *output, cbank_error *err)
{
    cbi_enrol_job *job = self;
    const cbi_bulk from = cbi_bulk_of_spool(job->errors);

    return cbi_job_read_piece(&from, &job->errors_read, output, err);
}

static void progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const cbi_enrol_job *job = self;
    bool reading = job->phase == CBI_ENROL_READING;

    *stage = reading ? "read" : "write";
    *done = reading ? cbi_roster_rows(cbi_enrolments_roster(job->file)) : job->written;
    *total = reading ? 0 : job->added.count + job->changed.count;
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    cbi_enrol_job *job = self;
    Cbank__Api__V1__EnrolmentImportReply answer = job->counts;
    size_t count = job->batches.size / CBI_HASH_SIZE;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(count, sizeof(*answer.batches), &answer.batches, err));
    for (size_t i = 0; i < count; i++)
        answer.batches[i] =
            (ProtobufCBinaryData){CBI_HASH_SIZE, job->batches.data + i * CBI_HASH_SIZE};
    answer.n_batches = count;
    answer.rows = cbi_roster_rows(cbi_enrolments_roster(job->file));
    answer.errors = job->report.errors;
    answer.n_errors = job->report.error_count;
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_free(answer.batches);
    return status;
}

static void close_job(void *self)
{
    cbi_enrol_job *job = self;

    cbi_enrolments_free(job->file);
    cbi_profile_clear(&job->profile);
    cbi_secret_wipe(&job->references);
    cbi_seen_free(job->seen);
    cbi_seen_free(job->days);
    cbi_spool_free(job->added.spool);
    cbi_spool_free(job->changed.spool);
    cbi_spool_free(job->errors);
    cbank_buffer_clear(&job->batches);
    cbank_buffer_clear(&job->line);
    cbi_rowreport_clear(&job->report);
    cbi_message_free(job->asked);
    cbi_free(job);
}

static const cbi_job_kind enrol_kind = {.feed = feed,
                                        .feed_end = feed_end,
                                        .step = step,
                                        .read = read_output,
                                        .progress = progress,
                                        .finish = finish,
                                        .close = close_job};

static cbank_status open_file(cbi_enrol_job *job, cbank_error *err)
{
    const Cbank__Api__V1__EnrolmentImportRequest *asked = job->asked;
    const cbi_suite suite = job->bank->config.suite;
    cbi_roster_options options = {.institution = asked->institution,
                                  .map = cbi_message_text(asked->map),
                                  .constants = cbi_message_text(asked->set),
                                  .profile = &job->profile,
                                  .sheet = asked->sheet};
    cbank_status status = CBANK_OK;

    if (asked->profile.len > 0)
        CBI_TRY(cbi_profile_parse(cbi_message_bytes(asked->profile), asked->profile_name,
                                  &job->profile, err));
    if (job->profile.enrolments.count == 0) {
        cbi_profile_clear(&job->profile);
        CBI_TRY(cbi_profile_builtin(cbi_bytes_of_text("enrolments"), &job->profile, err));
    }
    CBI_TRY(cbi_encoding_parse(cbi_message_text(asked->encoding), &options.encoding, err));
    CBI_TRY(cbi_enrolments_new(&options, &job->file, err));
    CBI_TRY(cbi_rowreport_begin(asked->lang, &job->report, err));
    CBI_TRY(cbi_bank_reference_secret(job->bank, asked->institution, &job->references, err));
    CBI_TRY(cbi_seen_new(true, &job->seen, err));
    CBI_TRY(cbi_seen_new(true, &job->days, err));
    CBI_TRY(cbi_spool_new(suite, &job->added.spool, err));
    CBI_TRY(cbi_spool_new(suite, &job->changed.spool, err));
    CBI_TRY(cbi_spool_new(suite, &job->errors, err));
done:
    return status;
}

/* Before any row is read: no row is refused for what is wrong with the key. */
static cbank_status check_key(const cbi_enrol_job *job, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    if (cbi_private_is_detached(job->key))
        return cbi_fail(err, CBI_REASON_KEY_DETACHED, 0, "signature", NULL);
    CBI_TRY(cbi_ledger_read_begin(job->bank->ledger, &reader, err));
    CBI_TRY(cbi_institution_check_key(job->bank, reader.txn, job->asked->institution,
                                      cbi_private_public(job->key), err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbank_enrolment_import_begin(cbank_bank *bank, const cbank_key *key,
                                          const uint8_t *request, size_t request_size,
                                          cbank_job **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_enrol_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && key != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    job->bank = inner;
    job->key = key->inner;
    cbank__api__v1__enrolment_import_reply__init(&job->counts);
    CBI_TRY(cbi_face_request(&cbank__api__v1__enrolment_import_request__descriptor, request,
                             request_size, &job->asked, err));
    CBI_TRY(check_key(job, err));
    CBI_TRY(open_file(job, err));
    status = cbi_job_new(&enrol_kind, job, bank, out, err);
    job = NULL; /* the job's now, whatever it answered */
done:
    if (job != NULL)
        close_job(job);
    return status;
}
