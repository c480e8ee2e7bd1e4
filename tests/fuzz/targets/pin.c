/* What a verifier has seen before: a note, a transcript, a status file; then hashes of a proof. */
#include "fuzz/fuzz.h"
#include "proof/verify.h"

static cbi_bytes transcript(void)
{
    static cbi_bytes file;

    if (file.size == 0)
        file = paper_make(fuzz_story()->world, &fuzz_story()->friend,
                          &(paper_terms){.disclosed = true});
    return file;
}

void fuzz_pin(cbi_bytes input)
{
    size_t hashes = fuzz_choose(&input, CBI_PROOF_PATH_MAX);
    cbi_hash path[CBI_PROOF_PATH_MAX];
    cbi_verify_terms terms = {.any_recipient = true, .at = WORLD_AT, .consistency = path};
    cbi_verdict verdict = {0};
    cbank_status status;

    while (terms.consistency_count < hashes && input.size >= CBI_HASH_SIZE) {
        cbi_hash_from(cbi_bytes_of(input.data + input.size - CBI_HASH_SIZE, CBI_HASH_SIZE),
                      &path[terms.consistency_count++]);
        input.size -= CBI_HASH_SIZE;
    }
    terms.pin = input;
    status = cbi_verify_transcript(transcript(), &(cbi_trust){.directory = fuzz_trusted()},
                                   &terms, &verdict, NULL);
    fuzz_require(cbi_verify_verdict(status) != NULL || status == CBANK_E_ARGUMENT,
                 "a pin is the caller's");
    cbi_verdict_clear(&verdict);
    terms.pin = cbi_bytes_of(NULL, 0);
    terms.status = input;
    status = cbi_verify_transcript(transcript(), &(cbi_trust){.directory = fuzz_trusted()},
                                   &terms, &verdict, NULL);
    fuzz_require(cbi_verify_verdict(status) != NULL, "a status file decides on freshness");
    cbi_verdict_clear(&verdict);
}
