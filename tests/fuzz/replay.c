/*
 * Runs a target over files that are kept: seeds, corpora, and what once broke it.
 *
 * Usage: fuzz-replay TARGET PATH...     a path is a file or a folder of files
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/limit.h"

#define FILE_MAX (4u * 1024 * 1024)

static const struct {
    const char *name;
    fuzz_run *run;
} targets[] = {
#define FUZZ_TARGET(name) {#name, fuzz_##name},
#include "fuzz/targets.def"
#undef FUZZ_TARGET
};

static fuzz_run *find(const char *name)
{
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        if (strcmp(targets[i].name, name) == 0)
            return targets[i].run;
    }
    return NULL;
}

static size_t replay_file(fuzz_run *target, const char *path)
{
    uint8_t *bytes = malloc(FILE_MAX);
    FILE *file = fopen(path, "rb");
    size_t size;

    fuzz_require(bytes != NULL && file != NULL, path);
    size = fread(bytes, 1, FILE_MAX, file);
    fuzz_require(ferror(file) == 0 && size < FILE_MAX, path);
    fclose(file);
    bytes = realloc(bytes, size + 1); /* so that a sanitizer sees the end, or nearly */
    fuzz_require(bytes != NULL, path);
    fprintf(stderr, "%s\n", path); /* the last one said is the one that broke it */
    limit_run(target, cbi_bytes_of(bytes, size));
    free(bytes);
    return 1;
}

static size_t replay(fuzz_run *target, const char *path)
{
    char inside[4096];
    struct dirent *entry;
    struct stat facts;
    size_t count = 0;
    DIR *folder;

    fuzz_require(stat(path, &facts) == 0, path);
    if (!S_ISDIR(facts.st_mode))
        return replay_file(target, path);
    folder = opendir(path);
    fuzz_require(folder != NULL, path);
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(inside, sizeof(inside), "%s/%s", path, entry->d_name);
        count += replay_file(target, inside);
    }
    closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    fuzz_run *target = argc < 3 ? NULL : find(argv[1]);
    size_t count = 0;

    if (target == NULL) {
        fprintf(stderr, "usage: fuzz-replay TARGET PATH...\n");
        return 2;
    }
    target(cbi_bytes_of("", 0)); /* makes what is made once: it is no input's cost */
    limit_begin();
    for (int i = 2; i < argc; i++)
        count += replay(target, argv[i]);
    printf("%s: %zu inputs, at most %.3f s and %zu KiB\n", argv[1], count, limit_longest(),
           limit_largest() / 1024);
    return count > 0 ? 0 : 1;
}
