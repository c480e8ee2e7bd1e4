/*
 * rot - a bank whose files have changed under it: flipped bits, cut ends, foreign files and old
 * copies.
 *
 * Each damaged bank is opened by a process of its own. It is refused with a clear word, or `bank
 * check` finds what is wrong, or nothing that the bank tells has changed. LMDB has no checksums and
 * follows a damaged page wherever it leads, so a process may be brought down by it; the bank check
 * of the command line runs in a child for this reason. What never happens is that a bank passes its
 * check and tells something else.
 *
 * --states N: flipped bits of the store, spread evenly.
 */
#include "harness.h"
#include "image.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORDS 6
#define ROWS 40
#define PAGE 4096u
#define SECONDS 30
#define GUARD_BITS_BETWEEN 37
#define CUTS 64

enum { REFUSED = 10, FOUND = 11, HARMLESS = 12, UNNOTICED = 13 };

typedef struct tally {
    atomic_ulong refused, found, harmless, brought_down;
} tally;

static world it;
static image whole;
static cbank_buffer told; /* what the whole bank tells */
static tally *sums;
static size_t used; /* bytes of the store; after the last that is not zero nothing is lost */

static int unnoticed(const char *what)
{
    fprintf(stderr, "  %s: %s %s %s\n", what, cbank_status_name(it.err.status),
            cbank_reason_name(it.err.reason), it.err.detail);
    return UNNOTICED;
}

/* A clear word about the files, and not of what the machine lacks. */
static bool is_refusal(void)
{
    return it.err.status >= CBANK_E_MALFORMED && it.err.status < CBANK_E_MEMORY;
}

/* What the bank tells is what it told, and a stranger who is given a transcript believes it. */
static int compare_told(void)
{
    cbank_buffer now = {0}, transcript = {0}, nothing = {0};
    size_t notes;

    if (world_tell(&it, &now) != CBANK_OK || now.size != told.size ||
        memcmp(now.data, told.data, told.size) != 0)
        return unnoticed("tells something else");
    if (world_write_transcript(&it, &transcript) != CBANK_OK) /* which is a commit */
        return is_refusal() ? REFUSED : unnoticed("no transcript");
    if (world_verify(&it, &transcript, &nothing, &notes) != CBANK_OK)
        return unnoticed("a transcript that nobody believes");
    return HARMLESS;
}

/* In the child: what becomes of the bank as it is now. */
static int examine(void)
{
    if (world_open(&it) != CBANK_OK)
        return is_refusal() ? REFUSED : unnoticed("not opened");
    if (world_check(&it) != CBANK_OK)
        return FOUND;
    return compare_told();
}

static void judge(harness *campaign, const char *what, size_t where, bool must_be_seen)
{
    pid_t child = harness_child();
    int code;

    if (child == 0) {
        harness_deadline(SECONDS);
        _exit(examine());
    }
    code = harness_wait(child);
    atomic_fetch_add(&sums->refused, code == REFUSED);
    atomic_fetch_add(&sums->found, code == FOUND);
    atomic_fetch_add(&sums->harmless, code == HARMLESS);
    atomic_fetch_add(&sums->brought_down, code == 128 + SIGSEGV || code == 128 + SIGBUS);
    harness_judge(campaign,
                  code == REFUSED || code == FOUND || (code == HARMLESS && !must_be_seen) ||
                      ((code == 128 + SIGSEGV || code == 128 + SIGBUS) && !must_be_seen),
                  "%s at %zu: %d", what, where, code);
}

static void write_at(const char *path, const void *data, size_t size, off_t offset)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || pwrite(fd, data, size, offset) != (ssize_t)size || close(fd) != 0)
        _exit(WORLD_BROKEN);
}

static void flip_store(harness *campaign, size_t bit)
{
    char path[WORLD_PATH_MAX * 2];
    uint8_t byte = (uint8_t)(whole.store.data[bit / 8] ^ (1u << bit % 8));

    image_store_path(&it, path);
    write_at(path, &byte, 1, (off_t)(bit / 8));
    judge(campaign, "a flipped bit of the store", bit, false);
}

static void flip_guard(harness *campaign, size_t bit)
{
    char path[WORLD_PATH_MAX * 2];
    uint8_t byte = (uint8_t)(whole.guard.data[bit / 8] ^ (1u << bit % 8));

    image_guard_path(&it, path);
    write_at(path, &byte, 1, (off_t)(bit / 8));
    judge(campaign, "a flipped bit of the guard", bit, false);
}

/* Anything shorter than what LMDB uses must be refused before it is mapped. */
static void cut_store(harness *campaign, size_t size)
{
    image_put(&whole, &it, size);
    judge(campaign, "a store cut", size, true);
}

static void cut_guard(harness *campaign, size_t size)
{
    char path[WORLD_PATH_MAX * 2];

    image_guard_path(&it, path);
    if (truncate(path, (off_t)size) != 0)
        _exit(WORLD_BROKEN);
    judge(campaign, "a guard cut", size, true);
}

/* A file that is no store at all, in the store's place. */
static void be_foreign(harness *campaign, size_t kind)
{
    static const char *const texts[] = {"", "x", "SQLite format 3", "#!/bin/sh\n"};
    char path[WORLD_PATH_MAX * 2];
    uint8_t filling[PAGE * 4];

    image_store_path(&it, path);
    memset(filling, (int)(kind * 85), sizeof(filling));
    memcpy(filling, texts[kind], strlen(texts[kind]));
    if (truncate(path, kind == 0 ? 0 : (off_t)sizeof(filling)) != 0)
        _exit(WORLD_BROKEN);
    if (kind != 0)
        write_at(path, filling, sizeof(filling), 0);
    judge(campaign, "a foreign file", kind, true);
}

