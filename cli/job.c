#include "job.h"

#include "fail.h"
#include "memory.h"
#include "output.h"
#include "progress.h"

#include "cbank/api/v1/bank.pb-c.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE (256u << 10)
#define BUDGET_MS 100

typedef struct run {
    cli *c;
    cbank_job *job;
    const job_files *files;
    int input;
    size_t inputs; /* of the further ones, that were opened */
    outfile output;
    outfile second;
    uint8_t *piece;
    progress bar;
} run;

static volatile sig_atomic_t interrupted;

static void note_signal(int number)
{
    interrupted = number;
}

static void watch_signals(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* Goes on with the next file, if there is one; `*any` says so. */
static bool open_more(run *r, bool *any)
{
    const char *next = r->files->more == NULL ? NULL : r->files->more[r->inputs];

    *any = next != NULL;
    if (next == NULL)
        return true;
    r->inputs++;
    if (r->input > STDIN_FILENO)
        close(r->input);
    r->input = file_open(r->c, next);
    return r->input >= 0;
}

/* All of it at once, then the end. */
static bool feed_given(run *r)
{
    cbank_error err;
    bool fine =
        (r->files->given->size == 0 ||
         cbank_job_feed(r->job, r->files->given->data, r->files->given->size, &err) == CBANK_OK) &&
        cbank_job_feed_end(r->job, &err) == CBANK_OK;

    if (!fine)
        fail_call(r->c, &err);
    return fine;
}

static bool feed(run *r)
{
    bool any = false;
    cbank_error err;
    cbank_status status;
    ssize_t got;

    do
        got = r->input >= 0 ? read(r->input, r->piece, PIECE) : 0;
    while (got < 0 && errno == EINTR && !interrupted);
    if (got < 0 && !interrupted) {
        fail_own(r->c, FAIL_UNREADABLE, r->files->input);
        return false;
    }
    if (got == 0 && !open_more(r, &any))
        return false;
    if (any)
        return true;
    status = got > 0 ? cbank_job_feed(r->job, r->piece, (size_t)got, &err)
                     : cbank_job_feed_end(r->job, &err);
    if (status != CBANK_OK)
        fail_call(r->c, &err);
    progress_feed(&r->bar, (uint64_t)got);
    return status == CBANK_OK;
}

/* Whether what waits to be read is the second output. */
static bool is_second(run *r)
{
    cbank_buffer reply = {0};
    Cbank__Api__V1__Progress *far = NULL;
    bool second;

    if (r->files->second_name == NULL || cbank_job_progress(r->job, &reply, NULL) != CBANK_OK)
        return false;
    far = cbank__api__v1__progress__unpack(NULL, reply.size, reply.data);
    second = far != NULL && strcmp(far->output, r->files->second_name) == 0;
    message_free(far);
    cbank_buffer_clear(&reply);
    return second;
}

/* Takes what there is; the file begins with the first bytes. */
static bool take(run *r)
{
    bool second = is_second(r);
    const char *path = second ? r->files->second : r->files->output;
    outfile *out = second ? &r->second : &r->output;
    cbank_buffer piece = {0};
    cbank_error err;
    bool fine = cbank_job_read(r->job, &piece, &err) == CBANK_OK;

    if (!fine)
        fail_call(r->c, &err);
    if (fine && r->files->taken != NULL) {
        memory_free(r->files->taken);
        *r->files->taken = (bytes){memory_new(piece.size + 1, 1), piece.size};
        memcpy(r->files->taken->data, piece.data, piece.size);
    }
    if (fine && path != NULL && !r->c->dry_run) {
        if (!out->is_open)
            fine = outfile_begin(r->c, path, FILE_PRIVATE, out);
        fine = fine && outfile_write(r->c, out, piece.data, piece.size);
    }
    cbank_buffer_clear(&piece);
    return fine;
}

static void show(run *r)
{
    cbank_buffer reply = {0};
    Cbank__Api__V1__Progress *far = NULL;

    if (!r->bar.wanted || cbank_job_progress(r->job, &reply, NULL) != CBANK_OK)
        return;
    far = cbank__api__v1__progress__unpack(NULL, reply.size, reply.data);
    if (far != NULL)
        progress_show(&r->bar, far->stage, far->done, far->total);
    message_free(far);
    cbank_buffer_clear(&reply);
}

static bool step(run *r, bool *done)
{
    cbank_error err;
    cbank_job_state state;

    if (cbank_job_step(r->job, BUDGET_MS, &state, &err) != CBANK_OK) {
        fail_call(r->c, &err);
        return false;
    }
    show(r);
    *done = state == CBANK_JOB_DONE;
    if (state == CBANK_JOB_NEEDS_INPUT)
        return r->files->given != NULL ? feed_given(r) : feed(r);
    return state != CBANK_JOB_HAS_OUTPUT || take(r);
}

/* Bytes of all inputs; 0 if one of them is no plain file. */
static uint64_t size_inputs(const job_files *files)
{
    uint64_t size = file_size(files->input);

    for (size_t i = 0; files->more != NULL && files->more[i] != NULL && size > 0; i++) {
        uint64_t next = file_size(files->more[i]);

        size = next > 0 ? size + next : 0;
    }
    return size;
}

static bool run_all(run *r)
{
    bool done = false;

    if (r->files->input != NULL) {
        r->input = file_open(r->c, r->files->input);
        if (r->input < 0)
            return false;
        r->bar.size = r->bar.wanted ? size_inputs(r->files) : 0;
    }
    while (!done && !interrupted) {
        if (!step(r, &done))
            return false;
    }
    return !interrupted;
}

static void *finish(run *r, const message_type *type)
{
    cbank_buffer reply = {0};
    cbank_error err;
    bool wants_file = r->files->output != NULL && !r->c->dry_run;

    if (wants_file && !r->output.is_open && !r->files->output_if_any &&
        !outfile_begin(r->c, r->files->output, FILE_PRIVATE, &r->output))
        return NULL;
    if (r->output.is_open && !outfile_commit(r->c, &r->output))
        return NULL;
    if (r->second.is_open && !outfile_commit(r->c, &r->second))
        return NULL;
    return call_reply(r->c, cbank_job_finish(r->job, &reply, &err), &err, &reply, type);
}

void *job_run(cli *c, cbank_job *job, const job_files *files, const message_type *type)
{
    run r = {.c = c, .job = job, .files = files, .input = -1};
    void *reply = NULL;

    r.piece = memory_new(PIECE, 1);
    progress_begin(c, &r.bar);
    watch_signals(note_signal);
    if (run_all(&r))
        reply = finish(&r, type);
    progress_end(&r.bar);
    cbank_job_close(job);
    outfile_cancel(&r.output);
    outfile_cancel(&r.second);
    memory_free(&(bytes){r.piece, PIECE});
    if (r.input > STDIN_FILENO)
        close(r.input);
    watch_signals(SIG_DFL);
    if (interrupted && reply == NULL)
        raise(interrupted);
    return reply;
}
