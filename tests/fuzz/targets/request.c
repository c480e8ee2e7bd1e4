/* Requests of institutions: to join, and to change a key. */
#include "fuzz/fuzz.h"

static void read_request(cbi_bytes file, const cbi_public *earlier)
{
    cbi_request request = {0};

    if (cbi_request_open(fuzz_story()->world->suite, file, &request, NULL) == CBANK_OK) {
        (void)cbi_request_verify(&request, NULL, NULL);
        (void)cbi_request_verify(&request, earlier, NULL);
    }
    cbi_request_clear(&request);
}

void fuzz_request(cbi_bytes input)
{
    const world *bank = fuzz_story()->world;
    const cbi_private *keys[] = {bank->own.keys[0].key, bank->rotated.keys[1].key};
    const cbi_public *earlier = cbi_private_public(keys[0]);
    cbank_buffer file = {0};

    read_request(input, earlier);
    for (size_t count = 1; count <= 2; count++) {
        if (fuzz_sign(input, CBI_REQUEST_TYPE, &cbank__v1__request_head__descriptor, NULL,
                      keys + 2 - count, count, &file))
            read_request(cbi_bytes_of_buffer(&file), earlier);
        cbank_buffer_clear(&file);
    }
}
