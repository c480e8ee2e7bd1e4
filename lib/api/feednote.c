#include "api/feednote.h"

#include "record/field.h"
#include "wire/message.h"

cbank_status cbi_feednote_begin(cbi_suite suite, const char *file_name, const char *actor,
                                cbi_feednote *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (file_name[0] != '\0')
        CBI_TRY(cbi_field_text("file_name", file_name, CBI_FILE_NAME_MAX, err));
    if (actor[0] != '\0' && !cbi_field_is_word(cbi_bytes_of_text(actor)))
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "actor", NULL));
    CBI_TRY(cbi_hasher_new(suite, &out->hasher, err));
    CBI_TRY(cbi_digest_begin(out->hasher, err));
    cbank__api__v1__batch_source__init(&out->source);
    out->source.file_name = cbi_message_string(file_name);
    out->source.actor = cbi_message_string(actor);
done:
    return status;
}

cbank_status cbi_feednote_add(cbi_feednote *note, cbi_bytes bytes, cbank_error *err)
{
    note->source.file_size += bytes.size;
    return cbi_digest_update(note->hasher, bytes, err);
}

cbank_status cbi_feednote_end(cbi_feednote *note, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_digest_end(note->hasher, &note->digest, err));
    note->source.file_digest = cbi_message_data(cbi_bytes_of_hash(&note->digest));
done:
    return status;
}

void cbi_feednote_clear(cbi_feednote *note)
{
    cbi_hasher_free(note->hasher);
    *note = (cbi_feednote){0};
}
