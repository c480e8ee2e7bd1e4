/* Keys in PEM: public ones, private ones, and encrypted ones with a passphrase. */
#include "fuzz/fuzz.h"

static void read_private(cbi_bytes input, const char *passphrase)
{
    cbi_private *key = NULL;
    cbank_buffer pem = {0};

    if (cbi_private_decode(input, cbi_bytes_of_text(passphrase), &key, NULL) == CBANK_OK)
        fuzz_require(cbi_private_encode(key, cbi_bytes_of(NULL, 0), &pem, NULL) == CBANK_OK,
                     "a key that was read can be written");
    cbank_buffer_clear(&pem);
    cbi_private_free(key);
}

void fuzz_pem(cbi_bytes input)
{
    cbi_public key;
    cbank_buffer pem = {0};

    if (cbi_public_decode_pem(input, &key, NULL) == CBANK_OK)
        fuzz_require(cbi_public_encode_pem(&key, &pem, NULL) == CBANK_OK,
                     "a key that was read can be written");
    cbank_buffer_clear(&pem);
    read_private(input, "");
    read_private(input, "passphrase");
}
