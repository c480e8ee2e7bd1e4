/* check_transfer.c - transfers: the log and the rows of `transfer` bear each other out. */
#include "bank/check_part.h"

#include <string.h>

#include "bank/reach.h"
#include "bank/transfer.h"
#include "base/memory.h"
#include "proof/answer.h"
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

/* The end of an offer has an offer that has ended; what it ended as, the account's chain tells. */
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

/* An answer that was given is kept: the other bank may ask for its receipt at any time. */
static cbank_status check_answered(const cbi_check_logged_row *it, cbank_error *err)
{
    const Cbank__V1__TransferAnswered *answered = it->statement->body;
    cbi_transfer_row row;
    cbank_status status = CBANK_OK;
    uint64_t index = 0, number;
    cbank_buffer answer = {0};
    cbi_hash digest;

    (void)cbi_hash_from(cbi_message_bytes(answered->answer), &digest); /* checked: 32 */
    status = cbi_transfer_taken(it->txn, &digest, &number, err);
    if (status == CBANK_E_NOT_FOUND)
        return wrong(it->logged->index, "answer", err);
    CBI_TRY(status);
    CBI_TRY(cbi_transfer_read(it->txn, number, &row, err));
    for (uint32_t i = 0; i < row.answers && index != it->logged->index; i++) {
        cbank_buffer_clear(&answer);
        CBI_TRY(cbi_transfer_get_answer(it->txn, &row, i, &index, &answer, err));
    }
    if (!row.incoming || index != it->logged->index || strcmp(row.other, answered->origin) != 0 ||
        !cbi_bytes_equal(cbi_message_bytes(answered->transfer), cbi_bytes_of_hash(&row.transfer)))
        CBI_TRY(wrong(it->logged->index, "answer", err));
done:
    cbank_buffer_clear(&answer);
    return status;
}

/* A record that was received is known for ever, and is found as a deposit is. */
static cbank_status check_received(const cbi_check_logged_row *it, cbank_error *err)
{
    uint64_t index = it->logged->index, place = 0, newest = 0;
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbi_hash content;
    uint8_t key[8];

    CBI_TRY(cbi_holding_take(it->txn, it->check->hasher, it->logged, &holding, err));
    status = cbi_transfer_place(it->txn, &holding.id, &place, err);
    if (status == CBANK_E_NOT_FOUND || (status == CBANK_OK && place != index))
        status = cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_FOREIGN, index, "missing");
    CBI_TRY(status);
    status = cbi_holding_by_reference(it->txn, holding.record->awarded_by->institution,
                                      holding.record->reference, &newest, &content, err);
    if (status == CBANK_E_NOT_FOUND || (status == CBANK_OK && newest < index))
        status = cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_REFERENCE, index, "older");
    CBI_TRY(status);
    if (!cbi_reach_is_noted(it->txn, holding.record, index))
        CBI_TRY(
            cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_RECOGNITION, index, "basis"));
    cbi_put_u64(key, index);
    if (!cbi_txn_has(it->txn, CBI_TABLE_OPENING, cbi_bytes_of(key, sizeof(key))))
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_OPENING, index, "missing"));
done:
    cbi_holding_clear(&holding);
    return status;
}

