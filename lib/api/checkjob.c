#include "api/job.h"

#include <string.h>

#include "bank/check.h"
#include "base/memory.h"

#include "cbank/api/v1/bank.pb-c.h"

typedef struct check_job {
    cbi_bank *bank;
    cbi_check *check;
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
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    const check_job *job = self;
    Cbank__Api__V1__CheckReply message = CBANK__API__V1__CHECK_REPLY__INIT;
    cbank_status status = CBANK_OK;
    const cbank_error *finding;
    shown *findings = NULL;
    cbi_sealed sealed;

    CBI_TRY(cbi_ledger_view(job->bank->ledger, &sealed, err));
    CBI_TRY(cbi_alloc(CBI_CHECK_FINDINGS_MAX, sizeof(*findings), &findings, err));
    CBI_TRY(cbi_alloc(CBI_CHECK_FINDINGS_MAX, sizeof(*message.findings), &message.findings, err));
    while ((finding = cbi_check_finding(job->check, message.n_findings)) != NULL) {
        show(finding, &findings[message.n_findings]);
        message.findings[message.n_findings] = &findings[message.n_findings].message;
        message.n_findings++;
    }
    message.more = cbi_check_total(job->check) - message.n_findings;
    message.ok = cbi_check_total(job->check) == 0;
    message.size = sealed.size;
    message.root = cbi_message_data(cbi_bytes_of_hash(&sealed.root));
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
    cbi_free(job);
}

cbank_status cbank_bank_check_begin(cbank_bank *bank, cbank_job **out, cbank_error *err)
{
    static const cbi_job_kind kind = {
        .step = step, .progress = progress, .finish = finish, .close = close_job};
    cbank_status status = CBANK_OK;
    check_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    job->bank = inner;
    status = cbi_check_begin(inner, &job->check, err);
    if (status != CBANK_OK) {
        cbi_free(job);
        goto done;
    }
    CBI_TRY(cbi_job_new(&kind, job, bank, out, err));
done:
    return status;
}
