#include "api/face.h"

#include "api/learnerinfo.h"
#include "api/ordering.h"
#include "api/recognitioninfo.h"

cbank_status cbank_recognition_note(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                    cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RecognitionNoteRequest *asked = NULL;
    cbi_outside_terms terms;
    cbi_recognised noted;
    cbank_status status = CBANK_OK;
    cbi_account account;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__recognition_note_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_errand_check_token(cbi_message_bytes(asked->token), err));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    if (asked->notice == NULL || asked->notice->salt.len > 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "notice", NULL));
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    terms = (cbi_outside_terms){.account = account.digits,
                                .records = asked->records,
                                .record_count = asked->n_records,
                                .scope = asked->scope,
                                .notice = asked->notice,
                                .order = &order};
    CBI_TRY(cbi_outside_note(inner, &terms, &noted, err));
    CBI_TRY(cbi_recognition_info_reply(inner, &noted, reply, err));
done:
    if (asked != NULL)
        cbi_order_wipe(asked->order);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_recognition_settle(cbank_bank *bank, const uint8_t *request,
                                      size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RecognitionSettleRequest *asked = NULL;
    cbi_recognised settled;
    cbank_status status = CBANK_OK;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__recognition_settle_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_errand_check_token(cbi_message_bytes(asked->token), err));
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    CBI_TRY(cbi_outside_settle(inner, cbi_message_bytes(asked->id), asked->action, &order,
                               &settled, err));
    CBI_TRY(cbi_recognition_info_reply(inner, &settled, reply, err));
done:
    if (asked != NULL)
        cbi_order_wipe(asked->order);
    cbi_message_free(asked);
    return status;
}
