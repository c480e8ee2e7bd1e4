/*
 * engine.h - what an engine does for store.c, which has checked every argument before.
 *
 * An engine's own store and transaction begin with the structs below. Keys are 1 to CBI_KEY_MAX
 * bytes, values at most CBI_VALUE_MAX, and whatever changes a row is called on a write
 * transaction, by the thread that began it and in the process that opened the store.
 */
#ifndef CBI_STORE_ENGINE_H
#define CBI_STORE_ENGINE_H

#include <pthread.h>
#include <sys/types.h>

#include "store/store.h"

typedef enum cbi_put_mode { CBI_PUT_REPLACE, CBI_PUT_INSERT, CBI_PUT_APPEND } cbi_put_mode;

typedef struct cbi_engine {
    cbank_status (*begin)(cbi_store *store, cbi_txn_mode mode, cbi_txn **out, cbank_error *err);
    cbank_status (*commit)(cbi_txn *txn, cbank_error *err);
    void (*abort)(cbi_txn *txn);
    uint64_t (*version)(const cbi_txn *txn);
    /* `value` NULL asks only whether the row is there. */
    cbank_status (*get)(cbi_txn *txn, cbi_table table, cbi_bytes key, cbank_buffer *value,
                        cbank_error *err);
    cbank_status (*put)(cbi_txn *txn, cbi_table table, cbi_put_mode mode, cbi_bytes key,
                        cbi_bytes value, cbank_error *err);
    cbank_status (*delete)(cbi_txn *txn, cbi_table table, cbi_bytes key, cbank_error *err);
    /* `from` is not below `prefix`; `out` is empty. */
    cbank_status (*page)(cbi_txn *txn, cbi_table table, cbi_bytes prefix, cbi_bytes from,
                         size_t limit, cbi_page *out, cbank_error *err);
    cbank_status (*count)(cbi_txn *txn, cbi_table table, uint64_t *out, cbank_error *err);
    cbank_status (*backup)(cbi_store *store, const char *file, cbank_error *err);
    cbank_status (*measure)(cbi_store *store, cbi_store_use *out, cbank_error *err);
    cbank_status (*check)(cbi_store *store, cbank_error *err);
    /* For compaction.h: forgets what buffers hold, and makes sure that the store is ours alone. */
    cbank_status (*renew)(cbi_store *store, cbank_error *err);
    /* For compaction.h, in a write transaction without a change: deleted pages become zeros. */
    cbank_status (*wipe)(cbi_txn *txn, uint64_t *out_pages, cbank_error *err);
    /* For ahead.h. */
    void (*ahead)(cbi_txn *reader, uint64_t bytes);
    void (*close)(cbi_store *store);
} cbi_engine;

struct cbi_store {
    const cbi_engine *engine;
    pid_t process; /* that opened it: no other may use it */
};

struct cbi_txn {
    cbi_store *store;
    cbi_txn_mode mode;
    pthread_t thread;
    size_t dirty; /* counting the change that is being made */
    cbank_error doubt; /* what kept cbi_txn_has from telling; its status is OK until then */
};

/* Adds a row, unless the page has its rows or its 1 MiB: then `added` is false. */
cbank_status cbi_page_add(cbi_page *page, size_t limit, cbi_bytes key, cbi_bytes value, bool *added,
                          cbank_error *err);
bool cbi_page_begins(cbi_bytes key, cbi_bytes prefix);

#endif
