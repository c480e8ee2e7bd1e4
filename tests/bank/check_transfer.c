/* The auditor's check of transfers: what a stranger changes of one, at either bank, is found. */
#include <stdlib.h>
#include <string.h>

#include "bank/auditor.h"
#include "bank/courier.h"
#include "bank/merge.h"

#define TABLE CBI_TABLE_TRANSFER
/* Places in a row of `transfer`. */
#define ROW_STATE 1
#define ROW_NUMBER (2 + 7)
#define ROW_INDEX (2 + 3 * 8 + 7)
#define ROW_NEWEST (2 + 5 * 8 + 7)
#define ROW_ACCOUNT (2 + 7 * 8 + 2 * 32)
#define ROW_RECORDS (ROW_ACCOUNT + 16 + 3)
#define ROW_ANSWERS (ROW_RECORDS + 4)

static teller *const a = &courier_a, *const b = &courier_b;
static const courier_answer whole, no = {.decline = true};
static const char OTHER_NUMBER[] = "360321190001010033";

static cbi_received taken;

/* Of A: an offer that was taken whole, one that was declined, and one that waits. */
static void begin(void)
{
    cbi_received declined;

    courier_begin();
    courier_carry(&courier_ids[0], 1, &whole, &taken);
    courier_carry(&courier_ids[1], 1, &no, &declined);
    courier_offer(a, b->bank->config.origin, &courier_ids[2], 1);
    audited = *a;
}

TestSuite(check_transfer, .init = begin, .fini = courier_end_unsound);

static void finds(const char *detail)
{
    auditor_finds(CBI_REASON_CHECK_ROW, "transfer", detail);
}

static void flip(const char *kind, size_t number, size_t offset)
{
    auditor_flip_row(TABLE, kind, number, offset);
}

/* The row that says where a record of A is. */
static cbi_bytes where_key(const teller_id *id, uint8_t out[9])
{
    out[0] = 'w';
    cbi_put_u64(out + 1, strtoull(id->text, NULL, 10));
    return cbi_bytes_of(out, 9);
}

/* ---- sound ones -------------------------------------------------------------------------- */

Test(check_transfer, what_was_offered_taken_declined_and_returned_has_no_findings)
{
    cbi_received back;
    cbi_transfer_row ended;
    cbank_buffer receipt;
    bool known;

    auditor_finds_nothing();
    audited = *b;
    auditor_finds_nothing();
    teller_works(courier_return(&taken.row, &back, &teller_err));
    auditor_finds_nothing();
    receipt = courier_receipt(b, &back.row);
    teller_works(courier_ack(a, b, &receipt, &ended, &known, &teller_err));
    audited = *a;
    auditor_finds_nothing();
    cbank_buffer_clear(&receipt);
}

Test(check_transfer, offers_that_end_after_a_merger_have_no_findings)
{
    cbi_order order = {.actor = "desk-1", .approver = "desk-2", .reason = "same-person"};
    cbi_account into = teller_open_account(a, "cn-id", OTHER_NUMBER, "乙");
    cbi_merge_list list = {0};
    cbi_transfer_row ended;
    cbi_received back;
    cbank_buffer receipt;
    bool known;

    order.now = ++a->now;
    teller_works(cbi_merge_accounts(a->bank, a->account.digits, into.digits, &order, &list,
                                    &teller_err));
    cbi_merge_list_clear(&list);
    auditor_finds_nothing();
    teller_works(courier_return(&taken.row, &back, &teller_err));
    receipt = courier_receipt(b, &back.row);
    teller_works(courier_ack(a, b, &receipt, &ended, &known, &teller_err));
    cbank_buffer_clear(&receipt);
    auditor_finds_nothing();
    flip("r", 1, ROW_STATE); /* declined becomes expired */
    finds("state");
}

/* ---- at the bank that offered ------------------------------------------------------------ */

Test(check_transfer, a_record_made_free_while_it_is_offered_is_found)
{
    uint8_t key[9];

    auditor_drop(TABLE, where_key(&courier_ids[2], key));
    finds("where");
}

Test(check_transfer, a_record_made_to_be_here_again_is_found)
{
    uint8_t key[9];

    auditor_drop(TABLE, where_key(&courier_ids[0], key));
    finds("where");
}

Test(check_transfer, a_record_locked_that_nobody_offered_is_found)
{
    uint8_t key[9], other[9];
    cbank_buffer value = auditor_get(TABLE, where_key(&courier_ids[2], other));

    auditor_put(TABLE, where_key(&courier_ids[1], key), cbi_bytes_of_buffer(&value));
    cbank_buffer_clear(&value);
    finds("where");
}

