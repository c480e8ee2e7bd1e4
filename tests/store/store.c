/* What every engine promises, whichever it is. */
#include "place.h"

#include <string.h>

#define BOTH(name)                                                                                 \
    ParameterizedTestParameters(store, name)                                                       \
    {                                                                                              \
        return place_engines();                                                                    \
    }                                                                                              \
    ParameterizedTest(const place_engine *engine, store, name)

BOTH(a_row_put_and_committed_is_read_back)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);

    cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_TAG, place_text("a"), place_text("one"), NULL), 0);
    cr_assert(place_is(txn, CBI_TABLE_TAG, place_text("a"), place_text("one")));
    place_commit(txn);

    txn = place_begin(store, CBI_TXN_READ);
    cr_assert(place_is(txn, CBI_TABLE_TAG, place_text("a"), place_text("one")));
    cr_assert_not(cbi_txn_has(txn, CBI_TABLE_HEAD, place_text("a")), "tables are apart");
    cbi_txn_abort(txn);
    place_leave(store);
}

BOTH(an_aborted_transaction_leaves_nothing)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);

    cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_RECORD, place_key(1), place_text("x"), NULL), 0);
    cbi_txn_abort(txn);
    cr_assert_not(place_has(store, 1));
    place_leave(store);
}

BOTH(a_missing_row_is_not_found_and_the_buffer_is_left_alone)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_READ);
    cbank_buffer value = {0};
    cbank_error err = {0};

    cr_assert_eq(cbi_buffer_set(&value, place_text("before"), NULL), CBANK_OK);
    place_fails(cbi_txn_get(txn, CBI_TABLE_NOTE, place_key(7), &value, &err), err, KEY_NOT_FOUND);
    cr_assert_str_eq(err.object, "note");
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&value), place_text("before")));
    cbank_buffer_clear(&value);
    cbi_txn_abort(txn);
    place_leave(store);
}

BOTH(put_replaces_and_insert_does_not)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);
    cbank_error err = {0};
    cbi_bytes key = place_text("k");

    cr_assert_eq(cbi_txn_insert(txn, CBI_TABLE_TOKEN, key, place_text("1"), NULL), CBANK_OK);
    place_fails(cbi_txn_insert(txn, CBI_TABLE_TOKEN, key, place_text("2"), &err), err, KEY_TAKEN);
    cr_assert(place_is(txn, CBI_TABLE_TOKEN, key, place_text("1")));
    cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_TOKEN, key, place_text("three"), NULL), CBANK_OK);
    place_commit(txn);

    txn = place_begin(store, CBI_TXN_READ);
    cr_assert(place_is(txn, CBI_TABLE_TOKEN, key, place_text("three")));
    cbi_txn_abort(txn);
    place_leave(store);
}

BOTH(append_wants_a_key_above_all_others)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);
    cbank_error err = {0};

    for (uint64_t i = 0; i < 600; i++)
        cr_assert_eq(cbi_txn_append(txn, CBI_TABLE_RECORD, place_key(i * 2), place_text("v"), NULL),
                     CBANK_OK);
    place_fails(cbi_txn_append(txn, CBI_TABLE_RECORD, place_key(1198), place_text("v"), &err), err,
                KEY_TAKEN);
    place_fails(cbi_txn_append(txn, CBI_TABLE_RECORD, place_key(7), place_text("v"), &err), err,
                KEY_TAKEN);
    cr_assert_eq(cbi_txn_append(txn, CBI_TABLE_RECORD, place_key(1199), place_text("v"), NULL),
                 CBANK_OK, "a refused append leaves the transaction usable");
    place_commit(txn);
    cr_assert_eq(place_count(store, CBI_TABLE_RECORD), 601);
    place_leave(store);
}

