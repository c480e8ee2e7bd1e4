#include "proof/assembly.h"

#include "base/limits.h"
#include "proof/body.h"
#include "proof/envelope.h"
#include "wire/artefact.h"
#include "wire/message.h"

cbank_status cbi_assembly_begin(cbi_suite suite, cbi_assembly *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(suite, &out->hasher, err));
    CBI_TRY(cbi_body_begin(out->hasher, err));
done:
    return status;
}

cbank_status cbi_assembly_add(cbi_assembly *assembly, cbi_bytes part, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_body_part(assembly->hasher, part, err));
    CBI_TRY(cbi_artefact_write_part(&assembly->body, part, err));
    assembly->parts++;
done:
    return status;
}

cbank_status cbi_assembly_add_message(cbi_assembly *assembly, const void *message,
                                      cbank_error *err)
{
    cbank_buffer part = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_pack(message, &part, err));
    CBI_TRY(cbi_assembly_add(assembly, cbi_bytes_of_buffer(&part), err));
done:
    cbank_buffer_clear(&part);
    return status;
}

cbank_status cbi_assembly_digest(cbi_assembly *assembly, cbi_hash *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!assembly->ended)
        CBI_TRY(cbi_body_end(assembly->hasher, &assembly->digest, err));
    assembly->ended = true;
    *out = assembly->digest;
done:
    return status;
}

cbank_status cbi_assembly_finish(cbi_assembly *assembly, const char *payload_type,
                                 const void *head, const cbi_private *const *keys, size_t count,
                                 cbank_buffer *file, cbank_error *err)
{
    cbank_buffer payload = {0};
    cbank_buffer envelope = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_pack(head, &payload, err));
    CBI_TRY(cbi_envelope_sign(payload_type, cbi_bytes_of_buffer(&payload), keys, count, &envelope,
                              err));
    if (envelope.size + assembly->body.size + 16 > CBI_FILE_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_FILE_MAX, "file", NULL));
    CBI_TRY(cbi_artefact_write_envelope(file, cbi_bytes_of_buffer(&envelope), err));
    CBI_TRY(cbi_buffer_append(file, cbi_bytes_of_buffer(&assembly->body), err));
done:
    cbank_buffer_clear(&payload);
    cbank_buffer_clear(&envelope);
    return status;
}

void cbi_assembly_clear(cbi_assembly *assembly)
{
    cbi_hasher_free(assembly->hasher);
    cbank_buffer_clear(&assembly->body);
    *assembly = (cbi_assembly){0};
}
