#include "crypto/stint.h"

#include <openssl/rand.h>

#include <string.h>

#include "base/memory.h"
#include "crypto/kept.h"

/* The keys of a bank's tables, of two spools, and what SM4 derives of each. */
#define KEYS_MAX 16u
#define RANDOM_FIRST 256u /* as much as a single record takes */
#define RANDOM_MAX 4096u

typedef struct stint {
    cbi_kept keys[KEYS_MAX];
    size_t count;
    size_t oldest; /* gives its place to the next one, once all are taken */
    uint8_t random[RANDOM_MAX];
    size_t random_at, random_end; /* what is left of it; wiped before */
    size_t drawn;                 /* at a time */
} stint;

static _Thread_local unsigned depth;
static _Thread_local stint *current; /* NULL until something is kept */

static stint *find_stint(void)
{
    if (depth > 0 && current == NULL)
        (void)cbi_alloc(1, sizeof(*current), &current, NULL);
    return current;
}

static void forget(cbi_kept *kept)
{
    EVP_MAC_CTX_free(kept->mac);
    EVP_CIPHER_CTX_free(kept->cipher);
    cbi_wipe(kept, sizeof(*kept));
}

void cbi_stint_begin(void)
{
    depth++;
}

void cbi_stint_end(void)
{
    if (--depth > 0 || current == NULL)
        return;
    for (size_t i = 0; i < current->count; i++)
        forget(&current->keys[i]);
    cbi_wipe(current->random, sizeof(current->random));
    cbi_free(current);
    current = NULL;
}

/* The next place, emptied. */
static cbi_kept *take_place(stint *it)
{
    cbi_kept *place;

    if (it->count < KEYS_MAX)
        return &it->keys[it->count++];
    place = &it->keys[it->oldest];
    it->oldest = (it->oldest + 1) % KEYS_MAX;
    forget(place);
    return place;
}

cbi_kept *cbi_kept_find(cbi_kept_use use, cbi_suite suite, const cbi_secret *key)
{
    stint *it = find_stint();
    cbi_kept *place;

    if (it == NULL)
        return NULL;
    for (size_t i = 0; i < it->count; i++) {
        place = &it->keys[i];
        if (place->use == use && place->suite == suite &&
            memcmp(place->key.bytes, key->bytes, CBI_SECRET_SIZE) == 0)
            return place;
    }
    place = take_place(it);
    *place = (cbi_kept){.use = use, .suite = suite, .key = *key};
    return place;
}

static bool draw(stint *it)
{
    it->drawn = it->drawn == 0 ? RANDOM_FIRST : RANDOM_MAX;
    it->random_at = it->random_end = 0;
    if (RAND_priv_bytes_ex(NULL, it->random, it->drawn, 0) != 1)
        return false;
    it->random_end = it->drawn;
    return true;
}

bool cbi_kept_random(void *out, size_t size)
{
    stint *it = size > RANDOM_FIRST ? NULL : find_stint();

    if (it == NULL || (size > it->random_end - it->random_at && !draw(it)))
        return false;
    memcpy(out, it->random + it->random_at, size);
    cbi_wipe(it->random + it->random_at, size);
    it->random_at += size;
    return true;
}
