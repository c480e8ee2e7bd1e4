#include "bank/recognition.h"

#include <string.h>

#include "bank/counter.h"
#include "base/text.h"

#define TABLE CBI_TABLE_RECOGNITION
#define ROW_FIXED (1 + 32 + 8 * 4 + 32 + 4 * 2 + CBI_ACCOUNT_SIZE)
#define ID_PREFIX_MIN 8u

static cbank_status damaged(cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(TABLE), NULL);
}

/* ---- keys -------------------------------------------------------------------------------- */

static cbi_bytes id_key(char kind, const cbi_hash *id, uint8_t out[33])
{
    out[0] = (uint8_t)kind;
    memcpy(out + 1, id->bytes, CBI_HASH_SIZE);
    return cbi_bytes_of(out, 33);
}

static cbi_bytes number_key(char kind, uint64_t number, uint8_t out[9])
{
    out[0] = (uint8_t)kind;
    cbi_put_u64(out + 1, number);
    return cbi_bytes_of(out, 9);
}

static cbi_bytes page_key(uint64_t number, uint32_t page, uint8_t out[13])
{
    number_key('p', number, out);
    cbi_put_u32(out + 9, page);
    return cbi_bytes_of(out, 13);
}

static cbi_bytes account_key(const char *account, uint64_t number,
                             uint8_t out[9 + CBI_ACCOUNT_SIZE])
{
    out[0] = 'a';
    memcpy(out + 1, account, CBI_ACCOUNT_SIZE);
    cbi_put_u64(out + 1 + CBI_ACCOUNT_SIZE, number);
    return cbi_bytes_of(out, 9 + CBI_ACCOUNT_SIZE);
}

/* Both texts have been checked: they fit. */
static cbi_bytes own_number_key(const char *institution, const char *number,
                                uint8_t out[CBI_KEY_MAX])
{
    size_t first = strlen(institution) + 1, second = strlen(number);

    out[0] = 'n';
    memcpy(out + 1, institution, first);
    memcpy(out + 1 + first, number, second);
    return cbi_bytes_of(out, 1 + first + second);
}

/* ---- rows -------------------------------------------------------------------------------- */

cbank_status cbi_recognition_row_write(cbi_txn *txn, const cbi_recognition_row *row,
                                       cbank_error *err)
{
    uint8_t bytes[ROW_FIXED + CBI_INSTITUTION_CODE_MAX], key[9], *at = bytes;
    const uint64_t wide[4] = {(uint64_t)row->at, row->index, row->sequence, row->receipt_index};
    size_t code = strlen(row->institution);

    *at++ = (uint8_t)row->state;
    memcpy(at, row->id.bytes, CBI_HASH_SIZE);
    at += CBI_HASH_SIZE;
    for (size_t i = 0; i < 4; i++, at += 8)
        cbi_put_u64(at, wide[i]);
    memcpy(at, row->leaf.bytes, CBI_HASH_SIZE);
    at += CBI_HASH_SIZE;
    cbi_put_u32(at, row->pages);
    cbi_put_u32(at + 4, row->sources);
    at += 8;
    memcpy(at, row->account.digits, CBI_ACCOUNT_SIZE);
    memcpy(at + CBI_ACCOUNT_SIZE, row->institution, code);
    return cbi_txn_put(txn, TABLE, number_key('r', row->number, key),
                       cbi_bytes_of(bytes, ROW_FIXED + code), err);
}

static bool decode(cbi_bytes bytes, uint64_t number, cbi_recognition_row *out)
{
    const uint8_t *at = bytes.data;

    if (bytes.size < ROW_FIXED || bytes.size > ROW_FIXED + CBI_INSTITUTION_CODE_MAX ||
        *at > CBI_CONVERSION_REPLACED)
        return false;
    *out = (cbi_recognition_row){.number = number, .state = (cbi_conversion_state)*at++};
    memcpy(out->id.bytes, at, CBI_HASH_SIZE);
    at += CBI_HASH_SIZE;
    out->at = (int64_t)cbi_get_u64(at);
    out->index = cbi_get_u64(at + 8);
    out->sequence = cbi_get_u64(at + 16);
    out->receipt_index = cbi_get_u64(at + 24);
    at += 32;
    memcpy(out->leaf.bytes, at, CBI_HASH_SIZE);
    at += CBI_HASH_SIZE;
    out->pages = cbi_get_u32(at);
    out->sources = cbi_get_u32(at + 4);
    at += 8;
    memcpy(out->account.digits, at, CBI_ACCOUNT_SIZE);
    memcpy(out->institution, at + CBI_ACCOUNT_SIZE, bytes.size - ROW_FIXED);
    return true;
}

