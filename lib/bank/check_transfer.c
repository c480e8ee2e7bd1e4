/* check_transfer.c - transfers: the log and the rows of `transfer` bear each other out. */
#include "bank/check_part.h"

#include <string.h>

#include "bank/transfer.h"
#include "base/memory.h"
#include "record/body.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

static cbank_status wrong(uint64_t where, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_TRANSFER, where, detail);
}

/* ---- statements -------------------------------------------------------------------------- */

/* An offer has its row, and says the same of it. */
static cbank_status check_offered(const cbi_check_logged_row *it, cbank_error *err)
{
    const Cbank__V1__TransferOffered *offered = it->statement->body;
    cbi_transfer_row row;
    cbank_status status = cbi_transfer_find(it->txn, &it->logged->leaf, NULL, &row, err);

    if (status == CBANK_E_NOT_FOUND)
        return wrong(it->logged->index, "missing", err);
    CBI_TRY(status);
    if (row.index != it->logged->index || row.sequence != it->logged->entry.sequence ||
        row.due_at != offered->due_at || row.records != offered->n_records ||
        strcmp(row.other, offered->to) != 0 ||
        strcmp(row.account.digits, offered->account) != 0)
        CBI_TRY(wrong(it->logged->index, "offer", err));
done:
    return status;
}

/* The end of an offer is what its row says, or was until what came back. */
static cbank_status check_ended(const cbi_check_logged_row *it, cbank_error *err)
{
    const Cbank__V1__TransferEnded *ended = it->statement->body;
    cbi_transfer_row row;
    cbank_status status = CBANK_OK;
    cbi_hash leaf, answer;

    (void)cbi_hash_from(cbi_message_bytes(ended->touched_leaf), &leaf); /* checked: 32 */
    status = cbi_transfer_find(it->txn, &leaf, NULL, &row, err);
    if (status == CBANK_E_NOT_FOUND)
        return wrong(it->logged->index, "missing", err);
    CBI_TRY(status);
    if (row.state == CBI_TRANSFER_OFFERED || row.sequence != ended->touched_sequence)
        CBI_TRY(wrong(it->logged->index, "state", err));
    if (cbi_hash_from(cbi_message_bytes(ended->answer), &answer) &&
        !cbi_transfer_has_taken(it->txn, &answer))
        CBI_TRY(wrong(it->logged->index, "answer", err));
done:
    return status;
}

/* A record that was received is known for ever. */
static cbank_status check_received(const cbi_check_logged_row *it, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_take(it->txn, it->check->hasher, it->logged, &holding, err));
    if (!cbi_transfer_knows(it->txn, &holding.id))
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_FOREIGN, it->logged->index,
                                "missing"));
done:
    cbi_holding_clear(&holding);
    return status;
}

cbank_status cbi_check_transferred(const cbi_check_logged_row *it, cbank_error *err)
{
    const cbi_kind *kind = it->statement->kind;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_subject(it, cbi_body_account(kind, it->statement->body), err));
    if (kind->kind == KIND(TRANSFER_OFFERED))
        CBI_TRY(check_offered(it, err));
    else if (kind->body == &cbank__v1__transfer_ended__descriptor)
        CBI_TRY(check_ended(it, err));
    else if (kind->kind == KIND(CREDIT_RECEIVED))
        CBI_TRY(check_received(it, err));
done:
    return status;
}

/* ---- rows -------------------------------------------------------------------------------- */

/* The statement that a row began with is there, and of its kind. */
static cbank_status check_row(cbi_check *check, cbi_txn *txn, const cbi_transfer_row *row,
                              cbank_error *err)
{
    cbi_transfer_row found;
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;
    int kind;

    CBI_TRY(cbi_check_read_at(check, txn, row->index, &read, err));
    kind = read.statement.kind == NULL ? 0 : (int)read.statement.kind->kind;
    if (kind != 0 &&
        (kind != (row->incoming ? (int)KIND(TRANSFER_ANSWERED) : (int)KIND(TRANSFER_OFFERED)) ||
         (!row->incoming && !cbi_hash_equal(&read.logged.leaf, &row->leaf))))
        CBI_TRY(wrong(check->row, "statement", err));
    status = cbi_transfer_find(txn, &row->leaf, row->incoming ? row->other : NULL, &found, err);
    if (status == CBANK_E_NOT_FOUND || (status == CBANK_OK && found.number != row->number))
        status = wrong(check->row, "offer", err);
done:
    cbi_check_clear_read(&read);
    return status;
}

