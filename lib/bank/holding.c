#include "bank/holding.h"

#include <string.h>

#include "base/text.h"
#include "proof/batch.h"

/* A row of `transfer` says where a record is that is not simply here (transfer.h). */
static cbank_status find_where(cbi_txn *txn, uint64_t index, cbi_gap *gap, cbi_whereabouts *out,
                               cbank_error *err)
{
    cbank_buffer value = {0};
    cbank_status status;

    *out = CBI_WHERE_HERE;
    status = cbi_gap_get(gap, txn, CBI_TABLE_TRANSFER, 'w', index, &value, err);
    if (status == CBANK_OK && value.size > 0)
        *out = (cbi_whereabouts)value.data[0];
    cbank_buffer_clear(&value);
    return status == CBANK_E_NOT_FOUND ? CBANK_OK : status;
}

cbank_status cbi_holding_take(cbi_txn *txn, cbi_hasher *hasher, const cbi_logged *logged,
                              cbi_holding *out, cbank_error *err)
{
    return cbi_holding_take_one(&(cbi_holding_series){0}, txn, hasher, logged, out, err);
}

cbank_status cbi_holding_take_one(cbi_holding_series *series, cbi_txn *txn, cbi_hasher *hasher,
                                  const cbi_logged *logged, cbi_holding *out, cbank_error *err)
{
    cbi_gap *states = series->many ? &series->states : NULL;
    cbi_gap *places = series->many ? &series->places : NULL;
    cbank_status status = CBANK_OK;
    cbi_bytes bytes;

    *out = (cbi_holding){
        .index = logged->index, .sequence = logged->entry.sequence, .leaf = logged->leaf};
    if (logged->erased)
        return cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, logged->index, NULL, NULL);
    CBI_TRY(cbi_statement_parse(logged->statement, &out->statement, err));
    out->deposited =
        cbi_statement_body(&out->statement, &cbank__v1__credit_deposited__descriptor);
    out->received =
        cbi_statement_body(&out->statement, &cbank__v1__credit_received__descriptor);
    if (out->deposited == NULL && out->received == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, logged->index, NULL, NULL));
    bytes = cbi_message_bytes(out->deposited != NULL ? out->deposited->record
                                                     : out->received->record);
    out->account = out->deposited != NULL ? out->deposited->account : out->received->account;
    if (!series->unread)
        CBI_TRY(cbi_credit_record_parse(bytes, &out->record, err));
    CBI_TRY(cbi_batch_item_id(hasher, false, bytes, &out->id, err));
    CBI_TRY(cbi_holding_find_state(states, txn, out->index, &out->state, err));
    CBI_TRY(find_where(txn, out->index, places, &out->where, err));
done:
    if (status != CBANK_OK)
        cbi_holding_clear(out);
    return status;
}

cbank_status cbi_holding_read(cbi_txn *txn, cbi_hasher *hasher, uint64_t index, cbi_holding *out,
                              cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_logged_read(txn, hasher, index, &row, &logged, err));
    CBI_TRY(cbi_holding_take(txn, hasher, &logged, out, err));
done:
    cbank_buffer_clear(&row);
    return status;
}

bool cbi_holding_split_id(const char *text, uint64_t *index, uint8_t start[8])
{
    const char *hyphen = strchr(text, '-');

    return hyphen != NULL && cbi_u64_parse(cbi_bytes_of(text, (size_t)(hyphen - text)), index) &&
           cbi_hex_decode(cbi_bytes_of_text(hyphen + 1), start, 8);
}

cbank_status cbi_holding_find(cbi_txn *txn, cbi_hasher *hasher, const char *display_id,
                              cbi_holding *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t index;
    uint8_t start[8];
    cbi_state state;

    if (!cbi_holding_split_id(display_id, &index, start))
        return cbi_fail(err, CBI_REASON_RECORD_ID_FORM, 0, display_id, NULL);
    CBI_TRY(cbi_state_read(txn, &state, err));
    if (index >= state.frontier.size)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, index, display_id, NULL));
    CBI_TRY(cbi_holding_read(txn, hasher, index, out, err));
    if (memcmp(start, out->id.bytes, sizeof(start)) != 0) {
        cbi_holding_clear(out);
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, index, display_id, NULL));
    }
done:
    if (status != CBANK_OK)
        cbi_error_name(err, display_id);
    return status;
}

void cbi_holding_clear(cbi_holding *holding)
{
    cbi_statement_clear(&holding->statement);
    cbi_message_free(holding->record);
    *holding = (cbi_holding){0};
}

void cbi_holding_display_id(uint64_t index, const cbi_hash *id, char out[CBI_DISPLAY_ID_MAX])
{
    char digits[20];
    size_t at = sizeof(digits), size;

    do {
        digits[--at] = (char)('0' + index % 10);
        index /= 10;
    } while (index > 0);
    size = sizeof(digits) - at;
    memcpy(out, digits + at, size);
    out[size] = '-';
    cbi_hex_encode(cbi_bytes_of(id->bytes, 8), out + size + 1);
}

static cbank_status reference_key(const char *institution, const char *reference,
                                  uint8_t out[CBI_KEY_MAX], cbi_bytes *key, cbank_error *err)
{
    size_t first = strlen(institution) + 1;
    size_t second = strlen(reference);

    if (first + second > CBI_KEY_MAX)
        return cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_REFERENCE_MAX, "reference", NULL);
    memcpy(out, institution, first);
    memcpy(out + first, reference, second);
    *key = cbi_bytes_of(out, first + second);
    return CBANK_OK;
}

