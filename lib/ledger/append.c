#include "ledger/append.h"

#include "ledger/logged.h"
#include "ledger/tile.h"

/* What a head costs at most that is put (store.h): its key, its row and a third of a page. */
#define HEAD_COST 2048u

cbank_status cbi_append_begin(cbi_store *store, cbi_hasher *hasher, cbi_txn_mode mode,
                              cbi_append *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_append append = {.hasher = hasher};

    CBI_TRY(cbi_txn_begin(store, mode, &append.txn, err));
    CBI_TRY(cbi_state_read(append.txn, &append.state, err));
    CBI_TRY(cbi_clock_read(append.txn, append.state.time, &append.clock, err));
    append.at = append.state.time;
    *out = append;
    return CBANK_OK;
done:
    cbi_append_clear(&append);
    return status;
}

cbank_status cbi_append_set_time(cbi_append *append, int64_t now, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    append->clock.newest = append->state.time;
    CBI_TRY(cbi_clock_check(&append->clock, now, err));
    append->at = cbi_clock_take(&append->clock, now);
done:
    return status;
}

/* The tag that all entries of the subject carry, of which the newest is `previous_index`. */
static cbank_status find_tag(cbi_append *append, const cbi_subject *subject,
                             uint64_t previous_index, cbi_hash *tag, cbank_error *err)
{
    cbi_hash randomness;
    cbi_logged previous;

    cbank_status status = cbi_subject_read_randomness(append->txn, subject, &randomness, err);
    if (status == CBANK_OK)
        return cbi_entry_tag(append->hasher, subject->kind, &randomness, subject->id, tag, err);
    if (status != CBANK_E_NOT_FOUND)
        return status;
    /* The randomness was erased: the chain goes on under the tag it has. */
    status =
        cbi_logged_read(append->txn, append->hasher, previous_index, &append->row, &previous, err);
    if (status == CBANK_OK)
        *tag = previous.entry.tag;
    return status;
}

/* The tag of a subject's first entry. */
static cbank_status found_tag(cbi_append *append, const cbi_subject *subject,
                              const cbi_hash *randomness, cbi_hash *tag, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash zero = {{0}};

    if (cbi_subject_is_public(subject->kind))
        return cbi_entry_tag(append->hasher, subject->kind, &zero, subject->id, tag, err);
    if (randomness == NULL || cbi_hash_is_zero(randomness))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "randomness", NULL);
    CBI_TRY(cbi_subject_write_randomness(append->txn, subject, randomness, err));
    CBI_TRY(cbi_entry_tag(append->hasher, subject->kind, randomness, subject->id, tag, err));
done:
    return status;
}

/* Where the subject's chain ends, as far as that is known without reading; or NULL. */
static const cbi_chain_end *find_end(const cbi_append *append, const cbi_subject *subject,
                                     const cbi_chain_end *before)
{
    const cbi_chain_end *grown =
        append->heads == NULL ? NULL : cbi_heads_find(append->heads, subject);

    if (grown != NULL)
        return grown;
    return append->grew_before ? NULL : before;
}

/* Reads it; `before` has the tag, if it is known. */
static cbank_status read_end(cbi_append *append, const cbi_subject *subject,
                             const cbi_chain_end *before, cbi_chain_end *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_subject_read_head(append->txn, subject, &out->head, err));
    if (before != NULL)
        out->tag = before->tag;
    else
        CBI_TRY(find_tag(append, subject, out->head.index, &out->tag, err));
done:
    return status;
}

/* Fills the entry that follows the subject's newest one. */
static cbank_status chain(cbi_append *append, const cbi_subject *subject,
                          const cbi_hash *randomness, const cbi_chain_end *before,
                          cbi_logged *logged, cbank_error *err)
{
    const cbi_chain_end *end = find_end(append, subject, before);
    cbank_status status = CBANK_OK;
    cbi_chain_end read;

    if (end == NULL) {
        status = read_end(append, subject, before, &read, err);
        end = &read;
    }
    if (status == CBANK_E_NOT_FOUND) {
        logged->previous_index = CBI_NO_INDEX;
        return found_tag(append, subject, randomness, &logged->entry.tag, err);
    }
    CBI_TRY(status);
    logged->previous_index = end->head.index;
    logged->entry.sequence = end->head.sequence + 1;
    logged->entry.previous = end->head.leaf;
    logged->entry.tag = end->tag;
done:
    return status;
}

static cbank_status write_row(cbi_append *append, const cbi_logged *logged,
                              const cbi_prepacked *prepacked, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_packed packed;
    uint8_t key[8];

    CBI_TRY(cbi_patterns_pack(&append->patterns, append->txn, &logged->entry, logged->statement,
                              prepacked, &packed, err));
    CBI_TRY(packed.number == 0 ? cbi_logged_encode(logged, &append->row, err)
                               : cbi_logged_encode_packed(logged, &packed, &append->row, err));
    cbi_put_u64(key, logged->index);
    status = cbi_txn_append(append->txn, CBI_TABLE_RECORD, cbi_bytes_of(key, sizeof key),
                            cbi_bytes_of_buffer(&append->row), err);
    if (status == CBANK_E_EXISTS)
        status = cbi_fail(err, CBI_REASON_LEDGER_ROW_DAMAGED, logged->index,
                          cbi_table_name(CBI_TABLE_RECORD), "beyond the tree");
done:
    return status;
}

