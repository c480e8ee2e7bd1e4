/* Records between banks: every ending, and whoever tries to spend one twice. */
#include <pthread.h>

#include "bank/courier.h"
#include "bank/merge.h"
#include "bank/panel.h"
#include "base/text.h"

#define EVERYWHERE CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE
#define REVOKE CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE

static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};
static const courier_answer whole;
static const char OTHER_NUMBER[] = "360321190001010033";

static teller *const a = &courier_a, *const b = &courier_b;

TestSuite(transfer, .init = courier_begin, .fini = courier_end);

static void fails_to_offer(const char *to, const teller_id *id, cbi_reason reason)
{
    courier_fails_to_offer(a, to, id, reason);
}

/* ---- every ending ------------------------------------------------------------------------- */

Test(transfer_suites, accepted_leaves_here_for_good_and_counts_there)
{
    for (size_t i = 0; i < 2; i++) {
        cbi_received received;

        courier_begin_of(suites[i]);
        cr_expect_eq(courier_carry(courier_ids, 2, &whole, &received).state, CBI_TRANSFER_ACCEPTED);
        cr_expect_eq(received.outcome, CBI_TRANSFER_ACCEPTED);
        cr_expect_eq(courier_credits(a), 500);
        cr_expect_eq(courier_credits(b), 4500);
        fails_to_offer(b->bank->config.origin, &courier_ids[0], CBI_REASON_RECORD_AWAY);
        courier_end();
    }
}

Test(transfer, partly_accepted_frees_the_rest)
{
    cbi_received received;
    cbi_hash refused[1];
    courier_answer answer = {.refuse = refused, .refuse_count = 1};
    cbi_transfer_record records[CBI_TRANSFER_RECORDS_MAX];
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 2), ended;
    cbank_buffer file = courier_file(a, &offer), receipt;
    cbi_txn *txn = teller_begin(a, CBI_TXN_READ);
    bool known;

    teller_works(cbi_transfer_records(txn, &offer, records, &teller_err));
    cbi_txn_abort(txn);
    refused[0] = records[1].id;
    teller_works(courier_receive(a, b, &file, &answer, &received, &teller_err));
    receipt = courier_receipt(b, &received.row);
    teller_works(courier_ack(a, b, &receipt, &ended, &known, &teller_err));
    cr_expect_eq(ended.state, CBI_TRANSFER_PARTLY);
    cr_expect_eq(courier_credits(a), 1500);
    cr_expect_eq(courier_credits(b), 3500);
    courier_carry(&courier_ids[1], 1, &whole, &received);
    cr_expect_eq(courier_credits(b), 4500, "what was refused may be offered again");
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&receipt);
}

Test(transfer, declined_frees_all)
{
    const courier_answer no = {.decline = true};
    cbi_received received;

    cr_expect_eq(courier_carry(courier_ids, 2, &no, &received).state, CBI_TRANSFER_DECLINED);
    cr_expect_eq(courier_credits(a), 5000);
    courier_carry(courier_ids, 2, &whole, &received);
    cr_expect_eq(courier_credits(b), 4500);
}

Test(transfer, expired_is_answered_by_the_other_bank_and_nothing_is_taken)
{
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 1), ended;
    const courier_answer late = {.at = offer.due_at + 1};
    cbank_buffer file = courier_file(a, &offer), receipt;
    cbi_received received;
    bool known;

    teller_works(courier_receive(a, b, &file, &late, &received, &teller_err));
    cr_expect_eq(received.outcome, CBI_TRANSFER_EXPIRED);
    receipt = courier_receipt(b, &received.row);
    teller_works(courier_ack(a, b, &receipt, &ended, &known, &teller_err));
    cr_expect_eq(ended.state, CBI_TRANSFER_EXPIRED);
    cr_expect_eq(courier_credits(a), 5000);
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&receipt);
}

