/*
 * An account that a batch opens stands right before the item it is opened for, under the same
 * token: an act's token is no other act's.
 */
#include "bank/check_part.h"

#include <string.h>

#include "bank/decided.h"
#include "base/memory.h"
#include "ledger/state.h"

/* So that memory is bounded; of further ones that are under way at once nothing is told. */
#define BEGUN_MAX (1u << 20)

/* Where a batch is, or where it would go: rows are in the order of their numbers. */
static size_t place_of(const cbi_check_begun *begun, uint64_t number)
{
    size_t from = 0, end = begun->count;

    if (end > 0 && begun->rows[end - 1].number <= number) /* mostly the newest */
        return end - (begun->rows[end - 1].number == number);
    while (from < end) {
        size_t middle = from + (end - from) / 2;

        if (begun->rows[middle].number < number)
            from = middle + 1;
        else
            end = middle;
    }
    return from;
}

static bool is_there(const cbi_check_begun *begun, size_t at, uint64_t number)
{
    return at < begun->count && begun->rows[at].number == number;
}

static cbank_status make_room(cbi_check_begun *begun, cbank_error *err)
{
    size_t capacity = begun->capacity == 0 ? 16 : 2 * begun->capacity;
    cbi_check_begun_batch *rows = NULL;
    cbank_status status = CBANK_OK;

    if (begun->count < begun->capacity)
        return CBANK_OK;
    CBI_TRY(cbi_alloc(capacity, sizeof(*rows), &rows, err));
    if (begun->count > 0)
        memcpy(rows, begun->rows, begun->count * sizeof(*rows));
    cbi_free(begun->rows);
    begun->rows = rows;
    begun->capacity = capacity;
done:
    return status;
}

/* ---- entry by entry ------------------------------------------------------------------------ */

cbi_check_item cbi_check_item_of(const cbi_logged *logged, const cbi_statement *statement,
                                 const cbi_intake *intake, uint32_t index)
{
    cbi_bytes token = cbi_message_bytes(statement->message->token);
    cbi_check_item item = {.batch = intake->number, .index = index};

    if (intake->received_at != 0 && logged->index > intake->receipt_index)
        return (cbi_check_item){0};
    if (token.size == CBI_TOKEN_SIZE)
        memcpy(item.token, token.data, CBI_TOKEN_SIZE);
    return item;
}

void cbi_check_begun_entry(cbi_check_begun *begun, const cbi_logged *logged)
{
    begun->end = logged->index + 1;
    if (logged->erased)
        begun->erased = begun->end;
}

void cbi_check_begun_account(cbi_check_begun *begun, uint64_t index,
                             const cbi_statement *statement)
{
    cbi_bytes token = cbi_message_bytes(statement->message->token);

    begun->opened = token.size == CBI_TOKEN_SIZE ? index + 1 : 0;
    if (begun->opened != 0)
        memcpy(begun->token, token.data, CBI_TOKEN_SIZE);
}

cbank_status cbi_check_begun_item(cbi_check_begun *begun, uint64_t index,
                                  const cbi_check_item *item, cbank_error *err)
{
    bool opened = begun->opened != 0 && begun->opened == index &&
                  memcmp(begun->token, item->token, CBI_TOKEN_SIZE) == 0;
    size_t at = place_of(begun, item->batch);
    cbank_status status = CBANK_OK;

    if (item->batch == 0)
        return CBANK_OK;
    if (!is_there(begun, at, item->batch)) {
        begun->more = begun->more || begun->count == BEGUN_MAX;
        if (begun->more)
            return CBANK_OK;
        CBI_TRY(make_room(begun, err));
        memmove(begun->rows + at + 1, begun->rows + at,
                (begun->count - at) * sizeof(*begun->rows));
        begun->rows[at] = (cbi_check_begun_batch){
            .number = item->batch, .first = index - opened, .item = item->index};
        begun->count++;
    }
    begun->rows[at].opened += opened;
done:
    return status;
}

/* ---- batch by batch ------------------------------------------------------------------------ */

/*
 * Nothing stands between where a batch began and its first entry, unless that was erased, or its
 * first chunk found nothing to take: but so many items a chunk holds whatever becomes of them.
 */
static cbank_status check_first(cbi_check *check, cbi_txn *txn, const cbi_intake *intake,
                                const cbi_check_begun_batch *batch, bool *good, cbank_error *err)
{
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;

    *good = intake->first_index == batch->first ||
            (intake->first_index < batch->first && batch->item > CBI_DECIDED_SURE);
    if (*good || intake->first_index > batch->first)
        return CBANK_OK;
    CBI_TRY(cbi_check_read_at(check, txn, intake->first_index, &read, err));
    *good = read.logged.erased;
done:
    cbi_check_clear_read(&read);
    return status;
}

cbank_status cbi_check_begun_batch_is(cbi_check *check, cbi_txn *txn, const cbi_intake *intake,
                                      uint64_t where, cbank_error *err)
{
    cbi_check_begun *begun = &check->begun;
    /* One that has taken nothing: its receipt is its first entry, if it has come so far. */
    cbi_check_begun_batch batch = {.first = intake->received_at != 0 ? intake->receipt_index
                                                                     : begun->end,
                                   .item = intake->next};
    size_t at = place_of(begun, intake->number);
    cbank_status status = CBANK_OK;
    bool good;

    if (is_there(begun, at, intake->number))
        batch = begun->rows[at];
    else if (begun->more)
        return CBANK_OK;
    CBI_TRY(check_first(check, txn, intake, &batch, &good, err));
    if (!good)
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_BATCH, where, "first entry"));
    /* Whether what has been erased opened an account, nobody can tell. */
    good = begun->erased <= intake->first_index
               ? intake->opened == batch.opened
               : intake->opened >= batch.opened && intake->opened <= intake->taken;
    if (!good)
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_BATCH, where, "accounts"));
done:
    return status;
}

void cbi_check_begun_end(cbi_check_begun *begun, uint64_t number)
{
    size_t at = place_of(begun, number);

    if (!is_there(begun, at, number))
        return;
    begun->count--;
    memmove(begun->rows + at, begun->rows + at + 1, (begun->count - at) * sizeof(*begun->rows));
}

cbank_status cbi_check_begun_under_way(cbi_check *check, cbi_txn *txn, const cbi_intake *intake,
                                       cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_state state;

    CBI_TRY(cbi_state_read(txn, &state, err));
    if (state.frontier.size == check->begun.end) /* nobody has written since */
        CBI_TRY(cbi_check_begun_batch_is(check, txn, intake, check->row, err));
done:
    return status;
}