/* Each record of a transfer is where the transfer's state has it. */
static cbank_status check_records(cbi_check *check, cbi_txn *txn, uint64_t number,
                                  cbank_error *err)
{
    cbi_transfer_record *records = NULL;
    cbi_transfer_row row;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_transfer_read(txn, number, &row, err));
    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*records), &records, err));
    CBI_TRY(cbi_transfer_records(txn, &row, records, err));
    for (size_t i = 0; i < row.records; i++) {
        cbi_whereabouts where = CBI_WHERE_HERE;
        uint64_t of = number;

        if (records[i].index == 0)
            continue;
        status = cbi_transfer_of_record(txn, records[i].index, &where, &of, err);
        if (status != CBANK_OK && status != CBANK_E_NOT_FOUND)
            CBI_TRY(status);
        status = CBANK_OK;
        if (!cbi_transfer_knows(txn, &records[i].id))
            CBI_TRY(wrong(check->row, "foreign", err));
        if (row.incoming || of != number)
            continue;
        if ((row.state == CBI_TRANSFER_OFFERED) != (where == CBI_WHERE_OFFERED) ||
            (row.state == CBI_TRANSFER_ACCEPTED && row.answers == 0 && where == CBI_WHERE_OFFERED))
            CBI_TRY(wrong(check->row, "where", err));
    }
done:
    cbi_free(records);
    return status;
}

/* A record that is out is one of the transfer under which it is. */
static cbank_status check_where(cbi_check *check, cbi_txn *txn, uint64_t index, cbi_bytes value,
                                cbank_error *err)
{
    cbi_transfer_record *records = NULL;
    cbi_transfer_row row;
    cbank_status status = CBANK_OK;
    bool listed = false;

    if (value.size != 9 || (value.data[0] != CBI_WHERE_OFFERED && value.data[0] != CBI_WHERE_AWAY))
        return wrong(check->row, "form", err);
    CBI_TRY(cbi_transfer_read(txn, cbi_get_u64(value.data + 1), &row, err));
    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*records), &records, err));
    CBI_TRY(cbi_transfer_records(txn, &row, records, err));
    for (size_t i = 0; i < row.records; i++)
        listed = listed || records[i].index == index;
    if (!listed || (row.state == CBI_TRANSFER_OFFERED) != (value.data[0] == CBI_WHERE_OFFERED))
        CBI_TRY(wrong(check->row, "where", err));
done:
    cbi_free(records);
    return status;
}

cbank_status cbi_check_transfer_row(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                    cbank_error *err)
{
    cbi_transfer_row row;
    cbank_status status = CBANK_OK;

    if (key.size == 9 && key.data[0] == 'r') {
        if (!cbi_transfer_row_decode(value, &row) || row.number != cbi_get_u64(key.data + 1))
            return wrong(check->row, "form", err);
        return check_row(check, txn, &row, err);
    }
    if (key.size == 9 && key.data[0] == 'l')
        return check_records(check, txn, cbi_get_u64(key.data + 1), err);
    if (key.size == 9 && key.data[0] == 'w')
        return check_where(check, txn, cbi_get_u64(key.data + 1), value, err);
    if (value.size == 8 && (key.data[0] == 'o' || key.data[0] == 'i' || key.data[0] == 'y')) {
        CBI_TRY(cbi_transfer_read(txn, cbi_get_u64(value.data), &row, err));
        if (key.data[0] != 'y' && (row.incoming != (key.data[0] == 'i') ||
                                   memcmp(key.data + 1, row.leaf.bytes, CBI_HASH_SIZE) != 0))
            CBI_TRY(wrong(check->row, "offer", err));
        return CBANK_OK;
    }
    if (key.size == 1 + CBI_ACCOUNT_SIZE + 8 && key.data[0] == 'a') {
        CBI_TRY(cbi_transfer_read(txn, cbi_get_u64(key.data + key.size - 8), &row, err));
        if (memcmp(key.data + 1, row.account.digits, CBI_ACCOUNT_SIZE) != 0)
            CBI_TRY(wrong(check->row, "account", err));
        return CBANK_OK;
    }
    if (!(key.size == 13 && key.data[0] == 'x' && value.size > 8) &&
        !(key.size == 1 && key.data[0] == 'n' && value.size == 8))
        return wrong(check->row, "form", err);
done:
    return status;
}
