#include "heap.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define SEEN_BELOW __attribute__((visibility("default")))

#ifdef FAULT_WRAPPED
#define OURS(name) __wrap_##name
#define THEIRS(name) __real_##name
#else
#define OURS(name) name
#define THEIRS(name) __libc_##name
#endif

void *THEIRS(malloc)(size_t size);
void *THEIRS(calloc)(size_t count, size_t size);
void *THEIRS(realloc)(void *block, size_t size);
void *OURS(malloc)(size_t size);
void *OURS(calloc)(size_t count, size_t size);
void *OURS(realloc)(void *block, size_t size);

SEEN_BELOW void *OURS(malloc)(size_t size)
{
    return heap_fails() ? NULL : THEIRS(malloc)(size);
}

SEEN_BELOW void *OURS(calloc)(size_t count, size_t size)
{
    return heap_fails() ? NULL : THEIRS(calloc)(count, size);
}

SEEN_BELOW void *OURS(realloc)(void *block, size_t size)
{
    return heap_fails() ? NULL : THEIRS(realloc)(block, size);
}

#ifdef FAULT_WRAPPED
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);

char *__wrap_strdup(const char *text)
{
    return heap_fails() ? NULL : __real_strdup(text);
}
#else
void *__libc_memalign(size_t alignment, size_t size);
int posix_memalign(void **out, size_t alignment, size_t size);

SEEN_BELOW int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *block = heap_fails() ? NULL : __libc_memalign(alignment, size);

    if (block == NULL)
        return ENOMEM;
    *out = block;
    return 0;
}
#endif
