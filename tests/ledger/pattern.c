/* Statements that are much alike are packed, and nobody who reads the log sees it. */
#include "ledger/pattern.h"

#include "bench.h"

#include <stdio.h>
#include <string.h>

#include "ledger/replay.h"

#define SUBJECTS 30u
#define STATEMENTS 400u
#define STATEMENT_SIZE 300u
#define OWN_AT 120u /* bytes of each that no other has */
#define OWN_SIZE 60u

static bench it;
static char names[SUBJECTS][16];

/* Much that all have, something that nobody else has, and what the subject has. */
static void write_statement(size_t i, uint8_t out[STATEMENT_SIZE])
{
    for (size_t at = 0; at < STATEMENT_SIZE; at++)
        out[at] = (uint8_t)(at * 7 + at / 9);
    for (size_t at = 0; at < OWN_SIZE; at++)
        out[OWN_AT + at] = (uint8_t)((i + 3) * (at + 11) * 2654435761u >> 13);
    memcpy(out + 200, names[i % SUBJECTS], sizeof(names[0]));
}

static void add_statements(cbi_append *append, size_t from, size_t count)
{
    uint8_t statement[STATEMENT_SIZE];

    for (size_t i = from; i < from + count; i++) {
        cbi_subject subject = bench_subject(LEARNER, names[i % SUBJECTS]);
        cbi_hash randomness = bench_randomness(&subject);

        write_statement(i, statement);
        bench_works(cbi_append_statement(append, &subject, AWARD,
                                         cbi_bytes_of(statement, sizeof(statement)), &randomness,
                                         NULL, NULL, &bench_err));
    }
}

static void add_statements_alone(size_t from, size_t count)
{
    cbi_append append = {0};

    bench_works(cbi_append_begin(it.store, it.hasher, CBI_TXN_WRITE, &append, &bench_err));
    bench_works(cbi_append_set_time(&append, BENCH_TIME, &bench_err));
    add_statements(&append, from, count);
    bench_works(cbi_append_commit(&append, &bench_err));
    cbi_append_clear(&append);
}

/* In two transactions; then an act seals it all. */
static void set_up(void)
{
    cbi_subject college = bench_subject(INSTITUTION, "college");

    for (size_t i = 0; i < SUBJECTS; i++)
        snprintf(names[i], sizeof(names[i]), "learner-%07zu", i * 104729);
    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
    for (size_t part = 0; part < 2; part++)
        add_statements_alone(part * STATEMENTS / 2, STATEMENTS / 2);
    bench_add(&it, "seal", &college, 1);
}

static void tear_down(void)
{
    bench_close(&it);
}

TestSuite(pattern, .init = set_up, .fini = tear_down);

static uint64_t count_patterns(void)
{
    cbi_txn *txn;
    uint64_t count;

    bench_works(cbi_txn_begin(it.store, CBI_TXN_READ, &txn, &bench_err));
    bench_works(cbi_txn_count(txn, CBI_TABLE_PATTERN, &count, &bench_err));
    cbi_txn_abort(txn);
    return count;
}

static size_t row_size(uint64_t index, bool *packed)
{
    cbank_buffer row = bench_get(&it, CBI_TABLE_RECORD, bench_number(index));
    size_t size = row.size;

    *packed = cbi_logged_packed_size(cbi_bytes_of_buffer(&row)) > 0;
    cbank_buffer_clear(&row);
    return size;
}

static uint64_t count_findings(void)
{
    cbi_replay_scope scope = {.store = it.store,
                              .origin = BENCH_ORIGIN,
                              .log_key = cbi_private_public(it.key),
                              .guard_path = it.guard_path};
    cbi_replay *replay = NULL;
    bool more = true;
    size_t count;
    uint64_t total;

    bench_works(cbi_replay_begin(&scope, &replay, &bench_err));
    while (more)
        bench_works(cbi_replay_step(replay, &more, &bench_err));
    (void)cbi_replay_findings(replay, &count, &total);
    cbi_replay_end(replay);
    return total;
}

Test(pattern, rows_that_are_alike_take_less)
{
    size_t packed_count = 0, bytes = 0;
    bool packed;

    for (uint64_t i = 0; i < STATEMENTS; i++) {
        bytes += row_size(i, &packed);
        packed_count += packed;
    }
    cr_expect_gt(packed_count, STATEMENTS - 20);
    cr_expect_lt(bytes, STATEMENTS * (84 + OWN_SIZE + 60));
    cr_expect_geq(count_patterns(), 1);
    cr_expect_leq(count_patterns(), 3);
}

