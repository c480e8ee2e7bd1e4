#include "proof/tree.h"

#include <criterion/criterion.h>

#include <string.h>

#include "proof/entry.h"
#include "proof/memory_log.h"

static cbank_status check_in(memory_log *it, uint64_t index, uint64_t size, const cbi_hash *leaf,
                             const cbi_hash *path, size_t count)
{
    return cbi_tree_check_inclusion(it->hasher, index, size, leaf, path, count, &it->roots[size],
                                    NULL);
}

static cbank_status check_grown(memory_log *it, uint64_t size1, uint64_t size2,
                                const cbi_hash *path, size_t count)
{
    return cbi_tree_check_consistency(it->hasher, size1, &it->roots[size1], size2,
                                      &it->roots[size2], path, count, NULL);
}

Test(tree_proof, every_leaf_of_every_size_has_a_proof_that_checks)
{
    for (size_t s = 0; s < MEMORY_LOG_SUITES; s++) {
        memory_log *it = memory_log_new(memory_log_suites[s]);

        for (size_t size = 1; size <= MEMORY_LOG_SIZE; size++) {
            for (size_t index = 0; index < size; index++) {
                cbi_hash path[CBI_PROOF_PATH_MAX];
                cbi_hash in_memory[CBI_PROOF_PATH_MAX];
                size_t count = memory_log_inclusion(it, index, size, path);
                size_t count_in_memory;

                cr_assert_eq(check_in(it, index, size, &it->nodes[0][index], path, count), CBANK_OK,
                             "leaf %zu of %zu", index, size);
                cr_assert_eq(cbi_tree_path_of(it->hasher, it->nodes[0], size, index, in_memory,
                                              &count_in_memory, NULL),
                             CBANK_OK);
                cr_assert_eq(count_in_memory, count);
                cr_assert_eq(memcmp(in_memory, path, count * sizeof(path[0])), 0);
            }
        }
        memory_log_free(it);
    }
}

Test(tree_proof, a_proof_holds_for_no_other_leaf_index_size_or_length)
{
    memory_log *it = memory_log_new(CBI_SUITE_SHA256_ED25519);

    for (size_t size = 1; size <= 33; size++) {
        for (size_t index = 0; index < size; index++) {
            cbi_hash path[CBI_PROOF_PATH_MAX];
            size_t count = memory_log_inclusion(it, index, size, path);
            const cbi_hash *leaf = &it->nodes[0][index];

            for (size_t other = 0; other <= 34; other++) {
                if (other != index) {
                    cr_assert_eq(check_in(it, other, size, leaf, path, count), CBANK_E_NOT_INCLUDED,
                                 "index %zu", other);
                    cr_assert_eq(check_in(it, index, size, &it->nodes[0][other], path, count),
                                 CBANK_E_NOT_INCLUDED, "leaf %zu", other);
                }
                if (other != size)
                    cr_assert_eq(check_in(it, index, other, leaf, path, count),
                                 CBANK_E_NOT_INCLUDED, "size %zu", other);
                if (other != count)
                    cr_assert_eq(check_in(it, index, size, leaf, path, other), CBANK_E_NOT_INCLUDED,
                                 "length %zu", other);
            }
        }
    }
    memory_log_free(it);
}

Test(tree_proof, no_bit_of_a_proof_can_be_changed)
{
    memory_log *it = memory_log_new(CBI_SUITE_SM3_SM2);
    cbi_hash path[CBI_PROOF_PATH_MAX];
    size_t count = memory_log_inclusion(it, 77, 101, path);

    cr_assert_eq(count, 7);
    for (size_t bit = 0; bit < count * CBI_HASH_SIZE * 8; bit++) {
        uint8_t *byte = &path[bit / 8 / CBI_HASH_SIZE].bytes[bit / 8 % CBI_HASH_SIZE];

        *byte ^= (uint8_t)(1u << bit % 8);
        cr_assert_eq(check_in(it, 77, 101, &it->nodes[0][77], path, count), CBANK_E_NOT_INCLUDED);
        *byte ^= (uint8_t)(1u << bit % 8);
    }
    memory_log_free(it);
}

