#include "api/recognitioninfo.h"

#include "api/face.h"
#include "bank/errand.h"
#include "bank/recognise.h"
#include "bank/warrant.h"
#include "base/memory.h"
#include "base/text.h"
#include "proof/granting.h"

typedef Cbank__Api__V1__RecognitionSignRequest sign_request;

/* ---- signing ------------------------------------------------------------------------------ */

static cbank_status take_rulings(const sign_request *asked, cbi_ruling_on_grant **out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_face_check_list("rulings", asked->n_rulings, CBI_RECOGNITION_ROWS_MAX, err));
    CBI_TRY(cbi_alloc(asked->n_rulings, sizeof(**out), out, err));
    for (size_t i = 0; i < asked->n_rulings; i++) {
        const Cbank__Api__V1__RecognitionRuling *ruling = asked->rulings[i];

        (*out)[i] = (cbi_ruling_on_grant){.application = ruling->application,
                                          .grant = ruling->grant,
                                          .milli = ruling->less == NULL ? 0 : ruling->less->milli,
                                          .reason = ruling->reason,
                                          .document = ruling->document};
    }
done:
    return status;
}

/* Salt, time, and what follows from the rest. `number` holds what is made of the plan's digest. */
static cbank_status complete_head(Cbank__V1__RecognitionHead *head,
                                  const cbi_recognition_rows *rows, uint8_t salt[CBI_SALT_SIZE],
                                  char number[32], Cbank__V1__Decision *decision, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_random(salt, CBI_SALT_SIZE, err));
    head->salt = cbi_message_data(cbi_bytes_of(salt, CBI_SALT_SIZE));
    if (head->at == 0)
        head->at = cbi_face_now();
    cbank__v1__decision__init(decision);
    if (head->decision != NULL)
        *decision = *head->decision;
    head->decision = decision;
    if (decision->outcome == CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_UNSPECIFIED)
        decision->outcome =
            rows->grant_count == 0     ? CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_NONE
            : rows->refusal_count == 0 ? CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_FULL
                                       : CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_PARTIAL;
    if (head->number[0] == '\0' && head->plan_digest.len > 0) {
        cbi_hex_encode(cbi_bytes_of(head->plan_digest.data, 10), number);
        head->number = number;
    }
done:
    return status;
}

static cbank_status reply_file(const cbank_buffer *file, cbi_suite suite, cbank_buffer *reply,
                               cbank_error *err)
{
    Cbank__Api__V1__RecognitionFileReply message = CBANK__API__V1__RECOGNITION_FILE_REPLY__INIT;
    cbi_recognition made = {0};
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(suite, &hasher, err));
    CBI_TRY(cbi_recognition_open(hasher, cbi_bytes_of_buffer(file), &made, err));
    message.file = cbi_message_data(cbi_bytes_of_buffer(file));
    message.id = cbi_message_data(cbi_bytes_of_hash(&made.id));
    message.number = made.head->number;
    message.granted = made.head->grants;
    message.refused = made.head->refusals;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_recognition_clear(&made);
    cbi_hasher_free(hasher);
    return status;
}

/* The rows that the request states itself. */
static cbi_recognition_rows stated_rows(const sign_request *asked)
{
    return (cbi_recognition_rows){.sources = asked->sources,
                                  .source_count = asked->n_sources,
                                  .grants = asked->grants,
                                  .grant_count = asked->n_grants,
                                  .refusals = asked->refusals,
                                  .refusal_count = asked->n_refusals,
                                  .findings = asked->findings,
                                  .finding_count = asked->n_findings,
                                  .evidence = asked->evidence,
                                  .evidence_count = asked->n_evidence};
}

/*
 * Fills, signs, appends the file. With a bank what the programme says is taken from it: `page`
 * holds it until the head has been packed.
 */
