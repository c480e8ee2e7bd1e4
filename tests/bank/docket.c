/* What was ruled on a batch while it was made is kept for its deposit, as long as it is true. */
#include "bank/parcel.h"

#include "bank/capacity.h"

#include <stdio.h>
#include <string.h>

#define STUDENT "student/" TELLER_COLLEGE

static teller it;
static parcel p;
static cbi_docket docket;
static unsigned unkept; /* every so many records one is not kept, as if there were no room */

static void begin(void)
{
    unkept = 0;
    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    parcel_begin(&p, &it);
    docket = (cbi_docket){0};
    teller_works(cbi_docket_begin(&docket, &teller_err));
}

static void end(void)
{
    cbi_docket_drop(&docket);
    cbi_batch_builder_clear(&p.builder);
    teller_close(&it);
}

TestSuite(docket, .init = begin, .fini = end, .timeout = 120);

enum { RECORDS = 300 };

static void rule(cbi_reader *reader, const cbi_claim *claim, cbi_ruling *out)
{
    teller_works(cbi_claim_judge(it.bank, reader->txn, reader->hasher, claim, true, out,
                                 &teller_err));
    cr_assert_eq(out->outcome, CBI_OUTCOME_DEPOSITED);
    out->opens = true;
    out->yearly = 1;
}

/* A record that is ruled on before it is signed, as an import does. */
static void add(cbi_reader *reader, unsigned number)
{
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[1] = {&title};
    Cbank__V1__Awarder awarder = CBANK__V1__AWARDER__INIT;
    cbi_signing_record made = {.bytes = {0}};
    cbi_signing_holder holder = {.type = STUDENT, .name = ""};
    cbi_docket_entry entry = {.kept = false};
    cbi_person person = {0};
    cbi_awarder last = {0};
    cbi_claim claim = {.institution = TELLER_COLLEGE,
                       .awarder = TELLER_COLLEGE,
                       .now = it.now,
                       .record = &record,
                       .person = &person,
                       .last = &last};
    cbi_ruling ruling;
    char reference[16];

    snprintf(reference, sizeof(reference), "R%u", number);
    holder.number = reference;
    awarder.institution = cbi_message_string(TELLER_COLLEGE);
    title.lang = cbi_message_string("zh");
    title.value = cbi_message_string("高等数学");
    record.reference = reference;
    record.revision = 1;
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.awarded_by = &awarder;
    record.title = titles;
    record.n_title = 1;
    claim.reference = reference;
    teller_works(cbi_person_from_opening(STUDENT, reference, "", &person, &teller_err));
    rule(reader, &claim, &ruling);
    teller_works(cbi_signing_make_record(reader->hasher, TELLER_COLLEGE, &record, &holder, 1, NULL,
                                         NULL, &made, &teller_err));
    teller_works(cbi_docket_prepare(it.bank, &claim, &ruling, &holder, &made, &entry, &teller_err));
    entry.kept = entry.kept && (unkept == 0 || number % unkept != 1);
    teller_works(cbi_batch_add_part(&p.builder, &made.part, &teller_err));
    teller_works(cbi_docket_add(&docket, &claim, &ruling, &made, &entry, &teller_err));
    cbi_awarder_clear(&last);
    cbi_person_clear(&person);
    cbi_signing_record_clear(&made);
}

/* Records up to this one, by the store as it is now. */
static void add_up_to(unsigned end)
{
    cbi_reader reader = {0};

    teller_works(cbi_ledger_read_begin(it.bank->ledger, &reader, &teller_err));
    cbi_docket_turn(&docket, cbi_txn_version(reader.txn));
    for (unsigned i = (unsigned)docket.items; i < end; i++)
        add(&reader, i);
    cbi_ledger_read_end(&reader);
}

static void add_all(void)
{
    add_up_to(RECORDS);
    docket.strangers = RECORDS;
}

/* A record that somebody else hands in. */
static void others_add(const char *reference, const char *number)
{
    parcel other;

    parcel_begin(&other, &it);
    parcel_add(&other, &(parcel_record){.reference = reference, .number = number});
    cr_assert_eq(parcel_send(&other, 1000 + parcel_log_size(&it)).intake.taken, 1);
}

/* Opened, and judged as far as one item. */
static bool judge(const cbank_buffer *file, cbi_deposit *out)
{
    const cbi_bulk source = cbi_bulk_of(cbi_bytes_of_buffer(file));
    cbi_deposit_terms terms = parcel_terms(&it);
    bool more;

    terms.docket = &docket;
    teller_works(cbi_deposit_open(it.bank, &source, &terms, out, &teller_err));
    teller_works(cbi_deposit_judge(out, 1, &more, &teller_err));
    return more;
}

static void write_all(cbi_deposit *deposit)
{
    bool more = true;

    while (more)
        teller_works(cbi_deposit_write(deposit, ++it.now, &more, &teller_err));
}

static void expect_all(void)
{
    for (unsigned i = 0; i < RECORDS; i++) {
        char reference[16];
        cbi_holding holding;

        snprintf(reference, sizeof(reference), "R%u", i);
        holding = parcel_find(&it, reference);
        cr_expect_eq(holding.deposited->index, i);
        cr_expect_str_eq(holding.record->reference, reference);
        cbi_holding_clear(&holding);
    }
}

