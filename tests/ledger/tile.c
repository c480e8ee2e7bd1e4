#include "ledger/tile.h"

#include "bench.h"
#include "ledger/node.h"

#include <stdlib.h>

static void check_every_tile(bench *it, uint64_t size)
{
    cbi_hash *hashes = calloc(size, sizeof *hashes);
    cbi_nodes *nodes = malloc(sizeof *nodes);
    cbi_hash stored, expected;
    cbi_txn *txn;
    uint64_t checked = 0;

    bench_works(cbi_txn_begin(it->store, CBI_TXN_READ, &txn, &bench_err));
    cbi_nodes_init(nodes, txn, it->hasher);
    for (uint64_t i = 0; i < size; i++)
        bench_works(cbi_nodes_leaf(nodes, i, &hashes[i], &bench_err));
    /* Each level is the level below, 256 at a time. */
    for (unsigned level = 1; (size >> (8 * level)) > 0; level++) {
        for (uint64_t n = 0; n < size >> (8 * level); n++) {
            bench_works(cbi_tree_root_of(it->hasher, &hashes[n * CBI_TILE_WIDTH], 256, &expected,
                                         &bench_err));
            bench_works(cbi_tile_read(txn, level, n, 1, &stored, &bench_err));
            cr_assert(cbi_hash_equal(&stored, &expected), "level %u number %llu", level,
                      (unsigned long long)n);
            hashes[n] = expected;
            checked++;
        }
    }
    cr_assert_eq(checked, size / 256 + size / 65536);
    cbi_txn_abort(txn);
    free(nodes);
    free(hashes);
}

static void check_roots(bench *it, const uint64_t *sizes, size_t count, uint64_t size)
{
    cbi_frontier frontier = {0};
    cbi_nodes *nodes = malloc(sizeof *nodes);
    cbi_nodes *walker = malloc(sizeof *walker);
    cbi_hash leaf, root, expected;
    cbi_txn *txn;
    size_t met = 0;

    bench_works(cbi_txn_begin(it->store, CBI_TXN_READ, &txn, &bench_err));
    cbi_nodes_init(nodes, txn, it->hasher);
    cbi_nodes_init(walker, txn, it->hasher);
    for (uint64_t i = 0; i < size; i++) {
        bench_works(cbi_nodes_leaf(walker, i, &leaf, &bench_err));
        bench_works(cbi_frontier_append(it->hasher, &frontier, &leaf, &bench_err));
        if (met < count && frontier.size == sizes[met]) {
            bench_works(cbi_nodes_root(nodes, 0, sizes[met], &root, &bench_err));
            bench_works(cbi_frontier_root(it->hasher, &frontier, &expected, &bench_err));
            cr_assert(cbi_hash_equal(&root, &expected), "size %llu",
                      (unsigned long long)sizes[met]);
            met++;
        }
    }
    cr_assert_eq(met, count);
    cbi_txn_abort(txn);
    free(walker);
    free(nodes);
}

Test(tile, every_hash_is_the_root_of_the_256_below_it_past_65536_entries)
{
    static const uint64_t sizes[] = {1,     2,     255,   256,   257,   511,   512,  4096,
                                     65535, 65536, 65537, 65791, 65792, 65793, 66300};
    cbi_subject college = bench_subject(INSTITUTION, "college");
    bench it;

    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
    bench_append_unsealed(&it, &college, 200);
    bench_append_unsealed(&it, &college, 66300 - 200);
    check_every_tile(&it, 66300);
    check_roots(&it, sizes, sizeof sizes / sizeof sizes[0], 66300);
    bench_close(&it);
}

Test(tile, the_last_one_is_rewritten_as_it_grows)
{
    cbi_subject college = bench_subject(INSTITUTION, "college");
    static const uint8_t key[9] = {1};
    bench it;

    bench_open_memory(&it, CBI_SUITE_SM3_SM2);
    for (size_t hashes = 1; hashes <= 3; hashes++) {
        bench_append_unsealed(&it, &college, 256);
        cbank_buffer row = bench_get(&it, CBI_TABLE_TILE, cbi_bytes_of(key, sizeof key));
        cr_assert_eq(row.size, hashes * CBI_HASH_SIZE);
        cbank_buffer_clear(&row);
    }
    bench_close(&it);
}

Test(tile, one_that_has_not_the_hashes_before_is_not_added_to)
{
    cbi_hash hash = {{1}};
    cbank_error error;
    cbi_txn *txn;
    bench it;

    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
    bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
    bench_fails(cbi_tile_write(txn, 1, 1, &hash, &error), error, LEDGER_ROW_DAMAGED);
    bench_works(cbi_tile_write(txn, 1, 0, &hash, &bench_err));
    bench_fails(cbi_tile_write(txn, 1, 0, &hash, &error), error, LEDGER_ROW_DAMAGED);
    bench_fails(cbi_tile_read(txn, 1, 0, 2, &hash, &error), error, LEDGER_ROW_DAMAGED);
    cbi_txn_abort(txn);
    bench_close(&it);
}
