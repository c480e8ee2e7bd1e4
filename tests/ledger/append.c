#include "ledger/append.h"

#include "bench.h"
#include "ledger/node.h"

#include <stdio.h>
#include <string.h>

static bench it;

static void set_up(void)
{
    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
}

static void tear_down(void)
{
    bench_close(&it);
}

TestSuite(append, .init = set_up, .fini = tear_down);

/* The tree by the words of RFC 9162 section 2.1.1, with nothing of lib/proof. */
static cbi_hash tree_of(const cbi_hash *leaves, size_t count)
{
    static const uint8_t one = 1;
    cbi_hash root;
    size_t k = 1;

    if (count == 1)
        return leaves[0];
    while (k * 2 < count)
        k *= 2;
    cbi_hash left = tree_of(leaves, k);
    cbi_hash right = tree_of(leaves + k, count - k);
    cbi_bytes parts[] = {cbi_bytes_of(&one, 1), cbi_bytes_of_hash(&left),
                         cbi_bytes_of_hash(&right)};
    bench_works(cbi_digest_parts(it.hasher, parts, 3, &root, &bench_err));
    return root;
}

/* Rows 0 to `count` as the ledger reads them. */
static void read_rows(cbi_logged *rows, size_t count)
{
    cbi_txn *txn;
    cbank_buffer row = {0};

    bench_works(cbi_txn_begin(it.store, CBI_TXN_READ, &txn, &bench_err));
    for (size_t i = 0; i < count; i++)
        bench_works(cbi_logged_read(txn, it.hasher, i, &row, &rows[i], &bench_err));
    cbi_txn_abort(txn);
    cbank_buffer_clear(&row);
}

static cbi_state read_state(void)
{
    cbi_state state;
    cbi_txn *txn;

    bench_works(cbi_txn_begin(it.store, CBI_TXN_READ, &txn, &bench_err));
    bench_works(cbi_state_read(txn, &state, &bench_err));
    cbi_txn_abort(txn);
    return state;
}

Test(append, each_subject_has_a_chain_of_its_own_inside_the_one_log)
{
    cbi_subject anna = bench_subject(LEARNER, "anna");
    cbi_subject bert = bench_subject(LEARNER, "bert");
    cbi_logged rows[5];

    bench_append_unsealed(&it, &anna, 2);
    bench_append_unsealed(&it, &bert, 1);
    bench_append_unsealed(&it, &anna, 1);
    bench_append_unsealed(&it, &bert, 1);
    read_rows(rows, 5);

    static const uint64_t sequences[] = {0, 1, 0, 2, 1};
    static const uint64_t previous[] = {CBI_NO_INDEX, 0, CBI_NO_INDEX, 1, 2};
    for (size_t i = 0; i < 5; i++) {
        cr_assert_eq(rows[i].entry.sequence, sequences[i], "row %zu", i);
        cr_assert_eq(rows[i].previous_index, previous[i], "row %zu", i);
        if (previous[i] == CBI_NO_INDEX)
            cr_assert(cbi_hash_is_zero(&rows[i].entry.previous));
        else
            cr_assert(cbi_hash_equal(&rows[i].entry.previous, &rows[previous[i]].leaf));
    }
    cr_assert(cbi_hash_equal(&rows[0].entry.tag, &rows[3].entry.tag));
    cr_assert_not(cbi_hash_equal(&rows[0].entry.tag, &rows[2].entry.tag));
}

Test(append, the_tag_hides_a_learner_and_shows_an_institution)
{
    cbi_subject learner = bench_subject(LEARNER, "anna");
    cbi_subject institution = bench_subject(INSTITUTION, "college");
    cbi_hash randomness = bench_randomness(&learner);
    cbi_hash zero = {{0}};
    cbi_hash tag;
    cbi_logged rows[2];

    bench_append_unsealed(&it, &learner, 1);
    bench_append_unsealed(&it, &institution, 1);
    read_rows(rows, 2);
    bench_works(cbi_entry_tag(it.hasher, LEARNER, &randomness, learner.id, &tag, &bench_err));
    cr_assert(cbi_hash_equal(&rows[0].entry.tag, &tag));
    bench_works(cbi_entry_tag(it.hasher, INSTITUTION, &zero, institution.id, &tag, &bench_err));
    cr_assert(cbi_hash_equal(&rows[1].entry.tag, &tag));
}

Test(append, a_learners_first_statement_needs_randomness)
{
    cbi_subject learner = bench_subject(LEARNER, "anna");
    cbi_hash zero = {{0}};
    cbi_append append;
    cbank_error error;

    bench_works(cbi_append_begin(it.store, it.hasher, CBI_TXN_WRITE, &append,
                                 &bench_err));
    bench_fails(cbi_append_statement(&append, &learner, AWARD, cbi_bytes_of_text("x"), NULL, NULL,
                                     NULL, &error),
                error, BAD_ARGUMENT);
    bench_fails(cbi_append_statement(&append, &learner, AWARD, cbi_bytes_of_text("x"), &zero, NULL,
                                     NULL, &error),
                error, BAD_ARGUMENT);
    cbi_append_clear(&append);
    cr_assert_eq(read_state().frontier.size, 0);
}

Test(append, a_chain_goes_on_under_its_tag_after_its_randomness_was_forgotten)
{
    cbi_subject anna = bench_subject(LEARNER, "anna");
    cbi_logged rows[2];
    cbi_txn *txn;

    bench_append_unsealed(&it, &anna, 1);
    bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
    bench_works(cbi_subject_forget(txn, &anna, &bench_err));
    bench_works(cbi_txn_commit(txn, &bench_err));
    bench_append_unsealed(&it, &anna, 1);
    read_rows(rows, 2);
    cr_assert(cbi_hash_equal(&rows[0].entry.tag, &rows[1].entry.tag));
    cr_assert_eq(rows[1].entry.sequence, 1);
}

