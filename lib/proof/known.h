/*
 * known.h - good signatures that a verifier has met: of checkpoints and of the heads of batches,
 * which come again with transcript after transcript.
 *
 * Kept is a digest of key, message and signature, and only of what was found good; so what is known
 * is what would be found good again. A fixed 128 KiB: a newer one takes the place of an older. The
 * keys themselves are kept ready. Any number of threads.
 */
#ifndef CBI_PROOF_KNOWN_H
#define CBI_PROOF_KNOWN_H

#include "crypto/keyring.h"

typedef struct cbi_known cbi_known;

cbank_status cbi_known_new(cbi_suite suite, cbi_known **out, cbank_error *err);
/* NULL is a no-op. */
void cbi_known_free(cbi_known *known);

/* As cbi_verify, which it asks about what it does not know. NULL knows nothing. */
cbank_status cbi_known_verify(cbi_known *known, const cbi_public *key, cbi_bytes message,
                              cbi_bytes signature, cbank_error *err);

/* The same of what comes once and is not kept, by a key that comes again. */
cbank_status cbi_known_verify_once(cbi_known *known, const cbi_public *key, cbi_bytes message,
                                   cbi_bytes signature, cbank_error *err);

#endif