/* ---- copies ------------------------------------------------------------------------------ */

/* The store of before, beside the guard of today. */
static void go_back(harness *campaign)
{
    char id[WORLD_ID_MAX];
    image later = {0};
    bool refused;

    image_put(&whole, &it, whole.store.size);
    world_must(&it, world_open(&it), "open");
    world_must(&it, world_issue(&it, "later", 101, id), "issue");
    world_close(&it);
    image_take(&later, &it);
    cbank_buffer_clear(&later.store);
    later.store = whole.store;
    image_put(&later, &it, later.store.size);
    refused = world_open(&it) == CBANK_E_ROLLBACK;
    harness_judge(campaign, refused, "an older copy: %s", cbank_reason_name(it.err.reason));
    cbank_buffer_clear(&later.guard);
    world_close(&it);
}

/* Two copies, store and guard, that both go on signing: each in its turn in the one place. */
static void fork_history(harness *campaign)
{
    char id[WORLD_ID_MAX];
    cbank_buffer before = {0}, ours = {0}, our_note = {0}, theirs = {0};
    cbank_status status;
    size_t notes = 0;

    image_put(&whole, &it, whole.store.size);
    world_must(&it, world_open(&it), "open");
    world_must(&it, world_note(&it, &before), "note");
    world_must(&it, world_issue(&it, "ours", 102, id), "issue");
    world_must(&it, world_write_transcript(&it, &ours), "transcript");
    world_must(&it, world_note(&it, &our_note), "note");
    world_close(&it);
    image_put(&whole, &it, whole.store.size);
    world_must(&it, world_open(&it), "open");
    world_must(&it, world_issue(&it, "theirs", 103, id), "issue");
    world_must(&it, world_note(&it, &theirs), "note");
    status = world_verify(&it, &ours, &theirs, &notes);
    harness_judge(campaign, status == CBANK_E_FORK && notes == 2,
                  "two histories: %s, %zu notes of 2", cbank_status_name(status), notes);
    status = world_join(&it, &our_note, &notes);
    harness_judge(campaign, status == CBANK_E_FORK && notes == 2,
                  "two logs: %s, %zu notes of 2", cbank_status_name(status), notes);
    status = world_join(&it, &before, &notes);
    harness_judge(campaign, status == CBANK_OK && notes == 0,
                  "what they have in common: %s, %zu notes", cbank_status_name(status), notes);
    world_close(&it);
    cbank_buffer_clear(&before);
    cbank_buffer_clear(&ours);
    cbank_buffer_clear(&our_note);
    cbank_buffer_clear(&theirs);
}

/* ---- all of it --------------------------------------------------------------------------- */

static void prepare(const harness *campaign, unsigned worker)
{
    char folder[WORLD_PATH_MAX], reference[32], id[WORLD_ID_MAX];
    char copy[WORLD_PATH_MAX * 2], store[WORLD_PATH_MAX * 2];

    snprintf(folder, sizeof(folder), "%s/%u", campaign->folder, worker);
    snprintf(copy, sizeof(copy), "%s/copy", folder);
    if (mkdir(folder, 0700) != 0)
        _exit(WORLD_BROKEN);
    world_create(&it, folder);
    for (unsigned i = 0; i < RECORDS; i++) {
        snprintf(reference, sizeof(reference), "base-%u", i);
        world_must(&it, world_issue(&it, reference, i + 1, id), "issue");
    }
    world_must(&it, world_import(&it, "more", ROWS), "import");
    world_must(&it, world_tell(&it, &told), "tell");
    world_must(&it, world_check(&it), "check");
    /* A backup is compacted: all of its pages are in use. */
    world_must(&it, world_backup(&it, copy), "backup");
    world_close(&it);
    image_store_path(&it, store);
    if (rename(copy, store) != 0)
        _exit(WORLD_BROKEN);
    image_take(&whole, &it);
    for (used = whole.store.size; used > 0 && whole.store.data[used - 1] == 0;)
        used--;
}

/* The next piece of work: bits of the store, then of the guard, then cuts, then foreign files. */
static void work(harness *campaign, unsigned worker)
{
    size_t flips = campaign->states, guard_flips, at;

    prepare(campaign, worker);
    guard_flips = whole.guard.size * 8 / GUARD_BITS_BETWEEN;
    for (;;) {
        at = harness_next(campaign);
        if (at >= flips + guard_flips + 2 * CUTS + 4)
            break;
        image_put(&whole, &it, whole.store.size);
        if (at < flips)
            flip_store(campaign, (size_t)((double)used * 8 / (double)flips * (double)at));
        else if ((at -= flips) < guard_flips)
            flip_guard(campaign, at * GUARD_BITS_BETWEEN);
        else if ((at -= guard_flips) < CUTS)
            cut_store(campaign, used / CUTS * at);
        else if ((at -= CUTS) < CUTS)
            cut_guard(campaign, whole.guard.size / CUTS * at);
        else
            be_foreign(campaign, at - CUTS);
    }
    if (worker == 0) {
        go_back(campaign);
        fork_history(campaign);
    }
    image_clear(&whole);
    cbank_buffer_clear(&told);
    world_end(&it);
}

int main(int argc, char **argv)
{
    harness campaign;

    harness_begin(&campaign, "rot", 600, argc, argv);
    sums = mmap(NULL, sizeof(*sums), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (sums == MAP_FAILED)
        return 2;
    harness_spread(&campaign, work);
    if (!campaign.json)
        printf("rot: %lu refused, %lu found by the check, %lu harmless, %lu brought LMDB down\n",
               atomic_load(&sums->refused), atomic_load(&sums->found),
               atomic_load(&sums->harmless), atomic_load(&sums->brought_down));
    return harness_end(&campaign);
}
