/*
 * packer.h - the bytes of a message in one pass beside its descriptor.
 *
 * They are those that protobuf-c gives, which goes over every message twice: once for its size.
 * Here a length is written when what it counts has been; mostly it fits the byte kept for it.
 */
#ifndef CBI_WIRE_PACKER_H
#define CBI_WIRE_PACKER_H

#include <protobuf-c/protobuf-c.h>

#include "base/bytes.h"

/*
 * Appends them. UNSUPPORTED for a field of a shape that none of our schemas has, TOO_LARGE beyond
 * the nesting that is read; `out` is as it was then. Unknown fields, which no message of ours has,
 * are not written. `span` says which fields of the message, by number; NULL: all of them.
 */
typedef struct cbi_packer_span {
    uint32_t first, last;
} cbi_packer_span;

cbank_status cbi_packer_append(const ProtobufCMessage *message, const cbi_packer_span *span,
                               cbank_buffer *out, cbank_error *err);

#endif
