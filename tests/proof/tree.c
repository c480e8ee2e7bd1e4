#include "proof/tree.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "proof/memory_log.h"
#include "vector.h"

static cbi_hash hash_from_hex(const char *hex)
{
    cbi_hash hash;

    cr_assert(cbi_hex_decode(cbi_bytes_of_text(hex), hash.bytes, CBI_HASH_SIZE));
    return hash;
}

static void assert_hash(const cbi_hash *hash, const char *hex)
{
    cbi_hash wanted = hash_from_hex(hex);

    cr_assert(cbi_hash_equal(hash, &wanted));
}

Test(tree, the_empty_tree_has_the_hash_of_nothing_as_root)
{
    static const char *const roots[MEMORY_LOG_SUITES] = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
    };

    for (size_t s = 0; s < MEMORY_LOG_SUITES; s++) {
        cbi_hasher *hasher = memory_log_hasher(memory_log_suites[s]);
        cbi_hash root;

        cr_assert_eq(cbi_tree_root_of(hasher, NULL, 0, &root, NULL), CBANK_OK);
        assert_hash(&root, roots[s]);
        cbi_hasher_free(hasher);
    }
}

Test(tree, the_eight_leaves_that_everybody_tests_with_have_the_known_root)
{
    static const struct {
        const char *data;
        size_t size;
    } leaves[] = {
        {"", 0},
        {"\x00", 1},
        {"\x10", 1},
        {"\x20\x21", 2},
        {"\x30\x31", 2},
        {"\x40\x41\x42\x43", 4},
        {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
        {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16},
    };
    cbi_hasher *hasher = memory_log_hasher(CBI_SUITE_SHA256_ED25519);
    cbi_hash hashes[8];
    cbi_hash root;

    for (size_t i = 0; i < 8; i++)
        hashes[i] = memory_log_leaf(hasher, leaves[i].data, leaves[i].size);
    assert_hash(&hashes[0], "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    cr_assert_eq(cbi_tree_root_of(hasher, hashes, 8, &root, NULL), CBANK_OK);
    assert_hash(&root, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    cbi_hasher_free(hasher);
}

Test(tree, a_frontier_holds_one_root_for_each_bit_of_its_size)
{
    cbi_hasher *hasher = memory_log_hasher(CBI_SUITE_SM3_SM2);
    cbi_frontier frontier = {0};
    cbi_hash leaf = memory_log_leaf(hasher, "x", 1);

    for (unsigned size = 1; size <= 16; size++) {
        cr_assert_eq(cbi_frontier_append(hasher, &frontier, &leaf, NULL), CBANK_OK);
        cr_assert_eq(frontier.size, size);
        cr_assert_eq(cbi_frontier_count(&frontier), (unsigned)__builtin_popcount(size));
    }
    cbi_hasher_free(hasher);
}

Test(tree, a_full_subtree_may_be_added_by_its_root)
{
    enum { LEAVES = 64 };
    cbi_hasher *hasher = memory_log_hasher(CBI_SUITE_SHA256_ED25519);
    cbi_hash leaves[LEAVES], root;

    for (size_t i = 0; i < LEAVES; i++)
        cr_assert_eq(cbi_tree_leaf(hasher, cbi_bytes_of(&i, sizeof(i)), &leaves[i], NULL),
                     CBANK_OK);
    for (uint64_t width = 1; width <= LEAVES; width *= 2) {
        cbi_frontier one_by_one = {0}, whole = {0};

        for (uint64_t from = 0; from < LEAVES; from += width) {
            cr_assert_eq(cbi_tree_root_of(hasher, leaves + from, width, &root, NULL), CBANK_OK);
            cr_assert_eq(cbi_frontier_join(hasher, &whole, width, &root, NULL), CBANK_OK);
            for (uint64_t i = 0; i < width; i++)
                cr_assert_eq(cbi_frontier_append(hasher, &one_by_one, &leaves[from + i], NULL),
                             CBANK_OK);
            cr_assert_eq(whole.size, one_by_one.size);
            cr_assert_eq(memcmp(whole.roots, one_by_one.roots,
                                cbi_frontier_count(&whole) * sizeof(root)), 0);
        }
    }
    cbi_hasher_free(hasher);
}

Test(tree, a_tree_of_the_greatest_size_takes_no_more)
{
    cbi_hasher *hasher = memory_log_hasher(CBI_SUITE_SHA256_ED25519);
    cbi_frontier frontier = {.size = CBI_TREE_SIZE_MAX};
    cbi_hash leaf = memory_log_leaf(hasher, "x", 1);

    cr_assert_eq(cbi_frontier_append(hasher, &frontier, &leaf, NULL), CBANK_E_TOO_LARGE);
    cr_assert_eq(frontier.size, CBI_TREE_SIZE_MAX);
    cbi_hasher_free(hasher);
}

Test(tree, the_frontier_and_the_leaves_give_one_root_at_every_size)
{
    for (size_t s = 0; s < MEMORY_LOG_SUITES; s++) {
        memory_log *it = memory_log_new(memory_log_suites[s]);

        for (size_t size = 0; size <= MEMORY_LOG_SIZE; size++) {
            cbi_hash root;

            cr_assert_eq(cbi_tree_root_of(it->hasher, it->nodes[0], size, &root, NULL), CBANK_OK);
            cr_assert(cbi_hash_equal(&root, &it->roots[size]), "size %zu", size);
        }
        memory_log_free(it);
    }
}

Test(tree, a_path_in_memory_is_of_a_leaf_that_is_there)
{
    memory_log *it = memory_log_new(CBI_SUITE_SHA256_ED25519);
    cbi_hash path[CBI_PROOF_PATH_MAX];
    size_t count;

    cr_assert_eq(cbi_tree_path_of(it->hasher, it->nodes[0], 5, 5, path, &count, NULL),
                 CBANK_E_ARGUMENT);
    cr_assert_eq(cbi_tree_path_of(it->hasher, it->nodes[0], 0, 0, path, &count, NULL),
                 CBANK_E_ARGUMENT);
    memory_log_free(it);
}

/* One line of the flattened vectors: name, verdict, fields, n=count, hashes ("-" is empty). */
typedef struct vector {
    char *name;
    bool valid;
    uint64_t numbers[2];
    cbi_hash hashes[2];
    cbi_hash path[CBI_CONSISTENCY_MAX];
    size_t count;
    bool has_empty; /* in place of a hash: no such call can be made here, so it counts as refused */
} vector;

static const char *value_of(char *field)
{
    char *equals = strchr(field, '=');

    cr_assert_not_null(equals);
    return equals + 1;
}

/* Garbage for a hash is filled up with zeros: then it is garbage of the right size. */
static cbi_hash read_hash(const char *hex, bool *empty)
{
    cbi_hash hash = {{0}};
    size_t size = strcmp(hex, "-") == 0 ? 0 : strlen(hex) / 2;

    cr_assert_leq(size, CBI_HASH_SIZE);
    cr_assert(cbi_hex_decode(cbi_bytes_of(hex, 2 * size), hash.bytes, size));
    *empty |= size == 0;
    return hash;
}

static void read_vector(char *line, vector *out)
{
    char *rest = line;
    char *hex;

    out->count = 0;
    out->has_empty = false;
    out->name = strtok_r(rest, " ", &rest);
    out->valid = strcmp(strtok_r(rest, " ", &rest), "1") == 0;
    for (size_t i = 0; i < 2; i++)
        cr_assert(cbi_u64_parse(cbi_bytes_of_text(value_of(strtok_r(rest, " ", &rest))),
                                &out->numbers[i]));
    for (size_t i = 0; i < 2; i++)
        out->hashes[i] = read_hash(value_of(strtok_r(rest, " ", &rest)), &out->has_empty);
    cr_assert_not_null(strtok_r(rest, " ", &rest)); /* n=, which the hashes themselves tell */
    while ((hex = strtok_r(rest, " ", &rest)) != NULL) {
        cr_assert_lt(out->count, CBI_CONSISTENCY_MAX);
        out->path[out->count++] = read_hash(hex, &out->has_empty);
    }
}

static bool inclusion_holds(cbi_hasher *hasher, const vector *v)
{
    return cbi_tree_check_inclusion(hasher, v->numbers[0], v->numbers[1], &v->hashes[1], v->path,
                                    v->count, &v->hashes[0], NULL) == CBANK_OK;
}

static bool consistency_holds(cbi_hasher *hasher, const vector *v)
{
    return cbi_tree_check_consistency(hasher, v->numbers[0], &v->hashes[0], v->numbers[1],
                                      &v->hashes[1], v->path, v->count, NULL) == CBANK_OK;
}

static void run_vectors(const char *name, bool (*holds)(cbi_hasher *, const vector *))
{
    cbi_hasher *hasher = memory_log_hasher(CBI_SUITE_SHA256_ED25519);
    char *text = vector_read(name);
    char *rest = text;
    char *line;
    size_t run = 0, passed = 0;

    while (text != NULL && (line = strtok_r(rest, "\n", &rest)) != NULL) {
        vector v;
        bool held;

        read_vector(line, &v);
        held = !v.has_empty && holds(hasher, &v);
        run++;
        passed += held == v.valid;
        cr_expect_eq(held, v.valid, "%s", v.name);
    }
    fprintf(stderr, "%s: %zu run, %zu passed, %d skipped\n", name, run, passed, text == NULL);
    cr_assert_eq(run, text == NULL ? 0 : 98);
    free(text);
    cbi_hasher_free(hasher);
}

Test(tree, all_98_inclusion_vectors_of_transparency_dev_are_judged_right)
{
    run_vectors("flat/merkle_inclusion.txt", inclusion_holds);
}

Test(tree, all_98_consistency_vectors_of_transparency_dev_are_judged_right)
{
    run_vectors("flat/merkle_consistency.txt", consistency_holds);
}
