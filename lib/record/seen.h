/*
 * seen.h - which references a file has had so far, within bounded memory.
 *
 * Keeps a fingerprint of each reference and, where it is asked for, of each content: a file of a
 * million rows takes 29 or 46 MiB, and a chance of one in 2^88 that two references are taken for
 * one (crypto/fingerprint.h).
 */
#ifndef CBI_RECORD_SEEN_H
#define CBI_RECORD_SEEN_H

#include "crypto/fingerprint.h"

typedef struct cbi_seen cbi_seen;

/* `contents`: whether it is to tell rows that say the same. */
cbank_status cbi_seen_new(bool contents, cbi_seen **out, cbank_error *err);
/* NULL is a no-op. */
void cbi_seen_free(cbi_seen *seen);

/*
 * Remembers a reference, with the row that has it and what that row says. If it was there before,
 * `*first_row` is the row that had it, and `*same` whether that row said the same, as far as
 * contents are kept; else it is 0.
 * TOO_LARGE beyond CBI_BATCH_RECORDS_MAX references.
 */
cbank_status cbi_seen_add(cbi_seen *seen, cbi_bytes reference, cbi_bytes content, uint64_t row,
                          uint64_t *first_row, bool *same, cbank_error *err);
/* The same without remembering it: `*first_row` is 0 if it is new. */
void cbi_seen_look(const cbi_seen *seen, cbi_bytes reference, cbi_bytes content,
                   uint64_t *first_row, bool *same);

#endif
