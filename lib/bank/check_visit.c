/* check_visit.c - the tables, row by row, once the log has been replayed. */
#include "bank/check_part.h"

#include <string.h>

#define PAGE_ROWS 256

static bool any_row(cbi_bytes key)
{
    (void)key;
    return true;
}

/* Of a batch's rows the pages of ids, which are what there is most to do about. */
static bool page_of_ids(cbi_bytes key)
{
    uint64_t number;
    char part;

    return cbi_intake_key_is(key, &number, &part) && part == 'h';
}

/* What is visited once the log has been replayed, in this order. */
static const struct {
    cbi_table table;
    cbi_check_visit visit;
    bool (*apart)(cbi_bytes key); /* rows that need nothing of others; NULL: none */
} VISITS[] = {
    {CBI_TABLE_HEAD, cbi_check_head, any_row},
    {CBI_TABLE_INSTITUTION, cbi_check_institution, NULL},
    {CBI_TABLE_BATCH, cbi_check_batch, page_of_ids},
    {CBI_TABLE_REFERENCE, cbi_check_reference, any_row},
    {CBI_TABLE_STATE, cbi_check_state, NULL},
    {CBI_TABLE_VAULT, cbi_check_person, any_row},
    {CBI_TABLE_OPENING, cbi_check_opening, any_row},
    {CBI_TABLE_IDENTITY, cbi_check_identity, any_row},
    {CBI_TABLE_PUBLICATION, cbi_check_publication, NULL},
    {CBI_TABLE_RECOGNITION, cbi_check_recognition, NULL},
    {CBI_TABLE_CONSENT, cbi_check_consent, NULL},
    {CBI_TABLE_ENROLMENT, cbi_check_enrolment_row, NULL},
    {CBI_TABLE_TRANSFER, cbi_check_transfer_row, NULL},
    {CBI_TABLE_TOKEN, cbi_check_token, NULL},
};
#define VISIT_COUNT (sizeof(VISITS) / sizeof(VISITS[0]))

size_t cbi_check_visit_count(void)
{
    return VISIT_COUNT;
}

cbi_table cbi_check_visit_table(size_t position)
{
    return VISITS[position].table;
}

/* The least key above the last one that was seen is that key with a zero byte. */
static void remember(cbi_check *check, cbi_bytes key)
{
    memcpy(check->after, key.data, key.size);
    check->after[key.size] = 0;
    check->after_size = key.size + 1;
}

static cbank_status read_page(cbi_check *check, cbi_txn *txn, size_t rows, cbank_error *err)
{
    return cbi_txn_page(txn, VISITS[check->table].table, cbi_bytes_of(NULL, 0),
                        cbi_bytes_of(check->after, check->after_size), rows, &check->page, err);
}

/*
 * The rows of a table that were found good with their statements, when the log was read. Each is of
 * another statement: if there are no more rows than that, all are good.
 */
static bool is_noted(const cbi_check *check, uint64_t *good)
{
    cbi_table table = VISITS[check->table].table;

    *good = table == CBI_TABLE_OPENING ? check->openings : check->references;
    return !check->again && (table == CBI_TABLE_OPENING || table == CBI_TABLE_REFERENCE);
}

static void end_table(cbi_check *check)
{
    uint64_t good;

    check->again = is_noted(check, &good) && check->row != good;
    check->table += !check->again;
    check->row = 0;
    check->after_size = 0;
}

static cbank_status visit_row(cbi_check *hand, cbi_txn *txn, size_t i, cbank_error *err)
{
    hand->row = hand->page_row + i;
    return VISITS[hand->table].visit(hand, txn, cbi_page_key(&hand->page, i),
                                     cbi_page_value(&hand->page, i), err);
}

static bool is_apart(const cbi_check *check, size_t i)
{
    return VISITS[check->table].apart != NULL &&
           VISITS[check->table].apart(cbi_page_key(&check->page, i));
}

/* The others are visited in their order. */
static cbank_status visit_apart(cbi_check *hand, cbi_txn *txn, size_t i, cbank_error *err)
{
    return is_apart(hand, i) ? visit_row(hand, txn, i, err) : CBANK_OK;
}

/* The rows of a page, and what came of each. */
static cbank_status visit_page(cbi_check *check, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_check_outcome *outcome;

    check->page_row = check->row;
    if (VISITS[check->table].apart != NULL)
        CBI_TRY(cbi_check_share(check, txn, check->page.count, visit_apart, NULL, err));
    for (size_t i = 0; i < check->page.count; i++) {
        outcome = &check->now.outcomes[i];
        if (!is_apart(check, i))
            outcome->status = visit_row(check, txn, i, &outcome->error);
        CBI_TRY(cbi_check_judge(check, outcome->status, &outcome->error,
                                VISITS[check->table].table, check->page_row + i, err));
    }
    check->row = check->page_row;
done:
    return status;
}

/* Rows that were found good before are only counted. */
static cbank_status count_table(cbi_check *check, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_count(txn, VISITS[check->table].table, &check->row, err));
    check->visited += check->row;
    end_table(check);
done:
    return status;
}

/* The end is looked for in the same moment: a table may grow faster than it is visited. */
cbank_status cbi_check_step_table(cbi_check *check, cbank_error *err)
{
    uint64_t good;
    cbi_txn *txn = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_begin(check->bank->store, CBI_TXN_READ, &txn, err));
    if (is_noted(check, &good)) {
        status = count_table(check, txn, err);
        goto done;
    }
    CBI_TRY(read_page(check, txn, PAGE_ROWS, err));
    CBI_TRY(visit_page(check, txn, err));
    check->row += check->page.count;
    check->visited += check->page.count;
    if (check->page.count > 0)
        remember(check, cbi_page_key(&check->page, check->page.count - 1));
    CBI_TRY(read_page(check, txn, 1, err));
    if (check->page.count == 0)
        end_table(check);
done:
    cbi_txn_abort(txn);
    return status;
}