cbank_status cbi_holding_by_reference(cbi_txn *txn, const char *institution,
                                      const char *reference, uint64_t *index, cbi_hash *content,
                                      cbank_error *err)
{
    uint8_t bytes[CBI_KEY_MAX];
    cbank_buffer value = {0};
    cbank_status status = CBANK_OK;
    cbi_bytes key;

    CBI_TRY(reference_key(institution, reference, bytes, &key, err));
    CBI_TRY(cbi_txn_get(txn, CBI_TABLE_REFERENCE, key, &value, err));
    if (value.size != CBI_REFERENCE_ROW_SIZE)
        CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_REFERENCE),
                         NULL));
    *index = cbi_get_u64(value.data);
    *content = (cbi_hash){{0}};
    memcpy(content->bytes, value.data + 8, CBI_CONTENT_SIZE);
done:
    cbank_buffer_clear(&value);
    return status;
}

bool cbi_holding_has_reference(cbi_txn *txn, const char *institution, const char *reference)
{
    uint8_t bytes[CBI_KEY_MAX];
    cbi_bytes key;

    return reference_key(institution, reference, bytes, &key, NULL) != CBANK_OK ||
           cbi_txn_has(txn, CBI_TABLE_REFERENCE, key);
}

cbank_status cbi_holding_put_reference(cbi_txn *txn, const char *institution,
                                       const char *reference, uint64_t index,
                                       const cbi_hash *content, cbank_error *err)
{
    uint8_t bytes[CBI_KEY_MAX], value[CBI_REFERENCE_ROW_SIZE];
    cbank_status status = CBANK_OK;
    cbi_bytes key;

    CBI_TRY(reference_key(institution, reference, bytes, &key, err));
    cbi_put_u64(value, index);
    memcpy(value + 8, content->bytes, CBI_CONTENT_SIZE);
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_REFERENCE, key, cbi_bytes_of(value, sizeof(value)), err));
done:
    return status;
}

cbank_status cbi_holding_drop_reference(cbi_txn *txn, const char *institution,
                                        const char *reference, cbank_error *err)
{
    uint8_t bytes[CBI_KEY_MAX];
    cbank_status status = CBANK_OK;
    cbi_bytes key;

    CBI_TRY(reference_key(institution, reference, bytes, &key, err));
    CBI_TRY(cbi_txn_delete(txn, CBI_TABLE_REFERENCE, key, err));
done:
    return status;
}

cbank_status cbi_holding_check_here(const cbi_holding *holding, cbank_error *err)
{
    switch (holding->where) {
    case CBI_WHERE_OFFERED:
        return cbi_fail(err, CBI_REASON_RECORD_OFFERED, holding->index, holding->record->reference,
                        NULL);
    case CBI_WHERE_AWAY:
        return cbi_fail(err, CBI_REASON_RECORD_AWAY, holding->index, holding->record->reference,
                        NULL);
    case CBI_WHERE_HERE:
        break;
    }
    return CBANK_OK;
}

static cbi_bytes state_key(uint64_t index, uint8_t out[9])
{
    out[0] = 's';
    cbi_put_u64(out + 1, index);
    return cbi_bytes_of(out, 9);
}

cbank_status cbi_holding_state(cbi_txn *txn, uint64_t index, cbi_record_state *out,
                               cbank_error *err)
{
    return cbi_holding_find_state(NULL, txn, index, out, err);
}

cbank_status cbi_holding_find_state(cbi_gap *gap, cbi_txn *txn, uint64_t index,
                                    cbi_record_state *out, cbank_error *err)
{
    cbank_buffer value = {0};
    cbank_status status = cbi_gap_get(gap, txn, CBI_TABLE_STATE, 's', index, &value, err);

    if (status == CBANK_E_NOT_FOUND) {
        *out = CBI_RECORD_HELD;
        status = CBANK_OK;
    } else if (status == CBANK_OK && value.size == 1) {
        *out = (cbi_record_state)value.data[0];
    } else if (status == CBANK_OK) {
        status = cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_STATE), NULL);
    }
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_holding_put_state(cbi_txn *txn, uint64_t index, cbi_record_state state,
                                   cbank_error *err)
{
    uint8_t key[9], value = (uint8_t)state;

    if (state == CBI_RECORD_HELD)
        return cbi_txn_delete(txn, CBI_TABLE_STATE, state_key(index, key), err);
    return cbi_txn_put(txn, CBI_TABLE_STATE, state_key(index, key), cbi_bytes_of(&value, 1), err);
}

static cbank_status mac_content(const cbi_bank *bank, const cbank_buffer *content, cbi_hash *out,
                                cbank_error *err)
{
    const cbi_bytes part = cbi_bytes_of_buffer(content);
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_mac(bank->config.suite, &bank->secrets.content, &part, 1, out, err));
    memset(out->bytes + CBI_CONTENT_SIZE, 0, CBI_HASH_SIZE - CBI_CONTENT_SIZE);
done:
    return status;
}

cbank_status cbi_holding_content(const cbi_bank *bank, const Cbank__V1__CreditRecord *record,
                                 const char *type, const char *number, cbi_hash *out,
                                 cbank_error *err)
{
    cbank_buffer content = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_credit_content(record, cbi_bytes_of_text(type), cbi_bytes_of_text(number),
                               &content, err));
    CBI_TRY(mac_content(bank, &content, out, err));
done:
    cbank_buffer_clear(&content);
    return status;
}

cbank_status cbi_holding_content_of(const cbi_bank *bank, cbi_bytes record, const char *type,
                                    const char *number, cbi_hash *out, cbank_error *err)
{
    cbank_buffer content = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_credit_content_of(record, cbi_bytes_of_text(type), cbi_bytes_of_text(number),
                                  &content, err));
    CBI_TRY(mac_content(bank, &content, out, err));
done:
    cbank_buffer_clear(&content);
    return status;
}
