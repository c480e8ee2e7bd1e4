#include "bank/transfer.h"

#include <string.h>

#include "base/text.h"

#define TABLE CBI_TABLE_TRANSFER
#define KEY_MAX (1 + CBI_HASH_SIZE + CBI_ORIGIN_MAX)
#define NUMBERS 7
#define ROW_FIXED (2 + NUMBERS * 8 + 2 * CBI_HASH_SIZE + CBI_ACCOUNT_SIZE + 2 * 4)
#define RECORD_SIZE (8 + CBI_HASH_SIZE)

static cbank_status damaged(cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(TABLE), NULL);
}

/* ---- keys and rows ----------------------------------------------------------------------- */

static cbi_bytes number_key(char kind, uint64_t number, uint8_t out[9])
{
    out[0] = (uint8_t)kind;
    cbi_put_u64(out + 1, number);
    return cbi_bytes_of(out, 9);
}

/* Of an offer: of this bank, if `origin` is NULL or "". */
static cbi_bytes offer_key(const cbi_hash *leaf, const char *origin, uint8_t out[KEY_MAX])
{
    size_t size = origin == NULL ? 0 : strlen(origin);

    out[0] = size == 0 ? 'o' : 'i';
    memcpy(out + 1, leaf->bytes, CBI_HASH_SIZE);
    if (size > 0)
        memcpy(out + 1 + CBI_HASH_SIZE, origin, size);
    return cbi_bytes_of(out, 1 + CBI_HASH_SIZE + size);
}

static cbi_bytes account_key(const char *account, uint64_t number,
                             uint8_t out[1 + CBI_ACCOUNT_SIZE + 8])
{
    out[0] = 'a';
    memcpy(out + 1, account, CBI_ACCOUNT_SIZE);
    cbi_put_u64(out + 1 + CBI_ACCOUNT_SIZE, number);
    return cbi_bytes_of(out, 1 + CBI_ACCOUNT_SIZE + 8);
}

static cbi_bytes digest_key(const cbi_hash *digest, uint8_t out[1 + CBI_HASH_SIZE])
{
    out[0] = 'y';
    memcpy(out + 1, digest->bytes, CBI_HASH_SIZE);
    return cbi_bytes_of(out, 1 + CBI_HASH_SIZE);
}

static cbi_bytes answer_key(uint64_t number, uint32_t answer, uint8_t out[13])
{
    (void)number_key('x', number, out);
    cbi_put_u32(out + 9, answer);
    return cbi_bytes_of(out, 13);
}

static cbi_bytes encode(const cbi_transfer_row *row, uint8_t out[ROW_FIXED + CBI_ORIGIN_MAX])
{
    uint64_t numbers[NUMBERS] = {row->number, (uint64_t)row->due_at,      (uint64_t)row->at,
                                 row->index,  (uint64_t)row->answered_at, row->newest,
                                 row->sequence};
    uint8_t *at = out + 2;
    size_t size = strlen(row->other);

    out[0] = row->incoming;
    out[1] = (uint8_t)row->state;
    for (size_t i = 0; i < NUMBERS; i++, at += 8)
        cbi_put_u64(at, numbers[i]);
    memcpy(at, row->leaf.bytes, CBI_HASH_SIZE);
    memcpy(at + CBI_HASH_SIZE, row->transfer.bytes, CBI_HASH_SIZE);
    at += 2 * CBI_HASH_SIZE;
    memcpy(at, row->account.digits, CBI_ACCOUNT_SIZE);
    at += CBI_ACCOUNT_SIZE;
    cbi_put_u32(at, row->records);
    cbi_put_u32(at + 4, row->answers);
    memcpy(at + 8, row->other, size);
    return cbi_bytes_of(out, ROW_FIXED + size);
}

