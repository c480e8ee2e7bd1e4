/* A new log key takes over: in which order it may stop, and who must not sign any more. */
#include "ledger/epoch.h"

#include "bench.h"
#include "ledger/replay.h"

#include <string.h>
#include <unistd.h>

static bench it;
static cbi_private *later;
static cbi_subject college;

static void set_up(void)
{
    bench_open_memory(&it, CBI_SUITE_SHA256_ED25519);
    bench_works(cbi_private_new(CBI_SUITE_SHA256_ED25519, &later, &bench_err));
    college = bench_subject(INSTITUTION, "college");
    bench_add(&it, "one", &college, 4);
}

static void tear_down(void)
{
    bench_close(&it);
    cbi_private_free(later);
}

TestSuite(epoch, .init = set_up, .fini = tear_down);

static Cbank__V1__LogKey log_key(const cbi_private *key, uint64_t from, uint64_t until)
{
    Cbank__V1__LogKey made = CBANK__V1__LOG_KEY__INIT;

    made.public_key = cbi_message_data(cbi_public_bytes(cbi_private_public(key)));
    made.from_size = from;
    made.until_size = until;
    return made;
}

/* The row as the bank writes it together with the entry that begins the epoch. */
static void put_row(cbi_txn *txn, uint64_t boundary)
{
    Cbank__V1__LogKey first = log_key(it.key, 1, boundary), second = log_key(later, boundary, 0);
    Cbank__V1__LogKey *list[] = {&first, &second};
    Cbank__V1__BankKeys row = CBANK__V1__BANK_KEYS__INIT;

    row.log_keys = list;
    row.n_log_keys = 2;
    bench_works(cbi_epoch_write_row(txn, &row, &bench_err));
}

static cbank_status write_beginning(cbi_act *act, cbi_append *append, cbank_error *err)
{
    bench_act *begun = (bench_act *)act;
    uint64_t size = append->state.frontier.size;
    cbank_status status = bench_append(append, &begun->subject, size, 1, err);

    if (status == CBANK_OK)
        put_row(append->txn, append->state.frontier.size);
    return status;
}

/* Committed and not sealed: where a stop of the machine leaves it. */
static void begin_unsealed(void)
{
    cbi_append append;

    bench_works(cbi_append_begin(it.store, it.hasher, CBI_TXN_WRITE, &append, &bench_err));
    bench_works(cbi_append_set_time(&append, BENCH_TIME, &bench_err));
    bench_works(bench_append(&append, &college, append.state.frontier.size, 1, &bench_err));
    put_row(append.txn, append.state.frontier.size);
    bench_works(cbi_append_commit(&append, &bench_err));
    cbi_append_clear(&append);
}

static cbank_status begin_epoch(cbank_error *err)
{
    bench_act act = bench_make_act("epoch", &college, 1);

    act.act.write = write_beginning;
    return cbi_ledger_submit(it.ledger, &act.act, err);
}

/* By this key, of the size that it says. */
static bool is_signed_by(const cbi_sealed *sealed, const cbi_private *key)
{
    cbi_sealed read;

    return cbi_sealed_from_note(cbi_sealed_note(sealed), BENCH_ORIGIN, cbi_private_public(key),
                                &read, NULL) == CBANK_OK &&
           read.size == sealed->size;
}

/* Nobody finds fault with the log, whose checkpoints two keys have signed. */
static void check_log(void)
{
    cbi_replay_scope scope = {.store = it.store,
                              .origin = BENCH_ORIGIN,
                              .log_key = cbi_private_public(later),
                              .guard_path = it.guard_path};
    cbi_replay *replay = NULL;
    uint64_t total;
    size_t count;
    bool more = true;

    bench_works(cbi_replay_begin(&scope, &replay, &bench_err));
    while (more)
        bench_works(cbi_replay_step(replay, &more, &bench_err));
    (void)cbi_replay_findings(replay, &count, &total);
    cr_assert_eq(total, 0, "%s", cbank_reason_name(cbi_replay_findings(replay, &count,
                                                                      &total)[0].reason));
    cbi_replay_end(replay);
}

