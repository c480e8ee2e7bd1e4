/*
 * kept.h - what a stint has ready: keyed contexts and random bytes (stint.h).
 *
 * Private to lib/crypto. Whoever finds nothing here, because there is no stint or no room in it,
 * makes its own and frees it.
 */
#ifndef CBI_CRYPTO_KEPT_H
#define CBI_CRYPTO_KEPT_H

#include <openssl/evp.h>

#include "crypto/secret.h"

typedef enum cbi_kept_use { CBI_KEPT_MAC = 1, CBI_KEPT_SEALING, CBI_KEPT_UNSEALING } cbi_kept_use;

/* A key in one use. The first who finds it makes its context; the stint frees it. */
typedef struct cbi_kept {
    cbi_kept_use use;
    cbi_suite suite;
    cbi_secret key;
    EVP_MAC_CTX *mac;       /* for MAC */
    EVP_CIPHER_CTX *cipher; /* for the others */
} cbi_kept;

/* NULL without a stint. */
cbi_kept *cbi_kept_find(cbi_kept_use use, cbi_suite suite, const cbi_secret *key);

/* False without a stint, or if there are none to be had. */
bool cbi_kept_random(void *out, size_t size);

#endif