bool cbi_transfer_row_decode(cbi_bytes value, cbi_transfer_row *out)
{
    const uint8_t *at = value.data + 2;
    uint64_t numbers[NUMBERS];
    size_t size = value.size - ROW_FIXED;

    if (value.size <= ROW_FIXED || size > CBI_ORIGIN_MAX || value.data[0] > 1)
        return false;
    for (size_t i = 0; i < NUMBERS; i++, at += 8)
        numbers[i] = cbi_get_u64(at);
    *out = (cbi_transfer_row){.number = numbers[0],
                              .incoming = value.data[0] == 1,
                              .state = (cbi_transfer_state)value.data[1],
                              .due_at = (int64_t)numbers[1],
                              .at = (int64_t)numbers[2],
                              .index = numbers[3],
                              .answered_at = (int64_t)numbers[4],
                              .newest = numbers[5],
                              .sequence = numbers[6]};
    memcpy(out->leaf.bytes, at, CBI_HASH_SIZE);
    memcpy(out->transfer.bytes, at + CBI_HASH_SIZE, CBI_HASH_SIZE);
    at += 2 * CBI_HASH_SIZE;
    memcpy(out->account.digits, at, CBI_ACCOUNT_SIZE);
    at += CBI_ACCOUNT_SIZE;
    out->records = cbi_get_u32(at);
    out->answers = cbi_get_u32(at + 4);
    memcpy(out->other, at + 8, size);
    return out->state >= CBI_TRANSFER_OFFERED && out->state <= CBI_TRANSFER_RETURNED &&
           out->records <= CBI_TRANSFER_RECORDS_MAX;
}

static cbank_status get_number(cbi_txn *txn, cbi_bytes key, uint64_t *out, cbank_error *err)
{
    cbank_buffer value = {0};
    cbank_status status = cbi_txn_get(txn, TABLE, key, &value, err);

    if (status == CBANK_OK && value.size != 8)
        status = damaged(err);
    if (status == CBANK_OK)
        *out = cbi_get_u64(value.data);
    cbank_buffer_clear(&value);
    return status;
}

static cbank_status put_number(cbi_txn *txn, cbi_bytes key, uint64_t number, cbank_error *err)
{
    uint8_t value[8];

    cbi_put_u64(value, number);
    return cbi_txn_put(txn, TABLE, key, cbi_bytes_of(value, sizeof(value)), err);
}

/* ---- finding ----------------------------------------------------------------------------- */

static cbank_status unknown(const char *id, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_TRANSFER_UNKNOWN, 0, id, NULL);
}

cbank_status cbi_transfer_read(cbi_txn *txn, uint64_t number, cbi_transfer_row *out,
                               cbank_error *err)
{
    cbank_buffer value = {0};
    uint8_t key[9];
    cbank_status status = cbi_txn_get(txn, TABLE, number_key('r', number, key), &value, err);

    if (status == CBANK_OK && (!cbi_transfer_row_decode(cbi_bytes_of_buffer(&value), out) ||
                               out->number != number))
        status = damaged(err);
    cbank_buffer_clear(&value);
    return status == CBANK_E_NOT_FOUND ? unknown(NULL, err) : status;
}

cbank_status cbi_transfer_find(cbi_txn *txn, const cbi_hash *leaf, const char *origin,
                               cbi_transfer_row *out, cbank_error *err)
{
    uint8_t key[KEY_MAX];
    uint64_t number;
    cbank_status status = get_number(txn, offer_key(leaf, origin, key), &number, err);

    if (status == CBANK_E_NOT_FOUND)
        return unknown(NULL, err);
    return status == CBANK_OK ? cbi_transfer_read(txn, number, out, err) : status;
}

cbank_status cbi_transfer_named(cbi_txn *txn, const char *id, cbi_transfer_row *out,
                                cbank_error *err)
{
    uint8_t key[1 + CBI_HASH_SIZE];
    size_t size = strlen(id) / 2;
    cbi_page page = {0};
    cbank_status status = CBANK_OK;
    bool found = false;

    if (size < 8 || size > CBI_HASH_SIZE || !cbi_hex_decode(cbi_bytes_of_text(id), key + 1, size))
        return unknown(id, err);
    for (int side = 0; side < 2 && !found; side++) {
        cbi_bytes prefix = cbi_bytes_of(key, 1 + size);

        key[0] = side == 0 ? 'o' : 'i';
        CBI_TRY(cbi_txn_page(txn, TABLE, prefix, prefix, 2, &page, err));
        if (page.count > 1)
            CBI_TRY(unknown(id, err)); /* not one: say more of it */
        found = page.count == 1;
        if (found && cbi_page_value(&page, 0).size != 8)
            CBI_TRY(damaged(err));
        if (found)
            CBI_TRY(cbi_transfer_read(txn, cbi_get_u64(cbi_page_value(&page, 0).data), out, err));
        cbi_page_clear(&page);
    }
    if (!found)
        CBI_TRY(unknown(id, err));
done:
    cbi_page_clear(&page);
    return status;
}

