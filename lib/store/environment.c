#include "store/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/process.h"
#include "store/fault.h"
#include "store/folder.h"
#include "store/freed.h"
#include "store/meta.h"
#include "store/trees.h"

#define READERS_MAX 1024
#define MAP_STEP (1024u * 1024)
#define MAP_SPARE_SHARE 16 /* of the quota: the map holds more, for those who erase */
#define PATIENCE_MS 5000
#define COMMITS_BETWEEN_SWEEPS 64
#define GROWTH_BETWEEN_SWEEPS (256u * 1024)

#define QUOTA_MIN (1ull << 20)
#define QUOTA_MAX (1ull << 46)
#define QUOTA_DEFAULT (1ull << 40)

cbank_status cbi_environment_settle_quota(uint64_t *quota_bytes, cbank_error *err)
{
    if (*quota_bytes == 0)
        *quota_bytes = QUOTA_DEFAULT;
    if (*quota_bytes < QUOTA_MIN || *quota_bytes > QUOTA_MAX)
        return cbi_fail(err, CBI_REASON_STORE_QUOTA, *quota_bytes, NULL, NULL);
    return CBANK_OK;
}

typedef struct table_opening {
    MDB_env *handle;
    MDB_dbi *tables;
    unsigned flags;
} table_opening;

/* Ours have plain keys and values; of another kind LMDB takes a table as the file says (meta.c). */
static int check_table(MDB_txn *txn, MDB_dbi table)
{
    unsigned flags;
    int code = mdb_dbi_flags(txn, table, &flags);

    return code == 0 && flags != 0 ? MDB_CORRUPTED : code;
}

/* All in one transaction, before anyone else can be in one: LMDB's handles race otherwise. */
static int open_tables(void *argument)
{
    table_opening *opening = argument;
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(opening->handle, NULL, opening->flags == 0 ? MDB_RDONLY : 0, &txn);

    if (code != 0)
        return code;
    for (int i = 0; code == 0 && i < CBI_TABLE_COUNT; i++) {
        code = mdb_dbi_open(txn, cbi_table_name((cbi_table)i), opening->flags, &opening->tables[i]);
        if (code == 0)
            code = check_table(txn, opening->tables[i]);
    }
    if (code == 0)
        return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code == MDB_NOTFOUND ? MDB_INCOMPATIBLE : code;
}

/* Before LMDB follows anything. */
static cbank_status check_depth(MDB_env *handle, const char *object, cbank_error *err)
{
    MDB_txn *reader = NULL;
    int code = mdb_txn_begin(handle, NULL, MDB_RDONLY, &reader);
    cbank_status status;

    if (code != 0)
        return cbi_fault_report(code, object, err);
    status = cbi_trees_check(reader, CBI_TREES_DEPTH, err);
    mdb_txn_abort(reader);
    return status;
}

static uint64_t size_map(uint64_t used_bytes, uint64_t quota_bytes)
{
    uint64_t most = used_bytes > quota_bytes ? used_bytes : quota_bytes;
    uint64_t size = most + quota_bytes / MAP_SPARE_SHARE + MAP_STEP;

    return size - size % MAP_STEP;
}

static int configure(MDB_env *handle, uint64_t map_bytes, atomic_int *health)
{
    int code = mdb_env_set_mapsize(handle, map_bytes);

    if (code == 0)
        code = mdb_env_set_maxreaders(handle, READERS_MAX);
    if (code == 0)
        code = mdb_env_set_maxdbs(handle, CBI_TABLE_COUNT);
    if (code == 0)
        code = cbi_trap_set(handle, health);
    return code;
}

