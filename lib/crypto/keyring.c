#include "crypto/keyring.h"

#include <pthread.h>

#include "base/memory.h"
#include "crypto/pkey.h"

#define KEYS_MAX 16u

typedef struct ready_key {
    cbi_public key;
    EVP_PKEY *pkey; /* NULL: an empty place */
} ready_key;

struct cbi_keyring {
    pthread_mutex_t lock; /* over the rest */
    size_t next;          /* place to fill */
    ready_key keys[KEYS_MAX];
};

cbank_status cbi_keyring_new(cbi_keyring **out, cbank_error *err)
{
    cbi_keyring *ring = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(*ring), &ring, err));
    (void)pthread_mutex_init(&ring->lock, NULL);
    *out = ring;
done:
    return status;
}

void cbi_keyring_free(cbi_keyring *ring)
{
    if (ring == NULL)
        return;
    for (size_t i = 0; i < KEYS_MAX; i++)
        EVP_PKEY_free(ring->keys[i].pkey);
    (void)pthread_mutex_destroy(&ring->lock);
    cbi_free(ring);
}

/* A reference to the key made ready, which the caller frees; NULL if it is not here. */
static EVP_PKEY *find(cbi_keyring *ring, const cbi_public *key)
{
    EVP_PKEY *found = NULL;

    (void)pthread_mutex_lock(&ring->lock);
    for (size_t i = 0; i < KEYS_MAX && found == NULL; i++) {
        if (ring->keys[i].pkey != NULL && cbi_public_equal(&ring->keys[i].key, key) &&
            EVP_PKEY_up_ref(ring->keys[i].pkey) == 1)
            found = ring->keys[i].pkey;
    }
    (void)pthread_mutex_unlock(&ring->lock);
    return found;
}

/* Keeps a reference of its own. */
static void keep(cbi_keyring *ring, const cbi_public *key, EVP_PKEY *pkey)
{
    EVP_PKEY *oldest = NULL;

    if (EVP_PKEY_up_ref(pkey) != 1)
        return;
    (void)pthread_mutex_lock(&ring->lock);
    oldest = ring->keys[ring->next].pkey;
    ring->keys[ring->next] = (ready_key){*key, pkey};
    ring->next = (ring->next + 1) % KEYS_MAX;
    (void)pthread_mutex_unlock(&ring->lock);
    EVP_PKEY_free(oldest);
}

cbank_status cbi_keyring_take(cbi_keyring *ring, const cbi_public *key, EVP_PKEY **out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *out = ring == NULL ? NULL : find(ring, key);
    if (*out != NULL)
        return CBANK_OK;
    CBI_TRY(cbi_pkey_of_public(key, out, err));
    if (ring != NULL)
        keep(ring, key, *out);
done:
    return status;
}
