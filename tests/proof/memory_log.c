#include "proof/memory_log.h"

#include <criterion/criterion.h>

#include <stdlib.h>

const cbi_suite memory_log_suites[MEMORY_LOG_SUITES] = {CBI_SUITE_SHA256_ED25519,
                                                        CBI_SUITE_SM3_SM2};

cbi_hasher *memory_log_hasher(cbi_suite suite)
{
    cbi_hasher *hasher = NULL;

    cr_assert_eq(cbi_hasher_new(suite, &hasher, NULL), CBANK_OK);
    return hasher;
}

cbi_hash memory_log_leaf(cbi_hasher *hasher, const void *data, size_t size)
{
    cbi_hash leaf;

    cr_assert_eq(cbi_tree_leaf(hasher, cbi_bytes_of(data, size), &leaf, NULL), CBANK_OK);
    return leaf;
}

cbi_hash memory_log_node(cbi_hasher *hasher, const cbi_hash *left, const cbi_hash *right)
{
    cbi_hash node;

    cr_assert_eq(cbi_tree_node(hasher, left, right, &node, NULL), CBANK_OK);
    return node;
}

memory_log *memory_log_new(cbi_suite suite)
{
    memory_log *it = calloc(1, sizeof(*it));
    cbi_frontier frontier = {0};

    cr_assert_not_null(it);
    it->hasher = memory_log_hasher(suite);
    cr_assert_eq(cbi_frontier_root(it->hasher, &frontier, &it->roots[0], NULL), CBANK_OK);
    for (uint32_t i = 0; i < MEMORY_LOG_SIZE; i++) {
        it->nodes[0][i] = memory_log_leaf(it->hasher, &i, sizeof(i));
        cr_assert_eq(cbi_frontier_append(it->hasher, &frontier, &it->nodes[0][i], NULL), CBANK_OK);
        cr_assert_eq(cbi_frontier_root(it->hasher, &frontier, &it->roots[i + 1], NULL), CBANK_OK);
    }
    for (size_t level = 1; level < MEMORY_LOG_LEVELS; level++)
        for (size_t i = 0; i < (size_t)MEMORY_LOG_SIZE >> level; i++)
            it->nodes[level][i] = memory_log_node(it->hasher, &it->nodes[level - 1][2 * i],
                                                  &it->nodes[level - 1][2 * i + 1]);
    return it;
}

void memory_log_free(memory_log *it)
{
    cbi_hasher_free(it->hasher);
    free(it);
}

/* As a ledger does it: stored nodes where a subtree is full, joined where it is ragged. */
static void fill_in(memory_log *it, const cbi_subtree *plan, size_t count, cbi_hash *path)
{
    for (size_t i = 0; i < count; i++) {
        cbi_subtree full[CBI_PROOF_PATH_MAX];
        size_t parts = cbi_tree_split(&plan[i], full);
        cbi_hash roots[CBI_PROOF_PATH_MAX];

        for (size_t j = 0; j < parts; j++) {
            uint64_t width = full[j].end - full[j].begin;
            int level = __builtin_ctzll(width);

            cr_assert_eq(width & (width - 1), 0, "a full subtree");
            cr_assert_eq(full[j].begin % width, 0, "at a multiple of its width");
            roots[j] = it->nodes[level][full[j].begin >> level];
        }
        cr_assert_eq(cbi_tree_join(it->hasher, roots, parts, &path[i], NULL), CBANK_OK);
    }
}

size_t memory_log_inclusion(memory_log *it, uint64_t index, uint64_t size, cbi_hash *path)
{
    cbi_subtree plan[CBI_PROOF_PATH_MAX];
    size_t count = cbi_tree_inclusion_plan(index, size, plan);

    fill_in(it, plan, count, path);
    return count;
}

size_t memory_log_consistency(memory_log *it, uint64_t size1, uint64_t size2, cbi_hash *path)
{
    cbi_subtree plan[CBI_CONSISTENCY_MAX];
    size_t count = cbi_tree_consistency_plan(size1, size2, plan);

    fill_in(it, plan, count, path);
    return count;
}
