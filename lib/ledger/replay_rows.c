#include "ledger/replay_part.h"

#include <string.h>

static void find(cbi_replay *replay, cbi_reason reason, uint64_t where, const char *detail)
{
    cbank_error finding;

    (void)cbi_fail(&finding, reason, where, NULL, "%s", detail);
    cbi_replay_add(replay, &finding);
}

/* A completed inner node against its tile. */
static cbank_status check_tile(cbi_replay *replay, cbi_txn *txn, unsigned level,
                               const cbi_hash *leaf, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t number = ((replay->frontier.size + 1) >> (CBI_TILE_LEVEL_BITS * level)) - 1;
    size_t offset = (size_t)(number % CBI_TILE_WIDTH) * CBI_HASH_SIZE;
    cbank_error finding;
    cbi_hash node;

    CBI_TRY(cbi_tile_newest(replay->hasher, &replay->frontier, leaf, level, &node, err));
    CBI_TRY(cbi_tile_load(txn, level, number / CBI_TILE_WIDTH, &replay->row, err));
    if (replay->row.size >= offset + CBI_HASH_SIZE &&
        memcmp(replay->row.data + offset, node.bytes, CBI_HASH_SIZE) == 0)
        goto done;
    (void)cbi_fail(&finding, CBI_REASON_REPLAY_TILE, number, cbi_table_name(CBI_TABLE_TILE),
                   "level %u", level);
    cbi_replay_add(replay, &finding);
done:
    return status;
}

/* Grows the tree by one leaf and checks what is completed with it. */
static cbank_status add_leaf(cbi_replay *replay, cbi_txn *txn, const cbi_hash *leaf,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    unsigned levels = cbi_tile_levels_completed(replay->frontier.size + 1);

    for (unsigned level = 1; level <= levels; level++)
        CBI_TRY(check_tile(replay, txn, level, leaf, err));
    CBI_TRY(cbi_frontier_append(replay->hasher, &replay->frontier, leaf, err));
    CBI_TRY(cbi_replay_check_notes(replay, txn, err));
    replay->next++;
    replay->seen++;
done:
    return status;
}

/* ---- what each row follows ------------------------------------------------------------------ */

static bool follows(const cbi_logged *logged, const cbi_logged *previous)
{
    return previous->entry.sequence + 1 == logged->entry.sequence &&
           previous->entry.subject_kind == logged->entry.subject_kind &&
           cbi_hash_equal(&previous->entry.tag, &logged->entry.tag) &&
           cbi_hash_equal(&previous->leaf, &logged->entry.previous);
}

/* The same of the newest row of its chain, of which nothing need be read again. */
static bool is_next(const cbi_logged *logged, const cbi_replay_chain *chain)
{
    return chain->index == logged->previous_index &&
           chain->sequence + 1 == logged->entry.sequence &&
           chain->subject_kind == logged->entry.subject_kind &&
           cbi_hash_equal(&chain->leaf, &logged->entry.previous);
}

static cbank_status read_previous(cbi_replay *replay, cbi_txn *txn, const cbi_logged *logged,
                                  bool *good, cbank_error *err)
{
    cbank_error error;
    cbi_logged previous;
    cbank_status status;

    *good = logged->previous_index < logged->index;
    if (!*good)
        return CBANK_OK;
    status = cbi_logged_read(txn, replay->hasher, logged->previous_index, &replay->row, &previous,
                             &error);
    *good = status == CBANK_OK && follows(logged, &previous);
    /* A previous row that cannot be read was found when it was its turn. */
    if (status == CBANK_OK || status == CBANK_E_CORRUPT)
        return CBANK_OK;
    *good = true;
    return cbi_replay_judge(replay, status, &error, err);
}

/* The chain has got to this row; `whole`: by way of all rows before it. */
static cbank_status move_chain(cbi_replay *replay, cbi_replay_chain *chain,
                               const cbi_logged *logged, bool whole, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (chain == NULL)
        CBI_TRY(cbi_replay_chain_add(&replay->chains, &logged->entry.tag, &chain, err));
    if (chain == NULL)
        goto done;
    chain->index = logged->index;
    chain->sequence = logged->entry.sequence;
    chain->leaf = logged->leaf;
    chain->subject_kind = logged->entry.subject_kind;
    chain->aside = chain->aside || !whole;
done:
    return status;
}

/* Step 1 of the argument in replay.h. */
static cbank_status check_link(cbi_replay *replay, cbi_txn *txn, const cbi_logged *logged,
                               cbank_error *err)
{
    cbi_replay_chain *chain = cbi_replay_chain_find(&replay->chains, &logged->entry.tag);
    cbank_status status = CBANK_OK;
    bool good, whole;

    if (logged->entry.sequence == 0) {
        good = logged->previous_index == CBI_NO_INDEX && cbi_hash_is_zero(&logged->entry.previous);
        whole = good && chain == NULL;
    } else {
        good = whole = chain != NULL && is_next(logged, chain);
        if (!good)
            CBI_TRY(read_previous(replay, txn, logged, &good, err));
    }
    CBI_TRY(move_chain(replay, chain, logged, whole, err));
    if (!good)
        find(replay, CBI_REASON_CHAIN_BROKEN, logged->index, "record");
done:
    return status;
}

