/* Pages: rows copied out, in order, a bounded number at a time. */
#include "place.h"

#include <string.h>

#define BOTH(name)                                                                                 \
    ParameterizedTestParameters(page, name)                                                        \
    {                                                                                              \
        return place_engines();                                                                    \
    }                                                                                              \
    ParameterizedTest(const place_engine *engine, page, name)

static void put_all(cbi_store *store, const char *const *keys, size_t count)
{
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);

    for (size_t i = 0; i < count; i++)
        cr_assert_eq(
            cbi_txn_put(txn, CBI_TABLE_REFERENCE, place_text(keys[i]), place_text(keys[i]), NULL),
            CBANK_OK);
    place_commit(txn);
}

/* The page's keys joined by blanks; each value is its key. */
static const char *read_keys(cbi_store *store, const char *prefix, const char *from, size_t limit)
{
    static char text[256];
    cbi_txn *txn = place_begin(store, CBI_TXN_READ);
    cbi_page page = {0};
    size_t used = 0;

    cr_assert_eq(cbi_txn_page(txn, CBI_TABLE_REFERENCE, place_text(prefix), place_text(from), limit,
                              &page, NULL),
                 CBANK_OK);
    for (size_t i = 0; i < page.count; i++) {
        cbi_bytes key = cbi_page_key(&page, i);

        cr_assert(cbi_bytes_equal(key, cbi_page_value(&page, i)));
        if (used > 0)
            text[used++] = ' ';
        memcpy(text + used, key.data, key.size);
        used += key.size;
    }
    text[used] = '\0';
    cbi_page_clear(&page);
    cbi_txn_abort(txn);
    return text;
}

BOTH(rows_come_in_key_order_from_a_key_and_under_a_prefix)
{
    static const char *const keys[] = {"b/2", "a", "b/10", "c", "b", "b/1", "b0"};
    cbi_store *store = place_open(*engine);

    put_all(store, keys, 7);
    cr_assert_str_eq(read_keys(store, "", "", 100), "a b b/1 b/10 b/2 b0 c");
    cr_assert_str_eq(read_keys(store, "b/", "", 100), "b/1 b/10 b/2");
    cr_assert_str_eq(read_keys(store, "b/", "b/10", 100), "b/10 b/2");
    cr_assert_str_eq(read_keys(store, "b/", "b/11", 100), "b/2");
    cr_assert_str_eq(read_keys(store, "b/", "c", 100), "");
    cr_assert_str_eq(read_keys(store, "b/", "a", 100), "b/1 b/10 b/2");
    cr_assert_str_eq(read_keys(store, "", "b1", 100), "c");
    cr_assert_str_eq(read_keys(store, "d", "", 100), "");
    cr_assert_str_eq(read_keys(store, "", "", 3), "a b b/1");
    place_leave(store);
}

BOTH(a_table_without_rows_gives_a_page_without_rows)
{
    cbi_store *store = place_open(*engine);

    cr_assert_str_eq(read_keys(store, "", "", 10), "");
    place_leave(store);
}

BOTH(a_whole_table_is_read_page_by_page)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);
    cbi_page page = {0};
    uint64_t next = 0;

    for (uint64_t i = 0; i < 2500; i++)
        cr_assert_eq(cbi_txn_append(txn, CBI_TABLE_RECORD, place_key(i), place_value(i, 9), NULL),
                     CBANK_OK);
    place_commit(txn);
    txn = place_begin(store, CBI_TXN_READ);
    do {
        cr_assert_eq(cbi_txn_page(txn, CBI_TABLE_RECORD, place_text(""), place_key(next),
                                  CBI_PAGE_ROWS_MAX, &page, NULL),
                     CBANK_OK);
        for (size_t i = 0; i < page.count; i++, next++) {
            cr_assert_eq(cbi_get_u64(cbi_page_key(&page, i).data), next);
            cr_assert(cbi_bytes_equal(cbi_page_value(&page, i), place_value(next, 9)));
        }
    } while (page.count > 0);
    cr_assert_eq(next, 2500);
    cbi_page_clear(&page);
    cbi_txn_abort(txn);
    place_leave(store);
}

BOTH(a_page_holds_at_most_a_mebibyte)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);
    cbi_page page = {0};

    for (uint64_t i = 0; i < 20; i++)
        cr_assert_eq(cbi_txn_append(txn, CBI_TABLE_BODY, place_key(i), place_value(i, 65000), NULL),
                     CBANK_OK);
    cr_assert_eq(
        cbi_txn_page(txn, CBI_TABLE_BODY, place_text(""), place_text(""), 1000, &page, NULL),
        CBANK_OK);
    cr_assert_eq(page.count, MIB / 65008);
    cbi_page_clear(&page);
    cbi_txn_abort(txn);
    place_leave(store);
}

BOTH(a_page_sees_what_its_own_transaction_wrote)
{
    static const char *const keys[] = {"a", "b"};
    cbi_store *store = place_open(*engine);
    cbi_txn *txn;
    cbi_page page = {0};

    put_all(store, keys, 2);
    txn = place_begin(store, CBI_TXN_WRITE);
    cr_assert_eq(cbi_txn_delete(txn, CBI_TABLE_REFERENCE, place_text("a"), NULL), CBANK_OK);
    cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_REFERENCE, place_text("c"), place_text("c"), NULL), 0);
    cr_assert_eq(
        cbi_txn_page(txn, CBI_TABLE_REFERENCE, place_text(""), place_text(""), 10, &page, NULL),
        CBANK_OK);
    cr_assert_eq(page.count, 2);
    cr_assert(cbi_bytes_equal(cbi_page_key(&page, 0), place_text("b")));
    cr_assert(cbi_bytes_equal(cbi_page_key(&page, 1), place_text("c")));
    cbi_page_clear(&page);
    cbi_txn_abort(txn);
    place_leave(store);
}

BOTH(a_limit_out_of_range_is_refused)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_READ);
    cbi_page page = {0};
    cbank_error err = {0};
    cbi_bytes all = {0};

    place_fails(cbi_txn_page(txn, CBI_TABLE_NOTE, all, all, 0, &page, &err), err, BAD_ARGUMENT);
    place_fails(cbi_txn_page(txn, CBI_TABLE_NOTE, all, all, CBI_PAGE_ROWS_MAX + 1, &page, &err),
                err, BAD_ARGUMENT);
    cbi_txn_abort(txn);
    place_leave(store);
}
