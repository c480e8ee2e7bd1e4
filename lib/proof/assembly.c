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
    CBI_TRY(cbi_spool_new(suite, &out->body, err));
    out->limit = CBI_FILE_MAX;
done:
    return status;
}

cbank_status cbi_assembly_add(cbi_assembly *assembly, cbi_bytes part, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes frame;

    CBI_TRY(cbi_body_part(assembly->hasher, part, err));
    cbi_buffer_rewind(&assembly->frame);
    CBI_TRY(cbi_artefact_write_part(&assembly->frame, part, err));
    frame = cbi_bytes_of_buffer(&assembly->frame);
    if (cbi_spool_size(assembly->body) + frame.size > assembly->limit)
        CBI_TRY(cbi_fail(err, CBI_REASON_ARTEFACT_SIZE, assembly->limit, "file", NULL));
    CBI_TRY(cbi_spool_append(assembly->body, frame, err));
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

cbank_status cbi_assembly_seal(cbi_assembly *assembly, const char *payload_type, const void *head,
                               const cbi_private *const *keys, size_t count, cbank_buffer *begin,
                               cbank_error *err)
{
    cbank_buffer payload = {0};
    cbank_buffer envelope = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_pack(head, &payload, err));
    CBI_TRY(cbi_envelope_sign(payload_type, cbi_bytes_of_buffer(&payload), keys, count, &envelope,
                              err));
    if (envelope.size + cbi_spool_size(assembly->body) + 16 > assembly->limit)
        CBI_TRY(cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, assembly->limit, "file", NULL));
    CBI_TRY(cbi_artefact_write_envelope(begin, cbi_bytes_of_buffer(&envelope), err));
done:
    cbank_buffer_clear(&payload);
    cbank_buffer_clear(&envelope);
    return status;
}

cbank_status cbi_assembly_finish(cbi_assembly *assembly, const char *payload_type,
                                 const void *head, const cbi_private *const *keys, size_t count,
                                 cbank_buffer *file, cbank_error *err)
{
    size_t size = (size_t)cbi_spool_size(assembly->body);
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_assembly_seal(assembly, payload_type, head, keys, count, file, err));
    CBI_TRY(cbi_buffer_reserve(file, size, err));
    CBI_TRY(cbi_spool_read(assembly->body, 0, size, file->data + file->size, err));
    file->size += size;
done:
    return status;
}

void cbi_assembly_clear(cbi_assembly *assembly)
{
    cbi_hasher_free(assembly->hasher);
    cbi_spool_free(assembly->body);
    cbank_buffer_clear(&assembly->frame);
    *assembly = (cbi_assembly){0};
}