/* Beside the way of `first`, does `index` check as it does alone, and not with a hash changed? */
static void check_beside(memory_log *it, size_t size, size_t first, size_t index)
{
    cbi_hash path[CBI_PROOF_PATH_MAX];
    size_t count = memory_log_inclusion(it, first, size, path);
    const cbi_hash *root = &it->roots[size], *leaves = it->nodes[0];
    cbi_ascent ascent = {0};

    cr_assert_eq(cbi_ascent_check_inclusion(it->hasher, &ascent, first, size, &leaves[first], path,
                                            count, root, NULL),
                 CBANK_OK);
    count = memory_log_inclusion(it, index, size, path);
    cr_assert_eq(cbi_ascent_check_inclusion(it->hasher, &ascent, index, size, &leaves[index], path,
                                            count, root, NULL),
                 CBANK_OK);
    for (size_t i = 0; i < count; i++) {
        path[i].bytes[i % CBI_HASH_SIZE] ^= 1;
        cr_assert_eq(cbi_ascent_check_inclusion(it->hasher, &ascent, index, size, &leaves[index],
                                                path, count, root, NULL),
                     CBANK_E_NOT_INCLUDED, "hash %zu of leaf %zu of %zu", i, index, size);
        path[i].bytes[i % CBI_HASH_SIZE] ^= 1;
        cr_assert_eq(cbi_ascent_check_inclusion(it->hasher, &ascent, index, size, &leaves[index],
                                                path, i, root, NULL),
                     CBANK_E_NOT_INCLUDED, "%zu hashes of leaf %zu of %zu", i, index, size);
    }
    cr_assert_eq(cbi_ascent_check_inclusion(it->hasher, &ascent, index, size, &leaves[size], path,
                                            count, root, NULL),
                 CBANK_E_NOT_INCLUDED);
}

Test(tree_proof, a_way_that_joins_one_that_was_shown_is_judged_as_it_is_alone)
{
    memory_log *it = memory_log_new(CBI_SUITE_SHA256_ED25519);

    for (size_t size = 1; size <= 33; size++) {
        for (size_t first = 0; first < size; first++) {
            for (size_t index = 0; index < size; index++)
                check_beside(it, size, first, index);
        }
    }
    memory_log_free(it);
}

/* What was shown of one tree says nothing about another, be it of the same size. */
Test(tree_proof, a_way_that_was_shown_is_of_its_own_tree_only)
{
    memory_log *it = memory_log_new(CBI_SUITE_SHA256_ED25519);
    const cbi_hash *leaves = it->nodes[0];
    cbi_ascent ascent = {0};

    for (size_t size = 1; size <= 33; size++) {
        cbi_hash path[CBI_PROOF_PATH_MAX];
        size_t count = memory_log_inclusion(it, 0, size, path);

        cr_assert_eq(cbi_ascent_check_inclusion(it->hasher, &ascent, 0, size, leaves, path, count,
                                                &it->roots[size], NULL),
                     CBANK_OK);
        cr_assert_eq(cbi_ascent_check_inclusion(it->hasher, &ascent, 0, size, leaves, path, count,
                                                &it->roots[size + 1], NULL),
                     CBANK_E_NOT_INCLUDED);
        cr_assert_eq(cbi_ascent_check_inclusion(it->hasher, &ascent, 0, size, leaves, path, count,
                                                &it->roots[size], NULL),
                     CBANK_OK);
    }
    memory_log_free(it);
}

Test(tree_proof, every_size_extends_every_smaller_size)
{
    for (size_t s = 0; s < MEMORY_LOG_SUITES; s++) {
        memory_log *it = memory_log_new(memory_log_suites[s]);

        for (size_t size2 = 1; size2 <= MEMORY_LOG_SIZE; size2++) {
            for (size_t size1 = 1; size1 <= size2; size1++) {
                cbi_hash path[CBI_CONSISTENCY_MAX];
                size_t count = memory_log_consistency(it, size1, size2, path);

                cr_assert_eq(check_grown(it, size1, size2, path, count), CBANK_OK, "%zu of %zu",
                             size1, size2);
            }
        }
        memory_log_free(it);
    }
}

Test(tree_proof, a_consistency_proof_holds_for_no_other_sizes_or_length)
{
    memory_log *it = memory_log_new(CBI_SUITE_SHA256_ED25519);

    for (size_t size2 = 2; size2 <= 33; size2++) {
        for (size_t size1 = 1; size1 < size2; size1++) {
            cbi_hash path[CBI_CONSISTENCY_MAX];
            size_t count = memory_log_consistency(it, size1, size2, path);

            for (size_t other = 0; other <= 34; other++) {
                if (other != size1)
                    cr_assert_eq(check_grown(it, other, size2, path, count), CBANK_E_FORK,
                                 "%zu, then %zu", other, size2);
                if (other != size2)
                    cr_assert_eq(check_grown(it, size1, other, path, count), CBANK_E_FORK,
                                 "%zu, then %zu", size1, other);
                if (other != count)
                    cr_assert_eq(check_grown(it, size1, size2, path, other), CBANK_E_FORK,
                                 "%zu, then %zu, length %zu", size1, size2, other);
            }
        }
    }
    memory_log_free(it);
}

