/* Trouble beneath: failing disks, dead readers, other processes, damaged pages. */
#include "place.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disk.h"

/* Runs `work` in a process of its own, on a store that it opens itself. */
static pid_t run_apart(int (*work)(cbi_store *store), uint64_t quota_bytes)
{
    pid_t child = fork();

    if (child == 0) {
        cbi_store *store = NULL;

        if (cbi_store_open(place_path("store"), quota_bytes, &store, NULL) != CBANK_OK)
            _exit(100);
        _exit(work(store));
    }
    cr_assert(child > 0);
    return child;
}

static void wait_for(pid_t child)
{
    int result = -1;

    cr_assert_eq(waitpid(child, &result, 0), child);
    cr_assert(WIFEXITED(result));
    cr_assert_eq(WEXITSTATUS(result), 0, "answer %d", WEXITSTATUS(result));
}

Test(environment, a_failed_flush_is_unknown_and_the_next_begin_opens_anew)
{
    cbi_store *store = place_create(QUOTA);
    cbank_error err = {0};

    cr_assert_eq(place_put(store, 1, 100, NULL), CBANK_OK);
    disk_fail_flush();
    place_fails(place_put(store, 2, 100, &err), err, COMMIT_UNKNOWN);
    cr_assert_str_eq(err.detail, "5");
    cr_assert(place_has(store, 1));
    cr_assert_not(place_has(store, 2), "the meta page was never written");
    cr_assert_eq(place_put(store, 3, 100, NULL), CBANK_OK);
    place_leave(store);
}

Test(environment, a_failed_meta_page_is_unknown_and_the_next_begin_opens_anew)
{
    cbi_store *store = place_create(QUOTA);
    cbank_error err = {0};

    cr_assert_eq(place_put(store, 1, 100, NULL), CBANK_OK);
    disk_fail_meta();
    place_fails(place_put(store, 2, 100, &err), err, COMMIT_UNKNOWN);
    cr_assert_eq(place_put(store, 3, 100, NULL), CBANK_OK);
    cr_assert(place_has(store, 1));
    cr_assert(place_has(store, 3));
    place_leave(store);
}

Test(environment, mending_waits_for_readers_but_not_for_ever)
{
    cbi_store *store = place_create(QUOTA);
    cbi_txn *reader;
    cbi_txn *other = NULL;
    cbank_error err = {0};

    cr_assert_eq(place_put(store, 1, 100, NULL), CBANK_OK);
    reader = place_begin(store, CBI_TXN_READ);
    disk_fail_flush();
    place_fails(place_put(store, 2, 100, &err), err, COMMIT_UNKNOWN);
    place_fails(cbi_txn_begin(store, CBI_TXN_READ, &other, &err), err, TXN_IN_THE_WAY);
    cr_assert(cbi_txn_has(reader, CBI_TABLE_RECORD, place_key(1)), "the old snapshot still reads");
    cbi_txn_abort(reader);
    cr_assert(place_has(store, 1));
    place_leave(store);
}

static int count_up(cbi_store *store)
{
    for (int i = 0; i < 60; i++) {
        cbi_txn *txn = NULL;
        cbank_buffer value = {0};
        uint8_t next[8];

        if (cbi_txn_begin(store, CBI_TXN_WRITE, &txn, NULL) != CBANK_OK)
            return 1;
        cbi_put_u64(next, 1);
        if (cbi_txn_get(txn, CBI_TABLE_META, place_text("n"), &value, NULL) == CBANK_OK)
            cbi_put_u64(next, cbi_get_u64(value.data) + 1);
        cbank_buffer_clear(&value);
        if (cbi_txn_put(txn, CBI_TABLE_META, place_text("n"), cbi_bytes_of(next, 8), NULL) != 0)
            return 2;
        if (cbi_txn_commit(txn, NULL) != CBANK_OK)
            return 3;
    }
    cbi_store_close(store);
    return 0;
}

