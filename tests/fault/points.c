/*
 * points - every call into the system fails once, wherever an act makes it.
 *
 * For each act, each kind of call, each way to fail: the first such call fails, then the second,
 * until the act has no more of them. Whatever fails must surface as a status that fits; afterwards
 * all that was acknowledged is there, what was not is there whole or not at all, the same call
 * with the same token succeeds on the same handle, and the bank opens again and is sound.
 *
 * --states N: of the allocations, so many an act and no more, spread evenly; they are thousands.
 */
#include "calls.h"
#include "exchange.h"
#include "harness.h"
#include "image.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BASE 3     /* records that the bank holds before the act */
#define ROWS 5     /* records of a batch */
#define TOKEN 4711 /* of the act */
#define SECONDS 60 /* after which an act hangs */

enum { WENT_WELL = 0, NO_SUCH_CALL = 1, WENT_WRONG = 2 };

static cbank_buffer batch; /* signed before anything fails */
static cbank_buffer step;  /* of a case, the same */
static exchange other;     /* what another bank has done before */
static char backup_path[WORLD_PATH_MAX * 2], copy_path[WORLD_PATH_MAX * 2];
static char other_path[WORLD_PATH_MAX * 2], other_guard[WORLD_PATH_MAX * 2];

/* ---- the acts ---------------------------------------------------------------------------- */

static cbank_status act_open(world *it)
{
    world_close(it);
    return world_open(it);
}

static cbank_status act_issue(world *it)
{
    char id[WORLD_ID_MAX];

    return world_issue(it, "new-0", TOKEN, id);
}

static cbank_status act_import(world *it)
{
    return world_import(it, "new", ROWS);
}

static cbank_status act_deposit(world *it)
{
    return world_deposit(it, &batch);
}

static cbank_status act_backup(world *it)
{
    cbank_status status = world_backup(it, backup_path);

    /* What went well but for the answer is there. */
    if (status == CBANK_OK || status == CBANK_E_MEMORY)
        (void)unlink(backup_path);
    return status;
}

/*
 * A folder appears whole or not at all: an attempt that failed has left room for the next one, or a
 * bank that opens, when only the answer was lost. It is taken away before the next attempt, when
 * nothing fails.
 */
static cbank_status clear_other(world *it)
{
    cbank_status status = CBANK_OK;
    cbank_bank *bank = NULL;

    if (access(other_path, F_OK) == 0)
        status = cbank_bank_open(other_path, NULL, 0, &bank, &it->err);
    cbank_bank_close(bank);
    if (status == CBANK_OK && bank != NULL) {
        harness_remove(other_path);
        harness_remove(other_guard);
    }
    return status;
}

static cbank_status act_found(world *it)
{
    cbank_status status = clear_other(it);

    return status == CBANK_OK ? world_found_at(it, other_path) : status;
}

static cbank_status act_restore(world *it)
{
    cbank_status status = clear_other(it);

    return status == CBANK_OK ? world_restore(it, copy_path, other_path) : status;
}

static cbank_status act_offer(world *it)
{
    return exchange_make(&other, it, TOKEN);
}

static cbank_status act_receive(world *it)
{
    return exchange_receive(&other, it, TOKEN);
}

static cbank_status act_hear(world *it)
{
    return exchange_hear(&other, it, TOKEN);
}

static cbank_status act_return(world *it)
{
    return exchange_return(&other, it, TOKEN);
}

/* An office outside has recognised what has not been offered. */
static cbank_status act_note(world *it)
{
    return world_recognise(it, other.free, TOKEN);
}

static cbank_status act_hear_case(world *it)
{
    return world_hear(it, &step);
}

typedef struct act {
    const char *name;
    cbank_status (*run)(world *it);
    size_t adds;                         /* records that are there afterwards */
    Cbank__Api__V1__TransferState state; /* that one transfer more is in afterwards; or 0 */
    cbank_status (*count)(world *it, size_t *out); /* of what there is one more of, or NULL */
} act;

