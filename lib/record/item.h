/*
 * item.h - what the items of a batch have in common: each is checked, then built once, within a
 * limit; and read strictly, within the same limit.
 */
#ifndef CBI_RECORD_ITEM_H
#define CBI_RECORD_ITEM_H

#include "wire/message.h"

/* One kind of item. */
typedef struct cbi_item_form {
    const ProtobufCMessageDescriptor *type;
    const char *name; /* for errors about its size */
    cbank_status (*check)(const void *message, cbank_error *err);
} cbi_item_form;

/* Appends its bytes; nothing on failure. What the check answers, or TOO_LARGE. */
cbank_status cbi_item_build(const cbi_item_form *form, const ProtobufCMessage *message,
                            cbank_buffer *out, cbank_error *err);
/*
 * MALFORMED, UNSUPPORTED or TOO_LARGE for what it holds. Within `holder` (wire/message.h), or freed
 * with cbi_message_free if that is NULL.
 */
cbank_status cbi_item_parse(const cbi_item_form *form, void *holder, cbi_bytes bytes,
                            void *out_message, cbank_error *err);

#endif
