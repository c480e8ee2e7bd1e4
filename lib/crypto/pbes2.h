/*
 * pbes2.h - what it costs to open an encrypted key. Private to lib/crypto.
 *
 * How long a passphrase is worked on is written in the key file itself, which could ask for days.
 */
#ifndef CBI_CRYPTO_PBES2_H
#define CBI_CRYPTO_PBES2_H

#include <openssl/x509.h>

#include <stdbool.h>

/* True for PBES2 with scrypt or PBKDF2 in about a second at most. */
bool cbi_pbes2_is_affordable(const X509_SIG *sealed);

#endif