Test(append, the_root_is_that_of_a_tree_computed_apart)
{
    static cbi_logged rows[700];
    static cbi_hash leaves[700];
    char id[16];
    size_t size = 0;

    for (unsigned i = 0; size + 37 <= 700; i++) {
        snprintf(id, sizeof id, "learner-%u", i % 7);
        cbi_subject subject = bench_subject(LEARNER, id);
        size_t count = 1 + i * 5 % 37;

        bench_append_unsealed(&it, &subject, count);
        size += count;
        read_rows(rows, size);
        for (size_t k = 0; k < size; k++) {
            static const uint8_t zero = 0;
            uint8_t entry[CBI_ENTRY_SIZE];
            cbi_entry_encode(&rows[k].entry, entry);
            cbi_bytes parts[] = {cbi_bytes_of(&zero, 1), cbi_bytes_of(entry, sizeof entry)};
            bench_works(cbi_digest_parts(it.hasher, parts, 2, &leaves[k], &bench_err));
        }
        cbi_hash root = tree_of(leaves, size);
        cbi_state state = read_state();
        cr_assert_eq(state.frontier.size, size);
        cr_assert(cbi_hash_equal(&state.root, &root), "size %zu", size);
    }
    cr_assert_gt(size, 600);
}

Test(append, the_same_statements_in_the_same_order_make_the_same_log)
{
    bench other;
    cbi_subject anna = bench_subject(LEARNER, "anna");
    cbi_subject college = bench_subject(INSTITUTION, "college");

    bench_open_memory(&other, CBI_SUITE_SHA256_ED25519);
    bench_append_unsealed(&it, &anna, 3);
    bench_append_unsealed(&it, &college, 2);
    /* Cut into other transactions, which must not matter. */
    for (int i = 0; i < 3; i++)
        bench_append_unsealed(&other, &anna, 1);
    bench_append_unsealed(&other, &college, 2);

    cbank_buffer a = bench_get(&it, CBI_TABLE_META, cbi_bytes_of_text("tree"));
    cbank_buffer b = bench_get(&other, CBI_TABLE_META, cbi_bytes_of_text("tree"));
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&a), cbi_bytes_of_buffer(&b)));
    cbank_buffer_clear(&a);
    cbank_buffer_clear(&b);
    bench_close(&other);
}

Test(append, an_aborted_transaction_leaves_nothing)
{
    cbi_subject anna = bench_subject(LEARNER, "anna");
    cbi_append append;

    bench_works(cbi_append_begin(it.store, it.hasher, CBI_TXN_WRITE, &append,
                                 &bench_err));
    bench_works(bench_append(&append, &anna, 0, 3, &bench_err));
    cbi_append_clear(&append);
    cr_assert_eq(read_state().frontier.size, 0);
    bench_append_unsealed(&it, &anna, 1);
    cr_assert_eq(read_state().frontier.size, 1);
}

Test(append, erasing_a_statement_keeps_its_leaf)
{
    cbi_subject anna = bench_subject(LEARNER, "anna");
    cbi_logged before[1], after;
    cbank_buffer row = {0};
    cbi_txn *txn;

    bench_append_unsealed(&it, &anna, 1);
    read_rows(before, 1);
    bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
    bench_works(cbi_logged_erase(txn, it.hasher, 0, &bench_err));
    bench_works(cbi_logged_erase(txn, it.hasher, 0, &bench_err));
    bench_works(cbi_logged_read(txn, it.hasher, 0, &row, &after, &bench_err));
    cr_assert(after.erased);
    cr_assert_eq(after.statement.size, 0);
    cr_assert(cbi_hash_equal(&after.leaf, &before[0].leaf));
    cr_assert_null(memmem(row.data, row.size, "statement", 9));
    cbi_txn_abort(txn);
    cbank_buffer_clear(&row);
}

Test(append, a_statement_that_is_empty_or_too_long_is_refused)
{
    static const uint8_t bytes[CBI_STATEMENT_MAX + 1] = {1};
    cbi_subject college = bench_subject(INSTITUTION, "college");
    cbi_append append;
    cbank_error error;

    bench_works(cbi_append_begin(it.store, it.hasher, CBI_TXN_WRITE, &append,
                                 &bench_err));
    bench_fails(cbi_append_statement(&append, &college, AWARD, cbi_bytes_of(bytes, 0), NULL, NULL,
                                     NULL, &error),
                error, BAD_ARGUMENT);
    bench_fails(cbi_append_statement(&append, &college, AWARD, cbi_bytes_of(bytes, sizeof bytes),
                                     NULL, NULL, NULL, &error),
                error, BAD_ARGUMENT);
    bench_works(cbi_append_statement(&append, &college, AWARD,
                                     cbi_bytes_of(bytes, CBI_STATEMENT_MAX), NULL, NULL, NULL,
                                     &bench_err));
    cbi_append_clear(&append);
}

Test(append, a_row_beyond_the_tree_is_noticed)
{
    cbi_subject college = bench_subject(INSTITUTION, "college");
    cbi_append append;
    cbank_error error;

    bench_put(&it, CBI_TABLE_RECORD, bench_number(0), cbi_bytes_of_text("foreign"));
    bench_works(cbi_append_begin(it.store, it.hasher, CBI_TXN_WRITE, &append,
                                 &bench_err));
    bench_fails(bench_append(&append, &college, 0, 1, &error), error, LEDGER_ROW_DAMAGED);
    cbi_append_clear(&append);
}
