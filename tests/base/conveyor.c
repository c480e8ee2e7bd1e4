/* Shares that several threads make are settled once each, in the order in which they were taken. */
#include "base/conveyor.h"

#include <criterion/criterion.h>

#include <stdatomic.h>

enum { SHARES = 5000, NONE = SHARES + 1 };

/* What a test makes: numbers, each of which is worked on for a while of its own. */
typedef struct numbers {
    cbi_conveyor conveyor;
    unsigned threads;
    bool tells_last; /* with the last one, rather than when there is none behind it */
    uint32_t fails;  /* which one does, or NONE */
    uint32_t taken;
    uint32_t places[CBI_CONVEYOR_PLACES_MAX];
    uint32_t settled; /* in order, so far */
    atomic_uint made;
    atomic_uint begun; /* threads */
    atomic_bool inside; /* somebody settles */
    atomic_uint makers; /* a bit for each thread that made one */
} numbers;

static _Thread_local unsigned who; /* this thread is, if it has a number */

static bool take(void *context, size_t place, bool *last)
{
    numbers *it = context;

    if (it->taken == SHARES)
        return false;
    it->places[place] = it->taken++;
    *last = it->tells_last && it->taken == SHARES;
    return true;
}

static void make(void *worker, size_t place)
{
    numbers *it = worker;
    uint32_t number = it->places[place];

    atomic_fetch_or(&it->makers, 1u << who);
    for (volatile uint32_t i = 0; i < number * 2654435761u >> 20; i++) {
        /* up to 4,095 turns, as it were by chance */
    }
    atomic_fetch_add(&it->made, 1);
}

static cbank_status settle(void *worker, size_t place, cbank_error *err)
{
    numbers *it = worker;

    cr_assert_not(atomic_exchange(&it->inside, true), "two settle at once");
    cr_assert_eq(it->places[place], it->settled, "%u, not %u", it->places[place], it->settled);
    if (it->settled == it->fails)
        return cbi_fail(err, CBI_REASON_TOO_MANY, it->settled, "share", NULL);
    it->settled++;
    atomic_store(&it->inside, false);
    return CBANK_OK;
}

static const cbi_conveyor_work work = {.take = take, .make = make, .settle = settle};

static void serve(void *context)
{
    numbers *it = context;

    cbi_conveyor_serve(&it->conveyor, it, 0);
}

static cbank_status run(numbers *it, cbank_error *err)
{
    cbi_conveyor_begin(&work, it, it->threads, &it->conveyor);
    cbi_crew_run(it->threads, serve, it);
    return cbi_conveyor_end(&it->conveyor, err);
}

Test(conveyor, every_share_is_made_and_settled_once_in_order, .timeout = 60)
{
    for (unsigned threads = 1; threads <= CBI_CREW_MAX; threads++) {
        numbers it = {.threads = threads, .tells_last = threads % 2 == 0, .fails = NONE};

        cr_assert_eq(run(&it, NULL), CBANK_OK);
        cr_expect_eq(it.settled, SHARES);
        cr_expect_eq(it.made, SHARES);
    }
}

Test(conveyor, what_fails_ends_the_whole_and_those_before_it_are_settled, .timeout = 60)
{
    for (uint32_t fails = 0; fails < SHARES; fails += 617) {
        numbers it = {.threads = 4, .fails = fails};
        cbank_error err = {0};

        cr_assert_eq(run(&it, &err), cbi_reason_status(CBI_REASON_TOO_MANY));
        cr_expect_eq(err.where, fails);
        cr_expect_eq(it.settled, fails);
        cr_expect_leq(it.taken, fails + 1 + cbi_conveyor_places(4));
    }
}

/* The first to come cannot begin; the others may have done all by then, or nothing. */
static void serve_or_stop(void *context)
{
    numbers *it = context;
    const cbank_error why = {.status = CBANK_E_MEMORY, .reason = CBI_REASON_NO_MEMORY};

    if (atomic_fetch_add(&it->begun, 1) == 0)
        cbi_conveyor_stop(&it->conveyor, CBANK_E_MEMORY, &why);
    else
        cbi_conveyor_serve(&it->conveyor, it, 0);
}

Test(conveyor, a_thread_that_cannot_begin_ends_the_whole, .timeout = 60)
{
    numbers it = {.threads = 4, .fails = NONE};
    cbank_error err = {0};

    cbi_conveyor_begin(&work, &it, it.threads, &it.conveyor);
    cbi_crew_run(it.threads, serve_or_stop, &it);
    cr_expect_eq(cbi_conveyor_end(&it.conveyor, &err), CBANK_E_MEMORY);
    cr_expect_eq(err.reason, CBI_REASON_NO_MEMORY);
}

static void serve_by_another_state(void *context)
{
    numbers *it = context;

    who = atomic_fetch_add(&it->begun, 1);
    cbi_conveyor_serve(&it->conveyor, it, who);
}

Test(conveyor, who_reads_another_state_than_the_first_leaves_all_to_him, .timeout = 60)
{
    numbers it = {.threads = 8, .fails = NONE};

    cbi_conveyor_begin(&work, &it, it.threads, &it.conveyor);
    cbi_crew_run(it.threads, serve_by_another_state, &it);
    cr_expect_eq(cbi_conveyor_end(&it.conveyor, NULL), CBANK_OK);
    cr_expect_eq(it.settled, SHARES);
    cr_expect_eq(it.begun, it.threads);
    cr_expect_eq(it.makers & (it.makers - 1), 0);
}
