#include "proof/request.h"

#include "proof/assembly.h"
#include "proof/checkpoint.h"
#include "proof/file.h"
#include "record/code.h"
#include "record/field.h"
#include "record/institution.h"

#define ACT(name) CBANK__V1__REQUEST_ACT__REQUEST_ACT_##name

cbank_status cbi_request_make(Cbank__V1__RequestHead *head, const cbi_private *earlier,
                              const cbi_private *key, cbank_buffer *file, cbank_error *err)
{
    const cbi_private *keys[2] = {earlier, key};
    const cbi_public *public_key = cbi_private_public(key);
    size_t first = earlier == NULL ? 1 : 0;
    cbi_assembly assembly = {0};
    cbank_status status = CBANK_OK;

    head->version = head->delegation != NULL || head->succession != NULL ? 2 : 1;
    head->act = head->delegation != NULL   ? ACT(DELEGATE)
                : head->succession != NULL ? ACT(SUCCEED)
                : earlier == NULL          ? ACT(ADMIT)
                                           : ACT(ROTATE);
    head->suite = (Cbank__V1__Suite)public_key->suite;
    head->public_key = cbi_message_data(cbi_public_bytes(public_key));
    CBI_TRY(cbi_assembly_begin(public_key->suite, &assembly, err));
    CBI_TRY(cbi_assembly_finish(&assembly, CBI_REQUEST_TYPE, head, keys + first, 2 - first, file,
                                err));
done:
    cbi_assembly_clear(&assembly);
    return status;
}

/* Version 2 is there to hand on exactly one thing, which is itself in good form. */
static cbank_status check_handed_on(const Cbank__V1__RequestHead *head, cbank_error *err)
{
    bool delegates = head->act == ACT(DELEGATE), succeeds = head->act == ACT(SUCCEED);
    cbank_status status = CBANK_OK;

    if ((head->version == 2) != (delegates || succeeds) ||
        delegates != (head->delegation != NULL) || succeeds != (head->succession != NULL))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, head->version, "act", NULL);
    if (delegates)
        status = cbi_institution_check_delegation(head->institution, head->delegation, err);
    if (succeeds)
        status = cbi_institution_check_succession(head->institution, head->succession, err);
    if (status == CBANK_OK && ((delegates && head->delegation->request.len > 0) ||
                               (succeeds && head->succession->request.len > 0)))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "request", NULL);
    return cbi_field_refuse_signed(status, err);
}

static cbank_status check_head(const Cbank__V1__RequestHead *head, cbi_suite suite,
                               cbank_error *err)
{
    if (head->version != 1 && head->version != 2)
        return cbi_fail(err, CBI_REASON_FILE_VERSION, head->version, "request", NULL);
    if (head->act == CBANK__V1__REQUEST_ACT__REQUEST_ACT_UNSPECIFIED)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "act", NULL);
    if (!cbi_origin_is_valid(cbi_message_text(head->origin)))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "origin", NULL);
    if (!cbi_institution_code_is_valid(cbi_message_text(head->institution)))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "institution", NULL);
    if ((int)head->suite != (int)suite)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "suite", NULL);
    if (head->act == ACT(ADMIT) && head->n_names == 0)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "names", NULL);
    if (head->at <= 0)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "at", NULL);
    return check_handed_on(head, err);
}

cbank_status cbi_request_parse(cbi_suite suite, cbi_bytes envelope, cbi_request *out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;

    out->bytes = envelope;
    CBI_TRY(cbi_envelope_parse(envelope, CBI_REQUEST_TYPE, &out->envelope, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__request_head__descriptor, out->envelope.payload,
                              &out->head, err));
    CBI_TRY(check_head(out->head, suite, err));
    CBI_TRY(cbi_public_parse(suite, cbi_message_bytes(out->head->public_key), &out->key, err));
done:
    if (status != CBANK_OK)
        cbi_request_clear(out);
    return status;
}

cbank_status cbi_request_open(cbi_suite suite, cbi_bytes file, cbi_request *out, cbank_error *err)
{
    cbi_file container = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_artefact_open(file, &container.parts, err));
    CBI_TRY(cbi_file_end(&container, err));
    CBI_TRY(cbi_request_parse(suite, container.parts.envelope, out, err));
done:
    return status;
}

bool cbi_request_hands_on(const cbi_request *request)
{
    return request->head->version == 2;
}

cbank_status cbi_request_verify(const cbi_request *request, const cbi_public *earlier,
                                cbank_error *err)
{
    const cbi_public *keys[2] = {earlier, &request->key};
    bool rotates = request->head->act == ACT(ROTATE);

    if (rotates != (earlier != NULL))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "act", NULL);
    return rotates ? cbi_envelope_verify_all(&request->envelope, keys, 2, err)
                   : cbi_envelope_verify(&request->envelope, &request->key, err);
}

void cbi_request_clear(cbi_request *request)
{
    cbi_message_free(request->head);
    *request = (cbi_request){0};
}
