/*
 * compaction.h - what was deleted leaves the file, in bounded steps, while the store is in use.
 *
 * LMDB keeps the bytes of deleted rows in two kinds of places: in pages that no commit uses any
 * more, and in the unused middle of pages that are in use. So every row is written once more,
 * which moves it to a page without such remains, and then all pages that nobody can read are
 * overwritten with zeros, under the writer's lock. A crash at any moment leaves a sound store, and
 * a compaction that has to be begun again.
 *
 * One thing may stay: the tree goes on using the key of a deleted row as a signpost. So no key may
 * say who somebody is; the bank's are numbers, MACs under a key of its own, and the record numbers
 * that institutions state.
 *
 * Another process may have remains in its buffers and write them on, so the store may be open in
 * this process only when the last step comes.
 */
#ifndef CBI_STORE_COMPACTION_H
#define CBI_STORE_COMPACTION_H

#include "store/store.h"

typedef struct cbi_compaction cbi_compaction;

typedef struct cbi_compacted {
    uint64_t rewritten_bytes; /* so far, of keys and values */
    uint64_t total_bytes;     /* of the file, about as much as there is to rewrite */
    uint64_t wiped_pages;     /* known at the end */
} cbi_compacted;

/* BUSY (COMPACT_READERS) if another process has the store open. `store` is borrowed. */
cbank_status cbi_compaction_begin(cbi_store *store, cbi_compaction **out, cbank_error *err);
/* A few MiB, or the last step; `*more` is false after it. BUSY also while somebody reads long. */
cbank_status cbi_compaction_step(cbi_compaction *compaction, bool *more, cbank_error *err);
cbi_compacted cbi_compaction_result(const cbi_compaction *compaction);
/* NULL is a no-op. */
void cbi_compaction_end(cbi_compaction *compaction);

#endif