Test(check_transfer, a_record_under_another_transfer_is_found)
{
    uint8_t key[9], value[9] = {CBI_WHERE_AWAY};

    cbi_put_u64(value + 1, 2); /* the one that was declined */
    auditor_put(TABLE, where_key(&courier_ids[0], key), cbi_bytes_of(value, sizeof(value)));
    finds("transfer");
}

Test(check_transfer, an_offer_made_to_have_ended_otherwise_is_found)
{
    flip("r", 0, ROW_STATE); /* accepted becomes partly */
    finds("state");
    flip("r", 0, ROW_STATE);
    flip("r", 1, ROW_STATE); /* declined becomes expired */
    finds("state");
    flip("r", 1, ROW_STATE);
    auditor_finds_nothing();
}

Test(check_transfer, a_row_that_says_another_offer_is_found)
{
    static const size_t places[] = {ROW_NUMBER, ROW_INDEX, ROW_NEWEST, ROW_RECORDS, ROW_ANSWERS};
    cbank_buffer key = {0}, value = {0};

    auditor_get_row(TABLE, "r", 0, &key, &value);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        flip("r", 0, places[i]);
        cr_expect_gt(auditor_count(), 0, "%zu", i);
        auditor_put(TABLE, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&value));
    }
    auditor_finds_nothing();
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
}

Test(check_transfer, an_answer_changed_or_gone_is_found)
{
    flip("x", 0, 8 + 10);
    finds("answer");
    flip("x", 0, 8 + 10);
    auditor_drop_row(TABLE, "x", 0);
    cr_expect_eq(auditor_count(), 0, "only who gave it needs it");
}

Test(check_transfer, an_answer_that_could_be_taken_in_again_is_found)
{
    auditor_drop_row(TABLE, "y", 0);
    finds("answer");
}

Test(check_transfer, names_that_lead_nowhere_are_found)
{
    auditor_drop_row(TABLE, "a", 1);
    finds("account");
    auditor_drop_row(TABLE, "o", 0);
    finds("missing");
}

Test(check_transfer, a_record_that_could_be_taken_again_is_found)
{
    auditor_drop_row(CBI_TABLE_FOREIGN, "", 0);
    finds("foreign");
}

Test(check_transfer, rows_of_no_form_are_found)
{
    auditor_put(TABLE, cbi_bytes_of_text("w1"), cbi_bytes_of_text("x"));
    finds("form");
    auditor_put(TABLE, cbi_bytes_of_text("z"), cbi_bytes_of_text("x"));
    finds("form");
}

/* ---- at the bank that took --------------------------------------------------------------- */

Test(check_transfer, a_record_made_to_have_gone_back_is_found)
{
    cbi_transfer_record records[CBI_TRANSFER_RECORDS_MAX];
    uint8_t key[9] = {'w'}, value[9] = {CBI_WHERE_AWAY};
    cbi_txn *txn = teller_begin(b, CBI_TXN_READ);

    teller_works(cbi_transfer_records(txn, &taken.row, records, &teller_err));
    cbi_txn_abort(txn);
    cbi_put_u64(key + 1, records[0].index);
    cbi_put_u64(value + 1, taken.row.number);
    audited = *b;
    auditor_put(TABLE, cbi_bytes_of(key, sizeof(key)), cbi_bytes_of(value, sizeof(value)));
    finds("where");
}

Test(check_transfer, a_record_made_to_be_there_again_is_found)
{
    cbi_received back;

    teller_works(courier_return(&taken.row, &back, &teller_err));
    audited = *b;
    auditor_drop_row(TABLE, "w", 0);
    finds("where");
}

Test(check_transfer, an_answer_made_another_is_found)
{
    audited = *b;
    flip("r", 0, ROW_STATE);
    finds("state");
    flip("r", 0, ROW_STATE);
    flip("x", 0, 8 + 3);
    finds("answer");
    flip("x", 0, 8 + 3);
    flip("l", 0, 7); /* the record that was taken is another */
    finds("foreign");
    flip("l", 0, 7);
    auditor_finds_nothing();
    auditor_drop_row(TABLE, "x", 0);
    cr_expect_gt(auditor_count(), 0);
}

Test(check_transfer, an_offer_that_could_be_answered_again_is_found)
{
    audited = *b;
    auditor_drop_row(TABLE, "i", 0);
    finds("offer");
    auditor_drop_row(TABLE, "y", 0);
    finds("answer");
}

Test(check_transfer, a_received_record_that_could_be_deposited_again_is_found)
{
    audited = *b;
    auditor_drop_row(CBI_TABLE_REFERENCE, "", 0);
    auditor_finds(CBI_REASON_CHECK_ROW, "reference", "older");
    auditor_drop_row(CBI_TABLE_FOREIGN, "", 0);
    auditor_finds(CBI_REASON_CHECK_ROW, "foreign", "missing");
}
