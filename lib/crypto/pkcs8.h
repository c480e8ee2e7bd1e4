/*
 * pkcs8.h - a private key between its secret and PKCS#8. Private to lib/crypto.
 *
 * OpenSSL's own way there and back (EVP_PKCS82PKEY, EVP_PKEY2PKCS8) leaves copies of the secret in
 * memory it has given back; here only the parts are OpenSSL's, and each is wiped.
 */
#ifndef CBI_CRYPTO_PKCS8_H
#define CBI_CRYPTO_PKCS8_H

#include <openssl/x509.h>

#include "crypto/key.h"

/* Freed with PKCS8_PRIV_KEY_INFO_free, which wipes it. */
cbank_status cbi_pkcs8_make(const cbi_public *key, const cbi_secret *raw,
                            PKCS8_PRIV_KEY_INFO **out, cbank_error *err);

/*
 * UNSUPPORTED for another algorithm's key; MALFORMED, also for an SM2 key whose stated public half
 * is not that of its secret, which would sign what nobody can verify.
 */
cbank_status cbi_pkcs8_read(const PKCS8_PRIV_KEY_INFO *info, cbi_public *key, cbi_secret *raw,
                            cbank_error *err);

#endif
