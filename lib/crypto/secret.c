#include "crypto/secret.h"

#include "base/memory.h"
#include "crypto/algorithm.h"
#include "crypto/kept.h"

#include <openssl/core_names.h>
#include <openssl/rand.h>

#include <string.h>

cbank_status cbi_random(void *out, size_t size, cbank_error *err)
{
    if (!cbi_kept_random(out, size) && RAND_priv_bytes_ex(NULL, out, size, 0) != 1)
        return cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "random");
    return CBANK_OK;
}

/* An HMAC under way: in a context of its own, or in one that the stint keeps. */
typedef struct hmac {
    EVP_MAC_CTX *context;
    bool kept;
} hmac;

static cbank_status make_context(cbi_suite suite, const cbi_secret *key, EVP_MAC_CTX **out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_algorithms *algorithms = NULL;
    EVP_MAC_CTX *context = NULL;
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };

    CBI_TRY(cbi_suite_require(suite, err));
    CBI_TRY(cbi_algorithms_get(&algorithms, err));
    if (suite == CBI_SUITE_SM3_SM2)
        memcpy(digest, "SM3", sizeof("SM3"));
    context = EVP_MAC_CTX_new(algorithms->hmac);
    if (context == NULL || EVP_MAC_init(context, key->bytes, CBI_SECRET_SIZE, params) != 1) {
        EVP_MAC_CTX_free(context);
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "mac");
        goto done;
    }
    *out = context;
done:
    return status;
}

static cbank_status begin_mac(cbi_suite suite, const cbi_secret *key, hmac *out, cbank_error *err)
{
    cbi_kept *kept = cbi_kept_find(CBI_KEPT_MAC, suite, key);
    cbank_status status = CBANK_OK;

    if (kept == NULL)
        return make_context(suite, key, &out->context, err);
    if (kept->mac == NULL)
        CBI_TRY(make_context(suite, key, &kept->mac, err));
    else if (EVP_MAC_init(kept->mac, NULL, 0, NULL) != 1)
        CBI_TRY(cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "mac"));
    *out = (hmac){.context = kept->mac, .kept = true};
done:
    return status;
}

static cbank_status end_mac(hmac *mac, uint8_t out[CBI_HASH_SIZE], cbank_error *err)
{
    size_t size = 0;

    if (EVP_MAC_final(mac->context, out, &size, CBI_HASH_SIZE) != 1 || size != CBI_HASH_SIZE)
        return cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "mac");
    return CBANK_OK;
}

static void clear_mac(hmac *mac)
{
    if (!mac->kept)
        EVP_MAC_CTX_free(mac->context);
}

cbank_status cbi_secret_derive(cbi_suite suite, const cbi_secret *master, const char *label,
                               cbi_secret *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    hmac mac = {0};
    cbi_secret derived;

    CBI_TRY(begin_mac(suite, master, &mac, err));
    if (EVP_MAC_update(mac.context, (const uint8_t *)label, strlen(label)) != 1) {
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "mac");
        goto done;
    }
    CBI_TRY(end_mac(&mac, derived.bytes, err));
    *out = derived;
    cbi_secret_wipe(&derived);
done:
    clear_mac(&mac);
    return status;
}

cbank_status cbi_passphrase_require(cbi_bytes passphrase, cbank_error *err)
{
    if (passphrase.size > CBI_PASSPHRASE_MAX)
        return cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_PASSPHRASE_MAX, "passphrase", NULL);
    return CBANK_OK;
}

cbank_status cbi_secret_from_passphrase(cbi_bytes passphrase, cbi_bytes salt, cbi_secret *out,
                                        cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_passphrase_require(passphrase, err));
    if (EVP_PBE_scrypt((const char *)passphrase.data, passphrase.size, salt.data, salt.size,
                       CBI_SCRYPT_N, CBI_SCRYPT_R, CBI_SCRYPT_P, 0, out->bytes,
                       CBI_SECRET_SIZE) != 1)
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "scrypt");
done:
    return status;
}

void cbi_secret_wipe(cbi_secret *secret)
{
    cbi_wipe(secret, sizeof(*secret));
}

cbank_status cbi_mac(cbi_suite suite, const cbi_secret *key, const cbi_bytes *parts, size_t count,
                     cbi_hash *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t prefix[8];
    hmac mac = {0};
    cbi_hash made;

    CBI_TRY(begin_mac(suite, key, &mac, err));
    for (size_t i = 0; i < count; i++) {
        cbi_put_u64(prefix, parts[i].size);
        if (EVP_MAC_update(mac.context, prefix, sizeof(prefix)) != 1 ||
            EVP_MAC_update(mac.context, parts[i].data, parts[i].size) != 1) {
            status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "mac");
            goto done;
        }
    }
    CBI_TRY(end_mac(&mac, made.bytes, err));
    *out = made;
done:
    clear_mac(&mac);
    return status;
}
