/* The first answer to an offer stands: a bank that lies, or is copied, spends nothing twice. */
#include "bank/auditor.h"
#include "bank/courier.h"
#include "bank/receive_part.h"

#define OUTCOME(name) CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_##name

static teller *const a = &courier_a, *const b = &courier_b;
static const courier_answer whole;

TestSuite(acknowledge, .init = courier_begin, .fini = courier_end_unsound);

/* ---- a bank that lies, and a copy of one ----------------------------------------------------- */

/* A second answer to an offer, which no bank's own acts would give. */
typedef struct lie {
    cbi_act act;
    cbi_transfer_row row;
    cbi_receive_answer answer;
} lie;

static cbank_status check_lie(cbi_act *act, cbi_append *append, cbank_error *err)
{
    (void)act, (void)append, (void)err;
    return CBANK_OK;
}

static cbank_status write_lie(cbi_act *act, cbi_append *append, cbank_error *err)
{
    lie *it = (lie *)(void *)act;

    return cbi_receive_say(b->bank, append, &it->row, &it->answer,
                           cbi_bytes_of(act->token, CBI_TOKEN_SIZE), err);
}

static cbi_transfer_row say_too(const cbi_transfer_row *row, Cbank__V1__TransferOutcome outcome,
                                const cbi_hash *taken, const cbi_hash *refused)
{
    cbi_order order = {.now = ++b->now};
    cbi_hash records[1];
    cbi_receive_refusal refusals[1];
    lie it = {.act = {.now = order.now, .check = check_lie, .write = write_lie},
              .row = *row,
              .answer = {.outcome = outcome,
                         .origin = a->bank->config.origin,
                         .records = records,
                         .count = taken != NULL,
                         .refused = refusals,
                         .refused_count = refused != NULL,
                         .order = &order}};

    if (taken != NULL)
        records[0] = *taken;
    if (refused != NULL)
        refusals[0] = (cbi_receive_refusal){*refused, "not-taken"};
    teller_works(cbi_random(it.act.token, sizeof(it.act.token), &teller_err));
    teller_works(cbi_ledger_submit(b->bank->ledger, &it.act, &teller_err));
    cbank_buffer_clear(&it.act.result);
    return it.row;
}

/* The bank that lied is found out by its own auditor. */
static void finds_the_lie(void)
{
    audited = *b;
    auditor_finds(CBI_REASON_CHECK_ROW, "transfer", "answer");
    audited = *a;
    auditor_finds_nothing();
}

static void refuses_second_answer(const cbi_transfer_row *row)
{
    cbank_buffer receipt = courier_receipt(b, row);
    cbi_transfer_row ended;
    cbank_error err = {0};
    bool known;

    teller_fails(courier_ack(a, b, &receipt, &ended, &known, &err), err, TRANSFER_ANSWERED);
    cbank_buffer_clear(&receipt);
}

Test(acknowledge, who_said_accepted_does_not_free_the_record_by_saying_declined)
{
    cbi_received received;
    cbi_transfer_row row;

    courier_carry(courier_ids, 1, &whole, &received);
    row = say_too(&received.row, OUTCOME(DECLINED), NULL, NULL);
    refuses_second_answer(&row);
    courier_fails_to_offer(a, "third.example/credit/1", &courier_ids[0], CBI_REASON_RECORD_AWAY);
    cr_expect_eq(courier_credits(a), 1500);
    finds_the_lie();
}

Test(acknowledge, who_said_declined_does_not_take_the_record_by_saying_partly)
{
    const courier_answer no = {.decline = true};
    cbi_hash one = courier_record(a, &courier_ids[0]), other = courier_record(a, &courier_ids[1]);
    cbi_received received;
    cbi_transfer_row row;

    courier_carry(courier_ids, 2, &no, &received);
    row = say_too(&received.row, OUTCOME(PARTLY), &one, &other);
    refuses_second_answer(&row);
    cr_expect_eq(courier_credits(a), 5000);
    finds_the_lie();
}

Test(acknowledge, an_answer_about_a_record_that_was_not_offered_is_no_answer)
{
    cbi_hash stranger_record = courier_record(a, &courier_ids[2]);
    const courier_answer no = {.decline = true};
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 1), ended, row;
    cbank_buffer file = courier_file(a, &offer), receipt;
    cbi_received received;
    cbank_error err = {0};
    bool known;

    teller_works(courier_receive(a, b, &file, &no, &received, &teller_err));
    row = say_too(&received.row, OUTCOME(ACCEPTED), &stranger_record, NULL);
    receipt = courier_receipt(b, &row);
    teller_fails(courier_ack(a, b, &receipt, &ended, &known, &err), err, TRANSFER_OTHER);
    cr_expect_eq(courier_credits(a), 1500, "the offer waits as before");
    cbank_buffer_clear(&receipt);
    cbank_buffer_clear(&file);
    finds_the_lie();
}

/* Where the two logs meet, at whoever has a checkpoint of one, they prove each other a fork. */
static void expect_fork(teller *one, teller *twin)
{
    cbi_disclosure_terms terms = stranger_asks(twin);
    cbank_buffer note = courier_note(one);
    cbank_error err = {0};
    stranger partner;

    terms.now = ++twin->now;
    stranger_show(twin, &terms, &partner);
    partner.terms.pin = cbi_bytes_of_buffer(&note);
    cr_expect_eq(stranger_judge(&partner, &err), CBANK_E_FORK);
    stranger_leave(&partner);
    cbank_buffer_clear(&note);
}

Test(acknowledge, a_copy_of_the_other_bank_takes_nothing_a_second_time)
{
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 1), ended;
    cbank_buffer file = courier_file(a, &offer), receipt;
    cbi_received first, second;
    cbank_error err = {0};
    teller twin;
    bool known;

    courier_copy(b, &twin);
    teller_works(courier_receive(a, b, &file, &whole, &first, &teller_err));
    teller_works(courier_receive(a, &twin, &file, &whole, &second, &teller_err));
    receipt = courier_receipt(b, &first.row);
    teller_works(courier_ack(a, b, &receipt, &ended, &known, &teller_err));
    cbank_buffer_clear(&receipt);
    receipt = courier_receipt(&twin, &second.row);
    teller_fails(courier_ack(a, &twin, &receipt, &ended, &known, &err), err, TRANSFER_ANSWERED);
    expect_fork(b, &twin);
    cbi_bank_close(twin.bank);
    cbank_buffer_clear(&receipt);
    cbank_buffer_clear(&file);
}

Test(acknowledge, a_copy_of_the_bank_that_offers_frees_nothing_that_was_taken)
{
    const courier_answer no = {.decline = true};
    cbi_transfer_row offer;
    cbi_received received;
    cbank_buffer file;
    cbank_error err = {0};
    teller twin;

    courier_copy(a, &twin);
    courier_carry(courier_ids, 1, &whole, &received);
    /* The copy knows of no offer yet, and makes another one of the same record. */
    offer = courier_offer(&twin, b->bank->config.origin, courier_ids, 1);
    file = courier_file(&twin, &offer);
    teller_fails(courier_receive(&twin, b, &file, &whole, &received, &err), err, TRANSFER_TAKEN);
    teller_fails(courier_receive(&twin, b, &file, &no, &received, &err), err, TRANSFER_HELD);
    cr_expect_eq(courier_credits(&twin), 1500, "it stays locked there");
    cr_expect_eq(courier_credits(b), 3500);
    cbank_buffer_clear(&file);
    cbi_bank_close(twin.bank);
}
