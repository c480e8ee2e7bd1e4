#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

cbank_status cbi_alloc(size_t count, size_t size, void *out_pointer, cbank_error *err)
{
    /* calloc refuses a product that overflows. */
    void *memory = calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);

    if (memory == NULL)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, (uint64_t)count, NULL, NULL);
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
