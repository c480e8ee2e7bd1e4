#include "ledger/replay_part.h"

#define NOTES_PAGE 100

static void find(cbi_replay *replay, uint64_t size, const char *detail)
{
    cbank_error finding;

    (void)cbi_fail(&finding, CBI_REASON_REPLAY_NOTE, size, cbi_table_name(CBI_TABLE_NOTE), "%s",
                   detail);
    cbi_replay_add(replay, &finding);
}

/* Has the next stored checkpoint at hand, unless there is none. */
static cbank_status peek(cbi_replay *replay, cbi_txn *txn, uint64_t *out_size, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t from[8];

    if (replay->notes_ended)
        goto done;
    if (replay->note_row >= replay->notes.count) {
        cbi_put_u64(from, replay->note_next);
        CBI_TRY(cbi_txn_page(txn, CBI_TABLE_NOTE, cbi_bytes_of(NULL, 0),
                             cbi_bytes_of(from, sizeof from), NOTES_PAGE, &replay->notes, err));
        replay->note_row = 0;
    }
    replay->notes_ended = replay->notes.count == 0;
    if (replay->notes_ended)
        goto done;
    cbi_bytes key = cbi_page_key(&replay->notes, replay->note_row);
    if (key.size != sizeof from) {
        find(replay, replay->note_next, "key");
        replay->notes_ended = true;
        goto done;
    }
    *out_size = cbi_get_u64(key.data);
    replay->note_next = *out_size + 1;
done:
    return status;
}

/* The stored checkpoint at hand must be signed, and be of the size that its row says. */
static cbank_status verify(cbi_replay *replay, uint64_t size, cbi_sealed *out, bool *out_good,
                           cbank_error *err)
{
    cbi_bytes note = cbi_page_value(&replay->notes, replay->note_row++);
    cbank_status status =
        cbi_epochs_check_note(&replay->epochs, replay->scope.log_key, note, replay->scope.origin,
                              out, NULL, err);

    *out_good = status == CBANK_OK && out->size == size;
    if (status == CBANK_E_MEMORY || status == CBANK_E_INTERNAL)
        return status;
    if (!*out_good)
        find(replay, size, "signature");
    return CBANK_OK;
}

cbank_status cbi_replay_check_notes(cbi_replay *replay, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_sealed sealed;
    cbi_hash root;
    uint64_t size;
    bool is_good;

    for (;;) {
        CBI_TRY(peek(replay, txn, &size, err));
        if (replay->notes_ended || size > replay->frontier.size)
            break;
        CBI_TRY(verify(replay, size, &sealed, &is_good, err));
        /* After the first root that differs all others do. */
        if (!is_good || replay->root_differs)
            continue;
        CBI_TRY(cbi_frontier_root(replay->hasher, &replay->frontier, &root, err));
        replay->root_differs = !cbi_hash_equal(&root, &sealed.root);
        if (replay->root_differs)
            find(replay, size, "root");
        else
            replay->sound = size;
    }
done:
    return status;
}

cbank_status cbi_replay_check_last_notes(cbi_replay *replay, cbi_txn *txn, uint64_t guard_size,
                                         cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_sealed sealed;
    uint64_t size;
    bool is_good;

    replay->notes_ended = false;
    for (;;) {
        CBI_TRY(peek(replay, txn, &size, err));
        if (replay->notes_ended)
            break;
        CBI_TRY(verify(replay, size, &sealed, &is_good, err));
        if (is_good && size > guard_size)
            find(replay, size, "beyond the guard");
    }
done:
    return status;
}
