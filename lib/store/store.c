/*
 * store.c - what every engine has in common: whose call it is, the limits, the count of dirt.
 */
#include "store/engine.h"

#include "base/process.h"

/*
 * A row put in the middle of a table may dirty a page of its own. Counting a third of a page for
 * it keeps CBI_TXN_DIRTY_MAX counted bytes below 400 MiB of dirty pages in the worst case: LMDB
 * spills pages from 512 MiB on, and its spilling has known defects.
 */
#define STRAY_COST 1365u
#define ROW_COST 16u

/* Before any lock: after a fork a lock may be held by a thread that is not there. */
static cbank_status check_process(const cbi_store *store, cbank_error *err)
{
    if (store->process != cbi_process())
        return cbi_fail(err, CBI_REASON_STORE_FORKED, 0, NULL, NULL);
    return CBANK_OK;
}

/* A row that could not be looked for may be there, whatever was made of it since. */
static cbank_status check_doubt(const cbi_txn *txn, cbank_error *err)
{
    if (txn->doubt.status != CBANK_OK && err != NULL)
        *err = txn->doubt;
    return (cbank_status)txn->doubt.status;
}

static bool is_writer(const cbi_txn *txn)
{
    return txn->mode != CBI_TXN_READ;
}

/* LMDB ties a write transaction to its thread. */
static cbank_status check_txn(const cbi_txn *txn, cbank_error *err)
{
    cbank_status status = check_process(txn->store, err);

    if (status != CBANK_OK)
        return status;
    CBI_REQUIRE(!is_writer(txn) || pthread_equal(txn->thread, pthread_self()), err);
    return CBANK_OK;
}

static cbank_status check_row(const cbi_txn *txn, cbi_table table, cbi_bytes key, cbank_error *err)
{
    cbank_status status = check_txn(txn, err);

    if (status == CBANK_OK)
        status = check_doubt(txn, err);
    if (status != CBANK_OK)
        return status;
    CBI_REQUIRE((unsigned)table < CBI_TABLE_COUNT, err);
    CBI_REQUIRE(key.size > 0, err);
    if (key.size > CBI_KEY_MAX)
        return cbi_fail(err, CBI_REASON_KEY_TOO_LONG, CBI_KEY_MAX, cbi_table_name(table), NULL);
    return CBANK_OK;
}

void cbi_store_close(cbi_store *store)
{
    /* What a fork left in a child is not the child's to free. */
    if (store == NULL || store->process != cbi_process())
        return;
    store->engine->close(store);
}

cbank_status cbi_store_backup(cbi_store *store, const char *file, cbank_error *err)
{
    cbank_status status = check_process(store, err);

    if (status != CBANK_OK)
        return status;
    return store->engine->backup(store, file, err);
}

cbank_status cbi_store_measure(cbi_store *store, cbi_store_use *out, cbank_error *err)
{
    cbank_status status = check_process(store, err);

    if (status != CBANK_OK)
        return status;
    return store->engine->measure(store, out, err);
}

cbank_status cbi_store_check(cbi_store *store, cbank_error *err)
{
    cbank_status status = check_process(store, err);

    return status == CBANK_OK ? store->engine->check(store, err) : status;
}

cbank_status cbi_txn_begin(cbi_store *store, cbi_txn_mode mode, cbi_txn **out, cbank_error *err)
{
    cbi_txn *txn = NULL;
    cbank_status status = check_process(store, err);

    if (status != CBANK_OK)
        return status;
    status = store->engine->begin(store, mode, &txn, err);
    if (status != CBANK_OK)
        return status;
    txn->store = store;
    txn->mode = mode;
    txn->thread = pthread_self();
    txn->dirty = 0;
    txn->doubt = (cbank_error){0};
    *out = txn;
    return CBANK_OK;
}

cbank_status cbi_txn_commit(cbi_txn *txn, cbank_error *err)
{
    cbank_status status = check_txn(txn, err);

    if (status != CBANK_OK)
        return status;
    status = check_doubt(txn, err);
    if (status == CBANK_OK)
        return txn->store->engine->commit(txn, err);
    txn->store->engine->abort(txn);
    return status;
}

void cbi_txn_abort(cbi_txn *txn)
{
    if (txn == NULL || check_txn(txn, NULL) != CBANK_OK)
        return;
    txn->store->engine->abort(txn);
}

uint64_t cbi_txn_version(const cbi_txn *txn)
{
    return txn->store->engine->version(txn);
}

cbank_status cbi_txn_get(cbi_txn *txn, cbi_table table, cbi_bytes key, cbank_buffer *value,
                         cbank_error *err)
{
    cbank_status status = check_row(txn, table, key, err);

    if (status != CBANK_OK)
        return status;
    CBI_REQUIRE(value != NULL, err);
    return txn->store->engine->get(txn, table, key, value, err);
}

