/*
 * memory.c - the engine that lives and dies in memory, for tests.
 *
 * A version is what one commit left: for each table a sorted list of rows. Lists and rows are
 * counted and never change once a version is published, so a reader keeps its version for as
 * long as it likes while the writer copies the lists it touches. One lock guards all counts.
 */
#include "store/engine.h"

#include <string.h>

#include "base/memory.h"
#include "base/process.h"
#include "store/gate.h"
#include "store/turn.h"

typedef struct row {
    unsigned owners;
    size_t key_size;
    size_t value_size;
    uint8_t bytes[];
} row;

typedef struct list {
    unsigned owners;
    size_t count;
    size_t capacity;
    row **rows;
} list;

typedef struct version {
    list *tables[CBI_TABLE_COUNT]; /* NULL while empty */
    uint64_t number;
} version;

typedef struct memory_store {
    cbi_store base;
    cbi_gate gate;
    cbi_turn turn;
    pthread_mutex_t lock; /* of all counts, and of `newest` */
    version newest;
} memory_store;

typedef struct memory_txn {
    cbi_txn base;
    memory_store *store;
    version seen;
    bool owned[CBI_TABLE_COUNT]; /* the list is this writer's own copy */
    bool writes;
} memory_txn;

static cbi_bytes key_of(const row *at)
{
    return cbi_bytes_of(at->bytes, at->key_size);
}

static cbi_bytes value_of(const row *at)
{
    return cbi_bytes_of(at->bytes + at->key_size, at->value_size);
}

static void drop_row(row *at)
{
    if (--at->owners == 0)
        cbi_free(at);
}

static void drop_list(list *rows)
{
    if (rows == NULL || --rows->owners > 0)
        return;
    for (size_t i = 0; i < rows->count; i++)
        drop_row(rows->rows[i]);
    cbi_free(rows->rows);
    cbi_free(rows);
}

static void drop_version(version *old)
{
    for (size_t i = 0; i < CBI_TABLE_COUNT; i++)
        drop_list(old->tables[i]);
    *old = (version){0};
}

static void share_version(const version *from, version *to)
{
    to->number = from->number;
    for (size_t i = 0; i < CBI_TABLE_COUNT; i++) {
        to->tables[i] = from->tables[i];
        if (to->tables[i] != NULL)
            to->tables[i]->owners++;
    }
}

