/*
 * Transcripts: as they come; signed by the bank; and logged by it as well, so that only what the
 * entries say is in the way.
 */
#include "fuzz/fuzz.h"
#include "proof/verify.h"

static void verify(cbi_bytes file)
{
    cbi_verify_terms terms = {.recipient = cbi_bytes_of_text(PAPER_RECIPIENT), .at = WORLD_AT};
    cbi_verdict verdict = {0};
    cbank_error err = {0};
    cbank_status status = cbi_verify_transcript(
        file, &(cbi_trust){.directory = fuzz_trusted()}, &terms, &verdict, &err);

    fuzz_require(cbi_verify_verdict(status) != NULL, "every answer is a verdict");
    fuzz_require(status == CBANK_OK || err.status == (int32_t)status, "the reason is the answer's");
    fuzz_require(status == CBANK_OK || (verdict.items == NULL && verdict.shown == 0),
                 "nothing is handed out that is not valid");
    cbi_verdict_clear(&verdict);
}

void fuzz_transcript(cbi_bytes input)
{
    const cbi_private *key = fuzz_story()->world->log_key;
    cbank_buffer file = {0};

    verify(input);
    if (fuzz_sign(input, CBI_TRANSCRIPT_TYPE, &cbank__v1__transcript_head__descriptor, NULL, &key,
                  1, &file))
        verify(cbi_bytes_of_buffer(&file));
    cbank_buffer_clear(&file);
    if (fuzz_log_transcript(input, &file))
        verify(cbi_bytes_of_buffer(&file));
    cbank_buffer_clear(&file);
}
