/*
 * keyring.h - the few public keys under which many signatures are checked, made ready once.
 *
 * To make an SM2 key ready costs a tenth of a check. Holds some keys, the newest in the place of
 * the oldest; any number of threads.
 */
#ifndef CBI_CRYPTO_KEYRING_H
#define CBI_CRYPTO_KEYRING_H

#include "crypto/key.h"

typedef struct cbi_keyring cbi_keyring;

cbank_status cbi_keyring_new(cbi_keyring **out, cbank_error *err);
/* NULL is a no-op. */
void cbi_keyring_free(cbi_keyring *ring);

/* As cbi_verify. NULL keeps no key. */
cbank_status cbi_keyring_verify(cbi_keyring *ring, const cbi_public *key, cbi_bytes message,
                                cbi_bytes signature, cbank_error *err);

#endif
