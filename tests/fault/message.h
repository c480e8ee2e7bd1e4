/*
 * message.h - requests and replies of the public face, for world.c and view.c.
 *
 * Nothing here ends the process: a campaign may take memory away from these too.
 */
#ifndef FAULT_MESSAGE_H
#define FAULT_MESSAGE_H

#include "world.h"

#include <protobuf-c/protobuf-c.h>

/* protobuf-c takes text that it only reads without const. */
char *message_lend(const char *text);
/* Says so in the world's error. */
cbank_status message_no_memory(world *it);

/* False without memory. The caller clears it. */
bool message_pack(const void *message, cbank_buffer *out);
/* Clears the reply. NULL without memory, and for bytes that are not this message. */
void *message_unpack(const ProtobufCMessageDescriptor *type, cbank_buffer *reply);
/* NULL is a no-op. */
void message_drop(void *message);

typedef cbank_status message_call(cbank_bank *bank, const uint8_t *request, size_t size,
                                  cbank_buffer *reply, cbank_error *err);

/* A call on the bank; `reply` may be NULL. */
cbank_status message_ask(world *it, message_call *call, const void *request, cbank_buffer *reply);

#endif
