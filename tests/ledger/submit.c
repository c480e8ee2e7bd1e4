#include "bench.h"

#include "ledger/group.h"
#include "store/engine.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bench it;
static cbi_subject college;

static void set_up(void)
{
    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
    college = bench_subject(INSTITUTION, "college");
}

static void tear_down(void)
{
    bench_close(&it);
}

TestSuite(submit, .init = set_up, .fini = tear_down);

Test(submit, answers_only_when_what_it_wrote_is_sealed)
{
    for (uint64_t i = 1; i <= 5; i++) {
        char token[8];
        snprintf(token, sizeof token, "t%d", (int)i);
        bench_add(&it, token, &college, 1);
        cr_assert_eq(bench_view(&it).size, i);
    }
}

Test(submit, the_same_token_gives_the_same_answer_and_writes_nothing)
{
    bench_act first = bench_make_act("one", &college, 2);
    bench_act again = bench_make_act("one", &college, 2);

    bench_add(&it, "zero", &college, 3);
    bench_works(cbi_ledger_submit(it.ledger, &first.act, &bench_err));
    bench_works(bench_reopen(&it, &bench_err));
    again.refuse = true; /* it is not even checked again */
    bench_works(cbi_ledger_submit(it.ledger, &again.act, &bench_err));
    cr_assert_not(first.act.replayed);
    cr_assert(again.act.replayed);
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&first.act.result),
                              cbi_bytes_of_buffer(&again.act.result)));
    cr_assert_eq(bench_view(&it).size, 5);
    cbank_buffer_clear(&first.act.result);
    cbank_buffer_clear(&again.act.result);
}

Test(submit, the_same_token_for_another_request_is_a_conflict)
{
    cbi_subject other = bench_subject(INSTITUTION, "other");
    bench_act act = bench_make_act("one", &other, 1);
    cbank_error error;

    bench_add(&it, "one", &college, 1);
    bench_fails(cbi_ledger_submit(it.ledger, &act.act, &error), error, TOKEN_CONFLICT);
    cr_assert_eq(bench_view(&it).size, 1);
}

Test(submit, a_refused_act_leaves_nothing_and_its_token_may_be_used_again)
{
    bench_act act = bench_make_act("one", &college, 1);
    cbank_error error;

    act.refuse = true;
    bench_fails(cbi_ledger_submit(it.ledger, &act.act, &error), error, BAD_DATE);
    cr_assert_eq(error.where, 7);
    cr_assert_eq(bench_view(&it).size, 0);
    bench_add(&it, "one", &college, 1);
    cr_assert_eq(bench_view(&it).size, 1);
}

Test(submit, a_clock_that_runs_behind_is_refused)
{
    bench_act act = bench_make_act("two", &college, 1);
    cbank_error error;

    bench_add(&it, "one", &college, 1);
    act.act.now = BENCH_TIME - 3600;
    bench_fails(cbi_ledger_submit(it.ledger, &act.act, &error), error, CLOCK_BEHIND);
    cr_assert_eq(error.status, CBANK_E_STATE);
    cr_assert_eq(bench_view(&it).size, 1);
}

/* Acts in one queue, done by one leader. */
static cbank_status lead(bench_act *acts, size_t count, cbi_group *group, cbank_error *err)
{
    cbi_additions additions = {0};
    cbi_queue queue;

    cbi_queue_init(&queue);
    for (size_t i = 0; i < count; i++)
        cbi_queue_add(&queue, &acts[i].act);
    cbank_status status = cbi_group_commit(it.store, &(cbi_signers){.key = it.key}, it.hasher,
                                           &queue, NULL, &additions, group, err);
    if (status != CBANK_OK)
        cbi_group_fail(group, status, err);
    cbi_queue_clear(&queue);
    return status;
}

static uint64_t committed_size(void)
{
    cbank_buffer tree = bench_get(&it, CBI_TABLE_META, cbi_bytes_of_text("tree"));
    uint64_t size = cbi_get_u64(tree.data);

    cbank_buffer_clear(&tree);
    return size;
}

static void clear(bench_act *acts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cbank_buffer_clear(&acts[i].act.result);
}

