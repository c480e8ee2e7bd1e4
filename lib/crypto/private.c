#include "crypto/key.h"

#include "base/memory.h"
#include "crypto/algorithm.h"
#include "crypto/ed25519.h"
#include "crypto/pbes2.h"
#include "crypto/pem.h"
#include "crypto/pkcs8.h"
#include "crypto/pkey.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <errno.h>
#include <string.h>
#include <sys/random.h>

/* Lies in hidden memory. OpenSSL gets the secret for as long as it signs, and wipes it then. */
struct cbi_private {
    cbi_public public;
    cbi_secret raw;
    bool detached; /* there is no secret */
};

static cbank_status keep(const cbi_public *public, const cbi_secret *raw, cbi_private **out,
                         cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_private *key = NULL;

    CBI_TRY(cbi_alloc_hidden(sizeof(*key), &key, err));
    key->public = *public;
    key->raw = *raw;
    *out = key;
done:
    return status;
}

cbank_status cbi_private_new(cbi_suite suite, cbi_private **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_public public;
    cbi_secret raw = {0};
    EVP_PKEY *pkey = NULL;

    CBI_TRY(cbi_suite_require(suite, err));
    pkey = EVP_PKEY_Q_keygen(NULL, NULL, suite == CBI_SUITE_SM3_SM2 ? "SM2" : "ED25519");
    if (pkey == NULL) {
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "key");
        goto done;
    }
    CBI_TRY(cbi_pkey_public(pkey, &public, err));
    CBI_TRY(cbi_pkey_secret(pkey, suite, &raw, err));
    CBI_TRY(keep(&public, &raw, out, err));
done:
    cbi_secret_wipe(&raw);
    EVP_PKEY_free(pkey);
    return status;
}

void cbi_private_free(cbi_private *key)
{
    cbi_free_hidden(key, sizeof(*key));
}

const cbi_public *cbi_private_public(const cbi_private *key)
{
    return &key->public;
}

cbank_status cbi_private_detached(const cbi_public *public_key, cbi_private **out,
                                  cbank_error *err)
{
    const cbi_secret none = {0};
    cbank_status status = keep(public_key, &none, out, err);

    if (status == CBANK_OK)
        (*out)->detached = true;
    return status;
}

bool cbi_private_is_detached(const cbi_private *key)
{
    return key->detached;
}

/*
 * Before an SM2 signature. Two signatures with one nonce give the private key away, and a virtual
 * machine that was copied or restored would draw the same nonce again.
 */
static cbank_status refresh_randomness(cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t fresh[32];

    /* The kernel gives so few bytes whole or, early in the boot, waits; a signal may wake it. */
    while (getrandom(fresh, sizeof(fresh), 0) != (ssize_t)sizeof(fresh)) {
        if (errno != EINTR)
            return cbi_fail(err, CBI_REASON_CRYPTO_FAILED, 0, "getrandom", "errno %d", errno);
    }
    if (EVP_RAND_reseed(RAND_get0_private(NULL), 0, NULL, 0, fresh, sizeof(fresh)) != 1)
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "random");
    cbi_wipe(fresh, sizeof(fresh));
    return status;
}

/* `size` is of the room in `out`, then of the signature. */
static cbank_status sign(const cbi_private *key, cbi_bytes message, uint8_t *out, size_t *size,
                         cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_suite suite = key->public.suite;
    EVP_MD_CTX *context = NULL;
    EVP_PKEY *pkey = NULL;

    if (suite == CBI_SUITE_SM3_SM2)
        CBI_TRY(refresh_randomness(err));
    CBI_TRY(cbi_pkey_of_private(&key->public, &key->raw, &pkey, err));
    CBI_TRY(cbi_pkey_begin(EVP_DigestSignInit_ex, suite, pkey, &context, err));
    if (EVP_DigestSign(context, out, size, message.data, message.size) != 1)
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "sign");
done:
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(pkey);
    return status;
}

cbank_status cbi_sign(const cbi_private *key, cbi_bytes message, cbank_buffer *signature,
                      cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t made[CBI_SIGNATURE_MAX];
    size_t size = CBI_ED25519_SIGNATURE_SIZE;

    if (key->detached)
        return cbi_fail(err, CBI_REASON_KEY_DETACHED, 0, "signature", NULL);
    if (!cbi_ed25519_sign(&key->public, &key->raw, message, made)) {
        size = sizeof(made);
        CBI_TRY(sign(key, message, made, &size, err));
    }
    CBI_TRY(cbi_buffer_append(signature, cbi_bytes_of(made, size), err));
done:
    return status;
}

cbank_status cbi_private_derive(const cbi_private *key, const char *label, cbi_secret *out,
                                cbank_error *err)
{
    if (key->detached)
        return cbi_fail(err, CBI_REASON_KEY_DETACHED, 0, "signature", NULL);
    return cbi_secret_derive(key->public.suite, &key->raw, label, out, err);
}

