#include "api/amounts.h"
#include "api/face.h"
#include "api/glance.h"
#include "api/ordering.h"
#include "api/report.h"
#include "api/verifier.h"
#include "bank/disclosure.h"
#include "proof/verify.h"
#include "record/account.h"

#include "cbank/api/v1/transcript.pb-c.h"

typedef Cbank__Api__V1__TranscriptIssueRequest issue_request;
typedef Cbank__Api__V1__TranscriptVerifyRequest verify_request;

/* ---- issuing -------------------------------------------------------------------------------- */

/* As people write account numbers; one that cannot be is nobody's. */
static cbank_status read_account(const char *typed, cbi_account *out, cbank_error *err)
{
    cbank_status status = cbi_account_parse(cbi_bytes_of_text(typed), out, err);

    return status == CBANK_E_INVALID ? cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, NULL, NULL)
                                     : status;
}

/* `order` is what it lends. */
static cbi_disclosure_terms issue_terms(const issue_request *request, const cbi_account *account,
                                        cbi_order *order)
{
    const Cbank__Api__V1__DisclosureGround *ground = request->ground;

    *order = cbi_order_of(request->order, (ProtobufCBinaryData){0}, request->dry_run);
    return (cbi_disclosure_terms){
        .ground = {ground == NULL ? "" : ground->consent, ground == NULL ? "" : ground->basis,
                   order->document},
        .order = order,
        .dry_run = request->dry_run,
        .account = account->digits,
        .recipient = request->recipient,
        .purpose = request->purpose,
        .now = cbi_face_now(),
        .expires_at = request->expires_at,
        .only = request->only,
        .only_count = request->n_only,
        .show_name = request->show_name,
        .show_number = request->show_number,
        .show_birth = request->show_birth,
        .evidence =
            request->evidence != CBANK__API__V1__EVIDENCE_LEVEL__EVIDENCE_LEVEL_COMPACT};
}

static cbank_status reply_issued(const cbi_disclosure *disclosure, cbank_buffer *reply,
                                 cbank_error *err)
{
    Cbank__Api__V1__TranscriptIssueReply message = CBANK__API__V1__TRANSCRIPT_ISSUE_REPLY__INIT;
    cbi_amounts amounts;

    cbi_amounts_of(&disclosure->totals, &amounts);
    message.file = cbi_message_data(cbi_bytes_of_buffer(&disclosure->file));
    message.code = cbi_message_string(disclosure->code.text);
    message.items = disclosure->items;
    message.shown = disclosure->shown;
    message.totals = amounts.list;
    message.n_totals = amounts.count;
    message.size = disclosure->size;
    message.root = cbi_message_data(cbi_bytes_of_hash(&disclosure->root));
    message.expires_at = disclosure->expires_at;
    message.consent = cbi_message_string(disclosure->consent);
    message.basis = cbi_message_string(disclosure->basis);
    return cbi_face_reply(&message, reply, err);
}

cbank_status cbank_transcript_issue(cbank_bank *handle, const uint8_t *bytes, size_t size,
                                    cbank_buffer *reply, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bank *bank = NULL;
    issue_request *request = NULL;
    cbi_disclosure_terms terms;
    cbi_account account;
    cbi_disclosure disclosure = {0};
    cbi_order order;

    CBI_REQUIRE(handle != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(handle, &bank, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__transcript_issue_request__descriptor, bytes, size,
                             &request, err));
    CBI_TRY(cbi_face_check_list("only", request->n_only, CBI_TRANSCRIPT_SHOWN_MAX, err));
    CBI_TRY(read_account(request->account, &account, err));
    terms = issue_terms(request, &account, &order);
    CBI_TRY(cbi_disclosure_issue(bank, &terms, &disclosure, err));
    CBI_TRY(reply_issued(&disclosure, reply, err));
done:
    cbi_disclosure_clear(&disclosure);
    if (request != NULL)
        cbi_order_wipe(request->order);
    cbi_message_free(request);
    return status;
}

/* ---- verifying ------------------------------------------------------------------------------ */

static cbank_status verify_terms(const verify_request *request, cbi_hash path[CBI_CONSISTENCY_MAX],
                                 cbi_verify_terms *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_face_check_list("consistency", request->n_consistency, CBI_CONSISTENCY_MAX, err));
    for (size_t i = 0; i < request->n_consistency; i++) {
        if (!cbi_hash_from(cbi_message_bytes(request->consistency[i]), &path[i]))
            CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, i, "consistency", NULL));
    }
    *out = (cbi_verify_terms){.recipient = cbi_message_text(request->recipient),
                              .any_recipient = request->any_recipient,
                              .at = request->at != 0 ? request->at : cbi_face_now(),
                              .pin = cbi_message_bytes(request->pin),
                              .consistency = path,
                              .consistency_count = request->n_consistency,
                              .status = cbi_message_bytes(request->status),
                              .require = (cbi_proven)request->require};
done:
    return status;
}

/* The report of a verification; what is no verdict leaves the reply as it was. */
static cbank_status report(cbank_status verified, const cbank_error *why,
                           const cbi_directory *directory, const cbi_verdict *verdict,
                           cbank_buffer *reply, cbank_error *err)
{
    const char *word = cbi_verify_verdict(verified);
    cbank_status status = CBANK_OK;

    if (verified == CBANK_OK)
        return cbi_report_content(word, directory, verdict, reply, err);
    if (word != NULL)
        CBI_TRY(cbi_report_refusal(word, why, directory, verdict, reply, err));
    if (err != NULL)
        *err = *why;
    status = verified;
done:
    return status;
}

cbank_status cbank_transcript_verify(const cbank_verifier *verifier, const uint8_t *bytes,
                                     size_t size, cbank_buffer *reply, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    verify_request *request = NULL;
    cbi_hash path[CBI_CONSISTENCY_MAX];
    cbi_verdict verdict = {0};
    cbank_error why = {0};
    cbi_verify_terms terms;
    cbi_trust trust;

    CBI_REQUIRE(verifier != NULL && reply != NULL, err);
    trust = cbi_verifier_trust(verifier);
    CBI_TRY(cbi_face_request(&cbank__api__v1__transcript_verify_request__descriptor, bytes, size,
                             &request, err));
    CBI_TRY(verify_terms(request, path, &terms, err));
    terms.kept_status = cbi_verifier_status(verifier, &terms.status_seen);
    status = cbi_verify_transcript(cbi_message_bytes(request->file), &trust, &terms, &verdict,
                                   &why);
    CBI_TRY(report(status, &why, trust.directory, &verdict, reply, err));
done:
    cbi_verdict_clear(&verdict);
    cbi_message_free(request);
    return status;
}

/* ---- showing -------------------------------------------------------------------------------- */

cbank_status cbank_transcript_show(const uint8_t *bytes, size_t size, cbank_buffer *reply,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;
    Cbank__Api__V1__TranscriptShowRequest *request = NULL;
    cbi_verdict verdict = {0};

    CBI_REQUIRE(reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__transcript_show_request__descriptor, bytes, size,
                             &request, err));
    CBI_TRY(cbi_glance_read(cbi_message_bytes(request->file), &verdict, err));
    CBI_TRY(cbi_report_content("UNVERIFIED", NULL, &verdict, reply, err));
done:
    cbi_verdict_clear(&verdict);
    cbi_message_free(request);
    return status;
}
