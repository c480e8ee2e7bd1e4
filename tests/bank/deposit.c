/* Batches made by hand at a college, and what the bank takes of them. */
#include "bank/gazette.h"
#include "bank/institution.h"
#include "bank/parcel.h"

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
    parcel_stopped(&it, parcel_send(&p, 1), size, 0, RECORD_AWARDER);
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){
                       .reference = "A", .awarder = "AAA", .depositor = TELLER_COLLEGE});
    parcel_stopped(&it, parcel_send(&p, 1), size, 0, RECORD_AWARDER);
}

/* ---- within one batch ----------------------------------------------------------------------- */

Test(deposit, a_reference_that_stands_in_the_batch_twice_stops_it_before_the_first_row)
{
    uint64_t size = parcel_log_size(&it);

    parcel_plain(&p, "A");
    parcel_plain(&p, "A");
    parcel_stopped(&it, parcel_send(&p, 1), size, 1, REFERENCE_REPEATED);
}

Test(deposit, two_names_for_one_new_number_stop_the_batch_before_the_first_row)
{
    uint64_t size = parcel_log_size(&it);

    parcel_add(&p, &(parcel_record){.reference = "A", .number = "7", .name = "甲"});
    parcel_add(&p, &(parcel_record){.reference = "B", .number = "7"});
    parcel_add(&p, &(parcel_record){.reference = "C", .number = "7", .name = "乙"});
    parcel_stopped(&it, parcel_send(&p, 1), size, 2, PERSON_CONFLICT);
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
    parcel_stopped(&it, parcel_send(&p, 2), size, 1, CHANGED_TWICE);
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
    parcel_stopped(&it, parcel_send(&p, 2), size, 0, REFERENCE_TAKEN);
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){.reference = "B", .revision = 2, .supersedes = &a});
    parcel_stopped(&it, parcel_send(&p, 2), size, 0, AMENDMENT_BROKEN);
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){
                       .reference = "A", .milli = 2000, .revision = 2, .supersedes = &a});
    parcel_stopped(&it, parcel_send(&p, 2), size, 0, REFERENCE_TAKEN);
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
    parcel_stopped(&it, parcel_send(&p, 2), size, 0, AMENDMENT_HOLDER);
    parcel_begin(&p, &it);
    parcel_change(&p, &a, "A", ACTION(SUPERSEDE));
    parcel_add(&p, &(parcel_record){
                       .reference = "A", .number = "a stranger", .revision = 2, .supersedes = &a});
    parcel_stopped(&it, parcel_send(&p, 2), size, 0, AMENDMENT_HOLDER);
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
    parcel_stopped(&it, parcel_send(&p, 2), size, 0, RECORD_UNKNOWN);
    parcel_begin(&p, &it);
    parcel_amend(&p, &a, "of another college", 2000);
    parcel_stopped(&it, parcel_send(&p, 2), size, 0, RECORD_UNKNOWN);
}

/* ---- once more ------------------------------------------------------------------------------ */

Test(deposit, what_was_received_is_answered_as_it_was_after_its_key_was_rotated)
{
    cbi_deposit_terms terms = parcel_terms(&it);
    cbank_buffer file, changed = {0};
    parcel_answer first, again;
    uint64_t size;

    parcel_plain(&p, "A");
    file = parcel_sign(&p, 1);
    first = parcel_hand_in(&it, &terms, &file);
    cr_assert_eq(first.status, CBANK_OK);
    gazette_rotate(&it);
    size = parcel_log_size(&it);
    terms.now = ++it.now;
    again = parcel_hand_in(&it, &terms, &file);
    cr_assert_eq(again.status, CBANK_OK, "%s", cbi_reason_word((cbi_reason)again.err.reason));
    cr_expect_eq(again.intake.receipt_index, first.intake.receipt_index);
    cr_expect_eq(parcel_log_size(&it), size);
    teller_works(cbi_buffer_set(&changed, cbi_bytes_of_buffer(&file), &teller_err));
    changed.data[changed.size - 1] ^= 1;
    cr_expect_neq(parcel_hand_in(&it, &terms, &changed).status, CBANK_OK, "the very file");
    cbank_buffer_clear(&changed);
    cbank_buffer_clear(&file);
}

Test(deposit, what_was_not_received_before_is_refused_under_an_earlier_key)
{
    cbi_deposit_terms terms = parcel_terms(&it);
    cbank_buffer file;
    parcel_answer answer;

    parcel_plain(&p, "A");
    file = parcel_sign(&p, 1);
    gazette_rotate(&it);
    terms.now = ++it.now;
    answer = parcel_hand_in(&it, &terms, &file);
    teller_fails(answer.status, answer.err, INSTITUTION_SIGNER);
    cbank_buffer_clear(&file);
}
