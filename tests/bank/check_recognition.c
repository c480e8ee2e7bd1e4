/* The auditor's check of recognitions: what a stranger changes of one is found. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/auditor.h"
#include "bank/conversion.h"
#include "bank/erase.h"
#include "bank/panel.h"

#define TABLE CBI_TABLE_RECOGNITION
#define ACTION(name) CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_##name
#define EVERYWHERE CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE

static teller_id used[2];
static cbi_recognised standing, reversed;

/* One recognition stands on two records; one that was reversed stood on a third. */
static void begin(void)
{
    teller_id third;

    auditor_begin();
    used[0] = teller_issue(&audited, "R-1", 1000);
    used[1] = teller_issue(&audited, "R-2", 1500);
    third = teller_issue(&audited, "R-3", 500);
    standing = panel_recognise(&audited, "Z-1", used, 2, EVERYWHERE);
    reversed = panel_recognise(&audited, "Z-2", &third, 1, EVERYWHERE);
    teller_works(panel_change(&audited, &reversed.row.id, ACTION(REVERSE), &reversed, &teller_err));
}

TestSuite(check_recognition, .init = begin, .fini = auditor_end);

static void finds(const char *detail)
{
    auditor_finds(CBI_REASON_CHECK_ROW, "recognition", detail);
}

/* The place of the kind's n-th row in its value. */
static void flip(const char *kind, size_t number, size_t offset)
{
    auditor_flip_row(TABLE, kind, number, offset);
}

static void replace(void)
{
    cbi_recognised entered;
    panel at;

    panel_convene(&at, &audited, "Z-3", used, 2, EVERYWHERE);
    at.head.replaces = cbi_message_data(cbi_bytes_of_hash(&standing.row.id));
    teller_works(panel_enter(&at, &audited, &entered, &teller_err));
}

/* ---- sound ones -------------------------------------------------------------------------- */

Test(check_recognition, one_that_is_as_it_was_signed_has_no_findings)
{
    auditor_finds_nothing();
    teller_works(panel_change(&audited, &standing.row.id, ACTION(SUSPEND), &standing, &teller_err));
    auditor_finds_nothing();
    teller_works(
        panel_change(&audited, &standing.row.id, ACTION(REINSTATE), &standing, &teller_err));
    auditor_finds_nothing();
    teller_change(&audited, used[0].text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND);
    auditor_finds_nothing();
}

Test(check_recognition, one_that_was_replaced_has_no_findings)
{
    replace();
    auditor_finds_nothing();
}

static uint64_t count_rows(char kind)
{
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);
    cbi_bytes prefix = cbi_bytes_of(&kind, 1);
    cbi_page page = {0};
    uint64_t count;

    teller_works(cbi_txn_page(txn, TABLE, prefix, prefix, 100, &page, &teller_err));
    count = page.count;
    cbi_page_clear(&page);
    cbi_txn_abort(txn);
    return count;
}

Test(check_recognition, of_an_erased_account_nothing_that_was_signed_is_left)
{
    const cbi_order order = {.actor = "op1", .approver = "op2", .document = "2026-12",
                             .now = ++audited.now};
    cbi_txn *txn;
    cbank_buffer envelope = {0};
    cbank_error err = {0};

    cr_expect_eq(count_rows('e'), 2);
    teller_works(cbi_erase_account(audited.bank, audited.account.digits, 0, &order, &teller_err));
    cr_expect_eq(count_rows('e'), 0);
    cr_expect_eq(count_rows('p'), 0);
    txn = teller_begin(&audited, CBI_TXN_READ);
    teller_fails(cbi_recognition_envelope(txn, &standing.row, &envelope, &err), err,
                 RECOGNITION_ERASED);
    cbi_txn_abort(txn);
    auditor_finds_nothing();
}

/* ---- what it uses ------------------------------------------------------------------------ */

Test(check_recognition, a_record_that_could_be_used_twice_is_found)
{
    auditor_drop_row(TABLE, "u", 0);
    finds("use");
}

Test(check_recognition, what_is_left_of_a_record_made_more_is_found)
{
    flip("u", 1, 17);
    finds("use");
}

Test(check_recognition, a_use_of_what_was_reversed_is_found)
{
    cbank_buffer key = {0}, value = {0};

    auditor_get_row(TABLE, "u", 0, &key, &value);
    cbi_put_u64(key.data + 9, reversed.row.number);
    auditor_put(TABLE, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&value));
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
    finds("use");
}

Test(check_recognition, a_use_of_a_record_that_nobody_recognised_is_found)
{
    cbank_buffer key = {0}, value = {0};

    auditor_get_row(TABLE, "u", 0, &key, &value);
    cbi_put_u64(key.data + 1, cbi_get_u64(key.data + 1) - 1);
    auditor_put(TABLE, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&value));
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
    finds("use");
}

/* ---- what it says ------------------------------------------------------------------------ */

Test(check_recognition, one_made_to_stand_again_is_found)
{
    flip("r", 1, 0); /* reversed becomes replaced */
    finds("state");
}

Test(check_recognition, the_place_and_the_account_of_one_are_checked)
{
    flip("r", 0, 1 + 32 + 8 + 7); /* index */
    finds("statement");
}

Test(check_recognition, another_receipt_is_found)
{
    flip("r", 0, 1 + 32 + 3 * 8 + 7);
    finds("receipt");
}

Test(check_recognition, an_envelope_that_was_changed_is_found)
{
    cbank_buffer key = {0}, value = {0};

    auditor_get_row(TABLE, "e", 0, &key, &value);
    flip("e", 0, value.size - 1); /* the signature */
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&value);
    finds("BAD_SIGNATURE");
}

Test(check_recognition, a_page_that_was_changed_or_is_gone_is_found)
{
    flip("p", 0, 10);
    finds("BODY_DIFFERS");
    auditor_drop_row(TABLE, "p", 0);
    finds("missing");
}

Test(check_recognition, a_change_that_was_changed_or_is_gone_is_found)
{
    flip("c", 0, 15); /* its receipt */
    finds("receipt");
    auditor_drop_row(TABLE, "c", 0);
    finds("missing");
}

/* ---- how it is found --------------------------------------------------------------------- */

Test(check_recognition, one_that_is_gone_is_found)
{
    auditor_drop_row(TABLE, "r", 1);
    finds("missing");
}

Test(check_recognition, names_that_lead_nowhere_are_found)
{
    auditor_drop_row(TABLE, "a", 0);
    finds("name");
    auditor_drop_row(TABLE, "n", 0);
    finds("name");
    auditor_drop_row(TABLE, "i", 0);
    finds("missing");
}

Test(check_recognition, a_number_that_was_never_given_is_found)
{
    uint8_t key[] = "nPXU\0Z-9", number[8];

    cbi_put_u64(number, standing.row.number);
    auditor_put(TABLE, cbi_bytes_of(key, sizeof(key) - 1), cbi_bytes_of(number, sizeof(number)));
    finds("name");
}

Test(check_recognition, a_number_that_would_be_given_twice_is_found)
{
    uint8_t number[8];

    cbi_put_u64(number, 1);
    auditor_put(CBI_TABLE_META, cbi_bytes_of_text("count/recognitions"),
                cbi_bytes_of(number, sizeof(number)));
    auditor_finds(CBI_REASON_CHECK_COUNT, "recognitions", "2");
}

Test(check_recognition, rows_of_no_form_are_found)
{
    auditor_put(TABLE, cbi_bytes_of_text("u1"), cbi_bytes_of_text("x"));
    finds("form");
    auditor_put(TABLE, cbi_bytes_of_text("e"), cbi_bytes_of_text("x"));
    finds("form");
}
