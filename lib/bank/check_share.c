/* check_share.c - rows that need nothing of each other, on all cores. */
#include "bank/check_part.h"

#include <stdatomic.h>

#include "base/memory.h"
#include "crypto/stint.h"

/* Rows that a thread takes at once: neighbours mostly ask for the same. */
#define TAKEN_AT_ONCE 8u
/* Fewer rows for each thread than that are not worth one. */
#define WORTH_A_THREAD 8u

typedef struct work {
    cbi_check *check;
    cbi_check_one one;
    size_t count;
    atomic_size_t next; /* row that nobody has taken */
    atomic_uint hands;  /* that are taken */
    cbi_check_beside beside;
    cbi_txn *txn; /* for that */
    atomic_bool beside_taken;
} work;

static cbank_status make_hand(const cbi_check *check, cbi_check **out, cbank_error *err)
{
    cbi_check *hand = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(*hand), &hand, err));
    CBI_TRY(cbi_check_known_make(hand, err));
    CBI_TRY(cbi_hasher_new(check->bank->config.suite, &hand->hasher, err));
    *out = hand;
    hand = NULL;
done:
    if (hand != NULL)
        cbi_check_known_clear(hand);
    cbi_free(hand);
    return status;
}

/* As the check is now, with what is the hand's own. */
static void refresh(cbi_check *hand, const cbi_check *check)
{
    cbi_hasher *hasher = hand->hasher;
    cbi_check_known *known = hand->known, *told = hand->told;
    cbi_check_last_batch batch = hand->last_batch;
    cbi_gap states = hand->states;

    *hand = *check;
    hand->hasher = hasher;
    hand->known = known;
    hand->told = told;
    hand->told_count = 0;
    hand->last_batch = batch;
    hand->states = states;
    hand->openings = hand->references = 0;
}

void cbi_check_free_hands(cbi_check *check)
{
    for (size_t i = 0; i < CBI_CREW_MAX; i++) {
        cbi_check *hand = check->hands[i];

        if (hand == NULL)
            continue;
        cbi_hasher_free(hand->hasher);
        cbi_check_known_clear(hand);
        cbi_check_forget_batch(hand);
        cbi_free(hand);
        check->hands[i] = NULL;
    }
}

static void take_rows(work *it, cbi_check *hand, cbi_txn *txn)
{
    size_t from;

    while ((from = atomic_fetch_add(&it->next, TAKEN_AT_ONCE)) < it->count) {
        for (size_t i = from; i < it->count && i < from + TAKEN_AT_ONCE; i++) {
            cbi_check_outcome *outcome = &hand->now.outcomes[i];

            outcome->status = it->one(hand, txn, i, &outcome->error);
            outcome->done = true;
        }
    }
}

static void do_beside(work *it)
{
    if (it->beside != NULL && !atomic_exchange(&it->beside_taken, true))
        it->beside(it->check, it->txn);
}

/* What no thread could do for want of a transaction, is left to the caller. */
static void serve(void *context)
{
    work *it = context;
    cbi_check *hand = it->check->hands[atomic_fetch_add(&it->hands, 1)];
    cbi_txn *txn = NULL;

    cbi_stint_begin();
    do_beside(it);
    if (cbi_txn_begin(hand->bank->store, CBI_TXN_READ, &txn, NULL) == CBANK_OK) {
        cbi_check_forget_batch(hand);
        take_rows(it, hand, txn);
        cbi_txn_abort(txn);
    }
    cbi_stint_end();
}

cbank_status cbi_check_share(cbi_check *check, cbi_txn *txn, size_t count, cbi_check_one one,
                             cbi_check_beside beside, cbank_error *err)
{
    work it = {.check = check, .one = one, .count = count, .beside = beside, .txn = txn};
    unsigned size = cbi_crew_size(count, WORTH_A_THREAD);
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < count; i++)
        check->now.outcomes[i].done = false;
    for (unsigned i = 0; i < size && size > 1; i++) {
        if (check->hands[i] == NULL)
            CBI_TRY(make_hand(check, &check->hands[i], err));
        refresh(check->hands[i], check);
    }
    if (size > 1)
        cbi_crew_run(size, serve, &it);
    for (unsigned i = 0; i < size && size > 1; i++) {
        check->openings += check->hands[i]->openings;
        check->references += check->hands[i]->references;
        cbi_check_hear(check, check->hands[i]);
    }
    do_beside(&it);
    for (size_t i = 0; i < count; i++) {
        cbi_check_outcome *outcome = &check->now.outcomes[i];

        if (!outcome->done)
            outcome->status = one(check, txn, i, &outcome->error);
    }
    cbi_check_hear(check, check);
done:
    return status;
}
