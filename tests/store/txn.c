/* Transactions: what they see, whose they are, how large they may grow. */
#include "place.h"

#include "store/engine.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define BOTH(name)                                                                                 \
    ParameterizedTestParameters(txn, name)                                                         \
    {                                                                                              \
        return place_engines();                                                                    \
    }                                                                                              \
    ParameterizedTest(const place_engine *engine, txn, name)

BOTH(a_reader_keeps_its_snapshot_while_a_writer_commits)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *before;
    cbi_txn *after;

    cr_assert_eq(place_put(store, 1, 100, NULL), CBANK_OK);
    before = place_begin(store, CBI_TXN_READ);
    for (uint64_t i = 2; i < 40; i++)
        cr_assert_eq(place_put(store, i, 100, NULL), CBANK_OK);
    after = place_begin(store, CBI_TXN_WRITE);
    cr_assert_eq(cbi_txn_delete(after, CBI_TABLE_RECORD, place_key(1), NULL), CBANK_OK);
    place_commit(after);

    after = place_begin(store, CBI_TXN_READ);
    cr_assert(place_is(before, CBI_TABLE_RECORD, place_key(1), place_value(1, 100)));
    cr_assert_not(cbi_txn_has(before, CBI_TABLE_RECORD, place_key(2)));
    cr_assert_not(cbi_txn_has(after, CBI_TABLE_RECORD, place_key(1)));
    cr_assert(cbi_txn_has(after, CBI_TABLE_RECORD, place_key(39)));
    cbi_txn_abort(before);
    cbi_txn_abort(after);
    place_leave(store);
}

BOTH(a_transaction_is_bounded_in_dirty_bytes)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_ERASE);
    cbank_error err = {0};
    cbank_status status = CBANK_OK;
    size_t before;

    cr_assert_eq(cbi_txn_dirty(txn), 0);
    /* Deleting where nothing is costs no space, so that the bound is reached in no time. */
    while (status == CBANK_OK) {
        before = cbi_txn_dirty(txn);
        status = cbi_txn_delete(txn, CBI_TABLE_HEAD, place_key(0), &err);
    }
    place_fails(status, err, TXN_TOO_LARGE);
    cr_assert_eq(cbi_txn_dirty(txn), before);
    cr_assert_leq(before, CBI_TXN_DIRTY_MAX);
    cr_assert_gt(before, CBI_TXN_DIRTY_MAX - 4096);
    cbi_txn_abort(txn);
    place_leave(store);
}

BOTH(dirt_counts_keys_values_and_the_pages_of_stray_rows)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);
    size_t appended;
    size_t strayed;

    cr_assert_eq(cbi_txn_append(txn, CBI_TABLE_RECORD, place_key(1), place_value(1, 400), NULL), 0);
    appended = cbi_txn_dirty(txn);
    cr_assert_geq(appended, 408);
    cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_HEAD, place_key(1), place_value(1, 400), NULL), 0);
    strayed = cbi_txn_dirty(txn) - appended;
    cr_assert_gt(strayed, appended + 1000);
    cr_assert_eq(cbi_txn_insert(txn, CBI_TABLE_HEAD, place_key(1), place_text("x"), NULL),
                 CBANK_E_EXISTS);
    cr_assert_eq(cbi_txn_dirty(txn), appended + strayed, "what is refused is not counted");
    cbi_txn_abort(txn);
    place_leave(store);
}

BOTH(a_read_transaction_cannot_write)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_READ);
    cbank_error err = {0};

    place_fails(cbi_txn_put(txn, CBI_TABLE_META, place_key(1), place_text("x"), &err), err,
                BAD_ARGUMENT);
    place_fails(cbi_txn_delete(txn, CBI_TABLE_META, place_key(1), &err), err, BAD_ARGUMENT);
    cbi_txn_abort(txn);
    place_leave(store);
}

BOTH(a_second_writer_on_the_same_thread_is_refused_not_hung)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *first = place_begin(store, CBI_TXN_WRITE);
    cbi_txn *second = NULL;
    cbank_error err = {0};

    place_fails(cbi_txn_begin(store, CBI_TXN_WRITE, &second, &err), err, WRITER_TWICE);
    cbi_txn_abort(first);
    first = place_begin(store, CBI_TXN_WRITE);
    cbi_txn_abort(first);
    place_leave(store);
}

static void *count_up(void *argument)
{
    cbi_store *store = argument;

    for (int i = 0; i < 25; i++) {
        cbi_txn *txn = NULL;
        cbank_buffer value = {0};
        uint8_t next[8];

        if (cbi_txn_begin(store, CBI_TXN_WRITE, &txn, NULL) != CBANK_OK)
            return argument;
        cbi_put_u64(next, 1);
        if (cbi_txn_get(txn, CBI_TABLE_META, place_text("n"), &value, NULL) == CBANK_OK)
            cbi_put_u64(next, cbi_get_u64(value.data) + 1);
        cbank_buffer_clear(&value);
        if (cbi_txn_put(txn, CBI_TABLE_META, place_text("n"), cbi_bytes_of(next, 8), NULL) != 0 ||
            cbi_txn_commit(txn, NULL) != CBANK_OK)
            return argument;
    }
    return NULL;
}

BOTH(threads_write_one_at_a_time)
{
    cbi_store *store = place_open(*engine);
    pthread_t threads[4];
    cbi_txn *txn;
    uint8_t total[8];

    for (int i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, count_up, store), 0);
    for (int i = 0; i < 4; i++) {
        void *failed = NULL;

        cr_assert_eq(pthread_join(threads[i], &failed), 0);
        cr_assert_null(failed);
    }
    cbi_put_u64(total, 100);
    txn = place_begin(store, CBI_TXN_READ);
    cr_assert(place_is(txn, CBI_TABLE_META, place_text("n"), cbi_bytes_of(total, 8)));
    cbi_txn_abort(txn);
    place_leave(store);
}

