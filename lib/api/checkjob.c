#include "api/job.h"

#include <string.h>

#include "bank/check.h"
#include "base/memory.h"

#include "cbank/api/v1/bank.pb-c.h"

typedef struct check_job {
    cbi_check *check;
    cbi_bank *own;       /* that was opened for this alone; NULL: a handle's */
    cbank_error refusal; /* why it does not open for writing */
} check_job;

static cbank_status step(void *self, uint32_t budget_ms, cbank_job_state *state, cbank_error *err)
{
    check_job *job = self;
    uint64_t end = cbi_job_clock() + budget_ms;
    cbank_status status = CBANK_OK;
    bool more;

    do {
        CBI_TRY(cbi_check_step(job->check, &more, err));
    } while (more && cbi_job_clock() < end);
    *state = more ? CBANK_JOB_MORE : CBANK_JOB_DONE;
done:
    return status;
}

static void progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const check_job *job = self;

    cbi_check_progress(job->check, stage, done, total);
}

/* "REPLAY_ROOT" is "replay_root" in a reply. */
static void write_code(int32_t reason, char out[64])
{
    const char *name = cbank_reason_name(reason);
    size_t size = strnlen(name, 63);

    for (size_t i = 0; i < size; i++)
        out[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
    out[size] = '\0';
}

/* A finding, with room for its code. */
typedef struct shown {
    Cbank__Api__V1__Finding message;
    char code[64];
} shown;

static void show(const cbank_error *finding, shown *out)
{
    cbank__api__v1__finding__init(&out->message);
    write_code(finding->reason, out->code);
    out->message.code = out->code;
    out->message.object = cbi_message_string(finding->object);
    out->message.where = finding->where;
    out->message.detail = cbi_message_string(finding->detail);
    out->message.reason = (uint32_t)finding->reason;
}

/* The message lends the extent. */
static void show_extent(cbi_replay_extent *extent, Cbank__Api__V1__CheckReply *message)
{
    message->log_size = extent->log_size;
    message->log_root = cbi_message_data(cbi_bytes_of_hash(&extent->log_root));
    message->sound_size = extent->sound_size;
    message->size = extent->log_size;
    message->root = message->log_root;
    if (!extent->has_guard)
        return;
    message->guard_size = message->size = extent->guard_size;
    message->guard_root = message->root =
        cbi_message_data(cbi_bytes_of_hash(&extent->guard_root));
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    const check_job *job = self;
    Cbank__Api__V1__CheckReply message = CBANK__API__V1__CHECK_REPLY__INIT;
    cbank_status status = CBANK_OK;
    const cbank_error *finding;
    shown *findings = NULL, refusal;
    cbi_replay_extent extent;

    CBI_TRY(cbi_alloc(CBI_CHECK_FINDINGS_MAX, sizeof(*findings), &findings, err));
    CBI_TRY(cbi_alloc(CBI_CHECK_FINDINGS_MAX, sizeof(*message.findings), &message.findings, err));
    while ((finding = cbi_check_finding(job->check, message.n_findings)) != NULL) {
        show(finding, &findings[message.n_findings]);
        message.findings[message.n_findings] = &findings[message.n_findings].message;
        message.n_findings++;
    }
    message.more = cbi_check_total(job->check) - message.n_findings;
    message.ok = cbi_check_total(job->check) == 0 && job->refusal.status == CBANK_OK;
    if (job->refusal.status != CBANK_OK) {
        show(&job->refusal, &refusal);
        message.refusal = &refusal.message;
    }
    cbi_check_measure(job->check, &extent);
    show_extent(&extent, &message);
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_free(findings);
    cbi_free(message.findings);
    return status;
}

static void close_job(void *self)
{
    check_job *job = self;

    cbi_check_end(job->check);
    cbi_bank_close(job->own);
    cbi_free(job);
}

static cbank_status begin(cbi_bank *inner, check_job *job, const cbank_bank *handle,
                          cbank_job **out, cbank_error *err)
{
    static const cbi_job_kind kind = {
        .step = step, .progress = progress, .finish = finish, .close = close_job};
    cbank_status status = cbi_check_begin(inner, &job->check, err);

    if (status != CBANK_OK) {
        close_job(job);
        return status;
    }
    return cbi_job_new(&kind, job, handle, out, err);
}

cbank_status cbank_bank_check_begin(cbank_bank *bank, cbank_job **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    check_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    CBI_TRY(begin(inner, job, bank, out, err));
done:
    return status;
}

cbank_status cbank_bank_inspect_begin(const uint8_t *request, size_t request_size,
                                      const uint8_t *passphrase, size_t passphrase_size,
                                      cbank_job **out, cbank_error *err)
{
    cbi_bytes secret = cbi_face_passphrase(passphrase, passphrase_size);
    Cbank__Api__V1__InspectRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    check_job *job = NULL;

    CBI_REQUIRE(out != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__inspect_request__descriptor, request, request_size,
                             &asked, err));
    CBI_TRY(cbi_face_check_text("path", asked->path, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    status = cbi_bank_open_to_check(asked->path, secret, &job->own, &job->refusal, err);
    if (status != CBANK_OK) {
        close_job(job);
        goto done;
    }
    CBI_TRY(begin(job->own, job, NULL, out, err));
done:
    cbi_message_free(asked);
    return status;
}
