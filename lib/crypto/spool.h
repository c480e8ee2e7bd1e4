/*
 * spool.h - bytes that may be more than memory should hold, on their way through one process.
 *
 * Up to CBI_SPOOL_MEMORY stays in memory. What is more goes to a file that has no name, page by
 * page, sealed under a key that exists only here, in hidden memory: whatever becomes of the
 * process, nobody can read on the disk what went through it. One thread at a time, but for reading:
 * that may be done by several.
 */
#ifndef CBI_CRYPTO_SPOOL_H
#define CBI_CRYPTO_SPOOL_H

#include "crypto/secret.h"

/* A batch of ten thousand records, or a spreadsheet of as many rows. */
#define CBI_SPOOL_MEMORY (8u << 20)

typedef struct cbi_spool cbi_spool;

cbank_status cbi_spool_new(cbi_suite suite, cbi_spool **out, cbank_error *err);
/* Wipes. NULL is a no-op. */
void cbi_spool_free(cbi_spool *spool);

/* IO, FULL; nothing can be appended after a failure. */
cbank_status cbi_spool_append(cbi_spool *spool, cbi_bytes bytes, cbank_error *err);
uint64_t cbi_spool_size(const cbi_spool *spool);
/* Copies `size` bytes from `offset` on, which are there. IO; CORRUPT if the file was touched. */
cbank_status cbi_spool_read(cbi_spool *spool, uint64_t offset, size_t size, uint8_t *out,
                            cbank_error *err);

#endif
