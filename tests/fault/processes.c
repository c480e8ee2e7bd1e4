/*
 * processes - one bank in several processes, and one process with several handles of it.
 *
 * Eight read while one imports, and see the log grow only. After a fork every call answers FORKED,
 * in the host program that did not mean any harm, and the parent goes on. Two handles in one
 * process are one bank. A reader that is killed keeps no pages from being used again.
 *
 * --states N: spreadsheets to import.
 */
#include "harness.h"
#include "world.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define READERS 8
#define ROWS 20
#define KILLED 10
#define COMMITS_UNTIL_NOTICED 128 /* the dead are looked for every 64 */
#define COMMITS 200
#define COMMIT_BYTES_MAX 4096 /* of the store's growth, on average; one that is held keeps 40,000 */

static world it;
static harness campaign;
static volatile bool *over; /* shared */

static bool told(const world *mine, cbank_status status, const char *what)
{
    harness_judge(&campaign, status == CBANK_OK, "%s: %s %s %s", what,
                  cbank_reason_name(mine->err.reason), mine->err.object, mine->err.detail);
    return status == CBANK_OK;
}

static void wait_ms(unsigned ms)
{
    struct timespec time = {.tv_nsec = (long)ms * 1000000};

    (void)nanosleep(&time, NULL);
}

/* ---- eight read while one imports --------------------------------------------------------- */

static int read_on(void)
{
    uint64_t size = 0, last = 0;
    size_t records = 0, least = 0;

    if (!told(&it, world_open(&it), "a reader opens"))
        return 1;
    while (!*over) {
        told(&it, world_size(&it, &size), "checkpoint");
        told(&it, world_count(&it, "sheet", &records), "list");
        told(&it, world_transcript(&it), "transcript");
        harness_judge(&campaign, size >= last && records >= least, "something went back");
        harness_judge(&campaign, records % ROWS == 0, "half a batch is seen: %zu records", records);
        last = size;
        least = records;
    }
    world_close(&it);
    return 0;
}

static void read_while_importing(void)
{
    pid_t readers[READERS];
    char prefix[32];
    size_t records = 0;

    *over = false;
    for (size_t i = 0; i < READERS; i++) {
        readers[i] = harness_child();
        if (readers[i] == 0)
            _exit(read_on());
    }
    if (told(&it, world_open(&it), "the writer opens")) {
        for (unsigned long i = 0; i < campaign.states; i++) {
            snprintf(prefix, sizeof(prefix), "sheet-%lu", i);
            told(&it, world_import(&it, prefix, ROWS), "import");
        }
        told(&it, world_count(&it, "sheet", &records), "list");
        harness_judge(&campaign, records == ROWS * campaign.states, "%zu records", records);
    }
    *over = true;
    for (size_t i = 0; i < READERS; i++) {
        int code = harness_wait(readers[i]);

        harness_judge(&campaign, code == 0, "a reader ended with %d", code);
    }
    told(&it, world_check(&it), "check");
    world_close(&it);
}

/* ---- a host program that forks ------------------------------------------------------------ */

static int try_in_child(void)
{
    char id[WORLD_ID_MAX];
    size_t records;
    bool all = world_issue(&it, "child", 1, id) == CBANK_E_FORKED &&
               world_count(&it, "", &records) == CBANK_E_FORKED &&
               world_transcript(&it) == CBANK_E_FORKED && world_check(&it) == CBANK_E_FORKED &&
               world_import(&it, "child", 2) == CBANK_E_FORKED;

    world_close(&it); /* frees the memory and touches nothing else */
    return all && world_open(&it) == CBANK_OK && world_count(&it, "", &records) == CBANK_OK ? 0 : 1;
}

static void fork_with_a_bank(void)
{
    char id[WORLD_ID_MAX];
    pid_t child;

    told(&it, world_open(&it), "open");
    child = harness_child();
    if (child == 0)
        _exit(try_in_child());
    harness_judge(&campaign, harness_wait(child) == 0, "a fork was not answered FORKED");
    told(&it, world_issue(&it, "parent", 2, id), "the parent goes on");
    world_close(&it);
}

static void open_twice(void)
{
    world other = it;
    char id[WORLD_ID_MAX];

    told(&it, world_open(&it), "open");
    told(&other, world_open(&other), "open again");
    told(&it, world_issue(&it, "first", 3, id), "the first handle");
    told(&other, world_show(&other, id), "is seen by the second");
    world_close(&it);
    told(&other, world_issue(&other, "second", 4, id), "the second alone");
    told(&other, world_check(&other), "check");
    world_close(&other);
}

/* ---- readers that are killed -------------------------------------------------------------- */

static off_t store_size(void)
{
    char path[WORLD_PATH_MAX * 2];
    struct stat file;

    snprintf(path, sizeof(path), "%s/store/data.mdb", it.path);
    return stat(path, &file) == 0 ? file.st_size : 0;
}

static void commit(unsigned count)
{
    for (unsigned i = 0; i < count / 2; i++) {
        told(&it, world_freeze(&it, true), "freeze");
        told(&it, world_freeze(&it, false), "unfreeze");
    }
}

static void kill_readers(void)
{
    off_t before, grown;

    told(&it, world_open(&it), "open");
    for (unsigned i = 0; i < KILLED; i++) {
        pid_t reader;
        world mine = it;
        size_t records;

        mine.bank = NULL;
        reader = harness_child();
        if (reader == 0) {
            world_must(&mine, world_open(&mine), "a reader opens");
            for (;;)
                world_must(&mine, world_count(&mine, "", &records), "a reader");
        }
        wait_ms(20 + i);
        (void)kill(reader, SIGKILL);
        (void)harness_wait(reader);
    }
    commit(COMMITS_UNTIL_NOTICED);
    before = store_size();
    commit(COMMITS);
    grown = store_size() - before;
    harness_judge(&campaign, grown < (off_t)COMMITS * COMMIT_BYTES_MAX,
                  "the store grew by %lld bytes", (long long)grown);
    world_close(&it);
}

int main(int argc, char **argv)
{
    char folder[WORLD_PATH_MAX];

    harness_begin(&campaign, "processes", 20, argc, argv);
    snprintf(folder, sizeof(folder), "%s/0", campaign.folder);
    over = mmap(NULL, sizeof(*over), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (over == MAP_FAILED || mkdir(folder, 0700) != 0)
        return 2;
    world_create(&it, folder);
    world_close(&it);
    read_while_importing();
    fork_with_a_bank();
    open_twice();
    kill_readers();
    world_end(&it);
    return harness_end(&campaign);
}
