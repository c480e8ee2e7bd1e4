/*
 * freed.h - the pages of an LMDB file that commits have given up.
 *
 * LMDB's table 0 lists them by the commit that freed them. A page is nobody's once no reader is on
 * a commit before that one, and the commit itself is not the newest: only then LMDB would use it
 * again.
 */
#ifndef CBI_STORE_FREED_H
#define CBI_STORE_FREED_H

#include "store/environment.h"

/* How many there are. From inside (environment.h). */
cbank_status cbi_freed_count(cbi_environment *environment, uint64_t *out, cbank_error *err);

/* BUSY (COMPACT_READERS) if another process has the environment open. */
cbank_status cbi_freed_check_alone(cbi_environment *environment, cbank_error *err);
/*
 * Overwrites those that are nobody's, and all behind the last page, with zeros, and syncs. The
 * caller holds the writer's lock with a transaction of the number `writer`, in which nothing was
 * changed. BUSY if a reader keeps any but those of the newest commit; IO.
 */
cbank_status cbi_freed_wipe(cbi_environment *environment, uint64_t writer, uint64_t *out_pages,
                            cbank_error *err);

#endif
