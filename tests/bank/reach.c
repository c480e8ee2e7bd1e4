/* What stands on a record that falls: found before, then suspended or questioned, no further. */
#include "bank/reach.h"

#include <stdlib.h>

#include "bank/auditor.h"
#include "bank/panel.h"
#include "bank/stranger.h"

#define SCOPE(name) CBANK__V1__USE_SCOPE__USE_SCOPE_##name
#define ACTION(name) CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_##name
#define REVOKE CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE
#define SUSPEND CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND
#define REINSTATE CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REINSTATE

/* A record, its conversion, the record that was granted, and the conversion of that one. */
typedef struct ladder {
    teller it;
    teller_id bottom, granted;
    cbi_recognised first, second;
} ladder;

static void climb(ladder *out)
{
    teller_open(&out->it, CBI_SUITE_SHA256_ED25519);
    out->bottom = teller_issue(&out->it, "A", 3500);
    out->first = panel_recognise(&out->it, "1", &out->bottom, 1, SCOPE(EVERYWHERE));
    out->granted = teller_issue_based(&out->it, out->it.account.digits, "G", NULL,
                                      &out->first.row.id);
    out->second = panel_recognise(&out->it, "2", &out->granted, 1, SCOPE(EVERYWHERE));
}

static void expect_states(teller *it, const teller_id *granted, cbi_record_state record,
                          cbi_conversion_state first, cbi_conversion_state second)
{
    cbi_txn *txn = teller_begin(it, CBI_TXN_READ);
    cbi_recognition_row row;

    cr_expect_eq(panel_state_of(txn, granted), record);
    teller_works(cbi_recognition_row_read(txn, 1, &row, &teller_err));
    cr_expect_eq(row.state, first);
    teller_works(cbi_recognition_row_read(txn, 2, &row, &teller_err));
    cr_expect_eq(row.state, second);
    cbi_txn_abort(txn);
}

/* Who is shown the account, verifies what happened to it. */
static void verify(teller *it)
{
    cbi_disclosure_terms terms = stranger_asks(it);
    stranger other;

    stranger_show(it, &terms, &other);
    stranger_leave(&other);
}

Test(reach, through_conversions_of_conversions)
{
    cbi_reach reach = {0};
    cbi_reader reader = {0};
    ladder at;

    climb(&at);
    teller_works(cbi_ledger_read_begin(at.it.bank->ledger, &reader, &teller_err));
    teller_works(cbi_reach_of_record(reader.txn, reader.hasher,
                                     strtoull(at.bottom.text, NULL, 10), &reach, &teller_err));
    cbi_ledger_read_end(&reader);
    cr_assert_eq(reach.count, 3u);
    for (uint32_t i = 0; i < 3; i++) {
        cr_expect_eq(reach.list[i].depth, i + 1);
        cr_expect_eq(reach.list[i].is_record, i == 1);
    }
    cbi_reach_clear(&reach);
    teller_change(&at.it, at.bottom.text, REVOKE);
    expect_states(&at.it, &at.granted, CBI_RECORD_SUSPENDED, CBI_CONVERSION_SUSPENDED,
                  CBI_CONVERSION_SUSPENDED);
    verify(&at.it);
    teller_close(&at.it);
}

Test(reach, what_is_reversed_or_suspended_by_its_signer_reaches_as_far)
{
    cbi_recognised entered;
    ladder at;

    climb(&at);
    teller_works(panel_change(&at.it, &at.first.row.id, ACTION(SUSPEND), &entered, &teller_err));
    expect_states(&at.it, &at.granted, CBI_RECORD_SUSPENDED, CBI_CONVERSION_SUSPENDED,
                  CBI_CONVERSION_SUSPENDED);
    teller_works(panel_change(&at.it, &at.first.row.id, ACTION(REINSTATE), &entered, &teller_err));
    expect_states(&at.it, &at.granted, CBI_RECORD_SUSPENDED, CBI_CONVERSION_STANDS,
                  CBI_CONVERSION_SUSPENDED);
    teller_change(&at.it, at.granted.text, REINSTATE);
    teller_works(panel_change(&at.it, &at.second.row.id, ACTION(REINSTATE), &entered,
                              &teller_err));
    expect_states(&at.it, &at.granted, CBI_RECORD_HELD, CBI_CONVERSION_STANDS,
                  CBI_CONVERSION_STANDS);
    verify(&at.it);
    teller_close(&at.it);
}

