#include "wire/message.h"

#include <string.h>

#include "wire/block.h"
#include "wire/walker.h"

cbank_status cbi_message_check(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                               cbank_error *err)
{
    size_t memory;

    return cbi_walker_run(type, bytes, &memory, err);
}

cbank_status cbi_message_parse(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                               void *out_message, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    ProtobufCMessage *message;
    size_t memory;

    CBI_TRY(cbi_walker_run(type, bytes, &memory, err));
    message = cbi_block_unpack(type, bytes, memory + bytes.size);
    /* The walker passes only what unpacks, so what is left is memory. */
    if (message == NULL)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, bytes.size, type->short_name, NULL);
    memcpy(out_message, &message, sizeof(message));
done:
    return status;
}

void cbi_message_free(void *message)
{
    cbi_block_free(message);
}

cbank_status cbi_message_pack(const void *message, cbank_buffer *out, cbank_error *err)
{
    const ProtobufCMessage *base = message;
    cbank_status status = CBANK_OK;
    size_t size = protobuf_c_message_get_packed_size(base);
    size_t memory;

    if (size == 0)
        return CBANK_OK;
    CBI_TRY(cbi_buffer_reserve(out, size, err));
    protobuf_c_message_pack(base, out->data + out->size);
    /* Checked before it leaves as after it arrives: nobody shall sign what nobody will read. */
    CBI_TRY(cbi_walker_run(base->descriptor, cbi_bytes_of(out->data + out->size, size),
                           &memory, err));
    out->size += size;
done:
    return status;
}

cbank_status cbi_message_write(const void *message, cbank_buffer *out, cbank_error *err)
{
    const ProtobufCMessage *base = message;
    size_t size = protobuf_c_message_get_packed_size(base);
    cbank_status status = cbi_buffer_reserve(out, size, err);

    if (status == CBANK_OK)
        out->size += protobuf_c_message_pack(base, out->data + out->size);
    return status;
}

cbi_bytes cbi_message_bytes(ProtobufCBinaryData data)
{
    return cbi_bytes_of(data.data, data.len);
}

ProtobufCBinaryData cbi_message_data(cbi_bytes bytes)
{
    /* The generated structs know no const; packing only reads. */
    return (ProtobufCBinaryData){.len = bytes.size, .data = (uint8_t *)(uintptr_t)bytes.data};
}

char *cbi_message_string(const char *text)
{
    return (char *)(uintptr_t)text;
}

cbi_bytes cbi_message_text(const char *field)
{
    return cbi_bytes_of_text(field == NULL ? "" : field);
}