/* PBES2 with OpenSSL's own random salt and initial vector. */
static X509_SIG *encrypt(PKCS8_PRIV_KEY_INFO *plain, cbi_bytes passphrase)
{
    X509_ALGOR *scheme = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, CBI_SCRYPT_N,
                                               CBI_SCRYPT_R, CBI_SCRYPT_P);
    X509_SIG *sealed = NULL;

    if (scheme == NULL)
        return NULL;
    sealed = PKCS8_set0_pbe((const char *)passphrase.data, (int)passphrase.size, plain, scheme);
    if (sealed == NULL)
        X509_ALGOR_free(scheme);
    return sealed;
}

static bool write_pkcs8(PKCS8_PRIV_KEY_INFO *plain, cbi_bytes passphrase, BIO *bio)
{
    X509_SIG *sealed = NULL;
    bool written;

    if (passphrase.size == 0)
        return PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, plain) == 1;
    sealed = encrypt(plain, passphrase);
    written = sealed != NULL && PEM_write_bio_PKCS8(bio, sealed) == 1;
    X509_SIG_free(sealed);
    return written;
}

cbank_status cbi_private_encode(const cbi_private *key, cbi_bytes passphrase, cbank_buffer *pem,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    PKCS8_PRIV_KEY_INFO *plain = NULL;
    BIO *bio = NULL;

    CBI_TRY(cbi_passphrase_require(passphrase, err));
    CBI_TRY(cbi_pkcs8_make(&key->public, &key->raw, &plain, err));
    bio = BIO_new(BIO_s_secmem());
    if (bio == NULL || !write_pkcs8(plain, passphrase, bio)) {
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "pem");
        goto done;
    }
    CBI_TRY(cbi_pem_take(bio, pem, err));
done:
    BIO_free(bio);
    PKCS8_PRIV_KEY_INFO_free(plain);
    return status;
}

static cbank_status read_plain(const cbi_pem *block, PKCS8_PRIV_KEY_INFO **out, cbank_error *err)
{
    const uint8_t *cursor = block->data;
    PKCS8_PRIV_KEY_INFO *plain = d2i_PKCS8_PRIV_KEY_INFO(NULL, &cursor, block->size);

    if (plain == NULL || cursor != block->data + block->size) {
        PKCS8_PRIV_KEY_INFO_free(plain);
        return cbi_algorithm_fail(err, CBI_REASON_BAD_PRIVATE_KEY, "pem");
    }
    *out = plain;
    return CBANK_OK;
}

static cbank_status read_encrypted(const cbi_pem *block, cbi_bytes passphrase,
                                   PKCS8_PRIV_KEY_INFO **out, cbank_error *err)
{
    const uint8_t *cursor = block->data;
    X509_SIG *sealed = d2i_X509_SIG(NULL, &cursor, block->size);
    PKCS8_PRIV_KEY_INFO *plain = NULL;
    cbank_status status = CBANK_OK;

    if (sealed == NULL || cursor != block->data + block->size) {
        status = cbi_algorithm_fail(err, CBI_REASON_BAD_PRIVATE_KEY, "pem");
        goto done;
    }
    if (passphrase.size == 0) {
        status = cbi_fail(err, CBI_REASON_PASSPHRASE_MISSING, 0, "key", NULL);
        goto done;
    }
    if (!cbi_pbes2_is_affordable(sealed)) {
        status = cbi_algorithm_refuse(err, CBI_REASON_BAD_PRIVATE_KEY, "pem", "key derivation");
        goto done;
    }
    plain = PKCS8_decrypt(sealed, (const char *)passphrase.data, (int)passphrase.size);
    if (plain == NULL) {
        status = cbi_algorithm_fail(err, CBI_REASON_WRONG_PASSPHRASE, "key");
        goto done;
    }
    *out = plain;
done:
    X509_SIG_free(sealed);
    return status;
}

static cbank_status read_pkcs8(const cbi_pem *block, cbi_bytes passphrase,
                               PKCS8_PRIV_KEY_INFO **out, cbank_error *err)
{
    if (strcmp(block->name, PEM_STRING_PKCS8) == 0)
        return read_encrypted(block, passphrase, out, err);
    if (strcmp(block->name, PEM_STRING_PKCS8INF) == 0)
        return read_plain(block, out, err);
    return cbi_fail(err, CBI_REASON_BAD_PRIVATE_KEY, 0, "pem", "not PKCS#8");
}

static cbank_status decode_once(cbi_bytes pem, cbi_bytes passphrase, cbi_private **out,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_pem block = {0};
    PKCS8_PRIV_KEY_INFO *plain = NULL;
    cbi_public public;
    cbi_secret raw = {0};

    CBI_TRY(cbi_pem_read(pem, CBI_REASON_BAD_PRIVATE_KEY, &block, err));
    CBI_TRY(read_pkcs8(&block, passphrase, &plain, err));
    CBI_TRY(cbi_pkcs8_read(plain, &public, &raw, err));
    CBI_TRY(keep(&public, &raw, out, err));
done:
    cbi_secret_wipe(&raw);
    PKCS8_PRIV_KEY_INFO_free(plain);
    cbi_pem_clear(&block);
    return status;
}

cbank_status cbi_private_decode(cbi_bytes pem, cbi_bytes passphrase, cbi_private **out,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_passphrase_require(passphrase, err));
    status = decode_once(pem, passphrase, out, err);
    if (cbi_algorithm_accuses(status))
        status = decode_once(pem, passphrase, out, err);
done:
    return status;
}
