#include "proof/file.h"

#include "proof/body.h"

cbank_status cbi_file_open(cbi_bytes bytes, const char *payload_type,
                           const ProtobufCMessageDescriptor *head_type, cbi_file *out,
                           cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_artefact_open(bytes, &out->parts, err));
    CBI_TRY(cbi_envelope_parse(out->parts.envelope, payload_type, &out->envelope, err));
    CBI_TRY(cbi_message_parse(head_type, out->envelope.payload, &out->head, err));
done:
    return status;
}

cbank_status cbi_file_check_body(cbi_hasher *hasher, const cbi_file *file, cbi_bytes digest,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash actual;

    CBI_TRY(cbi_body_digest(hasher, &file->parts, &actual, NULL, err));
    if (!cbi_bytes_equal(cbi_bytes_of_hash(&actual), digest))
        CBI_TRY(cbi_fail(err, CBI_REASON_BODY_DIFFERS, 0, "body_digest", NULL));
done:
    return status;
}

cbank_status cbi_file_next(cbi_file *file, cbi_bytes *part, cbank_error *err)
{
    if (!cbi_artefact_next(&file->parts, part))
        return cbi_fail(err, CBI_REASON_PARTS_DIFFER, file->parts.offset, "body", NULL);
    return CBANK_OK;
}

static cbank_status next_message(cbi_file *file, void *holder,
                                 const ProtobufCMessageDescriptor *type, void *out_message,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes part;

    CBI_TRY(cbi_file_next(file, &part, err));
    CBI_TRY(cbi_message_parse_within(holder, type, part, out_message, err));
done:
    return status;
}

cbank_status cbi_file_next_message(cbi_file *file, const ProtobufCMessageDescriptor *type,
                                   void *out_message, cbank_error *err)
{
    return next_message(file, NULL, type, out_message, err);
}

cbank_status cbi_file_next_within(cbi_file *file, const ProtobufCMessageDescriptor *type,
                                  void *out_message, cbank_error *err)
{
    return next_message(file, file->head, type, out_message, err);
}

cbank_status cbi_file_end(cbi_file *file, cbank_error *err)
{
    cbi_bytes part;

    if (cbi_artefact_next(&file->parts, &part))
        return cbi_fail(err, CBI_REASON_PARTS_DIFFER, file->parts.offset, "body", NULL);
    return CBANK_OK;
}

void cbi_file_clear(cbi_file *file)
{
    cbi_message_free(file->head);
    *file = (cbi_file){0};
}
