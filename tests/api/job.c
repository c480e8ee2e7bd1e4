/* Jobs keep the order of calls, whatever kind of work they do. */
#include "records.h"

#include <criterion/criterion.h>

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/job.h"
#include "base/memory.h"

/* Work that copies its input to its output, and notes what is asked of it. */
typedef struct copying {
    cbank_buffer held;
    bool ended;
    bool handed_out;
    bool break_step, break_feed, break_read, break_finish;
    unsigned steps;
} copying;

static unsigned closed;

static cbank_status feed(void *self, cbi_bytes bytes, cbank_error *err)
{
    copying *work = self;

    if (work->break_feed)
        return cbi_fail(err, CBI_REASON_NOT_TEXT, 0, "feed", NULL);
    return cbi_buffer_append(&work->held, bytes, err);
}

static cbank_status feed_end(void *self, cbank_error *err)
{
    copying *work = self;

    (void)err;
    work->ended = true;
    return CBANK_OK;
}

static cbank_status step(void *self, uint32_t budget_ms, cbank_job_state *state, cbank_error *err)
{
    copying *work = self;

    (void)budget_ms;
    work->steps++;
    if (work->break_step)
        return cbi_fail(err, CBI_REASON_NOT_TEXT, 0, "step", NULL);
    *state = !work->ended        ? CBANK_JOB_NEEDS_INPUT
             : !work->handed_out ? CBANK_JOB_HAS_OUTPUT
                                 : CBANK_JOB_DONE;
    return CBANK_OK;
}

static cbank_status read_output(void *self, cbank_buffer *output, cbank_error *err)
{
    copying *work = self;

    if (work->break_read)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, 0, "read", NULL);
    work->handed_out = true;
    return cbi_buffer_set(output, cbi_bytes_of_buffer(&work->held), err);
}

static void progress(const void *self, const char **stage, uint64_t *done, uint64_t *total)
{
    const copying *work = self;

    *stage = "copy";
    *done = work->held.size;
    *total = 0;
}

static cbank_status finish(void *self, cbank_buffer *reply, cbank_error *err)
{
    copying *work = self;

    if (work->break_finish)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, 0, "finish", NULL);
    return cbi_buffer_set(reply, cbi_bytes_of_text("done"), err);
}

static void close_work(void *self)
{
    copying *work = self;

    cbank_buffer_clear(&work->held);
    cbi_free(work);
    closed++;
}

static const cbi_job_kind copies = {.feed = feed,
                                    .feed_end = feed_end,
                                    .step = step,
                                    .read = read_output,
                                    .progress = progress,
                                    .finish = finish,
                                    .close = close_work};
static const cbi_job_kind takes_nothing = {
    .step = step, .progress = progress, .finish = finish, .close = close_work};

static copying *work;
static cbank_job *job;

static cbank_job *begin_on(const cbi_job_kind *kind, const cbank_bank *bank)
{
    cbank_job *made = NULL;

    closed = 0;
    work = NULL;
    cr_assert_eq(cbi_alloc(1, sizeof(*work), &work, NULL), CBANK_OK);
    cr_assert_eq(cbi_job_new(kind, work, bank, &made, NULL), CBANK_OK);
    return made;
}

static void begin(void)
{
    job = begin_on(&copies, NULL);
}

static void end(void)
{
    cbank_job_close(job);
    cr_expect_eq(closed, 1, "closed once");
}

TestSuite(job, .init = begin, .fini = end);

static const uint8_t data[] = "abc";

static cbank_job_state take_step(void)
{
    cbank_job_state state = 0;

    cr_assert_eq(cbank_job_step(job, 0, &state, NULL), CBANK_OK);
    return state;
}

#define out_of_order(call)                                                                         \
    do {                                                                                           \
        cbank_error err;                                                                           \
        records_fails(call, err, CBANK_E_STATE, "JOB_ORDER");                                      \
    } while (0)

static void bring_to_output(void)
{
    cr_assert_eq(cbank_job_feed(job, data, 3, NULL), CBANK_OK);
    cr_assert_eq(cbank_job_feed_end(job, NULL), CBANK_OK);
    cr_assert_eq(take_step(), CBANK_JOB_HAS_OUTPUT);
}

