#include "proof/body.h"

cbank_status cbi_body_begin(cbi_hasher *hasher, cbank_error *err)
{
    static const char label[] = "cbank/v1/body"; /* its zero byte is hashed too */
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_digest_begin(hasher, err));
    CBI_TRY(cbi_digest_update(hasher, cbi_bytes_of(label, sizeof(label)), err));
done:
    return status;
}

cbank_status cbi_body_part(cbi_hasher *hasher, cbi_bytes part, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t size[8];

    cbi_put_u64(size, part.size);
    CBI_TRY(cbi_digest_update(hasher, cbi_bytes_of(size, sizeof(size)), err));
    CBI_TRY(cbi_digest_update(hasher, part, err));
done:
    return status;
}

cbank_status cbi_body_end(cbi_hasher *hasher, cbi_hash *out, cbank_error *err)
{
    return cbi_digest_end(hasher, out, err);
}

cbank_status cbi_body_digest(cbi_hasher *hasher, const cbi_artefact_reader *artefact,
                             cbi_hash *out, uint64_t *out_parts, cbank_error *err)
{
    cbi_artefact_reader reader = *artefact;
    cbank_status status = CBANK_OK;
    uint64_t parts = 0;
    cbi_bytes part;

    cbi_artefact_rewind(&reader);
    CBI_TRY(cbi_body_begin(hasher, err));
    while (cbi_artefact_next(&reader, &part)) {
        CBI_TRY(cbi_body_part(hasher, part, err));
        parts++;
    }
    CBI_TRY(cbi_body_end(hasher, out, err));
    if (out_parts != NULL)
        *out_parts = parts;
done:
    return status;
}
