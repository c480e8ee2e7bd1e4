/*
 * message.h - bytes <-> messages, strictly.
 *
 * Only one byte string is accepted for one message: fields in ascending order and once, shortest
 * varints, no defaults, packed repeated numbers, no unknown field, clean text, known non-zero
 * enums, at every depth. So two readers can never see different things in the same signed bytes,
 * and pack(unpack(x)) == x. What is signed is never re-serialised all the same.
 */
#ifndef CBI_WIRE_MESSAGE_H
#define CBI_WIRE_MESSAGE_H

#include <protobuf-c/protobuf-c.h>

#include "base/bytes.h"

/*
 * Walks the bytes against the descriptor without allocating. MALFORMED, TOO_LARGE (nesting,
 * text, memory once unpacked) or UNSUPPORTED (an unknown field or enum value), with the field's
 * name as object and the offset as `where`.
 */
cbank_status cbi_message_check(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                               cbank_error *err);

/* Check, then unpack. The message is freed with cbi_message_free. `*out` is a typed struct. */
cbank_status cbi_message_parse(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                               void *out_message, cbank_error *err);
/*
 * The same in the memory of `holder`, which cbi_message_parse gave: the message ends with that one
 * and is not freed by itself, and its fields of bytes are lent from `bytes`. If `holder` is NULL,
 * exactly the same.
 */
cbank_status cbi_message_parse_within(void *holder, const ProtobufCMessageDescriptor *type,
                                      cbi_bytes bytes, void *out_message, cbank_error *err);
/*
 * The same in the memory that `*message` has, a message that one of these calls gave or NULL, in
 * place of it and of all that was parsed within it. NULL on failure.
 */
cbank_status cbi_message_parse_again(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                                     void *message, cbank_error *err);
/* With all that was parsed within it. NULL is a no-op. */
void cbi_message_free(void *message);

/*
 * Appends the bytes of a message that this library fills. The result passes cbi_message_check:
 * a message that would not is refused as that call refuses it, and nothing is appended.
 */
cbank_status cbi_message_pack(const void *message, cbank_buffer *out, cbank_error *err);

/* The same for what nobody signs and nobody keeps: not looked at again. */
cbank_status cbi_message_write(const void *message, cbank_buffer *out, cbank_error *err);
/* Its fields from number `first` to number `last` alone, where others come between. */
cbank_status cbi_message_write_fields(const void *message, uint32_t first, uint32_t last,
                                      cbank_buffer *out, cbank_error *err);

/* Reading fields of generated structs, and filling them with what is only lent. */
static inline cbi_bytes cbi_message_bytes(ProtobufCBinaryData data)
{
    return cbi_bytes_of(data.data, data.len);
}

/* The generated structs know no const; packing only reads. */
static inline ProtobufCBinaryData cbi_message_data(cbi_bytes bytes)
{
    return (ProtobufCBinaryData){.len = bytes.size, .data = (uint8_t *)(uintptr_t)bytes.data};
}

static inline char *cbi_message_string(const char *text)
{
    return (char *)(uintptr_t)text;
}

/* Text of a field, never NULL. */
static inline cbi_bytes cbi_message_text(const char *field)
{
    return cbi_bytes_of_text(field == NULL ? "" : field);
}

static inline bool cbi_message_says(const char *field)
{
    return field != NULL && field[0] != '\0';
}

#endif
