#include "wire/message.h"

#include <string.h>

#include "wire/block.h"
#include "wire/packer.h"
#include "wire/walker.h"

cbank_status cbi_message_check(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                               cbank_error *err)
{
    return cbi_walker_check(type, bytes, err);
}

cbank_status cbi_message_parse(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                               void *out_message, cbank_error *err)
{
    return cbi_message_parse_within(NULL, type, bytes, out_message, err);
}

cbank_status cbi_message_parse_within(void *holder, const ProtobufCMessageDescriptor *type,
                                      cbi_bytes bytes, void *out_message, cbank_error *err)
{
    cbi_block *within = holder == NULL ? NULL : cbi_block_of(holder);
    cbank_status status = CBANK_OK;
    ProtobufCMessage *message;

    CBI_TRY(cbi_walker_unpack(type, bytes, within, NULL, &message, err));
    memcpy(out_message, &message, sizeof(message));
done:
    return status;
}

cbank_status cbi_message_parse_again(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                                     void *message, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    ProtobufCMessage *before, *after = NULL;

    memcpy(&before, message, sizeof(before));
    CBI_TRY(cbi_walker_unpack(type, bytes, NULL, before == NULL ? NULL : cbi_block_of(before),
                              &after, err));
done:
    memcpy(message, &after, sizeof(after));
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
    size_t before = out->size;

    CBI_TRY(cbi_packer_append(base, NULL, out, err));
    /* Checked before it leaves as after it arrives: nobody shall sign what nobody will read. */
    if (out->size > before)
        CBI_TRY(cbi_walker_check(base->descriptor,
                                 cbi_bytes_of(out->data + before, out->size - before), err));
done:
    if (status != CBANK_OK)
        out->size = before;
    return status;
}

cbank_status cbi_message_write(const void *message, cbank_buffer *out, cbank_error *err)
{
    return cbi_packer_append(message, NULL, out, err);
}

cbank_status cbi_message_write_fields(const void *message, uint32_t first, uint32_t last,
                                      cbank_buffer *out, cbank_error *err)
{
    const cbi_packer_span span = {first, last};

    return cbi_packer_append(message, &span, out, err);
}
