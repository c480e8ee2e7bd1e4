/*
 * bulk - a large spreadsheet is killed while it comes in, round after round.
 *
 * It is large enough to be ruled on, prepared and hashed again by several threads, and is one
 * commit: all of it is there afterwards, or nothing. The same file again brings what is missing,
 * once more brings nothing, and a check of the whole bank finds nothing.
 *
 * --states N: rounds.
 */
#include "harness.h"
#include "roster.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_A_BANK 5
#define ROWS 3000u
/* How long it takes is measured where it is not cut off; before that, so many seconds. */
#define TAKES_FIRST 0.15

/* Somebody imports, and is killed after so many seconds; false if that failed before. */
static bool cut_off(world *it, const cbank_buffer *sheet, double after)
{
    struct timespec time = {.tv_sec = (time_t)after,
                            .tv_nsec = (long)((after - (double)(time_t)after) * 1e9)};
    uint64_t deposited, unchanged;
    pid_t child = harness_child();

    if (child == 0) {
        world_must(it, world_open(it), "a writer opens");
        world_must(it, roster_import(it, sheet, &deposited, &unchanged), "a writer");
        world_close(it);
        _exit(0);
    }
    (void)nanosleep(&time, NULL);
    (void)kill(child, SIGKILL);
    return harness_wait(child) != WORLD_BROKEN;
}

static bool look(world *it, const cbank_buffer *sheet, double *takes)
{
    uint64_t deposited = 0, unchanged = 0;
    double began = harness_clock();

    if (world_open(it) != CBANK_OK || roster_import(it, sheet, &deposited, &unchanged) != CBANK_OK)
        return false;
    if (deposited > 0)
        *takes = harness_clock() - began;
    if (deposited + unchanged != ROWS || (deposited != 0 && unchanged != 0)) {
        fprintf(stderr, "  %llu were missing, %llu there\n", (unsigned long long)deposited,
                (unsigned long long)unchanged);
        return false;
    }
    return roster_import(it, sheet, &deposited, &unchanged) == CBANK_OK && unchanged == ROWS &&
           deposited == 0 && world_check(it) == CBANK_OK;
}

static void run_rounds(harness *campaign, unsigned long first, unsigned long end)
{
    char folder[WORLD_PATH_MAX];
    uint64_t seed = first;
    double takes = TAKES_FIRST;
    world it;

    snprintf(folder, sizeof(folder), "%s/%lu", campaign->folder, first);
    if (mkdir(folder, 0700) != 0)
        _exit(WORLD_BROKEN);
    world_create(&it, folder);
    world_close(&it);
    for (unsigned long round = first; round < end; round++) {
        /* In the second half of it, where it is written, or just behind. */
        double after = takes * (0.5 + (double)(harness_random(&seed) % 1000) / 1000);
        cbank_buffer sheet = {0};
        bool good;

        roster_write(round, ROWS, &sheet);
        it.err = (cbank_error){0};
        good = cut_off(&it, &sheet, after) && look(&it, &sheet, &takes);
        harness_judge(campaign, good, "round %lu: %s %s %s", round,
                      cbank_reason_name(it.err.reason), it.err.object, it.err.detail);
        world_close(&it);
        cbank_buffer_clear(&sheet);
    }
    world_end(&it);
    harness_remove(folder);
}

static void work(harness *campaign, unsigned worker)
{
    (void)worker;
    for (;;) {
        unsigned long first = harness_next(campaign) * ROUNDS_A_BANK, end = first + ROUNDS_A_BANK;

        if (first >= campaign->states)
            return;
        run_rounds(campaign, first, end < campaign->states ? end : campaign->states);
    }
}

int main(int argc, char **argv)
{
    harness campaign;

    harness_begin(&campaign, "bulk", 60, argc, argv);
    harness_spread(&campaign, work);
    return harness_end(&campaign);
}
