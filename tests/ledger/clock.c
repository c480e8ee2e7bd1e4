/* Times in the log never fall, and a clock that was wrong once does not stop the bank for ever. */
#include "ledger/clock.h"

#include "bench.h"

#define DAY (int64_t)86400
#define LATER (BENCH_TIME + CBI_CLOCK_LEAP_S)

static bench it;
static cbi_subject anna;

static void begin(void)
{
    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
    anna = bench_subject(LEARNER, "anna");
}

static void end(void)
{
    bench_close(&it);
}

TestSuite(clock, .init = begin, .fini = end);

/* A statement at this reading; the time that it got, or -1 where the reading was not taken. */
static int64_t write_at(int64_t now, cbi_reason reason)
{
    cbi_append append;
    cbank_error error = {0};
    int64_t at = -1;

    bench_works(cbi_append_begin(it.store, it.hasher, CBI_TXN_WRITE, &append, &bench_err));
    if (cbi_append_set_time(&append, now, &error) == CBANK_OK) {
        at = append.at;
        bench_works(bench_append(&append, &anna, append.state.frontier.size, 1, &bench_err));
        bench_works(cbi_append_commit(&append, &bench_err));
    }
    cbi_append_clear(&append);
    cr_expect_eq((cbi_reason)error.reason, reason, "%s",
                 cbi_reason_word((cbi_reason)error.reason));
    cr_expect_eq(error.status, reason == 0 ? CBANK_OK : CBANK_E_STATE);
    return at;
}

static cbi_clock read_clock(void)
{
    cbi_txn *txn = NULL;
    cbi_state state;
    cbi_clock clock;

    bench_works(cbi_txn_begin(it.store, CBI_TXN_READ, &txn, &bench_err));
    bench_works(cbi_state_read(txn, &state, &bench_err));
    bench_works(cbi_clock_read(txn, state.time, &clock, &bench_err));
    cbi_txn_abort(txn);
    return clock;
}

static void confirm(int64_t now)
{
    cbi_txn *txn = NULL;
    cbi_clock clock = read_clock();

    bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
    bench_works(cbi_clock_confirm(txn, &clock, now, &bench_err));
    bench_works(cbi_txn_commit(txn, &bench_err));
}

Test(clock, one_that_runs_behind_is_refused)
{
    cr_expect_eq(write_at(BENCH_TIME, 0), BENCH_TIME);
    cr_expect_eq(write_at(BENCH_TIME - CBI_CLOCK_SLACK_S - 1, CBI_REASON_CLOCK_BEHIND), -1);
    cr_expect_eq(write_at(-1, CBI_REASON_CLOCK_BEHIND), -1);
}

Test(clock, a_request_that_waited_its_turn_is_given_the_newest_time)
{
    cr_expect_eq(write_at(BENCH_TIME, 0), BENCH_TIME);
    cr_expect_eq(write_at(BENCH_TIME - CBI_CLOCK_SLACK_S, 0), BENCH_TIME);
    cr_expect_eq(write_at(BENCH_TIME + 5, 0), BENCH_TIME + 5);
    cr_expect_not(read_clock().kept);
}

Test(clock, one_that_is_too_far_ahead_is_refused_before_it_gets_into_the_log)
{
    cr_expect_eq(write_at(BENCH_TIME, 0), BENCH_TIME);
    cr_expect_eq(write_at(LATER + 1, CBI_REASON_CLOCK_AHEAD), -1);
    cr_expect_eq(write_at(INT64_MAX, CBI_REASON_CLOCK_AHEAD), -1);
    cr_expect_eq(write_at(BENCH_TIME + 1, 0), BENCH_TIME + 1, "and nothing has come of it");
    cr_expect_eq(write_at(LATER + 1, 0), LATER + 1, "as long ago as a bank may sleep");
}

Test(clock, the_first_statement_has_nothing_to_be_held_against)
{
    cr_expect_eq(write_at(LATER * 2, 0), LATER * 2);
}

Test(clock, a_bank_that_has_slept_for_years_goes_on_once_the_date_is_confirmed)
{
    int64_t awake = BENCH_TIME + 3650 * DAY;

    cr_expect_eq(write_at(BENCH_TIME, 0), BENCH_TIME);
    cr_expect_eq(write_at(awake, CBI_REASON_CLOCK_AHEAD), -1);
    confirm(awake);
    cr_expect_eq(write_at(BENCH_TIME + 1, CBI_REASON_CLOCK_BEHIND), -1, "the old time is over");
    cr_expect_eq(write_at(awake + 7, 0), awake + 7);
    cr_expect_not(read_clock().kept, "nothing is left of it");
    cr_expect_eq(write_at(awake + 8, 0), awake + 8);
}

Test(clock, after_one_that_was_ahead_time_stands_still_until_the_right_one_has_caught_up)
{
    int64_t ahead = BENCH_TIME + 300 * DAY;

    cr_expect_eq(write_at(BENCH_TIME, 0), BENCH_TIME);
    cr_expect_eq(write_at(ahead, 0), ahead);
    cr_expect_eq(write_at(BENCH_TIME + DAY, CBI_REASON_CLOCK_BEHIND), -1);
    confirm(BENCH_TIME + DAY);
    cr_expect_eq(write_at(BENCH_TIME + DAY + 1, 0), ahead);
    cr_expect_eq(write_at(BENCH_TIME + 2 * DAY, 0), ahead);
    cr_expect_eq(write_at(BENCH_TIME + DAY, CBI_REASON_CLOCK_BEHIND), -1,
                 "it may not fall meanwhile");
    cr_expect_eq(write_at(BENCH_TIME + 299 * DAY, 0), ahead);
    cr_expect(read_clock().kept);
    cr_expect_eq(write_at(ahead + 1, 0), ahead + 1, "it has caught up");
    cr_expect_not(read_clock().kept);
    cr_expect_eq(write_at(ahead - DAY, CBI_REASON_CLOCK_BEHIND), -1);
}

Test(clock, what_writes_no_statement_keeps_what_was_confirmed)
{
    cbi_append append;

    cr_expect_eq(write_at(BENCH_TIME, 0), BENCH_TIME);
    confirm(LATER * 2);
    bench_works(cbi_append_begin(it.store, it.hasher, CBI_TXN_WRITE, &append, &bench_err));
    bench_works(cbi_append_set_time(&append, LATER * 2 + 1, &bench_err));
    bench_works(cbi_append_commit(&append, &bench_err));
    cbi_append_clear(&append);
    cr_expect_eq(read_clock().taken, LATER * 2 + 1);
    cr_expect_eq(write_at(LATER * 2 + 2, 0), LATER * 2 + 2);
}

Test(clock, a_row_of_another_form_is_damage)
{
    cbi_txn *txn = NULL;
    cbi_clock clock;
    cbank_error error;

    bench_works(cbi_txn_begin(it.store, CBI_TXN_WRITE, &txn, &bench_err));
    bench_works(cbi_txn_put(txn, CBI_TABLE_META, cbi_bytes_of_text("clock"),
                            cbi_bytes_of_text("soon"), &bench_err));
    bench_fails(cbi_clock_read(txn, BENCH_TIME, &clock, &error), error, LEDGER_ROW_DAMAGED);
    cbi_txn_abort(txn);
}
