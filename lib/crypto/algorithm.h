/*
 * algorithm.h - OpenSSL's algorithms, fetched once a process, and its errors in our words.
 *
 * Private to lib/crypto. Fetching an algorithm by name costs more than hashing a record with it,
 * so that nothing here is ever fetched twice. The algorithms live as long as the process.
 */
#ifndef CBI_CRYPTO_ALGORITHM_H
#define CBI_CRYPTO_ALGORITHM_H

#include <openssl/evp.h>

#include "crypto/suite.h"

typedef struct cbi_algorithms {
    EVP_MD *sha256;
    EVP_MD *sm3;
    EVP_MAC *hmac;
    EVP_CIPHER *aes_256_gcm;
    EVP_CIPHER *sm4_ctr;
} cbi_algorithms;

/* scrypt for passphrases: 16 MiB five times over, as OWASP advises; OpenSSL reads up to 32 MiB. */
#define CBI_SCRYPT_N (1u << 14)
#define CBI_SCRYPT_R 8u
#define CBI_SCRYPT_P 5u

/* From any thread. What failed for want of memory is tried again by the next caller. */
cbank_status cbi_algorithms_get(const cbi_algorithms **out, cbank_error *err);

/* The suite's hash; UNSUPPORTED for a suite that is not known. */
cbank_status cbi_algorithm_digest(cbi_suite suite, const EVP_MD **out, cbank_error *err);

/*
 * Fails for `reason` about `object` with OpenSSL's newest error as the detail, or for NO_MEMORY
 * if that was the cause. Leaves OpenSSL's error queue empty.
 */
cbank_status cbi_algorithm_fail(cbank_error *err, cbi_reason reason, const char *object);

#endif
