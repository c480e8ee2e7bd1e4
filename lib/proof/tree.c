#include "proof/tree.h"

#include <string.h>

cbank_status cbi_tree_leaf(cbi_hasher *hasher, cbi_bytes leaf, cbi_hash *out, cbank_error *err)
{
    static const uint8_t prefix = 0;
    cbi_bytes parts[] = {cbi_bytes_of(&prefix, 1), leaf};

    return cbi_digest_parts(hasher, parts, 2, out, err);
}

cbank_status cbi_tree_node(cbi_hasher *hasher, const cbi_hash *left, const cbi_hash *right,
                           cbi_hash *out, cbank_error *err)
{
    static const uint8_t prefix = 1;
    cbi_bytes parts[] = {cbi_bytes_of(&prefix, 1), cbi_bytes_of_hash(left),
                         cbi_bytes_of_hash(right)};

    return cbi_digest_parts(hasher, parts, 3, out, err);
}

unsigned cbi_frontier_count(const cbi_frontier *frontier)
{
    return (unsigned)__builtin_popcountll(frontier->size);
}

cbank_status cbi_frontier_append(cbi_hasher *hasher, cbi_frontier *frontier, const cbi_hash *leaf,
                                 cbank_error *err)
{
    return cbi_frontier_join(hasher, frontier, 1, leaf, err);
}

cbank_status cbi_frontier_join(cbi_hasher *hasher, cbi_frontier *frontier, uint64_t width,
                               const cbi_hash *subtree, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    unsigned count = cbi_frontier_count(frontier);
    cbi_hash root = *subtree;

    if (frontier->size > CBI_TREE_SIZE_MAX - width)
        return cbi_fail(err, CBI_REASON_TREE_FULL, frontier->size, NULL, NULL);
    /* As in binary counting: each full subtree of the new one's width joins it and carries on. */
    for (uint64_t left = frontier->size / width; left & 1; left >>= 1)
        CBI_TRY(cbi_tree_node(hasher, &frontier->roots[--count], &root, &root, err));
    frontier->roots[count] = root;
    frontier->size += width;
done:
    return status;
}

cbank_status cbi_tree_join(cbi_hasher *hasher, const cbi_hash *roots, size_t count, cbi_hash *out,
                           cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash root;

    if (count == 0)
        return cbi_digest_parts(hasher, NULL, 0, out, err);
    root = roots[count - 1];
    for (size_t i = count - 1; i > 0; i--)
        CBI_TRY(cbi_tree_node(hasher, &roots[i - 1], &root, &root, err));
    *out = root;
done:
    return status;
}

cbank_status cbi_frontier_root(cbi_hasher *hasher, const cbi_frontier *frontier, cbi_hash *out,
                               cbank_error *err)
{
    return cbi_tree_join(hasher, frontier->roots, cbi_frontier_count(frontier), out, err);
}

/* A row's last node without a sibling rises unhashed to the row where it is a right child. */
static void rise(uint64_t *node, uint64_t *last)
{
    while (*node != 0 && (*node & 1) == 0) {
        *node >>= 1;
        *last >>= 1;
    }
}

/* One step up, past the node beside it. */
static cbank_status climb(cbi_hasher *hasher, struct cbi_ascent_step *at, const cbi_hash *beside,
                          cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if ((at->node & 1) == 1 || at->node == at->last) {
        CBI_TRY(cbi_tree_node(hasher, beside, &at->hash, &at->hash, err));
        rise(&at->node, &at->last);
    } else {
        CBI_TRY(cbi_tree_node(hasher, &at->hash, beside, &at->hash, err));
    }
    at->node >>= 1;
    at->last >>= 1;
done:
    return status;
}

/* The same node as in a way that was shown, and the same nodes beside what is left of it? */
static bool joins(const cbi_ascent *shown, const struct cbi_ascent_step *at, const cbi_hash *path,
                  size_t left)
{
    size_t passed = shown->count - left;
    const struct cbi_ascent_step *step;

    if (left > shown->count)
        return false;
    step = &shown->steps[passed];
    return step->node == at->node && step->last == at->last &&
           cbi_hash_equal(&step->hash, &at->hash) &&
           memcmp(path, &shown->path[passed], left * sizeof(*path)) == 0;
}