static void bring_to_end(void)
{
    cbank_buffer output = {0};

    bring_to_output();
    cr_assert_eq(cbank_job_read(job, &output, NULL), CBANK_OK);
    cbank_buffer_clear(&output);
    cr_assert_eq(take_step(), CBANK_JOB_DONE);
}

Test(job, goes_from_input_to_output_to_its_result)
{
    cbank_buffer output = {0}, reply = {0};

    cr_expect_eq(take_step(), CBANK_JOB_NEEDS_INPUT);
    cr_expect_eq(cbank_job_feed(job, data, 1, NULL), CBANK_OK);
    cr_expect_eq(cbank_job_feed(job, data + 1, 2, NULL), CBANK_OK);
    cr_expect_eq(cbank_job_feed(job, NULL, 0, NULL), CBANK_OK, "nothing is a piece too");
    cr_expect_eq(take_step(), CBANK_JOB_NEEDS_INPUT);
    cr_expect_eq(cbank_job_feed_end(job, NULL), CBANK_OK);
    cr_expect_eq(take_step(), CBANK_JOB_HAS_OUTPUT);
    cr_expect_eq(cbank_job_read(job, &output, NULL), CBANK_OK);
    cr_expect(output.size == 3 && memcmp(output.data, data, 3) == 0);
    cr_expect_eq(take_step(), CBANK_JOB_DONE);
    cr_expect_eq(cbank_job_finish(job, &reply, NULL), CBANK_OK);
    cr_expect(reply.size == 4 && memcmp(reply.data, "done", 4) == 0);
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
}

Test(job, takes_no_input_after_its_end)
{
    cr_assert_eq(cbank_job_feed_end(job, NULL), CBANK_OK);
    out_of_order(cbank_job_feed(job, data, 1, &err));
    out_of_order(cbank_job_feed_end(job, &err));
    cr_expect_eq(take_step(), CBANK_JOB_HAS_OUTPUT, "and goes on");
}

Test(job, has_output_only_when_a_step_has_said_so)
{
    cbank_buffer output = {0};

    out_of_order(cbank_job_read(job, &output, &err));
    bring_to_output();
    cr_expect_eq(cbank_job_read(job, &output, NULL), CBANK_OK);
    out_of_order(cbank_job_read(job, &output, &err));
    cbank_buffer_clear(&output);
}

Test(job, has_a_result_only_when_it_is_done)
{
    cbank_buffer reply = {0};

    out_of_order(cbank_job_finish(job, &reply, &err));
    cr_expect_null(reply.data);
    bring_to_output();
    out_of_order(cbank_job_finish(job, &reply, &err));
}

Test(job, that_is_done_takes_no_step_and_no_input)
{
    cbank_job_state state = 0;

    bring_to_end();
    out_of_order(cbank_job_step(job, 0, &state, &err));
    out_of_order(cbank_job_feed(job, data, 1, &err));
    out_of_order(cbank_job_feed_end(job, &err));
    cr_expect_eq(state, 0, "written on success only");
}

Test(job, gives_its_result_again)
{
    cbank_buffer reply = {0};

    bring_to_end();
    work->break_finish = true;
    cr_expect_eq(cbank_job_finish(job, &reply, NULL), CBANK_E_MEMORY);
    work->break_finish = false;
    cr_expect_eq(cbank_job_finish(job, &reply, NULL), CBANK_OK);
    cr_expect_eq(cbank_job_finish(job, &reply, NULL), CBANK_OK);
    cbank_buffer_clear(&reply);
}

/* After a failure of the work only close is left. */
static void expect_ended(void)
{
    cbank_buffer buffer = {0};
    cbank_job_state state;
    unsigned steps = work->steps;

    out_of_order(cbank_job_feed(job, data, 1, &err));
    out_of_order(cbank_job_feed_end(job, &err));
    out_of_order(cbank_job_step(job, 0, &state, &err));
    out_of_order(cbank_job_read(job, &buffer, &err));
    out_of_order(cbank_job_finish(job, &buffer, &err));
    cr_expect_eq(work->steps, steps, "the work is left alone");
}