static void open_as(const cbi_private *key, const cbi_private *next, const cbi_private *earlier,
                    cbi_reason expected)
{
    cbank_error err = {0};
    cbank_status status;

    it.setup.log_key = key;
    it.setup.next_key = next;
    it.setup.earlier_key = earlier == NULL ? NULL : cbi_private_public(earlier);
    status = bench_reopen(&it, &err);
    cr_assert_eq(expected == CBI_REASON_NONE ? CBANK_OK : cbi_reason_status(expected), status,
                 "%s %s", cbank_reason_name(err.reason), err.detail);
    cr_assert(status == CBANK_OK || (cbi_reason)err.reason == expected, "%s",
              cbank_reason_name(err.reason));
}

Test(epoch, the_first_tree_with_the_entry_is_signed_by_the_new_key)
{
    cbi_sealed before = bench_view(&it), after;

    open_as(it.key, later, NULL, CBI_REASON_NONE);
    cr_expect(is_signed_by(&before, it.key));
    bench_works(begin_epoch(&bench_err));
    after = bench_view(&it);
    cr_expect_eq(after.size, before.size + 1);
    cr_expect(is_signed_by(&after, later));
    bench_add(&it, "two", &college, 2); /* the same ledger goes on */
    after = bench_view(&it);
    cr_expect(is_signed_by(&after, later));
    open_as(later, NULL, NULL, CBI_REASON_NONE);
    bench_add(&it, "three", &college, 3);
    check_log();
}

Test(epoch, a_key_that_waits_signs_nothing)
{
    open_as(it.key, later, NULL, CBI_REASON_NONE);
    bench_add(&it, "two", &college, 1);
    cbi_sealed sealed = bench_view(&it);
    cr_expect(is_signed_by(&sealed, it.key));
    open_as(it.key, NULL, NULL, CBI_REASON_NONE); /* and may be forgotten */
}

Test(epoch, a_stop_between_the_commit_and_the_seal_is_mended_by_whoever_has_the_new_key)
{
    begin_unsealed();
    open_as(it.key, NULL, NULL, CBI_REASON_LOG_KEY_SUPERSEDED);
    open_as(later, NULL, NULL, CBI_REASON_GUARD_FOREIGN); /* the note is of a key it cannot know */
    open_as(later, NULL, it.key, CBI_REASON_NONE);
    cbi_sealed sealed = bench_view(&it);
    cr_expect_eq(sealed.size, 5);
    cr_expect(is_signed_by(&sealed, later));
    open_as(later, NULL, NULL, CBI_REASON_NONE);
    bench_add(&it, "two", &college, 1);
    check_log();
}

Test(epoch, a_stop_after_the_seal_leaves_nothing_to_mend)
{
    open_as(it.key, later, NULL, CBI_REASON_NONE);
    bench_works(begin_epoch(&bench_err));
    open_as(later, NULL, NULL, CBI_REASON_NONE);
    open_as(later, NULL, it.key, CBI_REASON_NONE);
    check_log();
}

Test(epoch, whoever_still_holds_the_earlier_key_writes_nothing_more)
{
    cbi_ledger *old = NULL;
    cbi_sealed sealed;
    cbank_error err;
    bench_act act = bench_make_act("late", &college, 1);

    bench_works(cbi_ledger_open(it.store, &it.setup, &old, &bench_err));
    open_as(it.key, later, NULL, CBI_REASON_NONE);
    bench_works(begin_epoch(&bench_err));
    bench_fails(cbi_ledger_submit(old, &act.act, &err), err, LOG_KEY_SUPERSEDED);
    bench_fails(cbi_ledger_seal(old, &err), err, LOG_KEY_SUPERSEDED);
    /* What it saw last is still in one slot: it must not pass for the newest. */
    bench_fails(cbi_ledger_view(old, &sealed, &err), err, GUARD_OF_LATER_KEY);
    cbi_ledger_close(old);
    sealed = bench_view(&it);
    cr_expect_eq(sealed.size, 5);
}

/* Its act was committed just before the key changed, and it comes to seal just after. */
Test(epoch, what_was_committed_before_is_sealed_by_whoever_may_and_answered_by_its_token)
{
    bench_append_unsealed(&it, &college, 2);
    begin_unsealed();
    open_as(later, NULL, it.key, CBI_REASON_NONE);
    cr_expect_eq(bench_view(&it).size, 7);
    check_log();
}

Test(epoch, an_old_copy_with_the_old_key_is_refused_by_the_guard)
{
    cbi_sealed old = bench_view(&it);
    cbi_guard guard = {0};
    cbi_sealed read;
    cbank_error err;

    open_as(it.key, later, NULL, CBI_REASON_NONE);
    bench_works(begin_epoch(&bench_err)); /* one slot still holds a note of the old key */
    bench_works(cbi_guard_open(it.guard_path, BENCH_ORIGIN, cbi_private_public(it.key), &guard,
                               &bench_err));
    bench_fails(cbi_guard_read(&guard, &read, &err), err, GUARD_OF_LATER_KEY);
    cr_expect_eq(err.where, old.size + 1);
    cbi_guard_close(&guard);
}