Test(transfer, what_is_returned_is_here_again)
{
    cbi_order order = {.reason = "not-needed"};
    cbi_received received, back;
    cbi_transfer_row ended;
    cbank_buffer receipt;
    cbank_error err = {0};
    char id[17];
    bool known;

    courier_carry(courier_ids, 2, &whole, &received);
    cbi_hex_encode(cbi_bytes_of(received.row.leaf.bytes, 8), id);
    order.now = ++b->now;
    teller_works(cbi_receive_return(b->bank, id, NULL, 0, &order, &back, &teller_err));
    cr_expect_eq(back.row.state, CBI_TRANSFER_RETURNED);
    cr_expect_eq(courier_credits(b), 0);
    courier_expect_fresh(b);
    courier_expect_fresh(a);
    cr_expect_eq(courier_credits(a), 500, "until A has heard of it");
    receipt = courier_receipt(b, &back.row);
    teller_works(courier_ack(a, b, &receipt, &ended, &known, &teller_err));
    cr_expect_eq(ended.state, CBI_TRANSFER_RETURNED);
    cr_expect_eq(courier_credits(a), 5000);
    teller_works(courier_ack(a, b, &receipt, &ended, &known, &teller_err));
    cr_expect(known);
    order.now = ++b->now;
    teller_fails(cbi_receive_return(b->bank, id, NULL, 0, &order, &back, &err), err,
                 TRANSFER_STATE);
    cbank_buffer_clear(&receipt);
}

/* ---- whoever tries to spend one twice ----------------------------------------------------- */

Test(transfer, what_is_offered_is_neither_used_nor_offered_nor_amended)
{
    cbi_desk_result results[2];
    cbi_desk_order order = {.institution = TELLER_COLLEGE, .key = a->college_key};
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    cbi_recognised entered;
    cbank_error err = {0};
    cbi_hash batch;
    panel at;

    courier_offer(a, b->bank->config.origin, courier_ids, 1);
    cr_expect_eq(courier_credits(a), 1500);
    courier_expect_fresh(a);
    fails_to_offer(b->bank->config.origin, &courier_ids[0], CBI_REASON_RECORD_OFFERED);
    fails_to_offer("third.example/credit/1", &courier_ids[0], CBI_REASON_RECORD_OFFERED);
    panel_convene(&at, a, "R-1", &courier_ids[0], 1, EVERYWHERE);
    teller_fails(panel_enter(&at, a, &entered, &err), err, RECORD_OFFERED);
    order.now = ++a->now;
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    cr_expect_neq(cbi_desk_amend(a->bank, &order, courier_ids[0].text, &record, "error", "",
                                 results, &batch, &err),
                  CBANK_OK);
}

Test(transfer, what_is_used_is_not_offered)
{
    panel_recognise(a, "R-1", &courier_ids[0], 1, EVERYWHERE);
    fails_to_offer(b->bank->config.origin, &courier_ids[0], CBI_REASON_RECORD_USED_UP);
}

Test(transfer, the_same_offer_is_answered_once_and_the_answer_given_again)
{
    const courier_answer no = {.decline = true};
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 1);
    cbank_buffer one = courier_file(a, &offer), two = courier_file(a, &offer);
    cbi_received first, again;
    cbank_error err = {0};

    teller_works(courier_receive(a, b, &one, &whole, &first, &teller_err));
    cr_expect_not(first.known);
    teller_works(courier_receive(a, b, &one, &whole, &again, &teller_err));
    cr_expect(again.known);
    teller_works(courier_receive(a, b, &two, &whole, &again, &teller_err));
    cr_expect(again.known, "another file of the same offer");
    cr_expect_eq(again.row.index, first.row.index);
    teller_fails(courier_receive(a, b, &two, &no, &again, &err), err, TRANSFER_ANSWERED);
    cr_expect_eq(courier_credits(b), 3500);
    cbank_buffer_clear(&one);
    cbank_buffer_clear(&two);
}

Test(transfer, an_offer_to_one_bank_is_nothing_to_another)
{
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 1);
    cbank_buffer file = courier_file(a, &offer);
    cbi_received received;
    cbank_error err = {0};
    teller c;

    teller_open_at(&c, CBI_SUITE_SHA256_ED25519, "third.example");
    cr_expect_eq(courier_receive(a, &c, &file, &whole, &received, &err),
                 CBANK_E_WRONG_RECIPIENT);
    teller_works(courier_receive(a, b, &file, &whole, &received, &teller_err));
    cbank_buffer_clear(&file);
    teller_close(&c);
}