#define STATE(name) CBANK__API__V1__TRANSFER_STATE__TRANSFER_STATE_##name
/* How many transfers are in a state before. */
static const size_t before[] = {[STATE(OFFERED)] = 1, [STATE(ACCEPTED)] = 1, [STATE(RETURNED)] = 0};

static const act acts[] = {
    {"open", act_open, 0, 0, NULL},
    {"issue", act_issue, 1, 0, NULL},
    {"import", act_import, ROWS, 0, NULL},
    {"deposit", act_deposit, ROWS, 0, NULL},
    {"check", world_check, 0, 0, NULL},
    {"transcript", world_transcript, 0, 0, NULL},
    {"backup", act_backup, 0, 0, NULL},
    {"rotate", world_rotate, 0, 0, NULL},
    {"found", act_found, 0, 0, NULL},
    {"restore", act_restore, 0, 0, NULL},
    {"offer", act_offer, 0, STATE(OFFERED), NULL},
    {"receive", act_receive, 1, STATE(ACCEPTED), NULL},
    {"hear", act_hear, 0, STATE(ACCEPTED), NULL},
    {"return", act_return, 0, STATE(RETURNED), NULL},
    {"note", act_note, 0, 0, world_recognised},
    {"case", act_hear_case, 0, 0, world_heard},
};
#define ACTS (sizeof(acts) / sizeof(acts[0]))

/* ---- what fails -------------------------------------------------------------------------- */

typedef struct way {
    calls_kind kind;
    calls_failure failure;
    bool lasting; /* that call and all after it, until the disk is well again */
} way;

