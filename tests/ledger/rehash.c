/* Rows that are hashed on all cores are hashed as on one. */
#include "ledger/rehash.h"

#include "bench.h"

#include <string.h>

enum { ROWS = 5000 };

static bench it;
static cbi_subject college;
static cbi_txn *txn;

static void set_up(void)
{
    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
    college = bench_subject(INSTITUTION, "college");
    bench_append_unsealed(&it, &college, ROWS);
}

static void tear_down(void)
{
    cbi_txn_abort(txn);
    bench_close(&it);
}

TestSuite(rehash, .init = set_up, .fini = tear_down, .timeout = 120);

static cbank_status rehash(uint64_t size, cbi_frontier *frontier, cbank_error *err)
{
    cbi_txn_abort(txn);
    bench_works(cbi_txn_begin(it.store, CBI_TXN_READ, &txn, &bench_err));
    return cbi_rehash_rows(it.store, txn, it.hasher, size, frontier, err);
}

Test(rehash, from_wherever_it_begins_the_rows_give_the_tree_that_was_written)
{
    static const uint64_t begins[] = {0, 1, 255, 256, 257, 1000, 2047, 2048, ROWS - 1, ROWS};
    cbi_state state;

    for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++) {
        cbi_frontier frontier = {0};

        for (uint64_t size = 0; size < begins[i]; size += 97) /* a few, by one thread */
            bench_works(rehash(size, &frontier, &bench_err));
        bench_works(rehash(begins[i], &frontier, &bench_err));
        bench_works(rehash(ROWS, &frontier, &bench_err));
        bench_works(cbi_state_read(txn, &state, &bench_err));
        cr_assert_eq(frontier.size, ROWS);
        cr_assert_eq(memcmp(frontier.roots, state.frontier.roots,
                            cbi_frontier_count(&frontier) * sizeof(cbi_hash)), 0,
                     "from %u", (unsigned)begins[i]);
    }
}

/* Whoever comes upon a later one first. */
Test(rehash, of_several_rows_that_are_missing_the_first_is_told)
{
    for (unsigned round = 0; round < 8; round++) {
        cbi_frontier frontier = {0};
        uint64_t missing = 4900 - round * 600;
        cbank_error err = {0};
        uint8_t key[8];

        cbi_put_u64(key, missing);
        bench_delete(&it, CBI_TABLE_RECORD, cbi_bytes_of(key, sizeof(key)));
        bench_fails(rehash(ROWS, &frontier, &err), err, LEDGER_ROW_MISSING);
        cr_assert_eq(err.where, missing);
    }
}
