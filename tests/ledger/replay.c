#include "ledger/replay.h"

#include "bench.h"
#include "ledger/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bench it;
static cbi_subject anna, bert, college;

/* 700 entries of three subjects in several commits, sealed. */
static void set_up(void)
{
    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
    anna = bench_subject(LEARNER, "anna");
    bert = bench_subject(LEARNER, "bert");
    college = bench_subject(INSTITUTION, "college");
    bench_add(&it, "1", &anna, 3);
    bench_add(&it, "2", &college, 250);
    bench_add(&it, "3", &bert, 7);
    bench_add(&it, "4", &anna, 40);
    bench_add(&it, "5", &college, 400);
}

static void tear_down(void)
{
    bench_close(&it);
}

TestSuite(replay, .init = set_up, .fini = tear_down);

static cbi_replay *begin(void)
{
    cbi_replay_scope scope = {.store = it.store,
                              .origin = BENCH_ORIGIN,
                              .log_key = cbi_private_public(it.key),
                              .guard_path = it.guard_path};
    cbi_replay *replay = NULL;

    bench_works(cbi_replay_begin(&scope, &replay, &bench_err));
    return replay;
}

/* Runs to the end; the rows that were given. */
static uint64_t run(cbi_replay *replay)
{
    uint64_t rows = 0;
    bool more = true;
    cbi_logged logged;

    while (more) {
        bench_works(cbi_replay_step(replay, &more, &bench_err));
        while (cbi_replay_next(replay, &logged)) {
            cr_assert_geq(logged.index, rows);
            rows++;
        }
    }
    return rows;
}

static size_t count_of(const cbi_replay *replay, cbi_reason reason, uint64_t where)
{
    size_t count, found = 0;
    uint64_t total;
    const cbank_error *findings = cbi_replay_findings(replay, &count, &total);

    for (size_t i = 0; i < count; i++) {
        if (findings[i].reason == (int32_t)reason && findings[i].where == where)
            found++;
    }
    return found;
}

static void check_clean(void)
{
    cbi_replay *replay = begin();
    size_t count;
    uint64_t total, done;

    cr_assert_eq(run(replay), bench_view(&it).size);
    const cbank_error *findings = cbi_replay_findings(replay, &count, &total);
    cr_assert_eq(total, 0, "%s %s", cbank_reason_name(findings[0].reason), findings[0].detail);
    cbi_replay_progress(replay, &done, &total);
    cr_assert_eq(done, total);
    cbi_replay_end(replay);
}

/* Runs and wants this finding among those there are. */
static void check_found(cbi_reason reason, uint64_t where)
{
    cbi_replay *replay = begin();

    (void)run(replay);
    cr_assert_geq(count_of(replay, reason, where), 1, "%s at %llu was not found",
                  cbank_reason_name((int32_t)reason), (unsigned long long)where);
    cbi_replay_end(replay);
}

Test(replay, finds_nothing_in_a_sound_bank_and_gives_every_row)
{
    check_clean();
}

Test(replay, finds_nothing_in_an_empty_bank)
{
    bench_close(&it);
    bench_open_memory(&it, CBI_SUITE_SM3_SM2);
    check_clean();
}

Test(replay, finds_nothing_in_a_bank_with_erased_statements_and_subjects)
{
    cbi_txn *txn;

    bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
    bench_works(cbi_logged_erase(txn, it.hasher, 1, &bench_err));
    bench_works(cbi_subject_forget(txn, &anna, &bench_err));
    bench_works(cbi_txn_commit(txn, &bench_err));
    bench_add(&it, "6", &anna, 1);
    check_clean();
}

Test(replay, finds_nothing_while_the_bank_goes_on)
{
    cbi_replay *replay = begin();
    cbi_subject carl = bench_subject(LEARNER, "carl");
    uint64_t rows = 0, total;
    size_t count;
    bool more = true;
    unsigned step = 0;
    cbi_logged logged;

    while (more) {
        char token[16];
        snprintf(token, sizeof token, "step %u", step++);
        bench_add(&it, token, step % 2 == 0 ? &anna : &carl, 150);
        bench_works(cbi_replay_step(replay, &more, &bench_err));
        while (cbi_replay_next(replay, &logged))
            rows++;
    }
    cr_assert_eq(rows, 700);
    const cbank_error *findings = cbi_replay_findings(replay, &count, &total);
    cr_assert_eq(total, 0, "%s %s", cbank_reason_name(findings[0].reason), findings[0].detail);
    cbi_replay_end(replay);
}

Test(replay, finds_a_flipped_byte_of_a_statement)
{
    bench_flip(&it, CBI_TABLE_RECORD, bench_number(100), 90);
    check_found(CBI_REASON_CHAIN_BROKEN, 101);
    check_found(CBI_REASON_REPLAY_TILE, 0);
    check_found(CBI_REASON_REPLAY_ROOT, 700);
    check_found(CBI_REASON_REPLAY_NOTE, 253);
}

