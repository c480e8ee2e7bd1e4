/*
 * meta.h - LMDB's two meta pages, read without LMDB.
 *
 * LMDB maps its file without looking at the length: a file cut short ends the process by SIGBUS.
 * So we look first, while LMDB does not have the file open.
 */
#ifndef CBI_STORE_META_H
#define CBI_STORE_META_H

#include "base/error.h"

typedef struct cbi_meta {
    uint64_t page_bytes;
    uint64_t used_bytes; /* up to the end of the last page in use; not beyond the file */
} cbi_meta;

/*
 * MALFORMED if this is no LMDB file, CORRUPT if it is cut short, has lost a meta page, or says of
 * its own tables what no file of LMDB says.
 */
cbank_status cbi_meta_read(int fd, const char *object, cbi_meta *out, cbank_error *err);

#endif
