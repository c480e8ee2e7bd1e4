#include "ledger/history.h"

#include <string.h>

#include "base/memory.h"

static cbank_status refuse_unsealed(uint64_t where, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_NOT_SEALED, where, NULL, NULL);
}

/* ---- rows --------------------------------------------------------------------------------- */

/* Steps to the row right before that make it likely that the next is one, too. */
#define SIDE_BY_SIDE 1u
#define BESIDE_ROWS 64u

void cbi_history_clear(cbi_reader *reader)
{
    cbi_met_free(reader->met);
    reader->met = NULL;
    cbi_page_clear(&reader->beside);
    cbi_free(reader->nodes);
    reader->nodes = NULL;
    cbank_buffer_clear(&reader->row);
}

/* The row at `index` among those that were read with others; empty if it is not there. */
static cbi_bytes find_beside(const cbi_reader *reader, uint64_t index)
{
    const cbi_page *page = &reader->beside;
    uint64_t first;
    uint8_t key[8];

    cbi_put_u64(key, index);
    if (page->count == 0 || cbi_page_key(page, 0).size != sizeof(key))
        return (cbi_bytes){0};
    first = cbi_get_u64(cbi_page_key(page, 0).data);
    if (index < first || index - first >= page->count ||
        !cbi_bytes_equal(cbi_page_key(page, (size_t)(index - first)),
                         cbi_bytes_of(key, sizeof(key))))
        return (cbi_bytes){0};
    return cbi_page_value(page, (size_t)(index - first));
}

/* The row that is named and those right before it, as many as the chain may have there. */
static cbank_status read_beside(cbi_reader *reader, const cbi_head *named, cbank_error *err)
{
    uint64_t count = named->sequence < BESIDE_ROWS ? named->sequence + 1 : BESIDE_ROWS;
    uint64_t first = named->index < count ? 0 : named->index + 1 - count;
    uint8_t from[8];

    cbi_put_u64(from, first);
    return cbi_txn_page(reader->txn, CBI_TABLE_RECORD, cbi_bytes_of(NULL, 0),
                        cbi_bytes_of(from, sizeof(from)), (size_t)count, &reader->beside, err);
}

static cbank_status begin_meeting(cbi_reader *reader, cbank_error *err)
{
    return reader->met == NULL ? cbi_met_new(&reader->met, err) : CBANK_OK;
}

static cbank_status read_row(cbi_reader *reader, uint64_t index, cbi_logged *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes row = find_beside(reader, index);

    if (row.size == 0) {
        CBI_TRY(cbi_logged_get(reader->txn, index, &reader->row, err));
        row = cbi_bytes_of_buffer(&reader->row);
    }
    CBI_TRY(cbi_met_take(reader->met, reader->txn, reader->hasher, index, row, out, err));
done:
    return status;
}

cbank_status cbi_history_read(cbi_reader *reader, uint64_t index, cbi_logged *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (index >= reader->sealed.size)
        return refuse_unsealed(index, err);
    CBI_TRY(begin_meeting(reader, err));
    if (!cbi_met_find(reader->met, index, out))
        CBI_TRY(read_row(reader, index, out, err));
done:
    return status;
}

/* ---- chains ------------------------------------------------------------------------------- */

static cbank_status step_back(cbi_reader *reader, cbi_head *named, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(begin_meeting(reader, err));
    if (!cbi_met_find(reader->met, named->index, &logged)) {
        if (reader->side_by_side >= SIDE_BY_SIDE && find_beside(reader, named->index).size == 0)
            CBI_TRY(read_beside(reader, named, err));
        CBI_TRY(read_row(reader, named->index, &logged, err));
    }
    CBI_TRY(cbi_logged_follow(&logged, named, err));
    reader->side_by_side =
        logged.previous_index + 1 == logged.index ? reader->side_by_side + 1 : 0;
done:
    return status;
}

/* The newest entry that the checkpoint holds. */
static cbank_status find_sealed_head(cbi_reader *reader, const cbi_subject *subject, cbi_head *out,
                                     cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_head head;

    CBI_TRY(cbi_subject_read_head(reader->txn, subject, &head, err));
    while (head.index >= reader->sealed.size) {
        if (head.sequence == 0)
            return cbi_fail(err, CBI_REASON_SUBJECT_UNKNOWN, 0, cbi_table_name(CBI_TABLE_HEAD),
                            NULL);
        CBI_TRY(step_back(reader, &head, err));
    }
    *out = head;
done:
    return status;
}