Test(replay, finds_every_flipped_bit_of_a_row)
{
    cbank_buffer row = bench_get(&it, CBI_TABLE_RECORD, bench_number(260));

    for (size_t offset = 0; offset < row.size; offset++) {
        cbi_replay *replay;
        size_t count;
        uint64_t total;

        bench_flip(&it, CBI_TABLE_RECORD, bench_number(260), offset);
        replay = begin();
        (void)run(replay);
        (void)cbi_replay_findings(replay, &count, &total);
        cr_assert_gt(total, 0, "byte %zu", offset);
        cbi_replay_end(replay);
        bench_flip(&it, CBI_TABLE_RECORD, bench_number(260), offset);
    }
    cbank_buffer_clear(&row);
    check_clean();
}

Test(replay, finds_two_rows_that_changed_places)
{
    cbank_buffer a = bench_get(&it, CBI_TABLE_RECORD, bench_number(254));
    cbank_buffer b = bench_get(&it, CBI_TABLE_RECORD, bench_number(255));

    bench_put(&it, CBI_TABLE_RECORD, bench_number(254), cbi_bytes_of_buffer(&b));
    bench_put(&it, CBI_TABLE_RECORD, bench_number(255), cbi_bytes_of_buffer(&a));
    check_found(CBI_REASON_CHAIN_BROKEN, 254);
    check_found(CBI_REASON_REPLAY_ROOT, 700);
    cbank_buffer_clear(&a);
    cbank_buffer_clear(&b);
}

Test(replay, finds_a_missing_row_in_the_middle_and_at_the_end)
{
    bench_delete(&it, CBI_TABLE_RECORD, bench_number(10));
    bench_delete(&it, CBI_TABLE_RECORD, bench_number(699));
    check_found(CBI_REASON_LEDGER_ROW_MISSING, 10);
    check_found(CBI_REASON_LEDGER_ROW_MISSING, 699);
    check_found(CBI_REASON_REPLAY_COUNT, 698);
}

Test(replay, finds_a_row_that_is_one_too_many)
{
    cbank_buffer row = bench_get(&it, CBI_TABLE_RECORD, bench_number(699));

    bench_put(&it, CBI_TABLE_RECORD, bench_number(700), cbi_bytes_of_buffer(&row));
    check_found(CBI_REASON_REPLAY_COUNT, 701);
    cbank_buffer_clear(&row);
}

Test(replay, finds_a_row_without_form)
{
    bench_put(&it, CBI_TABLE_RECORD, bench_number(20), cbi_bytes_of_text("no row"));
    check_found(CBI_REASON_LEDGER_ROW_DAMAGED, 20);
}

Test(replay, finds_a_changed_a_missing_and_a_longer_tile)
{
    static const uint8_t key[9] = {1};
    cbi_bytes tile = cbi_bytes_of(key, sizeof key);
    cbank_buffer row = bench_get(&it, CBI_TABLE_TILE, tile);

    bench_flip(&it, CBI_TABLE_TILE, tile, CBI_HASH_SIZE);
    check_found(CBI_REASON_REPLAY_TILE, 1);
    bench_delete(&it, CBI_TABLE_TILE, tile);
    check_found(CBI_REASON_REPLAY_TILE, 0);
    cr_assert_eq(row.size, 2 * CBI_HASH_SIZE);
    bench_works(cbi_buffer_append(&row, cbi_bytes_of(row.data, CBI_HASH_SIZE), &bench_err));
    bench_put(&it, CBI_TABLE_TILE, tile, cbi_bytes_of_buffer(&row));
    check_found(CBI_REASON_REPLAY_COUNT, 3);
    cbank_buffer_clear(&row);
}

Test(replay, finds_a_tile_that_no_entry_has_made)
{
    static const uint8_t key[9] = {3, 0, 0, 0, 0, 0, 0, 0, 5};

    bench_put(&it, CBI_TABLE_TILE, cbi_bytes_of(key, sizeof key), cbi_bytes_of(key, sizeof key));
    check_found(CBI_REASON_REPLAY_COUNT, 2);
}

/* The row of `head`, `tag`: kind and id. */
static cbi_bytes key_of(const cbi_subject *subject)
{
    static cbi_subject_key key;

    cbi_subject_key_of(subject, &key);
    return cbi_bytes_of(key.bytes, key.size);
}

Test(replay, finds_a_head_with_a_changed_sequence_index_or_leaf)
{
    /* Anna's newest entry is row 299, her 43rd. */
    static const size_t offsets[] = {7, 15, 16};
    static const uint64_t where[] = {299, 298, 299};

    for (size_t i = 0; i < 3; i++) {
        bench_flip(&it, CBI_TABLE_HEAD, key_of(&anna), offsets[i]);
        check_found(CBI_REASON_CHAIN_BROKEN, where[i]);
        bench_flip(&it, CBI_TABLE_HEAD, key_of(&anna), offsets[i]);
    }
    check_clean();
}

