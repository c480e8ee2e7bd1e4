/* Records between judging and writing. */
#include "bank/chunk.h"
#include "bank/parcel.h"

#include <stdio.h>
#include <string.h>

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

TestSuite(ready, .init = begin, .fini = end);

/* ---- keeping them --------------------------------------------------------------------------- */

static cbi_ready_record record_of(uint32_t item, char reference[16], cbi_bytes bytes)
{
    cbi_ready_record out = {.item = item,
                            .document_type = "passport/XXX",
                            .document_number = "",
                            .name = item % 2 == 0 ? "" : "甲",
                            .day = 20250101 + item % 28,
                            .awarder = "PXU",
                            .reference = reference,
                            .bytes = bytes};

    snprintf(reference, 16, "R%u", item);
    snprintf(out.account.digits, sizeof(out.account.digits), "%016u", item);
    memset(&out.random, (int)(item & 0xff), sizeof(out.random));
    memset(&out.content, (int)(item >> 8 & 0xff), sizeof(out.content));
    return out;
}

static void is_same(const cbi_ready_record *a, const cbi_ready_record *b)
{
    cr_assert_eq(a->item, b->item);
    cr_assert_str_eq(a->account.digits, b->account.digits);
    cr_assert(cbi_hash_equal(&a->random, &b->random));
    cr_assert(cbi_hash_equal(&a->content, &b->content));
    cr_assert_str_eq(a->document_type, b->document_type);
    cr_assert_str_eq(a->document_number, b->document_number);
    cr_assert_str_eq(a->name, b->name);
    cr_assert_eq(a->day, b->day);
    cr_assert_str_eq(a->awarder, b->awarder);
    cr_assert_str_eq(a->reference, b->reference);
    cr_assert(cbi_bytes_equal(a->bytes, b->bytes));
}

/* Of many sizes up to the largest, and more than there is place for. */
Test(ready, what_is_kept_is_found_as_it_was_and_what_finds_no_place_is_not)
{
    enum { ITEMS = 8000 };
    static uint8_t content[CBI_CREDIT_MAX];
    cbi_ready *ready = NULL;
    cbi_ready_record record, found;
    char reference[16];
    uint32_t kept = 0;

    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (uint8_t)(i * 31);
    teller_works(cbi_ready_new(1, &ready, &teller_err));
    cr_expect_not(cbi_ready_find(ready, 0, &found));
    for (uint32_t i = 0; i < ITEMS; i++) {
        record = record_of(3 * i, reference, cbi_bytes_of(content, i * 7919 % sizeof(content)));
        teller_works(cbi_ready_add(ready, &record, &teller_err));
    }
    for (uint32_t item = 3 * ITEMS; item-- > 0;) { /* against the order, which is slow and right */
        record = record_of(item, reference,
                           cbi_bytes_of(content, item / 3 * 7919 % sizeof(content)));
        if (!cbi_ready_find(ready, item, &found))
            continue;
        is_same(&found, &record);
        kept++;
    }
    cr_expect_gt(kept, 100);
    cr_expect_lt(kept, ITEMS / 2);
    for (uint32_t item = 0; item < 300; item++)
        cr_assert_eq(cbi_ready_find(ready, item, &found), item % 3 == 0);
    cbi_ready_free(ready);
}

/* ---- what was ruled stands, or does not ----------------------------------------------------- */

enum { CHUNK = CBI_CHUNK_ITEMS_MAX, EACH = 600, MANY = 17 * EACH }; /* EACH: of one learner */

/* A batch of records, each learner's one after the other, judged. */
static void judge_unknown(cbi_deposit *out, cbi_deposit_terms *terms, cbank_buffer *file)
{
    cbi_bulk source;
    char reference[16], number[16];
    bool more = true;

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(reference, sizeof(reference), "R%u", i);
        snprintf(number, sizeof(number), "%u", 1000 + i / EACH);
        parcel_add(&p, &(parcel_record){.reference = reference, .number = number});
    }
    *file = parcel_sign(&p, 1);
    *terms = parcel_terms(&it);
    source = cbi_bulk_of(cbi_bytes_of_buffer(file));
    teller_works(cbi_deposit_open(it.bank, &source, terms, out, &teller_err));
    while (more)
        teller_works(cbi_deposit_judge(out, 1000, &more, &teller_err));
    cr_assert(cbi_deposit_may_write(out));
}

