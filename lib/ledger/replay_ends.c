#include "ledger/replay_part.h"

#include <string.h>

static void find_count(cbi_replay *replay, cbi_table table, uint64_t count, uint64_t expected)
{
    cbank_error finding;

    (void)cbi_fail(&finding, CBI_REASON_REPLAY_COUNT, count, cbi_table_name(table), "%llu",
                   (unsigned long long)expected);
    cbi_replay_add(replay, &finding);
}

/* Tiles hold as many hashes as the tree has, and no more. */
static cbank_status check_tiles(cbi_replay *replay, cbi_txn *txn, uint64_t size, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t expected = 0;
    uint64_t count;

    for (unsigned level = 1; level <= CBI_TILE_LEVELS; level++) {
        uint64_t hashes = size >> (CBI_TILE_LEVEL_BITS * level);
        uint64_t last = hashes % CBI_TILE_WIDTH;
        expected += hashes / CBI_TILE_WIDTH + (last > 0 ? 1 : 0);
        CBI_TRY(cbi_tile_load(txn, level, hashes / CBI_TILE_WIDTH, &replay->row, err));
        if (replay->row.size != last * CBI_HASH_SIZE)
            find_count(replay, CBI_TABLE_TILE, replay->row.size / CBI_HASH_SIZE, last);
    }
    CBI_TRY(cbi_txn_count(txn, CBI_TABLE_TILE, &count, err));
    if (count != expected)
        find_count(replay, CBI_TABLE_TILE, count, expected);
done:
    return status;
}

/* Hashes what was added since the beginning, and compares with what the writer believes. */
static cbank_status check_state(cbi_replay *replay, cbi_txn *txn, const cbi_state *state,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_frontier frontier = replay->frontier;
    cbi_logged_scan scan = {.next = frontier.size, .end = state->frontier.size};
    cbi_logged logged;
    cbi_hash root;

    while (scan.next < scan.end) {
        CBI_TRY(cbi_logged_scan_next(&scan, txn, replay->hasher, &logged, err));
        CBI_TRY(cbi_frontier_append(replay->hasher, &frontier, &logged.leaf, err));
    }
    CBI_TRY(cbi_frontier_root(replay->hasher, &frontier, &root, err));
    replay->whole = frontier;
    replay->whole_root = root;
    if (frontier.size != state->frontier.size || !cbi_hash_equal(&root, &state->root) ||
        memcmp(frontier.roots, state->frontier.roots,
               cbi_frontier_count(&frontier) * sizeof frontier.roots[0]) != 0)
        status = cbi_fail(err, CBI_REASON_TREE_DIFFERS, state->frontier.size, NULL, NULL);
done:
    cbi_logged_scan_clear(&scan);
    return status;
}

static cbank_status check_tables(cbi_replay *replay, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_state state;
    cbank_error error;
    uint64_t rows;

    CBI_TRY(cbi_state_read(txn, &state, err));
    CBI_TRY(cbi_txn_count(txn, CBI_TABLE_RECORD, &rows, err));
    if (rows != state.frontier.size)
        find_count(replay, CBI_TABLE_RECORD, rows, state.frontier.size);
    CBI_TRY(check_tiles(replay, txn, state.frontier.size, err));
    status = check_state(replay, txn, &state, &error);
    CBI_TRY(cbi_replay_judge(replay, status, &error, err));
done:
    return status;
}

cbank_status cbi_replay_step_ends(cbi_replay *replay, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_error error;
    cbi_sealed sealed;

    replay->phase = CBI_REPLAY_DONE;
    status = check_tables(replay, txn, &error);
    CBI_TRY(cbi_replay_judge(replay, status, &error, err));
    if (!replay->has_guard)
        goto done;
    status = cbi_guard_read(&replay->guard, &sealed, &error);
    if (status == CBANK_OK)
        CBI_TRY(cbi_replay_check_last_notes(replay, txn, sealed.size, err));
    CBI_TRY(cbi_replay_judge(replay, status, &error, err));
done:
    return status;
}
