#include "store/readers.h"

#include <stdbool.h>
#include <stddef.h>

void cbi_readers_init(cbi_readers *readers)
{
    *readers = (cbi_readers){.lock = PTHREAD_MUTEX_INITIALIZER};
}

void cbi_readers_clear(cbi_readers *readers)
{
    (void)pthread_mutex_destroy(&readers->lock);
}

static MDB_txn *take_idle(cbi_readers *readers)
{
    MDB_txn *reader = NULL;

    (void)pthread_mutex_lock(&readers->lock);
    if (readers->count > 0)
        reader = readers->idle[--readers->count];
    (void)pthread_mutex_unlock(&readers->lock);
    return reader;
}

static int begin_new(MDB_env *handle, MDB_txn **out)
{
    int code = mdb_txn_begin(handle, NULL, MDB_RDONLY, out);
    int dead;

    if (code != MDB_READERS_FULL)
        return code;
    code = mdb_reader_check(handle, &dead);
    return code != 0 ? code : mdb_txn_begin(handle, NULL, MDB_RDONLY, out);
}

int cbi_readers_take(cbi_readers *readers, MDB_env *handle, MDB_txn **out)
{
    MDB_txn *reader = take_idle(readers);
    int code;

    if (reader == NULL)
        return begin_new(handle, out);
    code = mdb_txn_renew(reader);
    if (code != 0)
        mdb_txn_abort(reader);
    else
        *out = reader;
    return code;
}

void cbi_readers_give(cbi_readers *readers, MDB_txn *reader)
{
    bool kept;

    mdb_txn_reset(reader);
    (void)pthread_mutex_lock(&readers->lock);
    kept = readers->count < CBI_READERS_IDLE_MAX;
    if (kept)
        readers->idle[readers->count++] = reader;
    (void)pthread_mutex_unlock(&readers->lock);
    if (!kept)
        mdb_txn_abort(reader);
}

void cbi_readers_drop(cbi_readers *readers)
{
    MDB_txn *reader;

    while ((reader = take_idle(readers)) != NULL)
        mdb_txn_abort(reader);
}
