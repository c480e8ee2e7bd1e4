/*
 * body.h - the digest that binds the body of an artefact to its signed head.
 *
 * H("cbank/v1/body" | 00 | for each part: its size as u64 | its bytes), so that no part can be
 * changed, dropped, moved, joined or split. An artefact without a body has a digest too.
 */
#ifndef CBI_PROOF_BODY_H
#define CBI_PROOF_BODY_H

#include "crypto/digest.h"
#include "wire/artefact.h"

/* Over all parts, wherever the reader stands; it is not moved. `out_parts` may be NULL. */
cbank_status cbi_body_digest(cbi_hasher *hasher, const cbi_artefact_reader *artefact,
                             cbi_hash *out, uint64_t *out_parts, cbank_error *err);

/*
 * The same piecewise, for whoever writes the parts: begin, each part in order, end. No other use
 * of the hasher between.
 */
cbank_status cbi_body_begin(cbi_hasher *hasher, cbank_error *err);
cbank_status cbi_body_part(cbi_hasher *hasher, cbi_bytes part, cbank_error *err);
cbank_status cbi_body_end(cbi_hasher *hasher, cbi_hash *out, cbank_error *err);

#endif
