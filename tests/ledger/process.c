#include "bench.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * Several processes on one bank. The bank is made and closed before the fork, and each child opens
 * a store and a ledger of its own.
 */

#define QUOTA (1024ull * 1024 * 1024)

static bench it;

static void set_up(void)
{
    bench_open_disk(&it);
    bench_close_ledger(&it);
    cbi_store_close(it.store);
    it.store = NULL;
}

static void tear_down(void)
{
    bench_close(&it);
}

TestSuite(process, .init = set_up, .fini = tear_down);

static bool open_again(void)
{
    return cbi_store_open(it.store_path, QUOTA, &it.store, &bench_err) == CBANK_OK &&
           cbi_ledger_open(it.store, &it.setup, &it.ledger, &bench_err) == CBANK_OK;
}

/* In a child: adds until `count` is done, telling each answer through `told`. 0 if all went well.
 */
static int add_in_child(unsigned child, unsigned count, int told)
{
    char id[32], token[32];

    snprintf(id, sizeof id, "learner-%u", child);
    cbi_subject learner = bench_subject(LEARNER, id);
    if (!open_again())
        return 1;
    for (unsigned i = 0; i < count; i++) {
        snprintf(token, sizeof token, "%u/%u", child, i);
        bench_act act = bench_make_act(token, &learner, 1 + i % 3);
        if (cbi_ledger_submit(it.ledger, &act.act, &bench_err) != CBANK_OK)
            return 2;
        cbank_buffer_clear(&act.act.result);
        uint64_t last = act.first_index + act.count - 1;
        if (told >= 0 && write(told, &last, sizeof last) != (ssize_t)sizeof last)
            return 3;
    }
    return 0;
}

static pid_t start(unsigned child, unsigned count, int told)
{
    pid_t pid = fork();

    cr_assert_geq(pid, 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no writer behind */
        _exit(add_in_child(child, count, told));
    }
    return pid;
}

/* All that was added is one log: every chain is whole and every entry provable. */
static void check_log(uint64_t size)
{
    cbi_reader *reader = malloc(sizeof *reader);
    cbi_path path;

    cr_assert_eq(bench_view(&it).size, size);
    bench_works(cbi_ledger_read_begin(it.ledger, reader, &bench_err));
    for (uint64_t index = 0; index < size; index++)
        bench_works(cbi_history_inclusion(reader, index, size, &path, &bench_err));
    cbi_ledger_read_end(reader);
    free(reader);
}

Test(process, two_write_alternately_to_one_bank)
{
    pid_t children[2] = {start(1, 60, -1), start(2, 60, -1)};

    for (size_t i = 0; i < 2; i++) {
        int status;
        cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child %zu: %d", i, status);
    }
    cr_assert(open_again());
    check_log(2 * 60 * 2);
}

Test(process, an_open_ledger_sees_what_another_process_has_sealed)
{
    cbi_subject college = bench_subject(INSTITUTION, "college");
    int status;
    pid_t child = start(1, 3, -1);

    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(open_again());
    uint64_t size = bench_view(&it).size;
    cr_assert_eq(size, 6);
    bench_add(&it, "mine", &college, 1);
    cr_assert_eq(bench_view(&it).size, 7);
}

static void wait_ms(unsigned ms)
{
    struct timespec time = {.tv_nsec = (long)ms * 1000000};

    nanosleep(&time, NULL);
}

/* Kills a writer at some moment; every answer it gave must hold. */
static void kill_once(unsigned round, uint64_t *newest)
{
    int pipes[2], status;
    uint64_t told, last = 0;
    bool was_told = false;

    cr_assert_eq(pipe(pipes), 0);
    pid_t child = start(round + 1, 1000000, pipes[1]);
    close(pipes[1]);
    wait_ms(5 + round * 7 % 40);
    cr_assert_eq(kill(child, SIGKILL), 0);
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status), "the child ended by itself: %d", status);
    while (read(pipes[0], &told, sizeof told) == (ssize_t)sizeof told) {
        last = told;
        was_told = true;
    }
    close(pipes[0]);

    cr_assert(open_again(), "%s", cbank_reason_name(bench_err.reason));
    uint64_t size = bench_view(&it).size;
    cr_assert_geq(size, *newest);
    if (was_told)
        cr_assert_lt(last, size);
    *newest = size;
    bench_close_ledger(&it);
    cbi_store_close(it.store);
    it.store = NULL;
}

Test(process, a_writer_killed_at_any_moment_loses_nothing_that_it_answered, .timeout = 60)
{
    uint64_t newest = 0;

    /* More rounds where the machine is so busy that little is written in each. */
    for (unsigned round = 0; round < 30 || (newest <= 30 && round < 300); round++)
        kill_once(round, &newest);
    cr_assert_gt(newest, 30);
    cr_assert(open_again());
    check_log(newest);
}
