/* Claims, withdrawals and enrolments: as they come, and as their signers would have signed them. */
#include "fuzz/fuzz.h"

#include "proof/attestation.h"
#include "proof/withdrawal.h"
#include "record/enrolment.h"

static void read_claim(cbi_bytes file)
{
    const cbi_verify_terms terms = {.any_recipient = true, .at = WORLD_AT};
    cbi_attestation claim = {0};

    if (cbi_attestation_verify(fuzz_story()->world->hasher, file, fuzz_trusted(), &terms, &claim,
                               NULL) == CBANK_OK)
        fuzz_require(claim.head->result != 0, "a claim says something");
    cbi_attestation_clear(&claim);
}

static void read_withdrawal(cbi_bytes file)
{
    cbi_withdrawal withdrawal = {0};

    if (cbi_withdrawal_open(file, &withdrawal, NULL) == CBANK_OK)
        fuzz_require(withdrawal.message->publication != NULL, "a withdrawal names an edition");
    cbi_withdrawal_clear(&withdrawal);
}

static void read_enrolment(cbi_bytes bytes)
{
    Cbank__V1__Enrolment *enrolment = NULL;
    Cbank__V1__EnrolmentChange *change = NULL;

    if (cbi_enrolment_parse(bytes, &enrolment, NULL) == CBANK_OK)
        fuzz_require(enrolment->terms != NULL, "an enrolment has terms");
    if (cbi_enrolment_change_parse(bytes, &change, NULL) == CBANK_OK)
        fuzz_require(change->revision >= 2, "a change comes after the first");
    cbi_message_free(enrolment);
    cbi_message_free(change);
}

void fuzz_claim(cbi_bytes input)
{
    const cbi_private *key = fuzz_story()->world->log_key;
    cbank_buffer file = {0};

    read_claim(input);
    read_withdrawal(input);
    read_enrolment(input);
    if (fuzz_sign(input, CBI_CLAIM_TYPE, &cbank__v1__claim_head__descriptor, NULL, &key, 1, &file))
        read_claim(cbi_bytes_of_buffer(&file));
    cbank_buffer_clear(&file);
    if (fuzz_sign(input, CBI_WITHDRAWAL_TYPE, &cbank__v1__publication_withdrawal__descriptor,
                  NULL, &key, 1, &file))
        read_withdrawal(cbi_bytes_of_buffer(&file));
    cbank_buffer_clear(&file);
}
