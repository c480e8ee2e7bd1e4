/*
 * field.h - the fields of a message as they stand in its bytes, in their shortest form only.
 *
 * For readers that lend instead of unpacking. Of the wire types only numbers (varints) and
 * lengths are in use; the fixed ones and groups are refused.
 */
#ifndef CBI_WIRE_FIELD_H
#define CBI_WIRE_FIELD_H

#include "base/bytes.h"

#define CBI_VARINT_MAX 10

/* Of any length. */
bool cbi_varint_read_long(cbi_bytes bytes, size_t *offset, uint64_t *out);

/* Reads at `*offset` and moves it on. False, without moving, if cut short or not the shortest. */
static inline bool cbi_varint_read(cbi_bytes bytes, size_t *offset, uint64_t *out)
{
    size_t left = bytes.size - *offset;
    const uint8_t *at = left > 0 ? bytes.data + *offset : NULL;

    if (left > 0 && at[0] < 0x80) { /* as most are */
        *offset += 1;
        *out = at[0];
        return true;
    }
    if (left > 1 && at[1] < 0x80 && at[1] != 0) {
        *offset += 2;
        *out = (at[0] & 0x7fu) | (uint64_t)at[1] << 7;
        return true;
    }
    return cbi_varint_read_long(bytes, offset, out);
}

/* Writes the shortest form; `out` holds CBI_VARINT_MAX. Returns the number of bytes. */
size_t cbi_varint_write(uint64_t value, uint8_t *out);

typedef enum cbi_field_form {
    CBI_FIELD_NUMBER = 0, /* the numbers of protobuf's wire types */
    CBI_FIELD_BYTES = 2,
} cbi_field_form;

typedef struct cbi_field {
    uint32_t number;
    cbi_field_form form;
    uint64_t value;  /* of a number */
    cbi_bytes bytes; /* of the others; lent */
} cbi_field;

/* Splits a tag; false for field number 0 and beyond 29 bits. */
static inline bool cbi_field_split_tag(uint64_t tag, uint32_t *out_number, unsigned *out_wire_type)
{
    if (tag > UINT32_MAX || tag >> 3 == 0)
        return false;
    *out_number = (uint32_t)tag >> 3;
    *out_wire_type = (unsigned)tag & 7;
    return true;
}

/* Reads at `*offset` and moves it on. False, without moving, at the end or if it is no field. */
bool cbi_field_next(cbi_bytes message, size_t *offset, cbi_field *out);

/* Appends a field of bytes. */
cbank_status cbi_field_write_bytes(cbank_buffer *out, uint32_t number, cbi_bytes bytes,
                                   cbank_error *err);

#endif
