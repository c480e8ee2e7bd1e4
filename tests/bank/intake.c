/* What the bank keeps of a batch, so that it can always show who was in it. */
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

TestSuite(intake, .init = begin, .fini = end);

static void send_many(size_t count, uint64_t number, cbi_hash *ids)
{
    char reference[24];

    for (size_t i = 0; i < count; i++) {
        snprintf(reference, sizeof(reference), "%u-%zu", (unsigned)number, i);
        ids[i] = parcel_plain(&p, reference);
    }
    cr_assert_eq(parcel_send(&p, number).intake.taken, count);
    parcel_begin(&p, &it);
}

Test(intake, shows_the_place_of_every_item_under_the_root_that_was_signed)
{
    static const size_t counts[] = {1, 2, 1023, 1024, 1025, 2050};
    cbi_hash ids[2050], path[CBI_PROOF_PATH_MAX];
    cbi_reader reader = {0};

    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
        cbi_intake intake;

        send_many(counts[c], c + 1, ids);
        teller_works(cbi_ledger_read_begin(it.bank->ledger, &reader, &teller_err));
        teller_works(cbi_intake_read(reader.txn, c + 1, &intake, &teller_err));
        for (uint32_t i = 0; i < counts[c]; i++) {
            cbi_hash id;
            size_t count;

            teller_works(cbi_intake_id(reader.txn, &intake, i, &id, &teller_err));
            cr_assert(cbi_hash_equal(&id, &ids[i]));
            teller_works(cbi_intake_path(reader.txn, reader.hasher, &intake, i, path, &count,
                                         &teller_err));
            teller_works(cbi_tree_check_inclusion(reader.hasher, i, counts[c], &ids[i], path,
                                                  count, &intake.root, &teller_err));
        }
        cbi_ledger_read_end(&reader);
    }
}

Test(intake, finds_an_institutions_batches_in_the_order_of_its_numbers)
{
    static const uint64_t numbers[] = {7, 1, UINT64_MAX, 300};
    static const uint64_t sorted[] = {1, 7, 300, UINT64_MAX};
    uint64_t after = 0, count = 0;
    cbi_intake intake;
    cbi_txn *txn;
    bool found;

    for (size_t i = 0; i < 4; i++) {
        char reference[8];

        snprintf(reference, sizeof(reference), "R%zu", i);
        parcel_plain(&p, reference);
        cr_assert_eq(parcel_send(&p, numbers[i]).intake.taken, 1);
        parcel_begin(&p, &it);
    }
    txn = teller_begin(&it, CBI_TXN_READ);
    for (size_t i = 0; i < 4; i++) {
        teller_works(
            cbi_intake_after(txn, TELLER_COLLEGE, after, &intake, &found, &teller_err));
        cr_assert(found);
        cr_expect_eq(intake.batch_number, sorted[i]);
        after = intake.batch_number;
    }
    teller_works(cbi_intake_after(txn, TELLER_COLLEGE, after, &intake, &found, &teller_err));
    cr_expect_not(found);
    teller_works(cbi_intake_count(txn, TELLER_COLLEGE, &count, &teller_err));
    cr_expect_eq(count, 4);
    cbi_txn_abort(txn);
}

Test(intake, another_institution_has_numbers_of_its_own)
{
    cbi_intake intake;
    uint64_t count = 1;
    cbi_txn *txn;
    bool found;

    parcel_plain(&p, "A");
    cr_assert_eq(parcel_send(&p, 7).intake.taken, 1);
    txn = teller_begin(&it, CBI_TXN_READ);
    cr_expect(cbi_intake_has_number(txn, TELLER_COLLEGE, 7));
    cr_expect_not(cbi_intake_has_number(txn, TELLER_COLLEGE, 8));
    cr_expect_not(cbi_intake_has_number(txn, "PX", 7));
    teller_works(cbi_intake_after(txn, "PX", 0, &intake, &found, &teller_err));
    cr_expect_not(found);
    teller_works(cbi_intake_count(txn, "PX", &count, &teller_err));
    cr_expect_eq(count, 0);
    cbi_txn_abort(txn);
}