static const way ways[] = {
    {CALLS_OPEN, CALLS_EIO, false},       {CALLS_OPEN, CALLS_ENOSPC, false},
    {CALLS_MAKE, CALLS_EIO, false},       {CALLS_MAKE, CALLS_ENOSPC, false},
    {CALLS_WRITE, CALLS_EIO, false},      {CALLS_WRITE, CALLS_ENOSPC, false},
    {CALLS_WRITE, CALLS_SHORT, false},    {CALLS_PWRITE, CALLS_EIO, false},
    {CALLS_PWRITE, CALLS_ENOSPC, false},  {CALLS_PWRITE, CALLS_SHORT, false},
    {CALLS_PWRITE, CALLS_EIO, true},      {CALLS_PWRITE, CALLS_ENOSPC, true},
    {CALLS_WRITEV, CALLS_EIO, false},     {CALLS_WRITEV, CALLS_ENOSPC, false},
    {CALLS_WRITEV, CALLS_SHORT, false},   {CALLS_FSYNC, CALLS_EIO, false},
    {CALLS_FSYNC, CALLS_EIO, true},       {CALLS_FSYNC, CALLS_ENOSPC, false},
    {CALLS_FDATASYNC, CALLS_EIO, false},  {CALLS_FDATASYNC, CALLS_EIO, true},
    {CALLS_FDATASYNC, CALLS_ENOSPC, false},
    {CALLS_RENAME, CALLS_EIO, false},     {CALLS_RENAME, CALLS_ENOSPC, false},
    {CALLS_FTRUNCATE, CALLS_EIO, false},  {CALLS_FTRUNCATE, CALLS_ENOSPC, false},
    {CALLS_RANDOM, CALLS_EIO, false},     {CALLS_RANDOM, CALLS_EIO, true},
    {CALLS_ALLOC, CALLS_EIO, false},      {CALLS_ALLOC, CALLS_EIO, true},
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* Whether a status is a true word for what has happened. */
static bool fits(const way *how, const cbank_error *err)
{
    int32_t status = err->status;
    /* OpenSSL does not always say that it was memory that it lacked, nor can it without memory. */
    bool lost = strcmp(cbank_reason_name(err->reason), "CRYPTO_FAILED") == 0;

    switch (how->kind) {
    case CALLS_ALLOC:
        return status == CBANK_E_MEMORY || lost;
    case CALLS_RANDOM:
        return lost;
    default:
        /* LMDB takes a write that was cut short for a full disk. */
        if (how->failure == CALLS_ENOSPC || how->failure == CALLS_SHORT)
            return status == CBANK_E_FULL || status == CBANK_E_UNKNOWN || status == CBANK_E_IO;
        return status == CBANK_E_IO || status == CBANK_E_UNKNOWN;
    }
}

/* ---- one case ---------------------------------------------------------------------------- */

static int wrong(const world *it, const char *what, cbank_status status)
{
    fprintf(stderr, "  %s: %s %s: %s %s\n", what, cbank_status_name(status),
            cbank_reason_name(it->err.reason), it->err.object, it->err.detail);
    return WENT_WRONG;
}

/* All that was there before, and of the act everything or nothing. */
static int look(world *it, const act *what, bool done, const char *when)
{
    size_t base = 0, added = 0, moved = 0;
    cbank_status status = world_count(it, "base", &base);

    if (status == CBANK_OK)
        status = world_count(it, "new", &added);
    if (status == CBANK_OK && what->state != 0)
        status = exchange_count(it, what->state, &moved);
    if (status == CBANK_OK && what->count != NULL)
        status = what->count(it, &moved);
    if (status != CBANK_OK)
        return wrong(it, when, status);
    moved -= before[what->state];
    done = done || added > 0 || moved > 0; /* all of it, or nothing */
    if (base == BASE && added == (done ? what->adds : 0) &&
        moved == (done && (what->state != 0 || what->count != NULL) ? 1 : 0))
        return WENT_WELL;
    fprintf(stderr, "  %s: %zu of %d records before, %zu of %zu of the act, %zu moved\n", when,
            base, BASE, added, what->adds, moved);
    return WENT_WRONG;
}

/* The same again on the same handle, then on a new one. */
static int go_on(world *it, const act *what)
{
    cbank_status status = CBANK_OK;
    int code;

    if (it->bank == NULL)
        status = world_open(it);
    if (status == CBANK_OK)
        status = what->run(it);
    if (status != CBANK_OK)
        return wrong(it, "again", status);
    code = look(it, what, true, "after it was done");
    if (code != WENT_WELL)
        return code;
    world_close(it);
    status = world_open(it);
    if (status == CBANK_OK)
        status = world_check(it);
    return status == CBANK_OK ? look(it, what, true, "opened again")
                              : wrong(it, "opened again", status);
}

static int try_point(world *it, const act *what, const way *how, unsigned n)
{
    cbank_status status;
    bool failed;
    int code;

    world_must(it, world_open(it), "open");
    calls_spoil(how->kind, how->failure, n, how->lasting);
    status = what->run(it);
    failed = calls_heal();
    if (!failed)
        return status == CBANK_OK ? NO_SUCH_CALL : wrong(it, "without a failure", status);
    if (status != CBANK_OK && !fits(how, &it->err))
        return wrong(it, "an unfit status", status);
    if (it->bank != NULL) {
        code = look(it, what, status == CBANK_OK, "after the failure");
        if (code != WENT_WELL)
            return code;
    }
    return go_on(it, what);
}

static void begin_case(world *it, const image *start)
{
    image_put(start, it, start->store.size);
    (void)unlink(backup_path);
    harness_remove(other_path);
    harness_remove(other_guard);
}

static int run_case(world *it, const image *start, const act *what, const way *how, unsigned n)
{
    pid_t child;
    int code;

    begin_case(it, start);
    child = harness_child();
    if (child != 0)
        return harness_wait(child);
    harness_deadline(SECONDS);
    code = try_point(it, what, how, n);
    world_end(it);
    cbank_buffer_clear(&batch);
    cbank_buffer_clear(&step);
    exchange_end(&other);
    exit(code); /* so that a sanitizer looks for leaks */
}

/* ---- all of them ------------------------------------------------------------------------- */

/* How many calls of this kind the act makes when all goes well. */
static unsigned count_calls(world *it, const image *start, const act *what, calls_kind kind)
{
    int pipes[2];
    unsigned counted = 0;
    pid_t child;

    begin_case(it, start);
    if (pipe(pipes) != 0)
        _exit(WORLD_BROKEN);
    child = harness_child();
    if (child == 0) {
        world_must(it, world_open(it), "open");
        calls_spoil(kind, CALLS_EIO, 0, false);
        world_must(it, what->run(it), what->name);
        counted = calls_counted();
        _exit(write(pipes[1], &counted, sizeof(counted)) == (ssize_t)sizeof(counted) ? 0 : 1);
    }
    (void)close(pipes[1]);
    if (read(pipes[0], &counted, sizeof(counted)) != (ssize_t)sizeof(counted) ||
        harness_wait(child) != 0)
        _exit(WORLD_BROKEN);
    (void)close(pipes[0]);
    return counted;
}

static void run_way(harness *campaign, world *it, const image *start, const act *what,
                    const way *how)
{
    unsigned total = count_calls(it, start, what, how->kind);
    unsigned stride = 1;

    if (how->kind == CALLS_ALLOC && total > campaign->states)
        stride = total / (unsigned)campaign->states;
    for (unsigned n = 1;; n += stride) {
        int code = run_case(it, start, what, how, n);

        /* The library may take another way the second time, so one past the count ends it. */
        if (code == NO_SUCH_CALL && n > total)
            break;
        harness_judge(campaign, code == WENT_WELL || code == NO_SUCH_CALL,
                      "%s, %s %u of %u%s, %s: %d", what->name, calls_kind_name(how->kind), n, total,
                      how->lasting ? " and on" : "", calls_failure_name(how->failure), code);
        if (n > total + stride)
            break;
    }
}

static void work(harness *campaign, unsigned worker)
{
    char folder[WORLD_PATH_MAX], peer[WORLD_PATH_MAX + 8];
    char ids[BASE][WORLD_ID_MAX], reference[32];
    image start = {0};
    world it;

    snprintf(folder, sizeof(folder), "%s/%u", campaign->folder, worker);
    if (mkdir(folder, 0700) != 0)
        _exit(WORLD_BROKEN);
    world_create(&it, folder);
    for (unsigned i = 0; i < BASE; i++) {
        snprintf(reference, sizeof(reference), "base-%u", i);
        world_must(&it, world_issue(&it, reference, i + 1, ids[i]), "issue");
    }
    snprintf(peer, sizeof(peer), "%s/peer", folder);
    if (mkdir(peer, 0700) != 0)
        _exit(WORLD_BROKEN);
    exchange_begin(&other, &it, peer, ids[0], ids[1]);
    world_must(&it, world_sign(&it, "new", ROWS, &batch), "sign");
    world_must(&it, world_sign_case(&it, &step), "sign");
    snprintf(backup_path, sizeof(backup_path), "%s/backup", folder);
    snprintf(copy_path, sizeof(copy_path), "%s/copy", folder);
    snprintf(other_path, sizeof(other_path), "%s/other", folder);
    snprintf(other_guard, sizeof(other_guard), "%s/other.guard", folder);
    world_must(&it, world_backup(&it, copy_path), "backup");
    world_close(&it);
    image_take(&start, &it);
    for (unsigned long at = harness_next(campaign); at < ACTS * WAYS; at = harness_next(campaign))
        run_way(campaign, &it, &start, &acts[at % ACTS], &ways[WAYS - 1 - at / ACTS]);
    image_clear(&start);
    exchange_end(&other);
    cbank_buffer_clear(&batch);
    cbank_buffer_clear(&step);
    world_end(&it);
}

int main(int argc, char **argv)
{
    harness campaign;

    harness_begin(&campaign, "points", 30, argc, argv);
    harness_spread(&campaign, work);
    return harness_end(&campaign);
}