Test(environment, processes_write_one_at_a_time)
{
    cbi_store *store;
    cbi_txn *txn;
    cbank_buffer value = {0};
    pid_t children[3];

    cbi_store_close(place_create(QUOTA));
    for (int i = 0; i < 3; i++)
        children[i] = run_apart(count_up, QUOTA);
    for (int i = 0; i < 3; i++)
        wait_for(children[i]);
    store = place_reopen(QUOTA);
    txn = place_begin(store, CBI_TXN_READ);
    cr_assert_eq(cbi_txn_get(txn, CBI_TABLE_META, place_text("n"), &value, NULL), CBANK_OK);
    cr_assert_eq(cbi_get_u64(value.data), 180);
    cbank_buffer_clear(&value);
    cbi_txn_abort(txn);
    place_leave(store);
}

static int write_much(cbi_store *store)
{
    for (uint64_t i = 0; i < 100; i++) {
        if (place_put(store, i, 60000, NULL) != CBANK_OK)
            return 1;
    }
    cbi_store_close(store);
    return 0;
}

Test(environment, growth_by_another_process_is_adopted)
{
    cbi_store *store = place_create(MIB);
    cbank_error err = {0};

    cr_assert_eq(place_put(store, 1000, 10, NULL), CBANK_OK);
    wait_for(run_apart(write_much, QUOTA));
    cr_assert(place_has(store, 99));
    place_fails(place_put(store, 2000, 10, &err), err, QUOTA_FULL);
    place_leave(store);
}

Test(environment, growth_is_adopted_only_when_no_transaction_is_open)
{
    cbi_store *store = place_create(MIB);
    cbi_txn *reader;
    cbi_txn *other = NULL;
    cbank_error err = {0};

    cr_assert_eq(place_put(store, 1000, 10, NULL), CBANK_OK);
    reader = place_begin(store, CBI_TXN_READ);
    wait_for(run_apart(write_much, QUOTA));
    place_fails(cbi_txn_begin(store, CBI_TXN_READ, &other, &err), err, TXN_IN_THE_WAY);
    cr_assert(cbi_txn_has(reader, CBI_TABLE_RECORD, place_key(1000)));
    cbi_txn_abort(reader);
    cr_assert(place_has(store, 99));
    place_leave(store);
}

static int read_until_killed(cbi_store *store)
{
    cbi_txn *txn = NULL;

    if (cbi_txn_begin(store, CBI_TXN_READ, &txn, NULL) != CBANK_OK)
        return 1;
    raise(SIGKILL);
    return 2;
}

Test(environment, a_killed_reader_does_not_keep_space_for_long)
{
    cbi_store *store = place_create(8 * MIB);
    cbank_error err = {0};
    int result = 0;

    cr_assert_eq(place_put(store, 1, 50000, NULL), CBANK_OK);
    cr_assert(waitpid(run_apart(read_until_killed, 8 * MIB), &result, 0) > 0);
    cr_assert(WIFSIGNALED(result));
    /* Every commit frees what the last one wrote: 20 MB in all, unless the dead one is noticed. */
    for (int i = 0; i < 400; i++)
        cr_assert_eq(place_put(store, 1, 50000, &err), CBANK_OK, "commit %d: %s", i, err.detail);
    place_leave(store);
}

/*
 * Sixty commits, each of which frees what the one before wrote: 3 MB, and twice as much where two
 * processes write. Commits alone must not be what the dead are looked for by.
 */
Test(environment, a_killed_reader_costs_little_space)
{
    cbi_store *store = place_create(8 * MIB);
    struct stat before, after;
    int result = 0;

    cr_assert_eq(place_put(store, 1, 50000, NULL), CBANK_OK);
    cr_assert(waitpid(run_apart(read_until_killed, 8 * MIB), &result, 0) > 0);
    cr_assert(WIFSIGNALED(result));
    cr_assert_eq(stat(place_path("store/data.mdb"), &before), 0);
    for (int i = 0; i < 60; i++)
        cr_assert_eq(place_put(store, 1, 50000, NULL), CBANK_OK);
    cr_assert_eq(stat(place_path("store/data.mdb"), &after), 0);
    cr_assert_lt(after.st_size - before.st_size, (off_t)MIB, "%lld bytes",
                 (long long)(after.st_size - before.st_size));
    place_leave(store);
}

