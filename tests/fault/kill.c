/*
 * kill - writers and readers of one bank are killed at any moment, round after round.
 *
 * In each round two writers issue credits and import spreadsheets, and a reader lists them, each a
 * process of its own; after a while all of them are killed. A writer says through shared memory
 * which act it has begun and which was answered. Then all that was answered is there; who was not
 * answered asks again by token, or imports the same rows again; and no reference is there twice.
 *
 * --states N: rounds.
 */
#include "harness.h"
#include "world.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WRITERS 2
#define ROWS 6
#define IMPORT_EVERY 5
#define CHECK_EVERY 25
/* The one account stays below what it may take in a year: a writer rests after so many acts. */
#define ROUNDS_A_BANK 4
#define ACTS_MAX 240
#define DELAY_US_MAX 30000

/* What a writer has told. Its act number n issues "w0-n", or imports rows "w0-n-0" and so on. */
typedef struct told {
    volatile uint64_t begun;
    volatile uint64_t answered;
    volatile bool failed;
} told;

static told *writers;

static bool is_import(uint64_t act)
{
    return act % IMPORT_EVERY == 0;
}

static size_t records_of(uint64_t acts)
{
    return acts + acts / IMPORT_EVERY * (ROWS - 1);
}

static cbank_status do_act(world *it, unsigned writer, uint64_t act)
{
    char reference[32], id[WORLD_ID_MAX];

    snprintf(reference, sizeof(reference), "w%u-%llu", writer, (unsigned long long)act);
    if (is_import(act))
        return world_import(it, reference, ROWS);
    return world_issue(it, reference, (uint64_t)writer << 32 | act, id);
}

static void write_on(world *it, unsigned writer)
{
    if (world_open(it) != CBANK_OK) {
        writers[writer].failed = true;
        world_must(it, it->err.status, "a writer opens");
    }
    for (;;) {
        uint64_t act = writers[writer].answered + 1;

        if (act > ACTS_MAX) {
            (void)pause();
            continue;
        }
        writers[writer].begun = act;
        if (do_act(it, writer, act) != CBANK_OK) {
            writers[writer].failed = true;
            world_must(it, it->err.status, "a writer");
        }
        writers[writer].answered = act;
    }
}

static void read_on(world *it)
{
    size_t records;

    world_must(it, world_open(it), "a reader opens");
    for (;;) {
        world_must(it, world_count(it, "w", &records), "a reader");
        world_must(it, world_transcript(it), "a transcript");
    }
}

static void sleep_us(unsigned us)
{
    struct timespec time = {.tv_nsec = (long)us * 1000};

    (void)nanosleep(&time, NULL);
}

/* All of them work, and are killed one after the other in any order. */
static void let_work(world *it, uint64_t *seed, harness *campaign)
{
    pid_t children[WRITERS + 1];
    unsigned first = (unsigned)(harness_random(seed) % (WRITERS + 1));

    for (unsigned i = 0; i <= WRITERS; i++) {
        children[i] = harness_child();
        if (children[i] == 0 && i < WRITERS)
            write_on(it, i);
        else if (children[i] == 0)
            read_on(it);
    }
    for (unsigned i = 0; i <= WRITERS; i++) {
        pid_t child = children[(first + i) % (WRITERS + 1)];

        sleep_us((unsigned)(harness_random(seed) % DELAY_US_MAX));
        (void)kill(child, SIGKILL);
        if (harness_wait(child) != 128 + SIGKILL)
            harness_judge(campaign, false, "a process ended by itself");
    }
}

/* What each writer was answered is there, and what it was not comes by asking again. */
static bool resolve(world *it, unsigned writer)
{
    uint64_t begun = writers[writer].begun, answered = writers[writer].answered;
    size_t records, least = records_of(answered), most = records_of(begun);
    char prefix[16];

    snprintf(prefix, sizeof(prefix), "w%u-", writer);
    if (world_count(it, prefix, &records) != CBANK_OK)
        return false;
    if (records != least && records != most) {
        fprintf(stderr, "  writer %u: %zu records, not %zu or %zu\n", writer, records, least, most);
        return false;
    }
    if (begun > answered && do_act(it, writer, begun) != CBANK_OK)
        return false;
    writers[writer].answered = begun;
    return world_count(it, prefix, &records) == CBANK_OK && records == most;
}

static bool look(world *it, unsigned long round)
{
    for (unsigned i = 0; i < WRITERS; i++) {
        if (writers[i].failed || !resolve(it, i))
            return false;
    }
    return round % CHECK_EVERY != 0 || world_check(it) == CBANK_OK;
}

static void run_rounds(harness *campaign, unsigned long first, unsigned long end)
{
    char folder[WORLD_PATH_MAX];
    uint64_t seed = first;
    world it;

    snprintf(folder, sizeof(folder), "%s/%lu", campaign->folder, first);
    memset(writers, 0, WRITERS * sizeof(*writers));
    if (mkdir(folder, 0700) != 0)
        _exit(WORLD_BROKEN);
    world_create(&it, folder);
    world_close(&it);
    for (unsigned long round = first; round < end; round++) {
        bool good;

        let_work(&it, &seed, campaign);
        it.err = (cbank_error){0};
        good = world_open(&it) == CBANK_OK && look(&it, round);
        harness_judge(campaign, good, "round %lu: %s %s %s", round,
                      cbank_reason_name(it.err.reason), it.err.object, it.err.detail);
        world_close(&it);
    }
    world_end(&it);
    harness_remove(folder);
}

static void work(harness *campaign, unsigned worker)
{
    (void)worker;
    writers = mmap(NULL, WRITERS * sizeof(*writers), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (writers == MAP_FAILED)
        _exit(WORLD_BROKEN);
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

    harness_begin(&campaign, "kill", 300, argc, argv);
    harness_spread(&campaign, work);
    return harness_end(&campaign);
}
