/*
 * lmdb.c - the engine of a bank: transactions and rows in LMDB.
 */
#include <string.h>

#include "base/memory.h"
#include "store/environment.h"
#include "store/fault.h"
#include "store/freed.h"
#include "store/registry.h"
#include "store/room.h"
#include "store/snapshot.h"
#include "store/trees.h"

/* The quota is nearly full at 4 fifths of it. */
#define NEARLY_FULL 4
#define NEARLY_FULL_OF 5

typedef struct lmdb_txn {
    cbi_txn base;
    cbi_environment *environment;
    MDB_txn *handle; /* NULL once LMDB has ended it */
    bool writes;
    int doom; /* LMDB's code after which the transaction can only be aborted */
    cbi_room room;
} lmdb_txn;

/* One call of LMDB, to be made inside the trap. */
typedef struct row_call {
    MDB_txn *txn;
    MDB_dbi table;
    MDB_val key;
    MDB_val value;
    unsigned flags;
    uint64_t count;
} row_call;

/* LMDB takes what it only reads without const, and copies even no bytes from somewhere. */
static MDB_val lend(cbi_bytes bytes)
{
    static uint8_t nothing;

    return (MDB_val){
        .mv_size = bytes.size,
        .mv_data = bytes.size == 0 ? &nothing : (void *)(uintptr_t)bytes.data,
    };
}

static row_call call_of(const lmdb_txn *txn, cbi_table table, cbi_bytes key)
{
    return (row_call){
        .txn = txn->handle,
        .table = txn->environment->tables[table],
        .key = lend(key),
    };
}

static int run_get(void *argument)
{
    row_call *call = argument;

    return mdb_get(call->txn, call->table, &call->key, &call->value);
}

static int run_put(void *argument)
{
    row_call *call = argument;

    return mdb_put(call->txn, call->table, &call->key, &call->value, call->flags);
}

static int run_delete(void *argument)
{
    row_call *call = argument;

    return mdb_del(call->txn, call->table, &call->key, NULL);
}

static int run_count(void *argument)
{
    row_call *call = argument;
    MDB_stat stat;
    int code = mdb_stat(call->txn, call->table, &stat);

    if (code == 0)
        call->count = stat.ms_entries;
    return code;
}

static int run_commit(void *argument)
{
    return mdb_txn_commit(argument);
}

/* Runs one call; whatever leaves LMDB's transaction useless dooms ours. Zero or LMDB's code. */
static int run(lmdb_txn *txn, int (*call)(void *), void *argument)
{
    int code = txn->doom != 0 ? txn->doom : cbi_trap_run(call, argument);

    if (code != 0 && code != MDB_NOTFOUND && code != MDB_KEYEXIST)
        txn->doom = code;
    return code;
}

static cbank_status fail(lmdb_txn *txn, int code, cbi_table table, cbank_error *err)
{
    return cbi_environment_fail(txn->environment, code, cbi_table_name(table), err);
}

/* A damaged page may claim any sizes, and readers rely on the limits. */
static bool is_row(const MDB_val *key, const MDB_val *value)
{
    return key->mv_size > 0 && key->mv_size <= CBI_KEY_MAX && value->mv_size <= CBI_VALUE_MAX;
}

static cbank_status get(cbi_txn *base, cbi_table table, cbi_bytes key, cbank_buffer *value,
                        cbank_error *err)
{
    lmdb_txn *txn = (lmdb_txn *)base;
    row_call call = call_of(txn, table, key);
    int code = run(txn, run_get, &call);

    if (code == MDB_NOTFOUND) /* mostly no mistake at all, so that no words are made */
        return cbi_fail(err, CBI_REASON_KEY_NOT_FOUND, 0, cbi_table_name(table), NULL);
    if (code == 0 && !is_row(&call.key, &call.value))
        code = MDB_CORRUPTED;
    if (code != 0)
        return fail(txn, code, table, err);
    if (value == NULL)
        return CBANK_OK;
    return cbi_buffer_set(value, cbi_bytes_of(call.value.mv_data, call.value.mv_size), err);
}

static cbank_status put(cbi_txn *base, cbi_table table, cbi_put_mode mode, cbi_bytes key,
                        cbi_bytes value, cbank_error *err)
{
    static const unsigned flags[] = {
        [CBI_PUT_REPLACE] = 0,
        [CBI_PUT_INSERT] = MDB_NOOVERWRITE,
        [CBI_PUT_APPEND] = MDB_APPEND,
    };
    lmdb_txn *txn = (lmdb_txn *)base;
    row_call call = call_of(txn, table, key);
    int code;

    if (txn->doom == 0 && txn->base.dirty > txn->room.bytes)
        return cbi_fail(err, txn->room.refusal, 0, cbi_table_name(table), NULL);
    call.value = lend(value);
    call.flags = flags[mode];
    code = run(txn, run_put, &call);
    return code == 0 ? CBANK_OK : fail(txn, code, table, err);
}

