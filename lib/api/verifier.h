/* verifier.h - what a verifier handle holds, for the calls that verify. */
#ifndef CBI_API_VERIFIER_H
#define CBI_API_VERIFIER_H

#include "proof/evidence.h"

/* Lent for as long as the handle is open. */
cbi_trust cbi_verifier_trust(const cbank_verifier *verifier);
/* The status file of its trust store, empty if there is none, and its number. */
cbi_bytes cbi_verifier_status(const cbank_verifier *verifier, uint64_t *number);

#endif
