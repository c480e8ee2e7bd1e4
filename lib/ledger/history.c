#include "ledger/history.h"

#include <string.h>

#include "base/memory.h"

static cbank_status refuse_unsealed(uint64_t where, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_NOT_SEALED, where, NULL, NULL);
}

/* ---- rows that were read ------------------------------------------------------------------ */

#define MET_ROWS 128u
#define MET_BYTES_FIRST ((size_t)16 * 1024)
#define MET_BYTES_MAX ((size_t)128 * 1024)

/* By their indices, with what they hashed to. */
struct cbi_reader_met {
    uint64_t ends[MET_ROWS]; /* index + 1; 0 for nothing */
    struct met_row {
        size_t at, size; /* among the bytes */
        cbi_hash statement, leaf;
    } rows[MET_ROWS];
    cbank_buffer bytes;

    /* Of a chain whose entries stand side by side, those before the one at hand. */
    cbi_page beside;
    cbi_pattern pattern;
    unsigned side_by_side; /* steps back to the row right before */
};

void cbi_history_clear(cbi_reader *reader)
{
    if (reader->met != NULL) {
        cbank_buffer_clear(&reader->met->bytes);
        cbi_page_clear(&reader->met->beside);
        cbi_pattern_clear(&reader->met->pattern);
    }
    cbi_free(reader->met);
    reader->met = NULL;
    cbi_free(reader->nodes);
    reader->nodes = NULL;
    cbank_buffer_clear(&reader->row);
}

static void forget(struct cbi_reader_met *met)
{
    memset(met->ends, 0, sizeof(met->ends));
    cbi_buffer_rewind(&met->bytes);
}

static cbank_status begin_meeting(cbi_reader *reader, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (reader->met != NULL)
        return CBANK_OK;
    CBI_TRY(cbi_alloc_bytes(sizeof(*reader->met), &reader->met, err));
    reader->met->bytes = (cbank_buffer){0};
    reader->met->beside = (cbi_page){0};
    reader->met->pattern = (cbi_pattern){0};
    reader->met->side_by_side = 0;
    forget(reader->met);
    CBI_TRY(cbi_buffer_reserve(&reader->met->bytes, MET_BYTES_FIRST, err));
done:
    return status;
}

/* Keeps reader->row. */
static cbank_status meet(cbi_reader *reader, const cbi_logged *logged, cbank_error *err)
{
    size_t place = (size_t)(logged->index % MET_ROWS);
    cbank_status status = CBANK_OK;
    struct cbi_reader_met *met;

    CBI_TRY(begin_meeting(reader, err));
    met = reader->met;
    if (met->bytes.size + reader->row.size > MET_BYTES_MAX)
        forget(met);
    met->rows[place] = (struct met_row){.at = met->bytes.size,
                                        .size = reader->row.size,
                                        .statement = logged->entry.statement,
                                        .leaf = logged->leaf};
    CBI_TRY(cbi_buffer_append(&met->bytes, cbi_bytes_of_buffer(&reader->row), err));
    met->ends[place] = logged->index + 1;
done:
    return status;
}

/* False if the row at `index` was not met, or is kept no longer. */
static bool met_before(const cbi_reader *reader, uint64_t index, cbi_logged *out,
                       cbank_status *status, cbank_error *err)
{
    const struct cbi_reader_met *met = reader->met;
    const struct met_row *row;

    if (met == NULL || met->ends[index % MET_ROWS] != index + 1)
        return false;
    row = &met->rows[index % MET_ROWS];
    *status = cbi_logged_decode_again(index, cbi_bytes_of(met->bytes.data + row->at, row->size),
                                      &row->statement, &row->leaf, out, err);
    return true;
}

cbank_status cbi_history_read(cbi_reader *reader, uint64_t index, cbi_logged *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (index >= reader->sealed.size)
        return refuse_unsealed(index, err);
    if (met_before(reader, index, out, &status, err))
        return status;
    CBI_TRY(cbi_logged_read(reader->txn, reader->hasher, index, &reader->row, out, err));
    CBI_TRY(meet(reader, out, err));
done:
    return status;
}

/* ---- chains ------------------------------------------------------------------------------- */

/* How many steps to the row right before make it likely that the next is one, too. */
#define SIDE_BY_SIDE 2u
#define BESIDE_ROWS 16u

/* The row at `index` among those that were read with others; empty if it is not there. */
static cbi_bytes find_beside(const struct cbi_reader_met *met, uint64_t index)
{
    uint64_t first;
    uint8_t key[8];

    cbi_put_u64(key, index);
    if (met->beside.count == 0 || cbi_page_key(&met->beside, 0).size != sizeof(key))
        return (cbi_bytes){0};
    first = cbi_get_u64(cbi_page_key(&met->beside, 0).data);
    if (index < first || index - first >= met->beside.count ||
        !cbi_bytes_equal(cbi_page_key(&met->beside, (size_t)(index - first)),
                         cbi_bytes_of(key, sizeof(key))))
        return (cbi_bytes){0};
    return cbi_page_value(&met->beside, (size_t)(index - first));
}

static cbank_status read_beside(cbi_reader *reader, uint64_t index, cbank_error *err)
{
    uint64_t first = index < BESIDE_ROWS ? 0 : index + 1 - BESIDE_ROWS;
    uint8_t from[8];

    cbi_put_u64(from, first);
    return cbi_txn_page(reader->txn, CBI_TABLE_RECORD, cbi_bytes_of(NULL, 0),
                        cbi_bytes_of(from, sizeof(from)), BESIDE_ROWS, &reader->met->beside, err);
}

static cbank_status read_step(cbi_reader *reader, uint64_t index, cbi_logged *out,
                              cbank_error *err)
{
    struct cbi_reader_met *met = reader->met;
    cbank_status status = CBANK_OK;
    cbi_bytes row = find_beside(met, index);

    if (row.size == 0 && met->side_by_side >= SIDE_BY_SIDE) {
        CBI_TRY(read_beside(reader, index, err));
        row = find_beside(met, index);
    }
    if (row.size > 0)
        return cbi_logged_take(reader->txn, reader->hasher, index, row, &met->pattern,
                               &reader->row, out, err);
    CBI_TRY(cbi_logged_read(reader->txn, reader->hasher, index, &reader->row, out, err));
done:
    return status;
}

static cbank_status step_back(cbi_reader *reader, cbi_head *named, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(begin_meeting(reader, err));
    CBI_TRY(read_step(reader, named->index, &logged, err));
    CBI_TRY(cbi_logged_follow(&logged, named, err));
    reader->met->side_by_side =
        logged.previous_index + 1 == logged.index ? reader->met->side_by_side + 1 : 0;
    CBI_TRY(meet(reader, &logged, err));
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
