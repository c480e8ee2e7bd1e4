/* Proofs as text. */
#include "fuzz/fuzz.h"
#include "proof/tlogproof.h"

void fuzz_tlogproof(cbi_bytes input)
{
    cbank_buffer again = {0};
    cbi_tlog_proof proof;

    if (cbi_tlog_proof_decode(input, &proof, NULL) != CBANK_OK)
        return;
    fuzz_require(cbi_tlog_proof_encode(proof.index, proof.path, proof.count, proof.note, &again,
                                       NULL) == CBANK_OK &&
                     cbi_bytes_equal(cbi_bytes_of_buffer(&again), input),
                 "a proof has one form");
    cbank_buffer_clear(&again);
}
