#include "proof/decision.h"

#include <string.h>

#include "base/time.h"
#include "record/statement.h"

/* The envelope as what it is; pages belong to a recognition only. */
static cbank_status read_envelope(cbi_hasher *hasher, cbi_decision *out, cbank_error *err)
{
    const Cbank__V1__RecognitionEvidence *message = out->message;
    cbi_bytes pages[CBI_RECOGNITION_PAGES_MAX];
    cbi_bytes envelope = cbi_message_bytes(message->envelope);
    cbank_status status = CBANK_OK;
    cbi_envelope form;

    if (message->n_pages > CBI_RECOGNITION_PAGES_MAX)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, message->n_pages, "pages", NULL);
    if (message->n_pages == 0 &&
        cbi_envelope_parse(envelope, CBI_RECOGNITION_CHANGE_TYPE, &form, NULL) == CBANK_OK) {
        CBI_TRY(cbi_recognition_change_read(hasher, envelope, &out->change, err));
        out->id = out->change.id;
        goto done;
    }
    for (size_t i = 0; i < message->n_pages; i++)
        pages[i] = cbi_message_bytes(message->pages[i]);
    CBI_TRY(
        cbi_recognition_read(hasher, envelope, pages, message->n_pages, &out->recognition, err));
    out->id = out->recognition.id;
done:
    return status;
}

/* The receipt as a statement about this very decision. */
static cbank_status read_receipt(const cbi_decision *decision, const char *institution,
                                 cbi_statement *receipt, cbank_error *err)
{
    int kind = decision->change.message != NULL
                   ? CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_RECOGNITION_CHANGE_RECEIVED
                   : CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_RECOGNITION_RECEIVED;
    const Cbank__V1__DecisionReceived *body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_statement_parse(cbi_message_bytes(decision->message->receipt), receipt, err));
    if ((int)receipt->kind->kind != kind)
        CBI_TRY(cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, 0, institution, "receipt"));
    body = receipt->body;
    if (strcmp(body->institution, institution) != 0 ||
        !cbi_bytes_equal(cbi_message_bytes(body->decision), cbi_bytes_of_hash(&decision->id)))
        CBI_TRY(cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, 0, institution, "receipt"));
done:
    return status;
}

cbank_status cbi_decision_check(cbi_hasher *hasher, const cbi_trust *trust,
                                const cbi_transcript *transcript,
                                Cbank__V1__RecognitionEvidence *message, cbi_decision *out,
                                cbank_error *err)
{
    const cbi_envelope *envelope;
    cbi_statement receipt = {0};
    cbank_status status = CBANK_OK;
    const char *origin;
    cbi_receipt where;

    out->message = message;
    CBI_TRY(read_envelope(hasher, out, err));
    if (out->change.message != NULL) {
        envelope = &out->change.envelope;
        origin = out->change.message->origin;
        where.institution = out->change.message->institution;
    } else {
        envelope = &out->recognition.envelope;
        origin = out->recognition.head->origin;
        where.institution = out->recognition.head->institution;
    }
    if (strcmp(origin, transcript->head->origin) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, 0, where.institution, "origin"));
    CBI_TRY(read_receipt(out, where.institution, &receipt, err));
    where = (cbi_receipt){.institution = where.institution,
                          .day = cbi_date_of(receipt.message->at),
                          .statement = message->receipt,
                          .sequence = message->sequence,
                          .previous = message->previous,
                          .index = message->index,
                          .path = message->path,
                          .n_path = message->n_path};
    CBI_TRY(cbi_receipt_check_included(hasher, transcript, &where, err));
    CBI_TRY(cbi_receipt_check_signer(
        trust, &where, ((const Cbank__V1__DecisionReceived *)receipt.body)->public_key, envelope,
        &out->institution, &out->proven, err));
done:
    cbi_statement_clear(&receipt);
    return status;
}

void cbi_decision_clear(cbi_decision *decision)
{
    cbi_recognition_clear(&decision->recognition);
    cbi_recognition_change_clear(&decision->change);
    cbi_message_free(decision->message);
    *decision = (cbi_decision){0};
}
