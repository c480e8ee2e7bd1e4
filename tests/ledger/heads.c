/* Heads that are kept in memory and put at once make the log that each put alone makes. */
#include "ledger/append.h"

#include "bench.h"

#include <stdio.h>
#include <string.h>

#define SUBJECTS 150u
#define STATEMENTS 1200u

static bench it, plain;
static char names[SUBJECTS][CBI_SUBJECT_ID_MAX + 1];
static uint64_t drawn;

static uint32_t draw(uint32_t below)
{
    drawn = drawn * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(drawn >> 33) % below;
}

/* Ids of all sizes, many of which begin alike, or are the beginning of another. */
static void set_up(void)
{
    drawn = 7;
    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
    bench_open_memory(&plain, CBI_SUITE_SHA256_ED25519);
    for (size_t i = 0; i < SUBJECTS; i++) {
        size_t size = i < SUBJECTS / 2 ? 15 : 1 + i * 3 / 2;

        memset(names[i], '1', size);
        snprintf(names[i] + (size > 4 ? size - 4 : 0), 5, "%zu", i * 37);
    }
}

static void tear_down(void)
{
    bench_close(&it);
    bench_close(&plain);
}

TestSuite(heads, .init = set_up, .fini = tear_down);

static cbi_subject subject_of(size_t i)
{
    return bench_subject(i % 5 == 0 ? INSTITUTION : LEARNER, names[i]);
}

static void begin(bench *on, cbi_append *append)
{
    bench_works(cbi_append_begin(on->store, on->hasher, CBI_TXN_WRITE, append, &bench_err));
    bench_works(cbi_append_set_time(append, BENCH_TIME, &bench_err));
}

static void commit(cbi_append *append)
{
    bench_works(cbi_append_commit(append, &bench_err));
    cbi_append_clear(append);
}

static void add(cbi_append *append, size_t i)
{
    cbi_subject subject = subject_of(i);

    bench_works(bench_append(append, &subject, append->state.frontier.size, 1, &bench_err));
}

/* Whether the table `head` of both is the same, row by row. */
static void compare_heads(void)
{
    cbi_txn *one, *other;
    cbi_page rows = {0}, others = {0};

    bench_works(cbi_txn_begin(it.store, CBI_TXN_READ, &one, &bench_err));
    bench_works(cbi_txn_begin(plain.store, CBI_TXN_READ, &other, &bench_err));
    bench_works(cbi_txn_page(one, CBI_TABLE_HEAD, (cbi_bytes){0}, (cbi_bytes){0},
                             CBI_PAGE_ROWS_MAX, &rows, &bench_err));
    bench_works(cbi_txn_page(other, CBI_TABLE_HEAD, (cbi_bytes){0}, (cbi_bytes){0},
                             CBI_PAGE_ROWS_MAX, &others, &bench_err));
    cr_assert_gt(rows.count, SUBJECTS / 2);
    cr_assert_eq(rows.count, others.count);
    for (size_t i = 0; i < rows.count; i++) {
        cr_assert(cbi_bytes_equal(cbi_page_key(&rows, i), cbi_page_key(&others, i)));
        cr_assert(cbi_bytes_equal(cbi_page_value(&rows, i), cbi_page_value(&others, i)));
    }
    cbi_page_clear(&rows);
    cbi_page_clear(&others);
    cbi_txn_abort(one);
    cbi_txn_abort(other);
}

/* In five transactions; one keeps heads now and then, the other never. */
Test(heads, kept_or_not_the_log_and_its_heads_are_the_same)
{
    cbi_append kept, put;

    for (size_t part = 0; part < 5; part++) {
        begin(&it, &kept);
        begin(&plain, &put);
        for (size_t i = 0; i < STATEMENTS / 5; i++) {
            size_t subject = draw(SUBJECTS);

            if (draw(40) == 0)
                bench_works(cbi_append_keep_heads(&kept, &bench_err));
            if (draw(60) == 0)
                bench_works(cbi_append_put_heads(&kept, &bench_err));
            add(&kept, subject);
            add(&put, subject);
        }
        cr_assert(cbi_hash_equal(&kept.state.frontier.roots[0], &put.state.frontier.roots[0]));
        commit(&kept);
        commit(&put);
        compare_heads();
    }
}