Test(transfer, a_receipt_replayed_changes_nothing_and_another_answer_is_refused)
{
    cbi_received received;
    cbi_transfer_row ended, offer;
    cbank_buffer old, file, receipt;
    cbank_error err = {0};
    bool known;
    const courier_answer no = {.decline = true};

    offer = courier_offer(a, b->bank->config.origin, courier_ids, 1);
    file = courier_file(a, &offer);
    teller_works(courier_receive(a, b, &file, &no, &received, &teller_err));
    old = courier_receipt(b, &received.row);
    teller_works(courier_ack(a, b, &old, &ended, &known, &teller_err));
    courier_carry(courier_ids, 1, &whole, &received);
    /* The answer to the first offer frees nothing of the second. */
    teller_works(courier_ack(a, b, &old, &ended, &known, &teller_err));
    cr_expect(known);
    cr_expect_eq(courier_credits(a), 1500);
    receipt = courier_receipt(b, &received.row);
    teller_works(courier_ack(a, b, &receipt, &ended, &known, &teller_err));
    cr_expect(known);
    cr_expect_eq(ended.state, CBI_TRANSFER_ACCEPTED);
    /* A receipt is for the bank that it names. */
    cr_expect_neq(courier_ack(b, a, &receipt, &ended, &known, &err), CBANK_OK);
    cbank_buffer_clear(&old);
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&receipt);
}

Test(transfer, no_byte_of_a_receipt_can_change)
{
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 1), ended;
    cbank_buffer file = courier_file(a, &offer), receipt;
    cbi_received received;
    cbank_error err;
    bool known;

    teller_works(courier_receive(a, b, &file, &whole, &received, &teller_err));
    receipt = courier_receipt(b, &received.row);
    for (size_t i = 0; i < receipt.size; i += 7) {
        receipt.data[i] ^= 1;
        cr_expect_neq(courier_ack(a, b, &receipt, &ended, &known, &err), CBANK_OK, "%zu", i);
        receipt.data[i] ^= 1;
    }
    teller_works(courier_ack(a, b, &receipt, &ended, &known, &teller_err));
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&receipt);
}

Test(transfer, a_record_never_crosses_back_as_an_offer)
{
    cbi_received received;
    cbi_transfer_row row;
    cbank_error err = {0};
    cbi_order order = {.now = 0};
    cbi_offer_terms terms = {.to = a->bank->config.origin, .order = &order};

    courier_carry(courier_ids, 1, &whole, &received);
    terms.account = received.row.account.digits;
    order.now = ++b->now;
    /* All that may go of B's account is nothing: what came from A returns, it is not offered. */
    cr_expect_neq(cbi_offer_make(b->bank, &terms, &row, &err), CBANK_OK);
}

Test(transfer, what_was_taken_once_is_not_taken_again_even_after_it_went_back)
{
    cbi_order order = {.reason = "not-needed"};
    cbi_transfer_row offer, ended;
    cbi_received received, back;
    cbank_buffer receipt, file;
    cbank_error err = {0};
    char id[17];
    bool known;

    courier_carry(courier_ids, 1, &whole, &received);
    cbi_hex_encode(cbi_bytes_of(received.row.leaf.bytes, 8), id);
    order.now = ++b->now;
    teller_works(cbi_receive_return(b->bank, id, NULL, 0, &order, &back, &teller_err));
    receipt = courier_receipt(b, &back.row);
    teller_works(courier_ack(a, b, &receipt, &ended, &known, &teller_err));
    offer = courier_offer(a, b->bank->config.origin, courier_ids, 1);
    file = courier_file(a, &offer);
    teller_fails(courier_receive(a, b, &file, &whole, &received, &err), err, TRANSFER_TAKEN);
    cr_expect_eq(courier_credits(b), 0);
    cbank_buffer_clear(&receipt);
    cbank_buffer_clear(&file);
}

Test(transfer, what_was_revoked_meanwhile_is_not_taken)
{
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 2);
    cbank_buffer file;
    cbi_received received;

    teller_change(a, courier_ids[0].text, REVOKE);
    file = courier_file(a, &offer);
    teller_works(courier_receive(a, b, &file, &whole, &received, &teller_err));
    cr_expect_eq(received.outcome, CBI_TRANSFER_PARTLY);
    cr_expect_eq(courier_credits(b), 1000);
    cbank_buffer_clear(&file);
}

