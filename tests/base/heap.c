#include "base/heap.h"

#include <criterion/criterion.h>

#include <malloc.h>
#include <string.h>

#include "base/memory.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *block);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *block);

static size_t failing_size;
static cbi_bytes watched;
static unsigned leaks;

void heap_fail_next(size_t size)
{
    failing_size = size;
}

void heap_watch(cbi_bytes secret)
{
    watched = secret;
    leaks = 0;
}

unsigned heap_leaks(void)
{
    return leaks;
}

static bool fails(size_t size)
{
    if (failing_size == 0 || size < failing_size)
        return false;
    failing_size = 0;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails(size) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(count * size) ? NULL : __real_calloc(count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails(strlen(text) + 1) ? NULL : __real_strdup(text);
}

void __wrap_free(void *block)
{
    if (block != NULL && watched.size > 0 &&
        memmem(block, malloc_usable_size(block), watched.data, watched.size) != NULL)
        leaks++;
    __real_free(block);
}

Test(heap, notices_a_secret_that_is_given_back)
{
    static const char secret[] = "440524188001010014";
    char *copy = NULL;

    cr_assert_eq(cbi_alloc_text(secret, &copy, NULL), CBANK_OK);
    heap_watch(cbi_bytes_of_text(secret));
    cbi_free(copy);
    cr_assert_eq(heap_leaks(), 1);
}
