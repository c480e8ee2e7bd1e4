#include "crypto/pkey.h"

#include "crypto/algorithm.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include <string.h>
#include <strings.h>

/* The signer's id of GM/T 0009. OpenSSL signs with an empty one unless it is told. */
static const char sm2_id[] = "1234567812345678";

#define SM2_COORDINATE_SIZE 32

static EVP_PKEY *make_sm2(const cbi_public *key)
{
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    char group[] = "SM2";
    uint8_t point[CBI_PUBLIC_MAX];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, key->size),
        OSSL_PARAM_construct_end(),
    };

    memcpy(point, key->bytes, key->size);
    if (context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
        EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(context);
    return pkey;
}

static EVP_PKEY *make(const cbi_public *key)
{
    if (key->suite == CBI_SUITE_SM3_SM2)
        return make_sm2(key);
    if (key->suite == CBI_SUITE_SHA256_ED25519)
        return EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, key->bytes, key->size);
    return NULL;
}

cbank_status cbi_pkey_of_public(const cbi_public *key, EVP_PKEY **out, cbank_error *err)
{
    EVP_PKEY *pkey = make(key);

    /* Out of memory, OpenSSL may call a key bad; no key is called so before it was bad twice. */
    if (pkey == NULL)
        pkey = make(key);
    if (pkey == NULL)
        return cbi_algorithm_fail(err, CBI_REASON_BAD_PUBLIC_KEY, cbi_suite_name(key->suite));
    *out = pkey;
    return CBANK_OK;
}

/* 04 | x | y, in whatever form the key came. */
static bool write_sm2_point(const EVP_PKEY *pkey, uint8_t out[CBI_PUBLIC_MAX])
{
    BIGNUM *x = NULL;
    BIGNUM *y = NULL;
    bool written =
        EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
        EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
        BN_bn2binpad(x, out + 1, SM2_COORDINATE_SIZE) == SM2_COORDINATE_SIZE &&
        BN_bn2binpad(y, out + 1 + SM2_COORDINATE_SIZE, SM2_COORDINATE_SIZE) == SM2_COORDINATE_SIZE;

    out[0] = 0x04;
    BN_free(x);
    BN_free(y);
    return written;
}

/* Not EVP_PKEY_is_a: without memory that says no to everything. */
static bool is_called(const EVP_PKEY *pkey, const char *name)
{
    const char *called = EVP_PKEY_get0_type_name(pkey);

    return called != NULL && strcasecmp(called, name) == 0;
}

cbank_status cbi_pkey_public(EVP_PKEY *pkey, cbi_public *out, cbank_error *err)
{
    uint8_t bytes[CBI_PUBLIC_MAX];
    size_t size = sizeof(bytes);
    cbi_suite suite = CBI_SUITE_SHA256_ED25519;
    bool written = false;

    if (is_called(pkey, "ED25519")) {
        written = EVP_PKEY_get_raw_public_key(pkey, bytes, &size) == 1;
    } else if (is_called(pkey, "SM2")) {
        suite = CBI_SUITE_SM3_SM2;
        written = write_sm2_point(pkey, bytes);
    } else {
        return cbi_fail(err, CBI_REASON_KEY_UNSUPPORTED, 0, "key", "%s",
                        EVP_PKEY_get0_type_name(pkey));
    }
    if (!written)
        return cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, cbi_suite_name(suite));
    return cbi_public_parse(suite, cbi_bytes_of(bytes, size), out, err);
}

cbank_status cbi_pkey_begin(cbi_pkey_init *init, cbi_suite suite, EVP_PKEY *pkey, EVP_MD_CTX **out,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const char *digest = suite == CBI_SUITE_SM3_SM2 ? "SM3" : NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *lent = NULL;

    if (context == NULL || init(context, &lent, digest, NULL, NULL, pkey, NULL) != 1) {
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, cbi_suite_name(suite));
        goto done;
    }
    /* Here and not later: after the first byte of the message OpenSSL refuses an id. */
    if (suite == CBI_SUITE_SM3_SM2 && EVP_PKEY_CTX_set1_id(lent, sm2_id, strlen(sm2_id)) != 1) {
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "sm2 id");
        goto done;
    }
    *out = context;
    context = NULL;
done:
    EVP_MD_CTX_free(context);
    return status;
}