cbank_status cbi_history_chain(cbi_reader *reader, const cbi_subject *subject, cbi_chain *out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_chain chain = {0};
    cbi_head named;

    CBI_REQUIRE(cbi_subject_is_valid(subject), err);
    CBI_TRY(find_sealed_head(reader, subject, &chain.head, err));
    if (chain.head.sequence >= CBI_TRANSCRIPT_ENTRIES_MAX)
        return cbi_fail(err, CBI_REASON_CHAIN_TOO_LONG, CBI_TRANSCRIPT_ENTRIES_MAX, NULL, NULL);
    chain.count = (size_t)chain.head.sequence + 1;
    CBI_TRY(cbi_alloc(chain.count, sizeof *chain.indices, &chain.indices, err));

    named = chain.head;
    for (size_t i = chain.count; i-- > 0;) {
        chain.indices[i] = named.index;
        CBI_TRY(step_back(reader, &named, err));
    }
    cbi_chain_clear(out);
    *out = chain;
    return CBANK_OK;
done:
    cbi_chain_clear(&chain);
    return status;
}

void cbi_chain_clear(cbi_chain *chain)
{
    cbi_free(chain->indices);
    *chain = (cbi_chain){0};
}

/* ---- proofs ------------------------------------------------------------------------------- */

static cbank_status begin_nodes(cbi_reader *reader, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (reader->nodes != NULL)
        return CBANK_OK;
    CBI_TRY(cbi_alloc_bytes(sizeof(*reader->nodes), &reader->nodes, err));
    cbi_nodes_init(reader->nodes, reader->txn, reader->hasher);
done:
    return status;
}

cbank_status cbi_history_root(cbi_reader *reader, uint64_t size, cbi_hash *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_frontier frontier;

    if (size > reader->sealed.size)
        return refuse_unsealed(size, err);
    if (size == reader->sealed.size) {
        *out = reader->sealed.root;
        return CBANK_OK;
    }
    CBI_TRY(begin_nodes(reader, err));
    CBI_TRY(cbi_nodes_frontier(reader->nodes, size, &frontier, err));
    CBI_TRY(cbi_frontier_root(reader->hasher, &frontier, out, err));
done:
    return status;
}

static cbank_status fill(cbi_reader *reader, const cbi_subtree *plan, size_t count, cbi_path *path,
                         cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(begin_nodes(reader, err));
    for (size_t i = 0; i < count; i++)
        CBI_TRY(cbi_nodes_root(reader->nodes, plan[i].begin, plan[i].end, &path->hashes[i], err));
    path->count = count;
done:
    return status;
}

/* A proof that does not verify: not the asker's fault, so neither NOT_INCLUDED nor FORK. */
static cbank_status translate(cbank_status checked, uint64_t where, cbank_error *err)
{
    if (checked == CBANK_E_NOT_INCLUDED || checked == CBANK_E_FORK)
        return cbi_fail(err, CBI_REASON_PROOF_DIFFERS, where, NULL, NULL);
    return checked;
}

cbank_status cbi_history_inclusion(cbi_reader *reader, uint64_t index, uint64_t size, cbi_path *out,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_subtree plan[CBI_CONSISTENCY_MAX];
    cbi_path path;
    cbi_hash leaf, root;

    if (size > reader->sealed.size || index >= size)
        return refuse_unsealed(index >= size ? index : size, err);
    CBI_TRY(begin_nodes(reader, err));
    CBI_TRY(cbi_nodes_leaf(reader->nodes, index, &leaf, err));
    CBI_TRY(fill(reader, plan, cbi_tree_inclusion_plan(index, size, plan), &path, err));
    CBI_TRY(cbi_history_root(reader, size, &root, err));
    CBI_TRY(translate(cbi_tree_check_inclusion(reader->hasher, index, size, &leaf, path.hashes,
                                               path.count, &root, err),
                      index, err));
    *out = path;
done:
    return status;
}

cbank_status cbi_history_consistency(cbi_reader *reader, uint64_t size1, uint64_t size2,
                                     cbi_path *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_subtree plan[CBI_CONSISTENCY_MAX];
    cbi_path path;
    cbi_hash root1, root2;

    CBI_REQUIRE(size1 <= size2, err);
    if (size2 > reader->sealed.size)
        return refuse_unsealed(size2, err);
    if (size1 == 0 || size1 == size2) {
        out->count = 0;
        return CBANK_OK;
    }
    CBI_TRY(fill(reader, plan, cbi_tree_consistency_plan(size1, size2, plan), &path, err));
    CBI_TRY(cbi_history_root(reader, size1, &root1, err));
    CBI_TRY(cbi_history_root(reader, size2, &root2, err));
    CBI_TRY(translate(cbi_tree_check_consistency(reader->hasher, size1, &root1, size2, &root2,
                                                 path.hashes, path.count, err),
                      size1, err));
    *out = path;
done:
    return status;
}
