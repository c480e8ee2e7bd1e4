/* Of an offer, what its institution has put into this bank too counts once; and what it changes
 * here of what was taken stays here. */
#include "bank/courier.h"
#include "bank/panel.h"
#include "bank/parcel.h"

#define EVERYWHERE CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE
#define REVOKE CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE

static teller *const a = &courier_a, *const b = &courier_b;
static const courier_answer whole;

TestSuite(offered, .init = courier_begin, .fini = courier_end);

/* ---- what the institution has put into both ------------------------------------------------ */

/* Hands the second bank, in a batch for it, the very bytes that the first one holds. */
static parcel_answer deposit_there(const teller_id *id)
{
    Cbank__V1__BatchItem item = CBANK__V1__BATCH_ITEM__INIT;
    Cbank__V1__Opening *opening = NULL;
    cbi_holding holding = {0};
    cbi_reader reader = {0};
    parcel_answer answer;
    parcel batch;

    teller_works(cbi_ledger_read_begin(a->bank->ledger, &reader, &teller_err));
    teller_works(
        cbi_holding_find(reader.txn, reader.hasher, id->text, &holding, &teller_err));
    teller_works(cbi_vault_get_opening(a->bank, reader.txn, holding.index, &opening, &teller_err));
    cbi_ledger_read_end(&reader);
    item.record = holding.deposited->record;
    item.opening = opening;
    parcel_begin(&batch, b);
    teller_works(cbi_batch_add(&batch.builder, &item, &teller_err));
    answer = parcel_send_most(&batch, (uint64_t)b->now);
    cbi_vault_free_opening(opening);
    cbi_holding_clear(&holding);
    return answer;
}

Test(offered, what_was_deposited_there_too_is_not_taken_a_second_time)
{
    cbi_received received;

    cr_expect_eq(deposit_there(&courier_ids[0]).refused, 0);
    cr_expect_eq(courier_credits(b), 3500);
    cr_expect_eq(courier_carry(courier_ids, 2, &whole, &received).state, CBI_TRANSFER_PARTLY);
    courier_expect_refusal(&received, &courier_ids[0], "held-already");
    cr_expect_eq(courier_credits(b), 4500);
    cr_expect_eq(courier_credits(a), 4000, "what was not taken is the first bank's again");
    cr_expect_eq(courier_carry(courier_ids, 1, &whole, &received).state, CBI_TRANSFER_DECLINED);
    courier_expect_refusal(&received, &courier_ids[0], "held-already");
}

Test(offered, what_the_institution_signed_anew_for_there_is_not_taken_either)
{
    cbi_received received;

    teller_issue(b, "A", 3500);
    teller_issue(b, "B", 2000);
    cr_expect_eq(courier_carry(courier_ids, 3, &whole, &received).state, CBI_TRANSFER_PARTLY);
    courier_expect_refusal(&received, &courier_ids[0], "held-already");
    courier_expect_refusal(&received, &courier_ids[1], "held-already");
    cr_expect_eq(courier_credits(b), 6000);
}

Test(offered, what_was_taken_is_not_deposited_there_again)
{
    cbi_received received;
    parcel_answer answer;

    courier_carry(courier_ids, 1, &whole, &received);
    answer = deposit_there(&courier_ids[0]);
    cr_expect_eq(answer.status, CBANK_OK);
    cr_expect_eq(answer.intake.unchanged, 1);
    cr_expect_eq(answer.intake.taken, 0);
    cr_expect_eq(courier_credits(b), 3500);
    cr_expect_eq(teller_try_issue(b, "A", 3500), CBI_OUTCOME_UNCHANGED, "though signed anew");
    cr_expect_eq(teller_try_issue(b, "A", 4000), CBI_OUTCOME_CHANGED, "an amendment is asked for");
    cr_expect_eq(courier_credits(b), 3500);
}

Test(offered, what_went_back_is_not_deposited_there_by_mistake)
{
    cbi_received received, back;

    courier_carry(courier_ids, 1, &whole, &received);
    teller_works(courier_return(&received.row, &back, &teller_err));
    cr_expect_eq(deposit_there(&courier_ids[0]).intake.unchanged, 1);
    cr_expect_eq(courier_credits(b), 0);
}

/* ---- what its institution changes there ----------------------------------------------------- */

static teller_id taken_id(const cbi_received *received)
{
    cbi_transfer_record records[CBI_TRANSFER_RECORDS_MAX];
    cbi_txn *txn = teller_begin(b, CBI_TXN_READ);
    teller_id id;

    teller_works(cbi_transfer_records(txn, &received->row, records, &teller_err));
    cbi_txn_abort(txn);
    cbi_holding_display_id(records[0].index, &records[0].id, id.text);
    return id;
}

Test(offered, what_was_revoked_there_does_not_go_back_to_hold_again)
{
    cbi_received received, back;
    cbank_error err = {0};

    courier_carry(courier_ids, 1, &whole, &received);
    teller_change(b, taken_id(&received).text, REVOKE);
    cr_expect_eq(courier_credits(b), 0);
    teller_fails(courier_return(&received.row, &back, &err), err, RECORD_NOT_HELD);
}

Test(offered, what_was_amended_there_does_not_go_back_beside_its_amendment)
{
    cbi_received received, back;
    cbank_error err = {0};

    courier_carry(courier_ids, 1, &whole, &received);
    teller_amend(b, taken_id(&received).text, 4000);
    cr_expect_eq(courier_credits(b), 4000);
    teller_fails(courier_return(&received.row, &back, &err), err, RECORD_NOT_HELD);
}

Test(offered, what_a_recognition_there_uses_does_not_go_back)
{
    cbi_received received, back;
    cbank_error err = {0};
    teller_id id;

    courier_carry(courier_ids, 1, &whole, &received);
    id = taken_id(&received);
    panel_recognise(b, "R-1", &id, 1, EVERYWHERE);
    teller_fails(courier_return(&received.row, &back, &err), err, RECORD_USED_UP);
}

Test(offered, what_went_back_is_used_there_no_more)
{
    cbi_received received, back;
    cbi_recognised entered;
    cbank_error err = {0};
    teller_id id;
    panel at;

    courier_carry(courier_ids, 1, &whole, &received);
    id = taken_id(&received);
    teller_works(courier_return(&received.row, &back, &teller_err));
    panel_convene(&at, b, "R-1", &id, 1, EVERYWHERE);
    teller_fails(panel_enter(&at, b, &entered, &err), err, RECORD_AWAY);
    courier_fails_to_offer(b, "third.example/credit/1", &id, CBI_REASON_TRANSFER_FOREIGN);
}
