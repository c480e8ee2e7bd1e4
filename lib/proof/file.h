/*
 * file.h - opening what an assembly has put together: container, envelope and head, strictly.
 *
 * Nothing of it is to be believed until the envelope's signature and the body's digest have been
 * checked, in this order.
 */
#ifndef CBI_PROOF_FILE_H
#define CBI_PROOF_FILE_H

#include "proof/envelope.h"
#include "wire/artefact.h"
#include "wire/message.h"

typedef struct cbi_file {
    cbi_envelope envelope;     /* lent */
    cbi_artefact_reader parts; /* lent */
    void *head;                /* the unpacked message that the type's head is */
} cbi_file;

/* Form only. `out` is {0} before. */
cbank_status cbi_file_open(cbi_bytes bytes, const char *payload_type,
                           const ProtobufCMessageDescriptor *head_type, cbi_file *out,
                           cbank_error *err);
/* BAD_SIGNATURE if the body is not the one whose digest the head holds. */
cbank_status cbi_file_check_body(cbi_hasher *hasher, const cbi_file *file, cbi_bytes digest,
                                 cbank_error *err);
/* The next part, which must be there. MALFORMED. Lends the bytes. */
cbank_status cbi_file_next(cbi_file *file, cbi_bytes *part, cbank_error *err);
/* The same, parsed; freed with cbi_message_free. */
cbank_status cbi_file_next_message(cbi_file *file, const ProtobufCMessageDescriptor *type,
                                   void *out_message, cbank_error *err);
/* The same within the head: it ends with the file. */
cbank_status cbi_file_next_within(cbi_file *file, const ProtobufCMessageDescriptor *type,
                                  void *out_message, cbank_error *err);
/* MALFORMED if there is another part. */
cbank_status cbi_file_end(cbi_file *file, cbank_error *err);
void cbi_file_clear(cbi_file *file);

#endif
