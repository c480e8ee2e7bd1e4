#include "crypto/algorithm.h"

#include "base/memory.h"

#include <openssl/err.h>

#include <stdatomic.h>

#define PROBE_BYTES (64u * 1024)

static void release(cbi_algorithms *algorithms)
{
    EVP_MD_free(algorithms->sha256);
    EVP_MD_free(algorithms->sm3);
    EVP_MAC_free(algorithms->hmac);
    EVP_CIPHER_free(algorithms->aes_256_gcm);
    EVP_CIPHER_free(algorithms->sm4_ctr);
    cbi_free(algorithms);
}

static cbank_status fetch(cbi_algorithms **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_algorithms *fetched = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*fetched), &fetched, err));
    fetched->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    fetched->sm3 = EVP_MD_fetch(NULL, "SM3", NULL);
    fetched->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    fetched->aes_256_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    fetched->sm4_ctr = EVP_CIPHER_fetch(NULL, "SM4-CTR", NULL);
    if (fetched->sha256 == NULL || fetched->sm3 == NULL || fetched->hmac == NULL ||
        fetched->aes_256_gcm == NULL || fetched->sm4_ctr == NULL) {
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "fetch");
        release(fetched);
        goto done;
    }
    *out = fetched;
done:
    return status;
}

cbank_status cbi_algorithms_get(const cbi_algorithms **out, cbank_error *err)
{
    static _Atomic(cbi_algorithms *) shared;
    cbi_algorithms *algorithms = atomic_load(&shared);
    cbi_algorithms *first = NULL;
    cbank_status status = CBANK_OK;

    if (algorithms == NULL) {
        CBI_TRY(fetch(&algorithms, err));
        if (!atomic_compare_exchange_strong(&shared, &first, algorithms)) {
            release(algorithms);
            algorithms = first;
        }
    }
    *out = algorithms;
done:
    return status;
}

cbank_status cbi_algorithm_digest(cbi_suite suite, const EVP_MD **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_algorithms *algorithms = NULL;

    CBI_TRY(cbi_suite_require(suite, err));
    CBI_TRY(cbi_algorithms_get(&algorithms, err));
    *out = suite == CBI_SUITE_SM3_SM2 ? algorithms->sm3 : algorithms->sha256;
done:
    return status;
}

bool cbi_algorithm_accuses(cbank_status status)
{
    return status != CBANK_OK && status != CBANK_E_MEMORY && status != CBANK_E_INTERNAL;
}

/* As much as OpenSSL asks for in any of its steps, scrypt apart, which says what it lacks. */
static bool has_memory(void)
{
    void *memory = OPENSSL_malloc(PROBE_BYTES);

    OPENSSL_free(memory);
    return memory != NULL;
}

cbank_status cbi_algorithm_require_memory(cbank_error *err)
{
    return has_memory() ? CBANK_OK : cbi_fail(err, CBI_REASON_NO_MEMORY, PROBE_BYTES, NULL, NULL);
}

/* Empties the queue; answers the newest error, and sets `reason` right. */
static unsigned long take_errors(cbi_reason *reason)
{
    unsigned long newest = 0;
    unsigned long code;

    if (cbi_algorithm_accuses(cbi_reason_status(*reason)) && !has_memory())
        *reason = CBI_REASON_NO_MEMORY;
    while ((code = ERR_get_error()) != 0) {
        if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
            *reason = CBI_REASON_NO_MEMORY;
        newest = code;
    }
    return newest;
}

cbank_status cbi_algorithm_fail(cbank_error *err, cbi_reason reason, const char *object)
{
    char detail[128] = "";
    unsigned long newest = take_errors(&reason);

    if (newest != 0)
        ERR_error_string_n(newest, detail, sizeof(detail));
    return cbi_fail(err, reason, 0, object, "%s", detail);
}

cbank_status cbi_algorithm_refuse(cbank_error *err, cbi_reason reason, const char *object,
                                  const char *why)
{
    (void)take_errors(&reason);
    return cbi_fail(err, reason, 0, object, "%s", why);
}