bool cbi_txn_has(cbi_txn *txn, cbi_table table, cbi_bytes key)
{
    cbank_error error = {0};
    cbank_status status;

    if (check_row(txn, table, key, NULL) != CBANK_OK)
        return false;
    status = txn->store->engine->get(txn, table, key, NULL, &error);
    if (status != CBANK_OK && status != CBANK_E_NOT_FOUND)
        txn->doubt = error;
    return status == CBANK_OK;
}

/* Counts `cost` before the change is made, so that an engine sees what it would come to. */
static cbank_status charge(cbi_txn *txn, cbi_table table, size_t cost, cbank_error *err)
{
    if (cost > CBI_TXN_DIRTY_MAX - txn->dirty)
        return cbi_fail(err, CBI_REASON_TXN_TOO_LARGE, CBI_TXN_DIRTY_MAX, cbi_table_name(table),
                        NULL);
    txn->dirty += cost;
    return CBANK_OK;
}

static cbank_status put(cbi_txn *txn, cbi_table table, cbi_put_mode mode, cbi_bytes key,
                        cbi_bytes value, cbank_error *err)
{
    size_t cost = key.size + value.size + (mode == CBI_PUT_APPEND ? ROW_COST : STRAY_COST);
    cbank_status status = check_row(txn, table, key, err);

    if (status != CBANK_OK)
        return status;
    CBI_REQUIRE(is_writer(txn), err);
    if (value.size > CBI_VALUE_MAX)
        return cbi_fail(err, CBI_REASON_VALUE_TOO_LONG, CBI_VALUE_MAX, cbi_table_name(table), NULL);
    status = charge(txn, table, cost, err);
    if (status != CBANK_OK)
        return status;
    status = txn->store->engine->put(txn, table, mode, key, value, err);
    if (status != CBANK_OK)
        txn->dirty -= cost;
    return status;
}

cbank_status cbi_txn_put(cbi_txn *txn, cbi_table table, cbi_bytes key, cbi_bytes value,
                         cbank_error *err)
{
    return put(txn, table, CBI_PUT_REPLACE, key, value, err);
}

cbank_status cbi_txn_insert(cbi_txn *txn, cbi_table table, cbi_bytes key, cbi_bytes value,
                            cbank_error *err)
{
    return put(txn, table, CBI_PUT_INSERT, key, value, err);
}

cbank_status cbi_txn_append(cbi_txn *txn, cbi_table table, cbi_bytes key, cbi_bytes value,
                            cbank_error *err)
{
    return put(txn, table, CBI_PUT_APPEND, key, value, err);
}

cbank_status cbi_txn_delete(cbi_txn *txn, cbi_table table, cbi_bytes key, cbank_error *err)
{
    cbank_status status = check_row(txn, table, key, err);

    if (status != CBANK_OK)
        return status;
    CBI_REQUIRE(is_writer(txn), err);
    status = charge(txn, table, STRAY_COST, err);
    if (status != CBANK_OK)
        return status;
    return txn->store->engine->delete (txn, table, key, err);
}

cbank_status cbi_txn_page(cbi_txn *txn, cbi_table table, cbi_bytes prefix, cbi_bytes from,
                          size_t limit, cbi_page *out, cbank_error *err)
{
    cbank_status status = check_txn(txn, err);

    if (status == CBANK_OK)
        status = check_doubt(txn, err);
    if (status != CBANK_OK)
        return status;
    CBI_REQUIRE((unsigned)table < CBI_TABLE_COUNT, err);
    CBI_REQUIRE(limit > 0 && limit <= CBI_PAGE_ROWS_MAX, err);
    if (prefix.size > CBI_KEY_MAX || from.size > CBI_KEY_MAX)
        return cbi_fail(err, CBI_REASON_KEY_TOO_LONG, CBI_KEY_MAX, cbi_table_name(table), NULL);
    cbi_buffer_rewind(&out->bytes);
    out->count = 0;
    if (cbi_bytes_compare(from, prefix) < 0)
        from = prefix;
    return txn->store->engine->page(txn, table, prefix, from, limit, out, err);
}

cbank_status cbi_txn_count(cbi_txn *txn, cbi_table table, uint64_t *out, cbank_error *err)
{
    cbank_status status = check_txn(txn, err);

    if (status == CBANK_OK)
        status = check_doubt(txn, err);
    if (status != CBANK_OK)
        return status;
    CBI_REQUIRE((unsigned)table < CBI_TABLE_COUNT, err);
    return txn->store->engine->count(txn, table, out, err);
}

size_t cbi_txn_dirty(const cbi_txn *txn)
{
    return txn->dirty;
}
