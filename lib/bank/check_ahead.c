/* check_ahead.c - the rows of the log, and what of each can be looked at before it is its turn. */
#include "bank/check_part.h"

#include "bank/holding.h"
#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

typedef cbi_check_logged_row row;

cbank_status cbi_check_rows_make(cbi_check_rows *rows, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(CBI_CHECK_SHARE_MAX, sizeof(*rows->ahead), &rows->ahead, err));
    CBI_TRY(cbi_alloc(CBI_CHECK_SHARE_MAX, sizeof(*rows->outcomes), &rows->outcomes, err));
done:
    return status;
}

static void forget(cbi_check_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        cbi_statement_clear(&rows->ahead[i].statement);
    rows->count = 0;
}

void cbi_check_rows_clear(cbi_check_rows *rows)
{
    forget(rows);
    cbi_page_clear(&rows->sealed);
    cbi_free(rows->ahead);
    cbi_free(rows->outcomes);
}

/* ---- ahead of their turn -------------------------------------------------------------------- */

/* Which item of which batch it is, if the batch was found. */
static void note_item(const cbi_check *hand, cbi_check_ahead *ahead)
{
    const Cbank__V1__CreditDeposited *deposited = ahead->statement.body;
    const cbi_check_last_batch *last = &hand->last_batch;

    if (last->known && cbi_bytes_equal(cbi_message_bytes(deposited->batch),
                                       cbi_bytes_of_hash(&last->id)))
        ahead->item = cbi_check_item_of(&ahead->logged, &ahead->statement, &last->intake,
                                        deposited->index);
}

/* Of a deposit, all that needs no other row. */
static cbank_status look_at_deposit(cbi_check *hand, cbi_txn *txn, cbi_check_ahead *ahead,
                                    cbank_error *err)
{
    const Cbank__V1__CreditDeposited *deposited = ahead->statement.body;
    row it = {hand, txn, &ahead->logged, &ahead->statement, ahead->opening, NULL};
    Cbank__V1__CreditRecord *record;
    cbank_status status = CBANK_OK;
    cbi_record_state state;

    cbi_check_known_prefetch(hand, deposited->account);
    CBI_TRY(cbi_credit_record_parse_within(ahead->statement.message,
                                           cbi_message_bytes(deposited->record), &record, err));
    it.known = cbi_check_known_of(hand, deposited->account);
    CBI_TRY(cbi_check_deposited(&it, record, err));
    CBI_TRY(cbi_holding_find_state(&hand->states, txn, ahead->logged.index, &state, err));
    ahead->plain = state == CBI_RECORD_HELD;
done:
    note_item(hand, ahead);
    if (it.known != NULL)
        cbi_check_tell(hand, it.known);
    return status;
}

/* Of an opened account, its own opening; the account is looked at when it is its turn. */
static void note_opened(cbi_check *hand, cbi_txn *txn, cbi_check_ahead *ahead)
{
    const Cbank__V1__AccountOpened *opened = ahead->statement.body;
    cbi_check_known *known = cbi_check_known_of(hand, opened->account);
    const row it = {hand, txn, &ahead->logged, &ahead->statement, ahead->opening, known};

    cbi_check_note_rows(&it, NULL, NULL);
    cbi_check_tell(hand, known);
}

/* Row `i` of those at hand: its statement, and of a deposit all that needs no other row. */
static cbank_status look_ahead(cbi_check *hand, cbi_txn *txn, size_t i, cbank_error *err)
{
    cbi_check_ahead *ahead = &hand->now.ahead[i];
    cbank_status status = CBANK_OK;

    if (ahead->logged.erased)
        return CBANK_OK;
    CBI_TRY(cbi_statement_parse(ahead->logged.statement, &ahead->statement, err));
    ahead->kind = ahead->statement.kind;
    ahead->at = ahead->statement.message->at;
    if (ahead->kind->kind == KIND(ACCOUNT_OPENED))
        note_opened(hand, txn, ahead);
    if (ahead->kind->kind != KIND(CREDIT_DEPOSITED))
        goto done;
    status = look_at_deposit(hand, txn, ahead, err);
    cbi_statement_clear(&ahead->statement); /* while its memory is at hand */
done:
    return status;
}

/* ---- one after the other ------------------------------------------------------------------- */

/* The openings of the rows, in one look: mostly each has one, in the same order. */
static cbank_status find_openings(cbi_check_rows *rows, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t from[8];
    size_t at = 0;

    if (rows->count == 0)
        return CBANK_OK;
    cbi_put_u64(from, rows->ahead[0].logged.index);
    CBI_TRY(cbi_txn_page(txn, CBI_TABLE_OPENING, cbi_bytes_of(NULL, 0),
                         cbi_bytes_of(from, sizeof(from)), rows->count, &rows->sealed, err));
    for (size_t i = 0; i < rows->sealed.count; i++) {
        cbi_bytes key = cbi_page_key(&rows->sealed, i);
        uint64_t index = key.size == sizeof(from) ? cbi_get_u64(key.data) : 0;

        while (at < rows->count && rows->ahead[at].logged.index < index)
            at++;
        if (at < rows->count && rows->ahead[at].logged.index == index)
            rows->ahead[at].opening = cbi_page_value(&rows->sealed, i);
    }
done:
    return status;
}

/* The next rows, all of a step of the replay: as many as a share takes. */
static cbank_status take_rows(cbi_check *check, cbi_txn *txn, cbi_check_rows *rows,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_replay_step(check->replay, &check->more, err));
    while (rows->count < CBI_CHECK_SHARE_MAX && cbi_replay_next(check->replay, &logged))
        rows->ahead[rows->count++] = (cbi_check_ahead){.logged = logged};
    CBI_TRY(find_openings(rows, txn, err));
done:
    return status;
}

/* Those that were looked at ahead, in their order. */
static cbank_status settle(cbi_check *check, cbi_txn *txn, cbi_check_rows *rows, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_error error;

    for (size_t i = 0; i < rows->count; i++) {
        const cbi_check_ahead *ahead = &rows->ahead[i];

        status = cbi_check_logged(check, txn, ahead, &rows->outcomes[i], &error);
        CBI_TRY(cbi_check_judge(check, status, &error, CBI_TABLE_RECORD, ahead->logged.index,
                                err));
    }
done:
    forget(rows);
    return status;
}

/*
 * While the rows at hand are looked at: the turn of those before, then the step that brings the
 * next. The replay lends its rows until the step after that: so the turn comes first.
 */
static void take_turn(cbi_check *check, cbi_txn *txn)
{
    cbi_check_outcome *turn = &check->turn;

    turn->status = settle(check, txn, &check->other, &turn->error);
    if (turn->status == CBANK_OK && check->more)
        turn->status = take_rows(check, txn, &check->other, &turn->error);
}

cbank_status cbi_check_step_log(cbi_check *check, cbank_error *err)
{
    cbi_check_rows looked_at = check->now;
    cbank_status status = CBANK_OK;
    cbi_txn *txn = NULL;

    CBI_TRY(cbi_txn_begin(check->bank->store, CBI_TXN_READ, &txn, err));
    cbi_check_forget_batch(check);
    CBI_TRY(cbi_check_share(check, txn, check->now.count, look_ahead, take_turn, err));
    check->now = check->other;
    check->other = looked_at;
    check->replayed = !check->more && check->now.count == 0 && check->other.count == 0;
    status = check->turn.status;
    if (status != CBANK_OK && err != NULL)
        *err = check->turn.error;
done:
    cbi_txn_abort(txn);
    return status;
}
