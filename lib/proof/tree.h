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

/* Trees are at most as large as other implementations can count (int64), so paths fit 63. */
#define CBI_TREE_SIZE_MAX ((uint64_t)INT64_MAX)
/* A consistency proof may hold one hash more than the longest path. */
#define CBI_CONSISTENCY_MAX (CBI_PROOF_PATH_MAX + 1)

typedef struct cbi_frontier {
    uint64_t size;
    cbi_hash roots[64]; /* popcount(size) of them are in use */
} cbi_frontier;

cbank_status cbi_tree_leaf(cbi_hasher *hasher, cbi_bytes leaf, cbi_hash *out, cbank_error *err);
cbank_status cbi_tree_node(cbi_hasher *hasher, const cbi_hash *left, const cbi_hash *right,
                           cbi_hash *out, cbank_error *err);

unsigned cbi_frontier_count(const cbi_frontier *frontier);
/* TOO_LARGE beyond CBI_TREE_SIZE_MAX. */
cbank_status cbi_frontier_append(cbi_hasher *hasher, cbi_frontier *frontier, const cbi_hash *leaf,
                                 cbank_error *err);
/* The same of a full subtree of `width` leaves, a power of two which divides the size. */
cbank_status cbi_frontier_join(cbi_hasher *hasher, cbi_frontier *frontier, uint64_t width,
                               const cbi_hash *subtree, cbank_error *err);
/* Root of the tree; of an empty tree H(""). */
cbank_status cbi_frontier_root(cbi_hasher *hasher, const cbi_frontier *frontier, cbi_hash *out,
                               cbank_error *err);

/*
 * Checks of proofs, exactly as RFC 9162 sections 2.1.3.2 and 2.1.4.2; NOT_INCLUDED, or FORK.
 * Equal sizes need equal roots and no path. A size of 0 is refused: every tree extends the empty
 * one, so a caller who holds size 0 has nothing to check.
 */
cbank_status cbi_tree_check_inclusion(cbi_hasher *hasher, uint64_t index, uint64_t size,
                                      const cbi_hash *leaf, const cbi_hash *path, size_t count,
                                      const cbi_hash *root, cbank_error *err);
cbank_status cbi_tree_check_consistency(cbi_hasher *hasher, uint64_t size1, const cbi_hash *root1,
                                        uint64_t size2, const cbi_hash *root2,
                                        const cbi_hash *path, size_t count, cbank_error *err);

/*
 * The way from one leaf to its root, as it was shown: ways of other leaves join it, and from there
 * on need no hashing. Begins as {0}; it is of one tree, and begins anew with another.
 */
typedef struct cbi_ascent {
    uint64_t size;
    cbi_hash root;
    size_t count; /* steps; 0 while nothing was shown */
    struct cbi_ascent_step {
        uint64_t node, last; /* in its row, and the row's last one */
        cbi_hash hash;
    } steps[CBI_PROOF_PATH_MAX];
    cbi_hash path[CBI_PROOF_PATH_MAX];
} cbi_ascent;

/* As cbi_tree_check_inclusion, whose answer it gives. */
cbank_status cbi_ascent_check_inclusion(cbi_hasher *hasher, cbi_ascent *ascent, uint64_t index,
                                        uint64_t size, const cbi_hash *leaf, const cbi_hash *path,
                                        size_t count, const cbi_hash *root, cbank_error *err);

/*
 * A range of leaves whose root a proof holds. It is one full subtree, stored as a node, if its
 * width is a power of two; else it is the ragged right edge of a tree, which consists of several.
 */
typedef struct cbi_subtree {
    uint64_t begin; /* first leaf */
    uint64_t end;   /* one past the last */
} cbi_subtree;

/*
 * The subtrees of a proof in its order, for whoever holds the nodes. Each returns how many it
 * wrote: at most CBI_PROOF_PATH_MAX, or CBI_CONSISTENCY_MAX; none for a proof that cannot be.
 */
size_t cbi_tree_inclusion_plan(uint64_t index, uint64_t size, cbi_subtree *out);
size_t cbi_tree_consistency_plan(uint64_t size1, uint64_t size2, cbi_subtree *out);

/* The full subtrees that a planned one consists of, widest first; at most 63. */
size_t cbi_tree_split(const cbi_subtree *subtree, cbi_subtree *out);
/* The root over full subtrees given widest first: what cbi_tree_split took apart. */
cbank_status cbi_tree_join(cbi_hasher *hasher, const cbi_hash *roots, size_t count, cbi_hash *out,
                           cbank_error *err);

/*
 * Over leaf hashes in memory (a batch): the root, and the path of one leaf, which holds
 * CBI_PROOF_PATH_MAX. Each hashes every node once.
 */
cbank_status cbi_tree_root_of(cbi_hasher *hasher, const cbi_hash *leaves, size_t count,
                              cbi_hash *out, cbank_error *err);
cbank_status cbi_tree_path_of(cbi_hasher *hasher, const cbi_hash *leaves, size_t count,
                              size_t index, cbi_hash *path, size_t *out_count, cbank_error *err);

#endif
