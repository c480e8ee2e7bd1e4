#include "wire/artefact.h"

#include "base/limits.h"
#include "wire/field.h"

#define ENVELOPE_FIELD 1
#define BODY_FIELD 2

static cbank_status refuse(size_t offset, const char *what, const char *detail, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ARTEFACT_FORM, offset, what, "%s", detail);
}

/* One field of that number, with content. */
static cbank_status take(cbi_artefact_reader *reader, uint32_t number, const char *what,
                         cbi_field *out, cbank_error *err)
{
    size_t start = reader->offset;

    if (!cbi_field_next(reader->file, &reader->offset, out))
        return refuse(start, what, "cut short or not in its shortest form", err);
    if (out->number != number || out->form != CBI_FIELD_BYTES)
        return refuse(start, what, "another field stands here", err);
    if (out->bytes.size == 0)
        return refuse(start, what, "empty", err);
    return CBANK_OK;
}

cbank_status cbi_artefact_open(cbi_bytes file, cbi_artefact_reader *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_artefact_reader reader = {.file = file};
    cbi_field field;

    if (file.size > CBI_FILE_MAX)
        return cbi_fail(err, CBI_REASON_ARTEFACT_SIZE, CBI_FILE_MAX, "file", NULL);
    CBI_TRY(take(&reader, ENVELOPE_FIELD, "envelope", &field, err));
    if (field.bytes.size > CBI_ENVELOPE_MAX)
        return cbi_fail(err, CBI_REASON_ARTEFACT_SIZE, CBI_ENVELOPE_MAX, "envelope", NULL);
    reader.envelope = field.bytes;
    reader.body_offset = reader.offset;
    while (reader.offset < file.size)
        CBI_TRY(take(&reader, BODY_FIELD, "body", &field, err));
    cbi_artefact_rewind(&reader);
    *out = reader;
done:
    return status;
}

bool cbi_artefact_next(cbi_artefact_reader *reader, cbi_bytes *part)
{
    cbi_field field;

    if (!cbi_field_next(reader->file, &reader->offset, &field))
        return false;
    *part = field.bytes;
    return true;
}

void cbi_artefact_rewind(cbi_artefact_reader *reader)
{
    reader->offset = reader->body_offset;
}

cbank_status cbi_artefact_write_envelope(cbank_buffer *file, cbi_bytes envelope, cbank_error *err)
{
    if (envelope.size == 0)
        return refuse(file->size, "envelope", "empty", err);
    if (envelope.size > CBI_ENVELOPE_MAX)
        return cbi_fail(err, CBI_REASON_ARTEFACT_SIZE, CBI_ENVELOPE_MAX, "envelope", NULL);
    return cbi_field_write_bytes(file, ENVELOPE_FIELD, envelope, err);
}

cbank_status cbi_artefact_write_part(cbank_buffer *file, cbi_bytes part, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t before = file->size;

    if (part.size == 0)
        return refuse(before, "body", "empty", err);
    CBI_TRY(cbi_field_write_bytes(file, BODY_FIELD, part, err));
    if (file->size > CBI_FILE_MAX) {
        file->size = before;
        return cbi_fail(err, CBI_REASON_ARTEFACT_SIZE, CBI_FILE_MAX, "file", NULL);
    }
done:
    return status;
}
