#include "calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "heap.h"

#define SEEN_BELOW __attribute__((visibility("default")))

static const char *const kind_names[CALLS_KINDS] = {
    "none",   "open",      "write", "pwrite", "writev", "fsync", "fdatasync",
    "rename", "ftruncate", "make",  "malloc", "getrandom"};
static const char *const failure_names[CALLS_FAILURES] = {
    "EIO", "ENOSPC", "short", "EIO said late", "stopped", "stopped late"};

static atomic_int spoilt; /* a calls_kind */
static atomic_uint count;
static unsigned failing;
static bool lasts;
static calls_failure how;
static atomic_bool failed;
static size_t least_size, most_size;

static pthread_mutex_t watch_lock = PTHREAD_MUTEX_INITIALIZER;
static void (*_Atomic watcher)(const calls_event *event);

const char *calls_kind_name(calls_kind kind)
{
    return kind_names[kind];
}

const char *calls_failure_name(calls_failure failure)
{
    return failure_names[failure];
}

void calls_spoil(calls_kind kind, calls_failure failure, unsigned n, bool lasting)
{
    atomic_store(&count, 0);
    atomic_store(&failed, false);
    failing = n;
    how = failure;
    lasts = lasting;
    atomic_store(&spoilt, (int)kind);
}

void calls_only(size_t least, size_t most)
{
    least_size = least;
    most_size = most;
}

bool calls_heal(void)
{
    atomic_store(&spoilt, CALLS_NONE);
    return atomic_load(&failed);
}

unsigned calls_counted(void)
{
    return atomic_load(&count);
}

void calls_watch(void (*watch)(const calls_event *event))
{
    atomic_store(&watcher, watch);
}

static bool fails(calls_kind kind)
{
    unsigned n;

    if (atomic_load_explicit(&spoilt, memory_order_relaxed) != (int)kind)
        return false;
    n = atomic_fetch_add(&count, 1) + 1;
    if (n != failing && !(lasts && n > failing))
        return false;
    atomic_store(&failed, true);
    errno = kind == CALLS_ALLOC ? ENOMEM : how == CALLS_ENOSPC ? ENOSPC : EIO;
    return true;
}

bool heap_fails(void)
{
    return fails(CALLS_ALLOC);
}

static void show(const calls_event *event)
{
    void (*watch)(const calls_event *) = atomic_load(&watcher);
    int code = errno;

    if (watch == NULL)
        return;
    (void)pthread_mutex_lock(&watch_lock);
    watch(event);
    (void)pthread_mutex_unlock(&watch_lock);
    errno = code;
}

/* The C library's own, where there is no bare system call for it. */
static void find_real(const char *name, void *out)
{
    void *found = dlsym(RTLD_NEXT, name);

    memcpy(out, &found, sizeof(found));
}

/* ---- names ------------------------------------------------------------------------------- */

SEEN_BELOW int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list rest;
    int fd;

    if ((flags & O_CREAT) != 0) {
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    if (fails(CALLS_OPEN))
        return -1;
    fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0)
        show(&(calls_event){.kind = CALLS_OPEN, .fd = fd, .flags = flags, .path = path});
    return fd;
}

SEEN_BELOW int mkostemp(char *name, int flags)
{
    int (*real)(char *, int);
    int fd;

    if (fails(CALLS_MAKE))
        return -1;
    find_real("mkostemp", &real);
    fd = real(name, flags);
    if (fd >= 0)
        show(&(calls_event){
            .kind = CALLS_OPEN, .fd = fd, .flags = O_RDWR | O_CREAT | flags, .path = name});
    return fd;
}

SEEN_BELOW char *mkdtemp(char *name)
{
    char *(*real)(char *);
    char *made;

    if (fails(CALLS_MAKE))
        return NULL;
    find_real("mkdtemp", &real);
    made = real(name);
    if (made != NULL)
        show(&(calls_event){.kind = CALLS_MAKE, .path = made});
    return made;
}

SEEN_BELOW int mkdir(const char *path, mode_t mode)
{
    int code;

    if (fails(CALLS_MAKE))
        return -1;
    code = (int)syscall(SYS_mkdir, path, mode);
    if (code == 0)
        show(&(calls_event){.kind = CALLS_MAKE, .path = path});
    return code;
}

SEEN_BELOW int unlink(const char *path)
{
    int code = (int)syscall(SYS_unlink, path);

    if (code == 0)
        show(&(calls_event){.kind = CALLS_NONE, .path = path});
    return code;
}

SEEN_BELOW int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
    int code;

    if (fails(CALLS_RENAME))
        return -1;
    code = (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
    if (code == 0)
        show(&(calls_event){.kind = CALLS_RENAME, .path = from, .to = to});
    return code;
}

