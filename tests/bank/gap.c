/* A gap finds what a look for the row finds, whatever was asked before and written since. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/gap.h"

#define INDICES 200u

static cbi_bytes key_of(char kind, uint64_t index, uint8_t out[9])
{
    out[0] = (uint8_t)kind;
    cbi_put_u64(out + 1, index);
    return cbi_bytes_of(out, 9);
}

static void put(cbi_store *store, char kind, uint64_t index, uint8_t value)
{
    uint8_t key[9];
    cbi_txn *txn = NULL;

    cr_assert_eq(cbi_txn_begin(store, CBI_TXN_WRITE, &txn, NULL), CBANK_OK);
    cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_STATE, key_of(kind, index, key),
                             cbi_bytes_of(&value, 1), NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_txn_commit(txn, NULL), CBANK_OK);
}

/* The same answer, for every index in an order of its own. */
static void compare(cbi_store *store, cbi_gap *gap, char kind, uint64_t stride)
{
    cbank_buffer looked = {0}, found = {0};
    cbi_txn *txn = NULL;
    uint8_t key[9];

    cr_assert_eq(cbi_txn_begin(store, CBI_TXN_READ, &txn, NULL), CBANK_OK);
    for (uint64_t i = 0; i < INDICES; i++) {
        uint64_t index = i * stride % INDICES;
        cbank_status status = cbi_txn_get(txn, CBI_TABLE_STATE, key_of(kind, index, key), &looked,
                                          NULL);

        cr_assert_eq(cbi_gap_get(gap, txn, CBI_TABLE_STATE, kind, index, &found, NULL), status);
        cr_assert(status != CBANK_OK || cbi_bytes_equal(cbi_bytes_of_buffer(&looked),
                                                        cbi_bytes_of_buffer(&found)));
    }
    cbi_txn_abort(txn);
    cbank_buffer_clear(&looked);
    cbank_buffer_clear(&found);
}

Test(gap, finds_what_there_is)
{
    static const uint64_t indices[] = {0, 1, 7, 50, 51, 120, 199};
    cbi_gap gap = {0};
    cbi_store *store;

    cr_assert_eq(cbi_store_open_memory(&store, NULL), CBANK_OK);
    compare(store, &gap, 's', 1);
    for (uint8_t i = 0; i < sizeof(indices) / sizeof(indices[0]); i++) {
        put(store, 's', indices[i], i);
        put(store, 't', indices[i] + 1, i); /* of another kind, which follows */
        compare(store, &gap, 's', 1); /* with what was known before the commit */
        compare(store, &gap, 's', 37);
        compare(store, &(cbi_gap){0}, 't', 199);
    }
    cbi_store_close(store);
}

Test(gap, a_row_of_another_form_hides_none)
{
    uint8_t key[10] = {'s'}, value = 1;
    cbi_gap gap = {0};
    cbi_txn *txn = NULL;
    cbi_store *store;

    cr_assert_eq(cbi_store_open_memory(&store, NULL), CBANK_OK);
    cbi_put_u64(key + 1, 20);
    cr_assert_eq(cbi_txn_begin(store, CBI_TXN_WRITE, &txn, NULL), CBANK_OK);
    for (size_t size = 5; size <= sizeof(key); size++)
        cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_STATE, cbi_bytes_of(key, size),
                                 cbi_bytes_of(&value, 1), NULL),
                     CBANK_OK);
    cr_assert_eq(cbi_txn_commit(txn, NULL), CBANK_OK);
    compare(store, &gap, 's', 1);
    compare(store, &gap, 's', 3);
    cbi_store_close(store);
}
