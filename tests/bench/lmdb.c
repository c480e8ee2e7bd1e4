#include "lmdb.h"

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAP_SIZE ((size_t)1 << 38)
#define RECORD_MAX 4096

struct lmdb {
    MDB_env *env;
    MDB_dbi small, large;
    uint64_t next;
};

static void must(int code)
{
    if (code == MDB_SUCCESS)
        return;
    fprintf(stderr, "lmdb: %s\n", mdb_strerror(code));
    exit(1);
}

lmdb *lmdb_create(const char *folder)
{
    lmdb *it = calloc(1, sizeof(*it));
    MDB_txn *txn;
    char path[4096];

    if (it == NULL)
        exit(1);
    snprintf(path, sizeof(path), "%s/peer.lmdb", folder);
    (void)mkdir(path, 0700);
    must(mdb_env_create(&it->env));
    must(mdb_env_set_maxdbs(it->env, 2));
    must(mdb_env_set_mapsize(it->env, MAP_SIZE));
    must(mdb_env_open(it->env, path, MDB_NOTLS, 0600));
    must(mdb_txn_begin(it->env, NULL, 0, &txn));
    must(mdb_dbi_open(txn, "small", MDB_CREATE, &it->small));
    must(mdb_dbi_open(txn, "large", MDB_CREATE, &it->large));
    must(mdb_txn_commit(txn));
    return it;
}

void lmdb_close(lmdb *it)
{
    mdb_env_close(it->env);
    free(it);
}

static void put(MDB_txn *txn, MDB_dbi table, uint64_t number, const void *data, size_t size,
                unsigned flags)
{
    uint8_t key[8];
    MDB_val k = {.mv_size = sizeof(key), .mv_data = key};
    MDB_val v = {.mv_size = size, .mv_data = NULL};

    for (unsigned i = 0; i < sizeof(key); i++)
        key[i] = (uint8_t)(number >> (56 - 8 * i));
    memcpy(&v.mv_data, &data, sizeof(data));
    must(mdb_put(txn, table, &k, &v, flags));
}

void lmdb_put(lmdb *it, uint64_t number)
{
    MDB_txn *txn;

    must(mdb_txn_begin(it->env, NULL, 0, &txn));
    put(txn, it->small, number, &number, sizeof(number), 0);
    must(mdb_txn_commit(txn));
}

void lmdb_append(lmdb *it, uint64_t count, size_t size, uint32_t transaction)
{
    char content[RECORD_MAX];

    for (uint64_t done = 0; done < count;) {
        MDB_txn *txn;

        must(mdb_txn_begin(it->env, NULL, 0, &txn));
        for (uint32_t i = 0; i < transaction && done < count; i++, done++) {
            memset(content, (int)(done & 0x7f), size);
            put(txn, it->large, it->next++, content, size, MDB_APPEND);
        }
        must(mdb_txn_commit(txn));
    }
}
