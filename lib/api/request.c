#include "api/face.h"

#include "base/text.h"
#include "proof/checkpoint.h"
#include "proof/request.h"
#include "record/code.h"
#include "record/field.h"
#include "record/institution.h"
#include "record/organisation.h"

#include "cbank/api/v1/institution.pb-c.h"

static cbank_status reply_request(const cbank_buffer *file, const char *code,
                                  const cbi_private *key, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RequestReply message = CBANK__API__V1__REQUEST_REPLY__INIT;
    char fingerprint[2 * CBI_HASH_SIZE + 1];
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    CBI_TRY(cbi_public_fingerprint(cbi_private_public(key), &digest, err));
    cbi_hex_encode(cbi_bytes_of_hash(&digest), fingerprint);
    message.file = cbi_message_data(cbi_bytes_of_buffer(file));
    message.institution = cbi_message_string(code);
    message.fingerprint = fingerprint;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    return status;
}

/* What any bank would refuse is refused before it is signed. */
static cbank_status check_head(const Cbank__V1__RequestHead *head, cbank_error *err)
{
    if (!cbi_origin_is_valid(cbi_message_text(head->origin)))
        return cbi_fail(err, CBI_REASON_BANK_ORIGIN, 0, head->origin, NULL);
    if (!cbi_institution_code_is_valid(cbi_message_text(head->institution)))
        return cbi_fail(err, CBI_REASON_INSTITUTION_FIELD, 0, "institution", NULL);
    return CBANK_OK;
}

cbank_status cbank_institution_request(const cbank_key *key, const uint8_t *request,
                                       size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__V1__RequestHead head = CBANK__V1__REQUEST_HEAD__INIT;
    Cbank__Api__V1__JoinRequest *asked = NULL;
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__join_request__descriptor, request, request_size,
                             &asked, err));
    CBI_TRY(cbi_face_names(asked->names, asked->n_names, &head.names, err));
    head.n_names = asked->n_names;
    head.origin = asked->origin;
    head.institution = asked->institution;
    head.ids = asked->ids;
    head.n_ids = asked->n_ids;
    head.at = cbi_face_now();
    CBI_TRY(check_head(&head, err));
    CBI_TRY(cbi_field_names("names", head.names, head.n_names, err));
    CBI_TRY(cbi_organisation_ids_check(head.ids, head.n_ids, err));
    CBI_TRY(cbi_request_make(&head, NULL, key->inner, &file, err));
    CBI_TRY(reply_request(&file, asked->institution, key->inner, reply, err));
done:
    cbi_face_free_names(head.names);
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_institution_delegation(const cbank_key *key, const uint8_t *request,
                                          size_t request_size, cbank_buffer *reply,
                                          cbank_error *err)
{
    Cbank__V1__RequestHead head = CBANK__V1__REQUEST_HEAD__INIT;
    Cbank__Api__V1__DelegationRequest *asked = NULL;
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__delegation_request__descriptor, request,
                             request_size, &asked, err));
    head.origin = asked->origin;
    head.institution = asked->institution;
    head.at = cbi_face_now();
    head.delegation = asked->delegation;
    head.succession = asked->succession;
    CBI_TRY(check_head(&head, err));
    if ((head.delegation == NULL) == (head.succession == NULL))
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "delegation", NULL));
    if (head.delegation != NULL)
        CBI_TRY(cbi_institution_check_delegation(head.institution, head.delegation, err));
    if (head.succession != NULL)
        CBI_TRY(cbi_institution_check_succession(head.institution, head.succession, err));
    CBI_TRY(cbi_request_make(&head, NULL, key->inner, &file, err));
    CBI_TRY(reply_request(&file, asked->institution, key->inner, reply, err));
done:
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_institution_rotation(const cbank_key *earlier, const cbank_key *next,
                                        const uint8_t *request, size_t request_size,
                                        cbank_buffer *reply, cbank_error *err)
{
    Cbank__V1__RequestHead head = CBANK__V1__REQUEST_HEAD__INIT;
    Cbank__Api__V1__RotationRequest *asked = NULL;
    const cbi_public *old_key, *new_key;
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(earlier != NULL && next != NULL && reply != NULL, err);
    old_key = cbi_private_public(earlier->inner);
    new_key = cbi_private_public(next->inner);
    CBI_TRY(cbi_face_request(&cbank__api__v1__rotation_request__descriptor, request, request_size,
                             &asked, err));
    head.origin = asked->origin;
    head.institution = asked->institution;
    head.at = cbi_face_now();
    CBI_TRY(check_head(&head, err));
    if (old_key->suite != new_key->suite || cbi_public_equal(old_key, new_key))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_FIELD, 0, "public_key", NULL));
    CBI_TRY(cbi_request_make(&head, earlier->inner, next->inner, &file, err));
    CBI_TRY(reply_request(&file, asked->institution, next->inner, reply, err));
done:
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}
