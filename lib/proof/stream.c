#include "proof/stream.h"

#include <string.h>

#include "base/limits.h"
#include "wire/field.h"

#define ENVELOPE_FIELD 1
#define BODY_FIELD 2
/* A part that comes out of a spool, and what is read at once. */
#define PART_MAX (2u * CBI_ENVELOPE_MAX)
#define WINDOW (64u * 1024)

cbi_bulk cbi_bulk_of(cbi_bytes bytes)
{
    return (cbi_bulk){.head = bytes};
}

cbi_bulk cbi_bulk_of_spool(cbi_spool *spool)
{
    return (cbi_bulk){.rest = spool};
}

uint64_t cbi_bulk_size(const cbi_bulk *bulk)
{
    return bulk->head.size + (bulk->rest == NULL ? 0 : cbi_spool_size(bulk->rest));
}

cbank_status cbi_bulk_read(const cbi_bulk *bulk, uint64_t offset, size_t size, uint8_t *out,
                             cbank_error *err)
{
    if (size > 0 && offset < bulk->head.size) {
        size_t left = bulk->head.size - (size_t)offset;
        size_t part = size < left ? size : left;

        memcpy(out, bulk->head.data + offset, part);
        out += part;
        offset += part;
        size -= part;
    }
    if (size == 0)
        return CBANK_OK;
    return cbi_spool_read(bulk->rest, offset - bulk->head.size, size, out, err);
}

/* ---- the window ---------------------------------------------------------------------------- */

static bool covers(uint64_t from, uint64_t size, uint64_t offset, uint64_t wanted)
{
    return offset >= from && offset - from <= size && wanted <= size - (offset - from);
}

/* Lends what stands at `offset`: `wanted` bytes, or fewer at the end, and maybe more. */
static cbank_status look(cbi_stream *stream, uint64_t wanted, cbi_bytes *out, cbank_error *err)
{
    uint64_t left = cbi_bulk_size(&stream->bulk) - stream->offset;
    cbi_bytes head = stream->bulk.head;
    cbank_status status = CBANK_OK;
    size_t size;

    if (wanted > left)
        wanted = left;
    if (left == 0) { /* perhaps of nothing at all */
        *out = cbi_bytes_of(NULL, 0);
        return CBANK_OK;
    }
    if (covers(0, head.size, stream->offset, wanted)) {
        *out = cbi_bytes_of(head.data + stream->offset, head.size - (size_t)stream->offset);
        return CBANK_OK;
    }
    if (!covers(stream->window_offset, stream->window.size, stream->offset, wanted)) {
        size = (size_t)(wanted > WINDOW ? wanted : left < WINDOW ? left : WINDOW);
        cbi_buffer_rewind(&stream->window);
        CBI_TRY(cbi_buffer_reserve(&stream->window, size, err));
        CBI_TRY(cbi_bulk_read(&stream->bulk, stream->offset, size, stream->window.data, err));
        stream->window.size = size;
        stream->window_offset = stream->offset;
    }
    size = (size_t)(stream->offset - stream->window_offset);
    *out = cbi_bytes_of(stream->window.data + size, stream->window.size - size);
done:
    return status;
}

/* ---- parts --------------------------------------------------------------------------------- */

static cbank_status refuse(uint64_t offset, const char *what, const char *detail, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ARTEFACT_FORM, offset, what, "%s", detail);
}

/* How large the field at hand is with its tag and length; 0 if that cannot be told. */
static uint64_t measure(cbi_bytes bytes)
{
    size_t at = 0;
    uint64_t tag, size;

    if (!cbi_varint_read(bytes, &at, &tag) || !cbi_varint_read(bytes, &at, &size) ||
        size > UINT64_MAX - at)
        return 0;
    return at + size;
}

/* One field of that number, with content. */
static cbank_status take(cbi_stream *stream, uint32_t number, const char *what, cbi_bytes *out,
                         cbank_error *err)
{
    uint64_t start = stream->offset, size;
    cbank_status status = CBANK_OK;
    cbi_field field = {0};
    cbi_bytes bytes;
    size_t at = 0;

    CBI_TRY(look(stream, 2 * CBI_VARINT_MAX, &bytes, err));
    size = measure(bytes);
    if (size > bytes.size && size <= cbi_bulk_size(&stream->bulk) - start) {
        if (size > PART_MAX)
            CBI_TRY(cbi_fail(err, CBI_REASON_ARTEFACT_SIZE, PART_MAX, what, NULL));
        CBI_TRY(look(stream, size, &bytes, err));
    }
    if (!cbi_field_next(bytes, &at, &field))
        CBI_TRY(refuse(start, what, "cut short or not in its shortest form", err));
    if (field.number != number || field.form != CBI_FIELD_BYTES)
        CBI_TRY(refuse(start, what, "another field stands here", err));
    if (field.bytes.size == 0)
        CBI_TRY(refuse(start, what, "empty", err));
    stream->offset += at;
    *out = field.bytes;
done:
    return status;
}

cbank_status cbi_stream_open(const cbi_bulk *bulk, uint64_t limit, cbi_stream *out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes bytes;
    bool any = true;

    if (cbi_bulk_size(bulk) > limit)
        return cbi_fail(err, CBI_REASON_ARTEFACT_SIZE, limit, "file", NULL);
    out->bulk = *bulk;
    CBI_TRY(take(out, ENVELOPE_FIELD, "envelope", &bytes, err));
    if (bytes.size > CBI_ENVELOPE_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_ARTEFACT_SIZE, CBI_ENVELOPE_MAX, "envelope", NULL));
    CBI_TRY(cbi_buffer_set(&out->room, bytes, err));
    out->envelope = cbi_bytes_of_buffer(&out->room);
    out->body_offset = out->offset;
    while (any)
        CBI_TRY(cbi_stream_next(out, &bytes, &any, err));
    out->offset = out->body_offset;
done:
    return status;
}

cbank_status cbi_stream_next(cbi_stream *stream, cbi_bytes *part, bool *any, cbank_error *err)
{
    *any = stream->offset < cbi_bulk_size(&stream->bulk);
    return *any ? take(stream, BODY_FIELD, "body", part, err) : CBANK_OK;
}

cbank_status cbi_stream_add(cbi_bytes part, cbank_buffer *out, cbank_error *err)
{
    return cbi_field_write_bytes(out, BODY_FIELD, part, err);
}

void cbi_stream_clear(cbi_stream *stream)
{
    cbank_buffer_clear(&stream->room);
    cbank_buffer_clear(&stream->window);
    *stream = (cbi_stream){0};
}
