#include "crypto/digest.h"

#include "base/memory.h"
#include "crypto/algorithm.h"

#include <string.h>

#define TOGETHER_MAX 512
#define PENDING_MAX 4096

struct cbi_hasher {
    cbi_suite suite;
    EVP_MD_CTX *fresh; /* as every digest begins; to copy it is cheaper than to begin anew */
    EVP_MD_CTX *context;
    size_t pending_size; /* of what came piecewise and was not hashed yet */
    uint8_t *pending;    /* PENDING_MAX, once something has come so: most hashers are without */
};

cbank_status cbi_hasher_new(cbi_suite suite, cbi_hasher **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hasher *hasher = NULL;
    const EVP_MD *digest = NULL;

    CBI_TRY(cbi_algorithm_digest(suite, &digest, err));
    CBI_TRY(cbi_alloc_bytes(sizeof(*hasher), &hasher, err));
    hasher->suite = suite;
    hasher->pending_size = 0;
    hasher->pending = NULL;
    hasher->fresh = EVP_MD_CTX_new();
    hasher->context = EVP_MD_CTX_new();
    if (hasher->fresh == NULL || hasher->context == NULL) {
        status = cbi_algorithm_fail(err, CBI_REASON_NO_MEMORY, "digest");
        goto done;
    }
    if (EVP_DigestInit_ex2(hasher->fresh, digest, NULL) != 1) {
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "digest");
        goto done;
    }
    *out = hasher;
    hasher = NULL;
done:
    cbi_hasher_free(hasher);
    return status;
}

void cbi_hasher_free(cbi_hasher *hasher)
{
    if (hasher == NULL)
        return;
    EVP_MD_CTX_free(hasher->fresh);
    EVP_MD_CTX_free(hasher->context);
    if (hasher->pending != NULL)
        cbi_wipe(hasher->pending, PENDING_MAX);
    cbi_free(hasher->pending);
    cbi_free(hasher);
}

cbi_suite cbi_hasher_suite(const cbi_hasher *hasher)
{
    return hasher->suite;
}

/* Each piece costs OpenSSL what a block costs: small ones are put together first. */
static cbi_bytes put_together(const cbi_bytes *parts, size_t count, uint8_t room[TOGETHER_MAX])
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        if (parts[i].size > TOGETHER_MAX - size)
            return (cbi_bytes){0};
        if (parts[i].size > 0)
            memcpy(room + size, parts[i].data, parts[i].size);
        size += parts[i].size;
    }
    return cbi_bytes_of(room, size);
}

static cbank_status begin(cbi_hasher *hasher, cbank_error *err)
{
    if (EVP_MD_CTX_copy_ex(hasher->context, hasher->fresh) != 1)
        return cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "digest");
    return CBANK_OK;
}

static cbank_status update(cbi_hasher *hasher, cbi_bytes bytes, cbank_error *err)
{
    if (EVP_DigestUpdate(hasher->context, bytes.data, bytes.size) != 1)
        return cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "digest");
    return CBANK_OK;
}

static cbank_status end(cbi_hasher *hasher, cbi_hash *out, cbank_error *err)
{
    cbi_hash hash;
    unsigned size = 0;

    if (EVP_DigestFinal_ex(hasher->context, hash.bytes, &size) != 1 || size != CBI_HASH_SIZE)
        return cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "digest");
    *out = hash;
    return CBANK_OK;
}

cbank_status cbi_digest_parts(cbi_hasher *hasher, const cbi_bytes *parts, size_t count,
                              cbi_hash *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t room[TOGETHER_MAX];
    cbi_bytes together = put_together(parts, count, room);

    CBI_TRY(begin(hasher, err));
    if (together.size > 0)
        CBI_TRY(update(hasher, together, err));
    for (size_t i = 0; i < count && together.size == 0; i++)
        CBI_TRY(update(hasher, parts[i], err));
    CBI_TRY(end(hasher, out, err));
done:
    return status;
}

cbank_status cbi_digest_labelled(cbi_hasher *hasher, const char *label, cbi_bytes bytes,
                                 cbi_hash *out, cbank_error *err)
{
    /* The label's own terminator is the 00 between the two. */
    const cbi_bytes parts[] = {cbi_bytes_of(label, strlen(label) + 1), bytes};

    return cbi_digest_parts(hasher, parts, 2, out, err);
}

cbank_status cbi_digest_begin(cbi_hasher *hasher, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (hasher->pending == NULL)
        CBI_TRY(cbi_alloc_bytes(PENDING_MAX, &hasher->pending, err));
    hasher->pending_size = 0;
    CBI_TRY(begin(hasher, err));
done:
    return status;
}

static cbank_status flush(cbi_hasher *hasher, cbank_error *err)
{
    cbi_bytes pending = cbi_bytes_of(hasher->pending, hasher->pending_size);

    hasher->pending_size = 0;
    return pending.size == 0 ? CBANK_OK : update(hasher, pending, err);
}

cbank_status cbi_digest_update(cbi_hasher *hasher, cbi_bytes bytes, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (bytes.size > PENDING_MAX - hasher->pending_size)
        CBI_TRY(flush(hasher, err));
    if (bytes.size > PENDING_MAX)
        return update(hasher, bytes, err);
    if (bytes.size > 0)
        memcpy(hasher->pending + hasher->pending_size, bytes.data, bytes.size);
    hasher->pending_size += bytes.size;
done:
    return status;
}

cbank_status cbi_digest_end(cbi_hasher *hasher, cbi_hash *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(flush(hasher, err));
    CBI_TRY(end(hasher, out, err));
done:
    return status;
}

cbank_status cbi_digest_sha256(cbi_bytes bytes, cbi_hash *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_algorithms *algorithms = NULL;
    cbi_hash hash;

    CBI_TRY(cbi_algorithms_get(&algorithms, err));
    if (EVP_Digest(bytes.data, bytes.size, hash.bytes, NULL, algorithms->sha256, NULL) != 1) {
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "digest");
        goto done;
    }
    *out = hash;
done:
    return status;
}
