/*
 * pkey.h - keys as OpenSSL holds them. Private to lib/crypto.
 */
#ifndef CBI_CRYPTO_PKEY_H
#define CBI_CRYPTO_PKEY_H

#include <openssl/evp.h>

#include "crypto/keyring.h"

/* Fails for BAD_PUBLIC_KEY if an SM2 point is not on the curve. */
cbank_status cbi_pkey_of_public(const cbi_public *key, EVP_PKEY **out, cbank_error *err);

/* The same out of a ring (keyring.h), or made and put there. The caller frees its reference. */
cbank_status cbi_keyring_take(cbi_keyring *ring, const cbi_public *key, EVP_PKEY **out,
                              cbank_error *err);

/* A private key; `raw` is its secret, big-endian, as it stands in a key file. */
cbank_status cbi_pkey_of_private(const cbi_public *key, const cbi_secret *raw, EVP_PKEY **out,
                                 cbank_error *err);
/* The secret of a private key, wiped by the caller. */
cbank_status cbi_pkey_secret(EVP_PKEY *pkey, cbi_suite suite, cbi_secret *raw, cbank_error *err);
/* BAD_PRIVATE_KEY for a number that is no SM2 key's: 0, or more than the order allows. */
cbank_status cbi_pkey_public_of_secret(cbi_suite suite, const cbi_secret *raw, cbi_public *out,
                                       cbank_error *err);

/* The public half, through cbi_public_parse; UNSUPPORTED for another algorithm's key. */
cbank_status cbi_pkey_public(EVP_PKEY *pkey, cbi_public *out, cbank_error *err);

/* EVP_DigestSignInit_ex or EVP_DigestVerifyInit_ex. */
typedef int cbi_pkey_init(EVP_MD_CTX *context, EVP_PKEY_CTX **key_context, const char *digest,
                          OSSL_LIB_CTX *library, const char *properties, EVP_PKEY *pkey,
                          const OSSL_PARAM *params);

/* A context ready for the message, which the caller frees with EVP_MD_CTX_free. */
cbank_status cbi_pkey_begin(cbi_pkey_init *init, cbi_suite suite, EVP_PKEY *pkey, EVP_MD_CTX **out,
                            cbank_error *err);

#endif
