#include "folder.h"

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void must(bool fine, const char *path)
{
    if (fine)
        return;
    perror(path);
    exit(1);
}

void folder_make(folder *it, const char *within, const char *name)
{
    snprintf(it->path, sizeof(it->path), "%s/%s", within, name);
    must(mkdir(it->path, 0700) == 0, it->path);
}

static int forget(const char *path, const struct stat *file, int kind, struct FTW *where)
{
    (void)file;
    (void)kind;
    (void)where;
    return remove(path);
}

void folder_remove(const folder *it)
{
    (void)nftw(it->path, forget, 16, FTW_DEPTH | FTW_PHYS);
}

static FILE *open_file(const folder *it, const char *name, const char *mode)
{
    char path[FOLDER_PATH_MAX + 256];
    FILE *out;

    snprintf(path, sizeof(path), "%s/%s", it->path, name);
    out = fopen(path, mode);
    must(out != NULL, path);
    return out;
}

void folder_write(const folder *it, const char *name, const cbank_buffer *content)
{
    FILE *out = open_file(it, name, "wb");

    must(fwrite(content->data, 1, content->size, out) == content->size, name);
    must(fclose(out) == 0, name);
}

void folder_read(const folder *it, const char *name, cbank_buffer *out)
{
    FILE *in = open_file(it, name, "rb");
    long size;

    must(fseek(in, 0, SEEK_END) == 0 && (size = ftell(in)) >= 0 && fseek(in, 0, SEEK_SET) == 0,
         name);
    cbank_buffer_clear(out);
    out->data = malloc((size_t)size + 1);
    must(out->data != NULL, name);
    must(fread(out->data, 1, (size_t)size, in) == (size_t)size, name);
    out->size = (size_t)size;
    out->capacity = (size_t)size + 1;
    (void)fclose(in);
}

void folder_warm(const folder *it, unsigned megabytes)
{
    static char block[1 << 20];
    char path[FOLDER_PATH_MAX + 16];
    FILE *out = open_file(it, "warm", "wb");

    memset(block, 'w', sizeof(block));
    for (unsigned i = 0; i < megabytes; i++)
        must(fwrite(block, 1, sizeof(block), out) == sizeof(block), "warm");
    must(fflush(out) == 0 && fsync(fileno(out)) == 0 && fclose(out) == 0, "warm");
    snprintf(path, sizeof(path), "%s/warm", it->path);
    must(unlink(path) == 0, path);
}
