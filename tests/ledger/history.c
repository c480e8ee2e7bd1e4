#include "ledger/history.h"

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bench it;
static cbi_reader *reader;
static cbi_subject college;
static cbi_subject anna;

static void set_up(void)
{
    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
    college = bench_subject(INSTITUTION, "college");
    anna = bench_subject(LEARNER, "anna");
    reader = malloc(sizeof *reader);
}

static void tear_down(void)
{
    free(reader);
    bench_close(&it);
}

TestSuite(history, .init = set_up, .fini = tear_down);

static void begin(void)
{
    bench_works(cbi_ledger_read_begin(it.ledger, reader, &bench_err));
}

static void check_inclusion(uint64_t index, uint64_t size)
{
    cbi_path path;
    cbi_logged logged;
    cbi_hash root;

    bench_works(cbi_history_inclusion(reader, index, size, &path, &bench_err));
    bench_works(cbi_history_read(reader, index, &logged, &bench_err));
    bench_works(cbi_history_root(reader, size, &root, &bench_err));
    bench_works(cbi_tree_check_inclusion(it.hasher, index, size, &logged.leaf, path.hashes,
                                         path.count, &root, &bench_err));
}

static void check_consistency(uint64_t size1, uint64_t size2)
{
    cbi_path path;
    cbi_hash root1, root2;

    bench_works(cbi_history_consistency(reader, size1, size2, &path, &bench_err));
    bench_works(cbi_history_root(reader, size1, &root1, &bench_err));
    bench_works(cbi_history_root(reader, size2, &root2, &bench_err));
    bench_works(cbi_tree_check_consistency(it.hasher, size1, &root1, size2, &root2, path.hashes,
                                           path.count, &bench_err));
}

Test(history, every_entry_has_a_proof_in_the_signed_tree)
{
    bench_add(&it, "one", &college, 600);
    begin();
    for (uint64_t index = 0; index < 600; index++)
        check_inclusion(index, 600);
    cbi_ledger_read_end(reader);
}

Test(history, every_entry_has_a_proof_in_every_earlier_tree)
{
    bench_add(&it, "one", &college, 40);
    begin();
    for (uint64_t size = 1; size <= 40; size++) {
        for (uint64_t index = 0; index < size; index++)
            check_inclusion(index, size);
    }
    cbi_ledger_read_end(reader);
}

Test(history, any_two_sizes_have_a_consistency_proof)
{
    static const uint64_t sizes[] = {1, 2, 3, 128, 255, 256, 257, 300, 511, 512, 513, 600};
    size_t count = sizeof sizes / sizeof sizes[0];

    bench_add(&it, "one", &college, 600);
    begin();
    for (size_t a = 0; a < count; a++) {
        for (size_t b = a + 1; b < count; b++)
            check_consistency(sizes[a], sizes[b]);
    }
    cbi_ledger_read_end(reader);
}

Test(history, proofs_hold_across_tiles_of_two_levels)
{
    bench_add(&it, "one", &college, 66000);
    begin();
    static const uint64_t indices[] = {0, 255, 256, 40000, 65535, 65536, 65791, 65792, 65999};
    for (size_t i = 0; i < sizeof indices / sizeof indices[0]; i++) {
        check_inclusion(indices[i], 66000);
        check_consistency(indices[i] + 1, 66000);
    }
    cbi_ledger_read_end(reader);
}

Test(history, nothing_is_shown_beyond_the_checkpoint)
{
    cbi_path path;
    cbi_logged logged;
    cbi_chain chain = {0};
    cbi_subject bert = bench_subject(LEARNER, "bert");
    cbank_error error;

    bench_add(&it, "one", &anna, 3);
    bench_append_unsealed(&it, &anna, 2);
    bench_append_unsealed(&it, &bert, 1);
    begin();
    cr_assert_eq(reader->sealed.size, 3);
    bench_fails(cbi_history_read(reader, 3, &logged, &error), error, NOT_SEALED);
    bench_fails(cbi_history_inclusion(reader, 3, 5, &path, &error), error, NOT_SEALED);
    bench_fails(cbi_history_inclusion(reader, 1, 4, &path, &error), error, NOT_SEALED);
    bench_fails(cbi_history_consistency(reader, 1, 4, &path, &error), error, NOT_SEALED);
    bench_works(cbi_history_chain(reader, &anna, &chain, &bench_err));
    cr_assert_eq(chain.count, 3);
    cr_assert_eq(chain.head.index, 2);
    bench_fails(cbi_history_chain(reader, &bert, &chain, &error), error, SUBJECT_UNKNOWN);
    cbi_chain_clear(&chain);
    cbi_ledger_read_end(reader);
}

Test(history, a_chain_lists_its_subjects_entries_oldest_first)
{
    static const uint64_t expected[] = {0, 1, 4, 6};
    cbi_chain chain = {0};

    bench_add(&it, "1", &anna, 2);
    bench_add(&it, "2", &college, 2);
    bench_add(&it, "3", &anna, 1);
    bench_add(&it, "4", &college, 1);
    bench_add(&it, "5", &anna, 1);
    begin();
    bench_works(cbi_history_chain(reader, &anna, &chain, &bench_err));
    cr_assert_eq(chain.count, 4);
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(chain.indices[i], expected[i]);
    cr_assert_eq(chain.head.sequence, 3);
    cbi_chain_clear(&chain);
    cbi_ledger_read_end(reader);
}

Test(history, a_snapshot_stays_what_it_was)
{
    cbi_chain chain = {0};

    bench_add(&it, "1", &anna, 2);
    begin();
    bench_add(&it, "2", &anna, 2);
    bench_works(cbi_history_chain(reader, &anna, &chain, &bench_err));
    cr_assert_eq(chain.count, 2);
    cbi_chain_clear(&chain);
    cbi_ledger_read_end(reader);
}

