/* Batches made by hand at a college, and what the bank takes of them. */
#include "bank/parcel.h"

#include <stdio.h>
#include <string.h>

#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name
#define OTHER_NUMBER "360321190001010033"

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

TestSuite(deposit, .init = begin, .fini = end);

/* That nothing was written, and why. */
#define stopped(answer, size, item_number, reason_name)                                            \
    do {                                                                                           \
        parcel_answer got = (answer);                                                              \
        cr_expect_eq(got.status, CBANK_OK);                                                        \
        cr_expect_str_eq(cbank_reason_name(got.why.reason), #reason_name);                         \
        cr_expect_eq(got.item, (uint64_t)(item_number));                                           \
        cr_expect_eq(parcel_log_size(&it), size);                                                  \
    } while (0)

/* ---- what is signed ------------------------------------------------------------------------- */

Test(deposit, an_opening_that_does_not_open_its_record_is_no_batch)
{
    uint64_t size = parcel_log_size(&it);
    parcel_answer answer;

    parcel_plain(&p, "A");
    parcel_add(&p, &(parcel_record){.reference = "B", .number = "1001", .opened = "1002"});
    answer = parcel_send(&p, 1);
    teller_fails(answer.status, answer.err, OPENING_DIFFERS);
    cr_expect_eq(answer.status, CBANK_E_BAD_HOLDER);
    cr_expect_eq(parcel_log_size(&it), size);
}

Test(deposit, the_opening_of_one_learner_does_not_serve_another)
{
    parcel_answer answer;

    parcel_add(&p, &(parcel_record){.reference = "A",
                                    .type = "cn-id",
                                    .number = OTHER_NUMBER,
                                    .opened = TELLER_NUMBER});
    answer = parcel_send(&p, 1);
    teller_fails(answer.status, answer.err, OPENING_DIFFERS);
}

Test(deposit, a_person_who_is_not_acceptable_is_refused_alone)
{
    parcel_answer answer;

    parcel_plain(&p, "A");
    parcel_add(&p, &(parcel_record){.reference = "B", .name = " 甲"});
    answer = parcel_send_most(&p, 1);
    cr_assert_eq(answer.status, CBANK_OK, "%s", cbank_reason_name(answer.err.reason));
    cr_expect_str_eq(cbank_reason_name(answer.why.reason), "PERSON_NAME");
    cr_expect_eq(answer.item, 1);
    cr_expect_eq(answer.intake.taken, 1);
    cr_expect_eq(answer.intake.refused, 1);
}

Test(deposit, nobody_signs_what_another_institution_awards)
{
    uint64_t size;

    teller_vouch(&it, "AAA");
    size = parcel_log_size(&it);
    parcel_add(&p, &(parcel_record){.reference = "A", .awarder = "AAA"});
    stopped(parcel_send(&p, 1), size, 0, RECORD_AWARDER);
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){
                       .reference = "A", .awarder = "AAA", .depositor = TELLER_COLLEGE});
    stopped(parcel_send(&p, 1), size, 0, RECORD_AWARDER);
}

/* ---- within one batch ----------------------------------------------------------------------- */

Test(deposit, a_reference_that_stands_in_the_batch_twice_stops_it_before_the_first_row)
{
    uint64_t size = parcel_log_size(&it);

    parcel_plain(&p, "A");
    parcel_plain(&p, "A");
    stopped(parcel_send(&p, 1), size, 1, REFERENCE_REPEATED);
}

Test(deposit, two_names_for_one_new_number_stop_the_batch_before_the_first_row)
{
    uint64_t size = parcel_log_size(&it);

    parcel_add(&p, &(parcel_record){.reference = "A", .number = "7", .name = "甲"});
    parcel_add(&p, &(parcel_record){.reference = "B", .number = "7"});
    parcel_add(&p, &(parcel_record){.reference = "C", .number = "7", .name = "乙"});
    stopped(parcel_send(&p, 1), size, 2, PERSON_CONFLICT);
}

Test(deposit, a_record_that_is_changed_twice_stops_the_batch_before_the_first_row)
{
    cbi_hash a = parcel_plain(&p, "A");
    uint64_t size;

    cr_assert_eq(parcel_send(&p, 1).intake.taken, 1);
    size = parcel_log_size(&it);
    parcel_begin(&p, &it);
    parcel_change(&p, &a, "A", ACTION(SUSPEND));
    parcel_change(&p, &a, "A", ACTION(REVOKE));
    stopped(parcel_send(&p, 2), size, 1, CHANGED_TWICE);
}

