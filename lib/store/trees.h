/*
 * trees.h - the b-trees of an LMDB file, looked at page by page without LMDB.
 *
 * LMDB has no checksums and follows a damaged page wherever it leads, also beyond its memory. So
 * the shape of its file is checked before it is followed: every table's, the list of free pages,
 * and the table of tables.
 */
#ifndef CBI_STORE_TREES_H
#define CBI_STORE_TREES_H

#include <lmdb.h>

#include "base/error.h"

/*
 * DEPTH: of each tree the way from its root down to its first leaf, which costs a page a level.
 * ALL: every page is whole and is where it should be, is used once, has its keys in order and
 * within the bounds of its parent, and each tree has as many rows and pages as it says.
 */
typedef enum cbi_trees_scope { CBI_TREES_DEPTH, CBI_TREES_ALL } cbi_trees_scope;

/*
 * The commit that `reader` stands on; it may be moved on to a newer one. CORRUPT (STORE_DAMAGED)
 * names the first table and page that are not as they should be; IO; MEMORY. Memory: a bit a page.
 */
cbank_status cbi_trees_check(MDB_txn *reader, cbi_trees_scope scope, cbank_error *err);

#endif