Test(reach, a_record_that_is_based_on_it_is_questioned_on_whatever_account)
{
    cbi_account other;
    teller_id base, near, far;
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SM3_SM2);
    other = teller_open_account(&it, "cn-id", "360321190001010033", "乙");
    base = teller_issue(&it, "A", 3500);
    near = teller_issue_based(&it, it.account.digits, "B", base.text, NULL);
    far = teller_issue_based(&it, other.digits, "C", near.text, NULL);
    teller_change(&it, base.text, SUSPEND);
    txn = teller_begin(&it, CBI_TXN_READ);
    cr_expect_eq(panel_state_of(txn, &near), CBI_RECORD_SUSPENDED);
    cr_expect_eq(panel_state_of(txn, &far), CBI_RECORD_SUSPENDED);
    cbi_txn_abort(txn);
    verify(&it);
    teller_close(&it);
}

Test(reach, what_is_named_twice_and_in_a_circle_is_met_once)
{
    cbi_reach reach = {0};
    teller_id base, left, right, top;
    cbi_reader reader = {0};
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    base = teller_issue(&it, "A", 3500);
    left = teller_issue_based(&it, it.account.digits, "L", base.text, NULL);
    right = teller_issue_based(&it, it.account.digits, "R", base.text, NULL);
    panel_recognise(&it, "1", (teller_id[]){left, right}, 2, SCOPE(EVERYWHERE));
    top = teller_issue_based(&it, it.account.digits, "T", left.text, NULL);
    teller_works(cbi_ledger_read_begin(it.bank->ledger, &reader, &teller_err));
    teller_works(cbi_reach_of_record(reader.txn, reader.hasher, strtoull(base.text, NULL, 10),
                                     &reach, &teller_err));
    cr_expect_eq(reach.count, 4u);
    teller_works(cbi_reach_leave_out(&reach, strtoull(top.text, NULL, 10), &teller_err));
    teller_works(cbi_reach_of_record(reader.txn, reader.hasher, strtoull(left.text, NULL, 10),
                                     &reach, &teller_err));
    cr_expect_eq(reach.count, 4u);
    cr_expect_eq(cbi_reach_total(&reach), 3u);
    cbi_ledger_read_end(&reader);
    cbi_reach_clear(&reach);
    teller_close(&it);
}

Test(reach, an_amendment_reaches_what_stands_on_the_old_revision)
{
    ladder at;

    climb(&at);
    teller_amend(&at.it, at.bottom.text, 3000);
    expect_states(&at.it, &at.granted, CBI_RECORD_SUSPENDED, CBI_CONVERSION_SUSPENDED,
                  CBI_CONVERSION_SUSPENDED);
    teller_close(&at.it);
}

Test(reach, what_falls_together_falls_once)
{
    cbi_desk_order order = {.institution = TELLER_COLLEGE};
    cbi_desk_result results[2];
    teller_id base, top;
    char *both[2];
    cbi_hash batch;
    cbi_txn *txn;
    teller it;

    teller_open(&it, CBI_SUITE_SHA256_ED25519);
    base = teller_issue(&it, "A", 3500);
    top = teller_issue_based(&it, it.account.digits, "T", base.text, NULL);
    both[0] = base.text;
    both[1] = top.text;
    order.key = it.college_key;
    order.now = ++it.now;
    teller_works(cbi_desk_change(it.bank, &order, both, 2, SUSPEND, "review", "", results, &batch,
                                 &teller_err));
    txn = teller_begin(&it, CBI_TXN_READ);
    cr_expect_eq(panel_state_of(txn, &top), CBI_RECORD_SUSPENDED);
    cbi_txn_abort(txn);
    verify(&it);
    teller_close(&it);
}

Test(reach, a_bank_whose_rows_are_gone_is_found_out, .init = auditor_begin, .fini = auditor_end)
{
    teller_id base = teller_issue(&audited, "R-A", 3500);

    teller_issue_based(&audited, audited.account.digits, "R-T", base.text, NULL);
    auditor_finds_nothing();
    auditor_drop_row(CBI_TABLE_RECOGNITION, "b", 0);
    auditor_finds(CBI_REASON_CHECK_ROW, "recognition", "basis");
}
