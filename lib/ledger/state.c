#include "ledger/state.h"

#include <string.h>

#define LEDGER_KEY "ledger" /* version u8 | suite u8 | origin */
#define LEDGER_VERSION 3
#define TREE_KEY "tree" /* size u64 | time u64 | root 32 | frontier, 32 each */
#define TREE_FIXED 48

static cbank_status refuse(const char *key, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_LEDGER_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_META), "%s",
                    key);
}

cbank_status cbi_state_create(cbi_txn *txn, cbi_hasher *hasher, const char *origin,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer row = {0};
    cbi_state state = {0};
    uint8_t head[2] = {LEDGER_VERSION, (uint8_t)cbi_hasher_suite(hasher)};

    /* An empty one is left by a creation that stopped before it had a guard. */
    if (cbi_state_read(txn, &state, NULL) == CBANK_OK && state.frontier.size > 0) {
        status = cbi_fail(err, CBI_REASON_LEDGER_EXISTS, state.frontier.size, origin, NULL);
        goto done;
    }
    CBI_TRY(cbi_buffer_append(&row, cbi_bytes_of(head, sizeof head), err));
    CBI_TRY(cbi_buffer_append(&row, cbi_bytes_of_text(origin), err));
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_META, cbi_bytes_of_text(LEDGER_KEY),
                        cbi_bytes_of_buffer(&row), err));
    state = (cbi_state){0};
    CBI_TRY(cbi_frontier_root(hasher, &state.frontier, &state.root, err));
    CBI_TRY(cbi_state_write(txn, &state, err));
done:
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_state_check_identity(cbi_txn *txn, cbi_suite suite, const char *origin,
                                      cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status =
        cbi_txn_get(txn, CBI_TABLE_META, cbi_bytes_of_text(LEDGER_KEY), &row, err);

    if (status == CBANK_E_NOT_FOUND) {
        status = cbi_fail(err, CBI_REASON_LEDGER_MISSING, 0, origin, NULL);
        goto done;
    }
    if (status != CBANK_OK)
        goto done;
    if (row.size < 2) {
        status = refuse(LEDGER_KEY, err);
        goto done;
    }
    if (row.data[0] != LEDGER_VERSION) {
        status = cbi_fail(err, CBI_REASON_LEDGER_VERSION, row.data[0], origin, NULL);
        goto done;
    }
    if (row.data[1] != (uint8_t)suite ||
        !cbi_bytes_equal(cbi_bytes_of(row.data + 2, row.size - 2), cbi_bytes_of_text(origin)))
        status = cbi_fail(err, CBI_REASON_LEDGER_OTHER, 0, origin, "%s", cbi_suite_name(suite));
done:
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_state_read(cbi_txn *txn, cbi_state *out, cbank_error *err)
{
    cbank_buffer row = {0};
    cbi_state state = {0};
    cbank_status status = cbi_txn_get(txn, CBI_TABLE_META, cbi_bytes_of_text(TREE_KEY), &row, err);

    if (status != CBANK_OK && status != CBANK_E_NOT_FOUND)
        goto done;
    if (status == CBANK_E_NOT_FOUND || row.size < TREE_FIXED) {
        status = refuse(TREE_KEY, err);
        goto done;
    }
    state.frontier.size = cbi_get_u64(row.data);
    state.time = (int64_t)cbi_get_u64(row.data + 8);
    memcpy(state.root.bytes, row.data + 16, CBI_HASH_SIZE);
    size_t roots_size = cbi_frontier_count(&state.frontier) * CBI_HASH_SIZE;
    if (row.size != TREE_FIXED + roots_size || state.time < 0 ||
        state.frontier.size > CBI_TREE_SIZE_MAX) {
        status = refuse(TREE_KEY, err);
        goto done;
    }
    memcpy(state.frontier.roots, row.data + TREE_FIXED, roots_size);
    *out = state;
done:
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_state_write(cbi_txn *txn, const cbi_state *state, cbank_error *err)
{
    uint8_t row[TREE_FIXED + sizeof state->frontier.roots];
    size_t roots_size = cbi_frontier_count(&state->frontier) * CBI_HASH_SIZE;

    cbi_put_u64(row, state->frontier.size);
    cbi_put_u64(row + 8, (uint64_t)state->time);
    memcpy(row + 16, state->root.bytes, CBI_HASH_SIZE);
    memcpy(row + TREE_FIXED, state->frontier.roots, roots_size);
    return cbi_txn_put(txn, CBI_TABLE_META, cbi_bytes_of_text(TREE_KEY),
                       cbi_bytes_of(row, TREE_FIXED + roots_size), err);
}
