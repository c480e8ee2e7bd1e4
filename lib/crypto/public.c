#include "crypto/key.h"

#include "crypto/algorithm.h"
#include "crypto/ed25519.h"
#include "crypto/pem.h"
#include "crypto/pkey.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <string.h>

#define ED25519_SIZE 32
#define ED25519_SIGNATURE_SIZE 64
#define SIGN_OF_X 0x80
#define SM2_UNCOMPRESSED 0x04

/*
 * The y of every Ed25519 point whose order divides 8, little-endian: order 4, 1, 2, 8 and 8. With
 * either sign of x they are ten encodings; the other four known ones are not below the prime.
 * A signature by such a key says nothing: one key and signature fit every message.
 */
static const uint8_t small_order[][ED25519_SIZE] = {
    {0x00},
    {0x01},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

static bool has_small_order(const uint8_t y[ED25519_SIZE])
{
    for (size_t i = 0; i < sizeof(small_order) / sizeof(small_order[0]); i++) {
        if (memcmp(y, small_order[i], ED25519_SIZE) == 0)
            return true;
    }
    return false;
}

/* Below p = 2^255 - 19, which is ed ff .. ff 7f in little-endian. */
static bool is_below_prime(const uint8_t y[ED25519_SIZE])
{
    if (y[ED25519_SIZE - 1] != 0x7f)
        return true;
    for (size_t i = ED25519_SIZE - 2; i > 0; i--) {
        if (y[i] != 0xff)
            return true;
    }
    return y[0] < 0xed;
}

static cbank_status check_ed25519(const cbi_public *key, cbank_error *err)
{
    uint8_t y[ED25519_SIZE];

    memcpy(y, key->bytes, ED25519_SIZE);
    y[ED25519_SIZE - 1] &= (uint8_t)~SIGN_OF_X;
    if (!is_below_prime(y) || has_small_order(y))
        return cbi_fail(err, CBI_REASON_WEAK_PUBLIC_KEY, 0, cbi_suite_name(key->suite), NULL);
    return CBANK_OK;
}

static cbank_status check_sm2(const cbi_public *key, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    EVP_PKEY *pkey = NULL;

    if (key->bytes[0] != SM2_UNCOMPRESSED)
        return cbi_fail(err, CBI_REASON_BAD_PUBLIC_KEY, 0, cbi_suite_name(key->suite),
                        "not an uncompressed point");
    CBI_TRY(cbi_pkey_of_public(key, &pkey, err));
done:
    EVP_PKEY_free(pkey);
    return status;
}

cbank_status cbi_public_parse(cbi_suite suite, cbi_bytes bytes, cbi_public *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_public key = {.suite = suite};

    CBI_TRY(cbi_suite_require(suite, err));
    if (bytes.size != cbi_suite_public_size(suite))
        return cbi_fail(err, CBI_REASON_BAD_PUBLIC_KEY, 0, cbi_suite_name(suite), "%zu bytes",
                        bytes.size);
    key.size = (uint8_t)bytes.size;
    memcpy(key.bytes, bytes.data, bytes.size);
    CBI_TRY(suite == CBI_SUITE_SM3_SM2 ? check_sm2(&key, err) : check_ed25519(&key, err));
    *out = key;
done:
    return status;
}

bool cbi_public_equal(const cbi_public *a, const cbi_public *b)
{
    return a->suite == b->suite && cbi_bytes_equal(cbi_public_bytes(a), cbi_public_bytes(b));
}

cbi_bytes cbi_public_bytes(const cbi_public *key)
{
    return cbi_bytes_of(key->bytes, key->size);
}

cbank_status cbi_public_fingerprint(const cbi_public *key, cbi_hash *out, cbank_error *err)
{
    static const char label[] = "cbank/v1/key";
    cbank_status status = CBANK_OK;
    cbi_hasher *hasher = NULL;
    const uint8_t suite = (uint8_t)key->suite;
    const cbi_bytes parts[] = {
        cbi_bytes_of(label, sizeof(label)),
        cbi_bytes_of(&suite, 1),
        cbi_public_bytes(key),
    };

    CBI_TRY(cbi_hasher_new(key->suite, &hasher, err));
    CBI_TRY(cbi_digest_parts(hasher, parts, 3, out, err));
done:
    cbi_hasher_free(hasher);
    return status;
}

/* What OpenSSL's upper layer could not even begin says nothing about the signature. */
static cbank_status fail_verify(const cbi_public *key, cbank_error *err)
{
    bool begun = ERR_GET_LIB(ERR_peek_error()) != ERR_LIB_EVP;

    return cbi_algorithm_fail(err, begun ? CBI_REASON_BAD_SIGNATURE : CBI_REASON_CRYPTO_FAILED,
                              cbi_suite_name(key->suite));
}

static cbank_status verify_once(const cbi_public *key, EVP_PKEY *pkey, cbi_bytes message,
                                cbi_bytes signature, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    EVP_MD_CTX *context = NULL;

    CBI_TRY(cbi_pkey_begin(EVP_DigestVerifyInit_ex, key->suite, pkey, &context, err));
    ERR_clear_error();
    /* 0 is a wrong signature and -1 a malformed one: only 1 is a good one. */
    if (EVP_DigestVerify(context, signature.data, signature.size, message.data, message.size) != 1)
        status = fail_verify(key, err);
done:
    EVP_MD_CTX_free(context);
    return status;
}

cbank_status cbi_keyring_verify(cbi_keyring *ring, const cbi_public *key, cbi_bytes message,
                                cbi_bytes signature, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    EVP_PKEY *pkey = NULL;

    if (signature.size == 0 || signature.size > CBI_SIGNATURE_MAX ||
        (key->suite == CBI_SUITE_SHA256_ED25519 && signature.size != ED25519_SIGNATURE_SIZE))
        return cbi_fail(err, CBI_REASON_BAD_SIGNATURE, 0, cbi_suite_name(key->suite), "%zu bytes",
                        signature.size);
    if (cbi_ed25519_is_good(key, message, signature))
        return CBANK_OK;
    CBI_TRY(cbi_keyring_take(ring, key, &pkey, err));
    status = verify_once(key, pkey, message, signature, err);
    if (cbi_algorithm_accuses(status))
        status = verify_once(key, pkey, message, signature, err);
done:
    EVP_PKEY_free(pkey);
    return status;
}

cbank_status cbi_verify(const cbi_public *key, cbi_bytes message, cbi_bytes signature,
                        cbank_error *err)
{
    return cbi_keyring_verify(NULL, key, message, signature, err);
}

cbank_status cbi_public_encode_pem(const cbi_public *key, cbank_buffer *pem, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    EVP_PKEY *pkey = NULL;
    BIO *bio = BIO_new(BIO_s_mem());

    CBI_TRY(cbi_pkey_of_public(key, &pkey, err));
    if (bio == NULL || PEM_write_bio_PUBKEY(bio, pkey) != 1) {
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "pem");
        goto done;
    }
    CBI_TRY(cbi_pem_take(bio, pem, err));
done:
    BIO_free(bio);
    EVP_PKEY_free(pkey);
    return status;
}

static cbank_status decode_once(cbi_bytes pem, cbi_public *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_pem block = {0};
    const uint8_t *cursor = NULL;
    EVP_PKEY *pkey = NULL;

    CBI_TRY(cbi_pem_read(pem, CBI_REASON_BAD_PUBLIC_KEY, &block, err));
    cursor = block.data;
    if (strcmp(block.name, PEM_STRING_PUBLIC) == 0)
        pkey = d2i_PUBKEY_ex(NULL, &cursor, block.size, NULL, NULL);
    if (pkey == NULL || cursor != block.data + block.size) {
        status = cbi_algorithm_fail(err, CBI_REASON_BAD_PUBLIC_KEY, "pem");
        goto done;
    }
    CBI_TRY(cbi_pkey_public(pkey, out, err));
done:
    EVP_PKEY_free(pkey);
    cbi_pem_clear(&block);
    return status;
}

cbank_status cbi_public_decode_pem(cbi_bytes pem, cbi_public *out, cbank_error *err)
{
    cbank_status status = decode_once(pem, out, err);

    if (cbi_algorithm_accuses(status))
        status = decode_once(pem, out, err);
    return status;
}
