/*
 * digest.h - the suite's hash, with a context that one thread reuses.
 *
 * A hasher costs an allocation; hashing with it costs none but the first time that what is hashed
 * comes piecewise. It belongs to one thread at a time.
 * Every use outside the RFC 9162 tree begins with a label, so that a digest of one kind can never
 * be taken for another.
 */
#ifndef CBI_CRYPTO_DIGEST_H
#define CBI_CRYPTO_DIGEST_H

#include "crypto/suite.h"

typedef struct cbi_hasher cbi_hasher;

cbank_status cbi_hasher_new(cbi_suite suite, cbi_hasher **out, cbank_error *err);
void cbi_hasher_free(cbi_hasher *hasher);
cbi_suite cbi_hasher_suite(const cbi_hasher *hasher);

/* H(parts[0] | parts[1] | ...). The caller makes the parts unambiguous. */
cbank_status cbi_digest_parts(cbi_hasher *hasher, const cbi_bytes *parts, size_t count,
                              cbi_hash *out, cbank_error *err);

/* H(label | 00 | bytes), `label` such as "cbank/v1/statement". */
cbank_status cbi_digest_labelled(cbi_hasher *hasher, const char *label, cbi_bytes bytes,
                                 cbi_hash *out, cbank_error *err);

/* Piecewise: begin, then any number of updates, then end. Not to be mixed with the calls above. */
cbank_status cbi_digest_begin(cbi_hasher *hasher, cbank_error *err);
cbank_status cbi_digest_update(cbi_hasher *hasher, cbi_bytes bytes, cbank_error *err);
cbank_status cbi_digest_end(cbi_hasher *hasher, cbi_hash *out, cbank_error *err);

/* SHA-256 whatever the suite: only for the key ids of signed notes, as C2SP defines them. */
cbank_status cbi_digest_sha256(cbi_bytes bytes, cbi_hash *out, cbank_error *err);

#endif
