#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "store/fault.h"

#define DATA_FILE "data.mdb"
#define LOCK_FILE "lock.mdb"
#define OPENING_FILE "open.lock"

const char *cbi_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

static cbank_status join(const char *head, const char *tail, cbi_path *out, cbank_error *err)
{
    int size = snprintf(out->text, sizeof(out->text), "%s%s", head, tail);

    if (size < 0 || (size_t)size >= sizeof(out->text))
        return cbi_fault_report(ENAMETOOLONG, cbi_path_name(head), err);
    return CBANK_OK;
}

/* Without slashes at the end, so that something can be put after it. */
static cbank_status trim(const char *path, cbi_path *out, cbank_error *err)
{
    cbank_status status = join(path, "", out, err);

    if (status != CBANK_OK)
        return status;
    for (size_t size = strlen(out->text); size > 1 && out->text[size - 1] == '/'; size--)
        out->text[size - 1] = '\0';
    return CBANK_OK;
}

static cbank_status find_parent(const char *path, cbi_path *out, cbank_error *err)
{
    cbank_status status = trim(path, out, err);
    char *slash;

    if (status != CBANK_OK)
        return status;
    slash = strrchr(out->text, '/');
    if (slash == NULL)
        return join(".", "", out, err);
    slash[slash == out->text ? 1 : 0] = '\0';
    return CBANK_OK;
}

cbank_status cbi_folder_lock(const char *path, int *out_fd, cbank_error *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    cbank_status status = CBANK_OK;
    cbi_path file;
    int fd = -1;
    int code;

    CBI_TRY(join(path, "/" OPENING_FILE, &file, err));
    fd = open(file.text, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return cbi_fault_report(errno, cbi_path_name(path), err);
    do
        code = fcntl(fd, F_SETLKW, &whole); /* the process's own: no child inherits it */
    while (code != 0 && errno == EINTR);
    if (code != 0) {
        status = cbi_fault_report(errno, cbi_path_name(path), err);
        (void)close(fd);
        return status;
    }
    *out_fd = fd;
done:
    return status;
}

cbank_status cbi_folder_data(const char *path, cbi_path *out, cbank_error *err)
{
    return join(path, "/" DATA_FILE, out, err);
}

bool cbi_folder_is_remote(uint64_t file_system)
{
    static const uint32_t remote[] = {
        0x6969,     /* NFS */
        0xff534d42, /* CIFS */
        0xfe534d42, /* SMB 2 */
        0x517b,     /* SMB */
        0x01021997, /* 9p */
        0x65735546, /* FUSE */
        0x5346414f, /* AFS */
        0x6b414653, /* kAFS */
        0x00c36400, /* Ceph */
        0x0bd00bd0, /* Lustre */
        0x01161970, /* GFS2 */
        0x7461636f, /* OCFS2 */
        0x564c,     /* NCP */
        0x73757245, /* Coda */
    };

    for (size_t i = 0; i < sizeof(remote) / sizeof(remote[0]); i++) {
        if ((uint32_t)file_system == remote[i])
            return true;
    }
    return false;
}

cbank_status cbi_folder_check_local(const char *path, cbank_error *err)
{
    struct statfs system;

    if (statfs(path, &system) != 0)
        return cbi_fault_report(errno, cbi_path_name(path), err);
    if (cbi_folder_is_remote((uint64_t)system.f_type))
        return cbi_fail(err, CBI_REASON_STORE_REMOTE, 0, cbi_path_name(path), "0x%x",
                        (unsigned)system.f_type);
    return CBANK_OK;
}

/* The template of a temporary name beside `path`, once it is known that `path` is free. */
static cbank_status start_beside(const char *path, cbi_path *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_path place;
    struct stat there;

    CBI_TRY(trim(path, &place, err));
    if (lstat(place.text, &there) == 0)
        return cbi_fail(err, CBI_REASON_STORE_EXISTS, 0, cbi_path_name(place.text), NULL);
    if (errno != ENOENT)
        return cbi_fault_report(errno, cbi_path_name(place.text), err);
    CBI_TRY(join(place.text, ".new-XXXXXX", out, err));
done:
    return status;
}

cbank_status cbi_folder_start(const char *path, cbi_path *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_path name;
    cbi_path parent;

    CBI_TRY(start_beside(path, &name, err));
    CBI_TRY(find_parent(path, &parent, err));
    CBI_TRY(cbi_folder_check_local(parent.text, err));
    if (mkdtemp(name.text) == NULL)
        return cbi_fault_report(errno, cbi_path_name(path), err);
    *out = name;
done:
    return status;
}

cbank_status cbi_folder_start_file(const char *path, cbi_path *out, int *out_fd, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_path name;
    int fd;

    CBI_TRY(start_beside(path, &name, err));
    fd = mkostemp(name.text, O_CLOEXEC);
    if (fd < 0)
        return cbi_fault_report(errno, cbi_path_name(path), err);
    *out = name;
    *out_fd = fd;
done:
    return status;
}

static cbank_status sync_path(const char *path, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return cbi_fault_report(errno, cbi_path_name(path), err);
    if (fsync(fd) != 0)
        status = cbi_fault_report(errno, cbi_path_name(path), err);
    (void)close(fd);
    return status;
}

static int rename_new(const char *from, const char *to)
{
    struct stat there;

    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    /* A file system without RENAME_NOREPLACE. */
    if (lstat(to, &there) == 0)
        return EEXIST;
    return rename(from, to) == 0 ? 0 : errno;
}

cbank_status cbi_folder_publish(const char *from, const char *to, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_path place;
    cbi_path parent;
    int code;

    CBI_TRY(trim(to, &place, err));
    CBI_TRY(find_parent(to, &parent, err));
    code = rename_new(from, place.text);
    if (code != 0)
        return cbi_fault_report(code, cbi_path_name(place.text), err);
    status = sync_path(parent.text, err);
    /* What was answered as failed is not there, so that it can be done again. */
    if (status != CBANK_OK)
        (void)rename_new(place.text, from);
done:
    return status;
}

cbank_status cbi_folder_finish(const cbi_path *temporary, const char *path, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_path file;

    CBI_TRY(cbi_folder_data(temporary->text, &file, err));
    CBI_TRY(sync_path(file.text, err));
    CBI_TRY(sync_path(temporary->text, err));
    CBI_TRY(cbi_folder_publish(temporary->text, path, err));
done:
    return status;
}

void cbi_folder_drop(const cbi_path *temporary)
{
    cbi_path file;

    if (join(temporary->text, "/" DATA_FILE, &file, NULL) == CBANK_OK)
        (void)unlink(file.text);
    if (join(temporary->text, "/" LOCK_FILE, &file, NULL) == CBANK_OK)
        (void)unlink(file.text);
    (void)rmdir(temporary->text);
}