/* The first row whose key is not below `key`. */
static size_t find(const list *rows, cbi_bytes key, bool *found)
{
    size_t low = 0;
    size_t high = rows == NULL ? 0 : rows->count;

    *found = false;
    if (high > 0 && cbi_bytes_compare(key_of(rows->rows[high - 1]), key) < 0)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = cbi_bytes_compare(key_of(rows->rows[middle]), key);

        if (order == 0)
            *found = true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static cbank_status resize(list *rows, size_t capacity, cbank_error *err)
{
    row **more = NULL;
    cbank_status status = cbi_alloc(capacity, sizeof(row *), &more, err);

    if (status != CBANK_OK)
        return status;
    if (rows->count > 0)
        memcpy(more, rows->rows, rows->count * sizeof(row *));
    cbi_free(rows->rows);
    rows->rows = more;
    rows->capacity = capacity;
    return CBANK_OK;
}

/* The writer's own list of a table: the first change copies the one that others see. */
static cbank_status own(memory_txn *txn, cbi_table table, list **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    list *seen = txn->seen.tables[table];
    list *copy = NULL;

    if (txn->owned[table]) {
        *out = seen;
        return CBANK_OK;
    }
    CBI_TRY(cbi_alloc(1, sizeof(*copy), &copy, err));
    CBI_TRY(resize(copy, seen == NULL ? 16 : seen->count + 16, err));
    copy->owners = 1;
    (void)pthread_mutex_lock(&txn->store->lock);
    for (size_t i = 0; seen != NULL && i < seen->count; i++) {
        copy->rows[i] = seen->rows[i];
        copy->rows[i]->owners++;
    }
    copy->count = seen == NULL ? 0 : seen->count;
    drop_list(seen);
    (void)pthread_mutex_unlock(&txn->store->lock);
    txn->seen.tables[table] = copy;
    txn->owned[table] = true;
    *out = copy;
    return CBANK_OK;
done:
    cbi_free(copy);
    return status;
}

static cbank_status make_row(cbi_bytes key, cbi_bytes value, row **out, cbank_error *err)
{
    row *made = NULL;
    cbank_status status = cbi_alloc(1, sizeof(*made) + key.size + value.size, &made, err);

    if (status != CBANK_OK)
        return status;
    made->owners = 1;
    made->key_size = key.size;
    made->value_size = value.size;
    memcpy(made->bytes, key.data, key.size);
    if (value.size > 0)
        memcpy(made->bytes + key.size, value.data, value.size);
    *out = made;
    return CBANK_OK;
}

static cbank_status put(cbi_txn *base, cbi_table table, cbi_put_mode mode, cbi_bytes key,
                        cbi_bytes value, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    memory_txn *txn = (memory_txn *)base;
    bool found;
    size_t at = find(txn->seen.tables[table], key, &found);
    list *rows = txn->seen.tables[table];
    row *made = NULL;

    if ((mode == CBI_PUT_INSERT && found) ||
        (mode == CBI_PUT_APPEND && rows != NULL && at < rows->count))
        return cbi_fail(err, CBI_REASON_KEY_TAKEN, 0, cbi_table_name(table), NULL);
    CBI_TRY(own(txn, table, &rows, err));
    if (!found && rows->count == rows->capacity)
        CBI_TRY(resize(rows, 2 * rows->capacity, err));
    CBI_TRY(make_row(key, value, &made, err));
    (void)pthread_mutex_lock(&txn->store->lock);
    if (found) {
        drop_row(rows->rows[at]);
    } else {
        memmove(rows->rows + at + 1, rows->rows + at, (rows->count - at) * sizeof(row *));
        rows->count++;
    }
    rows->rows[at] = made;
    (void)pthread_mutex_unlock(&txn->store->lock);
done:
    return status;
}

static cbank_status delete (cbi_txn *base, cbi_table table, cbi_bytes key, cbank_error *err)
{
    memory_txn *txn = (memory_txn *)base;
    list *rows = txn->seen.tables[table];
    cbank_status status;
    bool found;
    size_t at = find(rows, key, &found);

    if (!found)
        return CBANK_OK;
    status = own(txn, table, &rows, err);
    if (status != CBANK_OK)
        return status;
    (void)pthread_mutex_lock(&txn->store->lock);
    drop_row(rows->rows[at]);
    (void)pthread_mutex_unlock(&txn->store->lock);
    rows->count--;
    memmove(rows->rows + at, rows->rows + at + 1, (rows->count - at) * sizeof(row *));
    return CBANK_OK;
}

static cbank_status get(cbi_txn *base, cbi_table table, cbi_bytes key, cbank_buffer *value,
                        cbank_error *err)
{
    const list *rows = ((memory_txn *)base)->seen.tables[table];
    bool found;
    size_t at = find(rows, key, &found);

    if (!found)
        return cbi_fail(err, CBI_REASON_KEY_NOT_FOUND, 0, cbi_table_name(table), NULL);
    return value == NULL ? CBANK_OK : cbi_buffer_set(value, value_of(rows->rows[at]), err);
}

static cbank_status page(cbi_txn *base, cbi_table table, cbi_bytes prefix, cbi_bytes from,
                         size_t limit, cbi_page *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const list *rows = ((memory_txn *)base)->seen.tables[table];
    bool added;
    bool found;

    for (size_t i = find(rows, from, &found); rows != NULL && i < rows->count; i++) {
        if (!cbi_page_begins(key_of(rows->rows[i]), prefix))
            break;
        CBI_TRY(
            cbi_page_add(out, limit, key_of(rows->rows[i]), value_of(rows->rows[i]), &added, err));
        if (!added)
            break;
    }
done:
    return status;
}

static cbank_status count(cbi_txn *base, cbi_table table, uint64_t *out, cbank_error *err)
{
    const list *rows = ((memory_txn *)base)->seen.tables[table];

    (void)err;
    *out = rows == NULL ? 0 : rows->count;
    return CBANK_OK;
}

static cbank_status begin(cbi_store *base, cbi_txn_mode mode, cbi_txn **out, cbank_error *err)
{
    memory_store *store = (memory_store *)base;
    memory_txn *txn = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(*txn), &txn, err));
    txn->store = store;
    txn->writes = mode != CBI_TXN_READ;
    if (txn->writes)
        CBI_TRY(cbi_turn_take(&store->turn, err));
    cbi_gate_enter(&store->gate);
    (void)pthread_mutex_lock(&store->lock);
    share_version(&store->newest, &txn->seen);
    (void)pthread_mutex_unlock(&store->lock);
    *out = &txn->base;
    txn = NULL;
