#include "disk.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define SEEN_BY_LMDB __attribute__((visibility("default")))
#define META_WRITE_MAX 512 /* LMDB writes a meta page's fields alone, pages otherwise */

static volatile bool full;
static volatile bool flush_fails;
static volatile bool meta_fails;

void disk_fill(void)
{
    full = true;
}

void disk_fail_flush(void)
{
    flush_fails = true;
}

void disk_fail_meta(void)
{
    meta_fails = true;
}

void disk_heal(void)
{
    full = flush_fails = meta_fails = false;
}

static bool would_grow(int fd, off_t end)
{
    struct stat file;

    return fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && end > file.st_size;
}

SEEN_BY_LMDB ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    if (full && would_grow(fd, offset + (off_t)size)) {
        errno = ENOSPC;
        return -1;
    }
    if (meta_fails && size < META_WRITE_MAX) {
        meta_fails = false;
        errno = EIO;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, data, size, offset);
}

SEEN_BY_LMDB ssize_t writev(int fd, const struct iovec *parts, int count)
{
    off_t end = full ? lseek(fd, 0, SEEK_CUR) : 0;

    for (int i = 0; full && i < count; i++)
        end += (off_t)parts[i].iov_len;
    if (full && would_grow(fd, end)) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_writev, fd, parts, count);
}

SEEN_BY_LMDB int fdatasync(int fd)
{
    if (flush_fails) {
        flush_fails = false;
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

SEEN_BY_LMDB int fstatvfs(int fd, struct statvfs *out)
{
    int (*real)(int, struct statvfs *);
    void *found = dlsym(RTLD_NEXT, "fstatvfs");
    int code;

    memcpy(&real, &found, sizeof(real));
    code = real(fd, out);
    if (code == 0 && full)
        out->f_bavail = 0;
    return code;
}
