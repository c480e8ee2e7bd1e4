/*
 * meta.h - LMDB's two meta pages, read without LMDB.
 *
 * LMDB maps its file without looking at the length: a file cut short ends the process by SIGBUS.
 * So we look first, while LMDB does not have the file open.
 */
#ifndef CBI_STORE_META_H
#define CBI_STORE_META_H

#include "base/error.h"
#include "store/filepage.h"

typedef struct cbi_meta {
    uint64_t page_bytes;
    uint64_t used_bytes; /* up to the end of the last page in use; not beyond the file */
} cbi_meta;

/*
 * MALFORMED if this is no LMDB file, CORRUPT if it is cut short, has lost a meta page, or says of
 * its own tables what no file of LMDB says.
 */
cbank_status cbi_meta_read(int fd, const char *object, cbi_meta *out, cbank_error *err);

/* Where a commit's trees begin. */
typedef struct cbi_roots {
    bool found; /* a newer commit may have taken its place */
    cbi_tree free_pages;
    cbi_tree names;
    uint64_t last_page;
} cbi_roots;

/* Of the commit of that number, beside LMDB. CORRUPT, IO. */
cbank_status cbi_meta_roots(int fd, size_t page_bytes, uint64_t commit, const char *object,
                            cbi_roots *out, cbank_error *err);

#endif