SEEN_BELOW int rename(const char *from, const char *to)
{
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

SEEN_BELOW int link(const char *from, const char *to)
{
    int code;

    if (fails(CALLS_RENAME))
        return -1;
    code = (int)syscall(SYS_link, from, to);
    if (code == 0)
        show(&(calls_event){.kind = CALLS_RENAME, .path = from, .to = to, .linked = true});
    return code;
}

/* ---- bytes ------------------------------------------------------------------------------- */

/* When a failure strikes: not at all, instead of the call, or after it. */
typedef enum strike { NO_STRIKE, INSTEAD, AFTERWARDS } strike;

static strike strikes(calls_kind kind, size_t size)
{
    if ((most_size > 0 && (size < least_size || size > most_size)) || !fails(kind))
        return NO_STRIKE;
    if (how == CALLS_STOP)
        _exit(CALLS_STOPPED);
    return how == CALLS_LATE || how == CALLS_STOP_LATE ? AFTERWARDS : INSTEAD;
}

static ssize_t tell(strike when, ssize_t done)
{
    if (when != AFTERWARDS)
        return done;
    if (how == CALLS_STOP_LATE)
        _exit(CALLS_STOPPED);
    errno = EIO;
    return -1;
}

SEEN_BELOW ssize_t write(int fd, const void *data, size_t size)
{
    off_t offset = lseek(fd, 0, SEEK_CUR);
    strike when = strikes(CALLS_WRITE, size);
    ssize_t done;

    if (when == INSTEAD && how != CALLS_SHORT)
        return -1;
    done = syscall(SYS_write, fd, data, when == INSTEAD ? size / 2 : size);
    if (done > 0 && offset >= 0)
        show(&(calls_event){.kind = CALLS_WRITE,
                            .fd = fd,
                            .data = data,
                            .size = (size_t)done,
                            .offset = offset});
    return tell(when, done);
}

SEEN_BELOW ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    strike when = strikes(CALLS_PWRITE, size);
    ssize_t done;

    if (when == INSTEAD && how != CALLS_SHORT)
        return -1;
    done = syscall(SYS_pwrite64, fd, data, when == INSTEAD ? size / 2 : size, offset);
    if (done > 0)
        show(&(calls_event){.kind = CALLS_PWRITE,
                            .fd = fd,
                            .data = data,
                            .size = (size_t)done,
                            .offset = offset});
    return tell(when, done);
}

SEEN_BELOW ssize_t writev(int fd, const struct iovec *parts, int part_count)
{
    off_t offset = lseek(fd, 0, SEEK_CUR);
    strike when = strikes(CALLS_WRITEV, 0);
    ssize_t done;
    size_t left;

    /* Short of parts, not of bytes: LMDB is told of less in either case. */
    if (when == INSTEAD && how == CALLS_SHORT)
        part_count /= 2;
    else if (when == INSTEAD)
        return -1;
    done = syscall(SYS_writev, fd, parts, part_count);
    left = done > 0 ? (size_t)done : 0;
    for (size_t i = 0; left > 0 && offset >= 0; i++) {
        size_t size = parts[i].iov_len < left ? parts[i].iov_len : left;

        show(&(calls_event){.kind = CALLS_WRITE,
                            .fd = fd,
                            .data = parts[i].iov_base,
                            .size = size,
                            .offset = offset});
        offset += (off_t)size;
        left -= size;
    }
    return tell(when, done);
}

SEEN_BELOW int fsync(int fd)
{
    int code;

    if (fails(CALLS_FSYNC))
        return -1;
    code = (int)syscall(SYS_fsync, fd);
    if (code == 0)
        show(&(calls_event){.kind = CALLS_FSYNC, .fd = fd});
    return code;
}

SEEN_BELOW int fdatasync(int fd)
{
    strike when = strikes(CALLS_FDATASYNC, 0);
    int code;

    if (when == INSTEAD)
        return -1;
    code = (int)syscall(SYS_fdatasync, fd);
    if (code == 0)
        show(&(calls_event){.kind = CALLS_FDATASYNC, .fd = fd});
    return (int)tell(when, code);
}

SEEN_BELOW int ftruncate(int fd, off_t size)
{
    int code;

    if (fails(CALLS_FTRUNCATE))
        return -1;
    code = (int)syscall(SYS_ftruncate, fd, size);
    if (code == 0)
        show(&(calls_event){.kind = CALLS_FTRUNCATE, .fd = fd, .size = (size_t)size});
    return code;
}

/* ---- randomness -------------------------------------------------------------------------- */

SEEN_BELOW ssize_t getrandom(void *out, size_t size, unsigned flags)
{
    if (fails(CALLS_RANDOM))
        return -1;
    return syscall(SYS_getrandom, out, size, flags);
}

SEEN_BELOW int getentropy(void *out, size_t size)
{
    if (fails(CALLS_RANDOM))
        return -1;
    return syscall(SYS_getrandom, out, size, 0) == (ssize_t)size ? 0 : -1;
}