Test(history, a_changed_statement_yields_no_proof)
{
    cbi_path path;
    cbi_chain chain = {0};
    cbank_error error;

    bench_add(&it, "1", &anna, 20);
    bench_flip(&it, CBI_TABLE_RECORD, bench_number(5), 86);
    begin();
    bench_fails(cbi_history_inclusion(reader, 5, 20, &path, &error), error, PROOF_DIFFERS);
    cr_assert_eq(error.status, CBANK_E_CORRUPT);
    bench_fails(cbi_history_inclusion(reader, 9, 20, &path, &error), error, PROOF_DIFFERS);
    bench_fails(cbi_history_consistency(reader, 7, 20, &path, &error), error, PROOF_DIFFERS);
    bench_fails(cbi_history_chain(reader, &anna, &chain, &error), error, CHAIN_BROKEN);
    cbi_ledger_read_end(reader);
}

Test(history, a_changed_tile_yields_no_proof)
{
    static const uint8_t key[9] = {1};
    cbi_path path;
    cbank_error error;

    bench_add(&it, "1", &college, 600);
    bench_flip(&it, CBI_TABLE_TILE, cbi_bytes_of(key, sizeof key), 3);
    begin();
    bench_fails(cbi_history_inclusion(reader, 300, 600, &path, &error), error, PROOF_DIFFERS);
    cbi_ledger_read_end(reader);
}

/* What two readers say of a row, one of which has met others before. */
static void check_same(cbi_reader *fresh, uint64_t index)
{
    cbi_logged one, other;

    bench_works(cbi_history_read(reader, index, &one, &bench_err));
    bench_works(cbi_history_read(fresh, index, &other, &bench_err));
    cr_assert_eq(one.index, other.index);
    cr_assert_eq(one.previous_index, other.previous_index);
    cr_assert(cbi_hash_equal(&one.leaf, &other.leaf));
    cr_assert(cbi_hash_equal(&one.entry.statement, &other.entry.statement));
    cr_assert(cbi_bytes_equal(one.statement, other.statement));
}

/* Each row by a reader of its own, so that it has met nothing. */
static void check_all(const cbi_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++) {
        cbi_reader fresh;

        bench_works(cbi_ledger_read_begin(it.ledger, &fresh, &bench_err));
        check_same(&fresh, chain->indices[i]);
        cbi_ledger_read_end(&fresh);
    }
}

Test(history, rows_that_a_walk_has_met_are_read_as_they_are)
{
    static const char *const tokens[] = {"1", "2", "3", "4", "5"};
    cbi_chain chain = {0};

    for (size_t i = 0; i < 5; i++)
        bench_add(&it, tokens[i], i == 2 ? &college : &anna, 60);
    begin();
    bench_works(cbi_history_chain(reader, &anna, &chain, &bench_err));
    cr_assert_eq(chain.count, 240); /* more than a reader keeps */
    check_all(&chain);
    check_all(&chain);
    cbi_chain_clear(&chain);
    cbi_ledger_read_end(reader);
}

Test(history, rows_whose_places_coincide_are_read_as_they_are)
{
    cbi_chain chain = {0};
    char token[8];

    for (int i = 0; i < 20; i++) { /* every sixteenth row, so that all have one set of places */
        snprintf(token, sizeof(token), "a%d", i);
        bench_add(&it, token, &anna, 1);
        snprintf(token, sizeof(token), "c%d", i);
        bench_add(&it, token, &college, 15);
    }
    begin();
    bench_works(cbi_history_chain(reader, &anna, &chain, &bench_err));
    cr_assert_eq(chain.count, 20);
    check_all(&chain);
    check_all(&chain);
    cbi_chain_clear(&chain);
    cbi_ledger_read_end(reader);
}

Test(history, a_head_that_names_no_row_is_refused)
{
    cbi_head head = {.sequence = 1, .index = CBI_NO_INDEX};
    cbi_chain chain = {0};
    cbank_error error;
    cbi_txn *txn;

    bench_add(&it, "one", &anna, 3);
    bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
    bench_works(cbi_subject_write_head(txn, &anna, &head, &bench_err));
    bench_works(cbi_txn_commit(txn, &bench_err));
    begin();
    reader->sealed.size = CBI_NO_INDEX; /* not even by a checkpoint that would hold it */
    for (int i = 0; i < 2; i++)
        bench_fails(cbi_history_chain(reader, &anna, &chain, &error), error, LEDGER_ROW_MISSING);
    cbi_ledger_read_end(reader);
}

Test(history, rows_may_be_larger_than_what_a_reader_keeps)
{
    static uint8_t bytes[CBI_STATEMENT_MAX];
    cbi_hash randomness = bench_randomness(&anna);
    cbi_append append = {0};
    cbi_chain chain = {0};

    bench_works(cbi_append_begin(it.store, it.hasher, CBI_TXN_WRITE, &append, &bench_err));
    bench_works(cbi_append_set_time(&append, BENCH_TIME, &bench_err));
    for (uint8_t i = 0; i < 7; i++) {
        memset(bytes, 'a' + i, sizeof(bytes));
        bench_works(cbi_append_statement(&append, &anna, AWARD,
                                         cbi_bytes_of(bytes, sizeof(bytes) - i), &randomness, NULL,
                                         NULL, &bench_err));
    }
    bench_works(cbi_append_commit(&append, &bench_err));
    cbi_append_clear(&append);
    bench_add(&it, "1", &anna, 3);
    begin();
    bench_works(cbi_history_chain(reader, &anna, &chain, &bench_err));
    check_all(&chain);
    cbi_chain_clear(&chain);
    cbi_ledger_read_end(reader);
}