BOTH(deleting_removes_a_row_and_is_content_with_none)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn;

    cr_assert_eq(place_put(store, 3, 10, NULL), CBANK_OK);
    txn = place_begin(store, CBI_TXN_WRITE);
    cr_assert_eq(cbi_txn_delete(txn, CBI_TABLE_RECORD, place_key(3), NULL), CBANK_OK);
    cr_assert_eq(cbi_txn_delete(txn, CBI_TABLE_RECORD, place_key(3), NULL), CBANK_OK);
    cr_assert_eq(cbi_txn_delete(txn, CBI_TABLE_VAULT, place_key(4), NULL), CBANK_OK);
    place_commit(txn);
    cr_assert_not(place_has(store, 3));
    cr_assert_eq(place_count(store, CBI_TABLE_RECORD), 0);
    place_leave(store);
}

BOTH(an_empty_value_is_a_value)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);
    cbi_bytes nothing = {0};

    cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_FOREIGN, place_key(1), nothing, NULL), CBANK_OK);
    place_commit(txn);
    txn = place_begin(store, CBI_TXN_READ);
    cr_assert(cbi_txn_has(txn, CBI_TABLE_FOREIGN, place_key(1)));
    cr_assert(place_is(txn, CBI_TABLE_FOREIGN, place_key(1), nothing));
    cbi_txn_abort(txn);
    place_leave(store);
}

BOTH(keys_and_values_are_taken_up_to_their_limits)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);
    cbank_error err = {0};
    uint8_t long_key[CBI_KEY_MAX + 1];
    cbi_bytes key = {long_key, CBI_KEY_MAX};
    cbi_bytes longer = {long_key, CBI_KEY_MAX + 1};
    cbi_bytes nothing = {0};

    memset(long_key, 0xff, sizeof(long_key));
    cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_BODY, key, place_value(1, CBI_VALUE_MAX), NULL), 0);
    cr_assert(place_is(txn, CBI_TABLE_BODY, key, place_value(1, CBI_VALUE_MAX)));
    place_fails(cbi_txn_put(txn, CBI_TABLE_BODY, longer, nothing, &err), err, KEY_TOO_LONG);
    place_fails(cbi_txn_put(txn, CBI_TABLE_BODY, key, place_value(1, CBI_VALUE_MAX + 1), &err), err,
                VALUE_TOO_LONG);
    place_fails(cbi_txn_put(txn, CBI_TABLE_BODY, nothing, nothing, &err), err, BAD_ARGUMENT);
    place_fails(cbi_txn_delete(txn, CBI_TABLE_BODY, longer, &err), err, KEY_TOO_LONG);
    place_commit(txn);
    cr_assert_eq(place_count(store, CBI_TABLE_BODY), 1);
    place_leave(store);
}

BOTH(closing_and_aborting_nothing_is_allowed)
{
    cbi_store *store = place_open(*engine);

    cbi_store_close(NULL);
    cbi_txn_abort(NULL);
    cr_assert_eq(place_count(store, CBI_TABLE_RECORD), 0);
    place_leave(store);
}

Test(store, every_table_has_a_name_of_its_own)
{
    for (int i = 0; i < CBI_TABLE_COUNT; i++) {
        cr_assert_not_null(cbi_table_name((cbi_table)i));
        for (int j = 0; j < i; j++)
            cr_assert_str_neq(cbi_table_name((cbi_table)i), cbi_table_name((cbi_table)j));
    }
}

Test(store, memory_has_no_quota_and_no_backup)
{
    cbi_store *store = place_open(PLACE_MEMORY);
    cbi_store_use use;
    cbank_error err = {0};

    cr_assert_eq(place_put(store, 1, 100, NULL), CBANK_OK);
    cr_assert_eq(cbi_store_measure(store, &use, NULL), CBANK_OK);
    cr_assert_eq(use.used_bytes, 108);
    cr_assert_eq(use.quota_bytes, 0);
    cr_assert_not(use.nearly_full);
    place_fails(cbi_store_backup(store, "copy", &err), err, STORE_IN_MEMORY);
    cbi_store_close(store);
}
