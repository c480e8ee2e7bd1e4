/* How many records one institution may put on one account in a year. */
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

TestSuite(yearly, .init = begin, .fini = end);

static void put_a_year_in(void)
{
    char reference[16];

    for (size_t i = 0; i < CBI_YEARLY_RECORDS_MAX; i++) {
        snprintf(reference, sizeof(reference), "Y%zu", i);
        parcel_add(&p, &(parcel_record){.reference = reference, .number = "1"});
    }
    cr_assert_eq(parcel_send(&p, 1).intake.taken, CBI_YEARLY_RECORDS_MAX);
}

Test(yearly, an_institution_puts_so_many_on_an_account_and_another_account_takes_more)
{
    uint64_t size;

    put_a_year_in();
    size = parcel_log_size(&it);
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){.reference = "A", .number = "1"});
    parcel_stopped(&it, parcel_send(&p, 2), size, 0, YEARLY_LIMIT);
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){.reference = "A", .number = "2"});
    cr_expect_eq(parcel_send(&p, 2).intake.taken, 1);
    it.now += 366 * 86400;
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){.reference = "B", .number = "1"});
    cr_expect_eq(parcel_send(&p, 3).intake.taken, 1);
}

Test(yearly, the_same_holds_within_one_batch_for_somebody_new)
{
    uint64_t size = parcel_log_size(&it);
    char reference[16];

    for (size_t i = 0; i <= CBI_YEARLY_RECORDS_MAX; i++) {
        snprintf(reference, sizeof(reference), "Y%zu", i);
        parcel_add(&p, &(parcel_record){.reference = reference, .number = "1"});
    }
    parcel_stopped(&it, parcel_send(&p, 1), size, CBI_YEARLY_RECORDS_MAX, YEARLY_LIMIT);
}

Test(yearly, the_records_of_earlier_years_do_not_count)
{
    char reference[16];

    put_a_year_in();
    it.now += 366 * 86400;
    parcel_begin(&p, &it);
    for (size_t i = 0; i < CBI_YEARLY_RECORDS_MAX; i++) {
        snprintf(reference, sizeof(reference), "Z%zu", i);
        parcel_add(&p, &(parcel_record){.reference = reference, .number = "1"});
    }
    cr_expect_eq(parcel_send(&p, 2).intake.taken, CBI_YEARLY_RECORDS_MAX);
}
