/*
 * walker.h - one pass over the bytes of a message, beside its descriptor.
 *
 * What the walker passes, and nothing else, is what protobuf-c unpacks and packs again to the
 * same bytes, without unknown fields, with clean text and known enums at every depth. To look it
 * allocates nothing, and its depth is bounded by CBI_NESTING_MAX frames. To unpack it copies what
 * unpack.h says; the struct is the one that protobuf-c would give.
 */
#ifndef CBI_WIRE_WALKER_H
#define CBI_WIRE_WALKER_H

#include <protobuf-c/protobuf-c.h>

#include "wire/block.h"

#include "base/bytes.h"

/* See cbi_message_check. */
cbank_status cbi_walker_check(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                              cbank_error *err);

/*
 * The same, and unpacks: `*out` stands in the block `within`, where what a refused message took
 * stays taken; if that is NULL, first in a block of its own. That is made of `again` if it is not
 * NULL, which is gone whatever this answers.
 */
cbank_status cbi_walker_unpack(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                               cbi_block *within, cbi_block *again, ProtobufCMessage **out,
                               cbank_error *err);

#endif