Test(pattern, whoever_reads_finds_the_statements_as_they_were)
{
    uint8_t statement[STATEMENT_SIZE];
    cbi_logged_scan scan = {.end = STATEMENTS};
    cbank_buffer row = {0};
    cbi_logged one, other;
    cbi_txn *txn;

    bench_works(cbi_txn_begin(it.store, CBI_TXN_READ, &txn, &bench_err));
    for (uint64_t i = 0; i < STATEMENTS; i++) {
        write_statement(i, statement);
        bench_works(cbi_logged_read(txn, it.hasher, i, &row, &one, &bench_err));
        bench_works(cbi_logged_scan_next(&scan, txn, it.hasher, &other, &bench_err));
        cr_assert(cbi_bytes_equal(one.statement, cbi_bytes_of(statement, sizeof(statement))));
        cr_assert(cbi_bytes_equal(other.statement, one.statement));
        cr_assert(cbi_hash_equal(&one.leaf, &other.leaf));
    }
    cbi_txn_abort(txn);
    cbi_logged_scan_clear(&scan);
    cbank_buffer_clear(&row);
    cr_expect_eq(count_findings(), 0);
}

/* Of a pattern, only what two subjects have said. */
Test(pattern, holds_nothing_that_is_one_subjects_own)
{
    uint8_t statement[STATEMENT_SIZE];

    for (uint64_t number = count_patterns(); number > 0; number--) {
        cbank_buffer bytes = bench_get(&it, CBI_TABLE_PATTERN, bench_number(number));

        for (size_t i = 0; i < STATEMENTS; i++) {
            write_statement(i, statement);
            for (size_t at = 0; at + 8 <= OWN_SIZE; at++)
                cr_assert_null(memmem(bytes.data, bytes.size, statement + OWN_AT + at, 8));
            cr_assert_null(memmem(bytes.data, bytes.size, names[i % SUBJECTS], 15));
        }
        cbank_buffer_clear(&bytes);
    }
}

/* So many statements of `subjects` subjects, which have in common what the others do not. */
static void add_alike(int kind, size_t subjects)
{
    cbi_append append = {0};

    bench_works(cbi_append_begin(it.store, it.hasher, CBI_TXN_WRITE, &append, &bench_err));
    bench_works(cbi_append_set_time(&append, BENCH_TIME, &bench_err));
    for (size_t i = 0; i < 200; i++) {
        cbi_subject subject = bench_subject(kind, names[i % subjects]);
        uint8_t statement[STATEMENT_SIZE];
        cbi_hash randomness = bench_randomness(&subject);

        for (size_t at = 0; at < sizeof(statement); at++)
            statement[at] = (uint8_t)(at * at + at / 5);
        statement[7] = (uint8_t)i;
        bench_works(cbi_append_statement(&append, &subject, AWARD,
                                         cbi_bytes_of(statement, sizeof(statement)), &randomness,
                                         NULL, NULL, &bench_err));
    }
    bench_works(cbi_append_commit(&append, &bench_err));
    cbi_append_clear(&append);
}

Test(pattern, one_subjects_statements_make_none)
{
    uint64_t before = count_patterns();

    add_alike(LEARNER, 1);
    cr_expect_eq(count_patterns(), before);
    add_alike(LEARNER, 2);
    cr_expect_gt(count_patterns(), before);
}

/* Two cases, or two disclosures, may be one learner's. */
Test(pattern, what_cases_share_makes_none)
{
    uint64_t before = count_patterns();

    add_alike(CASE, 2);
    add_alike(DISCLOSURE, 2);
    cr_expect_eq(count_patterns(), before);
}

/* The bank goes on: what is damaged, a check tells. */
Test(pattern, statements_are_written_where_a_pattern_is_damaged_or_lost)
{
    uint64_t count = count_patterns();

    bench_put(&it, CBI_TABLE_PATTERN, bench_number(count), (cbi_bytes){0});
    add_alike(LEARNER, 2);
    cr_assert_gt(count_patterns(), count);
    bench_delete(&it, CBI_TABLE_PATTERN, bench_number(1));
    for (size_t i = 0; i < SUBJECTS; i++) /* others, so that they would make one */
        snprintf(names[i], sizeof(names[i]), "another-%07zu", i * 7919);
    add_statements_alone(STATEMENTS, 200);
    cr_expect_gt(count_findings(), 0);
}

Test(pattern, a_pattern_that_was_changed_or_is_gone_is_found)
{
    cbank_buffer bytes = bench_get(&it, CBI_TABLE_PATTERN, bench_number(1));

    bench_flip(&it, CBI_TABLE_PATTERN, bench_number(1), bytes.size / 2);
    cr_expect_gt(count_findings(), 0);
    bench_put(&it, CBI_TABLE_PATTERN, bench_number(1), cbi_bytes_of(bytes.data, bytes.size / 2));
    cr_expect_gt(count_findings(), 0);
    bench_delete(&it, CBI_TABLE_PATTERN, bench_number(1));
    cr_expect_gt(count_findings(), 0);
    bench_put(&it, CBI_TABLE_PATTERN, bench_number(1), cbi_bytes_of_buffer(&bytes));
    cr_expect_eq(count_findings(), 0);
    cbank_buffer_clear(&bytes);
}

