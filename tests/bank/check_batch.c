/* The rows of a batch: whatever byte of them a stranger changes, the auditor's check finds. */
#include "bank/auditor.h"

#include <stdio.h>
#include <string.h>

#include "bank/erase.h"
#include "bank/intake.h"
#include "bank/parcel.h"

#define OTHERS "AAA"
/* Where a row 'r' has these. */
#define FIRST_AT (2 * CBI_HASH_SIZE + 3 * 8)
#define OPENED_AT (2 * CBI_HASH_SIZE + 5 * 8 + 5 * 4)
#define IMPORTED_AT (OPENED_AT + 4)

static parcel p;

static void begin(void)
{
    teller_open(&audited, CBI_SUITE_SHA256_ED25519);
    teller_vouch(&audited, OTHERS);
    parcel_begin(&p, &audited);
}

static void end(void)
{
    cbi_batch_builder_clear(&p.builder);
    auditor_end();
}

TestSuite(check_batch, .init = begin, .fini = end);

/* What is refused, as often as that: another institution awards it. */
static void add_refused(size_t count)
{
    char reference[24];

    for (size_t i = 0; i < count; i++) {
        snprintf(reference, sizeof(reference), "X%zu", i);
        parcel_add(&p, &(parcel_record){.reference = reference, .awarder = OTHERS});
    }
}

/* Signed by the college, from a named file. */
static cbi_intake send_named(uint64_t number)
{
    Cbank__Api__V1__BatchSource source = CBANK__API__V1__BATCH_SOURCE__INIT;
    cbi_deposit_terms terms = parcel_terms(&audited);
    cbank_buffer file = parcel_sign(&p, number);
    parcel_answer answer;
    cbi_hash digest = {{1}};

    source.file_name = cbi_message_string("2026.csv");
    source.file_digest = cbi_message_data(cbi_bytes_of_hash(&digest));
    source.file_size = file.size;
    source.actor = cbi_message_string("op1");
    terms.source = &source;
    terms.keep_going = true;
    answer = parcel_hand_in(&audited, &terms, &file);
    teller_err = answer.err;
    teller_works(answer.status);
    cbank_buffer_clear(&file);
    parcel_begin(&p, &audited);
    return answer.intake;
}

/* Whether a check finds that this byte was changed; it is put back. */
static bool is_found(cbi_bytes key, size_t offset, uint8_t bits)
{
    cbank_buffer value = auditor_get(CBI_TABLE_BATCH, key);
    bool found;

    cr_assert_lt(offset, value.size);
    value.data[offset] ^= bits;
    auditor_put(CBI_TABLE_BATCH, key, cbi_bytes_of_buffer(&value));
    found = auditor_count() > 0;
    value.data[offset] ^= bits;
    auditor_put(CBI_TABLE_BATCH, key, cbi_bytes_of_buffer(&value));
    cbank_buffer_clear(&value);
    return found;
}

/* Every byte of a row, or every `step`th. */
static void flip_row(cbi_bytes key, size_t step)
{
    cbank_buffer value = auditor_get(CBI_TABLE_BATCH, key);

    for (size_t i = 0; i < value.size; i += step) {
        uint8_t bits = (uint8_t)(1u << (i % 8));

        /* Whether an import made it, nothing else says. */
        if (key.data[9] == 'r' && i == IMPORTED_AT + 3)
            bits = 2;
        cr_expect(is_found(key, i, bits), "'%c' %zu", key.data[9], i);
    }
    cbank_buffer_clear(&value);
}

/* All bits of where it began and of how many accounts it opened. */
static void flip_numbers(uint64_t batch)
{
    uint8_t bytes[CBI_INTAKE_KEY_SIZE];
    cbi_bytes key = cbi_intake_key(batch, 'r', bytes);

    for (unsigned bit = 0; bit < 8; bit++) {
        cr_expect(is_found(key, FIRST_AT + 7, (uint8_t)(1u << bit)), "first, bit %u", bit);
        cr_expect(is_found(key, OPENED_AT + 3, (uint8_t)(1u << bit)), "opened, bit %u", bit);
    }
}

Test(check_batch, every_byte_of_every_row_of_a_batch_of_two_pages_is_looked_at, .timeout = 120)
{
    static const char parts[] = {'r', 'e', 'p', 's'};
    uint8_t key[CBI_INTAKE_KEY_SIZE + 4];
    cbi_intake intake;

    parcel_plain(&p, "A");
    parcel_plain(&p, "B");
    add_refused(CBI_BATCH_PAGE_IDS);
    intake = send_named(1);
    cr_assert_eq(intake.opened, 2);
    auditor_finds_nothing();
    for (size_t i = 0; i < sizeof(parts); i++)
        flip_row(cbi_intake_key(intake.number, parts[i], key), 1);
    (void)cbi_intake_key(intake.number, 'h', key);
    cbi_put_u32(key + CBI_INTAKE_KEY_SIZE, 1);
    flip_row(cbi_bytes_of(key, sizeof(key)), 1);
    cbi_put_u32(key + CBI_INTAKE_KEY_SIZE, 0); /* a thousand ids, alike: one byte of some */
    flip_row(cbi_bytes_of(key, sizeof(key)), 31 * CBI_HASH_SIZE + 1);
    flip_numbers(intake.number);
    auditor_finds_nothing();
}

