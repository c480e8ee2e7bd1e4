/*
 * powerloss - the power goes at any moment, and the disk has kept what it liked of what it had not
 * been told to sync.
 *
 * A bank is made and worked with while every name, write and sync of its store and its guard is
 * noted (trace.h). Then the power goes, again and again: each state that a disk may be left in is
 * opened by a process of its own. It opens; whatever had been answered is there; three more commits
 * work; then the whole log is derived again. Before the bank was answered for, there may be none.
 * In one run of eight a spreadsheet comes in that several threads write. At the end the same is
 * done with the data syncs taken away, which must be noticed.
 *
 * --states N: states in all; --seeds N: runs that they are spread over. A state that was judged
 * before, byte for byte, is not opened again; how many were is told.
 */
#include "harness.h"
#include "roster.h"
#include "trace.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEPS 14
#define LARGE_AT 5u  /* before this step a large spreadsheet comes, */
#define LARGE_RUN 8u /* in one run of so many */
#define LARGE_ROWS 2100u
#define RECORDS_MAX 1024
#define SELF_CHECK_STATES 100
#define SECONDS_A_STATE 30

/* What was answered, and how often; the trace counts these. */
typedef struct answer {
    uint64_t records;
    uint64_t entries; /* size of the signed log */
    bool settled;     /* the learner's account is open */
} answer;

static world it;
static answer answers[RECORDS_MAX];
static uint64_t answer_count;
static char ids[RECORDS_MAX][WORLD_ID_MAX];
static uint64_t id_records[RECORDS_MAX]; /* after how many records each was issued */
static size_t id_count;
static uint64_t record_count;

/* Shared with the process that tries the states. */
static struct {
    volatile size_t state;
    volatile unsigned long bad;
    volatile unsigned long opened;
} *shared;
static atomic_ulong *opened_in_all; /* shared by all workers */

/* ---- the run ----------------------------------------------------------------------------- */

static void tell(bool settled)
{
    answer *now = &answers[answer_count++];

    *now = (answer){.records = record_count, .settled = settled};
    if (settled)
        world_must(&it, world_size(&it, &now->entries), "size");
    trace_answer(answer_count);
}

static void issue(uint64_t number)
{
    char reference[32];

    snprintf(reference, sizeof(reference), "one-%llu", (unsigned long long)number);
    world_must(&it, world_issue(&it, reference, number, ids[id_count]), "issue");
    id_records[id_count++] = ++record_count;
}

static void import(uint64_t number, size_t rows, bool in_two)
{
    char prefix[32];
    cbank_buffer file = {0};

    snprintf(prefix, sizeof(prefix), "many-%llu", (unsigned long long)number);
    if (in_two) {
        world_must(&it, world_sign(&it, prefix, rows, &file), "sign");
        world_must(&it, world_deposit(&it, &file), "deposit");
        cbank_buffer_clear(&file);
    } else {
        world_must(&it, world_import(&it, prefix, rows), "import");
    }
    record_count += rows;
}

/* Other learners' records: the size of the log tells whether they are there. */
static void import_large(void)
{
    cbank_buffer sheet = {0};
    uint64_t deposited, unchanged;

    roster_write(0, LARGE_ROWS, &sheet);
    world_must(&it, roster_import(&it, &sheet, &deposited, &unchanged), "large");
    cbank_buffer_clear(&sheet);
    tell(true);
}

static void take_step(uint64_t number, uint64_t chance)
{
    switch (chance % 8) {
    case 0:
        import(number, 1 + chance / 8 % 30, false);
        break;
    case 1:
        import(number, 1 + chance / 8 % 30, true);
        break;
    case 2:
        world_must(&it, world_freeze(&it, true), "freeze");
        tell(true);
        world_must(&it, world_freeze(&it, false), "unfreeze");
        break;
    case 3:
        world_close(&it);
        world_must(&it, world_open(&it), "open");
        break;
    default:
        issue(number);
    }
    tell(true);
}

static void record(const char *folder, uint64_t seed, bool large)
{
    answer_count = id_count = record_count = 0;
    trace_begin(folder);
    world_found(&it, folder);
    tell(false);
    world_settle(&it);
    tell(true);
    for (uint64_t i = 0; i < STEPS; i++) {
        if (large && i == LARGE_AT)
            import_large();
        take_step(i, harness_random(&seed));
    }
    trace_end();
    world_close(&it);
}

/* ---- one state --------------------------------------------------------------------------- */

static bool complain(const world *now, const char *what)
{
    fprintf(stderr, "  %s: %s %s %s\n", what, cbank_reason_name(now->err.reason), now->err.object,
            now->err.detail);
    return false;
}

static bool holds(world *now, const answer *told)
{
    uint64_t entries = 0;
    size_t records = 0;

    if (world_size(now, &entries) != CBANK_OK || world_count(now, "", &records) != CBANK_OK)
        return complain(now, "cannot be read");
    if (entries < told->entries || records < told->records) {
        fprintf(stderr, "  %llu of %llu entries, %zu of %llu records\n",
                (unsigned long long)entries, (unsigned long long)told->entries, records,
                (unsigned long long)told->records);
        return false;
    }
    for (size_t i = 0; i < id_count && id_records[i] <= told->records; i++) {
        if (world_show(now, ids[i]) != CBANK_OK)
            return complain(now, ids[i]);
    }
    return true;
}

