#include "store/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/fault.h"
#include "store/folder.h"
#include "store/meta.h"
#include "store/registry.h"

#define COPY_BYTES (1024u * 1024)

cbank_status cbi_snapshot_write(cbi_environment *environment, const char *path, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_path temporary = {""};
    cbi_meta meta;
    int fd = -1;
    int code;

    CBI_TRY(cbi_folder_start_file(path, &temporary, &fd, err));
    /* Not in the trap: LMDB copies with a second thread that works on this one's stack. */
    code = mdb_env_copyfd2(environment->handle, fd, MDB_CP_COMPACT);
    if (code != 0)
        CBI_TRY(cbi_fault_report(code, cbi_path_name(path), err));
    CBI_TRY(cbi_meta_read(fd, cbi_path_name(path), &meta, err));
    if (fsync(fd) != 0)
        CBI_TRY(cbi_fault_report(errno, cbi_path_name(path), err));
    CBI_TRY(cbi_folder_publish(temporary.text, path, err));
done:
    if (fd >= 0)
        (void)close(fd);
    if (status != CBANK_OK && temporary.text[0] != '\0')
        (void)unlink(temporary.text);
    return status;
}

static cbank_status write_at(int fd, off_t offset, const uint8_t *data, size_t size,
                             const char *object, cbank_error *err)
{
    while (size > 0) {
        ssize_t written = pwrite(fd, data, size, offset);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return cbi_fault_report(errno, object, err);
        data += written;
        size -= (size_t)written;
        offset += written;
    }
    return CBANK_OK;
}

static cbank_status copy_file(int from, int to, const char *object, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t *block = NULL;
    off_t offset = 0;
    ssize_t size;

    CBI_TRY(cbi_alloc(1, COPY_BYTES, &block, err));
    while ((size = pread(from, block, COPY_BYTES, offset)) != 0) {
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            CBI_TRY(cbi_fault_report(errno, object, err));
        CBI_TRY(write_at(to, offset, block, (size_t)size, object, err));
        offset += size;
    }
done:
    cbi_free(block);
    return status;
}

/* Copies a snapshot into a folder, as its data file. */
static cbank_status unpack(const char *file, const cbi_path *folder, cbi_meta *out,
                           cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const char *name = cbi_path_name(file);
    cbi_path data;
    struct stat there;
    int from = -1;
    int to = -1;

    if (stat(file, &there) != 0)
        CBI_TRY(cbi_fault_report(errno, name, err));
    /* Opening and closing it would be against the rules, and a live file is no snapshot. */
    if (cbi_registry_holds(there.st_dev, there.st_ino))
        CBI_TRY(cbi_fail(err, CBI_REASON_STORE_OPEN, 0, name, NULL));
    CBI_TRY(cbi_folder_data(folder->text, &data, err));
    from = open(file, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        CBI_TRY(cbi_fault_report(errno, name, err));
    CBI_TRY(cbi_meta_read(from, name, out, err));
    to = open(data.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0)
        CBI_TRY(cbi_fault_report(errno, name, err));
    CBI_TRY(copy_file(from, to, name, err));
done:
    if (from >= 0)
        (void)close(from);
    if (to >= 0)
        (void)close(to);
    return status;
}

/* Opens the store in a folder that nobody knows yet, once, and syncs it. */
static cbank_status try_store(const cbi_path *folder, uint64_t used_bytes, uint64_t quota_bytes,
                              cbi_environment_need need, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    MDB_dbi tables[CBI_TABLE_COUNT];
    MDB_env *handle = NULL;
    atomic_int health = CBI_HEALTH_SOUND;
    int code;

    CBI_TRY(cbi_environment_start(folder->text, used_bytes, quota_bytes, need, &health, tables,
                                  &handle, err));
    code = mdb_env_sync(handle, 1);
    mdb_env_close(handle);
    if (code != 0)
        CBI_TRY(cbi_fault_report(code, cbi_path_name(folder->text), err));
done:
    return status;
}

cbank_status cbi_store_create(const char *path, uint64_t quota_bytes, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_path temporary = {""};

    CBI_TRY(cbi_environment_settle_quota(&quota_bytes, err));
    CBI_TRY(cbi_folder_start(path, &temporary, err));
    CBI_TRY(try_store(&temporary, 0, quota_bytes, CBI_MAKE_TABLES, err));
    CBI_TRY(cbi_folder_finish(&temporary, path, err));
done:
    if (status != CBANK_OK && temporary.text[0] != '\0')
        cbi_folder_drop(&temporary);
    return status;
}

cbank_status cbi_store_restore(const char *file, const char *path, uint64_t quota_bytes,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_path temporary = {""};
    cbi_meta meta;

    CBI_TRY(cbi_environment_settle_quota(&quota_bytes, err));
    CBI_TRY(cbi_folder_start(path, &temporary, err));
    CBI_TRY(unpack(file, &temporary, &meta, err));
    CBI_TRY(try_store(&temporary, meta.used_bytes, quota_bytes, CBI_NEED_TABLES, err));
    CBI_TRY(cbi_folder_finish(&temporary, path, err));
done:
    if (status != CBANK_OK && temporary.text[0] != '\0')
        cbi_folder_drop(&temporary);
    return status;
}