static cbank_status sign_file(const sign_request *asked, const cbi_private *key, cbi_bank *bank,
                              cbank_buffer *file, cbank_error *err)
{
    cbi_suite suite = cbi_private_public(key)->suite;
    Cbank__V1__RecognitionHead head;
    Cbank__V1__ProgrammePage *page = NULL;
    Cbank__V1__Decision decision;
    cbi_ruling_on_grant *rulings = NULL;
    cbi_recognition_rows rows = stated_rows(asked);
    cbi_granting granting = {0};
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;
    uint8_t salt[CBI_SALT_SIZE];
    char number[32];

    if (asked->head == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "head", NULL));
    head = *asked->head;
    if (cbi_message_text(head.unit).size == 0)
        head.unit = cbi_message_string("credit");
    if (asked->plan.len > 0) {
        CBI_TRY(cbi_hasher_new(suite, &hasher, err));
        CBI_TRY(take_rulings(asked, &rulings, err));
        CBI_TRY(cbi_granting_make(hasher, cbi_message_bytes(asked->plan), rulings, asked->n_rulings,
                                  &rows, &head, &granting, err));
        rows = granting.rows;
    }
    if (bank != NULL)
        CBI_TRY(cbi_warrant_fill(bank, &head, &page, err));
    for (size_t i = 0; i < rows.grant_count; i++) {
        if (rows.grants[i]->application > 0 && rows.grants[i]->amount != NULL)
            rows.grants[i]->amount->unit = head.unit;
    }
    CBI_TRY(complete_head(&head, &rows, salt, number, &decision, err));
    CBI_TRY(cbi_recognition_make(&head, &rows, key, file, err));
done:
    cbi_message_free(page);
    cbi_granting_clear(&granting);
    cbi_free(rulings);
    cbi_hasher_free(hasher);
    return status;
}

cbank_status cbank_recognition_sign(const cbank_key *key, const uint8_t *request,
                                    size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    sign_request *asked = NULL;
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__recognition_sign_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(sign_file(asked, key->inner, NULL, &file, err));
    CBI_TRY(reply_file(&file, cbi_private_public(key->inner)->suite, reply, err));
done:
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_recognition_change(const cbank_key *key, const uint8_t *request,
                                      size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RecognitionFileReply message = CBANK__API__V1__RECOGNITION_FILE_REPLY__INIT;
    Cbank__V1__RecognitionChange change = CBANK__V1__RECOGNITION_CHANGE__INIT;
    Cbank__Api__V1__RecognitionChangeRequest *asked = NULL;
    Cbank__V1__Code reason;
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;
    uint8_t salt[CBI_SALT_SIZE];

    CBI_REQUIRE(key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__recognition_change_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_errand_check_reason(asked->reason, err));
    CBI_TRY(cbi_random(salt, sizeof(salt), err));
    change.salt = cbi_message_data(cbi_bytes_of(salt, sizeof(salt)));
    change.institution = asked->institution;
    change.origin = asked->origin;
    change.recognition = asked->recognition;
    change.action = asked->action;
    if (cbi_errand_reason(asked->reason, &reason) != NULL)
        change.reason = &reason;
    change.document = asked->document;
    change.at = cbi_face_now();
    CBI_TRY(cbi_recognition_change_make(&change, key->inner, &file, err));
    message.file = cbi_message_data(cbi_bytes_of_buffer(&file));
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}

/* ---- signing and entering ------------------------------------------------------------------ */

cbank_status cbank_plan_recognise(cbank_bank *bank, const cbank_key *key, const uint8_t *request,
                                  size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    sign_request *asked = NULL;
    cbi_recognised entered;
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__recognition_sign_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(sign_file(asked, key->inner, inner, &file, err));
    CBI_TRY(cbi_recognise_enter(inner, cbi_bytes_of_buffer(&file), (cbi_bytes){0}, cbi_face_now(),
                                asked->dry_run, &entered, err));
    CBI_TRY(cbi_recognition_info_reply(inner, &entered, reply, err));
done:
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}
