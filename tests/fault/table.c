/*
 * table - a commit goes wrong between any two of its steps, and what must come of it.
 *
 * The steps of one commit that reach the disk are: pages, their sync, the meta page that makes them
 * count, and the guard. Each fails without having happened, or having happened; or the process ends
 * before it, or after it. Then the same handle asks again by token, or another process opens the
 * bank, or one that had it open all the while asks. The table says what the caller hears and
 * whether the record is there before anybody asks again; when somebody has, it is there once.
 *
 * --states N: how often the table is gone through.
 */
#include "calls.h"
#include "exchange.h"
#include "harness.h"
#include "image.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BASE 2
#define TOKEN 4711
#define SECONDS 30
#define META_SIZE_MAX 200
#define GUARD_SLOT 512

typedef struct step {
    const char *name;
    calls_kind kind;
    size_t least, most; /* bytes of the write; 0: any */
} step;

enum { PAGES, SYNC, META, GUARD };
static const step steps[] = {
    [PAGES] = {"pages", CALLS_WRITEV, 0, 0},
    [SYNC] = {"their sync", CALLS_FDATASYNC, 0, 0},
    [META] = {"the meta page", CALLS_PWRITE, 1, META_SIZE_MAX},
    [GUARD] = {"the guard", CALLS_PWRITE, GUARD_SLOT, GUARD_SLOT},
};

/* What is expected of a step that goes wrong so. */
typedef struct row {
    int step;
    calls_failure how;
    const char *heard; /* a reason; "" of a process that has ended */
    bool kept;         /* the record is there when the bank is opened next */
} row;

