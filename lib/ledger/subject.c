#include "ledger/subject.h"

#include <string.h>

/* The numbers of cbank.v1.SubjectKind. */
enum { LEARNER = 1, DISCLOSURE = 2, CASE = 3, INSTITUTION = 4, PUBLICATION = 5, BANK = 6 };

#define HEAD_SIZE 48

bool cbi_subject_is_valid(const cbi_subject *subject)
{
    return subject->kind >= LEARNER && subject->kind <= BANK && subject->id.size > 0 &&
           subject->id.size <= CBI_SUBJECT_ID_MAX;
}

bool cbi_subject_is_public(uint8_t kind)
{
    return kind == INSTITUTION || kind == PUBLICATION || kind == BANK;
}

void cbi_subject_key_of(const cbi_subject *subject, cbi_subject_key *out)
{
    out->bytes[0] = subject->kind;
    memcpy(out->bytes + 1, subject->id.data, subject->id.size);
    out->size = 1 + subject->id.size;
}

bool cbi_subject_from_key(cbi_bytes key, cbi_subject *out)
{
    if (key.size < 2 || key.size > CBI_KEY_MAX)
        return false;
    cbi_subject subject = {.kind = key.data[0], .id = cbi_bytes_of(key.data + 1, key.size - 1)};
    if (!cbi_subject_is_valid(&subject))
        return false;
    *out = subject;
    return true;
}

/* Reads a small row of a subject into `value`, which has room for `size` bytes. */
static cbank_status read_row(cbi_txn *txn, cbi_table table, const cbi_subject *subject,
                             uint8_t *value, size_t size, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer row = {0};
    cbi_subject_key key;

    cbi_subject_key_of(subject, &key);
    status = cbi_txn_get(txn, table, cbi_bytes_of(key.bytes, key.size), &row, err);
    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_SUBJECT_UNKNOWN, 0, cbi_table_name(table), NULL);
    if (status == CBANK_OK && row.size != size)
        status = cbi_fail(err, CBI_REASON_LEDGER_ROW_DAMAGED, 0, cbi_table_name(table), "size %zu",
                          row.size);
    if (status == CBANK_OK)
        memcpy(value, row.data, size);
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_subject_decode_head(cbi_bytes value, cbi_head *out, cbank_error *err)
{
    if (value.size != HEAD_SIZE)
        return cbi_fail(err, CBI_REASON_LEDGER_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_HEAD),
                        "size %zu", value.size);
    out->sequence = cbi_get_u64(value.data);
    out->index = cbi_get_u64(value.data + 8);
    memcpy(out->leaf.bytes, value.data + 16, CBI_HASH_SIZE);
    return CBANK_OK;
}

cbank_status cbi_subject_read_head(cbi_txn *txn, const cbi_subject *subject, cbi_head *out,
                                   cbank_error *err)
{
    uint8_t value[HEAD_SIZE];
    cbank_status status = read_row(txn, CBI_TABLE_HEAD, subject, value, sizeof value, err);

    if (status != CBANK_OK)
        return status;
    return cbi_subject_decode_head(cbi_bytes_of(value, sizeof value), out, err);
}

cbank_status cbi_subject_write_head(cbi_txn *txn, const cbi_subject *subject, const cbi_head *head,
                                    cbank_error *err)
{
    uint8_t value[HEAD_SIZE];
    cbi_subject_key key;

    cbi_subject_key_of(subject, &key);
    cbi_put_u64(value, head->sequence);
    cbi_put_u64(value + 8, head->index);
    memcpy(value + 16, head->leaf.bytes, CBI_HASH_SIZE);
    return cbi_txn_put(txn, CBI_TABLE_HEAD, cbi_bytes_of(key.bytes, key.size),
                       cbi_bytes_of(value, sizeof value), err);
}

cbank_status cbi_subject_read_randomness(cbi_txn *txn, const cbi_subject *subject, cbi_hash *out,
                                         cbank_error *err)
{
    if (!cbi_subject_is_public(subject->kind))
        return read_row(txn, CBI_TABLE_TAG, subject, out->bytes, CBI_HASH_SIZE, err);
    *out = (cbi_hash){{0}};
    return CBANK_OK;
}

cbank_status cbi_subject_write_randomness(cbi_txn *txn, const cbi_subject *subject,
                                          const cbi_hash *randomness, cbank_error *err)
{
    cbi_subject_key key;

    cbi_subject_key_of(subject, &key);
    return cbi_txn_insert(txn, CBI_TABLE_TAG, cbi_bytes_of(key.bytes, key.size),
                          cbi_bytes_of_hash(randomness), err);
}

cbank_status cbi_subject_forget(cbi_txn *txn, const cbi_subject *subject, cbank_error *err)
{
    cbi_subject_key key;

    cbi_subject_key_of(subject, &key);
    return cbi_txn_delete(txn, CBI_TABLE_TAG, cbi_bytes_of(key.bytes, key.size), err);
}