/* The same for learners who have accounts. */
static void judge_many(cbi_deposit *out, cbi_deposit_terms *terms, cbank_buffer *file)
{
    char number[16];

    for (unsigned i = 0; i < MANY / EACH; i++) {
        snprintf(number, sizeof(number), "%u", 1000 + i);
        teller_open_account(&it, "student/" TELLER_COLLEGE, number, "");
    }
    judge_unknown(out, terms, file);
}

/* What else is remembered of so many items needs the room. */
Test(ready, in_a_very_large_batch_fewer_are_kept)
{
    enum { KEPT = 60000, FAR = 1 << 19 };
    uint8_t bytes[300] = {1};
    cbi_ready_record record, found;
    cbi_ready *ready = NULL;
    char reference[16];
    uint32_t missed;

    cr_assert_eq(cbi_ready_new(CBI_BATCH_RECORDS_MAX, &ready, NULL), CBANK_OK);
    for (uint32_t i = 0; i < KEPT; i++) {
        record = record_of(i, reference, cbi_bytes_of(bytes, sizeof(bytes)));
        cr_assert_eq(cbi_ready_add(ready, &record, NULL), CBANK_OK);
    }
    cr_assert_eq(cbi_ready_missed(ready), UINT32_MAX);
    cr_assert(cbi_ready_find(ready, KEPT - 1, &found));
    record = record_of(FAR, reference, cbi_bytes_of(bytes, sizeof(bytes)));
    cr_assert_eq(cbi_ready_add(ready, &record, NULL), CBANK_OK);
    missed = cbi_ready_missed(ready);
    cr_assert(missed > KEPT / 4 && missed < KEPT);
    cr_expect_not(cbi_ready_find(ready, missed, &found));
    cr_expect_not(cbi_ready_find(ready, FAR, &found));
    cr_assert(cbi_ready_find(ready, missed - 1, &found));
    record = record_of(missed - 1, reference, cbi_bytes_of(bytes, sizeof(bytes)));
    is_same(&record, &found);
    cbi_ready_free(ready);
}

/* A batch larger than the place: each of the many that found none is asked for once. */
Test(ready, what_finds_no_place_is_known_not_to_be_there_at_once, .timeout = 120)
{
    enum { KEPT = 20000, ASKED = 10000000 };
    size_t found = 0;
    cbi_ready *ready = NULL;
    cbi_ready_record record;
    char reference[16];

    cr_assert_eq(cbi_ready_new(ASKED, &ready, NULL), CBANK_OK);
    for (uint32_t i = 0; i < KEPT; i++) {
        record = record_of(i * 2, reference, cbi_bytes_of_text("x"));
        cr_assert_eq(cbi_ready_add(ready, &record, NULL), CBANK_OK);
    }
    for (uint32_t i = 0; i < KEPT * 2; i++)
        cr_assert_eq(cbi_ready_find(ready, i, &record), i % 2 == 0, "%u", i);
    for (uint32_t i = KEPT * 2; i < ASKED; i++)
        found += cbi_ready_find(ready, i, &record);
    cr_assert_eq(found, 0);
    cr_assert(cbi_ready_find(ready, 4, &record), "and who asks again is answered");
    cr_assert_eq(record.item, 4);
    cbi_ready_free(ready);
}

/* The first of a learner's records opens the account, the others find it: in this chunk or next. */
Test(ready, records_of_whom_nobody_knew_are_read_once_too, .timeout = 120)
{
    cbi_deposit_terms terms;
    cbi_deposit deposit = {0};
    cbank_buffer file;
    bool more = true;

    judge_unknown(&deposit, &terms, &file);
    cr_assert(deposit.stands);
    cr_expect_eq(deposit.strangers, MANY / EACH);
    memset(file.data + file.size / 2, 0xff, 100); /* nobody looks there again */
    while (more)
        teller_works(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err));
    cr_expect_eq(deposit.intake.taken, MANY);
    cr_expect_eq(deposit.intake.opened, MANY / EACH);
    for (unsigned i = 0; i < MANY / EACH; i++) {
        char reference[2][16];
        cbi_holding first, last;

        snprintf(reference[0], sizeof(reference[0]), "R%u", i * EACH);
        snprintf(reference[1], sizeof(reference[1]), "R%u", i * EACH + EACH - 1);
        first = parcel_find(&it, reference[0]);
        last = parcel_find(&it, reference[1]);
        cr_expect_str_eq(first.account, last.account);
        cr_expect_eq(first.sequence, 1);
        cr_expect_eq(last.sequence, EACH);
        cbi_holding_clear(&first);
        cbi_holding_clear(&last);
    }
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

