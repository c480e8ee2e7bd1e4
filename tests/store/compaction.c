/* Once a store was compacted, what was deleted is nowhere in its file; all else is as it was. */
#include "store/compaction.h"

#include "place.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROWS 3000u

static cbank_status compact(cbi_store *store, cbi_compacted *out, cbank_error *err)
{
    cbi_compaction *compaction = NULL;
    cbank_status status = cbi_compaction_begin(store, &compaction, err);
    bool more = true;

    while (status == CBANK_OK && more)
        status = cbi_compaction_step(compaction, &more, err);
    if (status == CBANK_OK && out != NULL)
        *out = cbi_compaction_result(compaction);
    cbi_compaction_end(compaction);
    return status;
}

/* Bytes that no other row has: what they are of, and which version of it. */
static cbi_bytes content(uint64_t number, uint32_t version, size_t size)
{
    static uint8_t bytes[70000];

    for (size_t i = 0; i + 16 <= size; i += 16) {
        cbi_put_u64(bytes + i, 0xc0ffee0000000000u + number);
        cbi_put_u32(bytes + i + 8, 0xbeef0000u + version);
        cbi_put_u32(bytes + i + 12, (uint32_t)i);
    }
    return cbi_bytes_of(bytes, size);
}

/* How many pieces of rows the file holds that `wanted` asks for. */
static size_t count_in_file(bool (*wanted)(uint64_t number, uint32_t version))
{
    static const uint8_t mark[] = {0xc0, 0xff, 0xee, 0, 0, 0};
    int fd = open(place_path("store/data.mdb"), O_RDONLY | O_CLOEXEC);
    struct stat file;
    const uint8_t *bytes, *end, *at;
    size_t found = 0;

    cr_assert(fd >= 0 && fstat(fd, &file) == 0);
    bytes = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    cr_assert(bytes != MAP_FAILED);
    end = bytes + file.st_size - 12;
    for (at = bytes; (at = memmem(at, (size_t)(end - at), mark, sizeof(mark))) != NULL; at++) {
        if (cbi_get_u32(at + 8) >> 16 == 0xbeef)
            found += wanted(cbi_get_u64(at) & 0xffff, cbi_get_u32(at + 8) & 0xffff);
    }
    (void)munmap((void *)(uintptr_t)bytes, (size_t)file.st_size);
    (void)close(fd);
    return found;
}

static size_t size_of(uint64_t number)
{
    return number % 50 == 0 ? 9000 : 32 + number * 7919 % 900 / 16 * 16;
}

/* Rows come in any order, so that pages split; a hundred at a time. */
static void put_rows(cbi_store *store, uint32_t version, unsigned every)
{
    for (uint64_t i = 0; i < ROWS; i += 100) {
        cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);

        for (uint64_t k = i; k < i + 100; k++) {
            uint64_t number = k * 1009 % ROWS;

            if (number % every == 0)
                cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_VAULT, place_key(number),
                                         content(number, version, size_of(number + version)),
                                         NULL),
                             CBANK_OK);
        }
        place_commit(txn);
    }
}

static void delete_rows(cbi_store *store, unsigned every)
{
    cbi_txn *txn = place_begin(store, CBI_TXN_ERASE);

    for (uint64_t i = 0; i < ROWS; i += every)
        cr_assert_eq(cbi_txn_delete(txn, CBI_TABLE_VAULT, place_key(i), NULL), CBANK_OK);
    place_commit(txn);
}

/* Every seventh row was changed once and is deleted then: nothing of either version may be left. */
static bool is_deleted(uint64_t number, uint32_t version)
{
    return number % 7 == 0 && version < 3;
}

static size_t remains(void)
{
    return count_in_file(is_deleted);
}

Test(compaction, deleted_rows_and_what_they_said_before_leave_the_file)
{
    cbi_store *store = place_create(QUOTA);
    cbi_compacted done;
    cbi_txn *txn;

    put_rows(store, 1, 1);
    put_rows(store, 2, 7);
    delete_rows(store, 7);
    cr_assert_gt(remains(), 100, "LMDB leaves them where they were");
    cr_assert_eq(compact(store, &done, NULL), CBANK_OK);
    cr_expect_eq(remains(), 0);
    cr_expect_gt(done.wiped_pages, 0);
    txn = place_begin(store, CBI_TXN_READ);
    for (uint64_t i = 0; i < ROWS; i++)
        cr_assert_eq(place_is(txn, CBI_TABLE_VAULT, place_key(i), content(i, 1, size_of(i + 1))),
                     i % 7 != 0);
    cbi_txn_abort(txn);
    put_rows(store, 3, 3);
    cr_expect_eq(remains(), 0, "nor do buffers bring them back");
    place_leave(store);
}

