#include "proof/known.h"

#include <pthread.h>

#include "base/memory.h"
#include "crypto/digest.h"

#define PLACES 4096u

struct cbi_known {
    cbi_keyring *keys;
    pthread_mutex_t lock; /* over the next two */
    cbi_hasher *hasher;
    cbi_hash places[PLACES]; /* each digest has one place; zero is nothing */
};

cbank_status cbi_known_new(cbi_suite suite, cbi_known **out, cbank_error *err)
{
    cbi_known *known = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(*known), &known, err));
    (void)pthread_mutex_init(&known->lock, NULL);
    CBI_TRY(cbi_keyring_new(&known->keys, err));
    CBI_TRY(cbi_hasher_new(suite, &known->hasher, err));
    *out = known;
    known = NULL;
done:
    cbi_known_free(known);
    return status;
}

void cbi_known_free(cbi_known *known)
{
    if (known == NULL)
        return;
    cbi_keyring_free(known->keys);
    cbi_hasher_free(known->hasher);
    (void)pthread_mutex_destroy(&known->lock);
    cbi_free(known);
}

static cbank_status name(cbi_known *known, const cbi_public *key, cbi_bytes message,
                         cbi_bytes signature, cbi_hash *out, cbank_error *err)
{
    static const char label[] = "cbank/v1/known";
    uint8_t sizes[17];
    const cbi_bytes parts[] = {cbi_bytes_of(label, sizeof(label)),
                               cbi_bytes_of(sizes, sizeof(sizes)), cbi_public_bytes(key),
                               signature, message};

    sizes[0] = (uint8_t)key->suite;
    cbi_put_u64(sizes + 1, cbi_public_bytes(key).size);
    cbi_put_u64(sizes + 9, signature.size);
    return cbi_digest_parts(known->hasher, parts, 5, out, err);
}

static cbi_hash *place_of(cbi_known *known, const cbi_hash *digest)
{
    return &known->places[cbi_get_u32(digest->bytes) % PLACES];
}

cbank_status cbi_known_verify(cbi_known *known, const cbi_public *key, cbi_bytes message,
                              cbi_bytes signature, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash digest;
    bool met;

    if (known == NULL)
        return cbi_verify(key, message, signature, err);
    (void)pthread_mutex_lock(&known->lock);
    status = name(known, key, message, signature, &digest, err);
    met = status == CBANK_OK && cbi_hash_equal(place_of(known, &digest), &digest);
    (void)pthread_mutex_unlock(&known->lock);
    if (status != CBANK_OK || met)
        return status;
    CBI_TRY(cbi_keyring_verify(known->keys, key, message, signature, err));
    (void)pthread_mutex_lock(&known->lock);
    *place_of(known, &digest) = digest;
    (void)pthread_mutex_unlock(&known->lock);
done:
    return status;
}

cbank_status cbi_known_verify_once(cbi_known *known, const cbi_public *key, cbi_bytes message,
                                   cbi_bytes signature, cbank_error *err)
{
    return cbi_keyring_verify(known == NULL ? NULL : known->keys, key, message, signature, err);
}
