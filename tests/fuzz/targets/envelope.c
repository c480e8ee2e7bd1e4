/* DSSE envelopes of every type. */
#include "fuzz/fuzz.h"

static const char *const types[] = {CBI_BATCH_TYPE, CBI_REQUEST_TYPE, CBI_DIRECTORY_TYPE,
                                    CBI_STATUS_TYPE, CBI_TRANSCRIPT_TYPE};

void fuzz_envelope(cbi_bytes input)
{
    const cbi_public *key = cbi_private_public(fuzz_story()->world->root_key);
    unsigned accepted = 0;
    cbi_envelope envelope;

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (cbi_envelope_parse(input, types[i], &envelope, NULL) != CBANK_OK)
            continue;
        accepted++;
        if (cbi_envelope_verify(&envelope, key, NULL) == CBANK_OK)
            fuzz_require(envelope.signature_count == 1, "one key makes one signature");
    }
    fuzz_require(accepted <= 1, "an envelope is of one type");
}