Test(transfer, whoever_never_heard_asks_again_by_the_token)
{
    static const uint8_t token[CBI_TOKEN_SIZE] = {7};
    cbi_order order = {.token = {token, sizeof(token)}, .now = ++a->now};
    char *only[1] = {courier_ids[0].text};
    cbi_offer_terms terms = {.account = a->account.digits,
                             .to = b->bank->config.origin,
                             .only = only,
                             .only_count = 1,
                             .order = &order};
    cbi_transfer_row first, again;
    cbank_error err = {0};

    teller_works(cbi_offer_make(a->bank, &terms, &first, &teller_err));
    cbi_bank_close(a->bank);
    teller_works(cbi_bank_open(a->path, (cbi_bytes){0}, &a->bank, &teller_err));
    order.now = ++a->now;
    teller_works(cbi_offer_make(a->bank, &terms, &again, &teller_err));
    cr_expect_eq(again.number, first.number);
    terms.due_at = a->now + 86400;
    cr_expect_eq(cbi_offer_make(a->bank, &terms, &again, &err), CBANK_E_CONFLICT);
}

/* ---- two at once -------------------------------------------------------------------------- */

typedef struct racer {
    const cbank_buffer *file;
    panel *at;
    cbank_status status;
} racer;

static void *offers(void *argument)
{
    racer *it = argument;
    cbi_order order = {.now = TELLER_TIME + 1000};
    char *only[1] = {courier_ids[0].text};
    cbi_offer_terms terms = {.account = a->account.digits,
                             .to = b->bank->config.origin,
                             .only = only,
                             .only_count = 1,
                             .order = &order};
    cbi_transfer_row row;
    cbank_error err;

    it->status = cbi_offer_make(a->bank, &terms, &row, &err);
    return NULL;
}

static void *recognises(void *argument)
{
    racer *it = argument;
    cbi_recognised entered;
    cbank_error err;

    it->status = cbi_recognise_enter(a->bank, cbi_bytes_of_buffer(it->file), (cbi_bytes){0},
                                     TELLER_TIME + 1000, false, &entered, &err);
    return NULL;
}

Test(transfer, an_offer_and_a_recognition_of_one_record_at_once_one_of_them_wins)
{
    pthread_t threads[3];
    racer racers[3] = {{0}};
    cbank_buffer file;
    panel at;

    panel_convene(&at, a, "R-1", &courier_ids[0], 1, EVERYWHERE);
    file = panel_sign(&at, a->college_key);
    racers[0].file = &file;
    pthread_create(&threads[0], NULL, recognises, &racers[0]);
    pthread_create(&threads[1], NULL, offers, &racers[1]);
    pthread_create(&threads[2], NULL, offers, &racers[2]);
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    cr_expect_eq((racers[0].status == CBANK_OK) + (racers[1].status == CBANK_OK) +
                     (racers[2].status == CBANK_OK),
                 1);
    a->now = TELLER_TIME + 1001;
    cbank_buffer_clear(&file);
}

/* ---- mergers ------------------------------------------------------------------------------ */

Test(transfer, an_offer_goes_on_through_a_merger)
{
    cbi_order order = {.actor = "desk-1", .approver = "desk-2", .reason = "same-person"};
    cbi_account into = teller_open_account(a, "cn-id", OTHER_NUMBER, "乙");
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 1), ended;
    cbank_buffer file = courier_file(a, &offer), receipt;
    cbi_merge_list list = {0};
    cbi_received received;
    cbank_error err = {0};
    bool known;

    order.now = ++a->now;
    teller_works(cbi_merge_accounts(a->bank, a->account.digits, into.digits, &order, &list,
                                    &teller_err));
    a->account = into;
    fails_to_offer("third.example/credit/1", &courier_ids[0], CBI_REASON_RECORD_OFFERED);
    teller_works(courier_receive(a, b, &file, &whole, &received, &teller_err));
    receipt = courier_receipt(b, &received.row);
    teller_works(courier_ack(a, b, &receipt, &ended, &known, &teller_err));
    cr_expect_eq(ended.state, CBI_TRANSFER_ACCEPTED);
    fails_to_offer("third.example/credit/1", &courier_ids[0], CBI_REASON_RECORD_AWAY);
    cr_expect_eq(courier_credits(a), 1500);
    order.now = ++a->now;
    cbi_merge_list_clear(&list);
    teller_fails(cbi_merge_undo(a->bank, offer.account.digits, &order, &list, &err), err,
                 UNMERGE_TRANSFERRED);
    cbi_merge_list_clear(&list);
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&receipt);
}