cbank_status cbi_ascent_check_inclusion(cbi_hasher *hasher, cbi_ascent *ascent, uint64_t index,
                                        uint64_t size, const cbi_hash *leaf, const cbi_hash *path,
                                        size_t count, const cbi_hash *root, cbank_error *err)
{
    struct cbi_ascent_step at = {.node = index, .last = size - 1, .hash = *leaf};
    cbank_status status = CBANK_OK;

    if (index >= size || size > CBI_TREE_SIZE_MAX || count > CBI_PROOF_PATH_MAX)
        return cbi_fail(err, CBI_REASON_NOT_INCLUDED, index, NULL, "index, size or path length");
    if (ascent->size != size || !cbi_hash_equal(&ascent->root, root))
        ascent->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (at.last == 0)
            return cbi_fail(err, CBI_REASON_NOT_INCLUDED, index, NULL, "path too long");
        if (ascent->count > 0 && joins(ascent, &at, &path[i], count - i))
            return CBANK_OK;
        if (ascent->count == 0)
            ascent->steps[i] = at;
        CBI_TRY(climb(hasher, &at, &path[i], err));
    }
    if (at.last != 0)
        return cbi_fail(err, CBI_REASON_NOT_INCLUDED, index, NULL, "path too short");
    if (!cbi_hash_equal(&at.hash, root))
        return cbi_fail(err, CBI_REASON_NOT_INCLUDED, index, NULL, "another root");
    if (ascent->count == 0 && count > 0) {
        memcpy(ascent->path, path, count * sizeof(*path));
        ascent->size = size;
        ascent->root = *root;
        ascent->count = count;
    }
done:
    return status;
}

cbank_status cbi_tree_check_inclusion(cbi_hasher *hasher, uint64_t index, uint64_t size,
                                      const cbi_hash *leaf, const cbi_hash *path, size_t count,
                                      const cbi_hash *root, cbank_error *err)
{
    cbi_ascent ascent;

    ascent.size = 0; /* of no tree */
    return cbi_ascent_check_inclusion(hasher, &ascent, index, size, leaf, path, count, root, err);
}

/* RFC 9162 section 2.1.4.2 from step 4 on: the path begins with the old tree's last subtree. */
static cbank_status check_extension(cbi_hasher *hasher, uint64_t size1, const cbi_hash *root1,
                                    uint64_t size2, const cbi_hash *root2, const cbi_hash *first,
                                    const cbi_hash *path, size_t count, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t node = size1 - 1;
    uint64_t last = size2 - 1;
    cbi_hash old_root = *first;
    cbi_hash new_root = *first;

    for (; (node & 1) == 1; node >>= 1)
        last >>= 1;
    for (size_t i = 0; i < count; i++) {
        if (last == 0)
            return cbi_fail(err, CBI_REASON_NOT_CONSISTENT, size1, NULL, "path too long");
        if ((node & 1) == 1 || node == last) {
            CBI_TRY(cbi_tree_node(hasher, &path[i], &old_root, &old_root, err));
            CBI_TRY(cbi_tree_node(hasher, &path[i], &new_root, &new_root, err));
            rise(&node, &last);
        } else {
            CBI_TRY(cbi_tree_node(hasher, &new_root, &path[i], &new_root, err));
        }
        node >>= 1;
        last >>= 1;
    }
    if (last != 0)
        return cbi_fail(err, CBI_REASON_NOT_CONSISTENT, size1, NULL, "path too short");
    if (!cbi_hash_equal(&old_root, root1) || !cbi_hash_equal(&new_root, root2))
        return cbi_fail(err, CBI_REASON_NOT_CONSISTENT, size1, NULL, "another root");
done:
    return status;
}

