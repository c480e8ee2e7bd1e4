/*
 * call.h - calls of the library: what they need is opened, messages are packed and unpacked, and
 * what went wrong is reported. A reply is freed with message_free.
 */
#ifndef CBANK_CLI_CALL_H
#define CBANK_CLI_CALL_H

#include "cli.h"

#include <protobuf-c/protobuf-c.h>

/* The messages' common face: `base` of every request, the descriptor of every reply. */
typedef ProtobufCMessage message;
typedef ProtobufCMessageDescriptor message_type;

typedef cbank_status plain_call(cbank_bank *bank, cbank_buffer *reply, cbank_error *err);
typedef cbank_status bank_call(cbank_bank *bank, const uint8_t *request, size_t request_size,
                               cbank_buffer *reply, cbank_error *err);
typedef cbank_status signed_call(cbank_bank *bank, const cbank_key *key, const uint8_t *request,
                                 size_t request_size, cbank_buffer *reply, cbank_error *err);

/* The bank of --bank or CBANK_BANK; NULL with a failure. It stays open until the run ends. */
cbank_bank *call_open_bank(cli *c);
/* A private key, or FILE.pub of one that is elsewhere; it stays open until the run ends. */
cbank_key *call_open_key(cli *c, const char *path, const char *passphrase_option);
/* Closes what was opened and wipes passphrases. */
void call_close(cli *c);

/* Asks the open bank; the reply is a message of `type`. NULL with a failure. */
void *call_plain(cli *c, plain_call *call, const message_type *type);
void *call_bank(cli *c, bank_call *call, const message *request, const message_type *type);
void *call_signed(cli *c, signed_call *call, const cbank_key *key, const message *request,
                  const message_type *type);

/* For calls of another shape: what came of it, as a message. Clears `reply`. */
void *call_reply(cli *c, cbank_status status, const cbank_error *err, cbank_buffer *reply,
                 const message_type *type);

bytes message_pack(const message *request);
void message_free(void *reply);
/* Lends the bytes to a message. */
ProtobufCBinaryData message_bytes(bytes data);

/* The caller's token: --token, or 16 random bytes into `room`. */
bool call_token(cli *c, uint8_t room[16], ProtobufCBinaryData *out);

#endif
