#include "api/face.h"

#include <string.h>

#include "api/learnerinfo.h"
#include "api/ordering.h"
#include "bank/documents.h"
#include "base/memory.h"

typedef Cbank__Api__V1__LearnerIdentityRequest identity_request;

#define ACT(name) CBANK__API__V1__IDENTITY_ACT__IDENTITY_ACT_##name

/* What the change lends from. */
typedef struct putting_right {
    cbi_person person; /* canonical names and data */
    Cbank__Api__V1__Person *data;
    cbi_identity document;
    cbi_identity gone;
} putting_right;

static void clear(putting_right *it)
{
    cbi_person_clear(&it->person);
    cbi_vault_free_person(it->data);
    cbi_identity_clear(&it->document);
    cbi_identity_clear(&it->gone);
}

static cbank_status take_data(const identity_request *asked, putting_right *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (asked->person == NULL || asked->person->n_documents > 0 ||
        asked->person->n_student_numbers > 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "person", NULL));
    CBI_TRY(cbi_person_take_data(asked->person, &it->person, err));
    CBI_TRY(cbi_message_parse(&cbank__api__v1__person__descriptor,
                              cbi_bytes_of_buffer(&it->person.bytes), &it->data, err));
done:
    return status;
}

static cbank_status take_document(const identity_request *asked, putting_right *it,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (asked->person == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "person", NULL));
    CBI_TRY(cbi_person_take(asked->person, &it->person, err));
    if (it->person.document_count != 1)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, it->person.document_count, "documents",
                         NULL));
    it->document = it->person.documents[0];
done:
    return status;
}

static cbank_status settle(const identity_request *asked, putting_right *it,
                           cbi_document_change *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    out->assurance = asked->assurance;
    if (out->assurance == CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_UNSPECIFIED)
        out->assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_STATED;
    if (asked->act == ACT(UNSPECIFIED) || (asked->act == ACT(UNBIND) && asked->gone == NULL))
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "act", NULL));
    out->act = (cbi_document_act)asked->act; /* the numbers are the same */
    if (asked->act == ACT(AMEND)) {
        CBI_TRY(take_data(asked, it, err));
        out->stated = it->data;
    } else if (asked->act != ACT(UNBIND)) {
        CBI_TRY(take_document(asked, it, err));
        out->document = &it->document;
    }
    if (asked->gone != NULL) {
        CBI_TRY(cbi_identity_normalise(cbi_message_text(asked->gone->type),
                                       cbi_message_text(asked->gone->number), &it->gone, err));
        out->gone = &it->gone;
    }
done:
    return status;
}

static void wipe(identity_request *asked)
{
    if (asked == NULL)
        return;
    if (asked->person != NULL)
        cbi_vault_wipe_person(asked->person);
    if (asked->gone != NULL && asked->gone->number[0] != '\0')
        cbi_wipe(asked->gone->number, strlen(asked->gone->number));
    cbi_order_wipe(asked->order);
    cbi_message_free(asked);
}

cbank_status cbank_learner_identify(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                    cbank_buffer *reply, cbank_error *err)
{
    cbi_document_change change = {.account = ""};
    putting_right room = {.data = NULL};
    identity_request *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_account account;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__learner_identity_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    change.account = account.digits;
    CBI_TRY(settle(asked, &room, &change, err));
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    CBI_TRY(cbi_documents_change(inner, &change, &order, err));
    CBI_TRY(cbi_learnerinfo_reply(inner, account.digits, true, reply, err));
done:
    clear(&room);
    wipe(asked);
    return status;
}
