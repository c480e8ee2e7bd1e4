/* A row's delta from a pattern, both of a store that a stranger may have written. */
#include "fuzz/fuzz.h"
#include "wire/delta.h"

#define SIZE_MAX_HERE 1024u

/* What was read, or is to be kept, comes back whole from a delta made of it. */
static void keep(cbi_bytes pattern, cbi_bytes bytes)
{
    static cbi_delta_pattern likened;
    static uint8_t delta[2 * SIZE_MAX_HERE + 16], back[SIZE_MAX_HERE];
    size_t size;

    cbi_delta_set(&likened, pattern);
    size = cbi_delta_write(&likened, bytes, delta, sizeof(delta));
    fuzz_require(size > 0, "a delta has room in twice the bytes");
    fuzz_require(cbi_delta_read(pattern, cbi_bytes_of(delta, size), back, bytes.size),
                 "what was written is read");
    fuzz_require(cbi_bytes_equal(cbi_bytes_of(back, bytes.size), bytes),
                 "what is read is what was kept");
    fuzz_require(cbi_delta_write(&likened, bytes, delta, size - 1) == 0,
                 "nothing is written beyond the room there is");
}

void fuzz_delta(cbi_bytes input)
{
    static uint8_t out[SIZE_MAX_HERE];
    size_t size = 4u * fuzz_choose(&input, 256);
    size_t shared = 4u * fuzz_choose(&input, 256);
    cbi_bytes pattern = cbi_bytes_of(input.data, shared < input.size ? shared : input.size);
    cbi_bytes rest;

    if (input.size == 0)
        return;
    rest = cbi_bytes_of(input.data + pattern.size, input.size - pattern.size);
    if (cbi_delta_read(pattern, rest, out, size) && size > 0)
        keep(pattern, cbi_bytes_of(out, size));
    if (rest.size > 0 && rest.size <= SIZE_MAX_HERE)
        keep(pattern, rest);
}