Test(submit, an_act_that_fails_its_check_is_taken_out_alone)
{
    bench_act acts[] = {bench_make_act("a", &college, 1), bench_make_act("b", &college, 1),
                        bench_make_act("c", &college, 1)};
    cbi_group group;

    acts[1].refuse = true;
    bench_works(lead(acts, 3, &group, &bench_err));
    cr_assert_eq(acts[0].act.status, CBANK_OK);
    cr_assert_eq(acts[1].act.status, CBANK_E_INVALID);
    cr_assert_eq(acts[1].act.error.reason, CBI_REASON_BAD_DATE);
    cr_assert_eq(acts[2].act.status, CBANK_OK);
    cr_assert_eq(acts[2].first_index, 1);
    cr_assert_eq(committed_size(), 2);
    clear(acts, 3);
}

Test(submit, a_token_used_twice_in_one_transaction_is_done_once)
{
    bench_act acts[] = {bench_make_act("a", &college, 1), bench_make_act("a", &college, 1)};
    cbi_group group;

    bench_works(lead(acts, 2, &group, &bench_err));
    cr_assert_eq(acts[1].act.status, CBANK_OK);
    cr_assert(acts[1].act.replayed);
    cr_assert_eq(committed_size(), 1);
    clear(acts, 2);
}

Test(submit, a_store_that_fails_undoes_the_transaction_for_all)
{
    bench_act acts[] = {bench_make_act("a", &college, 1), bench_make_act("b", &college, 1),
                        bench_make_act("c", &college, 1)};
    cbi_group group;
    cbank_error error;

    acts[1].break_store = true;
    bench_fails(lead(acts, 3, &group, &error), error, DISK_FULL);
    cr_assert_eq(acts[0].act.status, CBANK_E_FULL);
    cr_assert_eq(acts[1].act.status, CBANK_E_FULL);
    cr_assert(acts[2].act.waiting); /* for the next leader */
    cr_assert_eq(committed_size(), 0);
    clear(acts, 3);
}

/* On a full disk it has what is kept for it, and the others would fail with it. */
Test(submit, what_takes_away_shares_no_transaction_with_what_adds)
{
    bench_act acts[] = {bench_make_act("a", &college, 1), bench_make_act("b", &college, 1),
                        bench_make_act("c", &college, 1), bench_make_act("d", &college, 1)};
    cbi_group group;

    acts[0].act.takes_away = acts[1].act.takes_away = acts[3].act.takes_away = true;
    bench_works(lead(acts, 4, &group, &bench_err));
    cr_assert_eq(committed_size(), 2);
    cr_assert(acts[2].act.waiting);
    bench_works(lead(acts + 2, 2, &group, &bench_err));
    cr_assert_eq(committed_size(), 3);
    cr_assert(acts[3].act.waiting);
    clear(acts, 4);
}

Test(submit, acts_that_only_fail_commit_nothing)
{
    bench_act act = bench_make_act("a", &college, 1);
    cbi_group group;

    act.refuse = true;
    bench_works(lead(&act, 1, &group, &bench_err));
    cr_assert_null(group.written);
    cr_assert_not(cbi_group_has_success(&group));
}

/* ---- who only adds --------------------------------------------------------------------------- */

static uint64_t seen_since, seen_version;

static cbank_status look(cbi_act *act, cbi_append *append, cbank_error *err)
{
    (void)act;
    (void)err;
    seen_since = append->added_since;
    seen_version = cbi_txn_version(append->txn);
    return CBANK_OK;
}

/* Submits one act that looks; whether what was ruled at that version stands, after others add. */
static bool stands_since(const char *token, uint64_t version, bool only_adds)
{
    bench_act act = bench_make_act(token, &college, 1);

    act.act.check = look;
    act.act.only_adds = only_adds;
    bench_works(cbi_ledger_submit(it.ledger, &act.act, &bench_err));
    cbank_buffer_clear(&act.act.result);
    return seen_since <= version;
}

Test(submit, what_was_ruled_stands_until_somebody_does_more_than_add)
{
    uint64_t version;

    stands_since("a", 0, true);
    version = seen_version;
    cr_expect(stands_since("b", version, true));
    cr_expect(stands_since("c", version, false), "it looks before it writes");
    cr_expect_not(stands_since("d", version, true));
    cr_expect_not(stands_since("e", version, true));
    version = seen_version;
    cr_expect(stands_since("f", version, true));
    bench_put(&it, CBI_TABLE_STATE, cbi_bytes_of_text("a"), cbi_bytes_of_text("b"));
    cr_expect_not(stands_since("g", version, true), "a stranger has written");
    cr_expect(stands_since("h", seen_version, true));
}

