#include "crypto/pkey.h"

#include "base/memory.h"
#include "crypto/algorithm.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>

#include <string.h>
#include <strings.h>

/* The signer's id of GM/T 0009. OpenSSL signs with an empty one unless it is told. */
static const char sm2_id[] = "1234567812345678";

#define SM2_COORDINATE_SIZE 32

/* The number as OpenSSL takes it in a parameter: in the order of this machine. */
static bool write_native(const cbi_secret *raw, uint8_t out[CBI_SECRET_SIZE])
{
    BIGNUM *number = BN_bin2bn(raw->bytes, CBI_SECRET_SIZE, NULL);
    bool written =
        number != NULL && BN_bn2nativepad(number, out, CBI_SECRET_SIZE) == CBI_SECRET_SIZE;

    BN_clear_free(number);
    return written;
}

/* `raw` is NULL for a key that only verifies. */
static EVP_PKEY *make_sm2(const cbi_public *key, const cbi_secret *raw)
{
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    int half = raw == NULL ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR;
    char group[] = "SM2";
    uint8_t point[CBI_PUBLIC_MAX], number[CBI_SECRET_SIZE] = {0};
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, key->size),
        raw == NULL ? OSSL_PARAM_construct_end()
                    : OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, number, sizeof(number)),
        OSSL_PARAM_construct_end(),
    };

    memcpy(point, key->bytes, key->size);
    if (context != NULL && (raw == NULL || write_native(raw, number)) &&
        EVP_PKEY_fromdata_init(context) == 1 &&
        EVP_PKEY_fromdata(context, &pkey, half, params) != 1)
        pkey = NULL;
    cbi_wipe(number, sizeof(number));
    EVP_PKEY_CTX_free(context);
    return pkey;
}

/*
 * With the public half, which OpenSSL would multiply for otherwise at every signature. It is the
 * secret's own: whoever has it from elsewhere has asked cbi_pkey_public_of_secret.
 */
static EVP_PKEY *make_ed25519(const cbi_public *key, const cbi_secret *raw)
{
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *context;
    uint8_t point[CBI_PUBLIC_MAX], number[CBI_SECRET_SIZE];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, key->size),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, number, sizeof(number)),
        OSSL_PARAM_construct_end(),
    };

    if (key->size == 0)
        return EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, raw->bytes,
                                               CBI_SECRET_SIZE);
    context = EVP_PKEY_CTX_new_from_name(NULL, "ED25519", NULL);
    memcpy(point, key->bytes, key->size);
    memcpy(number, raw->bytes, sizeof(number));
    if (context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
        EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
        pkey = NULL;
    cbi_wipe(number, sizeof(number));
    EVP_PKEY_CTX_free(context);
    return pkey;
}

static EVP_PKEY *make(const cbi_public *key)
{
    if (key->suite == CBI_SUITE_SM3_SM2)
        return make_sm2(key, NULL);
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

cbank_status cbi_pkey_of_private(const cbi_public *key, const cbi_secret *raw, EVP_PKEY **out,
                                 cbank_error *err)
{
    EVP_PKEY *pkey =
        key->suite == CBI_SUITE_SM3_SM2 ? make_sm2(key, raw) : make_ed25519(key, raw);

    if (pkey == NULL)
        return cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, cbi_suite_name(key->suite));
    *out = pkey;
    return CBANK_OK;
}

static bool read_secret(EVP_PKEY *pkey, cbi_suite suite, cbi_secret *raw)
{
    size_t size = 0;
    BIGNUM *number = NULL;
    bool read;

    /* Not EVP_PKEY_get_raw_private_key, which leaves a copy behind in freed memory. */
    if (suite == CBI_SUITE_SHA256_ED25519)
        return EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, raw->bytes,
                                               CBI_SECRET_SIZE, &size) == 1;
    read = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1 &&
           BN_bn2binpad(number, raw->bytes, CBI_SECRET_SIZE) == CBI_SECRET_SIZE;
    BN_clear_free(number);
    return read;
}

cbank_status cbi_pkey_secret(EVP_PKEY *pkey, cbi_suite suite, cbi_secret *raw, cbank_error *err)
{
    if (!read_secret(pkey, suite, raw))
        return cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, cbi_suite_name(suite));
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

/* 1 <= d <= n - 2, as GB/T 32918.1 has it. */
static bool is_in_range(const BIGNUM *number, const EC_GROUP *group)
{
    BIGNUM *last = BN_dup(EC_GROUP_get0_order(group));
    bool fits = last != NULL && BN_sub_word(last, 2) == 1 && !BN_is_zero(number) &&
                BN_cmp(number, last) <= 0;

    BN_free(last);
    return fits;
}

static cbank_status multiply(const cbi_secret *raw, cbi_public *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    EC_GROUP *group = EC_GROUP_new_by_curve_name_ex(NULL, NULL, NID_sm2);
    EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
    BIGNUM *number = BN_bin2bn(raw->bytes, CBI_SECRET_SIZE, NULL);
    uint8_t bytes[CBI_PUBLIC_MAX];

    if (point == NULL || number == NULL) {
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "sm2");
        goto done;
    }
    BN_set_flags(number, BN_FLG_CONSTTIME);
    if (!is_in_range(number, group)) {
        status = cbi_algorithm_fail(err, CBI_REASON_BAD_PRIVATE_KEY, "sm2");
        goto done;
    }
    if (EC_POINT_mul(group, point, number, NULL, NULL, NULL) != 1 ||
        EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, bytes, sizeof(bytes),
                           NULL) != sizeof(bytes)) {
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "sm2");
        goto done;
    }
    CBI_TRY(cbi_public_parse(CBI_SUITE_SM3_SM2, cbi_bytes_of(bytes, sizeof(bytes)), out, err));
done:
    BN_clear_free(number);
    EC_POINT_free(point);
    EC_GROUP_free(group);
    return status;
}

cbank_status cbi_pkey_public_of_secret(cbi_suite suite, const cbi_secret *raw, cbi_public *out,
                                       cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_public unknown = {.suite = suite};
    EVP_PKEY *pkey = NULL;

    if (suite == CBI_SUITE_SM3_SM2)
        return multiply(raw, out, err);
    CBI_TRY(cbi_pkey_of_private(&unknown, raw, &pkey, err));
    CBI_TRY(cbi_pkey_public(pkey, out, err));
done:
    EVP_PKEY_free(pkey);
    return status;
}

cbank_status cbi_pkey_begin(cbi_pkey_init *init, cbi_suite suite, EVP_PKEY *pkey, EVP_MD_CTX **out,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const char *digest = suite == CBI_SUITE_SM3_SM2 ? "SM3" : NULL;
    EVP_MD_CTX *context = NULL;
    EVP_PKEY_CTX *lent = NULL;

    if (suite == CBI_SUITE_SM3_SM2)
        CBI_TRY(cbi_algorithm_require_memory(err));
    context = EVP_MD_CTX_new();
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