Test(replay, finds_a_head_that_hides_the_newest_entries)
{
    cbi_logged logged;
    cbank_buffer row = {0};
    cbi_txn *txn;

    bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
    bench_works(cbi_logged_read(txn, it.hasher, 298, &row, &logged, &bench_err));
    cbi_head head = {.sequence = logged.entry.sequence, .index = 298, .leaf = logged.leaf};
    bench_works(cbi_subject_write_head(txn, &anna, &head, &bench_err));
    bench_works(cbi_txn_commit(txn, &bench_err));
    check_found(CBI_REASON_REPLAY_COVERAGE, 699);
    cbank_buffer_clear(&row);
}

Test(replay, finds_a_head_that_is_missing)
{
    bench_delete(&it, CBI_TABLE_HEAD, key_of(&bert));
    check_found(CBI_REASON_REPLAY_COVERAGE, 693);
    check_found(CBI_REASON_REPLAY_TAG, 1); /* his tag has no subject any more */
}

Test(replay, finds_a_changed_tag)
{
    bench_flip(&it, CBI_TABLE_TAG, key_of(&anna), 0);
    check_found(CBI_REASON_REPLAY_TAG, 299);
}

/* A second chain for anna under her tag, as a bank would forge it: her head is taken away first. */
static void fork_anna(void)
{
    cbi_txn *txn;

    bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
    bench_works(cbi_txn_delete(txn, CBI_TABLE_HEAD, key_of(&anna), &bench_err));
    bench_works(cbi_txn_delete(txn, CBI_TABLE_TAG, key_of(&anna), &bench_err));
    bench_works(cbi_txn_commit(txn, &bench_err));
    bench_add(&it, "fork", &anna, 2);
}

Test(replay, finds_a_second_chain_of_one_subject)
{
    fork_anna();
    check_found(CBI_REASON_REPLAY_COVERAGE, 702 - 43);
}

Test(replay, finds_a_second_chain_that_hides_behind_an_erased_subject)
{
    cbi_subject nobody = bench_subject(LEARNER, "nobody");
    cbank_buffer head = bench_get(&it, CBI_TABLE_HEAD, key_of(&anna));

    fork_anna();
    /* The first chain is given to a subject whose randomness is said to be erased. */
    bench_put(&it, CBI_TABLE_HEAD, key_of(&nobody), cbi_bytes_of_buffer(&head));
    check_found(CBI_REASON_REPLAY_TAG, 0); /* anna, of whose tag there is another */
    cbank_buffer_clear(&head);
}

Test(replay, finds_a_second_chain_behind_two_erased_subjects)
{
    cbi_subject nobody = bench_subject(LEARNER, "nobody");
    cbank_buffer head = bench_get(&it, CBI_TABLE_HEAD, key_of(&anna));

    fork_anna();
    bench_put(&it, CBI_TABLE_HEAD, key_of(&nobody), cbi_bytes_of_buffer(&head));
    bench_delete(&it, CBI_TABLE_TAG, key_of(&anna));
    check_found(CBI_REASON_REPLAY_TAG, 1); /* the second of the two */
    cbank_buffer_clear(&head);
}

/* Row 700 as a bank would forge it, hashed and signed as it should be. */
static cbi_logged next_of_bert(cbi_txn *txn)
{
    cbi_head head;
    cbi_logged logged;
    cbank_buffer row = {0};

    bench_works(cbi_subject_read_head(txn, &bert, &head, &bench_err));
    bench_works(cbi_logged_read(txn, it.hasher, head.index, &row, &logged, &bench_err));
    logged.previous_index = head.index;
    logged.entry.previous = head.leaf;
    logged.entry.sequence++;
    logged.index = 700;
    logged.statement = cbi_bytes_of_text("forged");
    cbank_buffer_clear(&row);
    return logged;
}

static void write_forged(cbi_txn *txn, cbi_logged *logged)
{
    cbi_state state;
    cbank_buffer row = {0};

    bench_works(cbi_logged_encode(logged, &row, &bench_err));
    bench_works(cbi_logged_decode(it.hasher, 700, cbi_bytes_of_buffer(&row), logged, &bench_err));
    bench_works(cbi_txn_append(txn, CBI_TABLE_RECORD, bench_number(700), cbi_bytes_of_buffer(&row),
                               &bench_err));
    cbi_head head = {.sequence = logged->entry.sequence, .index = 700, .leaf = logged->leaf};
    bench_works(cbi_subject_write_head(txn, &bert, &head, &bench_err));
    bench_works(cbi_state_read(txn, &state, &bench_err));
    bench_works(cbi_frontier_append(it.hasher, &state.frontier, &logged->leaf, &bench_err));
    bench_works(cbi_frontier_root(it.hasher, &state.frontier, &state.root, &bench_err));
    bench_works(cbi_state_write(txn, &state, &bench_err));
    bench_works(cbi_txn_commit(txn, &bench_err));
    bench_works(bench_reopen(&it, &bench_err));
    cbank_buffer_clear(&row);
}