cbank_status cbi_transfer_after(cbi_txn *txn, const char *account, uint64_t number,
                                cbi_transfer_row *out, bool *found, cbank_error *err)
{
    uint8_t key[1 + CBI_ACCOUNT_SIZE + 8];
    bool one = account[0] != '\0';
    cbi_bytes from = one ? account_key(account, number + 1, key)
                         : number_key('r', number + 1, key);
    cbi_page page = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_page(txn, TABLE, cbi_bytes_of(key, from.size - 8), from, 1, &page, err));
    *found = page.count == 1;
    if (*found) {
        cbi_bytes next = cbi_page_key(&page, 0);

        if (next.size != from.size)
            CBI_TRY(damaged(err));
        CBI_TRY(cbi_transfer_read(txn, cbi_get_u64(next.data + next.size - 8), out, err));
    }
done:
    cbi_page_clear(&page);
    return status;
}

cbank_status cbi_transfer_records(cbi_txn *txn, const cbi_transfer_row *row,
                                  cbi_transfer_record *out, cbank_error *err)
{
    cbank_buffer value = {0};
    uint8_t key[9];
    cbank_status status = cbi_txn_get(txn, TABLE, number_key('l', row->number, key), &value, err);

    if (status == CBANK_E_NOT_FOUND ||
        (status == CBANK_OK && value.size != (size_t)row->records * RECORD_SIZE))
        status = damaged(err);
    for (size_t i = 0; status == CBANK_OK && i < row->records; i++) {
        out[i].index = cbi_get_u64(value.data + i * RECORD_SIZE);
        memcpy(out[i].id.bytes, value.data + i * RECORD_SIZE + 8, CBI_HASH_SIZE);
    }
    cbank_buffer_clear(&value);
    return status;
}

bool cbi_transfer_by_letter(const cbi_transfer_row *row)
{
    return !row->incoming && cbi_transfer_goal_is_valid(row->other, true);
}

/* ---- writing ----------------------------------------------------------------------------- */

static cbank_status next_number(cbi_txn *txn, uint64_t *out, cbank_error *err)
{
    cbank_status status = get_number(txn, cbi_bytes_of_text("n"), out, err);

    if (status == CBANK_E_NOT_FOUND) {
        *out = 0;
        status = CBANK_OK;
    }
    CBI_TRY(status);
    (*out)++;
    CBI_TRY(put_number(txn, cbi_bytes_of_text("n"), *out, err));
done:
    return status;
}

static cbank_status put_records(cbi_txn *txn, const cbi_transfer_row *row,
                                const cbi_transfer_record *records, cbank_error *err)
{
    cbank_buffer value = {0};
    uint8_t key[9], one[RECORD_SIZE];
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < row->records; i++) {
        cbi_put_u64(one, records[i].index);
        memcpy(one + 8, records[i].id.bytes, CBI_HASH_SIZE);
        CBI_TRY(cbi_buffer_append(&value, cbi_bytes_of(one, sizeof(one)), err));
        if (records[i].index != 0)
            CBI_TRY(cbi_txn_put(txn, CBI_TABLE_FOREIGN, cbi_bytes_of_hash(&records[i].id),
                                cbi_bytes_of(one, 8), err));
    }
    CBI_TRY(cbi_txn_put(txn, TABLE, number_key('l', row->number, key),
                        cbi_bytes_of_buffer(&value), err));
done:
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_transfer_begin(cbi_txn *txn, cbi_transfer_row *row,
                                const cbi_transfer_record *records, cbank_error *err)
{
    uint8_t key[KEY_MAX], account[1 + CBI_ACCOUNT_SIZE + 8], one = 1;
    cbank_status status = CBANK_OK;

    CBI_TRY(next_number(txn, &row->number, err));
    CBI_TRY(put_number(txn, offer_key(&row->leaf, row->incoming ? row->other : NULL, key),
                       row->number, err));
    if (row->account.digits[0] != '\0')
        CBI_TRY(cbi_txn_put(txn, TABLE, account_key(row->account.digits, row->number, account),
                            cbi_bytes_of(&one, 1), err));
    CBI_TRY(put_records(txn, row, records, err));
    CBI_TRY(cbi_transfer_write(txn, row, err));
done:
    return status;
}

cbank_status cbi_transfer_write(cbi_txn *txn, const cbi_transfer_row *row, cbank_error *err)
{
    uint8_t key[9], value[ROW_FIXED + CBI_ORIGIN_MAX];

    return cbi_txn_put(txn, TABLE, number_key('r', row->number, key), encode(row, value), err);
}

cbank_status cbi_transfer_put_where(cbi_txn *txn, uint64_t index, cbi_whereabouts where,
                                    uint64_t number, cbank_error *err)
{
    uint8_t key[9], value[9];

    if (where == CBI_WHERE_HERE)
        return cbi_txn_delete(txn, TABLE, number_key('w', index, key), err);
    value[0] = (uint8_t)where;
    cbi_put_u64(value + 1, number);
    return cbi_txn_put(txn, TABLE, number_key('w', index, key),
                       cbi_bytes_of(value, sizeof(value)), err);
}