cbank_status cbi_tree_check_consistency(cbi_hasher *hasher, uint64_t size1, const cbi_hash *root1,
                                        uint64_t size2, const cbi_hash *root2, const cbi_hash *path,
                                        size_t count, cbank_error *err)
{
    bool whole = (size1 & (size1 - 1)) == 0; /* the old tree is one full subtree */

    if (size1 == 0 || size1 > size2 || size2 > CBI_TREE_SIZE_MAX || count > CBI_CONSISTENCY_MAX)
        return cbi_fail(err, CBI_REASON_NOT_CONSISTENT, size1, NULL, "sizes or path length");
    if (size1 == size2) {
        if (count != 0 || !cbi_hash_equal(root1, root2))
            return cbi_fail(err, CBI_REASON_NOT_CONSISTENT, size1, NULL, "one size, two roots");
        return CBANK_OK;
    }
    if (count == 0)
        return cbi_fail(err, CBI_REASON_NOT_CONSISTENT, size1, NULL, "nothing proven");
    if (whole)
        return check_extension(hasher, size1, root1, size2, root2, root1, path, count, err);
    return check_extension(hasher, size1, root1, size2, root2, path, path + 1, count - 1, err);
}

/* Width of the left subtree of a tree of `size` leaves: the largest power of two below it. */
static uint64_t left_width(uint64_t size)
{
    return UINT64_C(1) << (63 - __builtin_clzll(size - 1));
}

/* Found from the root down, wanted from the leaf up. */
static void reverse(cbi_subtree *subtrees, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        cbi_subtree other = subtrees[count - 1 - i];

        subtrees[count - 1 - i] = subtrees[i];
        subtrees[i] = other;
    }
}

size_t cbi_tree_inclusion_plan(uint64_t index, uint64_t size, cbi_subtree *out)
{
    uint64_t begin = 0;
    uint64_t end = size;
    size_t count = 0;

    if (index >= size || size > CBI_TREE_SIZE_MAX)
        return 0;
    while (end - begin > 1) {
        uint64_t middle = begin + left_width(end - begin);

        if (index < middle) {
            out[count++] = (cbi_subtree){middle, end};
            end = middle;
        } else {
            out[count++] = (cbi_subtree){begin, middle};
            begin = middle;
        }
    }
    reverse(out, count);
    return count;
}

size_t cbi_tree_consistency_plan(uint64_t size1, uint64_t size2, cbi_subtree *out)
{
    uint64_t begin = 0;
    uint64_t end = size2;
    size_t count = 0;

    if (size1 == 0 || size1 >= size2 || size2 > CBI_TREE_SIZE_MAX)
        return 0;
    while (size1 < end) {
        uint64_t middle = begin + left_width(end - begin);

        if (size1 <= middle) {
            out[count++] = (cbi_subtree){middle, end};
            end = middle;
        } else {
            out[count++] = (cbi_subtree){begin, middle};
            begin = middle;
        }
    }
    if (begin > 0) /* else the old root itself, which the verifier has */
        out[count++] = (cbi_subtree){begin, end};
    reverse(out, count);
    return count;
}

size_t cbi_tree_split(const cbi_subtree *subtree, cbi_subtree *out)
{
    uint64_t begin = subtree->begin;
    size_t count = 0;

    while (begin < subtree->end) {
        uint64_t width = UINT64_C(1) << (63 - __builtin_clzll(subtree->end - begin));

        out[count++] = (cbi_subtree){begin, begin + width};
        begin += width;
    }
    return count;
}

cbank_status cbi_tree_root_of(cbi_hasher *hasher, const cbi_hash *leaves, size_t count,
                              cbi_hash *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_frontier frontier;

    frontier.size = 0;
    for (size_t i = 0; i < count; i++)
        CBI_TRY(cbi_frontier_append(hasher, &frontier, &leaves[i], err));
    CBI_TRY(cbi_frontier_root(hasher, &frontier, out, err));
done:
    return status;
}

cbank_status cbi_tree_path_of(cbi_hasher *hasher, const cbi_hash *leaves, size_t count,
                              size_t index, cbi_hash *path, size_t *out_count, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_subtree plan[CBI_PROOF_PATH_MAX];
    size_t length = cbi_tree_inclusion_plan(index, count, plan);

    CBI_REQUIRE(index < count, err);
    for (size_t i = 0; i < length; i++)
        CBI_TRY(cbi_tree_root_of(hasher, leaves + plan[i].begin, plan[i].end - plan[i].begin,
                                 &path[i], err));
    *out_count = length;
done:
    return status;
}
