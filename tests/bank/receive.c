/* An offer is answered once: whoever asks at the same time, or again, or for something else. */
#include <pthread.h>

#include "bank/courier.h"

static teller *const a = &courier_a, *const b = &courier_b;
static const courier_answer whole;

TestSuite(receive, .init = courier_begin, .fini = courier_end);

/* ---- two at once, at the other bank ------------------------------------------------------- */

typedef struct receiver {
    const stranger *them;
    cbi_receive_terms terms;
    cbi_order order;
    cbi_received received;
    cbank_status status;
    cbank_error err;
} receiver;

static void *receives(void *argument)
{
    receiver *it = argument;

    it->status =
        cbi_receive_offer(b->bank, &it->them->verdict, &it->terms, &it->received, &it->err);
    return NULL;
}

/* `count` threads answer one offer, every second one of them with `other`. */
static void race_to_answer(receiver *out, size_t count, bool other)
{
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 2);
    cbank_buffer file = courier_file(a, &offer);
    pthread_t threads[8];
    stranger them;

    courier_meet(a, b, &file, &them);
    for (size_t i = 0; i < count; i++) {
        out[i] = (receiver){.them = &them, .order = {.now = b->now + 1}};
        out[i].terms = (cbi_receive_terms){.decline = other && i % 2 == 1,
                                           .open_accounts = true,
                                           .order = &out[i].order};
        cr_assert_eq(pthread_create(&threads[i], NULL, receives, &out[i]), 0);
    }
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    b->now += 2;
    stranger_leave(&them);
    cbank_buffer_clear(&file);
}

Test(receive, many_who_take_one_offer_at_once_get_one_answer)
{
    receiver all[8];
    size_t first = 0;

    race_to_answer(all, 8, false);
    for (size_t i = 0; i < 8; i++) {
        cr_expect_eq(all[i].status, CBANK_OK, "%s", cbank_reason_name(all[i].err.reason));
        cr_expect_eq(all[i].received.row.number, all[0].received.row.number);
        cr_expect_eq(all[i].received.row.index, all[0].received.row.index);
        first += !all[i].received.known;
    }
    cr_expect_eq(first, 1);
    cr_expect_eq(courier_credits(b), 4500);
}

Test(receive, of_two_answers_at_once_one_stands)
{
    receiver all[8];
    cbi_transfer_state state = 0;

    race_to_answer(all, 8, true);
    for (size_t i = 0; i < 8; i++) {
        if (all[i].status != CBANK_OK)
            teller_fails(all[i].status, all[i].err, TRANSFER_ANSWERED);
        else if (!all[i].received.known)
            state = all[i].received.outcome;
    }
    for (size_t i = 0; i < 8; i++) {
        if (all[i].status == CBANK_OK)
            cr_expect_eq(all[i].received.outcome, state);
    }
    cr_expect_eq(courier_credits(b), state == CBI_TRANSFER_ACCEPTED ? 4500 : 0);
}

/* ---- tokens ------------------------------------------------------------------------------- */

Test(receive, a_token_stands_for_one_list_of_refused_records)
{
    static const uint8_t token[CBI_TOKEN_SIZE] = {9};
    cbi_hash refused[2] = {courier_record(a, &courier_ids[0]), courier_record(a, &courier_ids[1])};
    courier_answer answer = {
        .refuse = refused, .refuse_count = 1, .token = {token, sizeof(token)}};
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 2);
    cbank_buffer file = courier_file(a, &offer);
    cbi_received received;
    cbank_error err = {0};

    teller_works(courier_receive(a, b, &file, &answer, &received, &teller_err));
    teller_works(courier_receive(a, b, &file, &answer, &received, &teller_err));
    cr_expect(received.known);
    answer.refuse = &refused[1];
    teller_fails(courier_receive(a, b, &file, &answer, &received, &err), err, TOKEN_CONFLICT);
    answer.refuse_count = 0;
    teller_fails(courier_receive(a, b, &file, &answer, &received, &err), err, TOKEN_CONFLICT);
    answer.decline = true;
    teller_fails(courier_receive(a, b, &file, &answer, &received, &err), err, TOKEN_CONFLICT);
    /* Under another token: whoever asks for something else than was answered is told so. */
    answer = (courier_answer){.refuse = refused, .refuse_count = 2};
    teller_fails(courier_receive(a, b, &file, &answer, &received, &err), err, TRANSFER_ANSWERED);
    cr_expect_eq(courier_credits(b), 1000);
    cbank_buffer_clear(&file);
}

Test(receive, a_token_of_a_return_stands_for_one_list_of_records)
{
    static const uint8_t token[CBI_TOKEN_SIZE] = {11};
    cbi_order order = {.token = {token, sizeof(token)}};
    cbi_received received, back;
    cbank_error err = {0};
    char id[17], first[CBI_DISPLAY_ID_MAX], *only[1] = {first};
    cbi_transfer_record records[CBI_TRANSFER_RECORDS_MAX];
    cbi_txn *txn;

    courier_carry(courier_ids, 2, &whole, &received);
    courier_name(&received.row, id);
    txn = teller_begin(b, CBI_TXN_READ);
    teller_works(cbi_transfer_records(txn, &received.row, records, &teller_err));
    cbi_txn_abort(txn);
    cbi_holding_display_id(records[0].index, &records[0].id, first);
    order.now = ++b->now;
    teller_works(cbi_receive_return(b->bank, id, only, 1, &order, &back, &teller_err));
    teller_works(cbi_receive_return(b->bank, id, only, 1, &order, &back, &teller_err));
    cr_expect(back.known);
    teller_fails(cbi_receive_return(b->bank, id, NULL, 0, &order, &back, &err), err,
                 TOKEN_CONFLICT);
    cr_expect_eq(courier_credits(b), 1000);
}