/* That the deposit takes over what was ruled, reads no item, and opens so many accounts. */
static void expect_kept(uint32_t opened)
{
    cbi_deposit deposit = {0};
    cbank_buffer file = parcel_sign(&p, 1);

    cr_expect_not(judge(&file, &deposit));
    cr_assert_eq(deposit.judged, RECORDS);
    cr_expect_eq(deposit.strangers, RECORDS);
    memset(file.data + file.size / 2, 0xff, 100); /* nobody looks there again */
    write_all(&deposit);
    cr_expect_eq(deposit.intake.taken, RECORDS);
    cr_expect_eq(deposit.intake.opened, opened);
    expect_all();
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

Test(docket, what_was_ruled_is_not_read_again)
{
    add_all();
    expect_kept(RECORDS);
}

Test(docket, what_others_only_added_changes_nothing_for_it)
{
    add_all();
    others_add("theirs", "else");
    expect_kept(RECORDS);
}

Test(docket, it_is_ruled_on_while_others_add)
{
    add_up_to(RECORDS / 3);
    others_add("one", "else");
    add_up_to(2 * RECORDS / 3);
    others_add("another", "else");
    add_all();
    expect_kept(RECORDS);
}

Test(docket, an_account_that_others_opened_is_found)
{
    add_all();
    others_add("theirs", "R7"); /* the learner of record R7 */
    expect_kept(RECORDS - 1);
}

/* A batch that was changed on its way is none, whatever was ruled before. */
Test(docket, the_batch_is_verified_all_the_same)
{
    const cbi_deposit_terms plain = parcel_terms(&it);
    cbi_deposit_terms terms = plain;
    cbi_deposit deposit = {0};
    cbank_buffer file;
    cbi_bulk source;

    add_all();
    file = parcel_sign(&p, 1);
    file.data[file.size / 2] ^= 1;
    source = cbi_bulk_of(cbi_bytes_of_buffer(&file));
    terms.docket = &docket;
    cr_expect_neq(cbi_deposit_open(it.bank, &source, &terms, &deposit, NULL), CBANK_OK);
    cr_expect_not_null(docket.ready, "and nothing was taken from the docket");
    cbank_buffer_clear(&file);
}

/* All is ruled on afresh, and so many are refused. */
static void expect_judged(uint64_t rejected, uint64_t first)
{
    cbi_deposit deposit = {0};
    cbank_buffer file = parcel_sign(&p, 1);
    bool more = true;

    cr_expect(judge(&file, &deposit));
    while (more)
        teller_works(cbi_deposit_judge(&deposit, RECORDS, &more, &teller_err));
    cr_expect_eq(deposit.rejected, rejected);
    if (rejected > 0)
        cr_expect_eq(deposit.refusals[0].item, first);
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

Test(docket, a_reference_that_others_took_is_found)
{
    add_all();
    others_add("R7", "else");
    expect_judged(1, 7);
}

Test(docket, it_does_not_count_when_others_did_more_than_add)
{
    add_all();
    teller_freeze(&it, true);
    expect_judged(0, 0);
}

Test(docket, nor_when_they_did_so_while_it_was_ruled_on)
{
    add_up_to(RECORDS / 2);
    teller_freeze(&it, true);
    others_add("theirs", "else");
    add_all();
    expect_judged(0, 0);
}

Test(docket, a_batch_with_more_in_it_is_another_one)
{
    cbi_deposit deposit = {0};
    cbank_buffer file;

    add_all();
    parcel_plain(&p, "more");
    file = parcel_sign(&p, 1);
    cr_expect(judge(&file, &deposit));
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

Test(docket, what_is_not_kept_among_what_is_comes_in_its_order)
{
    cbi_deposit deposit = {0};
    cbank_buffer file;

    unkept = 3;
    add_all();
    file = parcel_sign(&p, 1);
    cr_expect_not(judge(&file, &deposit));
    write_all(&deposit);
    cr_expect_eq(deposit.intake.taken, RECORDS);
    cr_expect_eq(deposit.intake.opened, RECORDS);
    expect_all();
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}

/* An account among them, after all was taken over and before it is written. */
Test(docket, an_account_that_another_process_freezes_takes_nothing)
{
    cbi_account account = teller_open_account(&it, STUDENT, "R5", "");
    cbi_bank *own = it.bank, *second = NULL;
    cbi_deposit deposit = {0};
    cbank_error err = {0};
    cbank_buffer file;
    uint64_t size;
    bool more;

    add_all();
    file = parcel_sign(&p, 1);
    cr_expect_not(judge(&file, &deposit));
    teller_works(cbi_bank_open(it.path, (cbi_bytes){0}, &second, &teller_err));
    it.bank = second;
    teller_change_account(&it, account.digits,
                          CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_FROZEN);
    it.bank = own;
    cbi_bank_close(second);
    size = parcel_log_size(&it);
    teller_fails(cbi_deposit_write(&deposit, ++it.now, &more, &err), err, ACCOUNT_FROZEN);
    cr_expect_eq(err.where, 5);
    cr_expect_eq(parcel_log_size(&it), size);
    cbi_deposit_clear(&deposit);
    cbank_buffer_clear(&file);
}
