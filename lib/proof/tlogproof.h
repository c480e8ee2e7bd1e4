/*
 * tlogproof.h - c2sp.org/tlog-proof@v1: one leaf's index and path beside a signed checkpoint.
 *
 * A text file that shows that something was logged. It is taken apart here and proves nothing
 * until its note is verified (note.h, checkpoint.h) and its path checked (tree.h).
 */
#ifndef CBI_PROOF_TLOGPROOF_H
#define CBI_PROOF_TLOGPROOF_H

#include "base/bytes.h"
#include "base/limits.h"

typedef struct cbi_tlog_proof {
    uint64_t index;
    cbi_hash path[CBI_PROOF_PATH_MAX];
    size_t count;
    cbi_bytes note; /* lent, not verified */
} cbi_tlog_proof;

/* Appended. */
cbank_status cbi_tlog_proof_encode(uint64_t index, const cbi_hash *path, size_t count,
                                   cbi_bytes note, cbank_buffer *out, cbank_error *err);
/* MALFORMED; also for the optional line "extra", which nothing authenticates. */
cbank_status cbi_tlog_proof_decode(cbi_bytes text, cbi_tlog_proof *out, cbank_error *err);

#endif
