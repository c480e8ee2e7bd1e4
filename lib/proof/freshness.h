/*
 * freshness.h - whether what a transcript or a claim says still holds, by a later status file.
 */
#ifndef CBI_PROOF_FRESHNESS_H
#define CBI_PROOF_FRESHNESS_H

#include "proof/statusfile.h"
#include "proof/verify.h"

/*
 * The status file to go by, for something as of a log of this size: the one that is given, or one
 * that is kept and still says something. `head` is NULL if there is none. STALE.
 */
cbank_status cbi_freshness_find(const cbi_directory *directory, const cbi_verify_terms *terms,
                                uint64_t size, cbi_statusfile *out, cbank_error *err);

/*
 * Without a status file nothing is said. With one, `fresh` is set, or the answer is STALE: also
 * for a file that cannot be used, which says nothing against the transcript. FORK with both notes
 * if it speaks of another log.
 */
cbank_status cbi_freshness_check(const cbi_directory *directory, const cbi_verify_terms *terms,
                                 cbi_bytes own_note, cbi_verdict *verdict, cbank_error *err);

/*
 * Until when the transcript or claim of this payload id is valid by the status file, where it was
 * extended; else 0. A file that cannot be used says nothing here.
 */
cbank_status cbi_freshness_extension(const cbi_directory *directory,
                                     const cbi_verify_terms *terms, const cbi_hash *id,
                                     int64_t *out, cbank_error *err);

#endif
