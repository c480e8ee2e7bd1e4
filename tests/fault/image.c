#include "image.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void give_up(const char *path)
{
    perror(path);
    _exit(WORLD_BROKEN);
}

void image_store_path(const world *it, char out[WORLD_PATH_MAX * 2])
{
    snprintf(out, WORLD_PATH_MAX * 2, "%s/store/data.mdb", it->path);
}

void image_guard_path(const world *it, char out[WORLD_PATH_MAX * 2])
{
    snprintf(out, WORLD_PATH_MAX * 2, "%s.guard/checkpoint", it->path);
}

static void key_path(const world *it, const char *name, char out[WORLD_PATH_MAX * 2])
{
    snprintf(out, WORLD_PATH_MAX * 2, "%s/keys/%s", it->path, name);
}

static void read_file(const char *path, cbank_buffer *out)
{
    struct stat file;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &file) != 0)
        give_up(path);
    *out = (cbank_buffer){.size = (size_t)file.st_size, .capacity = (size_t)file.st_size + 1};
    out->data = malloc(out->capacity);
    if (out->data == NULL || read(fd, out->data, out->size) != (ssize_t)out->size)
        give_up(path);
    (void)close(fd);
}

/* A new file, so that nothing of what the last case did to the old one is left. */
static void write_file(const char *path, const cbank_buffer *from, size_t size)
{
    int fd;

    (void)unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, from->data, size) != (ssize_t)size || close(fd) != 0)
        give_up(path);
}

void image_take(image *out, const world *it)
{
    char path[WORLD_PATH_MAX * 2];

    image_store_path(it, path);
    read_file(path, &out->store);
    image_guard_path(it, path);
    read_file(path, &out->guard);
    key_path(it, "log.key", path);
    read_file(path, &out->log_key);
}

void image_put(const image *from, const world *it, size_t store_size)
{
    char path[WORLD_PATH_MAX * 2];

    image_store_path(it, path);
    write_file(path, &from->store, store_size);
    image_guard_path(it, path);
    write_file(path, &from->guard, from->guard.size);
    key_path(it, "log.key", path);
    write_file(path, &from->log_key, from->log_key.size);
    key_path(it, "log.next.key", path);
    (void)unlink(path);
    snprintf(path, sizeof(path), "%s/store/lock.mdb", it->path);
    (void)unlink(path);
}

void image_clear(image *from)
{
    cbank_buffer_clear(&from->store);
    cbank_buffer_clear(&from->guard);
    cbank_buffer_clear(&from->log_key);
}
