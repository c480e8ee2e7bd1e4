/*
 * readers.h - LMDB's read transactions, kept for reuse: renewing one is cheaper than beginning.
 */
#ifndef CBI_STORE_READERS_H
#define CBI_STORE_READERS_H

#include <lmdb.h>
#include <pthread.h>

#define CBI_READERS_IDLE_MAX 32

typedef struct cbi_readers {
    pthread_mutex_t lock;
    MDB_txn *idle[CBI_READERS_IDLE_MAX];
    unsigned count;
} cbi_readers;

void cbi_readers_init(cbi_readers *readers);
void cbi_readers_clear(cbi_readers *readers);

/*
 * A read transaction on the newest commit; zero or LMDB's code. When no reader slot is free, it
 * looks for those that dead processes have left behind.
 */
int cbi_readers_take(cbi_readers *readers, MDB_env *handle, MDB_txn **out);
void cbi_readers_give(cbi_readers *readers, MDB_txn *reader);
/* Ends those that are idle, before their environment is closed. */
void cbi_readers_drop(cbi_readers *readers);

#endif
