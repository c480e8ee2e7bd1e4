#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *data)
{
    if (data != NULL)
        return data;
    fprintf(stderr, "cbank: %s\n", phrase_text(P_NO_MEMORY));
    exit(EXIT_INSIDE);
}

void *memory_new(size_t count, size_t size)
{
    return checked(calloc(count > 0 ? count : 1, size));
}

void *memory_grow(void *data, size_t count, size_t size)
{
    return checked(reallocarray(data, count > 0 ? count : 1, size));
}

void memory_free(bytes *data)
{
    if (data->data != NULL)
        explicit_bzero(data->data, data->size);
    free(data->data);
    *data = (bytes){0};
}
