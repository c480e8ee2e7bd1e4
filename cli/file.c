#include "file.h"

#include "fail.h"
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_MAX (256u << 20)
#define PIECE (64u << 10)

int file_open(cli *c, const char *path)
{
    int fd;

    if (strcmp(path, "-") == 0) {
        if (c->stdin_taken) {
            fail_own(c, FAIL_STDIN_TWICE, path);
            return -1;
        }
        c->stdin_taken = true;
        return STDIN_FILENO;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail_own(c, errno == ENOENT ? FAIL_NOT_FOUND_FILE : FAIL_UNREADABLE, path);
    return fd;
}

uint64_t file_size(const char *path)
{
    struct stat found;

    if (strcmp(path, "-") == 0 || stat(path, &found) != 0 || !S_ISREG(found.st_mode))
        return 0;
    return (uint64_t)found.st_size;
}

char *file_label(char *path)
{
    char *slash = strrchr(path, '/');

    if (strcmp(path, "-") == 0)
        return path + 1;
    return slash == NULL ? path : slash + 1;
}

bool file_read(cli *c, const char *path, bytes *out)
{
    int fd = file_open(c, path);
    size_t capacity = 0;
    ssize_t got = 1;

    *out = (bytes){0};
    if (fd < 0)
        return false;
    while (got > 0 && out->size <= READ_MAX) {
        if (capacity - out->size < PIECE + 1) {
            bytes grown = {memory_new(2 * capacity + PIECE + 1, 1), out->size};

            capacity = 2 * capacity + PIECE + 1;
            if (out->size > 0)
                memcpy(grown.data, out->data, out->size);
            memory_free(out);
            *out = grown;
        }
        do
            got = read(fd, out->data + out->size, PIECE);
        while (got < 0 && errno == EINTR);
        out->size += got > 0 ? (size_t)got : 0;
    }
    if (fd != STDIN_FILENO)
        close(fd);
    if (got == 0) {
        out->data[out->size] = '\0';
        return true;
    }
    memory_free(out);
    fail_own(c, got < 0 ? FAIL_UNREADABLE : FAIL_TOO_LARGE, path);
    return false;
}

/* ---- writing ---- */

static bool fail_write(cli *c, outfile *out)
{
    fail_own(c, FAIL_UNWRITABLE, out->path);
    outfile_cancel(out);
    return false;
}

/* A pipe or a device is written as it is; a file is made beside its place. */
static bool is_special(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode);
}

bool outfile_begin(cli *c, const char *path, mode_t mode, outfile *out)
{
    mode_t mask = umask(0);

    umask(mask);
    *out = (outfile){.path = path, .is_open = true};
    if (strcmp(path, "-") == 0) {
        c->stdout_taken = true;
        out->fd = STDOUT_FILENO;
        return true;
    }
    if (is_special(path)) {
        out->fd = open(path, O_WRONLY | O_CLOEXEC);
    } else {
        size_t size = strlen(path) + sizeof(".XXXXXX");

        out->temporary = memory_new(size, 1);
        snprintf(out->temporary, size, "%s.XXXXXX", path);
        out->fd = mkostemp(out->temporary, O_CLOEXEC);
        if (out->fd >= 0)
            fchmod(out->fd, mode & ~mask);
    }
    if (out->fd >= 0)
        return true;
    out->is_open = false;
    free(out->temporary);
    out->temporary = NULL;
    return fail_write(c, out);
}

bool outfile_write(cli *c, outfile *out, const void *data, size_t size)
{
    const uint8_t *at = data;

    while (size > 0) {
        ssize_t done = write(out->fd, at, size);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return fail_write(c, out);
        at += done;
        size -= (size_t)done;
    }
    return true;
}

/* The new name is on disk once its folder is. */
static bool sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
    int fd = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool done = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    free(folder);
    return done;
}

bool outfile_commit(cli *c, outfile *out)
{
    bool done = true;

    if (out->temporary != NULL)
        done = fsync(out->fd) == 0 && rename(out->temporary, out->path) == 0 &&
               sync_folder(out->path);
    if (!done)
        return fail_write(c, out);
    free(out->temporary);
    out->temporary = NULL;
    outfile_cancel(out);
    return true;
}

void outfile_cancel(outfile *out)
{
    if (out->is_open && out->fd != STDOUT_FILENO)
        close(out->fd);
    if (out->temporary != NULL)
        unlink(out->temporary);
    free(out->temporary);
    *out = (outfile){0};
}

bool file_write(cli *c, const char *path, mode_t mode, const void *data, size_t size)
{
    outfile out = {0};

    if (c->dry_run)
        return true;
    return outfile_begin(c, path, mode, &out) && outfile_write(c, &out, data, size) &&
           outfile_commit(c, &out);
}
