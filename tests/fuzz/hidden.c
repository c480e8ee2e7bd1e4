/*
 * Memory that no core dump takes along is none that a search for leaks looks into, either: what
 * only it points to would be called lost. The linker leads all of it through here.
 */
#include "base/memory.h"

#include <string.h>

/* Of the sanitizers; absent in other builds. */
extern void __lsan_register_root_region(const void *, size_t) __attribute__((weak));
extern void __lsan_unregister_root_region(const void *, size_t) __attribute__((weak));

cbank_status __real_cbi_alloc_hidden(size_t size, void *out_pointer, cbank_error *err);
cbank_status __wrap_cbi_alloc_hidden(size_t size, void *out_pointer, cbank_error *err);
void __real_cbi_free_hidden(void *pointer, size_t size);
void __wrap_cbi_free_hidden(void *pointer, size_t size);

cbank_status __wrap_cbi_alloc_hidden(size_t size, void *out_pointer, cbank_error *err)
{
    cbank_status status = __real_cbi_alloc_hidden(size, out_pointer, err);
    void *memory;

    if (status != CBANK_OK || __lsan_register_root_region == NULL)
        return status;
    memcpy(&memory, out_pointer, sizeof(memory));
    __lsan_register_root_region(memory, size);
    return CBANK_OK;
}

void __wrap_cbi_free_hidden(void *pointer, size_t size)
{
    if (pointer != NULL && __lsan_unregister_root_region != NULL)
        __lsan_unregister_root_region(pointer, size);
    __real_cbi_free_hidden(pointer, size);
}
