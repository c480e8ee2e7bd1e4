/*
 * suite.h - the two suites.
 *
 * The suite comes from what the caller trusts (a bank, a pinned directory, a key file), never from
 * the file that is being checked.
 */
#ifndef CBI_CRYPTO_SUITE_H
#define CBI_CRYPTO_SUITE_H

#include "base/bytes.h"

/* The same numbers as cbank.v1.Suite. */
typedef enum cbi_suite {
    CBI_SUITE_SHA256_ED25519 = 1,
    CBI_SUITE_SM3_SM2 = 2,
} cbi_suite;

bool cbi_suite_is_known(int suite);
/* UNSUPPORTED for a number that is not known. */
cbank_status cbi_suite_require(int suite, cbank_error *err);

/* "sha256-ed25519" or "sm3-sm2"; "" for a number that is not known. */
const char *cbi_suite_name(cbi_suite suite);
bool cbi_suite_from_name(cbi_bytes name, cbi_suite *out);

/* Size of a public key as stored and shipped: 32 (Ed25519) or 65 (SM2: 04 | x | y), else 0. */
size_t cbi_suite_public_size(cbi_suite suite);

#endif
