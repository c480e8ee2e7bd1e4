/* A batch between its judgement and its receipt: what others do meanwhile, and where it stops. */
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

TestSuite(chunk, .init = begin, .fini = end);

/* A deposit that has been judged, and not written. */
static void judge(cbi_deposit *out, const cbi_deposit_terms *terms, const cbank_buffer *file)
{
    const cbi_bulk source = cbi_bulk_of(cbi_bytes_of_buffer(file));
    bool more = true;

    teller_works(cbi_deposit_open(it.bank, &source, terms, out, &teller_err));
    while (more)
        teller_works(cbi_deposit_judge(out, 1000, &more, &teller_err));
    cr_assert(cbi_deposit_may_write(out));
}

Test(chunk, an_amendment_is_not_torn_at_the_end_of_a_chunk, .timeout = 120)
{
    enum { PAIRS = CBI_CHUNK_ITEMS_MAX / 4 };
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
    cr_expect_eq(deposit.intake.next % 2, 1, "%u", deposit.intake.next);
    cr_expect_eq(deposit.intake.taken, deposit.intake.next);
    while (more)
        teller_works(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err));
    cr_expect_eq(deposit.intake.taken, 2 * PAIRS + 1);
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

/* ---- between judging and writing ------------------------------------------------------------ */

Test(chunk, what_others_wrote_after_it_was_judged_stops_the_whole)
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

/* Of this many learners, as many records each; the references begin with `name`. */
static void judge_theirs(cbi_deposit *out, char name, unsigned learners, unsigned each,
                         cbank_buffer *file)
{
    cbi_deposit_terms terms = parcel_terms(&it);
    char reference[16], number[16];

    for (unsigned i = 0; i < learners * each; i++) {
        snprintf(reference, sizeof(reference), "%c%u", name, i);
        snprintf(number, sizeof(number), "%u", 1000 + i / each);
        parcel_add(&p, &(parcel_record){.reference = reference, .number = number});
    }
    *file = parcel_sign(&p, (uint64_t)(unsigned char)name);
    judge(out, &terms, file);
    parcel_begin(&p, &it);
}

/* Who comes second finds the accounts that the first one opened, and rules on nothing again. */
/* A reference that somebody else takes meanwhile, in the first chunk or the last. */
static void expect_refused_once(const char *taken)
{
    enum { EACH = 600, ACCOUNTS = 17 };
    cbi_deposit_terms terms;
    cbi_deposit deposit = {0};
    char reference[16], number[16];
    cbank_buffer file;
    bool more = true;
    uint64_t index;
    cbi_holding holding;

    for (unsigned i = 0; i < ACCOUNTS; i++) {
        snprintf(number, sizeof(number), "%u", 1000 + i);
        teller_open_account(&it, "student/" TELLER_COLLEGE, number, "");
    }
    for (unsigned i = 0; i < ACCOUNTS * EACH; i++) {
        snprintf(reference, sizeof(reference), "R%u", i);
        snprintf(number, sizeof(number), "%u", 1000 + i / EACH);
        parcel_add(&p, &(parcel_record){.reference = reference, .number = number});
    }
    file = parcel_sign(&p, 1);
    terms = parcel_terms(&it);
    terms.keep_going = true;
    judge(&deposit, &terms, &file);
    parcel_begin(&p, &it);
    parcel_add(&p, &(parcel_record){.reference = taken, .number = "1016", .milli = 2000});
    cr_assert_eq(parcel_send(&p, 2).intake.taken, 1);
    holding = parcel_find(&it, taken);
    index = holding.index;
    cbi_holding_clear(&holding);
    while (more)
        teller_works(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err));
    cr_expect_eq(deposit.intake.refused, 1);
    cr_expect_eq(deposit.intake.taken, ACCOUNTS * EACH - 1);
    holding = parcel_find(&it, taken);
    cr_expect_eq(holding.index, index);
    cbi_holding_clear(&holding);
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

Test(chunk, what_others_take_meanwhile_is_refused_in_the_first_chunk, .timeout = 120)
{
    expect_refused_once("R100");
}

Test(chunk, what_others_take_meanwhile_is_refused_in_a_later_chunk, .timeout = 120)
{
    expect_refused_once("R10100");
}