static bool goes_on(world *now)
{
    char id[WORLD_ID_MAX];

    /* The account may have been frozen and not yet freed again. */
    (void)world_freeze(now, false);
    if (world_freeze(now, true) != CBANK_OK || world_freeze(now, false) != CBANK_OK ||
        world_issue(now, "after", 99, id) != CBANK_OK || world_show(now, id) != CBANK_OK)
        return complain(now, "does not go on");
    return true;
}

static bool survives(const char *place, uint64_t told)
{
    static const answer nothing;
    const answer *relied = told == 0 ? &nothing : &answers[told - 1];
    world now = it;
    bool good = true;

    world_place(&now, place);
    now.bank = NULL;
    if (told == 0 && access(now.path, F_OK) != 0)
        return true;
    if (world_open(&now) != CBANK_OK)
        return complain(&now, "does not open");
    if (relied->settled)
        good = holds(&now, relied) && goes_on(&now);
    if (good && world_check(&now) != CBANK_OK)
        good = complain(&now, "is not sound");
    world_close(&now);
    return good;
}

/* ---- all states of a run ----------------------------------------------------------------- */

/* The digests of states that were opened, in a table of twice as many places. */
static bool is_new(uint64_t *seen, size_t room, uint64_t digest)
{
    size_t at = digest % room;

    digest |= 1; /* 0 is an empty place */
    while (seen[at] != 0 && seen[at] != digest)
        at = (at + 1) % room;
    if (seen[at] == digest)
        return false;
    seen[at] = digest;
    return true;
}

/* From `shared->state` on, until the last or until one of them ends this process. */
static void try_states(const char *place, size_t states, uint64_t seed)
{
    size_t room = 2 * states + 1;
    uint64_t *seen = calloc(room, sizeof(*seen));

    if (seen == NULL)
        _exit(WORLD_BROKEN);
    for (size_t i = shared->state; i < states; i = ++shared->state) {
        size_t size = 1 + (trace_size() - 1) * i / states;
        uint64_t told;

        if (mkdir(place, 0700) != 0)
            _exit(WORLD_BROKEN);
        told = trace_lose_power(size, seed + i, place);
        harness_deadline(SECONDS_A_STATE);
        if (!is_new(seen, room, trace_lost())) {
            harness_remove(place);
            continue;
        }
        shared->opened++;
        if (!survives(place, told)) {
            shared->bad++;
            fprintf(stderr, "  state %zu of %zu, seed %llu, after %zu of %zu notes\n", i, states,
                    (unsigned long long)seed, size, trace_size());
        }
        harness_remove(place);
    }
    _exit(0);
}

/* How many were bad. */
static unsigned long try_all(const char *place, size_t states, uint64_t seed)
{
    shared->state = 0;
    shared->bad = shared->opened = 0;
    while (shared->state < states) {
        pid_t child = harness_child();
        int code;

        if (child == 0)
            try_states(place, states, seed);
        code = harness_wait(child);
        harness_remove(place);
        if (code == 0)
            break;
        fprintf(stderr, "  state %zu of %zu, seed %llu: the process ended with %d\n", shared->state,
                states, (unsigned long long)seed, code);
        shared->bad++;
        shared->state++;
    }
    return shared->bad;
}

/* The same must be noticed as bad when data syncs do nothing. */
static void check_self(harness *campaign, const char *place, uint64_t seed)
{
    unsigned long bad;
    FILE *kept = stderr;

    stderr = fopen("/dev/null", "w");
    trace_ignore_syncs(true);
    bad = try_all(place, SELF_CHECK_STATES, seed);
    trace_ignore_syncs(false);
    fclose(stderr);
    stderr = kept;
    harness_judge(campaign, bad > SELF_CHECK_STATES / 2,
                  "without syncs only %lu of %d states were found bad", bad, SELF_CHECK_STATES);
}

static void work(harness *campaign, unsigned worker)
{
    char folder[WORLD_PATH_MAX], place[WORLD_PATH_MAX];
    unsigned long seeds = campaign->seeds;

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        _exit(WORLD_BROKEN);
    snprintf(folder, sizeof(folder), "%s/r%u", campaign->folder, worker);
    snprintf(place, sizeof(place), "%s/s%u", campaign->folder, worker);
    for (unsigned long at = harness_next(campaign); at < seeds; at = harness_next(campaign)) {
        size_t states = campaign->states / seeds + (at < campaign->states % seeds);
        uint64_t seed = (at + 1) << 32;

        if (mkdir(folder, 0700) != 0)
            _exit(WORLD_BROKEN);
        record(folder, seed, at % LARGE_RUN == LARGE_RUN - 1);
        harness_remove(folder);
        harness_count_cases(campaign, states, try_all(place, states, seed));
        atomic_fetch_add(opened_in_all, shared->opened);
        if (at == 0)
            check_self(campaign, place, seed);
        trace_clear();
        world_end(&it);
    }
}

int main(int argc, char **argv)
{
    harness campaign;

    harness_begin(&campaign, "powerloss", 20000, argc, argv);
    opened_in_all = mmap(NULL, sizeof(*opened_in_all), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (opened_in_all == MAP_FAILED)
        return 2;
    harness_spread(&campaign, work);
    if (!campaign.json)
        printf("powerloss: %lu states differ from each other\n", atomic_load(opened_in_all));
    return harness_end(&campaign);
}