/* Judged against the bank as it was, the second change would do; as it then is, it would too. */
Test(deposit, what_was_refused_when_the_batch_was_judged_stays_refused)
{
    cbi_hash a = parcel_plain(&p, "A");
    parcel_answer answer;
    cbi_holding holding;

    cr_assert_eq(parcel_send(&p, 1).intake.taken, 1);
    parcel_begin(&p, &it);
    parcel_change(&p, &a, "A", ACTION(SUSPEND));
    parcel_change(&p, &a, "A", ACTION(REVOKE));
    answer = parcel_send_most(&p, 2);
    cr_expect_eq(answer.refused, 1);
    cr_expect_eq(answer.intake.taken, 1);
    cr_expect_eq(answer.intake.refused, 1);
    holding = parcel_find(&it, "A");
    cr_expect_eq(holding.state, CBI_RECORD_SUSPENDED);
    cbi_holding_clear(&holding);
}

Test(deposit, an_amendment_after_another_change_is_refused_whole)
{
    cbi_hash a = parcel_plain(&p, "A");
    parcel_answer answer;
    cbi_holding holding;

    cr_assert_eq(parcel_send(&p, 1).intake.taken, 1);
    parcel_begin(&p, &it);
    parcel_change(&p, &a, "A", ACTION(SUSPEND));
    parcel_amend(&p, &a, "A", 2000);
    answer = parcel_send_most(&p, 2);
    cr_expect_eq(answer.refused, 2);
    cr_expect_eq(answer.intake.taken, 1);
    cr_expect_eq(answer.intake.refused, 2);
    holding = parcel_find(&it, "A");
    cr_expect_eq(holding.state, CBI_RECORD_SUSPENDED);
    cr_expect_eq(holding.record->revision, 1);
    cbi_holding_clear(&holding);
}

/* ---- amendments ----------------------------------------------------------------------------- */

Test(deposit, a_supersede_without_a_record_is_no_batch)
{
    cbi_hash a = parcel_plain(&p, "A");
    parcel_answer answer;

    cr_assert_eq(parcel_send(&p, 1).intake.taken, 1);
    parcel_begin(&p, &it);
    parcel_change(&p, &a, "A", ACTION(SUPERSEDE));
    answer = parcel_send_most(&p, 2);
    teller_fails(answer.status, answer.err, AMENDMENT_BROKEN);
    parcel_begin(&p, &it);
    parcel_change(&p, &a, "A", ACTION(SUPERSEDE));
    parcel_plain(&p, "B");
    answer = parcel_send_most(&p, 2);
    teller_fails(answer.status, answer.err, AMENDMENT_BROKEN);
}

Test(deposit, a_record_that_leaps_a_revision_is_refused_with_its_supersede)
{
    cbi_hash a = parcel_plain(&p, "A");
    uint64_t size;

    cr_assert_eq(parcel_send(&p, 1).intake.taken, 1);
    size = parcel_log_size(&it);
    parcel_begin(&p, &it);
    parcel_change(&p, &a, "A", ACTION(SUPERSEDE));
    parcel_add(&p, &(parcel_record){.reference = "A", .revision = 3, .supersedes = &a});
    stopped(parcel_send(&p, 2), size, 0, REFERENCE_TAKEN);
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){.reference = "B", .revision = 2, .supersedes = &a});
    stopped(parcel_send(&p, 2), size, 0, AMENDMENT_BROKEN);
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){
                       .reference = "A", .milli = 2000, .revision = 2, .supersedes = &a});
    stopped(parcel_send(&p, 2), size, 0, REFERENCE_TAKEN);
}

Test(deposit, an_amendment_stays_with_its_learner)
{
    cbi_hash a = parcel_add(&p, &(parcel_record){.reference = "A", .number = "1"});
    uint64_t size;

    parcel_add(&p, &(parcel_record){.reference = "B", .number = "2"});
    cr_assert_eq(parcel_send(&p, 1).intake.taken, 2);
    size = parcel_log_size(&it);
    parcel_begin(&p, &it);
    parcel_change(&p, &a, "A", ACTION(SUPERSEDE));
    parcel_add(&p, &(parcel_record){
                       .reference = "A", .number = "2", .revision = 2, .supersedes = &a});
    stopped(parcel_send(&p, 2), size, 0, AMENDMENT_HOLDER);
    parcel_begin(&p, &it);
    parcel_change(&p, &a, "A", ACTION(SUPERSEDE));
    parcel_add(&p, &(parcel_record){
                       .reference = "A", .number = "a stranger", .revision = 2, .supersedes = &a});
    stopped(parcel_send(&p, 2), size, 0, AMENDMENT_HOLDER);
}