Test(job, whose_step_has_failed_is_over)
{
    cbank_job_state state = 0;
    cbank_error err;

    work->break_step = true;
    records_fails(cbank_job_step(job, 0, &state, &err), err, CBANK_E_UNSUPPORTED, "NOT_TEXT");
    cr_expect_eq(state, 0);
    expect_ended();
}

Test(job, whose_input_has_failed_is_over)
{
    cbank_error err;

    work->break_feed = true;
    records_fails(cbank_job_feed(job, data, 1, &err), err, CBANK_E_UNSUPPORTED, "NOT_TEXT");
    expect_ended();
}

Test(job, whose_output_has_failed_is_over)
{
    cbank_buffer output = {0};

    bring_to_output();
    work->break_read = true;
    cr_expect_eq(cbank_job_read(job, &output, NULL), CBANK_E_MEMORY);
    expect_ended();
}

Test(job, a_call_out_of_order_ends_nothing)
{
    cbank_buffer reply = {0};

    out_of_order(cbank_job_finish(job, &reply, &err));
    out_of_order(cbank_job_read(job, &reply, &err));
    bring_to_end();
    cr_expect_eq(cbank_job_finish(job, &reply, NULL), CBANK_OK);
    cbank_buffer_clear(&reply);
}

Test(job, tells_how_far_it_is_whenever_it_is_asked)
{
    Cbank__Api__V1__Progress *far;
    cbank_buffer reply = {0};

    cr_assert_eq(cbank_job_feed(job, data, 3, NULL), CBANK_OK);
    cr_assert_eq(cbank_job_progress(job, &reply, NULL), CBANK_OK);
    far = scene_unpack(&cbank__api__v1__progress__descriptor, &reply);
    cr_expect_str_eq(far->stage, "copy");
    cr_expect_eq(far->done, 3);
    cr_expect_eq(far->total, 0);
    scene_free(far);
    cbank_buffer_clear(&reply);
}

Test(job, that_takes_no_input_refuses_it)
{
    cbank_job *other;

    end();
    other = begin_on(&takes_nothing, NULL);
    out_of_order(cbank_job_feed(other, data, 1, &err));
    out_of_order(cbank_job_feed_end(other, &err));
    cbank_job_close(other);
    begin();
}

Test(job, wants_its_arguments)
{
    cbank_job_state state;
    cbank_buffer buffer = {0};
    cbank_error err;

    cr_expect_eq(cbank_job_feed(NULL, data, 1, &err), CBANK_E_ARGUMENT);
    cr_expect_eq(cbank_job_feed(job, NULL, 1, &err), CBANK_E_ARGUMENT);
    cr_expect_eq(cbank_job_feed_end(NULL, &err), CBANK_E_ARGUMENT);
    cr_expect_eq(cbank_job_step(NULL, 0, &state, &err), CBANK_E_ARGUMENT);
    cr_expect_eq(cbank_job_step(job, 0, NULL, &err), CBANK_E_ARGUMENT);
    cr_expect_eq(cbank_job_read(job, NULL, &err), CBANK_E_ARGUMENT);
    cr_expect_eq(cbank_job_progress(NULL, &buffer, &err), CBANK_E_ARGUMENT);
    cr_expect_eq(cbank_job_finish(job, NULL, &err), CBANK_E_ARGUMENT);
    cbank_job_close(NULL);
}

Test(job, of_a_bank_belongs_to_the_process_that_began_it)
{
    cbank_job *checking = NULL;
    cbank_job_state state;
    cbank_buffer reply = {0};
    scene s;
    int code;
    pid_t child;

    scene_begin(&s, "sha256-ed25519");
    cr_assert_eq(cbank_bank_check_begin(s.bank, &checking, NULL), CBANK_OK);
    child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        bool forked = cbank_job_step(checking, 0, &state, NULL) == CBANK_E_FORKED &&
                      cbank_job_progress(checking, &reply, NULL) == CBANK_E_FORKED;

        cbank_job_close(checking);
        _exit(forked ? 0 : 1);
    }
    cr_assert_eq(waitpid(child, &code, 0), child);
    cr_expect(WIFEXITED(code) && WEXITSTATUS(code) == 0);
    cr_expect_eq(scene_run(checking, NULL, 0, NULL, &reply, NULL), CBANK_OK, "the parent goes on");
    cbank_buffer_clear(&reply);
    scene_end(&s);
}
