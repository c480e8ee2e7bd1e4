/* A batch that is judged on all cores is judged as on one. */
#include "bank/parcel.h"

#include <sched.h>
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

TestSuite(jury, .init = begin, .fini = end);

enum { HALF = 700 }; /* enough for several jurors, who take some items at a time */

static void add(unsigned number, bool opens)
{
    char reference[16];

    snprintf(reference, sizeof(reference), "R%u", number);
    parcel_add(&p, &(parcel_record){.reference = reference, .opened = opens ? NULL : "another"});
}

static cbank_status judge(const cbank_buffer *file, cbi_deposit *out, cbank_error *err)
{
    const cbi_bulk source = cbi_bulk_of(cbi_bytes_of_buffer(file));
    cbi_deposit_terms terms = parcel_terms(&it);
    cbank_status status = CBANK_OK;
    bool more = true;

    terms.keep_going = true;
    teller_works(cbi_deposit_open(it.bank, &source, &terms, out, &teller_err));
    while (status == CBANK_OK && more)
        status = cbi_deposit_judge(out, HALF, &more, err);
    return status;
}

/* Every second half repeats what the first has said: who comes first must be first. */
Test(jury, however_many_jurors_there_are_they_rule_the_same)
{
    cbi_deposit many = {0}, alone = {0};
    cpu_set_t all, one;
    cbank_buffer file;

    for (unsigned i = 0; i < 2 * HALF; i++)
        add(i % HALF, true);
    file = parcel_sign(&p, 1);
    teller_works(judge(&file, &many, &teller_err));
    cr_assert_eq(sched_getaffinity(0, sizeof(all), &all), 0);
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    cr_assert_eq(sched_setaffinity(0, sizeof(one), &one), 0);
    teller_works(judge(&file, &alone, &teller_err));
    cr_assert_eq(sched_setaffinity(0, sizeof(all), &all), 0);

    cr_assert_eq(many.rejected, HALF);
    cr_assert_eq(alone.rejected, HALF);
    cr_assert_eq(many.strangers, alone.strangers);
    for (unsigned i = 0; i < 2 * HALF; i++) {
        cr_assert_eq(many.items[i].outcome,
                     i < HALF ? CBI_OUTCOME_DEPOSITED : CBI_OUTCOME_REJECTED, "%u", i);
        cr_assert_eq(alone.items[i].outcome, many.items[i].outcome, "%u", i);
    }
    for (unsigned i = 0; i < HALF; i++) {
        cr_assert_eq(many.refusals[i].item, HALF + i);
        cr_assert_eq(many.refusals[i].why.reason, CBI_REASON_REFERENCE_REPEATED);
        cr_assert_eq(many.refusals[i].why.where, i);
    }
    cbi_deposit_clear(&many);
    cbi_deposit_clear(&alone);
    cbank_buffer_clear(&file);
}

Test(jury, of_several_items_that_nobody_could_accept_the_first_is_told)
{
    for (unsigned first = 1; first < HALF; first += 87) {
        cbi_deposit deposit = {0};
        cbank_error err = {0};
        cbank_buffer file;

        for (unsigned i = 0; i < 2 * HALF; i++)
            add(i, i != first && (i < first + 3 || i % 5 != 0));
        file = parcel_sign(&p, first);
        teller_fails(judge(&file, &deposit, &err), err, OPENING_DIFFERS);
        cr_expect_eq(err.where, first, "%u, not %u", (unsigned)err.where, first);
        cbi_deposit_clear(&deposit);
        cbank_buffer_clear(&file);
        parcel_begin(&p, &it);
    }
}
