/* Rows of a damaged tree: they are CORRUPT, and nobody reads them in circles. */
#include "place.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SIZE_AT 2 /* before a key in a page: its size in 16 bits, after that of its row */

/* Finds a row by its key, which is nowhere else in the file, and writes something near it. */
static void change(const char *key, off_t offset, const void *bytes, size_t size)
{
    static char file[4 * MIB];
    int fd = open(place_path("store/data.mdb"), O_RDWR);
    ssize_t length = pread(fd, file, sizeof(file), 0);
    const char *at = file;
    int changed = 0;

    cr_assert_gt(length, 0);
    while ((at = memmem(at, (size_t)(length - (at - file)), key, strlen(key))) != NULL) {
        cr_assert_eq(pwrite(fd, bytes, size, (at - file) + offset), (ssize_t)size);
        changed++;
        at++;
    }
    cr_assert_gt(changed, 0);
    close(fd);
}

static cbi_store *three_rows(void)
{
    static const char *const keys[] = {"row-one-1", "row-two-2", "row-xyz-3"};
    cbi_store *store = place_create(QUOTA);
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);

    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_REFERENCE, place_text(keys[i]), place_text("value"),
                                 NULL),
                     CBANK_OK);
    place_commit(txn);
    return store;
}

static cbank_status read_page(cbi_store *store, const char *from, cbank_error *err)
{
    cbi_txn *txn = place_begin(store, CBI_TXN_READ);
    cbi_page page = {0};
    cbank_status status = cbi_txn_page(txn, CBI_TABLE_REFERENCE, place_text(""), place_text(from),
                                       100, &page, err);

    cbi_page_clear(&page);
    cbi_txn_abort(txn);
    return status;
}

Test(rot, rows_out_of_order_are_corrupt)
{
    cbi_store *store = three_rows();
    cbank_error err = {0};

    cr_assert_eq(read_page(store, "", &err), CBANK_OK);
    change("row-two-2", 0, "row-aaa-2", 9);
    place_fails(read_page(store, "", &err), err, STORE_DAMAGED);
    place_leave(store);
}

Test(rot, a_row_before_the_one_that_was_asked_for_is_corrupt)
{
    cbi_store *store = three_rows();
    cbank_error err = {0};

    change("row-xyz-3", 0, "aaa", 3);
    /* LMDB compares with the middle first, and ends at the last row. */
    place_fails(read_page(store, "row-two-2", &err), err, STORE_DAMAGED);
    place_leave(store);
}

Test(rot, a_key_longer_than_any_is_corrupt)
{
    cbi_store *store = three_rows();
    uint16_t size = CBI_KEY_MAX + 1;
    cbank_error err = {0};

    change("row-two-2", -SIZE_AT, &size, sizeof(size));
    place_fails(read_page(store, "", &err), err, STORE_DAMAGED);
    place_leave(store);
}

Test(rot, a_value_longer_than_any_is_corrupt)
{
    cbi_store *store = three_rows();
    cbi_txn *txn = place_begin(store, CBI_TXN_READ);
    cbank_buffer value = {0};
    uint16_t high = 2; /* the upper half of the row's size: 128 KiB */
    cbank_error err = {0};

    change("row-two-2", -3 * SIZE_AT, &high, sizeof(high));
    place_fails(cbi_txn_get(txn, CBI_TABLE_REFERENCE, place_text("row-two-2"), &value, &err), err,
                STORE_DAMAGED);
    cbi_txn_abort(txn);
    place_fails(read_page(store, "", &err), err, STORE_DAMAGED);
    place_leave(store);
}
