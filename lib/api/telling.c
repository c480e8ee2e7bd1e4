#include "api/face.h"

#include "api/institution.h"
#include "bank/telling.h"

#include "cbank/api/v1/institution.pb-c.h"

/* What each call is asked, as bytes: the digest of its token. */
static cbi_notice notice_of(const char *code, const char *reason, const char *document,
                            ProtobufCBinaryData token, const uint8_t *request, size_t size)
{
    return (cbi_notice){.code = code,
                        .reason = reason,
                        .document = document,
                        .token = cbi_message_bytes(token),
                        .asked = cbi_bytes_of(request, size),
                        .now = cbi_face_now()};
}

cbank_status cbank_institution_register(cbank_bank *bank, const uint8_t *request,
                                        size_t request_size, cbank_buffer *reply,
                                        cbank_error *err)
{
    Cbank__V1__InstitutionRegistered body = CBANK__V1__INSTITUTION_REGISTERED__INIT;
    Cbank__Api__V1__RegisterRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_notice notice;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__register_request__descriptor, request, request_size,
                             &asked, err));
    CBI_TRY(cbi_face_names(asked->names, asked->n_names, &body.names, err));
    body.institution = asked->institution;
    body.n_names = asked->n_names;
    body.ids = asked->ids;
    body.n_ids = asked->n_ids;
    body.parent = asked->parent;
    notice = notice_of(asked->institution, NULL, NULL, asked->token, request, request_size);
    CBI_TRY(cbi_telling_register(inner, &notice, &body, err));
    CBI_TRY(cbi_institution_reply(inner, asked->institution, reply, err));
done:
    cbi_face_free_names(body.names);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_institution_describe(cbank_bank *bank, const uint8_t *request,
                                        size_t request_size, cbank_buffer *reply,
                                        cbank_error *err)
{
    Cbank__V1__InstitutionDescribed rest = CBANK__V1__INSTITUTION_DESCRIBED__INIT;
    cbi_new_description description = {.rest = &rest};
    Cbank__Api__V1__DescribeRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_notice notice;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__describe_request__descriptor, request, request_size,
                             &asked, err));
    CBI_TRY(cbi_face_names(asked->names, asked->n_names, &description.names, err));
    description.name_count = asked->n_names;
    description.named_from = asked->named_from;
    rest.ids = asked->ids;
    rest.n_ids = asked->n_ids;
    rest.type = asked->type;
    rest.roles = asked->roles;
    rest.n_roles = asked->n_roles;
    rest.parent = asked->parent;
    rest.area = asked->area;
    rest.country = asked->country;
    notice = notice_of(asked->institution, asked->reason, asked->document, asked->token, request,
                       request_size);
    CBI_TRY(cbi_telling_describe(inner, &notice, &description, err));
    CBI_TRY(cbi_institution_reply(inner, asked->institution, reply, err));
done:
    cbi_face_free_names(description.names);
    cbi_message_free(asked);
    return status;
}

/* The document of a grant is the grant's own; the statement repeats it. */
static const char *document_of(const Cbank__Api__V1__GrantRequest *asked)
{
    if (asked->scope != NULL)
        return asked->scope->document;
    if (asked->licence != NULL)
        return asked->licence->document;
    if (asked->delegation != NULL)
        return asked->delegation->document;
    return asked->succession != NULL ? asked->succession->document : "";
}

cbank_status cbank_institution_grant(cbank_bank *bank, const uint8_t *request,
                                     size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__GrantRequest *asked = NULL;
    char code[CBI_INSTITUTION_CODE_MAX + 1];
    cbank_status status = CBANK_OK;
    cbi_new_grant grant;
    cbi_notice notice;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__grant_request__descriptor, request, request_size,
                             &asked, err));
    grant = (cbi_new_grant){asked->scope, asked->licence, asked->delegation, asked->succession};
    notice = notice_of(asked->institution, asked->reason, document_of(asked), asked->token,
                       request, request_size);
    if (asked->file.len == 0) {
        CBI_TRY(cbi_telling_grant(inner, &notice, &grant, err));
        CBI_TRY(cbi_institution_reply(inner, asked->institution, reply, err));
    } else if (asked->institution[0] != '\0' || grant.scope != NULL || grant.licence != NULL ||
               grant.delegation != NULL || grant.succession != NULL) {
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "file", NULL));
    } else {
        CBI_TRY(cbi_telling_take(inner, &notice, cbi_message_bytes(asked->file), code, err));
        CBI_TRY(cbi_institution_reply(inner, code, reply, err));
    }
done:
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_institution_grant_end(cbank_bank *bank, const uint8_t *request,
                                         size_t request_size, cbank_buffer *reply,
                                         cbank_error *err)
{
    Cbank__Api__V1__GrantEndRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_notice notice;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__grant_end_request__descriptor, request,
                             request_size, &asked, err));
    notice = notice_of(asked->institution, asked->reason, asked->document, asked->token, request,
                       request_size);
    CBI_TRY(cbi_telling_end_grant(inner, &notice, asked->granted_index, asked->ended_on, err));
    CBI_TRY(cbi_institution_reply(inner, asked->institution, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_institution_end(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                   cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__InstitutionEndRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_notice notice;
    cbi_new_end end;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__institution_end_request__descriptor, request,
                             request_size, &asked, err));
    end = (cbi_new_end){.ended_on = asked->ended_on,
                        .final_on = asked->final_on,
                        .into = asked->into,
                        .successions = asked->successions,
                        .succession_count = asked->n_successions};
    notice = notice_of(asked->institution, asked->reason, asked->document, asked->token, request,
                       request_size);
    CBI_TRY(cbi_telling_end(inner, &notice, &end, err));
    CBI_TRY(cbi_institution_reply(inner, asked->institution, reply, err));
done:
    cbi_message_free(asked);
    return status;
}