/* The entry is the newest of its chain now. */
static cbank_status grow_chain(cbi_append *append, const cbi_subject *subject,
                               const cbi_logged *logged, cbank_error *err)
{
    const cbi_chain_end end = {.head = {.sequence = logged->entry.sequence,
                                        .index = logged->index,
                                        .leaf = logged->leaf},
                               .tag = logged->entry.tag};
    cbank_status status = CBANK_OK;

    append->grew_before = append->grew_before || append->heads == NULL;
    if (append->heads != NULL)
        CBI_TRY(cbi_heads_set(append->heads, subject, &end, append->keeps_heads, err));
    if (!append->keeps_heads)
        CBI_TRY(cbi_subject_write_head(append->txn, subject, &end.head, err));
done:
    return status;
}

static cbank_status grow_tree(cbi_append *append, const cbi_hash *leaf, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_frontier *frontier = &append->state.frontier;
    uint64_t size = frontier->size + 1;
    unsigned levels = cbi_tile_levels_completed(size);

    for (unsigned level = 1; level <= levels; level++) {
        uint64_t number = (size >> (CBI_TILE_LEVEL_BITS * level)) - 1;
        cbi_hash node;
        CBI_TRY(cbi_tile_newest(append->hasher, frontier, leaf, level, &node, err));
        CBI_TRY(cbi_tile_write(append->txn, level, number, &node, err));
    }
    CBI_TRY(cbi_frontier_append(append->hasher, frontier, leaf, err));
done:
    return status;
}

static cbank_status add(cbi_append *append, const cbi_subject *subject, uint8_t entry_class,
                        const cbi_append_hashed *hashed, const cbi_hash *randomness,
                        uint64_t *out_index, cbi_hash *out_leaf, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_logged logged = {.index = append->state.frontier.size, .statement = hashed->statement};

    logged.entry.subject_kind = subject->kind;
    logged.entry.entry_class = entry_class;
    logged.entry.statement = *hashed->digest;
    CBI_TRY(chain(append, subject, randomness, hashed->before, &logged, err));
    CBI_TRY(cbi_entry_leaf(append->hasher, &logged.entry, &logged.leaf, err));
    CBI_TRY(write_row(append, &logged, hashed->packed, err));
    CBI_TRY(grow_chain(append, subject, &logged, err));
    CBI_TRY(grow_tree(append, &logged.leaf, err));
    append->state.time = append->at;
    if (out_index != NULL)
        *out_index = logged.index;
    if (out_leaf != NULL)
        *out_leaf = logged.leaf;
done:
    return status;
}

static cbank_status check_statement(const cbi_subject *subject, cbi_bytes statement,
                                    cbank_error *err)
{
    CBI_REQUIRE(cbi_subject_is_valid(subject), err);
    CBI_REQUIRE(statement.size > 0 && statement.size <= CBI_STATEMENT_MAX, err);
    return CBANK_OK;
}

cbank_status cbi_append_statement(cbi_append *append, const cbi_subject *subject,
                                  uint8_t entry_class, cbi_bytes statement,
                                  const cbi_hash *randomness, uint64_t *out_index,
                                  cbi_hash *out_leaf, cbank_error *err)
{
    cbi_append_hashed hashed = {.statement = statement};
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    CBI_TRY(check_statement(subject, statement, err));
    CBI_TRY(cbi_entry_statement_digest(append->hasher, statement, &digest, err));
    hashed.digest = &digest;
    CBI_TRY(add(append, subject, entry_class, &hashed, randomness, out_index, out_leaf, err));
done:
    return status;
}

cbank_status cbi_append_hashed_statement(cbi_append *append, const cbi_subject *subject,
                                         uint8_t entry_class, const cbi_append_hashed *hashed,
                                         uint64_t *out_index, cbi_hash *out_leaf,
                                         cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_statement(subject, hashed->statement, err));
    CBI_TRY(add(append, subject, entry_class, hashed, NULL, out_index, out_leaf, err));
done:
    return status;
}

cbank_status cbi_append_keep_heads(cbi_append *append, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (append->heads == NULL)
        CBI_TRY(cbi_heads_new(&append->heads, err));
    append->keeps_heads = true;
done:
    return status;
}

cbank_status cbi_append_put_heads(cbi_append *append, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (append->keeps_heads)
        CBI_TRY(cbi_heads_put(append->heads, append->txn, err));
    append->keeps_heads = false;
done:
    return status;
}

size_t cbi_append_dirty(const cbi_append *append)
{
    size_t owed = append->heads == NULL ? 0 : cbi_heads_count_owed(append->heads);

    return cbi_txn_dirty(append->txn) + owed * HEAD_COST;
}

cbank_status cbi_append_commit(cbi_append *append, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_txn *txn = append->txn;

    CBI_TRY(cbi_append_put_heads(append, err));
    CBI_TRY(cbi_frontier_root(append->hasher, &append->state.frontier, &append->state.root, err));
    CBI_TRY(cbi_state_write(txn, &append->state, err));
    CBI_TRY(cbi_clock_keep(txn, &append->clock, append->state.time, err));
    append->txn = NULL;
    CBI_TRY(cbi_txn_commit(txn, err));
done:
    return status;
}

void cbi_append_clear(cbi_append *append)
{
    cbi_txn_abort(append->txn);
    append->txn = NULL;
    cbank_buffer_clear(&append->row);
    cbi_heads_free(append->heads);
    append->heads = NULL;
    append->keeps_heads = false;
    cbi_patterns_free(append->patterns);
    append->patterns = NULL;
}
