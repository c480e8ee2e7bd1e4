/*
 * store.h - an ordered key-value store with durable transactions.
 *
 * Two engines stand behind it: LMDB for banks, memory for unit tests. A client-server engine can
 * serve it too: keys of at most 255 bytes, values of at most 64 KiB, transactions bounded in dirty
 * bytes, no pointer or cursor that outlives a call, and a commit that may answer OK, a clear
 * failure, or UNKNOWN. One writer at a time across all processes; readers never wait.
 * A transaction belongs to the thread that began it. A store may be shared by threads.
 */
#ifndef CBI_STORE_STORE_H
#define CBI_STORE_STORE_H

#include "base/bytes.h"
#include "base/limits.h"

typedef enum cbi_table {
    CBI_TABLE_META,
    CBI_TABLE_RECORD,
    CBI_TABLE_TILE,
    CBI_TABLE_HEAD,
    CBI_TABLE_TAG,
    CBI_TABLE_NOTE,
    CBI_TABLE_TOKEN,
    CBI_TABLE_BATCH,
    CBI_TABLE_BODY,
    CBI_TABLE_REFERENCE,
    CBI_TABLE_FOREIGN,
    CBI_TABLE_IDENTITY,
    CBI_TABLE_VAULT,
    CBI_TABLE_OPENING,
    CBI_TABLE_INSTITUTION,
    CBI_TABLE_STATE,
    CBI_TABLE_PUBLICATION,
    CBI_TABLE_RECOGNITION,
    CBI_TABLE_CONSENT,
    CBI_TABLE_ENROLMENT,
    CBI_TABLE_TRANSFER,
    CBI_TABLE_PATTERN,
    CBI_TABLE_COUNT
} cbi_table;

/* The table's name in the file and in findings. */
const char *cbi_table_name(cbi_table table);

typedef struct cbi_store cbi_store;
typedef struct cbi_txn cbi_txn;

/*
 * Makes a new store in the folder `path`, which must not exist: in a temporary folder beside it,
 * synced, renamed, parent synced. The quota is 1 MiB to 64 TiB, or 0 for 1 TiB. EXISTS, IO, FULL.
 */
cbank_status cbi_store_create(const char *path, uint64_t quota_bytes, cbank_error *err);

/*
 * Opens a store; the same one opened twice in a process is one handle, under the first quota, to
 * be closed twice. Refuses a file cut short (CORRUPT), a foreign file (MALFORMED), network file
 * systems (UNSUPPORTED).
 */
cbank_status cbi_store_open(const char *path, uint64_t quota_bytes, cbi_store **out,
                            cbank_error *err);
/* A store that lives and dies in memory. */
cbank_status cbi_store_open_memory(cbi_store **out, cbank_error *err);
/* The last close waits for transactions of other threads to end. NULL is a no-op. */
void cbi_store_close(cbi_store *store);

/*
 * When quota or disk is full, a WRITE may still delete but not put. An ERASE is a write that is
 * meant to free space, such as erasing a learner: what it puts may use the space kept for that.
 */
typedef enum cbi_txn_mode { CBI_TXN_READ, CBI_TXN_WRITE, CBI_TXN_ERASE } cbi_txn_mode;

/*
 * A second write waits for the first to end, or answers STATE on the thread that holds it. BUSY:
 * too many readers, or transactions in the way of a repair. After a fork everything is FORKED.
 */
cbank_status cbi_txn_begin(cbi_store *store, cbi_txn_mode mode, cbi_txn **out, cbank_error *err);
/*
 * Durable when it returns OK; the transaction is gone whatever it returns. UNKNOWN: ask later.
 * After a FULL, or any failure that the next calls repeat, it fails the same way: nothing is done.
 */
cbank_status cbi_txn_commit(cbi_txn *txn, cbank_error *err);
/* NULL is a no-op. */
void cbi_txn_abort(cbi_txn *txn);
/*
 * Number of the commit that the transaction stands on; a write that changes something and is
 * committed gets the next one. So two transactions with one number see the same rows.
 */
