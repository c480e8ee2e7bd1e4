#include "wire/message.h"

#include <string.h>

#include "wire/block.h"
#include "wire/walker.h"

cbank_status cbi_message_check(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                               cbank_error *err)
{
    return cbi_walker_check(type, bytes, err);
}

cbank_status cbi_message_parse(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                               void *out_message, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    ProtobufCMessage *message;

    CBI_TRY(cbi_walker_unpack(type, bytes, &message, err));
    memcpy(out_message, &message, sizeof(message));
done:
    return status;
}

void cbi_message_free(void *message)
{
    if (message != NULL)
        cbi_block_free(cbi_block_of(message));
}

cbank_status cbi_message_pack(const void *message, cbank_buffer *out, cbank_error *err)
{
    const ProtobufCMessage *base = message;
    cbank_status status = CBANK_OK;
    size_t size = protobuf_c_message_get_packed_size(base);

    if (size == 0)
        return CBANK_OK;
    CBI_TRY(cbi_buffer_reserve(out, size, err));
    protobuf_c_message_pack(base, out->data + out->size);
    /* Checked before it leaves as after it arrives: nobody shall sign what nobody will read. */
    CBI_TRY(cbi_walker_check(base->descriptor, cbi_bytes_of(out->data + out->size, size), err));
    out->size += size;
done:
    return status;
}

cbank_status cbi_message_write(const void *message, cbank_buffer *out, cbank_error *err)
{
    const ProtobufCMessage *base = message;
    size_t size = protobuf_c_message_get_packed_size(base);
    cbank_status status;

    if (size == 0) /* and perhaps no buffer yet */
        return CBANK_OK;
    status = cbi_buffer_reserve(out, size, err);
    if (status == CBANK_OK)
        out->size += protobuf_c_message_pack(base, out->data + out->size);
    return status;
}