/* LMDB opens its file without O_CLOEXEC. */
static int keep_from_children(MDB_env *handle)
{
    int fd;
    int code = mdb_env_get_fd(handle, &fd);

    if (code == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        code = errno;
    return code;
}

cbank_status cbi_environment_start(const char *path, uint64_t used_bytes, uint64_t quota_bytes,
                                   cbi_environment_need need, atomic_int *health,
                                   MDB_dbi tables[CBI_TABLE_COUNT], MDB_env **out, cbank_error *err)
{
    table_opening opening = {.tables = tables, .flags = need == CBI_MAKE_TABLES ? MDB_CREATE : 0};
    cbank_status status = CBANK_OK;
    MDB_env *handle = NULL;
    int code = mdb_env_create(&handle);
    int dead;

    *out = NULL;
    if (code == 0)
        code = configure(handle, size_map(used_bytes, quota_bytes), health);
    /* No flag that weakens a commit; and readers that belong to no thread. */
    if (code == 0)
        code = mdb_env_open(handle, path, MDB_NOTLS, 0600);
    if (code == 0)
        code = keep_from_children(handle);
    if (code == 0)
        code = mdb_reader_check(handle, &dead);
    if (code == 0 && need == CBI_NEED_TABLES)
        status = check_depth(handle, cbi_path_name(path), err);
    if (code == 0 && status == CBANK_OK) {
        opening.handle = handle;
        code = cbi_trap_run(open_tables, &opening);
    }
    if (code != 0)
        status = cbi_fault_report(code, cbi_path_name(path), err);
    if (status == CBANK_OK)
        *out = handle;
    else if (code != CBI_FAULT_ASSERTED)
        mdb_env_close(handle);
    return status;
}

cbank_status cbi_environment_new(const char *path, uint64_t quota_bytes, dev_t device, ino_t inode,
                                 cbi_environment **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_environment *made = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*made), &made, err));
    CBI_TRY(cbi_alloc_text(path, &made->path, err));
    CBI_TRY(cbi_turn_init(&made->turn, err));
    status = cbi_gate_init(&made->gate, err);
    if (status != CBANK_OK)
        cbi_turn_clear(&made->turn);
    CBI_TRY(status);
    cbi_readers_init(&made->readers);
    atomic_init(&made->health, CBI_HEALTH_SOUND);
    made->base = (cbi_store){.engine = &cbi_lmdb_engine, .process = cbi_process()};
    made->quota_bytes = quota_bytes;
    made->device = device;
    made->inode = inode;
    *out = made;
    made = NULL;
done:
    if (made != NULL)
        cbi_free(made->path);
    cbi_free(made);
    return status;
}

/* The only place that opens the data file, and only while LMDB does not have it open. */
static cbank_status check_file(const cbi_environment *environment, cbi_meta *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const char *name = cbi_path_name(environment->path);
    cbi_path path;
    struct stat file;
    int fd = -1;

    CBI_TRY(cbi_folder_data(environment->path, &path, err));
    fd = open(path.text, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &file) != 0)
        CBI_TRY(cbi_fault_report(errno, name, err));
    if (file.st_dev != environment->device || file.st_ino != environment->inode)
        CBI_TRY(cbi_fail(err, CBI_REASON_STORE_MISSING, 0, name, "replaced"));
    CBI_TRY(cbi_meta_read(fd, name, out, err));
done:
    if (fd >= 0)
        (void)close(fd);
    return status;
}

cbank_status cbi_environment_open(cbi_environment *environment, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_meta meta;
    int lock = -1;

    CBI_TRY(cbi_folder_check_local(environment->path, err));
    CBI_TRY(cbi_folder_lock(environment->path, &lock, err));
    CBI_TRY(check_file(environment, &meta, err));
    CBI_TRY(cbi_environment_start(environment->path, meta.used_bytes, environment->quota_bytes,
                                  CBI_NEED_TABLES, &environment->health, environment->tables,
                                  &environment->handle, err));
    environment->page_bytes = (unsigned)meta.page_bytes;
    environment->swept_at = meta.used_bytes;
done:
    if (lock >= 0)
        (void)close(lock);
    return status;
}

static void stop(cbi_environment *environment)
{
    if (environment->handle == NULL || atomic_load(&environment->health) == CBI_HEALTH_DEAD)
        return;
    cbi_readers_drop(&environment->readers);
    mdb_env_close(environment->handle);
    environment->handle = NULL;
}

void cbi_environment_close(cbi_environment *environment)
{
    cbi_gate_shut_for_good(&environment->gate);
    stop(environment);
}

