#include "api/job.h"

#include <time.h>

#include "base/memory.h"
#include "crypto/stint.h"

#include "cbank/api/v1/bank.pb-c.h"

/* What one read hands out at most. */
#define PIECE_MAX (1u << 20)

struct cbank_job {
    const cbi_job_kind *kind;
    void *self;
    const cbank_bank *bank; /* NULL: the job needs none */
    cbank_job_state state;  /* what the last step said */
    bool input_ended;
    bool failed; /* only close is left */
};

cbank_status cbi_job_new(const cbi_job_kind *kind, void *self, const cbank_bank *bank,
                         cbank_job **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_job *job = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    *job = (cbank_job){.kind = kind,
                       .self = self,
                       .bank = bank,
                       .state = CBANK_JOB_MORE,
                       .input_ended = kind->feed == NULL};
    *out = job;
done:
    if (status != CBANK_OK)
        kind->close(self);
    return status;
}

uint64_t cbi_job_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static cbank_status check_process(const cbank_job *job, cbank_error *err)
{
    cbi_bank *bank;

    return job->bank == NULL ? CBANK_OK : cbi_face_bank(job->bank, &bank, err);
}

/* `ready`: whether the job is in the state that the call wants. */
static cbank_status check_order(const cbank_job *job, bool ready, const char *call,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_process(job, err));
    if (job->failed || !ready)
        CBI_TRY(cbi_fail(err, CBI_REASON_JOB_ORDER, 0, call, NULL));
done:
    return status;
}

/* The work itself has failed, which nothing mends. */
static cbank_status settle(cbank_job *job, cbank_status status)
{
    job->failed = status != CBANK_OK;
    return status;
}

cbank_status cbank_job_feed(cbank_job *job, const uint8_t *data, size_t size, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(job != NULL && (data != NULL || size == 0), err);
    CBI_TRY(check_order(job, !job->input_ended && job->state != CBANK_JOB_DONE, "feed", err));
    if (size > 0)
        CBI_TRY(settle(job, job->kind->feed(job->self, cbi_bytes_of(data, size), err)));
done:
    return status;
}

cbank_status cbank_job_feed_end(cbank_job *job, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(job != NULL, err);
    CBI_TRY(check_order(job, !job->input_ended && job->state != CBANK_JOB_DONE, "feed_end", err));
    CBI_TRY(settle(job, job->kind->feed_end(job->self, err)));
    job->input_ended = true;
done:
    return status;
}

cbank_status cbank_job_step(cbank_job *job, uint32_t budget_ms, cbank_job_state *state,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(job != NULL && state != NULL, err);
    CBI_TRY(check_order(job, job->state != CBANK_JOB_DONE, "step", err));
    cbi_stint_begin(); /* most steps do the same for many rows */
    status = settle(job, job->kind->step(job->self, budget_ms, &job->state, err));
    cbi_stint_end();
    CBI_TRY(status);
    *state = job->state;
done:
    return status;
}

cbank_status cbank_job_read(cbank_job *job, cbank_buffer *output, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(job != NULL && output != NULL, err);
    CBI_TRY(check_order(job, job->state == CBANK_JOB_HAS_OUTPUT, "read", err));
    CBI_TRY(settle(job, job->kind->read(job->self, output, err)));
    job->state = CBANK_JOB_MORE;
done:
    return status;
}

cbank_status cbank_job_progress(const cbank_job *job, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__Progress progress = CBANK__API__V1__PROGRESS__INIT;
    cbank_status status = CBANK_OK;
    const char *stage = "";

    CBI_REQUIRE(job != NULL && reply != NULL, err);
    CBI_TRY(check_process(job, err));
    job->kind->progress(job->self, &stage, &progress.done, &progress.total);
    progress.stage = cbi_message_string(stage);
    if (job->kind->output != NULL && job->state == CBANK_JOB_HAS_OUTPUT)
        progress.output = cbi_message_string(job->kind->output(job->self));
    CBI_TRY(cbi_face_reply(&progress, reply, err));
done:
    return status;
}

cbank_status cbi_job_read_piece(const cbi_bulk *from, uint64_t *read, cbank_buffer *output,
                                cbank_error *err)
{
    uint64_t left = cbi_bulk_size(from) - *read;
    size_t size = left < PIECE_MAX ? (size_t)left : PIECE_MAX;
    cbank_buffer piece = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_buffer_reserve(&piece, size, err));
    CBI_TRY(cbi_bulk_read(from, *read, size, piece.data, err));
    piece.size = size;
    *read += size;
    cbank_buffer_clear(output);
    *output = piece;
    piece = (cbank_buffer){0};
done:
    cbank_buffer_clear(&piece);
    return status;
}

cbank_status cbank_job_finish(cbank_job *job, cbank_buffer *reply, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(job != NULL && reply != NULL, err);
    CBI_TRY(check_order(job, job->state == CBANK_JOB_DONE, "finish", err));
    CBI_TRY(job->kind->finish(job->self, reply, err));
done:
    return status;
}

void cbank_job_close(cbank_job *job)
{
    if (job == NULL)
        return;
    job->kind->close(job->self);
    cbi_free(job);
}
