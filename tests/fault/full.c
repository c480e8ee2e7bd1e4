/*
 * full - the disk fills up under a bank, a little later each time.
 *
 * A disk is made full in two ways: a small file system of memory, where this process may mount one,
 * filled by somebody else's file; and the limit on the size of files that a process may have. The
 * bank issues until it cannot. It says that the disk is full, and what to do; all that it answered
 * is there; it can be read, checked, closed and opened; an import and a backup leave nothing
 * behind; and the account can still be closed, and somebody else's erased with all it holds, in the
 * space that is kept for what takes away.
 * With room again the account is opened again, and the same call with the same token goes through,
 * once.
 *
 * --states N: how often in each way.
 */
#include "harness.h"
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define DISK_OPTIONS "size=8m"
#define ROOM_STEP (48u << 10)
#define ISSUES_MAX 700
#define ROWS 300
#define GUEST_RECORDS 40

static world it;
static char guest[WORLD_ACCOUNT_MAX]; /* of who will want to be forgotten */
static char ballast[WORLD_PATH_MAX + 16];

typedef struct way {
    const char *name;
    void (*fill)(size_t room); /* leaves about so many bytes */
    void (*drain)(void);
} way;

/* ---- two full disks ---------------------------------------------------------------------- */

static void fill_disk(size_t room)
{
    static const char zeros[4096];
    struct statvfs disk;
    int fd = open(ballast, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || statvfs(ballast, &disk) != 0)
        _exit(WORLD_BROKEN);
    for (size_t left = disk.f_bavail * disk.f_frsize; left > room; left -= sizeof(zeros)) {
        if (write(fd, zeros, sizeof(zeros)) != (ssize_t)sizeof(zeros))
            break;
    }
    (void)close(fd);
}

static void drain_disk(void)
{
    (void)unlink(ballast);
}

static void limit_files(rlim_t size)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_FSIZE, &limit) != 0)
        _exit(WORLD_BROKEN);
    limit.rlim_cur = size;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        _exit(WORLD_BROKEN);
}

static void fill_files(size_t room)
{
    char path[WORLD_PATH_MAX * 2];
    struct stat file;

    snprintf(path, sizeof(path), "%s/store/data.mdb", it.path);
    if (stat(path, &file) != 0)
        _exit(WORLD_BROKEN);
    limit_files((rlim_t)file.st_size + room);
}

static void drain_files(void)
{
    struct rlimit limit;

    (void)getrlimit(RLIMIT_FSIZE, &limit);
    limit_files(limit.rlim_max);
}

/* ---- a round ----------------------------------------------------------------------------- */

static bool complain(const char *what, cbank_status status)
{
    fprintf(stderr, "  %s: %s %s: %s %s\n", what, cbank_status_name(status),
            cbank_reason_name(it.err.reason), it.err.object, it.err.detail);
    return false;
}

static bool is_clear(cbank_status status)
{
    char message[256] = "", remedy[256] = "";

    cbank_error_text(&it.err, "en", message, sizeof(message), remedy, sizeof(remedy));
    if (status == CBANK_E_FULL && it.err.status == CBANK_E_FULL && message[0] != '\0' &&
        remedy[0] != '\0')
        return true;
    return complain("not a clear word", status);
}

static bool has(const char *prefix, size_t wanted)
{
    size_t records = 0;
    cbank_status status = world_count(&it, prefix, &records);

    if (status == CBANK_OK && records == wanted)
        return true;
    fprintf(stderr, "  %zu of %zu records: %s\n", records, wanted, cbank_status_name(status));
    return false;
}

/* Somebody else with records of their own. */
static void settle_guest(void)
{
    char learner[WORLD_ACCOUNT_MAX], reference[64], id[WORLD_ID_MAX];

    world_welcome(&it, guest);
    memcpy(learner, it.account, sizeof(learner));
    memcpy(it.account, guest, sizeof(guest));
    for (unsigned i = 0; i < GUEST_RECORDS; i++) {
        snprintf(reference, sizeof(reference), "guest-%u", i);
        world_must(&it, world_issue(&it, reference, 10000 + i, id), "a guest's record");
    }
    memcpy(it.account, learner, sizeof(learner));
}

static bool is_forgotten(void)
{
    bool gone = false;
    cbank_status status = world_is_erased(&it, guest, &gone);

    return gone || complain("something is left of who was erased", status);
}

