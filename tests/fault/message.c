#include "message.h"

#include <stdlib.h>
#include <string.h>

char *message_lend(const char *text)
{
    char *lent;

    memcpy(&lent, &text, sizeof(lent));
    return lent;
}

cbank_status message_no_memory(world *it)
{
    it->err = (cbank_error){.status = CBANK_E_MEMORY};
    return CBANK_E_MEMORY;
}

bool message_pack(const void *message, cbank_buffer *out)
{
    const ProtobufCMessage *base = message;

    out->size = protobuf_c_message_get_packed_size(base);
    out->capacity = out->size + 1;
    out->data = malloc(out->capacity);
    if (out->data == NULL)
        return false;
    protobuf_c_message_pack(base, out->data);
    return true;
}

cbank_status message_ask(world *it, message_call *call, const void *request, cbank_buffer *reply)
{
    cbank_buffer bytes = {0}, ignored = {0};
    cbank_status status = message_no_memory(it);

    if (message_pack(request, &bytes))
        status = call(it->bank, bytes.data, bytes.size, reply != NULL ? reply : &ignored, &it->err);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&ignored);
    return status;
}

void *message_unpack(const ProtobufCMessageDescriptor *type, cbank_buffer *reply)
{
    void *message = protobuf_c_message_unpack(type, NULL, reply->size, reply->data);

    cbank_buffer_clear(reply);
    return message;
}

void message_drop(void *message)
{
    if (message != NULL)
        protobuf_c_message_free_unpacked(message, NULL);
}