cbank_status cbi_transfer_of_record(cbi_txn *txn, uint64_t index, cbi_whereabouts *where,
                                    uint64_t *number, cbank_error *err)
{
    cbank_buffer value = {0};
    uint8_t key[9];
    cbank_status status = cbi_txn_get(txn, TABLE, number_key('w', index, key), &value, err);

    if (status == CBANK_OK && value.size != 9)
        status = damaged(err);
    if (status == CBANK_OK) {
        *where = (cbi_whereabouts)value.data[0];
        *number = cbi_get_u64(value.data + 1);
    }
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_transfer_out_from(cbi_txn *txn, uint64_t index, uint64_t *record, bool *found,
                                   cbank_error *err)
{
    uint8_t key[9];
    cbi_bytes from = number_key('w', index, key);
    cbi_page page = {0};
    cbank_status status = cbi_txn_page(txn, TABLE, cbi_bytes_of(key, 1), from, 1, &page, err);

    *found = status == CBANK_OK && page.count == 1;
    if (*found && cbi_page_key(&page, 0).size != 9)
        status = damaged(err);
    else if (*found)
        *record = cbi_get_u64(cbi_page_key(&page, 0).data + 1);
    cbi_page_clear(&page);
    return status;
}

bool cbi_transfer_knows(cbi_txn *txn, const cbi_hash *record)
{
    return cbi_txn_has(txn, CBI_TABLE_FOREIGN, cbi_bytes_of_hash(record));
}

cbank_status cbi_transfer_place(cbi_txn *txn, const cbi_hash *record, uint64_t *index,
                                cbank_error *err)
{
    cbank_buffer value = {0};
    cbank_status status =
        cbi_txn_get(txn, CBI_TABLE_FOREIGN, cbi_bytes_of_hash(record), &value, err);

    if (status == CBANK_OK && value.size != 8)
        status = cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_FOREIGN), NULL);
    if (status == CBANK_OK)
        *index = cbi_get_u64(value.data);
    cbank_buffer_clear(&value);
    return status;
}

/* ---- answers ----------------------------------------------------------------------------- */

cbank_status cbi_transfer_put_answer(cbi_txn *txn, cbi_transfer_row *row, uint64_t index,
                                     cbi_bytes answer, cbank_error *err)
{
    cbank_buffer value = {0};
    uint8_t key[13], start[8];
    cbank_status status = CBANK_OK;

    cbi_put_u64(start, index);
    CBI_TRY(cbi_buffer_append(&value, cbi_bytes_of(start, sizeof(start)), err));
    CBI_TRY(cbi_buffer_append(&value, answer, err));
    CBI_TRY(cbi_txn_put(txn, TABLE, answer_key(row->number, row->answers, key),
                        cbi_bytes_of_buffer(&value), err));
    row->answers++;
done:
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_transfer_get_answer(cbi_txn *txn, const cbi_transfer_row *row, uint32_t answer,
                                     uint64_t *index, cbank_buffer *out, cbank_error *err)
{
    cbank_buffer value = {0};
    uint8_t key[13];
    cbank_status status =
        cbi_txn_get(txn, TABLE, answer_key(row->number, answer, key), &value, err);

    if (status == CBANK_E_NOT_FOUND || (status == CBANK_OK && value.size <= 8))
        status = damaged(err);
    CBI_TRY(status);
    *index = cbi_get_u64(value.data);
    CBI_TRY(cbi_buffer_set(out, cbi_bytes_of(value.data + 8, value.size - 8), err));
done:
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_transfer_put_taken(cbi_txn *txn, const cbi_hash *digest, uint64_t number,
                                    cbank_error *err)
{
    uint8_t key[1 + CBI_HASH_SIZE];

    return put_number(txn, digest_key(digest, key), number, err);
}

cbank_status cbi_transfer_taken(cbi_txn *txn, const cbi_hash *digest, uint64_t *number,
                                cbank_error *err)
{
    uint8_t key[1 + CBI_HASH_SIZE];

    return get_number(txn, digest_key(digest, key), number, err);
}

bool cbi_transfer_has_taken(cbi_txn *txn, const cbi_hash *digest)
{
    uint8_t key[1 + CBI_HASH_SIZE];

    return cbi_txn_has(txn, TABLE, digest_key(digest, key));
}