Test(tree_proof, a_log_that_changed_an_old_leaf_is_a_fork)
{
    memory_log *it = memory_log_new(CBI_SUITE_SHA256_ED25519);
    cbi_hash leaves[20];
    cbi_hash rewritten;
    cbi_hash path[CBI_CONSISTENCY_MAX];
    size_t count = memory_log_consistency(it, 13, 20, path);

    memcpy(leaves, it->nodes[0], sizeof(leaves));
    leaves[5] = memory_log_leaf(it->hasher, "rewritten", 9);
    cr_assert_eq(cbi_tree_root_of(it->hasher, leaves, 20, &rewritten, NULL), CBANK_OK);
    cr_assert_eq(cbi_tree_check_consistency(it->hasher, 13, &it->roots[13], 20, &rewritten, path,
                                            count, NULL),
                 CBANK_E_FORK);
    cr_assert_eq(
        cbi_tree_check_consistency(it->hasher, 20, &it->roots[20], 20, &rewritten, NULL, 0, NULL),
        CBANK_E_FORK);
    memory_log_free(it);
}

Test(tree_proof, nothing_is_proven_about_the_empty_tree)
{
    memory_log *it = memory_log_new(CBI_SUITE_SHA256_ED25519);
    cbi_subtree plan[CBI_CONSISTENCY_MAX];

    cr_assert_eq(cbi_tree_consistency_plan(0, 5, plan), 0);
    cr_assert_eq(check_grown(it, 0, 5, NULL, 0), CBANK_E_FORK);
    cr_assert_eq(check_grown(it, 0, 0, NULL, 0), CBANK_E_FORK);
    cr_assert_eq(cbi_tree_inclusion_plan(0, 0, plan), 0);
    cr_assert_eq(check_in(it, 0, 0, &it->nodes[0][0], NULL, 0), CBANK_E_NOT_INCLUDED);
    memory_log_free(it);
}

Test(tree_proof, a_path_of_63_checks_and_one_of_64_does_not)
{
    cbi_hasher *hasher = memory_log_hasher(CBI_SUITE_SHA256_ED25519);
    cbi_subtree plan[CBI_CONSISTENCY_MAX];
    cbi_hash path[CBI_PROOF_PATH_MAX + 1];
    cbi_hash leaf = memory_log_leaf(hasher, "deep", 4);
    cbi_hash root = leaf;

    for (uint8_t i = 0; i <= CBI_PROOF_PATH_MAX; i++)
        path[i] = memory_log_leaf(hasher, &i, 1);
    for (size_t i = 0; i < CBI_PROOF_PATH_MAX; i++)
        root = memory_log_node(hasher, &root, &path[i]);
    cr_assert_eq(cbi_tree_inclusion_plan(0, CBI_TREE_SIZE_MAX, plan), CBI_PROOF_PATH_MAX);
    cr_assert_eq(cbi_tree_check_inclusion(hasher, 0, CBI_TREE_SIZE_MAX, &leaf, path,
                                          CBI_PROOF_PATH_MAX, &root, NULL),
                 CBANK_OK);
    root = memory_log_node(hasher, &root, &path[CBI_PROOF_PATH_MAX]);
    cr_assert_eq(cbi_tree_check_inclusion(hasher, 0, UINT64_MAX, &leaf, path,
                                          CBI_PROOF_PATH_MAX + 1, &root, NULL),
                 CBANK_E_NOT_INCLUDED);
    cr_assert_leq(cbi_tree_consistency_plan(CBI_TREE_SIZE_MAX / 2, CBI_TREE_SIZE_MAX, plan),
                  CBI_CONSISTENCY_MAX);
    cr_assert_eq(cbi_tree_consistency_plan(1, CBI_TREE_SIZE_MAX, plan), CBI_PROOF_PATH_MAX);
    cbi_hasher_free(hasher);
}