Test(deposit, nobody_amends_what_is_not_theirs)
{
    const cbi_hash nobodys = {{1}};
    cbi_hash a = parcel_plain(&p, "A");
    uint64_t size;

    cr_assert_eq(parcel_send(&p, 1).intake.taken, 1);
    size = parcel_log_size(&it);
    parcel_begin(&p, &it);
    parcel_amend(&p, &nobodys, "A", 2000);
    stopped(parcel_send(&p, 2), size, 0, RECORD_UNKNOWN);
    parcel_begin(&p, &it);
    parcel_amend(&p, &a, "of another college", 2000);
    stopped(parcel_send(&p, 2), size, 0, RECORD_UNKNOWN);
}

/* A deposit that has been judged, and not written. */
static void judge(cbi_deposit *out, const cbi_deposit_terms *terms, const cbank_buffer *file)
{
    bool more = true;

    teller_works(cbi_deposit_open(it.bank, cbi_bytes_of_buffer(file), terms, out, &teller_err));
    while (more)
        teller_works(cbi_deposit_judge(out, 1000, &more, &teller_err));
    cr_assert(cbi_deposit_may_write(out));
}

Test(deposit, an_amendment_is_not_torn_at_the_end_of_a_chunk, .timeout = 120)
{
    enum { PAIRS = 2060 };
    static cbi_hash ids[PAIRS];
    cbi_deposit_terms terms;
    cbi_deposit deposit = {0};
    char reference[16];
    cbank_buffer file;
    bool more = true;

    for (size_t i = 0; i < PAIRS; i++) {
        snprintf(reference, sizeof(reference), "R%zu", i);
        ids[i] = parcel_plain(&p, reference);
    }
    cr_assert_eq(parcel_send(&p, 1).intake.taken, PAIRS);
    parcel_begin(&p, &it);
    parcel_plain(&p, "so that the border falls inside a pair");
    for (size_t i = 0; i < PAIRS; i++) {
        snprintf(reference, sizeof(reference), "R%zu", i);
        parcel_amend(&p, &ids[i], reference, 2000);
    }
    file = parcel_sign(&p, 2);
    terms = parcel_terms(&it);
    judge(&deposit, &terms, &file);
    teller_works(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err));
    cr_assert(more);
    cr_expect_eq(deposit.intake.next, 4095, "%u", deposit.intake.next);
    cr_expect_eq(deposit.intake.taken, 4095);
    while (more)
        teller_works(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err));
    cr_expect_eq(deposit.intake.taken, 2 * PAIRS + 1);
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

/* ---- between judging and writing ------------------------------------------------------------ */

Test(deposit, what_others_wrote_after_it_was_judged_stops_the_whole)
{
    cbi_deposit_terms terms = parcel_terms(&it);
    cbi_deposit deposit = {0};
    cbank_error err = {0};
    cbank_buffer file;
    uint64_t size;
    bool more;

    parcel_plain(&p, "A");
    parcel_plain(&p, "B");
    file = parcel_sign(&p, 1);
    judge(&deposit, &terms, &file);
    teller_issue(&it, "B", 5000);
    size = parcel_log_size(&it);
    teller_fails(cbi_deposit_write(&deposit, ++it.now, &more, &err), err, REFERENCE_TAKEN);
    cr_expect_eq(err.where, 1);
    cr_expect_eq(parcel_log_size(&it), size);
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

Test(deposit, the_clock_goes_on_while_it_is_judged)
{
    cbi_deposit_terms terms = parcel_terms(&it);
    cbi_deposit deposit = {0};
    cbank_buffer file;
    bool more;

    parcel_plain(&p, "A");
    file = parcel_sign(&p, 1);
    judge(&deposit, &terms, &file);
    it.now += 600;
    teller_issue(&it, "B", 5000);
    teller_works(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err));
    cr_expect_eq(deposit.intake.taken, 1);
    cr_expect_eq(deposit.intake.received_at, it.now);
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

/* ---- more than one chunk -------------------------------------------------------------------- */

enum { MANY = 4200 };

/* Begins a batch of so many, and leaves it after its first chunk. */
static cbank_buffer leave_half_way(uint64_t number, bool imported, uint32_t *reached)
{
    cbi_deposit_terms terms = parcel_terms(&it);
    cbi_deposit deposit = {0};
    char reference[24];
    cbank_buffer file;
    bool more = true;

    for (size_t i = 0; i < MANY; i++) {
        snprintf(reference, sizeof(reference), "%d-%zu", (int)number, i);
        parcel_plain(&p, reference);
    }
    file = parcel_sign(&p, number);
    terms.imported = imported;
    judge(&deposit, &terms, &file);
    teller_works(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err));
    cr_assert(more);
    *reached = deposit.intake.next;
    cbi_deposit_clear(&deposit);
    parcel_begin(&p, &it);
    return file;
}