Test(epoch, an_old_checkpoint_is_adopted_under_the_key_of_its_size)
{
    cbi_sealed old = bench_view(&it);
    cbank_error err;

    open_as(it.key, later, NULL, CBI_REASON_NONE);
    bench_works(begin_epoch(&bench_err));
    bench_close_ledger(&it);
    it.setup = (cbi_ledger_setup){
        .origin = BENCH_ORIGIN, .guard_path = it.guard_path, .log_key = later};
    bench_fails(cbi_ledger_adopt(it.store, &it.setup, cbi_sealed_note(&old), &err), err,
                GUARD_NEWER);
    cr_assert_eq(unlink(it.guard_path), 0);
    bench_works(cbi_ledger_adopt(it.store, &it.setup, cbi_sealed_note(&old), &bench_err));
    open_as(later, NULL, NULL, CBI_REASON_NONE);
    cr_expect_eq(bench_view(&it).size, 5);
    check_log();
}

Test(epoch, the_earlier_key_cannot_adopt_over_a_guard_of_the_later_one)
{
    cbi_sealed old = bench_view(&it);
    cbi_ledger_setup with_old = it.setup;
    cbank_error err;

    open_as(it.key, later, NULL, CBI_REASON_NONE);
    bench_works(begin_epoch(&bench_err));
    bench_add(&it, "two", &college, 1); /* both slots are the new key's */
    bench_close_ledger(&it);
    /* As in a copy of the store from before. */
    bench_delete(&it, CBI_TABLE_META, cbi_bytes_of_text("keys"));
    bench_fails(cbi_ledger_adopt(it.store, &with_old, cbi_sealed_note(&old), &err), err,
                GUARD_OF_LATER_KEY);
}

Test(epoch, a_note_counts_under_the_key_of_its_size_only)
{
    cbi_sealed wrong = {.size = 3, .root = {{1}}}, read;
    cbi_epochs epochs = {.count = 2};
    const cbi_public *by = NULL;
    cbank_error err;

    epochs.items[0] = (cbi_epoch){*cbi_private_public(it.key), 1};
    epochs.items[1] = (cbi_epoch){*cbi_private_public(later), 5};
    bench_works(cbi_seal_note(BENCH_ORIGIN, later, &wrong, &bench_err));
    bench_fails(cbi_epochs_check_note(&epochs, NULL, cbi_sealed_note(&wrong), BENCH_ORIGIN, &read,
                                      &by, &err),
                err, LOG_KEY_RANGE);
    wrong.size = 5;
    bench_works(cbi_seal_note(BENCH_ORIGIN, it.key, &wrong, &bench_err));
    bench_fails(cbi_epochs_check_note(&epochs, NULL, cbi_sealed_note(&wrong), BENCH_ORIGIN, &read,
                                      &by, &err),
                err, LOG_KEY_RANGE);
    bench_works(cbi_seal_note(BENCH_ORIGIN, later, &wrong, &bench_err));
    bench_works(cbi_epochs_check_note(&epochs, NULL, cbi_sealed_note(&wrong), BENCH_ORIGIN, &read,
                                      &by, &bench_err));
    cr_expect_eq(by, &epochs.items[1].key);
    for (uint64_t size = 0; size < 8; size++)
        cr_expect_eq(cbi_epochs_at(&epochs, size, NULL), &epochs.items[size < 5 ? 0 : 1].key);
}

Test(epoch, a_damaged_row_is_noticed_before_anything_is_signed)
{
    cbank_error err;
    bench_act act = bench_make_act("late", &college, 1);

    bench_put(&it, CBI_TABLE_META, cbi_bytes_of_text("keys"), cbi_bytes_of_text("\x1a\x01"));
    bench_fails(cbi_ledger_submit(it.ledger, &act.act, &err), err, LEDGER_ROW_DAMAGED);
    bench_put(&it, CBI_TABLE_META, cbi_bytes_of_text("keys"), cbi_bytes_of_text("\x0a\x01x"));
    bench_fails(cbi_ledger_submit(it.ledger, &act.act, &err), err, LEDGER_ROW_DAMAGED);
}