static cbank_status delete (cbi_txn *base, cbi_table table, cbi_bytes key, cbank_error *err)
{
    lmdb_txn *txn = (lmdb_txn *)base;
    row_call call = call_of(txn, table, key);
    int code = run(txn, run_delete, &call);

    return code == 0 || code == MDB_NOTFOUND ? CBANK_OK : fail(txn, code, table, err);
}

static cbank_status count(cbi_txn *base, cbi_table table, uint64_t *out, cbank_error *err)
{
    lmdb_txn *txn = (lmdb_txn *)base;
    row_call call = call_of(txn, table, cbi_bytes_of(NULL, 0));
    int code = run(txn, run_count, &call);

    if (code != 0)
        return fail(txn, code, table, err);
    *out = call.count;
    return CBANK_OK;
}

typedef struct page_call {
    row_call row;
    cbi_bytes prefix;
    cbi_bytes from;
    size_t limit;
    cbi_page *page;
    cbank_status status; /* of copying the rows out */
    cbank_error *err;
} page_call;

/*
 * Rows come in order, each after the one before: in a damaged tree they may not, and whoever reads
 * page after page would go round in circles.
 */
static int run_page(void *argument)
{
    page_call *call = argument;
    MDB_val *key = &call->row.key;
    MDB_val *value = &call->row.value;
    MDB_cursor *cursor = NULL;
    cbi_bytes last = call->from;
    int least = 0; /* that a key must compare to the last one */
    bool more = true;
    int code = mdb_cursor_open(call->row.txn, call->row.table, &cursor);

    if (code != 0)
        return code;
    code = mdb_cursor_get(cursor, key, value, key->mv_size == 0 ? MDB_FIRST : MDB_SET_RANGE);
    while (code == 0 && more) {
        cbi_bytes at = cbi_bytes_of(key->mv_data, key->mv_size);

        if (!is_row(key, value) || cbi_bytes_compare(at, last) < least) {
            code = MDB_CORRUPTED;
            break;
        }
        if (!cbi_page_begins(at, call->prefix))
            break;
        last = at;
        least = 1;
        call->status = cbi_page_add(call->page, call->limit, at,
                                    cbi_bytes_of(value->mv_data, value->mv_size), &more, call->err);
        if (call->status != CBANK_OK)
            break;
        if (more)
            code = mdb_cursor_get(cursor, key, value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

static cbank_status page(cbi_txn *base, cbi_table table, cbi_bytes prefix, cbi_bytes from,
                         size_t limit, cbi_page *out, cbank_error *err)
{
    lmdb_txn *txn = (lmdb_txn *)base;
    page_call call = {
        .row = call_of(txn, table, from),
        .prefix = prefix,
        .from = from,
        .limit = limit,
        .page = out,
        .err = err,
    };
    int code = run(txn, run_page, &call);

    return code == 0 ? call.status : fail(txn, code, table, err);
}

/* Enters the environment and begins LMDB's transaction; on failure it is left again. */
static cbank_status start(lmdb_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_environment *environment = txn->environment;
    bool adopted = false;
    int code;

    for (;;) {
        CBI_TRY(cbi_environment_enter(environment, err));
        if (txn->writes)
            code = mdb_txn_begin(environment->handle, NULL, 0, &txn->handle);
        else
            code = cbi_readers_take(&environment->readers, environment->handle, &txn->handle);
        if (code == 0)
            return CBANK_OK;
        cbi_environment_leave(environment);
        if (code != MDB_MAP_RESIZED || adopted)
            return cbi_environment_fail(environment, code, "transaction", err);
        CBI_TRY(cbi_environment_adopt(environment, err));
        adopted = true;
    }
done:
    return status;
}

/* Ends LMDB's transaction. Of a dead environment a reader's slot is all that is safe to give. */
static void stop(lmdb_txn *txn)
{
    cbi_environment *environment = txn->environment;
    bool dead = atomic_load(&environment->health) == CBI_HEALTH_DEAD;

    if (txn->handle == NULL || (dead && txn->writes))
        return;
    if (dead || txn->writes)
        mdb_txn_abort(txn->handle);
    else
        cbi_readers_give(&environment->readers, txn->handle);
}

static void end(lmdb_txn *txn)
{
    cbi_environment *environment = txn->environment;

    stop(txn);
    if (txn->writes)
        cbi_turn_give(&environment->turn);
    cbi_environment_leave(environment);
    cbi_free(txn);
}

static cbank_status begin(cbi_store *store, cbi_txn_mode mode, cbi_txn **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_environment *environment = (cbi_environment *)store;
    lmdb_txn *txn = NULL;
    bool turn = false;

    CBI_TRY(cbi_alloc(1, sizeof(*txn), &txn, err));
    txn->environment = environment;
    txn->writes = mode != CBI_TXN_READ;
    if (txn->writes) {
        CBI_TRY(cbi_turn_take(&environment->turn, err));
        turn = true;
    }
    CBI_TRY(start(txn, err));
    turn = false;
    *out = &txn->base;
    if (txn->writes)
        status = cbi_room_find(environment, mode, &txn->room, err);
    if (status != CBANK_OK)
        end(txn);
    txn = NULL;
done:
    if (turn)
        cbi_turn_give(&environment->turn);
    cbi_free(txn);
    return status;
}

static cbank_status finish(lmdb_txn *txn, cbank_error *err)
{
    cbi_environment *environment = txn->environment;
    cbank_status status;
    int code = txn->doom;

    if (code != 0)
        return cbi_environment_fail(environment, code, "commit", err);
    code = cbi_trap_run(run_commit, txn->handle);
    /* LMDB has ended it, also where it failed. */
    txn->handle = NULL;
    if (code == 0) {
        cbi_environment_sweep(environment);
        return CBANK_OK;
    }
    status = cbi_environment_fail(environment, code, "commit", err);
    if (!cbi_fault_is_unknown(code))
        return status;
    return cbi_fail(err, CBI_REASON_COMMIT_UNKNOWN, 0, "commit", "%d", code);
}

static cbank_status commit(cbi_txn *base, cbank_error *err)
{
    lmdb_txn *txn = (lmdb_txn *)base;
    cbank_status status = CBANK_OK;

    if (txn->writes)
        status = finish(txn, err);
    end(txn);
    return status;
}

static void abort_txn(cbi_txn *base)
{
    end((lmdb_txn *)base);
}

static uint64_t version_of(const cbi_txn *base)
{
    const lmdb_txn *txn = (const lmdb_txn *)base;

    return mdb_txn_id(txn->handle) - (txn->writes ? 1 : 0);
}

static cbank_status backup(cbi_store *store, const char *file, cbank_error *err)
{
    cbi_environment *environment = (cbi_environment *)store;
    cbank_status status = cbi_environment_enter(environment, err);

    if (status != CBANK_OK)
        return status;
    status = cbi_snapshot_write(environment, file, err);
    cbi_environment_leave(environment);
    return status;
}

static cbank_status measure(cbi_store *store, cbi_store_use *out, cbank_error *err)
{
    cbi_environment *environment = (cbi_environment *)store;
    cbi_store_use use = {.quota_bytes = environment->quota_bytes};
    cbank_status status = cbi_environment_enter(environment, err);

    if (status != CBANK_OK)
        return status;
    status = cbi_environment_measure(environment, &use.used_bytes, err);
    cbi_environment_leave(environment);
    if (status != CBANK_OK)
        return status;
    use.nearly_full = use.used_bytes >= use.quota_bytes / NEARLY_FULL_OF * NEARLY_FULL;
    *out = use;
    return CBANK_OK;
}

static cbank_status check(cbi_store *store, cbank_error *err)
{
    cbi_environment *environment = (cbi_environment *)store;
    cbank_status status = cbi_environment_enter(environment, err);
    MDB_txn *reader = NULL;
    int code;

    if (status != CBANK_OK)
        return status;
    code = cbi_readers_take(&environment->readers, environment->handle, &reader);
    if (code != 0) {
        status = cbi_environment_fail(environment, code, "check", err);
    } else {
        status = cbi_trees_check(reader, CBI_TREES_ALL, err);
        cbi_readers_give(&environment->readers, reader);
    }
    cbi_environment_leave(environment);
    return status;
}

static cbank_status renew(cbi_store *store, cbank_error *err)
{
    cbi_environment *environment = (cbi_environment *)store;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_environment_renew(environment, err));
    CBI_TRY(cbi_environment_enter(environment, err));
    status = cbi_freed_check_alone(environment, err);
    cbi_environment_leave(environment);
done:
    return status;
}

static void ahead(cbi_txn *base, uint64_t bytes)
{
    cbi_room_extend(((lmdb_txn *)base)->environment, bytes);
}

static cbank_status wipe(cbi_txn *base, uint64_t *out_pages, cbank_error *err)
{
    lmdb_txn *txn = (lmdb_txn *)base;

    return cbi_freed_wipe(txn->environment, mdb_txn_id(txn->handle), out_pages, err);
}

static void close_store(cbi_store *store)
{
    cbi_registry_close((cbi_environment *)store);
}

const cbi_engine cbi_lmdb_engine = {
    .begin = begin,
    .commit = commit,
    .abort = abort_txn,
    .version = version_of,
    .get = get,
    .put = put,
    .delete = delete,
    .page = page,
    .count = count,
    .backup = backup,
    .measure = measure,
    .check = check,
    .renew = renew,
    .wipe = wipe,
    .ahead = ahead,
    .close = close_store,
};