/* ---- rows in order -------------------------------------------------------------------------- */

/* Room for all packed rows of the page, so that none is moved by those that follow. */
static cbank_status make_room(cbi_replay *replay, cbank_error *err)
{
    size_t size = 0;

    for (size_t i = 0; i < replay->page.count; i++)
        size += cbi_logged_packed_size(cbi_page_value(&replay->page, i));
    cbi_buffer_rewind(&replay->plain);
    return cbi_buffer_reserve(&replay->plain, size, err);
}

/* Row `next`, if it is packed, as it would be if it were not. */
static cbank_status unpack(cbi_replay *replay, cbi_txn *txn, cbi_bytes *row, cbank_error *err)
{
    size_t from = replay->plain.size;
    cbank_status status = CBANK_OK;

    if (cbi_logged_packed_size(*row) == 0)
        return CBANK_OK;
    CBI_TRY(cbi_logged_unpack(txn, replay->next, *row, &replay->pattern, &replay->plain, err));
    *row = cbi_bytes_of(replay->plain.data + from, replay->plain.size - from);
done:
    return status;
}

/* The places of chains lie anywhere: the next row's is on its way while this one is hashed. */
static void expect_row(const cbi_replay *replay, size_t i)
{
    cbi_hash tag;

    if (i >= replay->page.count)
        return;
    tag = cbi_logged_tag(cbi_page_value(&replay->page, i));
    cbi_replay_chain_prefetch(&replay->chains, &tag);
}

static cbank_status check_row(cbi_replay *replay, cbi_txn *txn, cbi_bytes value, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_logged *logged = &replay->rows[replay->row_count];
    cbi_hash leaf = {{0}}; /* of a row that cannot be read */
    cbank_error error;

    status = unpack(replay, txn, &value, &error);
    if (status == CBANK_OK)
        status = cbi_logged_decode(replay->hasher, replay->next, value, logged, &error);
    if (status == CBANK_OK) {
        leaf = logged->leaf;
        replay->row_count++;
        CBI_TRY(check_link(replay, txn, logged, err));
    } else {
        CBI_TRY(cbi_replay_judge(replay, status, &error, err));
    }
    CBI_TRY(add_leaf(replay, txn, &leaf, err));
done:
    return status;
}

/* Rows that are not there: one finding, and empty leaves so that what follows keeps its place. */
static cbank_status skip(cbi_replay *replay, cbi_txn *txn, uint64_t index, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash leaf = {{0}};
    cbank_error finding;

    (void)cbi_fail(&finding, CBI_REASON_LEDGER_ROW_MISSING, replay->next,
                   cbi_table_name(CBI_TABLE_RECORD), "%llu",
                   (unsigned long long)(index - replay->next));
    cbi_replay_add(replay, &finding);
    while (replay->next < index)
        CBI_TRY(add_leaf(replay, txn, &leaf, err));
done:
    return status;
}

/* All rows are read: the root they hash to must be the one that was signed. */
static cbank_status end_rows(cbi_replay *replay, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_error finding;
    cbi_hash root;

    replay->phase = CBI_REPLAY_HEADS;
    CBI_TRY(cbi_frontier_root(replay->hasher, &replay->frontier, &root, err));
    replay->whole = replay->frontier;
    replay->whole_root = root;
    if (replay->next < replay->size) {
        (void)cbi_fail(&finding, CBI_REASON_LEDGER_ROW_MISSING, replay->next,
                       cbi_table_name(CBI_TABLE_RECORD), "%llu",
                       (unsigned long long)(replay->size - replay->next));
        cbi_replay_add(replay, &finding);
    }
    if (!replay->has_guard)
        return CBANK_OK;
    if (replay->frontier.size != replay->size || !cbi_hash_equal(&root, &replay->sealed.root))
        find(replay, CBI_REASON_REPLAY_ROOT, replay->size, "guard");
    else
        replay->sound = replay->size;
done:
    return status;
}

cbank_status cbi_replay_step_rows(cbi_replay *replay, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t from[8];
    bool has_ended = false;

    CBI_TRY(cbi_replay_check_notes(replay, txn, err));
    cbi_put_u64(from, replay->next);
    CBI_TRY(cbi_txn_page(txn, CBI_TABLE_RECORD, cbi_bytes_of(NULL, 0),
                         cbi_bytes_of(from, sizeof from), CBI_REPLAY_ROWS_MAX, &replay->page, err));
    CBI_TRY(make_room(replay, err));
    has_ended = replay->page.count == 0;
    for (size_t i = 0; i < replay->page.count && !has_ended; i++) {
        cbi_bytes key = cbi_page_key(&replay->page, i);
        if (key.size != sizeof from) {
            find(replay, CBI_REASON_LEDGER_ROW_DAMAGED, replay->next, "key");
            continue;
        }
        uint64_t index = cbi_get_u64(key.data);
        has_ended = index >= replay->size;
        if (has_ended)
            break;
        if (index > replay->next)
            CBI_TRY(skip(replay, txn, index, err));
        expect_row(replay, i + 1);
        CBI_TRY(check_row(replay, txn, cbi_page_value(&replay->page, i), err));
    }
    if (has_ended)
        CBI_TRY(end_rows(replay, err));
done:
    return status;
}
