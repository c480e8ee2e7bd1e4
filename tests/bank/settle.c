/* Offers by letter: each ending is entered once, names its letter, and shows in transcripts. */
#include "bank/settle.h"

#include "bank/courier.h"

#define OTHER "ZX-BANK"

static teller *const a = &courier_a, *const b = &courier_b;
static char id[17];

static cbi_transfer_row offer_by_letter(size_t count)
{
    cbi_order order = {.actor = "desk-1", .now = ++a->now};
    char *only[3];
    cbi_offer_terms terms = {.account = a->account.digits,
                             .to = OTHER,
                             .by_letter = true,
                             .only = only,
                             .only_count = count,
                             .order = &order};
    cbi_transfer_row row;

    for (size_t i = 0; i < count; i++)
        only[i] = courier_ids[i].text;
    teller_works(cbi_offer_make(a->bank, &terms, &row, &teller_err));
    courier_name(&row, id);
    return row;
}

static cbi_transfer_row offered;

static void begin(void)
{
    courier_begin();
    offered = offer_by_letter(2);
}

TestSuite(settle, .init = begin, .fini = courier_end);

static cbank_status settle(cbi_transfer_state state, size_t only_count, const char *document,
                           cbi_transfer_row *out, cbank_error *err)
{
    cbi_order order = {.actor = "desk-1", .document = document, .now = ++a->now};
    char *only[1] = {courier_ids[0].text};
    cbi_settle_terms terms = {
        .id = id, .state = state, .only = only, .only_count = only_count, .order = &order};

    return cbi_settle(a->bank, &terms, out, err);
}

static cbi_transfer_row settles(cbi_transfer_state state, size_t only_count)
{
    cbi_transfer_row row;

    teller_works(settle(state, only_count, "L-1", &row, &teller_err));
    return row;
}

static void ends_with(int64_t credits)
{
    cr_expect_eq(courier_credits(a), credits);
    courier_expect_fresh(a);
}

Test(settle, what_is_offered_by_letter_is_locked_and_goes_out_as_a_transcript)
{
    cbank_buffer file = courier_file(a, &offered);

    cr_expect_gt(file.size, 0);
    cr_expect(cbi_transfer_by_letter(&offered));
    ends_with(500);
    courier_fails_to_offer(a, b->bank->config.origin, &courier_ids[0], CBI_REASON_RECORD_OFFERED);
    cbank_buffer_clear(&file);
}

Test(settle, accepted_leaves_and_what_is_returned_is_here_again)
{
    cr_expect_eq(settles(CBI_TRANSFER_ACCEPTED, 0).state, CBI_TRANSFER_ACCEPTED);
    ends_with(500);
    courier_fails_to_offer(a, b->bank->config.origin, &courier_ids[0], CBI_REASON_RECORD_AWAY);
    cr_expect_eq(settles(CBI_TRANSFER_RETURNED, 1).state, CBI_TRANSFER_ACCEPTED, "one is there");
    ends_with(4000);
}

Test(settle, partly_frees_what_is_not_named)
{
    cr_expect_eq(settles(CBI_TRANSFER_PARTLY, 1).state, CBI_TRANSFER_PARTLY);
    ends_with(1500);
    cr_expect_eq(settles(CBI_TRANSFER_RETURNED, 1).state, CBI_TRANSFER_RETURNED, "all are back");
    ends_with(5000);
}

Test(settle, declined_frees_all)
{
    cr_expect_eq(settles(CBI_TRANSFER_DECLINED, 0).state, CBI_TRANSFER_DECLINED);
    ends_with(5000);
}

Test(settle, what_is_not_answered_is_taken_back_once_it_is_due_and_not_before)
{
    cbi_transfer_row row;
    cbank_error err = {0};

    teller_fails(settle(CBI_TRANSFER_EXPIRED, 0, NULL, &row, &err), err, TRANSFER_STATE);
    a->now = offered.due_at;
    teller_works(settle(CBI_TRANSFER_EXPIRED, 0, NULL, &row, &teller_err));
    ends_with(5000);
}

Test(settle, an_offer_ends_once)
{
    cbi_transfer_row row;
    cbank_error err = {0};

    teller_fails(settle(CBI_TRANSFER_RETURNED, 1, "L-1", &row, &err), err, TRANSFER_ANSWERED);
    settles(CBI_TRANSFER_ACCEPTED, 0);
    teller_fails(settle(CBI_TRANSFER_DECLINED, 0, "L-2", &row, &err), err, TRANSFER_ANSWERED);
    settles(CBI_TRANSFER_RETURNED, 1);
    teller_fails(settle(CBI_TRANSFER_RETURNED, 1, "L-3", &row, &err), err, TRANSFER_STATE);
    ends_with(4000);
}

Test(settle, it_names_its_letter_and_its_records)
{
    cbi_transfer_row row;
    cbank_error err = {0};

    teller_fails(settle(CBI_TRANSFER_ACCEPTED, 0, NULL, &row, &err), err, FIELD_MISSING);
    teller_fails(settle(CBI_TRANSFER_PARTLY, 0, "L-1", &row, &err), err, FIELD_MISSING);
    teller_fails(settle(CBI_TRANSFER_ACCEPTED, 1, "L-1", &row, &err), err, FIELD_VALUE);
    ends_with(500);
}

Test(settle, who_gives_receipts_is_not_answered_for_by_letter)
{
    cbi_transfer_row row, other = courier_offer(a, b->bank->config.origin, &courier_ids[2], 1);
    cbank_error err = {0};

    courier_name(&other, id);
    teller_fails(settle(CBI_TRANSFER_DECLINED, 0, "L-1", &row, &err), err, TRANSFER_LETTER);
    ends_with(0);
}

Test(settle, a_code_is_no_origin_and_an_origin_no_code)
{
    cbi_transfer_row row;
    cbank_error err = {0};

    teller_fails(courier_try_offer(a, OTHER, &courier_ids[2], 1, &row, &err), err, TRANSFER_GOAL);
}