Test(pattern, every_byte_of_a_packed_row_counts)
{
    cbank_buffer row = {0};
    uint64_t index = STATEMENTS / 2 - 1;
    bool packed;

    (void)row_size(index, &packed);
    cr_assert(packed);
    row = bench_get(&it, CBI_TABLE_RECORD, bench_number(index));
    for (size_t i = 0; i < row.size; i++) {
        bench_flip(&it, CBI_TABLE_RECORD, bench_number(index), i);
        cr_expect_gt(count_findings(), 0, "byte %zu", i);
        bench_put(&it, CBI_TABLE_RECORD, bench_number(index), cbi_bytes_of_buffer(&row));
    }
    for (size_t size = 0; size < row.size; size++) {
        bench_put(&it, CBI_TABLE_RECORD, bench_number(index), cbi_bytes_of(row.data, size));
        cr_expect_gt(count_findings(), 0, "cut to %zu", size);
    }
    bench_put(&it, CBI_TABLE_RECORD, bench_number(index), cbi_bytes_of_buffer(&row));
    cr_expect_eq(count_findings(), 0);
    cbank_buffer_clear(&row);
}

Test(pattern, a_packed_statement_is_erased_like_any_other)
{
    uint64_t index = STATEMENTS / 2 - 1;
    cbank_buffer row = {0};
    cbi_logged before, after;
    cbi_hash leaf;
    cbi_txn *txn;

    bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
    bench_works(cbi_logged_read(txn, it.hasher, index, &row, &before, &bench_err));
    leaf = before.leaf;
    bench_works(cbi_logged_erase(txn, it.hasher, index, &bench_err));
    bench_works(cbi_logged_read(txn, it.hasher, index, &row, &after, &bench_err));
    cr_expect(after.erased);
    cr_expect(cbi_hash_equal(&leaf, &after.leaf));
    bench_works(cbi_txn_commit(txn, &bench_err));
    cbank_buffer_clear(&row);
    cr_expect_eq(count_findings(), 0);
}

/* Adds one as another thread would have packed it. */
static void add_prepacked(cbi_append *append, cbi_patterns *copy, size_t i)
{
    cbi_subject subject = bench_subject(LEARNER, names[i % SUBJECTS]);
    uint8_t statement[STATEMENT_SIZE];
    cbi_append_hashed hashed = {.statement = cbi_bytes_of(statement, sizeof(statement))};
    cbi_prepacked packed = {0};
    cbi_hash digest;

    write_statement(i, statement);
    bench_works(cbi_patterns_prepack(copy, hashed.statement, &packed, &bench_err));
    cr_assert(packed.done);
    bench_works(cbi_entry_statement_digest(it.hasher, hashed.statement, &digest, &bench_err));
    hashed.digest = &digest;
    hashed.packed = &packed;
    bench_works(cbi_append_hashed_statement(append, &subject, AWARD, &hashed, NULL, NULL,
                                            &bench_err));
    cbank_buffer_clear(&packed.delta);
}

/* Whether the copy is of now or has grown old; and what they have in common changes half-way. */
Test(pattern, what_others_have_packed_reads_as_if_the_writer_had)
{
    uint64_t before = count_patterns();
    cbi_patterns *copy = NULL;
    cbi_append append = {0};
    size_t bytes = 0;
    bool packed;

    bench_works(cbi_append_begin(it.store, it.hasher, CBI_TXN_WRITE, &append, &bench_err));
    bench_works(cbi_append_set_time(&append, BENCH_TIME, &bench_err));
    add_statements(&append, 0, 1);
    for (size_t i = 0; i < STATEMENTS; i++) {
        if (i % 150 == 0)
            bench_works(cbi_patterns_copy(append.patterns, &copy, &bench_err));
        if (i == STATEMENTS / 2) {
            for (size_t name = 0; name < SUBJECTS; name++)
                snprintf(names[name], sizeof(names[name]), "%015zu", name);
            add_statements(&append, 0, SUBJECTS);
        }
        add_prepacked(&append, copy, i);
    }
    cbi_patterns_free(copy);
    bench_works(cbi_append_commit(&append, &bench_err));
    cbi_append_clear(&append);
    for (uint64_t i = STATEMENTS; i < 2 * STATEMENTS; i++)
        bytes += row_size(i, &packed);
    cr_expect_lt(bytes, STATEMENTS * (84 + OWN_SIZE + 60));
    cr_expect_geq(count_patterns(), before);
    bench_add(&it, "seal again", &(cbi_subject){.kind = INSTITUTION,
                                                .id = cbi_bytes_of_text("college")}, 1);
    cr_expect_eq(count_findings(), 0);
}