Test(tree_proof, a_path_longer_than_the_tree_is_deep_is_refused_whatever_it_folds_to)
{
    memory_log *it = memory_log_new(CBI_SUITE_SHA256_ED25519);
    const cbi_hash *path = it->nodes[0];
    cbi_hash folded = memory_log_node(it->hasher, &path[1], &path[0]);
    cbi_hash old_root = memory_log_node(it->hasher, &path[2], &path[0]);
    cbi_hash new_root = memory_log_node(it->hasher, &path[0], &path[1]);

    cr_assert_eq(cbi_tree_check_inclusion(it->hasher, 0, 1, &path[0], &path[1], 1, &folded, NULL),
                 CBANK_E_NOT_INCLUDED);

    new_root = memory_log_node(it->hasher, &path[2], &new_root);
    cr_assert_eq(cbi_tree_check_consistency(it->hasher, 3, &old_root, 4, &new_root, path, 3, NULL),
                 CBANK_OK);
    old_root = memory_log_node(it->hasher, &path[3], &old_root);
    new_root = memory_log_node(it->hasher, &path[3], &new_root);
    cr_assert_eq(cbi_tree_check_consistency(it->hasher, 3, &old_root, 4, &new_root, path, 4, NULL),
                 CBANK_E_FORK);
    memory_log_free(it);
}

Test(tree_proof, sizes_that_no_tree_has_are_refused)
{
    static const uint64_t sizes[] = {CBI_TREE_SIZE_MAX + 1, CBI_TREE_SIZE_MAX + 2, UINT64_MAX - 1,
                                     UINT64_MAX};
    memory_log *it = memory_log_new(CBI_SUITE_SHA256_ED25519);
    cbi_subtree plan[CBI_CONSISTENCY_MAX];
    const cbi_hash *any = it->nodes[0];

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint64_t size = sizes[i];

        cr_assert_eq(cbi_tree_inclusion_plan(size - 1, size, plan), 0);
        cr_assert_eq(cbi_tree_consistency_plan(size - 1, size, plan), 0);
        for (size_t count = 0; count <= CBI_CONSISTENCY_MAX; count++) {
            cr_assert_eq(
                cbi_tree_check_inclusion(it->hasher, size - 1, size, any, any, count, any, NULL),
                CBANK_E_NOT_INCLUDED);
            cr_assert_eq(
                cbi_tree_check_consistency(it->hasher, size - 1, any, size, any, any, count, NULL),
                CBANK_E_FORK);
        }
    }
    memory_log_free(it);
}

/* Without the prefixes 00 and 01 two hashes side by side would pass for a leaf. */
Test(tree_proof, a_64_byte_leaf_made_of_two_child_hashes_is_refused)
{
    for (size_t s = 0; s < MEMORY_LOG_SUITES; s++) {
        memory_log *it = memory_log_new(memory_log_suites[s]);
        const cbi_hash *left = &it->nodes[1][0];
        const cbi_hash *right = &it->nodes[1][1];
        uint8_t forged[2 * CBI_HASH_SIZE];
        cbi_hash leaf;
        cbi_entry entry;

        memcpy(forged, it->nodes[0][0].bytes, CBI_HASH_SIZE);
        memcpy(forged + CBI_HASH_SIZE, it->nodes[0][1].bytes, CBI_HASH_SIZE);
        leaf = memory_log_leaf(it->hasher, forged, sizeof(forged));
        cr_assert(!cbi_hash_equal(&leaf, left));
        cr_assert_eq(
            cbi_tree_check_inclusion(it->hasher, 0, 2, &leaf, right, 1, &it->roots[4], NULL),
            CBANK_E_NOT_INCLUDED);
        cr_assert_eq(cbi_entry_decode(cbi_bytes_of(forged, sizeof(forged)), &entry, NULL),
                     CBANK_E_MALFORMED, "nor is it an entry");
        memory_log_free(it);
    }
}

Test(tree_proof, a_node_passed_off_as_a_leaf_is_refused_at_the_signed_size)
{
    for (size_t s = 0; s < MEMORY_LOG_SUITES; s++) {
        memory_log *it = memory_log_new(memory_log_suites[s]);

        for (size_t index = 0; index < 4; index++) {
            cr_assert_eq(check_in(it, index, 4, &it->nodes[1][0], &it->nodes[1][1], 1),
                         CBANK_E_NOT_INCLUDED);
            cr_assert_eq(check_in(it, index, 4, &it->nodes[1][1], &it->nodes[1][0], 1),
                         CBANK_E_NOT_INCLUDED);
            cr_assert_eq(check_in(it, index, 4, &it->roots[4], NULL, 0), CBANK_E_NOT_INCLUDED);
        }
        memory_log_free(it);
    }
}