Test(compaction, what_a_failed_commit_wrote_behind_the_end_goes_too)
{
    cbi_store *store = place_create(QUOTA);
    struct stat file;
    int fd;

    put_rows(store, 3, 50);
    fd = open(place_path("store/data.mdb"), O_WRONLY | O_CLOEXEC);
    cr_assert(fd >= 0 && fstat(fd, &file) == 0);
    cr_assert_eq(pwrite(fd, content(7, 1, 4096).data, 4096, file.st_size - 4096), 4096);
    cr_assert_eq(remains(), 255);
    cr_assert_eq(compact(store, NULL, NULL), CBANK_OK);
    cr_expect_eq(remains(), 0);
    (void)close(fd);
    place_leave(store);
}

Test(compaction, while_somebody_reads_what_was_it_does_not_pretend)
{
    cbi_store *store = place_create(QUOTA);
    cbi_compaction *compaction = NULL;
    cbank_error err = {0};
    cbank_status status = CBANK_OK;
    bool more = true;
    cbi_txn *reader;

    put_rows(store, 1, 1);
    cr_assert_eq(cbi_compaction_begin(store, &compaction, NULL), CBANK_OK);
    reader = place_begin(store, CBI_TXN_READ);
    delete_rows(store, 7);
    while (status == CBANK_OK && more)
        status = cbi_compaction_step(compaction, &more, &err);
    place_fails(status, err, COMPACT_READERS);
    cr_expect(place_is(reader, CBI_TABLE_VAULT, place_key(7), content(7, 1, size_of(8))),
              "what it reads is there to its end");
    cbi_txn_abort(reader);
    cbi_compaction_end(compaction);
    cr_assert_eq(compact(store, NULL, NULL), CBANK_OK);
    cr_expect_eq(remains(), 0);
    place_leave(store);
}

Test(compaction, beside_another_process_it_does_not_begin)
{
    cbi_store *store = place_create(QUOTA);
    cbank_error err = {0};
    int ready[2];
    pid_t child;
    char word;

    put_rows(store, 1, 50);
    cr_assert_eq(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        cbi_store *own = NULL;
        cbi_txn *txn = NULL;

        if (cbi_store_open(place_path("store"), QUOTA, &own, NULL) != CBANK_OK ||
            cbi_txn_begin(own, CBI_TXN_READ, &txn, NULL) != CBANK_OK)
            _exit(1);
        cbi_txn_abort(txn);
        (void)!write(ready[1], "x", 1);
        (void)pause();
        _exit(0);
    }
    cr_assert_eq(read(ready[0], &word, 1), 1);
    place_fails(compact(store, NULL, &err), err, COMPACT_READERS);
    cr_expect_eq(err.where, (uint64_t)child);
    (void)kill(child, SIGKILL);
    cr_assert_eq(waitpid(child, NULL, 0), child);
    cr_expect_eq(compact(store, NULL, NULL), CBANK_OK, "one that died is not in the way");
    place_leave(store);
}

ParameterizedTestParameters(compaction, changes_nothing_that_can_be_read)
{
    return place_engines();
}

ParameterizedTest(place_engine *engine, compaction, changes_nothing_that_can_be_read)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn;

    cr_assert_eq(compact(store, NULL, NULL), CBANK_OK, "an empty one too");
    put_rows(store, 1, 1);
    delete_rows(store, 7);
    cr_assert_eq(compact(store, NULL, NULL), CBANK_OK);
    txn = place_begin(store, CBI_TXN_READ);
    for (uint64_t i = 0; i < ROWS; i++)
        cr_assert_eq(place_is(txn, CBI_TABLE_VAULT, place_key(i), content(i, 1, size_of(i + 1))),
                     i % 7 != 0);
    cbi_txn_abort(txn);
    place_leave(store);
}
