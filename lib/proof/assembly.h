/*
 * assembly.h - putting a file together: parts first, then the head that binds them, signed.
 *
 * The body digest is made while the parts come in; the head needs it, so the head comes last and
 * is written first. The parts wait in a spool.
 */
#ifndef CBI_PROOF_ASSEMBLY_H
#define CBI_PROOF_ASSEMBLY_H

#include "crypto/key.h"
#include "crypto/spool.h"

typedef struct cbi_assembly {
    cbi_hasher *hasher; /* runs over the body; nothing else may use it meanwhile */
    cbi_spool *body;    /* framed parts */
    cbank_buffer frame; /* of the last one */
    uint64_t limit;     /* of the file: CBI_FILE_MAX unless the maker sets another one */
    uint32_t parts;
    bool ended; /* the digest is known: no more parts */
    cbi_hash digest;
} cbi_assembly;

/* `out` is {0} before, and cleared with cbi_assembly_clear whatever this answers. */
cbank_status cbi_assembly_begin(cbi_suite suite, cbi_assembly *out, cbank_error *err);
cbank_status cbi_assembly_add(cbi_assembly *assembly, cbi_bytes part, cbank_error *err);
/* The same with a message that is packed on the way. */
cbank_status cbi_assembly_add_message(cbi_assembly *assembly, const void *message,
                                      cbank_error *err);
/* No parts can be added afterwards. */
cbank_status cbi_assembly_digest(cbi_assembly *assembly, cbi_hash *out, cbank_error *err);

/*
 * Signs the head with each key and appends the whole file. The head is a message that holds the
 * digest. TOO_LARGE if the file would exceed the limit.
 */
cbank_status cbi_assembly_finish(cbi_assembly *assembly, const char *payload_type,
                                 const void *head, const cbi_private *const *keys, size_t count,
                                 cbank_buffer *file, cbank_error *err);
/* Appends the file's beginning only, which the body follows as it stands in the spool. */
cbank_status cbi_assembly_seal(cbi_assembly *assembly, const char *payload_type, const void *head,
                               const cbi_private *const *keys, size_t count, cbank_buffer *begin,
                               cbank_error *err);
void cbi_assembly_clear(cbi_assembly *assembly);

#endif
