/*
 * threads - writers and readers of one handle, all at once, under ThreadSanitizer.
 *
 * Writers issue credits, freeze and free the account and import; readers list, show, ask for
 * transcripts, checkpoints and proofs of the whole; one checks all that is there, over and over.
 * The library is compiled anew for this program, and any race that the sanitizer sees ends it.
 *
 * --states N: credits that each writer issues.
 */
#include "harness.h"
#include "world.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITERS 4
#define READERS 3
#define IMPORT_EVERY 10
#define ROWS 4
#define MANY 560 /* rows of an import that is judged by several threads of its own */

/*
 * LMDB, OpenSSL and libsodium are not compiled for the sanitizer, which does not see how they
 * synchronise.
 */
const char *__tsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__tsan_default_suppressions(void)
{
    return "called_from_lib:libcrypto.so\ncalled_from_lib:libsodium.so\n"
           "called_from_lib:liblmdb.so\n";
}
const char *__tsan_default_options(void);
__attribute__((visibility("default"))) const char *__tsan_default_options(void)
{
    return "halt_on_error=1 exitcode=66";
}

static world shared;
static harness campaign;
static atomic_bool over;

static void tell(const world *mine, cbank_status status, const char *what)
{
    harness_judge(&campaign, status == CBANK_OK, "%s: %s %s %s", what,
                  cbank_reason_name(mine->err.reason), mine->err.object, mine->err.detail);
}

static void *write_on(void *argument)
{
    unsigned long number = (unsigned long)(uintptr_t)argument;
    char reference[64], id[WORLD_ID_MAX];
    world mine = shared; /* the handle is one, the error is each one's own */

    for (unsigned long i = 0; i < campaign.states; i++) {
        snprintf(reference, sizeof(reference), "w%lu-%lu", number, i);
        tell(&mine, world_issue(&mine, reference, number << 32 | i, id), "issue");
        tell(&mine, world_show(&mine, id), "what was issued");
        if (i % IMPORT_EVERY == IMPORT_EVERY - 1) {
            snprintf(reference, sizeof(reference), "m%lu-%lu", number, i);
            tell(&mine, world_import(&mine, reference, ROWS), "import");
        }
    }
    return NULL;
}

static void *read_on(void *argument)
{
    world mine = shared;
    uint64_t size = 0, last = 0;
    size_t records;

    (void)argument;
    while (!atomic_load(&over)) {
        tell(&mine, world_size(&mine, &size), "checkpoint");
        harness_judge(&campaign, size >= last, "the log went back");
        last = size;
        tell(&mine, world_count(&mine, "", &records), "list");
        tell(&mine, world_transcript(&mine), "transcript");
    }
    return NULL;
}

static void *check_on(void *argument)
{
    world mine = shared;

    (void)argument;
    while (!atomic_load(&over))
        tell(&mine, world_check(&mine), "check");
    return NULL;
}

static void run(void)
{
    pthread_t writers[WRITERS], others[READERS + 1];
    size_t records = 0;
    size_t wanted = MANY + WRITERS * (campaign.states + campaign.states / IMPORT_EVERY * ROWS);
    world mine = shared;

    for (uintptr_t i = 0; i < WRITERS; i++)
        (void)pthread_create(&writers[i], NULL, write_on, (void *)i);
    for (size_t i = 0; i <= READERS; i++)
        (void)pthread_create(&others[i], NULL, i < READERS ? read_on : check_on, NULL);
    tell(&mine, world_import(&mine, "many", MANY), "import of many");
    for (size_t i = 0; i < WRITERS; i++)
        (void)pthread_join(writers[i], NULL);
    atomic_store(&over, true);
    for (size_t i = 0; i <= READERS; i++)
        (void)pthread_join(others[i], NULL);
    tell(&shared, world_count(&shared, "", &records), "list");
    harness_judge(&campaign, records == wanted, "%zu of %zu records", records, wanted);
    tell(&shared, world_check(&shared), "check");
}

int main(int argc, char **argv)
{
    char folder[WORLD_PATH_MAX];

    harness_begin(&campaign, "threads", 25, argc, argv);
    snprintf(folder, sizeof(folder), "%s/0", campaign.folder);
    if (mkdir(folder, 0700) != 0)
        return 2;
    world_create(&shared, folder);
    run();
    world_end(&shared);
    return harness_end(&campaign);
}
