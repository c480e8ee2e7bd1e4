/*
 * walker.h - one pass over the bytes of a message, beside its descriptor.
 *
 * What the walker passes, and nothing else, is what protobuf-c unpacks and packs again to the
 * same bytes, without unknown fields, with clean text and known enums at every depth. It says so
 * without unpacking: it allocates nothing and its depth is bounded by CBI_NESTING_MAX frames.
 */
#ifndef CBI_WIRE_WALKER_H
#define CBI_WIRE_WALKER_H

#include <protobuf-c/protobuf-c.h>

#include "base/bytes.h"

/*
 * See cbi_message_check. `*memory` is what the message takes at most once it is unpacked, without
 * the content of its bytes.
 */
cbank_status cbi_walker_run(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                            size_t *memory, cbank_error *err);

#endif
