/*
 * environment.h - one open LMDB environment: how it is opened, grown, mended and closed.
 *
 * LMDB's own rules, and what happens to those who break them, are in README.md beside this file.
 */
#ifndef CBI_STORE_ENVIRONMENT_H
#define CBI_STORE_ENVIRONMENT_H

#include <lmdb.h>
#include <sys/types.h>

#include "store/engine.h"
#include "store/gate.h"
#include "store/readers.h"
#include "store/trap.h"
#include "store/turn.h"

extern const cbi_engine cbi_lmdb_engine;

typedef struct cbi_environment {
    cbi_store base;
    char *path;
    uint64_t quota_bytes;

    /* Which file it is. Guarded by the registry, as are the next three. */
    dev_t device;
    ino_t inode;
    struct cbi_environment *next;
    unsigned owners;
    bool leaving;

    cbi_gate gate; /* of all that use what follows */
    cbi_turn turn;
    cbi_readers readers;
    atomic_int health; /* cbi_health */
    MDB_env *handle;   /* NULL while it could not be opened anew */
    MDB_dbi tables[CBI_TABLE_COUNT];
    unsigned page_bytes;
    unsigned commits; /* guarded by `turn`, as is the next */
    uint64_t swept_at; /* bytes that the file reached when dead readers were last looked for */
} cbi_environment;

/* Replaces 0 by the default; ARGUMENT for a quota that is out of range. */
cbank_status cbi_environment_settle_quota(uint64_t *quota_bytes, cbank_error *err);

/* What is done with LMDB before anything else: its handle and the tables. */
typedef enum cbi_environment_need { CBI_NEED_TABLES, CBI_MAKE_TABLES } cbi_environment_need;

/*
 * Opens LMDB in the folder `path`, whose file holds `used_bytes`. On failure `out` is NULL, and
 * LMDB is closed unless it is dead.
 */
cbank_status cbi_environment_start(const char *path, uint64_t used_bytes, uint64_t quota_bytes,
                                   cbi_environment_need need, atomic_int *health,
                                   MDB_dbi tables[CBI_TABLE_COUNT], MDB_env **out,
                                   cbank_error *err);

/* An environment on the file of that identity, not open yet. */
cbank_status cbi_environment_new(const char *path, uint64_t quota_bytes, dev_t device, ino_t inode,
                                 cbi_environment **out, cbank_error *err);
/* The file is checked, then LMDB opened. */
cbank_status cbi_environment_open(cbi_environment *environment, cbank_error *err);
/* Waits for all transactions to end. */
void cbi_environment_close(cbi_environment *environment);
void cbi_environment_free(cbi_environment *environment);

/* Comes before any use of `handle`; opens a broken environment anew. CORRUPT for a dead one. */
cbank_status cbi_environment_enter(cbi_environment *environment, cbank_error *err);
void cbi_environment_leave(cbi_environment *environment);
/* Closes LMDB and opens it anew, so that nothing of what it wrote is left in its buffers. Not from
 * inside; BUSY. */
cbank_status cbi_environment_renew(cbi_environment *environment, cbank_error *err);
/* Takes over the larger map of another process. Not from inside; BUSY. */
cbank_status cbi_environment_adopt(cbi_environment *environment, cbank_error *err);
/* Reports LMDB's code, and remembers what it says about the environment. */
cbank_status cbi_environment_fail(cbi_environment *environment, int code, const char *object,
                                  cbank_error *err);

/*
 * From inside, after each commit: looks for dead readers now and then, and before the file has
 * grown by much, since a dead one keeps all that is freed from being used again.
 */
void cbi_environment_sweep(cbi_environment *environment);

/* From inside: bytes up to the end of the last page, and those of them that hold something. */
cbank_status cbi_environment_reach(cbi_environment *environment, uint64_t *out, cbank_error *err);
cbank_status cbi_environment_measure(cbi_environment *environment, uint64_t *out, cbank_error *err);

#endif
