/*
 * vector.h - third-party vectors, which lie beside the project and not in it.
 *
 * A test that finds them absent says so and is skipped; where the environment variable CI is set
 * they must be there.
 */
#ifndef CBI_TESTS_VECTOR_H
#define CBI_TESTS_VECTOR_H

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The file as a string that the caller frees; NULL if it is absent. */
static inline char *vector_read(const char *name)
{
    char path[512];
    char *text = NULL;
    FILE *file;
    long size;

    snprintf(path, sizeof(path), "%s/vectors/%s", CBANK_SHARED_DATA, name);
    file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "SKIPPED: the vector %s is not here\n", name);
        cr_assert(getenv("CI") == NULL, "in CI the vector %s must be here", name);
        return NULL;
    }
    cr_assert(fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) > 0);
    rewind(file);
    text = calloc(1, (size_t)size + 1);
    cr_assert(text != NULL && fread(text, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    return text;
}

/* The value of the first "key": "value" of a JSON text, without escapes; the caller frees it. */
static inline char *vector_string(const char *json, const char *key)
{
    char quoted[64];
    const char *begin;
    const char *end;

    snprintf(quoted, sizeof(quoted), "\"%s\": \"", key);
    begin = strstr(json, quoted);
    cr_assert(begin != NULL, "the vector has no %s", key);
    begin += strlen(quoted);
    end = strchr(begin, '"');
    cr_assert(end != NULL && memchr(begin, '\\', (size_t)(end - begin)) == NULL);
    return strndup(begin, (size_t)(end - begin));
}

#endif
