#include "api/face.h"
#include "api/ordering.h"
#include "api/plan.h"
#include "api/verifier.h"
#include "bank/attest.h"
#include "base/text.h"
#include "record/basis.h"

#include "cbank/api/v1/claim.pb-c.h"

/* ---- issuing ----------------------------------------------------------------------------- */

/* `order` is what it lends. */
static cbank_status read_terms(const Cbank__Api__V1__ClaimIssueRequest *asked, cbi_order *order,
                               cbi_attest_terms *out, cbank_error *err)
{
    const Cbank__Api__V1__DisclosureGround *ground = asked->ground;
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
                              .ground = {ground == NULL ? "" : ground->consent,
                                         ground == NULL ? "" : ground->basis, asked->document},
                              .order = order};
    *order = cbi_order_of(asked->order, asked->token, asked->dry_run);
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
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__claim_issue_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(read_terms(asked, &order, &terms, err));
    CBI_TRY(cbi_attest(inner, &terms, &made, err));
    answer.file = cbi_message_data(cbi_bytes_of_buffer(&made.file));
    answer.code = made.code;
    answer.result = made.result;
    answer.required_milli = made.required_milli;
    answer.reached_milli = made.reached_milli;
    answer.unit = made.unit;
    answer.size = made.size;
    answer.expires_at = made.expires_at;
    answer.consent = made.consent;
    answer.basis = cbi_message_string(made.basis);
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_attested_clear(&made);
    if (asked != NULL)
        cbi_order_wipe(asked->order);
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

static void report_refusal(const cbank_error *why, Cbank__Api__V1__ClaimReport *message)
{
    message->reason = cbi_message_string(cbank_reason_name(why->reason));
    message->where = why->where;
    message->detail = cbi_message_string(why->detail);
}

/* The message lends the head. */
static cbank_status report_claim(cbi_hasher *hasher, const cbi_attestation *claim,
                                 Cbank__Api__V1__ClaimReport *message, cbank_error *err)
{
    const cbi_basis *basis = NULL;
    union {
        const Cbank__V1__ClaimHead *lent;
        Cbank__V1__ClaimHead *stated;
    } head = {.lent = claim->head};
    cbank_status status = CBANK_OK;

    message->claim = head.stated;
    message->fresh = claim->fresh;
    message->status_size = claim->status_size;
    message->extended_until = claim->extended_until;
    CBI_TRY(cbi_basis_of_digest(hasher, cbi_message_bytes(claim->head->consent), &basis, err));
    if (basis != NULL)
        message->basis = cbi_message_string(basis->code);
done:
    return status;
}

/* `claim` is NULL where it is not VALID. */
static cbank_status report(const char *word, const cbank_error *why, cbi_hasher *hasher,
                           const cbi_directory *directory, const cbi_attestation *claim,
                           cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__ClaimReport message = CBANK__API__V1__CLAIM_REPORT__INIT;
    char fingerprint[2 * CBI_HASH_SIZE + 1];
    cbank_status status = CBANK_OK;

    cbi_hex_encode(cbi_bytes_of_hash(&directory->fingerprint), fingerprint);
    message.verdict = cbi_message_string(word);
    message.origin = cbi_message_string(directory->origin);
    message.fingerprint = fingerprint;
    if (claim == NULL)
        report_refusal(why, &message);
    else
        CBI_TRY(report_claim(hasher, claim, &message, err));
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    return status;
}

cbank_status cbank_claim_verify(const cbank_verifier *verifier, const uint8_t *request,
                                size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__ClaimVerifyRequest *asked = NULL;
    cbi_attestation claim = {0};
    cbi_hasher *hasher = NULL;
    cbank_error why = {0};
    cbank_status status = CBANK_OK, verified;
    cbi_verify_terms terms;
    cbi_trust trust;
    const char *word;

    CBI_REQUIRE(verifier != NULL && reply != NULL, err);
    trust = cbi_verifier_trust(verifier);
    CBI_TRY(cbi_face_request(&cbank__api__v1__claim_verify_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_hasher_new(trust.directory->suite, &hasher, err));
    terms = (cbi_verify_terms){.recipient = cbi_bytes_of_text(asked->recipient),
                               .any_recipient = asked->any_recipient,
                               .at = asked->at == 0 ? cbi_face_now() : asked->at,
                               .status = cbi_message_bytes(asked->status)};
    terms.kept_status = cbi_verifier_status(verifier, &terms.status_seen);
    verified = cbi_attestation_verify(hasher, cbi_message_bytes(asked->file), trust.directory,
                                      &terms, &claim, &why);
    word = cbi_verify_verdict(verified);
    if (word != NULL)
        CBI_TRY(report(word, &why, hasher, trust.directory, verified == CBANK_OK ? &claim : NULL,
                       reply, err));
    if (verified != CBANK_OK && err != NULL)
        *err = why;
    status = verified;
done:
    cbi_attestation_clear(&claim);
    cbi_hasher_free(hasher);
    cbi_message_free(asked);
    return status;
}