Test(ready, records_for_accounts_that_are_there_are_read_once, .timeout = 120)
{
    cbi_deposit_terms terms;
    cbi_deposit deposit = {0};
    cbank_buffer file;
    bool more = true;

    judge_many(&deposit, &terms, &file);
    cr_assert(deposit.stands);
    memset(file.data + file.size / 2, 0xff, 100); /* nobody looks there again */
    while (more)
        teller_works(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err));
    cr_expect(deposit.stands);
    cr_expect_eq(deposit.intake.taken, MANY);
    cr_expect_eq(deposit.intake.opened, 0);
    for (unsigned i = 0; i < MANY; i += 997) {
        char reference[16];
        cbi_holding holding;

        snprintf(reference, sizeof(reference), "R%u", i);
        holding = parcel_find(&it, reference);
        cr_expect_eq(holding.deposited->index, i);
        cr_expect_eq(holding.index, deposit.items[i].index);
        cbi_holding_clear(&holding);
    }
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

/* A statement of no account moves the store as well: what was ruled is ruled on again. */
Test(ready, an_account_that_is_frozen_between_two_chunks_takes_no_more, .timeout = 120)
{
    cbi_deposit_terms terms;
    cbi_deposit deposit = {0};
    cbi_holding last;
    cbank_buffer file;
    bool more = true;

    judge_many(&deposit, &terms, &file);
    teller_works(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err));
    cr_assert(more);
    cr_assert_eq(deposit.intake.next, CHUNK);
    last = parcel_find(&it, "R9999");
    teller_change_account(&it, last.deposited->account,
                          CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_FROZEN);
    cbi_holding_clear(&last);
    while (more)
        teller_works(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err));
    cr_expect_eq(deposit.intake.taken, CHUNK);
    cr_expect_eq(deposit.intake.refused, MANY - CHUNK);
    cr_expect_eq(deposit.refusals[0].why.reason, CBI_REASON_ACCOUNT_FROZEN);
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

Test(ready, an_account_that_is_frozen_after_judging_stops_the_whole, .timeout = 120)
{
    cbi_deposit_terms terms;
    cbi_deposit deposit = {0};
    cbank_error err = {0};
    cbank_buffer file;
    cbi_ready_record first;
    uint64_t size;
    bool more;

    judge_many(&deposit, &terms, &file);
    cr_assert(cbi_ready_find(deposit.ready, 0, &first));
    teller_change_account(&it, first.account.digits,
                          CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_FROZEN);
    size = parcel_log_size(&it);
    teller_fails(cbi_deposit_write(&deposit, ++it.now, &more, &err), err, ACCOUNT_FROZEN);
    cr_expect_eq(parcel_log_size(&it), size);
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

/* Grants end on a day, and so on another day everything is ruled on again. */
Test(ready, what_was_ruled_yesterday_does_not_stand, .timeout = 120)
{
    cbi_deposit_terms terms;
    cbi_deposit deposit = {0};
    cbank_buffer file;
    bool more = true;

    judge_many(&deposit, &terms, &file);
    it.now += 86400;
    teller_works(cbi_deposit_write(&deposit, it.now, &more, &teller_err));
    cr_expect_not(deposit.stands);
    cr_expect_eq(deposit.intake.taken, CHUNK);
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

/* What a change leaves may be what a record after it is ruled by. */
Test(ready, a_batch_with_a_change_is_ruled_on_again)
{
    cbi_deposit_terms terms;
    cbi_deposit deposit = {0};
    cbank_buffer file;
    cbi_bulk source;
    cbi_hash a;
    bool more = true;

    a = parcel_plain(&p, "A");
    cr_assert_eq(parcel_send(&p, 1).intake.taken, 1);
    parcel_begin(&p, &it);
    parcel_change(&p, &a, "A", CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND);
    parcel_add(&p, &(parcel_record){.reference = "B", .number = "A"});
    file = parcel_sign(&p, 2);
    terms = parcel_terms(&it);
    source = cbi_bulk_of(cbi_bytes_of_buffer(&file));
    teller_works(cbi_deposit_open(it.bank, &source, &terms, &deposit, &teller_err));
    teller_works(cbi_deposit_judge(&deposit, 1000, &more, &teller_err));
    cr_expect_not(deposit.stands);
    teller_works(cbi_deposit_write(&deposit, ++it.now, &more, &teller_err));
    cr_expect_eq(deposit.intake.taken, 2);
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}
