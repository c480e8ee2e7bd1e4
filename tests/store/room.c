/* Quota and disk: what is full refuses to grow, and can still be made smaller. */
#include "place.h"

#include <pthread.h>
#include <sys/stat.h>

#include "disk.h"
#include "store/ahead.h"
#include "store/reserve.h"

#define VALUE 20000

/* Puts rows from `first` until that is refused; how many went in. */
static uint64_t fill(cbi_store *store, uint64_t first, cbank_error *err)
{
    uint64_t number = first;

    while (place_put(store, number, VALUE, err) == CBANK_OK) {
        number++;
        cr_assert_lt(number, 100000);
    }
    return number - first;
}

static cbank_status delete (cbi_store *store, uint64_t number)
{
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);

    cr_assert_eq(cbi_txn_delete(txn, CBI_TABLE_RECORD, place_key(number), NULL), CBANK_OK);
    return cbi_txn_commit(txn, NULL);
}

Test(room, at_the_quota_putting_is_refused_and_deleting_goes_on)
{
    cbi_store *store = place_create(2 * MIB);
    cbank_error err = {0};
    cbi_store_use use;
    uint64_t count = fill(store, 0, &err);

    place_fails(err.status, err, QUOTA_FULL);
    cr_assert_gt(count, 60, "only %d rows fit", (int)count);
    cr_assert_eq(cbi_store_measure(store, &use, NULL), CBANK_OK);
    cr_assert_eq(use.quota_bytes, 2 * MIB);
    cr_assert(use.nearly_full);
    cr_assert_lt(use.used_bytes, 2 * MIB + 64 * 1024);

    for (uint64_t i = 0; i < count; i++)
        cr_assert_eq(delete (store, i), CBANK_OK, "row %d", (int)i);
    cr_assert_eq(cbi_store_measure(store, &use, NULL), CBANK_OK);
    cr_assert_not(use.nearly_full);
    cr_assert_geq(fill(store, count, &err) + 10, count, "the space is used again");
    place_leave(store);
}

Test(room, at_the_quota_an_erasure_may_still_write_a_little)
{
    cbi_store *store = place_create(2 * MIB);
    cbank_error err = {0};
    cbi_txn *txn;

    fill(store, 0, &err);
    txn = place_begin(store, CBI_TXN_WRITE);
    place_fails(cbi_txn_append(txn, CBI_TABLE_TAG, place_key(1), place_value(1, VALUE), &err), err,
                QUOTA_FULL);
    cbi_txn_abort(txn);
    txn = place_begin(store, CBI_TXN_ERASE);
    cr_assert_eq(cbi_txn_append(txn, CBI_TABLE_TAG, place_key(1), place_value(1, VALUE), NULL), 0);
    cr_assert_eq(cbi_txn_delete(txn, CBI_TABLE_RECORD, place_key(0), NULL), CBANK_OK);
    place_commit(txn);
    place_leave(store);
}

Test(room, a_transaction_that_overflows_the_map_fails_whole)
{
    cbi_store *store = place_create(2 * MIB);
    cbank_error err = {0};
    cbank_status status = CBANK_OK;
    cbi_txn *txn = place_begin(store, CBI_TXN_ERASE);
    cbank_buffer value = {0};

    for (uint64_t i = 0; status == CBANK_OK && i < 1000; i++)
        status = cbi_txn_append(txn, CBI_TABLE_RECORD, place_key(i), place_value(i, VALUE), &err);
    place_fails(status, err, QUOTA_FULL);
    place_fails(cbi_txn_get(txn, CBI_TABLE_RECORD, place_key(0), &value, &err), err, QUOTA_FULL);
    place_fails(cbi_txn_commit(txn, &err), err, QUOTA_FULL);
    cr_assert_eq(place_count(store, CBI_TABLE_RECORD), 0);
    cr_assert_eq(place_put(store, 1, VALUE, NULL), CBANK_OK);
    place_leave(store);
}

Test(room, a_larger_quota_makes_room_again)
{
    cbi_store *store = place_create(2 * MIB);
    cbank_error err = {0};
    uint64_t count = fill(store, 0, &err);

    cbi_store_close(store);
    store = place_reopen(8 * MIB);
    cr_assert_eq(place_put(store, count, VALUE, &err), CBANK_OK);
    cbi_store_close(store);
    store = place_reopen(MIB);
    cr_assert(place_has(store, count), "a smaller quota hides nothing");
    place_fails(place_put(store, count + 1, VALUE, &err), err, QUOTA_FULL);
    cr_assert_eq(delete (store, 0), CBANK_OK);
    place_leave(store);
}

Test(room, on_a_full_disk_putting_is_refused_and_deleting_goes_on)
{
    cbi_store *store = place_create(QUOTA);
    cbank_error err = {0};

    for (uint64_t i = 0; i < 100; i++)
        cr_assert_eq(place_put(store, i, VALUE, NULL), CBANK_OK);
    disk_fill();
    fill(store, 100, &err);
    place_fails(err.status, err, DISK_FULL);
    for (uint64_t i = 0; i < 100; i++)
        cr_assert_eq(delete (store, i), CBANK_OK, "row %d", (int)i);
    disk_heal();
    cr_assert_eq(place_put(store, 1, VALUE, NULL), CBANK_OK);
    place_leave(store);
}