uint64_t cbi_txn_version(const cbi_txn *txn);

/* Replaces `value`. NOT_FOUND (reason KEY_NOT_FOUND) without touching it. */
cbank_status cbi_txn_get(cbi_txn *txn, cbi_table table, cbi_bytes key, cbank_buffer *value,
                         cbank_error *err);
/*
 * Is there such a row? Where that cannot be told it says no, and every later call on the
 * transaction answers why, the commit too: so nothing is ever done because of a no that was none.
 */
bool cbi_txn_has(cbi_txn *txn, cbi_table table, cbi_bytes key);
/*
 * put replaces; insert answers EXISTS; append wants a key above all others, else EXISTS.
 * TOO_LARGE for a key, a value or a transaction beyond its limit; FULL at the quota.
 */
cbank_status cbi_txn_put(cbi_txn *txn, cbi_table table, cbi_bytes key, cbi_bytes value,
                         cbank_error *err);
cbank_status cbi_txn_insert(cbi_txn *txn, cbi_table table, cbi_bytes key, cbi_bytes value,
                            cbank_error *err);
cbank_status cbi_txn_append(cbi_txn *txn, cbi_table table, cbi_bytes key, cbi_bytes value,
                            cbank_error *err);
/* OK also when there is nothing to delete. */
cbank_status cbi_txn_delete(cbi_txn *txn, cbi_table table, cbi_bytes key, cbank_error *err);

/* Rows copied out of a table, in key order. Begin with {0}; clear with cbi_page_clear. */
typedef struct cbi_page {
    cbank_buffer bytes;
    struct cbi_row {
        size_t key_offset, key_size, value_offset, value_size;
    } *rows;
    size_t count;
    size_t capacity;
} cbi_page;

/*
 * At most `limit` rows (and 1 MiB, but at least one) with from <= key that begin with `prefix`.
 * `limit` is 1 to CBI_PAGE_ROWS_MAX. A page without rows is the end, a short one need not be.
 */
cbank_status cbi_txn_page(cbi_txn *txn, cbi_table table, cbi_bytes prefix, cbi_bytes from,
                          size_t limit, cbi_page *out, cbank_error *err);
cbi_bytes cbi_page_key(const cbi_page *page, size_t row);
cbi_bytes cbi_page_value(const cbi_page *page, size_t row);
void cbi_page_clear(cbi_page *page);

/* Number of rows of a table. */
cbank_status cbi_txn_count(cbi_txn *txn, cbi_table table, uint64_t *out, cbank_error *err);
/*
 * Bytes this write transaction has dirtied, for those who bound it by CBI_TXN_DIRTY_MAX. A row put
 * elsewhere than at the end of its table counts a third of a page more than it holds.
 */
size_t cbi_txn_dirty(const cbi_txn *txn);

/* A compacted, consistent copy as one new file, synced. EXISTS; UNSUPPORTED from memory. */
cbank_status cbi_store_backup(cbi_store *store, const char *file, cbank_error *err);
/* Makes a store folder from such a file. EXISTS, CORRUPT. */
cbank_status cbi_store_restore(const char *file, const char *path, uint64_t quota_bytes,
                               cbank_error *err);

typedef struct cbi_store_use {
    uint64_t used_bytes;
    uint64_t quota_bytes; /* 0 in memory */
    bool nearly_full; /* 80 % of the quota */
} cbi_store_use;
cbank_status cbi_store_measure(cbi_store *store, cbi_store_use *out, cbank_error *err);

/*
 * Reads every page of the newest commit without the engine, which believes its file. CORRUPT
 * (STORE_DAMAGED) names the first table and page that are not as they should be: then nothing
 * else may be read from the store. What the rows hold is not looked at. IO, MEMORY.
 */
cbank_status cbi_store_check(cbi_store *store, cbank_error *err);

#endif
