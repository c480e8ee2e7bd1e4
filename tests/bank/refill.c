/* What found no room among the ready records is ruled on again when its turn comes. */
#include "bank/chunk.h"
#include "bank/parcel.h"

#include <stdio.h>

static teller it;
static parcel p;

static void begin(void)
{
    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    parcel_begin(&p, &it);
}

static void end(void)
{
    cbi_batch_builder_clear(&p.builder);
    teller_close(&it);
}

TestSuite(refill, .init = begin, .fini = end, .timeout = 120);

enum { MANY = 12000, EACH = 600, LATE = 11500 }; /* more than a chunk; and one of the second */

static void add(unsigned number, int64_t milli)
{
    char reference[16], learner[16];

    snprintf(reference, sizeof(reference), "R%u", number);
    snprintf(learner, sizeof(learner), "%u", 1000 + number / EACH);
    parcel_add(&p, &(parcel_record){.reference = reference, .number = learner, .milli = milli});
}

static void others_take(unsigned number, uint64_t batch)
{
    parcel_begin(&p, &it);
    add(number, 2000);
    cr_assert_eq(parcel_send(&p, batch).intake.taken, 1);
}

/* All is judged, and of the ready records it is as if none had found room. */
static cbi_deposit judge(cbank_buffer *file, uint64_t rejected)
{
    cbi_deposit_terms terms = parcel_terms(&it);
    cbi_deposit out = {0};
    cbi_bulk source;
    bool more = true;

    parcel_begin(&p, &it);
    for (unsigned i = 0; i < MANY; i++)
        add(i, 1000);
    *file = parcel_sign(&p, 1);
    source = cbi_bulk_of(cbi_bytes_of_buffer(file));
    terms.keep_going = true;
    teller_works(cbi_deposit_open(it.bank, &source, &terms, &out, &teller_err));
    while (more)
        teller_works(cbi_deposit_judge(&out, 1000, &more, &teller_err));
    cr_assert_eq(out.rejected, rejected);
    cr_assert(out.stands);
    cbi_ready_rewind(out.ready);
    out.ready_until = 0;
    return out;
}

static void write_chunk(cbi_deposit *deposit, bool more_wanted)
{
    bool more;

    teller_works(cbi_deposit_write(deposit, ++it.now, &more, &teller_err));
    cr_assert_eq(more, more_wanted);
}

static void end_deposit(cbi_deposit *deposit, cbank_buffer *file, uint32_t refused)
{
    cbi_holding holding;

    cr_expect_eq(deposit->intake.refused, refused);
    cr_expect_eq(deposit->intake.taken, MANY - refused);
    cr_expect_eq(deposit->rejected, refused);
    holding = parcel_find(&it, "R11999");
    cr_expect_eq(holding.deposited->index, MANY - 1);
    cr_expect_eq(holding.index, deposit->items[MANY - 1].index);
    cr_expect_eq(holding.sequence, EACH);
    cbi_holding_clear(&holding);
    cbi_deposit_clear(deposit);
    cbank_buffer_clear(file);
}

Test(refill, the_next_chunk_is_ready_when_it_is_written)
{
    cbank_buffer file;
    cbi_deposit deposit = judge(&file, 0);
    cbi_ready_record record;

    write_chunk(&deposit, true);
    cr_expect_not(cbi_ready_find(deposit.ready, LATE, &record), "nothing was before the first");
    write_chunk(&deposit, false);
    cr_expect(cbi_ready_find(deposit.ready, LATE, &record));
    cr_expect(deposit.stands);
    end_deposit(&deposit, &file, 0);
}

Test(refill, what_was_refused_stays_refused_and_is_told_once)
{
    cbank_buffer file;
    cbi_deposit deposit;

    others_take(LATE, 2);
    deposit = judge(&file, 1);
    write_chunk(&deposit, true);
    write_chunk(&deposit, false);
    cr_expect_eq(deposit.refusals[0].item, LATE);
    cr_expect_eq(deposit.refusal_count, 1);
    end_deposit(&deposit, &file, 1);
}

Test(refill, what_others_took_meanwhile_is_refused_alone)
{
    cbank_buffer file;
    cbi_deposit deposit = judge(&file, 0);

    write_chunk(&deposit, true);
    others_take(LATE, 2);
    write_chunk(&deposit, false);
    cr_expect_eq(deposit.refusals[0].item, LATE);
    cr_expect_eq(deposit.refusals[0].outcome, CBI_OUTCOME_CHANGED);
    end_deposit(&deposit, &file, 1);
}

/* Nothing is written then: somebody who asked for all or nothing may still get nothing. */
Test(refill, the_first_chunk_is_judged_as_it_was)
{
    cbank_buffer file;
    cbi_deposit deposit = judge(&file, 0);
    bool more;

    deposit.terms.keep_going = false;
    others_take(100, 2);
    teller_fails(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err), teller_err,
                 REFERENCE_TAKEN);
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}