static cbi_intake first_batch(void)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);
    cbi_intake intake = {0};

    teller_works(cbi_intake_read(txn, 1, &intake, &teller_err));
    cbi_txn_abort(txn);
    return intake;
}

Test(deposit, goes_on_where_it_stopped)
{
    cbi_deposit_terms terms;
    parcel_answer answer;
    cbank_buffer file;
    uint32_t reached;
    uint64_t size;

    file = leave_half_way(1, false, &reached);
    cr_expect_eq(first_batch().received_at, 0);
    terms = parcel_terms(&it);
    answer = parcel_hand_in(&it, &terms, &file);
    cr_assert_eq(answer.status, CBANK_OK, "%s", cbank_reason_name(answer.err.reason));
    cr_expect_eq(answer.intake.taken, MANY);
    cr_expect_eq(answer.intake.opened, MANY);
    cr_expect_neq(answer.intake.received_at, 0);
    size = parcel_log_size(&it);
    answer = parcel_hand_in(&it, &terms, &file);
    cr_expect_eq(answer.intake.taken, MANY);
    cr_expect_eq(parcel_log_size(&it), size);
    cbank_buffer_clear(&file);
}

Test(deposit, an_import_that_stopped_half_way_is_ended_by_the_next_one)
{
    cbi_deposit_terms terms;
    parcel_answer answer;
    cbank_buffer file;
    cbi_intake intake;
    uint32_t reached;

    file = leave_half_way(1, true, &reached);
    cbank_buffer_clear(&file);
    parcel_plain(&p, "A");
    file = parcel_sign(&p, 2);
    terms = parcel_terms(&it);
    terms.imported = true;
    answer = parcel_hand_in(&it, &terms, &file);
    cr_assert_eq(answer.status, CBANK_OK, "%s", cbank_reason_name(answer.err.reason));
    intake = first_batch();
    cr_expect_neq(intake.received_at, 0);
    cr_expect_lt(intake.receipt_index, answer.intake.first_index);
    cr_expect_eq(intake.taken, reached);
    cr_expect_eq(intake.refused, MANY - reached);
    cr_expect_eq(intake.next, MANY);
    cbank_buffer_clear(&file);
}

Test(deposit, a_batch_whose_file_somebody_has_is_not_ended_by_an_import)
{
    cbi_deposit_terms terms;
    cbank_buffer file, other;
    uint32_t reached;

    file = leave_half_way(1, false, &reached);
    parcel_plain(&p, "A");
    other = parcel_sign(&p, 2);
    terms = parcel_terms(&it);
    terms.imported = true;
    cr_assert_eq(parcel_hand_in(&it, &terms, &other).intake.taken, 1);
    cr_expect_eq(first_batch().received_at, 0);
    cr_expect_eq(parcel_hand_in(&it, &terms, &file).intake.taken, MANY);
    cbank_buffer_clear(&other);
    cbank_buffer_clear(&file);
}

/* ---- a year --------------------------------------------------------------------------------- */

static void put_a_year_in(void)
{
    char reference[16];

    for (size_t i = 0; i < CBI_YEARLY_RECORDS_MAX; i++) {
        snprintf(reference, sizeof(reference), "Y%zu", i);
        parcel_add(&p, &(parcel_record){.reference = reference, .number = "1"});
    }
    cr_assert_eq(parcel_send(&p, 1).intake.taken, CBI_YEARLY_RECORDS_MAX);
}

Test(deposit, an_institution_puts_so_many_records_on_an_account_in_a_year)
{
    uint64_t size;

    put_a_year_in();
    size = parcel_log_size(&it);
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){.reference = "A", .number = "1"});
    stopped(parcel_send(&p, 2), size, 0, YEARLY_LIMIT);
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){.reference = "A", .number = "2"});
    cr_expect_eq(parcel_send(&p, 2).intake.taken, 1);
    it.now += 366 * 86400;
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){.reference = "B", .number = "1"});
    cr_expect_eq(parcel_send(&p, 3).intake.taken, 1);
}

Test(deposit, the_same_holds_within_one_batch_for_somebody_new)
{
    uint64_t size = parcel_log_size(&it);
    char reference[16];

    for (size_t i = 0; i <= CBI_YEARLY_RECORDS_MAX; i++) {
        snprintf(reference, sizeof(reference), "Y%zu", i);
        parcel_add(&p, &(parcel_record){.reference = reference, .number = "1"});
    }
    stopped(parcel_send(&p, 1), size, CBI_YEARLY_RECORDS_MAX, YEARLY_LIMIT);
}

Test(deposit, the_records_of_earlier_years_do_not_count)
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