Test(chunk, batches_that_were_judged_at_once_are_both_read_once, .timeout = 120)
{
    enum { LEARNERS = 7, EACH = 40 };
    cbi_deposit first = {0}, second = {0};
    cbank_buffer files[2];
    bool more;

    judge_theirs(&first, 'A', LEARNERS, EACH, &files[0]);
    judge_theirs(&second, 'B', LEARNERS + 1, EACH, &files[1]);
    teller_works(cbi_deposit_write(&first, ++it.now, &more, &teller_err));
    memset(files[1].data + files[1].size / 2, 0xff, 100); /* nobody looks there again */
    teller_works(cbi_deposit_write(&second, ++it.now, &more, &teller_err));
    cr_expect(second.stands);
    cr_expect_eq(first.intake.opened, LEARNERS);
    cr_expect_eq(second.intake.taken, (LEARNERS + 1) * EACH);
    cr_expect_eq(second.intake.opened, 1);
    cbi_deposit_clear(&first);
    cbi_deposit_clear(&second);
    cbank_buffer_clear(&files[0]);
    cbank_buffer_clear(&files[1]);
}

Test(chunk, an_account_that_others_filled_meanwhile_stops_the_whole, .timeout = 120)
{
    enum { HALF = CBI_YEARLY_RECORDS_MAX / 2 };
    cbi_deposit first = {0}, second = {0};
    cbank_buffer files[2];
    cbank_error err = {0};
    uint64_t size;
    bool more;

    judge_theirs(&first, 'A', 1, HALF, &files[0]);
    judge_theirs(&second, 'B', 1, HALF + 1, &files[1]);
    teller_works(cbi_deposit_write(&first, ++it.now, &more, &teller_err));
    size = parcel_log_size(&it);
    teller_fails(cbi_deposit_write(&second, ++it.now, &more, &err), err, YEARLY_LIMIT);
    cr_expect_eq(err.where, HALF);
    cr_expect_eq(parcel_log_size(&it), size);
    cbi_deposit_clear(&first);
    cbi_deposit_clear(&second);
    cbank_buffer_clear(&files[0]);
    cbank_buffer_clear(&files[1]);
}

Test(chunk, the_clock_goes_on_while_it_is_judged)
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

enum { MANY = CBI_CHUNK_ITEMS_MAX + 100 };

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

Test(chunk, goes_on_where_it_stopped)
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

Test(chunk, an_import_that_stopped_half_way_is_ended_by_the_next_one)
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

Test(chunk, a_batch_whose_file_somebody_has_is_not_ended_by_an_import)
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

/* So a thousand imports cost a thousand times one, and not a million looks at what they left. */
Test(chunk, an_import_looks_at_no_batch_that_was_received)
{
    uint8_t key[CBI_INTAKE_KEY_SIZE];
    cbi_deposit_terms terms = parcel_terms(&it);
    parcel_answer answer;
    cbank_buffer file;
    cbi_txn *txn;

    terms.imported = true;
    parcel_plain(&p, "A");
    cr_assert_eq(parcel_send(&p, 1).intake.taken, 1);
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_txn_put(txn, CBI_TABLE_BATCH, cbi_intake_key(1, 'r', key),
                             cbi_bytes_of_text("whoever reads this finds it damaged"),
                             &teller_err));
    teller_commit(txn);
    parcel_begin(&p, &it);
    parcel_plain(&p, "B");
    file = parcel_sign(&p, 2);
    answer = parcel_hand_in(&it, &terms, &file);
    cr_expect_eq(answer.status, CBANK_OK, "%s", cbank_reason_name(answer.err.reason));
    cr_expect_eq(answer.intake.taken, 1);
    cbank_buffer_clear(&file);
}

Test(chunk, a_batch_is_under_way_from_its_first_chunk_to_its_receipt)
{
    cbi_deposit_terms terms = parcel_terms(&it);
    cbi_intake intake;
    cbank_buffer file;
    uint32_t reached;
    cbi_txn *txn;
    bool found;

    parcel_plain(&p, "A");
    cr_assert_eq(parcel_send(&p, 1).intake.taken, 1);
    parcel_begin(&p, &it);
    file = leave_half_way(7, false, &reached);
    txn = teller_begin(&it, CBI_TXN_READ);
    teller_works(cbi_intake_under_way(txn, TELLER_COLLEGE, 0, &intake, &found, &teller_err));
    cr_assert(found);
    cr_expect_eq(intake.batch_number, 7);
    cr_expect_eq(intake.next, reached);
    teller_works(cbi_intake_under_way(txn, TELLER_COLLEGE, 7, &intake, &found, &teller_err));
    cr_expect_not(found);
    cbi_txn_abort(txn);
    cr_assert_eq(parcel_hand_in(&it, &terms, &file).intake.taken, MANY);
    txn = teller_begin(&it, CBI_TXN_READ);
    teller_works(cbi_intake_under_way(txn, TELLER_COLLEGE, 0, &intake, &found, &teller_err));
    cr_expect_not(found);
    cbi_txn_abort(txn);
    cbank_buffer_clear(&file);
}
