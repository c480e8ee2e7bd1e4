#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

cbank_status cbi_alloc(size_t count, size_t size, void *out_pointer, cbank_error *err)
{
    /* calloc refuses a product that overflows. */
    void *memory = calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);

    if (memory == NULL)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, (uint64_t)count, NULL, NULL);
    memcpy(out_pointer, &memory, sizeof(memory));
    return CBANK_OK;
}

cbank_status cbi_alloc_bytes(size_t size, void *out_pointer, cbank_error *err)
{
    void *memory = malloc(size == 0 ? 1 : size);

    if (memory == NULL)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, (uint64_t)size, NULL, NULL);
    memcpy(out_pointer, &memory, sizeof(memory));
    return CBANK_OK;
}

cbank_status cbi_alloc_text(const char *text, char **out, cbank_error *err)
{
    char *copy = strdup(text);

    if (copy == NULL)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, 0, NULL, NULL);
    *out = copy;
    return CBANK_OK;
}

void cbi_free(void *pointer)
{
    free(pointer);
}

cbank_status cbi_grow(void *items, size_t size, uint32_t count, uint32_t *capacity, uint32_t max,
                      cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t room = *capacity < max / 2 ? 2 * *capacity : max;
    void *old;
    void *memory = NULL;

    if (count < *capacity)
        return CBANK_OK;
    if (room < 16)
        room = 16;
    CBI_TRY(cbi_alloc(room, size, &memory, err));
    memcpy(&old, items, sizeof(old));
    if (count > 0)
        memcpy(memory, old, count * size);
    memcpy(items, &memory, sizeof(memory));
    cbi_free(old);
    *capacity = room;
done:
    return status;
}

cbank_status cbi_alloc_hidden(size_t size, void *out_pointer, cbank_error *err)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, size, NULL, NULL);
    /* As well as the system can; a secret that cannot be hidden is still one to work with. */
    (void)madvise(memory, size, MADV_DONTDUMP);
    (void)mlock(memory, size);
    memcpy(out_pointer, &memory, sizeof(memory));
    return CBANK_OK;
}

void cbi_free_hidden(void *pointer, size_t size)
{
    if (pointer == NULL)
        return;
    cbi_wipe(pointer, size);
    (void)munmap(pointer, size);
}

void cbi_wipe(void *pointer, size_t size)
{
    if (pointer != NULL && size > 0)
        explicit_bzero(pointer, size);
}

bool cbi_equal_secret(const void *a, const void *b, size_t size)
{
    const volatile uint8_t *left = a;
    const volatile uint8_t *right = b;
    uint8_t difference = 0;

    for (size_t i = 0; i < size; i++)
        difference |= (uint8_t)(left[i] ^ right[i]);
    return difference == 0;
}
