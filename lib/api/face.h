/*
 * face.h - what every public call does first and last: handles, requests, replies, the clock.
 *
 * A public call checks its arguments, parses the request, lets the bank act, packs the reply.
 * Anything wrong with a request is ARGUMENT: it is our own caller's, not a stranger's.
 */
#ifndef CBI_API_FACE_H
#define CBI_API_FACE_H

#include <sys/types.h>

#include "bank/bank.h"
#include "wire/message.h"

struct cbank_bank {
    cbi_bank *inner;
    pid_t pid; /* the process that opened it: a forked child must not touch it */
};

struct cbank_key {
    cbi_private *inner;
};

/* The bank behind a handle; FORKED in another process, before anything is locked. */
cbank_status cbi_face_bank(const cbank_bank *handle, cbi_bank **out, cbank_error *err);

/* Parses a request; freed with cbi_message_free. A NULL request of size 0 is the empty one. */
cbank_status cbi_face_request(const ProtobufCMessageDescriptor *type, const uint8_t *request,
                              size_t size, void *out_message, cbank_error *err);
/* Packs the reply and puts it in the place of what the buffer held. */
cbank_status cbi_face_reply(const void *message, cbank_buffer *reply, cbank_error *err);

/* The same with bytes that the caller has written, and gives away. */
void cbi_face_give(cbank_buffer *bytes, cbank_buffer *reply);

/* ARGUMENT (LIST_LIMIT) beyond `limit`. */
cbank_status cbi_face_check_list(const char *name, size_t count, size_t limit, cbank_error *err);

/* ARGUMENT if a text that the call cannot do without is not stated. */
cbank_status cbi_face_check_text(const char *name, const char *value, cbank_error *err);

/* The time, Unix seconds. The only clock of the library. */
int64_t cbi_face_now(void);

/* Passphrase of a public call; NULL is none. */
cbi_bytes cbi_face_passphrase(const uint8_t *passphrase, size_t size);

/* LangText of a request as undated names; freed with cbi_free, texts are lent. */
cbank_status cbi_face_names(Cbank__V1__LangText *const *texts, size_t count,
                            Cbank__V1__DatedName ***out, cbank_error *err);
void cbi_face_free_names(Cbank__V1__DatedName **names);
/* The other way, for replies; freed with cbi_free, texts are lent. */
cbank_status cbi_face_texts(Cbank__V1__DatedName *const *names, size_t count,
                            Cbank__V1__LangText ***out, cbank_error *err);

#endif