cbank_status cbi_recognition_row_read(cbi_txn *txn, uint64_t number, cbi_recognition_row *out,
                                      cbank_error *err)
{
    cbank_buffer value = {0};
    cbank_status status = CBANK_OK;
    uint8_t key[9];

    status = cbi_txn_get(txn, TABLE, number_key('r', number, key), &value, err);
    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_RECOGNITION_UNKNOWN, number, NULL, NULL);
    CBI_TRY(status);
    if (!decode(cbi_bytes_of_buffer(&value), number, out))
        CBI_TRY(damaged(err));
done:
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_recognition_search(cbi_txn *txn, cbi_bytes id, cbi_recognition_row *out,
                                    cbank_error *err)
{
    uint8_t prefix[33] = {'i'};
    cbi_page page = {0};
    cbank_status status = CBANK_OK;
    cbi_bytes key;

    if (id.size < ID_PREFIX_MIN || id.size > CBI_HASH_SIZE)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "recognition", NULL);
    memcpy(prefix + 1, id.data, id.size);
    key = cbi_bytes_of(prefix, 1 + id.size);
    CBI_TRY(cbi_txn_page(txn, TABLE, key, key, 2, &page, err));
    if (page.count != 1)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_UNKNOWN, page.count, NULL, NULL));
    if (cbi_page_value(&page, 0).size != 8)
        CBI_TRY(damaged(err));
    CBI_TRY(cbi_recognition_row_read(txn, cbi_get_u64(cbi_page_value(&page, 0).data), out, err));
done:
    cbi_page_clear(&page);
    return status;
}

cbank_status cbi_recognition_find(cbi_txn *txn, const cbi_hash *id, cbi_recognition_row *out,
                                  cbank_error *err)
{
    return cbi_recognition_search(txn, cbi_bytes_of_hash(id), out, err);
}

bool cbi_recognition_is_noted(const cbi_recognition_row *row)
{
    return row->institution[0] == '\0';
}

cbank_status cbi_recognition_check_signer(const cbi_recognition_row *row, const char *institution,
                                          cbank_error *err)
{
    char id[2 * CBI_HASH_SIZE + 1];

    cbi_hex_encode(cbi_bytes_of(row->id.bytes, ID_PREFIX_MIN), id);
    if (cbi_recognition_is_noted(row))
        return cbi_fail(err, CBI_REASON_RECOGNITION_NOTED, 0, id, NULL);
    if (strcmp(row->institution, institution) != 0)
        return cbi_fail(err, CBI_REASON_RECOGNITION_OTHER_SIGNER, 0, row->institution, NULL);
    return CBANK_OK;
}

bool cbi_recognition_has_number(cbi_txn *txn, const char *institution, const char *number)
{
    uint8_t key[CBI_KEY_MAX];

    return cbi_txn_has(txn, TABLE, own_number_key(institution, number, key));
}

/* The file's parts, as they came. */
static cbank_status write_parts(cbi_txn *txn, cbi_bytes file, const cbi_recognition_row *row,
                                cbank_error *err)
{
    cbi_artefact_reader parts;
    cbank_status status = CBANK_OK;
    uint8_t key[13];
    cbi_bytes part;

    CBI_TRY(cbi_artefact_open(file, &parts, err));
    CBI_TRY(cbi_txn_put(txn, TABLE, number_key('e', row->number, key), parts.envelope, err));
    for (uint32_t page = 0; cbi_artefact_next(&parts, &part); page++)
        CBI_TRY(cbi_txn_put(txn, TABLE, page_key(row->number, page, key), part, err));
done:
    return status;
}

cbank_status cbi_recognition_begin(cbi_append *append, const cbi_recognition *recognition,
                                   cbi_bytes file, cbi_recognition_row *row, cbank_error *err)
{
    uint8_t key[CBI_KEY_MAX], number[8], one = 1;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_counter_add(append->txn, CBI_COUNTER_RECOGNITIONS, 1, &row->number, err));
    cbi_put_u64(number, row->number);
    CBI_TRY(cbi_txn_insert(append->txn, TABLE, id_key('i', &row->id, key), cbi_bytes_of(number, 8),
                           err));
    CBI_TRY(cbi_txn_insert(append->txn, TABLE,
                           own_number_key(row->institution, recognition->head->number, key),
                           cbi_bytes_of(number, 8), err));
    CBI_TRY(cbi_txn_put(append->txn, TABLE, account_key(row->account.digits, row->number, key),
                        cbi_bytes_of(&one, 1), err));
    CBI_TRY(write_parts(append->txn, file, row, err));
    CBI_TRY(cbi_recognition_row_write(append->txn, row, err));
done:
    return status;
}