/* Everything that needs no room, and what needs it and must leave nothing. */
static bool lives_on(size_t issued, const char *prefix)
{
    char copy[WORLD_PATH_MAX + 16];
    cbank_status status;

    if (!has(prefix, issued))
        return false;
    snprintf(copy, sizeof(copy), "%s/copy", it.folder);
    status = world_import(&it, "sheet", ROWS);
    if (!is_clear(status) || !has("sheet", 0))
        return false;
    status = world_backup(&it, copy);
    if (status == CBANK_OK)
        (void)unlink(copy);
    else if (!is_clear(status) || access(copy, F_OK) == 0)
        return complain("a backup", status);
    status = world_freeze(&it, true);
    if (!is_clear(status))
        return false;
    status = world_transcript(&it); /* is noted before it is handed out */
    if (status != CBANK_OK && !is_clear(status))
        return complain("a transcript", status);
    status = world_shut(&it, true);
    if (status == CBANK_OK)
        status = world_erase(&it, guest);
    if (status == CBANK_OK)
        status = world_check(&it);
    world_close(&it);
    if (status == CBANK_OK)
        status = world_open(&it);
    if (status != CBANK_OK)
        return complain("while it is full", status);
    return has(prefix, issued) && is_forgotten();
}

static bool run_round(const way *how, uint64_t round)
{
    static const char prefix[] = "one-";
    char reference[64], id[WORLD_ID_MAX];
    cbank_status status = CBANK_OK;
    size_t issued = 0;

    how->fill(ROOM_STEP * (size_t)round);
    while (issued < ISSUES_MAX) {
        snprintf(reference, sizeof(reference), "%s%zu", prefix, issued);
        status = world_issue(&it, reference, issued + 1, id);
        if (status != CBANK_OK)
            break;
        issued++;
    }
    if (!is_clear(status) || !lives_on(issued, prefix)) {
        how->drain();
        return false;
    }
    how->drain();
    status = world_shut(&it, false);
    if (status == CBANK_OK)
        status = world_issue(&it, reference, issued + 1, id);
    if (status == CBANK_OK)
        status = world_issue(&it, reference, issued + 1, id);
    if (status == CBANK_OK)
        status = world_check(&it);
    return status == CBANK_OK ? has(prefix, issued + 1) : complain("with room again", status);
}

static void run_way(harness *campaign, const char *folder, const way *how)
{
    /* A bank for each: what one account may be given in a year has its own limit. */
    for (uint64_t round = 0; round < campaign->states; round++) {
        char place[WORLD_PATH_MAX + 32];

        snprintf(place, sizeof(place), "%s/%llu", folder, (unsigned long long)round);
        if (mkdir(place, 0700) != 0)
            _exit(WORLD_BROKEN);
        world_create(&it, place);
        settle_guest();
        harness_judge(campaign, run_round(how, round), "%s, round %llu", how->name,
                      (unsigned long long)round);
        world_end(&it);
        harness_remove(place);
    }
}

/* A file system that only this process sees; false where it may not. */
static bool mount_small(const char *folder)
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", folder, "tmpfs", 0, DISK_OPTIONS) == 0;
}

static void work(harness *campaign, unsigned worker)
{
    static const way ways[] = {{"a full disk", fill_disk, drain_disk},
                               {"a limit of files", fill_files, drain_files}};
    char folder[WORLD_PATH_MAX];
    unsigned long at;

    (void)worker;
    (void)signal(SIGXFSZ, SIG_IGN);
    while ((at = harness_next(campaign)) < 2) {
        pid_t child;

        snprintf(folder, sizeof(folder), "%s/%lu", campaign->folder, at);
        snprintf(ballast, sizeof(ballast), "%s/ballast", folder);
        if (mkdir(folder, 0700) != 0)
            _exit(WORLD_BROKEN);
        child = harness_child();
        if (child == 0) {
            if (at == 0 && !mount_small(folder))
                fprintf(stderr, "SKIPPED a full disk: cannot mount: %s\n", strerror(errno));
            else
                run_way(campaign, folder, &ways[at]);
            _exit(0);
        }
        if (harness_wait(child) != 0)
            harness_judge(campaign, false, "%s: the process ended", ways[at].name);
    }
}

int main(int argc, char **argv)
{
    harness campaign;

    harness_begin(&campaign, "full", 10, argc, argv);
    harness_spread(&campaign, work);
    return harness_end(&campaign);
}
