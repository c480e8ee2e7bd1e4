/*
 * tree.h - the Merkle tree of RFC 9162 section 2.1, in either suite's hash.
 *
 * Leaf hash H(00 | leaf), node H(01 | left | right). A frontier is the roots of the full subtrees
 * that a tree of that size consists of, widest first; it is all that appending needs.
 */
#ifndef CBI_PROOF_TREE_H
#define CBI_PROOF_TREE_H

#include "base/limits.h"
#include "crypto/digest.h"

typedef struct cbi_frontier {
    uint64_t size;
    cbi_hash roots[64]; /* popcount(size) of them are in use */
} cbi_frontier;

cbank_status cbi_tree_leaf(cbi_hasher *hasher, cbi_bytes leaf, cbi_hash *out, cbank_error *err);
cbank_status cbi_tree_node(cbi_hasher *hasher, const cbi_hash *left, const cbi_hash *right,
                           cbi_hash *out, cbank_error *err);

unsigned cbi_frontier_count(const cbi_frontier *frontier);
cbank_status cbi_frontier_append(cbi_hasher *hasher, cbi_frontier *frontier, const cbi_hash *leaf,
                                 cbank_error *err);
/* Root of the tree; of an empty tree H(""). */
cbank_status cbi_frontier_root(cbi_hasher *hasher, const cbi_frontier *frontier, cbi_hash *out,
                               cbank_error *err);

/* Checks of proofs, exactly as RFC 9162 section 2.1.3.2 and 2.1.4.2. NOT_INCLUDED, or FORK. */
cbank_status cbi_tree_check_inclusion(cbi_hasher *hasher, uint64_t index, uint64_t size,
                                      const cbi_hash *leaf, const cbi_hash *path, size_t count,
                                      const cbi_hash *root, cbank_error *err);
cbank_status cbi_tree_check_consistency(cbi_hasher *hasher, uint64_t size1, const cbi_hash *root1,
                                        uint64_t size2, const cbi_hash *root2,
                                        const cbi_hash *path, size_t count, cbank_error *err);

/*
 * Which subtrees a proof consists of: (level, index) with 2^level leaves beginning at
 * index * 2^level, in the proof's order. A ragged right edge is the combined root of several
 * full subtrees, widest first, told by `parts` > 1. Whoever holds the nodes fills them in.
 */
typedef struct cbi_subtree {
    uint64_t begin; /* first leaf */
    uint64_t end;   /* one past the last; a full subtree if end - begin is a power of two */
} cbi_subtree;

/* Each returns the number written, at most CBI_PROOF_PATH_MAX + 1. */
size_t cbi_tree_inclusion_plan(uint64_t index, uint64_t size, cbi_subtree *out);
size_t cbi_tree_consistency_plan(uint64_t size1, uint64_t size2, cbi_subtree *out);

/* Over leaf hashes in memory (a batch): the root, and the path of one leaf. */
cbank_status cbi_tree_root_of(cbi_hasher *hasher, const cbi_hash *leaves, size_t count,
                              cbi_hash *out, cbank_error *err);
cbank_status cbi_tree_path_of(cbi_hasher *hasher, const cbi_hash *leaves, size_t count,
                              size_t index, cbi_hash *path, size_t *out_count, cbank_error *err);

#endif