Test(room, a_transaction_that_overflows_the_disk_fails_whole_and_the_next_works)
{
    cbi_store *store = place_create(QUOTA);
    cbank_error err = {0};
    cbi_txn *txn;

    cr_assert_eq(place_put(store, 0, VALUE, NULL), CBANK_OK);
    disk_fill();
    txn = place_begin(store, CBI_TXN_ERASE);
    for (uint64_t i = 1; i < 500; i++)
        cr_assert_eq(
            cbi_txn_append(txn, CBI_TABLE_RECORD, place_key(i), place_value(i, VALUE), NULL),
            CBANK_OK);
    place_fails(cbi_txn_commit(txn, &err), err, DISK_FULL);
    cr_assert_eq(place_count(store, CBI_TABLE_RECORD), 1);
    cr_assert_eq(delete (store, 0), CBANK_OK, "what was kept in reserve is still there");
    disk_heal();
    cr_assert_eq(place_put(store, 1, VALUE, NULL), CBANK_OK);
    place_leave(store);
}

Test(room, space_is_written_ahead_and_in_steps)
{
    cbi_store *store = place_create(QUOTA);
    struct stat before;
    struct stat after;

    cr_assert_eq(place_put(store, 0, VALUE, NULL), CBANK_OK);
    cr_assert_eq(stat(place_path("store/data.mdb"), &before), 0);
    cr_assert_geq(before.st_size, MIB);
    cr_assert_geq(before.st_blocks * 512, before.st_size, "written, not only promised");
    for (uint64_t i = 1; i < 4; i++)
        cr_assert_eq(place_put(store, i, 100, NULL), CBANK_OK);
    cr_assert_eq(stat(place_path("store/data.mdb"), &after), 0);
    cr_assert_eq(after.st_size, before.st_size);
    place_leave(store);
}

Test(room, the_reserve_grows_with_the_store_up_to_64_mebibytes)
{
    uint64_t tebibyte = 1ull << 40;

    cr_assert_eq(cbi_reserve_size(0, tebibyte), MIB);
    cr_assert_eq(cbi_reserve_size(10 * MIB, tebibyte), 10 * MIB);
    cr_assert_eq(cbi_reserve_size(tebibyte / 2, tebibyte), 64 * MIB);
    cr_assert_eq(cbi_reserve_size(0, MIB), MIB / 16);
    cr_assert_eq(cbi_reserve_size(64 * MIB, 64 * MIB), 4 * MIB);
}

/* By another thread, while this one has the write transaction. */
static void *write_ahead(void *context)
{
    cbi_txn *reader = place_begin(context, CBI_TXN_READ);

    cbi_ahead_write(reader, 4 * MIB);
    cbi_txn_abort(reader);
    return NULL;
}

static void write_with_help(cbi_store *store, uint64_t number)
{
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);
    pthread_t helper;

    cr_assert_eq(pthread_create(&helper, NULL, write_ahead, store), 0);
    cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_RECORD, place_key(number), place_value(number, VALUE),
                             NULL),
                 CBANK_OK);
    cr_assert_eq(pthread_join(helper, NULL), 0);
    place_commit(txn);
}

Test(room, what_a_helper_has_written_ahead_the_next_writer_need_not)
{
    cbi_store *store = place_create(QUOTA);
    struct stat helped, later;

    write_with_help(store, 0);
    cr_assert_eq(stat(place_path("store/data.mdb"), &helped), 0);
    cr_expect_geq(helped.st_size, 8 * MIB, "4 MiB more, and as much in reserve");
    cr_expect_geq(helped.st_blocks * 512, helped.st_size, "written, not only promised");
    for (uint64_t i = 1; i < 50; i++)
        cr_assert_eq(place_put(store, i, VALUE, NULL), CBANK_OK);
    cr_assert_eq(stat(place_path("store/data.mdb"), &later), 0);
    cr_expect_eq(later.st_size, helped.st_size);
    place_leave(store);
}

Test(room, a_helper_does_not_use_up_the_quota)
{
    cbi_store *store = place_create(2 * MIB);
    struct stat file;

    write_with_help(store, 0);
    cr_assert_eq(stat(place_path("store/data.mdb"), &file), 0);
    cr_expect_leq(file.st_size, 2 * MIB);
    place_leave(store);
}

Test(room, a_helper_that_finds_the_disk_full_leaves_the_writer_alone)
{
    cbi_store *store = place_create(QUOTA);

    write_with_help(store, 0);
    disk_fill();
    for (uint64_t i = 1; i < 20; i++)
        write_with_help(store, i);
    disk_heal();
    cr_expect_eq(place_count(store, CBI_TABLE_RECORD), 20);
    place_leave(store);
}