cbank_status cbi_recognition_begin_noted(cbi_append *append, cbi_recognition_row *row,
                                         cbank_error *err)
{
    uint8_t key[CBI_KEY_MAX], number[8], one = 1;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_counter_add(append->txn, CBI_COUNTER_RECOGNITIONS, 1, &row->number, err));
    cbi_put_u64(number, row->number);
    CBI_TRY(cbi_txn_insert(append->txn, TABLE, id_key('i', &row->id, key), cbi_bytes_of(number, 8),
                           err));
    CBI_TRY(cbi_txn_put(append->txn, TABLE, account_key(row->account.digits, row->number, key),
                        cbi_bytes_of(&one, 1), err));
    CBI_TRY(cbi_recognition_row_write(append->txn, row, err));
done:
    return status;
}

cbank_status cbi_recognition_noted(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                                   cbi_statement *statement,
                                   const Cbank__V1__ConversionNoted **out, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_logged_read(txn, hasher, row->index, &bytes, &logged, err));
    if (logged.erased)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_ERASED, row->number, row->account.digits,
                         NULL));
    CBI_TRY(cbi_statement_parse(logged.statement, statement, err));
    *out = cbi_statement_body(statement, &cbank__v1__conversion_noted__descriptor);
    if (*out == NULL || (*out)->n_uses != row->sources)
        CBI_TRY(damaged(err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

static bool leads_to(cbi_txn *txn, cbi_bytes key, uint64_t number)
{
    cbank_buffer value = {0};
    bool leads = cbi_txn_get(txn, TABLE, key, &value, NULL) == CBANK_OK && value.size == 8 &&
                 cbi_get_u64(value.data) == number;

    cbank_buffer_clear(&value);
    return leads;
}

bool cbi_recognition_is_named(cbi_txn *txn, const cbi_recognition_row *row, const char *number)
{
    uint8_t key[CBI_KEY_MAX];

    return leads_to(txn, id_key('i', &row->id, key), row->number) &&
           (number == NULL ||
            leads_to(txn, own_number_key(row->institution, number, key), row->number)) &&
           cbi_txn_has(txn, TABLE, account_key(row->account.digits, row->number, key));
}

bool cbi_recognition_has_row(const cbi_recognition_row *row, const char *number, cbi_bytes key)
{
    uint8_t own[CBI_KEY_MAX];
    cbi_bytes prefix;

    switch (key.data[0]) {
    case 'i':
        return cbi_bytes_equal(key, id_key('i', &row->id, own));
    case 'a':
        return cbi_bytes_equal(key, account_key(row->account.digits, row->number, own));
    case 'e':
        return cbi_bytes_equal(key, number_key('e', row->number, own));
    case 'p':
        return key.size == 13 && cbi_get_u64(key.data + 1) == row->number &&
               cbi_get_u32(key.data + 9) < row->pages;
    case 'n':
        if (cbi_recognition_is_noted(row))
            return false;
        if (number != NULL)
            return cbi_bytes_equal(key, own_number_key(row->institution, number, own));
        prefix = own_number_key(row->institution, "", own);
        return key.size > prefix.size && memcmp(key.data, prefix.data, prefix.size) == 0;
    default:
        return false;
    }
}

cbank_status cbi_recognition_forget(cbi_txn *txn, const cbi_hash *id, cbank_error *err)
{
    cbi_recognition_row row;
    cbank_status status = cbi_recognition_find(txn, id, &row, err);
    uint8_t key[13];

    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK;
    CBI_TRY(status);
    CBI_TRY(cbi_txn_delete(txn, TABLE, number_key('e', row.number, key), err));
    for (uint32_t page = 0; page < row.pages && page < CBI_RECOGNITION_PAGES_MAX; page++)
        CBI_TRY(cbi_txn_delete(txn, TABLE, page_key(row.number, page, key), err));
done:
    return status;
}

/* What is not there has been forgotten. */
static cbank_status get_signed(cbi_txn *txn, const cbi_recognition_row *row, cbi_bytes key,
                               cbank_buffer *out, cbank_error *err)
{
    cbank_status status = cbi_txn_get(txn, TABLE, key, out, err);

    if (status == CBANK_E_NOT_FOUND)
        return cbi_fail(err, CBI_REASON_RECOGNITION_ERASED, row->number, row->account.digits, NULL);
    return status;
}

cbank_status cbi_recognition_envelope(cbi_txn *txn, const cbi_recognition_row *row,
                                      cbank_buffer *out, cbank_error *err)
{
    uint8_t key[9];

    return get_signed(txn, row, number_key('e', row->number, key), out, err);
}

cbank_status cbi_recognition_page(cbi_txn *txn, const cbi_recognition_row *row, uint32_t page,
                                  cbank_buffer *out, cbank_error *err)
{
    uint8_t key[13];

    return get_signed(txn, row, page_key(row->number, page, key), out, err);
}

/* Envelope and pages one after the other; `offsets` has one more than there are pages. */
static cbank_status read_parts(cbi_txn *txn, const cbi_recognition_row *row, uint32_t pages,
                               cbank_buffer *bytes, size_t *offsets, cbank_error *err)
{
    cbank_buffer part = {0};
    cbank_status status = CBANK_OK;
    uint8_t key[13];

    cbi_buffer_rewind(bytes);
    CBI_TRY(get_signed(txn, row, number_key('e', row->number, key), &part, err));
    CBI_TRY(cbi_buffer_append(bytes, cbi_bytes_of_buffer(&part), err));
    offsets[0] = bytes->size;
    for (uint32_t page = 0; page < pages; page++) {
        CBI_TRY(get_signed(txn, row, page_key(row->number, page, key), &part, err));
        CBI_TRY(cbi_buffer_append(bytes, cbi_bytes_of_buffer(&part), err));
        offsets[page + 1] = bytes->size;
    }
done:
    cbank_buffer_clear(&part);
    return status;
}

cbank_status cbi_recognition_load(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                                  bool pages, cbank_buffer *bytes, cbi_recognition *out,
                                  cbank_error *err)
{
    size_t offsets[CBI_RECOGNITION_PAGES_MAX + 1];
    cbi_bytes parts[CBI_RECOGNITION_PAGES_MAX];
    uint32_t count = pages ? row->pages : 0;
    cbank_status status = CBANK_OK;

    if (count > CBI_RECOGNITION_PAGES_MAX)
        return damaged(err);
    CBI_TRY(read_parts(txn, row, count, bytes, offsets, err));
    for (uint32_t i = 0; i < count; i++)
        parts[i] = cbi_bytes_of(bytes->data + offsets[i], offsets[i + 1] - offsets[i]);
    CBI_TRY(cbi_recognition_read(hasher, cbi_bytes_of(bytes->data, offsets[0]), parts, count, out,
                                 err));
    if (!cbi_hash_equal(&out->id, &row->id)) {
        cbi_recognition_clear(out);
        CBI_TRY(damaged(err));
    }
done:
    return status;
}

cbank_status cbi_recognition_after(cbi_txn *txn, const char *account, uint64_t after,
                                   cbi_recognition_row *out, bool *found, cbank_error *err)
{
    uint8_t key[9 + CBI_ACCOUNT_SIZE];
    cbi_bytes from = account_key(account, after + 1, key);
    cbi_page page = {0};
    cbank_status status = CBANK_OK;
    cbi_bytes next;

    *found = false;
    if (after == UINT64_MAX)
        return CBANK_OK;
    CBI_TRY(cbi_txn_page(txn, TABLE, cbi_bytes_of(key, 1 + CBI_ACCOUNT_SIZE), from, 1, &page, err));
    if (page.count == 0)
        goto done;
    next = cbi_page_key(&page, 0);
    if (next.size != from.size)
        CBI_TRY(damaged(err));
    CBI_TRY(cbi_recognition_row_read(txn, cbi_get_u64(next.data + 1 + CBI_ACCOUNT_SIZE), out, err));
    *found = true;
done:
    cbi_page_clear(&page);
    return status;
}

/* ---- changes ----------------------------------------------------------------------------- */

bool cbi_recognition_has_change(cbi_txn *txn, const cbi_hash *id)
{
    uint8_t key[33];

    return cbi_txn_has(txn, TABLE, id_key('c', id, key));
}

cbank_status cbi_recognition_put_change(cbi_txn *txn, const cbi_hash *id, uint64_t number,
                                        uint64_t receipt_index, cbi_bytes envelope,
                                        cbank_error *err)
{
    cbank_buffer value = {0};
    cbank_status status = CBANK_OK;
    uint8_t key[33], numbers[16];

    cbi_put_u64(numbers, number);
    cbi_put_u64(numbers + 8, receipt_index);
    CBI_TRY(cbi_buffer_append(&value, cbi_bytes_of(numbers, sizeof(numbers)), err));
    CBI_TRY(cbi_buffer_append(&value, envelope, err));
    CBI_TRY(cbi_txn_insert(txn, TABLE, id_key('c', id, key), cbi_bytes_of_buffer(&value), err));
done:
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_recognition_get_change(cbi_txn *txn, const cbi_hash *id, uint64_t *receipt_index,
                                        cbank_buffer *envelope, cbank_error *err)
{
    cbank_buffer value = {0};
    cbank_status status = CBANK_OK;
    uint8_t key[33];

    CBI_TRY(cbi_txn_get(txn, TABLE, id_key('c', id, key), &value, err));
    if (value.size <= 16)
        CBI_TRY(damaged(err));
    *receipt_index = cbi_get_u64(value.data + 8);
    CBI_TRY(cbi_buffer_set(envelope, cbi_bytes_of(value.data + 16, value.size - 16), err));
done:
    cbank_buffer_clear(&value);
    return status;
}