cbank_status cbi_check_transferred(const cbi_check_logged_row *it, cbank_error *err)
{
    const cbi_kind *kind = it->statement->kind;
    cbank_status status = CBANK_OK;

    if (kind->kind == KIND(TRANSFER_ANSWERED))
        return check_answered(it, err);
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

/* The statement that a row began with is there, and of its kind; and the row is found again. */
static cbank_status check_row(cbi_check *check, cbi_txn *txn, const cbi_transfer_row *row,
                              cbank_error *err)
{
    bool named = row->account.digits[0] == '\0';
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
    CBI_TRY(status);
    if (!named)
        CBI_TRY(cbi_transfer_after(txn, row->account.digits, row->number - 1, &found, &named, err));
    if (!named || (row->account.digits[0] != '\0' && found.number != row->number))
        CBI_TRY(wrong(check->row, "account", err));
    if (row->incoming)
        CBI_TRY(cbi_check_incoming(check, txn, row, err));
done:
    cbi_check_clear_read(&read);
    return status;
}

/* Each record of a transfer that was ever here is known. */
static cbank_status check_records(cbi_check *check, cbi_txn *txn, uint64_t number,
                                  cbank_error *err)
{
    cbi_transfer_record *records = NULL;
    cbi_transfer_row row;
    cbank_status status = CBANK_OK;
    uint64_t place;

    CBI_TRY(cbi_transfer_read(txn, number, &row, err));
    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*records), &records, err));
    CBI_TRY(cbi_transfer_records(txn, &row, records, err));
    for (size_t i = 0; i < row.records; i++) {
        if (records[i].index == 0)
            continue;
        status = cbi_transfer_place(txn, &records[i].id, &place, err);
        if (status == CBANK_E_NOT_FOUND || (status == CBANK_OK && place != records[i].index))
            status = wrong(check->row, "foreign", err);
        CBI_TRY(status);
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

/* An answer is what the statement beside it has the digest of, and is found by that digest. */
static cbank_status check_answer(cbi_check *check, cbi_txn *txn, uint64_t number, uint32_t answer,
                                 cbank_error *err)
{
    const Cbank__V1__TransferAnswered *answered;
    const Cbank__V1__TransferEnded *ended;
    cbi_transfer_row row;
    cbi_check_read read = {0};
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    uint64_t index, named = 0;
    cbi_hash digest;
    bool good;

    CBI_TRY(cbi_transfer_read(txn, number, &row, err));
    if (answer >= row.answers)
        CBI_TRY(wrong(check->row, "answers", err));
    CBI_TRY(cbi_transfer_get_answer(txn, &row, answer, &index, &bytes, err));
    CBI_TRY(cbi_answer_digest(check->hasher, cbi_bytes_of_buffer(&bytes), &digest, err));
    CBI_TRY(cbi_check_read_at(check, txn, index, &read, err));
    answered = cbi_statement_body(&read.statement, &cbank__v1__transfer_answered__descriptor);
    ended = cbi_statement_body(&read.statement, &cbank__v1__transfer_ended__descriptor);
    good = read.statement.kind == NULL || /* erased */
           (row.incoming ? answered != NULL && cbi_bytes_equal(cbi_message_bytes(answered->answer),
                                                               cbi_bytes_of_hash(&digest))
                         : ended != NULL && cbi_bytes_equal(cbi_message_bytes(ended->answer),
                                                            cbi_bytes_of_hash(&digest)));
    status = good ? cbi_transfer_taken(txn, &digest, &named, err) : CBANK_E_NOT_FOUND;
    if (status == CBANK_E_NOT_FOUND || (status == CBANK_OK && named != number))
        status = wrong(check->row, "answer", err);
done:
    cbi_check_clear_read(&read);
    cbank_buffer_clear(&bytes);
    return status;
}

/* What leads to a row leads to one that has this name. */
static cbank_status check_name(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                               cbank_error *err)
{
    bool account = key.size == 1 + CBI_ACCOUNT_SIZE + 8 && key.data[0] == 'a';
    cbi_bytes number = account ? cbi_bytes_of(key.data + key.size - 8, 8) : value;
    cbi_transfer_row row;
    cbank_status status = CBANK_OK;

    if (number.size != 8 || key.size < 1 + (account ? 0 : CBI_HASH_SIZE))
        return wrong(check->row, "form", err);
    CBI_TRY(cbi_transfer_read(txn, cbi_get_u64(number.data), &row, err));
    if (account && memcmp(key.data + 1, row.account.digits, CBI_ACCOUNT_SIZE) != 0)
        CBI_TRY(wrong(check->row, "account", err));
    if ((key.data[0] == 'o' || key.data[0] == 'i') &&
        (row.incoming != (key.data[0] == 'i') ||
         memcmp(key.data + 1, row.leaf.bytes, CBI_HASH_SIZE) != 0))
        CBI_TRY(wrong(check->row, "offer", err));
done:
    return status;
}

cbank_status cbi_check_transfer_row(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                    cbank_error *err)
{
    cbi_transfer_row row;
    uint64_t number = key.size < 9 ? 0 : cbi_get_u64(key.data + 1);

    switch (key.data[0]) {
    case 'r':
        if (key.size != 9 || !cbi_transfer_row_decode(value, &row) || row.number != number)
            break;
        return check_row(check, txn, &row, err);
    case 'l':
        if (key.size != 9)
            break;
        return check_records(check, txn, number, err);
    case 'w':
        if (key.size != 9)
            break;
        return check_where(check, txn, number, value, err);
    case 'x':
        if (key.size != 13 || value.size <= 8)
            break;
        return check_answer(check, txn, number, cbi_get_u32(key.data + 9), err);
    case 'o':
    case 'i':
    case 'y':
    case 'a':
        return check_name(check, txn, key, value, err);
    case 'n':
        if (key.size == 1 && value.size == 8)
            return CBANK_OK;
        break;
    default:
        break;
    }
    return wrong(check->row, "form", err);
}
