/*
 * pin.h - the log of a transcript against the logs of this bank that the verifier has seen before.
 *
 * A pin is a signed checkpoint, or another transcript. The directory is one too, where it happens
 * to speak of the same size, or where a consistency proof comes without another pin.
 */
#ifndef CBI_PROOF_PIN_H
#define CBI_PROOF_PIN_H

#include "proof/verify.h"

/*
 * `own_note` is the transcript's checkpoint. Fills `consistency`; FORK with both notes in `fork`
 * if the logs cannot be one. ARGUMENT for a pin that is none of this bank's: that is the caller's
 * mistake and says nothing about the transcript.
 */
cbank_status cbi_pin_check(cbi_hasher *hasher, const cbi_directory *directory,
                           const cbi_verify_terms *terms, cbi_bytes own_note,
                           cbi_verdict *verdict, cbank_error *err);

#endif
