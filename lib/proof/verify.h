/*
 * verify.h - verifying a transcript offline: the one order of checks; the first failure stops.
 *
 * limits and form -> origin and log key -> body -> terms -> chains -> inclusion -> pinned log ->
 * evidence -> holder -> meaning -> freshness.
 */
#ifndef CBI_PROOF_VERIFY_H
#define CBI_PROOF_VERIFY_H

#include "proof/verdict.h"

typedef struct cbi_verify_terms {
    cbi_bytes recipient; /* who is asking; empty if not stated */
    bool any_recipient;
    int64_t at;
    cbi_bytes pin; /* a signed checkpoint or a transcript seen before; or empty */
    const cbi_hash *consistency;
    size_t consistency_count;
    cbi_bytes status; /* a status file; or empty */
    cbi_bytes kept_status; /* one kept from before, used where none is given and it still says
                              something; or empty */
    uint64_t status_seen;  /* number of the newest that was seen; one that is given is no older */
    cbi_proven require;
} cbi_verify_terms;

/*
 * OK means VALID. The answer is OK, MALFORMED, UNSUPPORTED or a 6xx for a verdict; anything else
 * means that it could not be verified. The verdict is to be cleared whatever the answer; only its
 * `fork` may be read when it is not OK. Lends `file` and what `trust` holds.
 */
cbank_status cbi_verify_transcript(cbi_bytes file, const cbi_trust *trust,
                                   const cbi_verify_terms *terms, cbi_verdict *out,
                                   cbank_error *err);

/* "VALID" for OK, "BROKEN_CHAIN", ...; NULL for what is no verdict. */
const char *cbi_verify_verdict(cbank_status status);

#endif