static const row rows[] = {
    {PAGES, CALLS_EIO, "COMMIT_LOST", false},  {PAGES, CALLS_LATE, "COMMIT_LOST", false},
    {PAGES, CALLS_STOP, "", false},            {PAGES, CALLS_STOP_LATE, "", false},
    {SYNC, CALLS_EIO, "COMMIT_LOST", false},   {SYNC, CALLS_LATE, "COMMIT_LOST", false},
    {SYNC, CALLS_STOP, "", false},             {SYNC, CALLS_STOP_LATE, "", false},
    /* LMDB puts the old meta page back when it could not be sure of the new one. */
    {META, CALLS_EIO, "COMMIT_LOST", false},   {META, CALLS_LATE, "COMMIT_LOST", false},
    {META, CALLS_STOP, "", false},             {META, CALLS_STOP_LATE, "", true},
    {GUARD, CALLS_EIO, "GUARD_IO", true},      {GUARD, CALLS_LATE, "GUARD_IO", true},
    {GUARD, CALLS_STOP, "", true},             {GUARD, CALLS_STOP_LATE, "", true},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* What is committed: an award, and all that two banks do with each other. */
typedef struct deed {
    const char *name;
    cbank_status (*run)(exchange *other, world *it, uint64_t token); /* NULL: the award */
    size_t adds;                                                     /* records */
    Cbank__Api__V1__TransferState state; /* that one transfer more is in afterwards; or 0 */
    cbank_status (*count)(world *it, size_t *out); /* of what there is one more of, or NULL */
} deed;

/* An office outside has recognised what has not been offered. */
static cbank_status note(exchange *other, world *first, uint64_t token)
{
    return world_recognise(first, other->free, token);
}

static cbank_buffer application; /* opens a case; signed before anything fails */

static cbank_status hear_case(exchange *other, world *first, uint64_t token)
{
    (void)other;
    (void)token; /* the file is the same */
    return world_hear(first, &application);
}

#define STATE(name) CBANK__API__V1__TRANSFER_STATE__TRANSFER_STATE_##name
static const deed deeds[] = {
    {"issue", NULL, 1, 0, NULL},
    {"offer", exchange_make, 0, STATE(OFFERED), NULL},
    {"receive", exchange_receive, 1, STATE(ACCEPTED), NULL},
    {"hear", exchange_hear, 0, STATE(ACCEPTED), NULL},
    {"return", exchange_return, 0, STATE(RETURNED), NULL},
    {"note", note, 0, 0, world_recognised},
    {"case", hear_case, 0, 0, world_heard},
};
#define DEEDS (sizeof(deeds) / sizeof(deeds[0]))
/* How many transfers are in a state before. */
static const size_t before[] = {[STATE(OFFERED)] = 1, [STATE(ACCEPTED)] = 1, [STATE(RETURNED)] = 0};

/* Who goes on. */
typedef enum next { SAME_HANDLE, NEW_PROCESS, OPEN_PROCESS, NEXTS } next;
static const char *const next_names[] = {"the same handle", "a new process", "an open process"};

static world it;
static exchange partner;
static const deed *doing;

static cbank_status act(void)
{
    char id[WORLD_ID_MAX];

    if (doing->run != NULL)
        return doing->run(&partner, &it, TOKEN);
    return world_issue(&it, "new", TOKEN, id);
}

static bool complain(const char *what)
{
    fprintf(stderr, "  %s: %s %s %s\n", what, cbank_reason_name(it.err.reason), it.err.object,
            it.err.detail);
    return false;
}

static bool has(size_t wanted, const char *when)
{
    size_t base = 0, added = 0, moved = before[doing->state], counted = 0;

    if (world_count(&it, "base", &base) != CBANK_OK ||
        world_count(&it, "new", &added) != CBANK_OK ||
        (doing->state != 0 && exchange_count(&it, doing->state, &moved) != CBANK_OK) ||
        (doing->count != NULL && doing->count(&it, &counted) != CBANK_OK))
        return complain(when);
    moved -= before[doing->state];
    if (base == BASE && added == wanted * doing->adds &&
        moved == (doing->state != 0 ? wanted : 0) && counted == (doing->count != NULL ? wanted : 0))
        return true;
    fprintf(stderr, "  %s: %zu of %d records before, %zu new, %zu moved, %zu counted, not %zu\n",
            when, base, BASE, added, moved, counted, wanted);
    return false;
}

/* Asks again, and finds it done once. */
static bool ask_again(void)
{
    if (act() != CBANK_OK)
        return complain("again");
    if (!has(1, "again"))
        return false;
    return world_check(&it) == CBANK_OK || complain("check");
}

/* ---- the processes of a cell: each exits with 0 if all is as it should be ------------------- */

static int go_wrong(const row *expected, bool goes_on)
{
    const step *at = &steps[expected->step];
    cbank_status status;

    world_must(&it, world_open(&it), "open");
    calls_only(at->least, at->most);
    calls_spoil(at->kind, expected->how, 1, false);
    status = act();
    if (!calls_heal()) {
        fprintf(stderr, "  it never came to this\n");
        return 1;
    }
    if (status == CBANK_OK || strcmp(cbank_reason_name(it.err.reason), expected->heard) != 0) {
        complain("heard");
        return 1;
    }
    return !goes_on || ask_again() ? 0 : 1;
}

static int open_and_ask(const row *expected)
{
    if (world_open(&it) != CBANK_OK)
        return !complain("does not open");
    return has(expected->kept, "opened") && ask_again() ? 0 : 1;
}

/* Opens, says so, waits until it is told, and asks. */
static int wait_and_ask(int said, int told)
{
    char byte = 0;

    world_must(&it, world_open(&it), "open");
    if (write(said, &byte, 1) != 1 || read(told, &byte, 1) != 1)
        return 1;
    return ask_again() ? 0 : 1;
}

static pid_t start(void)
{
    pid_t child = harness_child();

    if (child == 0)
        harness_deadline(SECONDS);
    return child;
}

static bool run_first(const row *expected, bool goes_on)
{
    pid_t child = start();
    int code;

    if (child == 0)
        _exit(go_wrong(expected, goes_on));
    code = harness_wait(child);
    return code == (expected->heard[0] == '\0' ? CALLS_STOPPED : 0);
}

static bool run_cell(const row *expected, next after)
{
    int said[2], told[2];
    char byte = 0;
    pid_t other = 0;
    bool good;

    if (pipe(said) != 0 || pipe(told) != 0)
        _exit(WORLD_BROKEN);
    if (after == OPEN_PROCESS) {
        other = start();
        if (other == 0)
            _exit(wait_and_ask(said[1], told[0]));
        if (read(said[0], &byte, 1) != 1)
            _exit(WORLD_BROKEN);
    }
    good = run_first(expected, after == SAME_HANDLE);
    if (after == NEW_PROCESS) {
        other = start();
        if (other == 0)
            _exit(open_and_ask(expected));
    }
    if (after == OPEN_PROCESS && write(told[1], &byte, 1) != 1)
        _exit(WORLD_BROKEN);
    if (other != 0 && harness_wait(other) != 0)
        good = false;
    for (int i = 0; i < 2; i++) {
        (void)close(said[i]);
        (void)close(told[i]);
    }
    return good;
}

/* ---- the table --------------------------------------------------------------------------- */

static void work(harness *campaign, unsigned worker)
{
    char folder[WORLD_PATH_MAX], peer[WORLD_PATH_MAX + 8], reference[32], ids[BASE][WORLD_ID_MAX];
    image whole = {0};

    snprintf(folder, sizeof(folder), "%s/%u", campaign->folder, worker);
    if (mkdir(folder, 0700) != 0)
        _exit(WORLD_BROKEN);
    world_create(&it, folder);
    for (unsigned i = 0; i < BASE; i++) {
        snprintf(reference, sizeof(reference), "base-%u", i);
        world_must(&it, world_issue(&it, reference, i, ids[i]), "issue");
    }
    snprintf(peer, sizeof(peer), "%s/peer", folder);
    if (mkdir(peer, 0700) != 0)
        _exit(WORLD_BROKEN);
    exchange_begin(&partner, &it, peer, ids[0], ids[1]);
    world_must(&it, world_sign_case(&it, &application), "sign");
    world_close(&it);
    image_take(&whole, &it);
    for (;;) {
        unsigned long at = harness_next(campaign);
        const row *expected = &rows[at / NEXTS % ROWS];
        next after = (next)(at % NEXTS);

        if (at >= campaign->states * DEEDS * ROWS * NEXTS)
            break;
        doing = &deeds[at / NEXTS / ROWS % DEEDS];
        if (after == SAME_HANDLE && expected->heard[0] == '\0')
            continue; /* it has none any more */
        image_put(&whole, &it, whole.store.size);
        harness_judge(campaign, run_cell(expected, after), "%s: %s: %s, then %s",
                      doing->name, steps[expected->step].name, calls_failure_name(expected->how),
                      next_names[after]);
    }
    image_clear(&whole);
    exchange_end(&partner);
    cbank_buffer_clear(&application);
    world_end(&it);
}

int main(int argc, char **argv)
{
    harness campaign;

    harness_begin(&campaign, "table", 2, argc, argv);
    harness_spread(&campaign, work);
    return harness_end(&campaign);
}
