#include "crypto/ed25519.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/memory.h"

/* libsodium's secret key: ours, and the public one behind it. */
_Static_assert(crypto_sign_SECRETKEYBYTES == CBI_SECRET_SIZE + crypto_sign_PUBLICKEYBYTES, "size");
_Static_assert(crypto_sign_BYTES == CBI_ED25519_SIGNATURE_SIZE, "size");

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

bool cbi_ed25519_sign(const cbi_public *public, const cbi_secret *secret, cbi_bytes message,
                      uint8_t out[CBI_ED25519_SIGNATURE_SIZE])
{
    uint8_t both[crypto_sign_SECRETKEYBYTES];
    bool made;

    if (public->suite != CBI_SUITE_SHA256_ED25519 || public->size != crypto_sign_PUBLICKEYBYTES ||
        !is_ready())
        return false;
    memcpy(both, secret->bytes, CBI_SECRET_SIZE);
    memcpy(both + CBI_SECRET_SIZE, public->bytes, crypto_sign_PUBLICKEYBYTES);
    made = crypto_sign_detached(out, NULL, message.data, message.size, both) == 0;
    cbi_wipe(both, sizeof(both));
    return made;
}

bool cbi_ed25519_is_good(const cbi_public *key, cbi_bytes message, cbi_bytes signature)
{
    return key->suite == CBI_SUITE_SHA256_ED25519 && key->size == crypto_sign_PUBLICKEYBYTES &&
           signature.size == crypto_sign_BYTES && is_ready() &&
           crypto_sign_verify_detached(signature.data, message.data, message.size, key->bytes) == 0;
}
