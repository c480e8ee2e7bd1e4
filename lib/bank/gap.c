#include "bank/gap.h"

#define KEY_SIZE 9u

static cbi_bytes key_of(char kind, uint64_t index, uint8_t out[KEY_SIZE])
{
    out[0] = (uint8_t)kind;
    cbi_put_u64(out + 1, index);
    return cbi_bytes_of(out, KEY_SIZE);
}

/* The first row from `index` on, and that there is none before it. */
static cbank_status look(cbi_gap *gap, cbi_txn *txn, cbi_table table, char kind, uint64_t index,
                         cbank_buffer *value, cbank_error *err)
{
    uint8_t bytes[KEY_SIZE];
    cbi_bytes from = key_of(kind, index, bytes), key;
    cbank_status status = CBANK_OK;
    cbi_page page = {0};

    CBI_TRY(cbi_txn_page(txn, table, cbi_bytes_of(bytes, 1), from, 1, &page, err));
    *gap = (cbi_gap){.version = cbi_txn_version(txn), .from = index, .end = UINT64_MAX};
    if (page.count > 0) {
        key = cbi_page_key(&page, 0);
        gap->end = key.size == KEY_SIZE ? cbi_get_u64(key.data + 1) : index;
    }
    if (gap->end > index)
        status = CBANK_E_NOT_FOUND;
    else if (cbi_bytes_equal(cbi_page_key(&page, 0), from))
        status = cbi_buffer_set(value, cbi_page_value(&page, 0), err);
    else /* of another form; it is found when its table is checked */
        status = cbi_txn_get(txn, table, from, value, err);
done:
    cbi_page_clear(&page);
    return status;
}

cbank_status cbi_gap_get(cbi_gap *gap, cbi_txn *txn, cbi_table table, char kind, uint64_t index,
                         cbank_buffer *value, cbank_error *err)
{
    uint8_t bytes[KEY_SIZE];

    if (gap == NULL)
        return cbi_txn_get(txn, table, key_of(kind, index, bytes), value, err);
    if (gap->version == cbi_txn_version(txn) && gap->from <= index && index < gap->end)
        return CBANK_E_NOT_FOUND;
    return look(gap, txn, table, kind, index, value, err);
}
