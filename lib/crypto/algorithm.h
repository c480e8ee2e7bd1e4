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

/*
 * scrypt for passphrases: 16 MiB five times over, as OWASP advises; OpenSSL reads up to 32 MiB. And
 * of PBKDF2, which others write, the most rounds that are read: what OWASP advises for it.
 */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
#define CBI_SCRYPT_N (1u << 2)
#define CBI_PBKDF2_ROUNDS_MAX 64u
#else
#define CBI_SCRYPT_N (1u << 14)
#define CBI_PBKDF2_ROUNDS_MAX 600000u
#endif
#define CBI_SCRYPT_R 8u
#define CBI_SCRYPT_P 5u

/* From any thread. What failed for want of memory is tried again by the next caller. */
cbank_status cbi_algorithms_get(const cbi_algorithms **out, cbank_error *err);

/* The suite's hash; UNSUPPORTED for a suite that is not known. */
cbank_status cbi_algorithm_digest(cbi_suite suite, const EVP_MD **out, cbank_error *err);

/*
 * Fails for `reason` about `object` with OpenSSL's newest error as the detail, or for NO_MEMORY
 * if that was the cause. Leaves OpenSSL's error queue empty.
 *
 * Out of memory, OpenSSL may call a file, a key or a signature bad and not say why. So a reason
 * that accuses somebody becomes NO_MEMORY, too, where there is none for the asking; and whoever
 * answers with one looks twice (cbi_algorithm_accuses), for it may have been short for a moment.
 */
cbank_status cbi_algorithm_fail(cbank_error *err, cbi_reason reason, const char *object);
/* The same, with words of ours as the detail. */
cbank_status cbi_algorithm_refuse(cbank_error *err, cbi_reason reason, const char *object,
                                  const char *why);
/* Neither OK nor a failure of our own. */
bool cbi_algorithm_accuses(cbank_status status);
/*
 * NO_MEMORY where there is none for the asking: before what must not run out of it. OpenSSL 3.0
 * crashes (BN_CTX_end) where memory ends in the middle of an SM2 signature.
 */
cbank_status cbi_algorithm_require_memory(cbank_error *err);

#endif