void cbi_environment_free(cbi_environment *environment)
{
    cbi_readers_clear(&environment->readers);
    cbi_gate_clear(&environment->gate);
    cbi_turn_clear(&environment->turn);
    cbi_free(environment->path);
    cbi_free(environment);
}

static cbank_status mend(cbi_environment *environment, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!cbi_gate_shut(&environment->gate, PATIENCE_MS))
        return cbi_fail(err, CBI_REASON_TXN_IN_THE_WAY, 0, NULL, NULL);
    /* Another thread may have done it while this one waited. */
    if (atomic_load(&environment->health) == CBI_HEALTH_BROKEN) {
        stop(environment);
        status = cbi_environment_open(environment, err);
        if (status == CBANK_OK)
            atomic_store(&environment->health, CBI_HEALTH_SOUND);
    }
    cbi_gate_open(&environment->gate);
    return status;
}

cbank_status cbi_environment_enter(cbi_environment *environment, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (;;) {
        cbi_gate_enter(&environment->gate);
        switch ((cbi_health)atomic_load(&environment->health)) {
        case CBI_HEALTH_SOUND:
            return CBANK_OK;
        case CBI_HEALTH_DEAD:
            cbi_gate_leave(&environment->gate);
            return cbi_fault_report(CBI_FAULT_ASSERTED, cbi_path_name(environment->path), err);
        case CBI_HEALTH_BROKEN:
            cbi_gate_leave(&environment->gate);
            CBI_TRY(mend(environment, err));
        }
    }
done:
    return status;
}

cbank_status cbi_environment_renew(cbi_environment *environment, cbank_error *err)
{
    int sound = CBI_HEALTH_SOUND;
    cbank_status status;

    atomic_compare_exchange_strong(&environment->health, &sound, CBI_HEALTH_BROKEN);
    status = cbi_environment_enter(environment, err);
    if (status == CBANK_OK)
        cbi_environment_leave(environment);
    return status;
}

void cbi_environment_leave(cbi_environment *environment)
{
    cbi_gate_leave(&environment->gate);
}

cbank_status cbi_environment_adopt(cbi_environment *environment, cbank_error *err)
{
    int code = 0;

    if (!cbi_gate_shut(&environment->gate, PATIENCE_MS))
        return cbi_fail(err, CBI_REASON_TXN_IN_THE_WAY, 0, NULL, NULL);
    if (atomic_load(&environment->health) == CBI_HEALTH_SOUND)
        code = mdb_env_set_mapsize(environment->handle, 0);
    cbi_gate_open(&environment->gate);
    return code == 0 ? CBANK_OK : cbi_environment_fail(environment, code, "map", err);
}

cbank_status cbi_environment_fail(cbi_environment *environment, int code, const char *object,
                                  cbank_error *err)
{
    int sound = CBI_HEALTH_SOUND;

    if (cbi_fault_breaks(code))
        atomic_compare_exchange_strong(&environment->health, &sound, CBI_HEALTH_BROKEN);
    return cbi_fault_report(code, object, err);
}

void cbi_environment_sweep(cbi_environment *environment)
{
    uint64_t reach = 0;
    int dead;

    (void)cbi_environment_reach(environment, &reach, NULL);
    if (++environment->commits % COMMITS_BETWEEN_SWEEPS != 0 &&
        reach < environment->swept_at + GROWTH_BETWEEN_SWEEPS)
        return;
    (void)mdb_reader_check(environment->handle, &dead);
    environment->swept_at = reach;
}

cbank_status cbi_environment_reach(cbi_environment *environment, uint64_t *out, cbank_error *err)
{
    MDB_envinfo info;
    int code = mdb_env_info(environment->handle, &info);

    if (code != 0)
        return cbi_environment_fail(environment, code, "measure", err);
    *out = ((uint64_t)info.me_last_pgno + 1) * environment->page_bytes;
    return CBANK_OK;
}

cbank_status cbi_environment_measure(cbi_environment *environment, uint64_t *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t reach = 0, pages = 0;

    CBI_TRY(cbi_environment_reach(environment, &reach, err));
    CBI_TRY(cbi_freed_count(environment, &pages, err));
    *out = reach - pages * environment->page_bytes;
done:
    return status;
}
