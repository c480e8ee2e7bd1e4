#include "api/face.h"
#include "api/plan.h"
#include "api/verifier.h"
#include "bank/attest.h"
#include "base/text.h"
#include "proof/verify.h"

#include "cbank/api/v1/claim.pb-c.h"

/* ---- issuing ----------------------------------------------------------------------------- */

static cbank_status read_terms(const Cbank__Api__V1__ClaimIssueRequest *asked,
                               cbi_attest_terms *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (asked->question == NULL)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "question", NULL);
    *out = (cbi_attest_terms){.recipient = asked->recipient,
                              .purpose = asked->purpose,
                              .institution = asked->institution,
                              .document = asked->document,
                              .now = cbi_face_now(),
                              .expires_at = asked->expires_at,
                              .show_name = asked->show_name,
                              .show_birth = asked->show_birth,
                              .dry_run = asked->dry_run,
                              .token = cbi_message_bytes(asked->token)};
    CBI_TRY(cbi_face_check_text("account", asked->question->account, err));
    CBI_TRY(cbi_plan_question(asked->question, &out->planning, err));
done:
    return status;
}

cbank_status cbank_claim_issue(cbank_bank *bank, const uint8_t *request, size_t request_size,
                               cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__ClaimIssueReply answer = CBANK__API__V1__CLAIM_ISSUE_REPLY__INIT;
    Cbank__Api__V1__ClaimIssueRequest *asked = NULL;
    cbi_attested made = {0};
    cbank_status status = CBANK_OK;
    cbi_attest_terms terms;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__claim_issue_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(read_terms(asked, &terms, err));
    CBI_TRY(cbi_attest(inner, &terms, &made, err));
    answer.file = cbi_message_data(cbi_bytes_of_buffer(&made.file));
    answer.code = made.code;
    answer.result = made.result;
    answer.required_milli = made.required_milli;
    answer.reached_milli = made.reached_milli;
    answer.unit = made.unit;
    answer.size = made.size;
    answer.expires_at = made.expires_at;
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_attested_clear(&made);
    cbi_message_free(asked);
    return status;
}

/* ---- withdrawing ------------------------------------------------------------------------- */

cbank_status cbank_claim_withdraw(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                  cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__ClaimWithdrawReply answer = CBANK__API__V1__CLAIM_WITHDRAW_REPLY__INIT;
    Cbank__Api__V1__ClaimWithdrawRequest *asked = NULL;
    cbi_attest_end end;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;
    cbi_hash id;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__claim_withdraw_request__descriptor, request,
                             request_size, &asked, err));
    end = (cbi_attest_end){.account = asked->account,
                           .file = cbi_message_bytes(asked->file),
                           .id = cbi_message_bytes(asked->id),
                           .reason = asked->reason,
                           .document = asked->document,
                           .now = cbi_face_now(),
                           .dry_run = asked->dry_run,
                           .token = cbi_message_bytes(asked->token)};
    CBI_TRY(cbi_attest_withdraw(inner, &end, &id, &answer.index, err));
    answer.id = cbi_message_data(cbi_bytes_of_hash(&id));
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

/* ---- verifying --------------------------------------------------------------------------- */

/* `claim` is NULL where it is not VALID. */
static cbank_status report(const char *word, const cbank_error *why,
                           const cbi_directory *directory, const Cbank__V1__ClaimHead *claim,
                           cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__ClaimReport message = CBANK__API__V1__CLAIM_REPORT__INIT;
    char fingerprint[2 * CBI_HASH_SIZE + 1];
    union {
        const Cbank__V1__ClaimHead *lent;
        Cbank__V1__ClaimHead *stated;
    } head = {.lent = claim};

    cbi_hex_encode(cbi_bytes_of_hash(&directory->fingerprint), fingerprint);
    message.verdict = cbi_message_string(word);
    message.origin = cbi_message_string(directory->origin);
    message.fingerprint = fingerprint;
    message.claim = head.stated;
    if (claim == NULL) {
        message.reason = cbi_message_string(cbank_reason_name(why->reason));
        message.where = why->where;
        message.detail = cbi_message_string(why->detail);
    }
    return cbi_face_reply(&message, reply, err);
}

cbank_status cbank_claim_verify(const cbank_verifier *verifier, const uint8_t *request,
                                size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__ClaimVerifyRequest *asked = NULL;
    cbi_attestation attestation = {0};
    cbi_hasher *hasher = NULL;
    cbank_error why = {0};
    cbank_status status = CBANK_OK, verified;
    cbi_attestation_terms terms;
    cbi_trust trust;
    const char *word;

    CBI_REQUIRE(verifier != NULL && reply != NULL, err);
    trust = cbi_verifier_trust(verifier);
    CBI_TRY(cbi_face_request(&cbank__api__v1__claim_verify_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_hasher_new(trust.directory->suite, &hasher, err));
    terms = (cbi_attestation_terms){.recipient = cbi_bytes_of_text(asked->recipient),
                                    .any_recipient = asked->any_recipient,
                                    .at = asked->at == 0 ? cbi_face_now() : asked->at};
    verified = cbi_attestation_verify(hasher, cbi_message_bytes(asked->file), trust.directory,
                                      &terms, &attestation, &why);
    word = cbi_verify_verdict(verified);
    if (word != NULL)
        CBI_TRY(report(word, &why, trust.directory, verified == CBANK_OK ? attestation.head : NULL,
                       reply, err));
    if (verified != CBANK_OK && err != NULL)
        *err = why;
    status = verified;
done:
    cbi_attestation_clear(&attestation);
    cbi_hasher_free(hasher);
    cbi_message_free(asked);
    return status;
}
