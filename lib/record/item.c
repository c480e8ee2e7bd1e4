#include "record/item.h"

#include "record/credit.h"
#include "record/field.h"

static cbank_status check_size(const cbi_item_form *form, size_t size, cbank_error *err)
{
    if (size > CBI_CREDIT_MAX)
        return cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_CREDIT_MAX, form->name, NULL);
    return CBANK_OK;
}

cbank_status cbi_item_build(const cbi_item_form *form, const ProtobufCMessage *message,
                            cbank_buffer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t before = out->size;

    CBI_TRY(form->check(message, err));
    CBI_TRY(cbi_message_pack(message, out, err));
    CBI_TRY(check_size(form, out->size - before, err));
done:
    if (status != CBANK_OK)
        out->size = before;
    return status;
}

cbank_status cbi_item_parse(const cbi_item_form *form, void *holder, cbi_bytes bytes,
                            void *out_message, cbank_error *err)
{
    ProtobufCMessage **out = out_message, *message = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(check_size(form, bytes.size, err));
    CBI_TRY(cbi_message_parse_within(holder, form->type, bytes, &message, err));
    CBI_TRY(cbi_field_refuse_signed(form->check(message, err), err));
    *out = message;
    message = NULL;
done:
    if (holder == NULL)
        cbi_message_free(message);
    return status;
}
