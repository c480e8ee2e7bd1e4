/* A public key, a signature and a message of both suites. */
#include "fuzz/fuzz.h"

static const cbi_public *known(cbi_suite suite)
{
    static cbi_private *keys[2];
    cbi_private **key = &keys[suite == CBI_SUITE_SM3_SM2];

    if (*key == NULL)
        fuzz_require(cbi_private_new(suite, key, NULL) == CBANK_OK, "a key can be made");
    return cbi_private_public(*key);
}

static void read_key(cbi_suite suite, cbi_bytes input)
{
    size_t size = cbi_suite_public_size(suite);
    cbi_public key;

    if (input.size < size || cbi_public_parse(suite, cbi_bytes_of(input.data, size), &key, NULL) !=
                                 CBANK_OK)
        return;
    fuzz_require(cbi_bytes_equal(cbi_public_bytes(&key), cbi_bytes_of(input.data, size)),
                 "a key is the bytes that travel");
    input.data += size;
    input.size -= size;
    if (cbi_verify(&key, cbi_bytes_of_text("message"), input, NULL) == CBANK_OK)
        fuzz_require(input.size <= CBI_SIGNATURE_MAX, "a signature has room");
}

void fuzz_signature(cbi_bytes input)
{
    cbi_suite suite = fuzz_choose(&input, 2) == 0 ? CBI_SUITE_SHA256_ED25519 : CBI_SUITE_SM3_SM2;

    fuzz_sign_truly(true);
    read_key(suite, input);
    fuzz_require(cbi_verify(known(suite), cbi_bytes_of_text("another message"), input, NULL) !=
                     CBANK_OK,
                 "nobody signs without the key");
}
