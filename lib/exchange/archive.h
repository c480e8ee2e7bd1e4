/*
 * archive.h - parts of a zip file in memory, inflated piece by piece within limits.
 *
 * A hostile archive promises little and becomes much: what a part may become is bounded in all and
 * in proportion to what it takes in the file.
 */
#ifndef CBI_EXCHANGE_ARCHIVE_H
#define CBI_EXCHANGE_ARCHIVE_H

#include "base/bytes.h"

#define CBI_ARCHIVE_MAX (128u * 1024 * 1024) /* the file itself */
#define CBI_ARCHIVE_PARTS_MAX 10000u
#define CBI_ARCHIVE_PART_MAX (2048ull * 1024 * 1024) /* a part, inflated */
#define CBI_ARCHIVE_RATIO_MAX 250u                   /* of a part beyond the first 16 MiB */

typedef struct cbi_archive cbi_archive;

/* Lends `file`. MALFORMED for what is no zip file, TOO_LARGE. */
cbank_status cbi_archive_open(cbi_bytes file, cbi_archive **out, cbank_error *err);
/* NULL is a no-op. */
void cbi_archive_close(cbi_archive *archive);

/* Whether there is a part of this name. */
bool cbi_archive_has(const cbi_archive *archive, const char *name);

/* One part at a time is open. NOT_FOUND (WORKBOOK_BROKEN is MALFORMED) if it is not there. */
cbank_status cbi_archive_begin(cbi_archive *archive, const char *name, cbank_error *err);
/* The next bytes of the part; 0 at its end. TOO_LARGE for a bomb, MALFORMED for a damaged part. */
cbank_status cbi_archive_read(cbi_archive *archive, uint8_t *out, size_t capacity, size_t *size,
                              cbank_error *err);

#endif
