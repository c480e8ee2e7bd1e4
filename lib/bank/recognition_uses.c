/* recognition_uses.c - rows 'u': which recognitions use a record, and how much of it. */
#include "bank/recognition.h"

#define TABLE CBI_TABLE_RECOGNITION
#define USE_SIZE 18

static cbank_status damaged(cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(TABLE), NULL);
}

static cbi_bytes record_key(uint64_t record, uint8_t out[9])
{
    out[0] = 'u';
    cbi_put_u64(out + 1, record);
    return cbi_bytes_of(out, 9);
}

static cbi_bytes use_key(uint64_t record, uint64_t number, uint8_t out[17])
{
    record_key(record, out);
    cbi_put_u64(out + 9, number);
    return cbi_bytes_of(out, 17);
}

cbank_status cbi_use_put(cbi_txn *txn, uint64_t record_index, const cbi_use_row *use,
                         cbank_error *err)
{
    uint8_t key[17], value[USE_SIZE] = {(uint8_t)use->scope, (uint8_t)use->leftover};

    cbi_put_u64(value + 2, (uint64_t)use->used_milli);
    cbi_put_u64(value + 10, (uint64_t)use->left_milli);
    return cbi_txn_put(txn, TABLE, use_key(record_index, use->number, key),
                       cbi_bytes_of(value, sizeof(value)), err);
}

cbank_status cbi_use_delete(cbi_txn *txn, uint64_t record_index, uint64_t number, cbank_error *err)
{
    uint8_t key[17];

    return cbi_txn_delete(txn, TABLE, use_key(record_index, number, key), err);
}

cbank_status cbi_use_list(cbi_txn *txn, uint64_t record_index, cbi_use_row *out, size_t *count,
                          cbank_error *err)
{
    uint8_t key[9];
    cbi_bytes prefix = record_key(record_index, key);
    cbi_page page = {0};
    cbank_status status = CBANK_OK;

    *count = 0;
    CBI_TRY(cbi_txn_page(txn, TABLE, prefix, prefix, CBI_RECORD_USES_MAX, &page, err));
    for (size_t i = 0; i < page.count; i++) {
        cbi_bytes at = cbi_page_key(&page, i), value = cbi_page_value(&page, i);

        if (at.size != 17 || value.size != USE_SIZE)
            CBI_TRY(damaged(err));
        out[(*count)++] = (cbi_use_row){.number = cbi_get_u64(at.data + 9),
                                        .scope = (Cbank__V1__UseScope)value.data[0],
                                        .leftover = (Cbank__V1__Leftover)value.data[1],
                                        .used_milli = (int64_t)cbi_get_u64(value.data + 2),
                                        .left_milli = (int64_t)cbi_get_u64(value.data + 10)};
    }
done:
    cbi_page_clear(&page);
    return status;
}

cbank_status cbi_use_after(cbi_txn *txn, uint64_t index, uint64_t *record, bool *consumed,
                           bool *found, cbank_error *err)
{
    cbi_use_row uses[CBI_RECORD_USES_MAX];
    uint8_t key[9];
    cbi_bytes from = record_key(index, key);
    cbi_page page = {0};
    cbank_status status = CBANK_OK;
    size_t count;

    *found = *consumed = false;
    CBI_TRY(cbi_txn_page(txn, TABLE, cbi_bytes_of(key, 1), from, 1, &page, err));
    if (page.count == 0)
        goto done;
    if (cbi_page_key(&page, 0).size != 17)
        CBI_TRY(damaged(err));
    *record = cbi_get_u64(cbi_page_key(&page, 0).data + 1);
    CBI_TRY(cbi_use_list(txn, *record, uses, &count, err));
    for (size_t i = 0; i < count; i++)
        *consumed = *consumed || uses[i].scope != CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED;
    *found = true;
done:
    cbi_page_clear(&page);
    return status;
}
