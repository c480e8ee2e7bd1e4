/*
 * job.h - long work in steps, whatever kind of work it is.
 *
 * The job keeps the order of calls, so that a kind need not: input only until its end, a read only
 * after a step that said HAS_OUTPUT, nothing but close after a failure, no step after DONE.
 */
#ifndef CBI_API_JOB_H
#define CBI_API_JOB_H

#include "api/face.h"
#include "proof/stream.h"

/* `self` is the kind's own state. NULL for feed and feed_end, or read: takes no input, has no
 * output. */
typedef struct cbi_job_kind {
    cbank_status (*feed)(void *self, cbi_bytes bytes, cbank_error *err);
    cbank_status (*feed_end)(void *self, cbank_error *err);
    /* Works for about `budget_ms`; writes `state` on success. Never waits for input. */
    cbank_status (*step)(void *self, uint32_t budget_ms, cbank_job_state *state,
                         cbank_error *err);
    /* Replaces `output`. */
    cbank_status (*read)(void *self, cbank_buffer *output, cbank_error *err);
    /* Which of several outputs the next read takes, as a lent word; NULL: there is one only. */
    const char *(*output)(const void *self);
    /* A lent word; a `total` of 0 is not known yet. */
    void (*progress)(const void *self, const char **stage, uint64_t *done, uint64_t *total);
    /* Replaces `reply`; may be asked again. */
    cbank_status (*finish)(void *self, cbank_buffer *reply, cbank_error *err);
    /* Frees `self`. In a forked child too: it may free memory only. */
    void (*close)(void *self);
} cbi_job_kind;

/*
 * A job of this kind. It owns `self` whatever this answers. `bank` is the handle that it works on,
 * or NULL; it stays open longer than the job.
 */
cbank_status cbi_job_new(const cbi_job_kind *kind, void *self, const cbank_bank *bank,
                         cbank_job **out, cbank_error *err);

/* For a kind's read: the next piece of what comes out, from `*read` on, which goes on behind it. */
cbank_status cbi_job_read_piece(const cbi_bulk *from, uint64_t *read, cbank_buffer *output,
                                cbank_error *err);

/* Milliseconds of a clock that never runs backwards, to keep a step's budget by. */
uint64_t cbi_job_clock(void);

#endif
