/* memory_log.h - a log in memory that makes proofs from stored nodes, as a ledger does. */
#ifndef CBI_TESTS_PROOF_MEMORY_LOG_H
#define CBI_TESTS_PROOF_MEMORY_LOG_H

#include "proof/tree.h"

#define MEMORY_LOG_SIZE 130
#define MEMORY_LOG_LEVELS 8
#define MEMORY_LOG_SUITES 2

extern const cbi_suite memory_log_suites[MEMORY_LOG_SUITES];

typedef struct memory_log {
    cbi_hasher *hasher;
    /* nodes[level][i] is the full subtree of 2^level leaves from i * 2^level on. */
    cbi_hash nodes[MEMORY_LOG_LEVELS][MEMORY_LOG_SIZE];
    cbi_hash roots[MEMORY_LOG_SIZE + 1]; /* of the tree of each size */
} memory_log;

memory_log *memory_log_new(cbi_suite suite);
void memory_log_free(memory_log *it);

/* Each returns the length of the path it writes. */
size_t memory_log_inclusion(memory_log *it, uint64_t index, uint64_t size, cbi_hash *path);
size_t memory_log_consistency(memory_log *it, uint64_t size1, uint64_t size2, cbi_hash *path);

/* What cannot fail here, without the status. */
cbi_hasher *memory_log_hasher(cbi_suite suite);
cbi_hash memory_log_leaf(cbi_hasher *hasher, const void *data, size_t size);
cbi_hash memory_log_node(cbi_hasher *hasher, const cbi_hash *left, const cbi_hash *right);

#endif