Test(replay, finds_nothing_wrong_with_a_row_that_follows_as_it_should)
{
    cbi_txn *txn;

    bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
    cbi_logged logged = next_of_bert(txn);
    write_forged(txn, &logged);
    check_clean();
}

Test(replay, finds_a_sequence_that_skips_although_it_is_signed)
{
    cbi_txn *txn;

    bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
    cbi_logged logged = next_of_bert(txn);
    logged.entry.sequence++;
    write_forged(txn, &logged);
    check_found(CBI_REASON_CHAIN_BROKEN, 700);
}

Test(replay, finds_another_tag_or_kind_within_a_chain_although_it_is_signed)
{
    cbi_txn *txn;

    for (int i = 0; i < 2; i++) {
        bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
        cbi_logged logged = next_of_bert(txn);
        if (i == 0)
            logged.entry.tag.bytes[0] ^= 1;
        else
            logged.entry.subject_kind = CASE;
        write_forged(txn, &logged);
        check_found(CBI_REASON_CHAIN_BROKEN, 700);
        tear_down();
        set_up();
    }
}

Test(replay, finds_a_changed_checkpoint_and_one_of_another_history)
{
    cbi_sealed forged = {.size = 253, .root = {{5}}};
    cbank_buffer note = bench_get(&it, CBI_TABLE_NOTE, bench_number(253));

    bench_flip(&it, CBI_TABLE_NOTE, bench_number(253), 40);
    check_found(CBI_REASON_REPLAY_NOTE, 253);
    bench_works(cbi_seal_note(BENCH_ORIGIN, it.key, &forged, &bench_err));
    bench_put(&it, CBI_TABLE_NOTE, bench_number(253), cbi_sealed_note(&forged));
    check_found(CBI_REASON_REPLAY_NOTE, 253);
    bench_put(&it, CBI_TABLE_NOTE, bench_number(253), cbi_bytes_of_buffer(&note));
    check_clean();
    cbank_buffer_clear(&note);
}

Test(replay, finds_a_checkpoint_beyond_the_guard)
{
    cbi_sealed beyond = {.size = 9000, .root = {{5}}};

    bench_works(cbi_seal_note(BENCH_ORIGIN, it.key, &beyond, &bench_err));
    bench_put(&it, CBI_TABLE_NOTE, bench_number(9000), cbi_sealed_note(&beyond));
    check_found(CBI_REASON_REPLAY_NOTE, 9000);
}

Test(replay, finds_a_forged_tree_state)
{
    bench_flip(&it, CBI_TABLE_META, cbi_bytes_of_text("tree"), 48);
    check_found(CBI_REASON_TREE_DIFFERS, 700);
}

Test(replay, finds_that_the_guard_is_missing_and_checks_the_rest)
{
    cbi_replay *replay;

    cr_assert_eq(unlink(it.guard_path), 0);
    bench_flip(&it, CBI_TABLE_RECORD, bench_number(100), 90);
    replay = begin();
    cr_assert_eq(run(replay), 700);
    cr_assert_eq(count_of(replay, CBI_REASON_GUARD_MISSING, 0), 1);
    cr_assert_eq(count_of(replay, CBI_REASON_CHAIN_BROKEN, 101), 1);
    cbi_replay_end(replay);
}

Test(replay, counts_the_findings_that_it_does_not_keep)
{
    cbi_replay *replay;
    size_t count;
    uint64_t total;

    bench_add(&it, "many", &college, 800);
    for (uint64_t i = 0; i < 1500; i++)
        bench_put(&it, CBI_TABLE_RECORD, bench_number(i), cbi_bytes_of_text("no row"));
    replay = begin();
    cr_assert_eq(run(replay), 0);
    (void)cbi_replay_findings(replay, &count, &total);
    cr_assert_eq(count, CBI_REPLAY_FINDINGS_MAX);
    cr_assert_gt(total, 1500);
    cbi_replay_end(replay);
}

Test(replay, is_refused_for_a_store_of_another_bank)
{
    cbi_replay_scope scope = {.store = it.store,
                              .origin = "other.example/credit/1",
                              .log_key = cbi_private_public(it.key),
                              .guard_path = it.guard_path};
    cbi_replay *replay = NULL;
    cbank_error error;

    bench_fails(cbi_replay_begin(&scope, &replay, &error), error, LEDGER_OTHER);
}