Test(heads, what_is_owed_is_counted_before_it_is_put)
{
    cbi_append append;
    size_t owing;

    begin(&it, &append);
    bench_works(cbi_append_keep_heads(&append, &bench_err));
    for (size_t i = 0; i < SUBJECTS; i++)
        add(&append, i);
    owing = cbi_append_dirty(&append);
    cr_expect_gt(owing, cbi_txn_dirty(append.txn));
    bench_works(cbi_append_put_heads(&append, &bench_err));
    cr_expect_eq(cbi_append_dirty(&append), cbi_txn_dirty(append.txn));
    cr_expect_leq(cbi_append_dirty(&append), owing);
    commit(&append);
}

static uint64_t sequence_of(bench *on, const cbi_subject *subject)
{
    cbi_txn *txn;
    cbi_head head;

    bench_works(cbi_txn_begin(on->store, CBI_TXN_READ, &txn, &bench_err));
    bench_works(cbi_subject_read_head(txn, subject, &head, &bench_err));
    cbi_txn_abort(txn);
    return head.sequence;
}

/* What the newest commit has of a subject. */
static cbi_chain_end read_end(bench *on, const cbi_subject *subject)
{
    cbi_hash randomness;
    cbi_chain_end end;
    cbi_txn *txn;

    bench_works(cbi_txn_begin(on->store, CBI_TXN_READ, &txn, &bench_err));
    bench_works(cbi_subject_read_head(txn, subject, &end.head, &bench_err));
    bench_works(cbi_subject_read_randomness(txn, subject, &randomness, &bench_err));
    cbi_txn_abort(txn);
    bench_works(cbi_entry_tag(on->hasher, subject->kind, &randomness, subject->id, &end.tag,
                              &bench_err));
    return end;
}

static void add_after(cbi_append *append, const cbi_subject *subject, const cbi_chain_end *before)
{
    cbi_bytes statement = cbi_bytes_of_text("a statement that was prepared");
    cbi_append_hashed hashed = {.statement = statement, .before = before};
    cbi_hash digest;

    bench_works(cbi_entry_statement_digest(append->hasher, statement, &digest, &bench_err));
    hashed.digest = &digest;
    bench_works(cbi_append_hashed_statement(append, subject, AWARD, &hashed, NULL, NULL,
                                            &bench_err));
}

/* What was read before the transaction serves until the chain grows in it, by whatever way. */
Test(heads, what_the_newest_commit_had_is_not_believed_once_the_chain_has_grown)
{
    cbi_subject anna = bench_subject(LEARNER, "anna"), bert = bench_subject(LEARNER, "bert");
    cbi_chain_end annas, berts;
    cbi_append append;

    bench_append_unsealed(&it, &anna, 3);
    bench_append_unsealed(&it, &bert, 2);
    annas = read_end(&it, &anna);
    berts = read_end(&it, &bert);
    begin(&it, &append);
    bench_works(cbi_append_keep_heads(&append, &bench_err));
    for (size_t i = 0; i < 3; i++)
        add_after(&append, &anna, &annas);
    bench_works(cbi_append_put_heads(&append, &bench_err));
    add_after(&append, &anna, &annas);
    add_after(&append, &bert, &berts);
    bench_works(cbi_append_keep_heads(&append, &bench_err));
    add_after(&append, &bert, &berts);
    commit(&append);
    cr_expect_eq(sequence_of(&it, &anna), 2 + 4);
    cr_expect_eq(sequence_of(&it, &bert), 1 + 2);

    annas = read_end(&it, &anna);
    berts = read_end(&it, &bert);
    begin(&it, &append); /* another act of the same transaction wrote before */
    add(&append, 0);
    bench_works(bench_append(&append, &anna, append.state.frontier.size, 1, &bench_err));
    bench_works(cbi_append_keep_heads(&append, &bench_err));
    add_after(&append, &anna, &annas);
    add_after(&append, &bert, &berts);
    commit(&append);
    cr_expect_eq(sequence_of(&it, &anna), 6 + 2);
    cr_expect_eq(sequence_of(&it, &bert), 3 + 1);
    bench_works(cbi_ledger_seal(it.ledger, &bench_err));
}