static int write_until_killed(cbi_store *store)
{
    cbi_txn *txn = NULL;

    if (cbi_txn_begin(store, CBI_TXN_WRITE, &txn, NULL) != CBANK_OK ||
        cbi_txn_put(txn, CBI_TABLE_RECORD, place_key(5), place_text("x"), NULL) != CBANK_OK)
        return 1;
    raise(SIGKILL);
    return 2;
}

Test(environment, a_killed_writer_leaves_nothing_and_blocks_nobody)
{
    cbi_store *store = place_create(QUOTA);
    int result = 0;

    cr_assert(waitpid(run_apart(write_until_killed, QUOTA), &result, 0) > 0);
    cr_assert(WIFSIGNALED(result));
    cr_assert_not(place_has(store, 5));
    cr_assert_eq(place_put(store, 6, 10, NULL), CBANK_OK);
    place_leave(store);
}

Test(environment, many_readers_are_served_and_too_many_are_told)
{
    cbi_store *store = place_create(QUOTA);
    cbi_txn *readers[1100];
    cbank_error err = {0};
    size_t count = 0;
    cbank_status status = CBANK_OK;

    while (count < 1100 && status == CBANK_OK) {
        status = cbi_txn_begin(store, CBI_TXN_READ, &readers[count], &err);
        count += status == CBANK_OK;
    }
    place_fails(status, err, READERS_FULL);
    cr_assert_geq(count, 1000);
    while (count > 0)
        cbi_txn_abort(readers[--count]);
    cr_assert_not(place_has(store, 1));
    place_leave(store);
}

/* Empties every branch page under an open store, which LMDB asserts never to find. */
static void damage_branches(void)
{
    int fd = open(place_path("store/data.mdb"), O_RDWR);
    uint8_t page[4096];
    const uint16_t lower = 16;
    int damaged = 0;

    cr_assert(fd >= 0);
    for (off_t at = 2 * 4096; pread(fd, page, sizeof(page), at) == 4096; at += 4096) {
        if (page[10] != 0x01 || page[11] != 0 || cbi_get_u64(page) == 0)
            continue;
        cr_assert_eq(pwrite(fd, &lower, sizeof(lower), at + 12), 2);
        damaged++;
    }
    cr_assert_eq(close(fd), 0);
    cr_assert_gt(damaged, 0);
}

Test(environment, a_failed_assertion_of_lmdb_is_corrupt_and_not_the_end_of_the_process)
{
    cbi_store *store = place_create(QUOTA);
    cbi_txn *txn;
    cbi_txn *bystander;
    cbank_buffer value = {0};
    cbank_error err = {0};

    txn = place_begin(store, CBI_TXN_WRITE);
    for (uint64_t i = 0; i < 500; i++)
        cr_assert_eq(cbi_txn_append(txn, CBI_TABLE_RECORD, place_key(i), place_value(i, 300), NULL),
                     CBANK_OK);
    place_commit(txn);
    damage_branches();

    bystander = place_begin(store, CBI_TXN_READ);
    txn = place_begin(store, CBI_TXN_WRITE);
    place_fails(cbi_txn_get(txn, CBI_TABLE_RECORD, place_key(9), &value, &err), err, STORE_DAMAGED);
    place_fails(cbi_txn_put(txn, CBI_TABLE_RECORD, place_key(9), place_text("x"), &err), err,
                STORE_DAMAGED);
    place_fails(cbi_txn_commit(txn, &err), err, STORE_DAMAGED);
    cbi_txn_abort(bystander);
    place_fails(cbi_txn_begin(store, CBI_TXN_READ, &txn, &err), err, STORE_DAMAGED);
    cbi_store_close(store);
    place_fails(cbi_store_open(place_path("store"), QUOTA, &store, &err), err, STORE_DAMAGED);
    place_leave(NULL);
}