done:
    cbi_free(txn);
    return status;
}

static void end(memory_txn *txn)
{
    memory_store *store = txn->store;

    (void)pthread_mutex_lock(&store->lock);
    drop_version(&txn->seen);
    (void)pthread_mutex_unlock(&store->lock);
    if (txn->writes)
        cbi_turn_give(&store->turn);
    cbi_free(txn);
    cbi_gate_leave(&store->gate);
}

static cbank_status commit(cbi_txn *base, cbank_error *err)
{
    memory_txn *txn = (memory_txn *)base;

    (void)err;
    if (txn->writes) {
        (void)pthread_mutex_lock(&txn->store->lock);
        drop_version(&txn->store->newest);
        txn->store->newest = txn->seen;
        txn->store->newest.number++;
        txn->seen = (version){0};
        (void)pthread_mutex_unlock(&txn->store->lock);
    }
    end(txn);
    return CBANK_OK;
}

static void abort_txn(cbi_txn *base)
{
    end((memory_txn *)base);
}

static uint64_t version_of(const cbi_txn *base)
{
    return ((const memory_txn *)base)->seen.number;
}

static cbank_status backup(cbi_store *store, const char *file, cbank_error *err)
{
    (void)store;
    (void)file;
    return cbi_fail(err, CBI_REASON_STORE_IN_MEMORY, 0, NULL, NULL);
}

/* There is no file. */
static cbank_status check(cbi_store *base, cbank_error *err)
{
    (void)base, (void)err;
    return CBANK_OK;
}

static cbank_status measure(cbi_store *base, cbi_store_use *out, cbank_error *err)
{
    memory_store *store = (memory_store *)base;
    cbi_store_use use = {0};

    (void)err;
    (void)pthread_mutex_lock(&store->lock);
    for (size_t table = 0; table < CBI_TABLE_COUNT; table++) {
        const list *rows = store->newest.tables[table];

        for (size_t i = 0; rows != NULL && i < rows->count; i++)
            use.used_bytes += rows->rows[i]->key_size + rows->rows[i]->value_size;
    }
    (void)pthread_mutex_unlock(&store->lock);
    *out = use;
    return CBANK_OK;
}

static void close_store(cbi_store *base)
{
    memory_store *store = (memory_store *)base;

    cbi_gate_shut_for_good(&store->gate);
    drop_version(&store->newest);
    cbi_gate_clear(&store->gate);
    cbi_turn_clear(&store->turn);
    (void)pthread_mutex_destroy(&store->lock);
    cbi_free(store);
}

/* Nothing of it lies in a file. */
static cbank_status renew(cbi_store *store, cbank_error *err)
{
    (void)store, (void)err;
    return CBANK_OK;
}

static void ahead(cbi_txn *txn, uint64_t bytes)
{
    (void)txn;
    (void)bytes;
}

static cbank_status wipe(cbi_txn *txn, uint64_t *out_pages, cbank_error *err)
{
    (void)txn, (void)err;
    *out_pages = 0;
    return CBANK_OK;
}

static const cbi_engine engine = {
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

cbank_status cbi_store_open_memory(cbi_store **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    memory_store *store = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*store), &store, err));
    CBI_TRY(cbi_gate_init(&store->gate, err));
    status = cbi_turn_init(&store->turn, err);
    if (status != CBANK_OK)
        cbi_gate_clear(&store->gate);
    CBI_TRY(status);
    store->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    store->base = (cbi_store){.engine = &engine, .process = cbi_process()};
    *out = &store->base;
    store = NULL;
done:
    cbi_free(store);
    return status;
}
