/*
 * block.h - the memory of an unpacked message: one block for all of it, freed as one.
 *
 * protobuf-c asks for every text and every list on its own, some twenty times a record; the walker
 * knows before how much that is together. Sanitizers are told what was asked for and what was not.
 */
#ifndef CBI_WIRE_BLOCK_H
#define CBI_WIRE_BLOCK_H

#include <protobuf-c/protobuf-c.h>

#include "base/bytes.h"

/* Unpacks into about `size` bytes, more if need be. NULL if there is no memory. */
ProtobufCMessage *cbi_block_unpack(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                                   size_t size);
/* With all that the message holds. NULL is a no-op. */
void cbi_block_free(void *message);

#endif
