#include "ledger/tile.h"

#include <string.h>

#define KEY_SIZE 9

static void make_key(unsigned level, uint64_t tile, uint8_t key[KEY_SIZE])
{
    key[0] = (uint8_t)level;
    cbi_put_u64(key + 1, tile);
}

static cbank_status refuse(unsigned level, uint64_t number, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_LEDGER_ROW_DAMAGED, number, cbi_table_name(CBI_TABLE_TILE),
                    "level %u", level);
}

cbank_status cbi_tile_load(cbi_txn *txn, unsigned level, uint64_t tile, cbank_buffer *row,
                           cbank_error *err)
{
    uint8_t key[KEY_SIZE];
    make_key(level, tile, key);

    cbank_status status = cbi_txn_get(txn, CBI_TABLE_TILE, cbi_bytes_of(key, sizeof key), row, err);
    if (status == CBANK_E_NOT_FOUND) {
        cbi_buffer_rewind(row);
        return CBANK_OK;
    }
    return status;
}

cbank_status cbi_tile_read(cbi_txn *txn, unsigned level, uint64_t first, size_t count,
                           cbi_hash *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer row = {0};
    size_t offset = (size_t)(first % CBI_TILE_WIDTH) * CBI_HASH_SIZE;

    CBI_TRY(cbi_tile_load(txn, level, first / CBI_TILE_WIDTH, &row, err));
    if (row.size < offset + count * CBI_HASH_SIZE) {
        status = refuse(level, first, err);
        goto done;
    }
    memcpy(out, row.data + offset, count * CBI_HASH_SIZE);
done:
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_tile_write(cbi_txn *txn, unsigned level, uint64_t number, const cbi_hash *hash,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer row = {0};
    uint8_t key[KEY_SIZE];

    CBI_TRY(cbi_tile_load(txn, level, number / CBI_TILE_WIDTH, &row, err));
    if (row.size != (size_t)(number % CBI_TILE_WIDTH) * CBI_HASH_SIZE) {
        status = refuse(level, number, err);
        goto done;
    }
    CBI_TRY(cbi_buffer_append(&row, cbi_bytes_of_hash(hash), err));
    make_key(level, number / CBI_TILE_WIDTH, key);
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_TILE, cbi_bytes_of(key, sizeof key),
                        cbi_bytes_of_buffer(&row), err));
done:
    cbank_buffer_clear(&row);
    return status;
}

unsigned cbi_tile_levels_completed(uint64_t size)
{
    unsigned levels = 0;

    while (levels < CBI_TILE_LEVELS &&
           size % (UINT64_C(1) << (CBI_TILE_LEVEL_BITS * (levels + 1))) == 0)
        levels++;
    return levels;
}

cbank_status cbi_tile_newest(cbi_hasher *hasher, const cbi_frontier *before, const cbi_hash *leaf,
                             unsigned level, cbi_hash *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    unsigned count = cbi_frontier_count(before);
    cbi_hash node = *leaf;

    /* One leaf short of a multiple of 256^level, the narrowest roots are 1, 2, 4, ... wide. */
    for (unsigned i = 1; i <= level * CBI_TILE_LEVEL_BITS; i++)
        CBI_TRY(cbi_tree_node(hasher, &before->roots[count - i], &node, &node, err));
    *out = node;
done:
    return status;
}
