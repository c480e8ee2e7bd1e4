#include "place.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATHS_KEPT 8

static char root[64];
static pid_t owner;

static int drop(const char *path, const struct stat *file, int type, struct FTW *at)
{
    (void)file;
    (void)type;
    (void)at;
    return remove(path);
}

static void drop_all(void)
{
    if (owner == getpid())
        nftw(root, drop, 16, FTW_DEPTH | FTW_PHYS);
}

const char *place_path(const char *name)
{
    static char paths[PATHS_KEPT][128];
    static unsigned turn;
    char *path = paths[turn++ % PATHS_KEPT];

    if (root[0] == '\0') {
        snprintf(root, sizeof(root), "%s/cbank-store-XXXXXX", P_tmpdir);
        cr_assert_not_null(mkdtemp(root));
        owner = getpid();
        atexit(drop_all);
    }
    snprintf(path, sizeof(paths[0]), "%s/%s", root, name);
    return path;
}

struct criterion_test_params place_engines(void)
{
    static place_engine engines[] = {PLACE_MEMORY, PLACE_LMDB};

    return cr_make_param_array(place_engine, engines, 2);
}

cbi_store *place_create(uint64_t quota_bytes)
{
    cbank_error err = {0};

    cr_assert_eq(cbi_store_create(place_path("store"), quota_bytes, &err), CBANK_OK, "%s: %s",
                 err.object, err.detail);
    return place_reopen(quota_bytes);
}

cbi_store *place_reopen(uint64_t quota_bytes)
{
    cbi_store *store = NULL;
    cbank_error err = {0};

    cr_assert_eq(cbi_store_open(place_path("store"), quota_bytes, &store, &err), CBANK_OK, "%s: %s",
                 err.object, err.detail);
    return store;
}

cbi_store *place_open(place_engine engine)
{
    cbi_store *store = NULL;

    if (engine == PLACE_LMDB)
        return place_create(QUOTA);
    cr_assert_eq(cbi_store_open_memory(&store, NULL), CBANK_OK);
    return store;
}

void place_leave(cbi_store *store)
{
    cbi_store_close(store);
    drop_all();
}

cbi_txn *place_begin(cbi_store *store, cbi_txn_mode mode)
{
    cbi_txn *txn = NULL;
    cbank_error err = {0};

    cr_assert_eq(cbi_txn_begin(store, mode, &txn, &err), CBANK_OK, "%s: %s", err.object,
                 err.detail);
    return txn;
}

void place_commit(cbi_txn *txn)
{
    cbank_error err = {0};

    cr_assert_eq(cbi_txn_commit(txn, &err), CBANK_OK, "%s: %s", err.object, err.detail);
}

cbi_bytes place_key(uint64_t number)
{
    static uint8_t keys[4][8];
    static unsigned turn;

    turn = (turn + 1) % 4;
    cbi_put_u64(keys[turn], number);
    return cbi_bytes_of(keys[turn], 8);
}

cbi_bytes place_value(uint64_t number, size_t size)
{
    static uint8_t value[CBI_VALUE_MAX + 1];

    memset(value, (int)(number % 251), size);
    return cbi_bytes_of(value, size);
}

cbi_bytes place_text(const char *text)
{
    return cbi_bytes_of_text(text);
}

cbank_status place_put(cbi_store *store, uint64_t number, size_t size, cbank_error *err)
{
    cbi_txn *txn = NULL;
    cbank_status status = cbi_txn_begin(store, CBI_TXN_WRITE, &txn, err);

    if (status != CBANK_OK)
        return status;
    status = cbi_txn_put(txn, CBI_TABLE_RECORD, place_key(number), place_value(number, size), err);
    if (status != CBANK_OK) {
        cbi_txn_abort(txn);
        return status;
    }
    return cbi_txn_commit(txn, err);
}

bool place_is(cbi_txn *txn, cbi_table table, cbi_bytes key, cbi_bytes value)
{
    cbank_buffer found = {0};
    bool same = cbi_txn_get(txn, table, key, &found, NULL) == CBANK_OK &&
                cbi_bytes_equal(cbi_bytes_of_buffer(&found), value);

    cbank_buffer_clear(&found);
    return same;
}

bool place_has(cbi_store *store, uint64_t number)
{
    cbi_txn *txn = place_begin(store, CBI_TXN_READ);
    bool has = cbi_txn_has(txn, CBI_TABLE_RECORD, place_key(number));

    cbi_txn_abort(txn);
    return has;
}

uint64_t place_count(cbi_store *store, cbi_table table)
{
    cbi_txn *txn = place_begin(store, CBI_TXN_READ);
    uint64_t count = 0;

    cr_assert_eq(cbi_txn_count(txn, table, &count, NULL), CBANK_OK);
    cbi_txn_abort(txn);
    return count;
}