Test(check_batch, one_that_has_taken_nothing_began_at_its_receipt)
{
    cbi_intake intake;

    add_refused(3);
    intake = send_named(1);
    cr_assert_eq(intake.taken, 0);
    cr_assert_eq(intake.first_index, intake.receipt_index);
    auditor_finds_nothing();
    flip_numbers(intake.number);
}

/* Its token tells. */
Test(check_batch, an_account_that_the_counter_opened_right_before_is_not_the_batchs)
{
    cbi_intake intake;

    teller_open_account(&audited, "student/" TELLER_COLLEGE, "A", "");
    parcel_plain(&p, "A");
    intake = send_named(1);
    cr_assert_eq(intake.opened, 0);
    auditor_finds_nothing();
    flip_numbers(intake.number);
}

Test(check_batch, of_changes_and_amendments_too)
{
    cbi_hash a = parcel_plain(&p, "A"), b = parcel_plain(&p, "B");
    cbi_intake intake;

    (void)send_named(1);
    parcel_change(&p, &b, "B", CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND);
    parcel_amend(&p, &a, "A", 3000);
    parcel_plain(&p, "C");
    intake = send_named(2);
    cr_assert_eq(intake.taken, 4);
    cr_assert_eq(intake.opened, 1);
    auditor_finds_nothing();
    flip_numbers(intake.number);
}

Test(check_batch, what_an_erased_learner_had_in_it_is_no_finding)
{
    cbi_order order = {.actor = "op1", .approver = "op2", .reason = "request",
                       .document = "2026-12"};
    cbi_holding holding;
    cbi_intake intake;

    parcel_plain(&p, "A");
    parcel_plain(&p, "B");
    intake = send_named(1);
    cr_assert_eq(intake.opened, 2);
    for (int i = 0; i < 2; i++) {
        holding = parcel_find(&audited, i == 0 ? "A" : "B");
        order.now = ++audited.now;
        teller_works(cbi_erase_account(audited.bank, holding.account, 0, &order, &teller_err));
        cbi_holding_clear(&holding);
        auditor_finds_nothing();
    }
}

/* Taken and refused in turns, so that what was decided fills a chunk. */
static void add_turns(unsigned count)
{
    char reference[16], number[16];

    for (unsigned i = 0; i < count; i++) {
        snprintf(reference, sizeof(reference), "R%u", i);
        snprintf(number, sizeof(number), "%u", i / 100);
        parcel_add(&p, &(parcel_record){.reference = reference,
                                        .number = number,
                                        .awarder = i % 2 == 0 ? TELLER_COLLEGE : OTHERS});
    }
}

Test(check_batch, one_that_is_under_way_is_compared_as_far_as_it_has_come, .timeout = 120)
{
    cbi_deposit_terms terms = parcel_terms(&audited);
    cbi_deposit deposit = {0};
    uint8_t bytes[CBI_INTAKE_KEY_SIZE];
    cbank_buffer file;
    cbi_bulk source;
    cbi_bytes key;
    bool more = true;

    add_turns(CBI_DECIDED_SURE + 200);
    file = parcel_sign(&p, 1);
    source = cbi_bulk_of(cbi_bytes_of_buffer(&file));
    terms.keep_going = true;
    teller_works(cbi_deposit_open(audited.bank, &source, &terms, &deposit, &teller_err));
    while (more)
        teller_works(cbi_deposit_judge(&deposit, 1000, &more, &teller_err));
    teller_works(cbi_deposit_write(&deposit, ++audited.now, &more, &teller_err));
    cr_assert(more);
    cr_expect_geq(deposit.intake.next, CBI_DECIDED_SURE);
    auditor_finds_nothing();
    key = cbi_intake_key(deposit.intake.number, 'r', bytes);
    cr_expect(is_found(key, FIRST_AT + 7, 1));
    cr_expect(is_found(key, OPENED_AT + 3, 1));
    while (more)
        teller_works(cbi_deposit_write(&deposit, ++audited.now, &more, &teller_err));
    auditor_finds_nothing();
    cr_expect(is_found(key, FIRST_AT + 7, 1));
    cr_expect(is_found(key, OPENED_AT + 3, 1));
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

/* A key's first byte says what it leads from; none begins with zero. */
Test(check_batch, a_row_of_a_kind_that_there_is_not_is_found)
{
    cbank_buffer key = {0}, value = {0};

    parcel_plain(&p, "A");
    (void)send_named(1);
    auditor_get_row(CBI_TABLE_BATCH, "n", 0, &key, &value);
    key.data[0] = 0;
    auditor_put(CBI_TABLE_BATCH, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&value));
    auditor_finds(CBI_REASON_CHECK_ROW, "batch", "form");
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
}
