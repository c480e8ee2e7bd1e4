#include "wire/field.h"

bool cbi_varint_read_long(cbi_bytes bytes, size_t *offset, uint64_t *out)
{
    size_t left = bytes.size - *offset;
    size_t limit = left < CBI_VARINT_MAX ? left : CBI_VARINT_MAX;
    uint64_t value = 0;

    for (size_t i = 0; i < limit; i++) {
        uint8_t byte = bytes.data[*offset + i];

        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte >= 0x80)
            continue;
        /* A last byte of zero adds nothing; the tenth has room for one bit only. */
        if ((i > 0 && byte == 0) || (i == CBI_VARINT_MAX - 1 && byte > 1))
            return false;
        *offset += i + 1;
        *out = value;
        return true;
    }
    return false;
}

size_t cbi_varint_write(uint64_t value, uint8_t *out)
{
    size_t size = 0;

    while (value >= 0x80) {
        out[size++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    out[size++] = (uint8_t)value;
    return size;
}

bool cbi_field_next(cbi_bytes message, size_t *offset, cbi_field *out)
{
    size_t at = *offset;
    cbi_field field = {0};
    unsigned wire_type;
    uint64_t tag;
    uint64_t value;

    if (!cbi_varint_read(message, &at, &tag) ||
        !cbi_field_split_tag(tag, &field.number, &wire_type) ||
        (wire_type != CBI_FIELD_NUMBER && wire_type != CBI_FIELD_BYTES) ||
        !cbi_varint_read(message, &at, &value))
        return false;
    field.form = (cbi_field_form)wire_type;
    if (field.form == CBI_FIELD_NUMBER) {
        field.value = value;
    } else {
        if (value > message.size - at)
            return false;
        field.bytes = cbi_bytes_of(message.data + at, (size_t)value);
        at += (size_t)value;
    }
    *offset = at;
    *out = field;
    return true;
}

cbank_status cbi_field_write_bytes(cbank_buffer *out, uint32_t number, cbi_bytes bytes,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t head[2 * CBI_VARINT_MAX];
    size_t size = cbi_varint_write((uint64_t)number << 3 | CBI_FIELD_BYTES, head);

    size += cbi_varint_write(bytes.size, head + size);
    CBI_TRY(cbi_buffer_reserve(out, size + bytes.size, err));
    memcpy(out->data + out->size, head, size);
    if (bytes.size > 0)
        memcpy(out->data + out->size + size, bytes.data, bytes.size);
    out->size += size + bytes.size;
done:
    return status;
}