static void *commit_elsewhere(void *txn)
{
    return cbi_txn_commit(txn, NULL) == CBANK_E_ARGUMENT ? NULL : txn;
}

BOTH(a_write_transaction_belongs_to_its_thread)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);
    pthread_t thread;
    void *taken = NULL;

    cr_assert_eq(pthread_create(&thread, NULL, commit_elsewhere, txn), 0);
    cr_assert_eq(pthread_join(thread, &taken), 0);
    cr_assert_null(taken);
    place_commit(txn);
    place_leave(store);
}

typedef struct slow_reader {
    cbi_store *store;
    pthread_barrier_t begun;
    volatile bool ended;
} slow_reader;

static void *read_slowly(void *argument)
{
    slow_reader *reader = argument;
    cbi_txn *txn = NULL;

    if (cbi_txn_begin(reader->store, CBI_TXN_READ, &txn, NULL) != CBANK_OK)
        return argument;
    pthread_barrier_wait(&reader->begun);
    usleep(100000);
    reader->ended = true;
    cbi_txn_abort(txn);
    return NULL;
}

BOTH(closing_waits_for_transactions_of_other_threads)
{
    slow_reader reader = {.store = place_open(*engine)};
    pthread_t thread;
    void *failed = NULL;

    cr_assert_eq(pthread_barrier_init(&reader.begun, NULL, 2), 0);
    cr_assert_eq(pthread_create(&thread, NULL, read_slowly, &reader), 0);
    pthread_barrier_wait(&reader.begun);
    cbi_store_close(reader.store);
    cr_assert(reader.ended);
    cr_assert_eq(pthread_join(thread, &failed), 0);
    cr_assert_null(failed);
    place_leave(NULL);
}

/* Everything that a child may try on what its parent has open; the number of the first fault. */
static int misuse(cbi_store *store, cbi_txn *txn)
{
    cbi_txn *own = NULL;
    cbank_buffer value = {0};
    cbi_store_use use;
    uint64_t count;

    if (cbi_txn_begin(store, CBI_TXN_READ, &own, NULL) != CBANK_E_FORKED)
        return 1;
    if (cbi_txn_begin(store, CBI_TXN_WRITE, &own, NULL) != CBANK_E_FORKED)
        return 2;
    if (cbi_txn_get(txn, CBI_TABLE_RECORD, place_key(1), &value, NULL) != CBANK_E_FORKED)
        return 3;
    if (cbi_txn_put(txn, CBI_TABLE_RECORD, place_key(1), place_text("x"), NULL) != CBANK_E_FORKED)
        return 4;
    if (cbi_txn_count(txn, CBI_TABLE_RECORD, &count, NULL) != CBANK_E_FORKED)
        return 5;
    if (cbi_store_measure(store, &use, NULL) != CBANK_E_FORKED)
        return 6;
    if (cbi_store_backup(store, "copy", NULL) != CBANK_E_FORKED)
        return 7;
    if (cbi_txn_commit(txn, NULL) != CBANK_E_FORKED)
        return 8;
    cbi_txn_abort(txn);
    cbi_store_close(store);
    return 0;
}

BOTH(after_a_fork_the_child_is_refused_and_the_parent_unharmed)
{
    cbi_store *store = place_open(*engine);
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);
    int result = -1;
    pid_t child;

    cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_RECORD, place_key(1), place_text("x"), NULL), 0);
    child = fork();
    if (child == 0)
        _exit(misuse(store, txn));
    cr_assert_eq(waitpid(child, &result, 0), child);
    cr_assert(WIFEXITED(result));
    cr_assert_eq(WEXITSTATUS(result), 0, "fault %d", WEXITSTATUS(result));
    place_commit(txn);
    cr_assert(place_has(store, 1));
    place_leave(store);
}

static cbank_status fail_to_get(cbi_txn *txn, cbi_table table, cbi_bytes key, cbank_buffer *value,
                                cbank_error *err)
{
    (void)txn, (void)table, (void)key, (void)value;
    return cbi_fail(err, CBI_REASON_STORE_IO, 7, "record", NULL);
}

/* A disk that fails for a moment must not have a record taken twice. */
BOTH(a_row_that_cannot_be_looked_for_is_not_taken_to_be_absent)
{
    cbi_store *store = place_open(*engine);
    const cbi_engine *sound = store->engine;
    cbi_engine failing = *sound;
    cbi_txn *txn = place_begin(store, CBI_TXN_WRITE);
    cbank_buffer value = {0};
    cbank_error err = {0};

    failing.get = fail_to_get;
    cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_RECORD, place_key(1), place_value(1, 10), &err),
                 CBANK_OK);
    store->engine = &failing;
    cr_expect_not(cbi_txn_has(txn, CBI_TABLE_RECORD, place_key(1)));
    store->engine = sound;
    place_fails(cbi_txn_get(txn, CBI_TABLE_RECORD, place_key(1), &value, &err), err, STORE_IO);
    place_fails(cbi_txn_put(txn, CBI_TABLE_RECORD, place_key(2), place_value(2, 10), &err), err,
                STORE_IO);
    place_fails(cbi_txn_commit(txn, &err), err, STORE_IO);
    cr_expect_eq(err.where, 7);
    cr_expect_eq(place_count(store, CBI_TABLE_RECORD), 0, "nothing was written");
    cr_assert_eq(place_put(store, 1, 10, &err), CBANK_OK, "and the next may");
    cbank_buffer_clear(&value);
    place_leave(store);
}
