#include "crypto/ed25519.h"

#include <pthread.h>
#include <sodium.h>

static bool ready;

static void begin(void)
{
    ready = sodium_init() >= 0;
}

static bool is_ready(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    return pthread_once(&once, begin) == 0 && ready;
}

bool cbi_ed25519_is_good(const cbi_public *key, cbi_bytes message, cbi_bytes signature)
{
    return key->suite == CBI_SUITE_SHA256_ED25519 && key->size == crypto_sign_PUBLICKEYBYTES &&
           signature.size == crypto_sign_BYTES && is_ready() &&
           crypto_sign_verify_detached(signature.data, message.data, message.size, key->bytes) == 0;
}
