#include "fuzz/limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Of the sanitizers; absent in other builds. */
extern int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void *, size_t),
                                                     void (*)(const volatile void *))
    __attribute__((weak));
extern size_t __sanitizer_get_allocated_size(const volatile void *) __attribute__((weak));

static size_t in_use;
static size_t most;
static size_t largest;
static double longest;

static void take(const volatile void *block, size_t size)
{
    (void)block;
    in_use += size;
    if (in_use > most)
        most = in_use;
}

static void give(const volatile void *block)
{
    size_t size = block == NULL ? 0 : __sanitizer_get_allocated_size(block);

    in_use -= size < in_use ? size : in_use; /* what was there before is not counted */
}

void limit_begin(void)
{
    if (__sanitizer_install_malloc_and_free_hooks != NULL)
        __sanitizer_install_malloc_and_free_hooks(take, give);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void limit_run(fuzz_run *target, cbi_bytes input)
{
    double begin = seconds();
    double taken;

    in_use = most = 0;
    target(input);
    taken = seconds() - begin;
    longest = taken > longest ? taken : longest;
    largest = most > largest ? most : largest;
    if (taken <= LIMIT_SECONDS && most <= LIMIT_HEAP)
        return;
    fprintf(stderr, "fuzz: %zu bytes of input took %.2f s and %zu bytes of memory\n", input.size,
            taken, most);
    abort();
}

double limit_longest(void)
{
    return longest;
}

size_t limit_largest(void)
{
    return largest;
}
