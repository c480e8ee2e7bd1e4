/* What libFuzzer calls: one program for each target. */
#include "fuzz/limit.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count;
    (void)arguments;
    FUZZ_PROGRAM(cbi_bytes_of("", 0)); /* makes what is made once: it is no input's cost */
    limit_begin();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    limit_run(FUZZ_PROGRAM, cbi_bytes_of(data, size));
    return 0;
}
