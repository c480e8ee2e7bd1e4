#include "api/job.h"

#include "base/memory.h"
#include "bank/upkeep.h"
#include "store/compaction.h"

#include "cbank/api/v1/bank.pb-c.h"

/* The job behind cbank_bank_compact_begin. */
typedef struct compact_job {
    cbi_bank *bank;
    cbi_compaction *compaction;
    int64_t began; /* what was deleted before it is gone */
} compact_job;

static cbank_status note_end(const compact_job *job, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_txn *txn = NULL;

    CBI_TRY(cbi_txn_begin(job->bank->store, CBI_TXN_ERASE, &txn, err));
    CBI_TRY(cbi_upkeep_note(txn, CBI_UPKEEP_COMPACTED, job->began, err));
    status = cbi_txn_commit(txn, err);
    txn = NULL;
done:
    cbi_txn_abort(txn);
    return status;
}

static cbank_status step(void *self, uint32_t budget_ms, cbank_job_state *state, cbank_error *err)
{
    compact_job *job = self;
    uint64_t end = cbi_job_clock() + budget_ms;
    cbank_status status = CBANK_OK;
    bool more;

    do {
        CBI_TRY(cbi_compaction_step(job->compaction, &more, err));
    } while (more && cbi_job_clock() < end);
    if (!more)
        CBI_TRY(note_end(job, err));
    *state = more ? CBANK_JOB_MORE : CBANK_JOB_DONE;
done:
    return status;
}

static void progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const compact_job *job = self;
    cbi_compacted so_far = cbi_compaction_result(job->compaction);

    *stage = "rewrite";
    *done = so_far.rewritten_bytes;
    *total = so_far.total_bytes > so_far.rewritten_bytes ? so_far.total_bytes
                                                         : so_far.rewritten_bytes;
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    const compact_job *job = self;
    cbi_compacted done = cbi_compaction_result(job->compaction);
    Cbank__Api__V1__CompactReply message = CBANK__API__V1__COMPACT_REPLY__INIT;

    message.rewritten_bytes = done.rewritten_bytes;
    message.wiped_pages = done.wiped_pages;
    message.compacted_at = job->began;
    return cbi_face_reply(&message, reply, err);
}

static void close_job(void *self)
{
    compact_job *job = self;

    cbi_compaction_end(job->compaction);
    cbi_free(job);
}

cbank_status cbank_bank_compact_begin(cbank_bank *bank, cbank_job **out, cbank_error *err)
{
    static const cbi_job_kind kind = {
        .step = step, .progress = progress, .finish = finish, .close = close_job};
    cbank_status status = CBANK_OK;
    compact_job *job = NULL;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && out != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_alloc(1, sizeof(*job), &job, err));
    *job = (compact_job){.bank = inner, .began = cbi_face_now()};
    status = cbi_compaction_begin(inner->store, &job->compaction, err);
    if (status != CBANK_OK) {
        cbi_free(job);
        goto done;
    }
    CBI_TRY(cbi_job_new(&kind, job, bank, out, err));
done:
    return status;
}