Test(submit, an_act_in_the_same_transaction_does_more_than_add_for_those_behind_it)
{
    bench_act acts[] = {bench_make_act("a", &college, 1), bench_make_act("b", &college, 1),
                        bench_make_act("c", &college, 1)};
    cbi_group group;

    for (unsigned i = 0; i < 3; i++)
        acts[i].act.only_adds = i != 1;
    acts[1].act.check = look;
    bench_works(lead(acts, 2, &group, &bench_err));
    cr_expect_eq(seen_since, seen_version);
    clear(acts, 2);
    acts[1] = bench_make_act("d", &college, 1);
    acts[2].act.check = look;
    bench_works(lead(acts + 1, 2, &group, &bench_err));
    cr_expect_eq(seen_since, CBI_NEVER_ADDED);
    clear(acts + 1, 2);
}

/* A store whose commit does what it should, or nothing, and does not know. */
static const cbi_engine *true_engine;
static bool commit_happens;

static cbank_status commit_and_forget(cbi_txn *txn, cbank_error *err)
{
    if (commit_happens)
        bench_works(true_engine->commit(txn, &bench_err));
    else
        true_engine->abort(txn);
    return cbi_fail(err, CBI_REASON_COMMIT_UNKNOWN, 0, "test", NULL);
}

static void forget_commits(cbi_engine *engine, bool happens)
{
    true_engine = it.store->engine;
    commit_happens = happens;
    *engine = *true_engine;
    engine->commit = commit_and_forget;
    it.store->engine = engine;
}

Test(submit, a_commit_of_unknown_end_that_happened_is_answered_as_done)
{
    cbi_engine engine;

    forget_commits(&engine, true);
    bench_add(&it, "one", &college, 2);
    it.store->engine = true_engine;
    cr_assert_eq(bench_view(&it).size, 2);
}

Test(submit, a_commit_of_unknown_end_that_did_not_happen_is_answered_as_lost)
{
    bench_act act = bench_make_act("one", &college, 2);
    cbi_engine engine;
    cbank_error error;

    forget_commits(&engine, false);
    bench_fails(cbi_ledger_submit(it.ledger, &act.act, &error), error, COMMIT_LOST);
    it.store->engine = true_engine;
    cr_assert_eq(committed_size(), 0);
    bench_add(&it, "one", &college, 2);
    cr_assert_eq(bench_view(&it).size, 2);
    cbank_buffer_clear(&act.act.result);
}

static cbank_status refuse_to_begin(cbi_store *store, cbi_txn_mode mode, cbi_txn **out,
                                    cbank_error *err)
{
    (void)store;
    (void)mode;
    (void)out;
    return cbi_fail(err, CBI_REASON_STORE_IO, 0, "test", NULL);
}

Test(submit, a_store_that_cannot_begin_fails_the_act_and_does_not_hang)
{
    bench_act act = bench_make_act("one", &college, 2);
    cbi_engine engine = *it.store->engine;
    cbank_error error;

    true_engine = it.store->engine;
    engine.begin = refuse_to_begin;
    it.store->engine = &engine;
    bench_fails(cbi_ledger_submit(it.ledger, &act.act, &error), error, STORE_IO);
    it.store->engine = true_engine;
}

/* Many callers at once. */

#define THREADS 16
#define ACTS_EACH 40

static void *add_many(void *argument)
{
    uintptr_t thread = (uintptr_t)argument;
    char id[32], token[32];
    uint64_t newest = 0;

    snprintf(id, sizeof id, "learner-%u", (unsigned)thread);
    cbi_subject learner = bench_subject(LEARNER, id);
    for (unsigned i = 0; i < ACTS_EACH; i++) {
        snprintf(token, sizeof token, "%u/%u", (unsigned)thread, i);
        bench_act act = bench_make_act(token, &learner, 1);
        act.refuse = i % 10 == 9;
        cbank_status status = cbi_ledger_submit(it.ledger, &act.act, &bench_err);
        if (status != (act.refuse ? CBANK_E_INVALID : CBANK_OK))
            return NULL;
        cbi_sealed sealed;
        if (!act.refuse && (cbi_ledger_view(it.ledger, &sealed, &bench_err) != CBANK_OK ||
                            sealed.size <= act.first_index || sealed.size < newest))
            return NULL;
        newest = sealed.size;
        cbank_buffer_clear(&act.act.result);
    }
    return argument;
}

