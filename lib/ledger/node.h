/*
 * node.h - roots of any stretch of the log, from tiles above and re-hashed rows below.
 *
 * The leaves of the block of 256 rows read last are kept, because a proof asks for several
 * subtrees of one block.
 */
#ifndef CBI_LEDGER_NODE_H
#define CBI_LEDGER_NODE_H

#include "ledger/logged.h"
#include "ledger/tile.h"

/* Within one transaction, by one thread. */
typedef struct cbi_nodes {
    cbi_txn *txn;       /* borrowed */
    cbi_hasher *hasher; /* borrowed */
    uint64_t block;     /* leaves of rows block * 256 onwards */
    size_t count;       /* how many of them are known */
    cbi_hash leaves[CBI_TILE_WIDTH];
} cbi_nodes;

void cbi_nodes_init(cbi_nodes *nodes, cbi_txn *txn, cbi_hasher *hasher);

/* The leaf hash of one row. */
cbank_status cbi_nodes_leaf(cbi_nodes *nodes, uint64_t index, cbi_hash *out, cbank_error *err);

/*
 * The root of rows `begin` to `end`, as proof/tree.h plans them: `begin` is a multiple of the
 * power of two that holds them all. CORRUPT if rows or tiles are missing or damaged.
 */
cbank_status cbi_nodes_root(cbi_nodes *nodes, uint64_t begin, uint64_t end, cbi_hash *out,
                            cbank_error *err);

/* The frontier of the first `size` rows. */
cbank_status cbi_nodes_frontier(cbi_nodes *nodes, uint64_t size, cbi_frontier *out,
                                cbank_error *err);

#endif
