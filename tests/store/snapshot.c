/* A backup is one file, whole or absent, from which the store can be made again. */
#include "place.h"

#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"

static cbi_store *fill(void)
{
    cbi_store *store = place_create(QUOTA);

    for (uint64_t i = 0; i < 50; i++)
        cr_assert_eq(place_put(store, i, 5000, NULL), CBANK_OK);
    return store;
}

Test(snapshot, a_backup_restores_to_what_was_there)
{
    cbi_store *store = fill();
    cbi_store *again = NULL;
    cbi_txn *txn;
    cbank_buffer value = {0};

    cr_assert_eq(cbi_store_backup(store, place_path("copy"), NULL), CBANK_OK);
    cr_assert_eq(place_put(store, 50, 10, NULL), CBANK_OK);
    cr_assert_eq(cbi_store_restore(place_path("copy"), place_path("again"), QUOTA, NULL), CBANK_OK);
    cr_assert_eq(cbi_store_open(place_path("again"), QUOTA, &again, NULL), CBANK_OK);
    cr_assert_eq(place_count(again, CBI_TABLE_RECORD), 50);
    txn = place_begin(again, CBI_TXN_READ);
    for (uint64_t i = 0; i < 50; i++) {
        cr_assert_eq(cbi_txn_get(txn, CBI_TABLE_RECORD, place_key(i), &value, NULL), CBANK_OK);
        cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&value), place_value(i, 5000)));
    }
    cbank_buffer_clear(&value);
    cbi_txn_abort(txn);
    cr_assert_eq(place_put(again, 99, 10, NULL), CBANK_OK);
    cbi_store_close(again);
    place_leave(store);
}

Test(snapshot, a_backup_is_private_and_compact)
{
    cbi_store *store = fill();
    struct stat file;

    for (uint64_t i = 0; i < 50; i++)
        cr_assert_eq(place_put(store, 1, 60000, NULL), CBANK_OK);
    cr_assert_eq(cbi_store_backup(store, place_path("copy"), NULL), CBANK_OK);
    cr_assert_eq(stat(place_path("copy"), &file), 0);
    cr_assert_eq(file.st_mode & 0777, 0600);
    cr_assert_lt(file.st_size, 50 * 8192 + 60000 + 64 * 4096);
    place_leave(store);
}

Test(snapshot, a_backup_never_replaces_a_file)
{
    cbi_store *store = fill();
    cbank_error err = {0};

    cr_assert_eq(cbi_store_backup(store, place_path("copy"), NULL), CBANK_OK);
    place_fails(cbi_store_backup(store, place_path("copy"), &err), err, STORE_EXISTS);
    place_fails(cbi_store_restore(place_path("copy"), place_path("store"), QUOTA, &err), err,
                STORE_EXISTS);
    place_leave(store);
}

Test(snapshot, a_backup_cut_short_or_foreign_is_not_restored)
{
    cbi_store *store = fill();
    cbank_error err = {0};

    cr_assert_eq(cbi_store_backup(store, place_path("copy"), NULL), CBANK_OK);
    cr_assert_eq(truncate(place_path("copy"), 100000), 0);
    place_fails(cbi_store_restore(place_path("copy"), place_path("again"), QUOTA, &err), err,
                STORE_CUT);
    cr_assert_eq(truncate(place_path("copy"), 0), 0);
    place_fails(cbi_store_restore(place_path("copy"), place_path("again"), QUOTA, &err), err,
                STORE_FOREIGN);
    place_fails(cbi_store_restore(place_path("none"), place_path("again"), QUOTA, &err), err,
                STORE_MISSING);
    cr_assert_neq(access(place_path("again"), F_OK), 0);
    place_leave(store);
}

Test(snapshot, an_open_store_is_no_backup)
{
    cbi_store *store = fill();
    cbank_error err = {0};

    place_fails(cbi_store_restore(place_path("store/data.mdb"), place_path("again"), QUOTA, &err),
                err, STORE_OPEN);
    place_leave(store);
}

Test(snapshot, what_cannot_be_written_is_not_left_half)
{
    cbi_store *store = fill();
    cbank_error err = {0};

    cr_assert_eq(cbi_store_backup(store, place_path("copy"), NULL), CBANK_OK);
    disk_fill();
    cr_assert_eq(cbi_store_restore(place_path("copy"), place_path("again"), QUOTA, &err),
                 CBANK_E_FULL);
    disk_heal();
    cr_assert_neq(access(place_path("again"), F_OK), 0);
    cr_assert_eq(cbi_store_restore(place_path("copy"), place_path("again"), QUOTA, &err), CBANK_OK);
    place_leave(store);
}