static void check_many(void)
{
    pthread_t threads[THREADS];
    cbi_reader *reader = malloc(sizeof *reader);
    cbi_chain chain = {0};

    for (uintptr_t i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, add_many, (void *)(i + 1)), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *result;
        cr_assert_eq(pthread_join(threads[i], &result), 0);
        cr_assert_not_null(result, "thread %zu", i);
    }
    cr_assert_eq(bench_view(&it).size, THREADS * ACTS_EACH * 9 / 10);
    bench_works(cbi_ledger_read_begin(it.ledger, reader, &bench_err));
    for (size_t i = 1; i <= THREADS; i++) {
        char id[32];
        snprintf(id, sizeof id, "learner-%zu", i);
        cbi_subject learner = bench_subject(LEARNER, id);
        bench_works(cbi_history_chain(reader, &learner, &chain, &bench_err));
        cr_assert_eq(chain.count, ACTS_EACH * 9 / 10);
    }
    cbi_chain_clear(&chain);
    cbi_ledger_read_end(reader);
    free(reader);
}

Test(submit, sixteen_threads_share_commits_and_each_hears_its_own_answer)
{
    check_many();
    bench_works(bench_reopen(&it, &bench_err));
}

Test(submit, sixteen_threads_on_disk_need_fewer_commits_than_acts)
{
    bench_close(&it);
    bench_open_disk(&it);
    check_many();
    cbi_txn *txn;
    uint64_t notes;
    bench_works(cbi_txn_begin(it.store, CBI_TXN_READ, &txn, &bench_err));
    bench_works(cbi_txn_count(txn, CBI_TABLE_NOTE, &notes, &bench_err));
    cbi_txn_abort(txn);
    cr_assert_lt(notes, THREADS * ACTS_EACH * 9 / 10);
}

/* Tokens are kept for some weeks. */

/* Twelve tokens, and weeks later three that come before or after them; how many are left. */
static uint64_t count_tokens(const char *later)
{
    cbi_txn *txn;
    uint64_t count;
    char token[16];

    for (unsigned i = 0; i < 12; i++) {
        snprintf(token, sizeof token, "n %02u", i);
        bench_add(&it, token, &college, 1);
    }
    for (unsigned i = 0; i < 3; i++) {
        snprintf(token, sizeof token, "%s %02u", later, i);
        bench_act act = bench_make_act(token, &college, 1);
        act.act.now = BENCH_TIME + (CBI_TOKEN_DAYS + 1) * 86400;
        bench_works(cbi_ledger_submit(it.ledger, &act.act, &bench_err));
        cbank_buffer_clear(&act.act.result);
    }
    bench_works(cbi_txn_begin(it.store, CBI_TXN_READ, &txn, &bench_err));
    bench_works(cbi_txn_count(txn, CBI_TABLE_TOKEN, &count, &bench_err));
    cbi_txn_abort(txn);
    return count;
}

Test(submit, old_tokens_that_follow_a_new_one_are_removed_a_few_at_a_time)
{
    cr_assert_eq(count_tokens("a"), 12 + 3 - 3 * 3);
}

Test(submit, old_tokens_are_found_from_the_other_end_of_the_table_too)
{
    cr_assert_eq(count_tokens("z"), 12 + 3 - 3 * 3);
}

Test(submit, a_token_of_thirty_days_is_still_known)
{
    bench_act later = bench_make_act("b", &college, 1);
    bench_act again = bench_make_act("a", &college, 1);

    bench_add(&it, "a", &college, 1);
    later.act.now = BENCH_TIME + CBI_TOKEN_DAYS * 86400;
    bench_works(cbi_ledger_submit(it.ledger, &later.act, &bench_err));
    bench_works(cbi_ledger_submit(it.ledger, &again.act, &bench_err));
    cr_assert(again.act.replayed);
    cbank_buffer_clear(&later.act.result);
    cbank_buffer_clear(&again.act.result);
}
