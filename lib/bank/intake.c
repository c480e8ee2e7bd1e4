#include "bank/intake.h"

#include <string.h>

#include "base/memory.h"
#include "bank/counter.h"

#define PAGE_IDS CBI_BATCH_PAGE_IDS
/* Numbers of a row: of 8 bytes and of 4. */
#define WIDE 5u
#define NARROW 7u
#define ROW_FIXED (CBI_HASH_SIZE * 2 + 8 * WIDE + 4 * NARROW)

static cbank_status damaged(cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_BATCH), NULL);
}

cbi_bytes cbi_intake_key(uint64_t number, char part, uint8_t out[CBI_INTAKE_KEY_SIZE])
{
    out[0] = 'b';
    cbi_put_u64(out + 1, number);
    out[9] = (uint8_t)part;
    return cbi_bytes_of(out, CBI_INTAKE_KEY_SIZE);
}

#define PAGE_KEY_SIZE (CBI_INTAKE_KEY_SIZE + 4)

static cbi_bytes page_key(uint64_t number, uint32_t page, uint8_t out[PAGE_KEY_SIZE])
{
    (void)cbi_intake_key(number, 'h', out);
    cbi_put_u32(out + CBI_INTAKE_KEY_SIZE, page);
    return cbi_bytes_of(out, PAGE_KEY_SIZE);
}

bool cbi_intake_key_is(cbi_bytes key, uint64_t *number, char *part)
{
    if (key.size < CBI_INTAKE_KEY_SIZE || key.data[0] != 'b' ||
        memchr("rehps", key.data[9], 5) == NULL ||
        key.size != (key.data[9] == 'h' ? PAGE_KEY_SIZE : CBI_INTAKE_KEY_SIZE))
        return false;
    *number = cbi_get_u64(key.data + 1);
    *part = (char)key.data[9];
    return true;
}

static cbi_bytes id_key(const cbi_hash *id, uint8_t out[1 + CBI_HASH_SIZE])
{
    out[0] = 'i';
    memcpy(out + 1, id->bytes, CBI_HASH_SIZE);
    return cbi_bytes_of(out, 1 + CBI_HASH_SIZE);
}

#define NAME_KEY_MAX (CBI_INSTITUTION_CODE_MAX + 10)

/* A batch by the institution's number of it: kind 'n', or 'u' while it is under way. */
static cbi_bytes name_key(char kind, const char *institution, uint64_t number,
                          uint8_t out[NAME_KEY_MAX])
{
    size_t size = strlen(institution) + 1;

    out[0] = (uint8_t)kind;
    memcpy(out + 1, institution, size);
    cbi_put_u64(out + 1 + size, number);
    return cbi_bytes_of(out, 1 + size + 8);
}

static cbank_status encode(const cbi_intake *intake, cbank_buffer *out, cbank_error *err)
{
    const uint64_t wide[WIDE] = {intake->batch_number, (uint64_t)intake->signed_at,
                                 (uint64_t)intake->received_at, intake->first_index,
                                 intake->receipt_index};
    const uint32_t narrow[NARROW] = {intake->count,     intake->next,    intake->taken,
                                     intake->unchanged, intake->refused, intake->opened,
                                     intake->imported};
    uint8_t number[8];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_hash(&intake->id), err));
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_hash(&intake->root), err));
    for (size_t i = 0; i < WIDE; i++) {
        cbi_put_u64(number, wide[i]);
        CBI_TRY(cbi_buffer_append(out, cbi_bytes_of(number, 8), err));
    }
    for (size_t i = 0; i < NARROW; i++) {
        cbi_put_u32(number, narrow[i]);
        CBI_TRY(cbi_buffer_append(out, cbi_bytes_of(number, 4), err));
    }
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text(intake->institution), err));
done:
    return status;
}

static bool decode(cbi_bytes row, uint64_t number, cbi_intake *out)
{
    const uint8_t *at = row.data + 2 * CBI_HASH_SIZE;
    uint64_t wide[WIDE];
    uint32_t narrow[NARROW];

    if (row.size <= ROW_FIXED || row.size > ROW_FIXED + CBI_INSTITUTION_CODE_MAX)
        return false;
    *out = (cbi_intake){.number = number};
    memcpy(out->id.bytes, row.data, CBI_HASH_SIZE);
    memcpy(out->root.bytes, row.data + CBI_HASH_SIZE, CBI_HASH_SIZE);
    for (size_t i = 0; i < WIDE; i++, at += 8)
        wide[i] = cbi_get_u64(at);
    for (size_t i = 0; i < NARROW; i++, at += 4)
        narrow[i] = cbi_get_u32(at);
    if (narrow[6] > 1)
        return false;
    memcpy(out->institution, at, row.size - ROW_FIXED);
    out->batch_number = wide[0];
    out->signed_at = (int64_t)wide[1];
    out->received_at = (int64_t)wide[2];
    out->first_index = wide[3];
    out->receipt_index = wide[4];
    out->count = narrow[0];
    out->next = narrow[1];
    out->taken = narrow[2];
    out->unchanged = narrow[3];
    out->refused = narrow[4];
    out->opened = narrow[5];
    out->imported = narrow[6] != 0;
    return true;
}

cbank_status cbi_intake_read(cbi_txn *txn, uint64_t number, cbi_intake *out, cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    uint8_t key[CBI_INTAKE_KEY_SIZE];

    status = cbi_txn_get(txn, CBI_TABLE_BATCH, cbi_intake_key(number, 'r', key), &row, err);
    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_BATCH_UNKNOWN, number, NULL, NULL);
    CBI_TRY(status);
    if (!decode(cbi_bytes_of_buffer(&row), number, out))
        CBI_TRY(damaged(err));
done:
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_intake_find(cbi_txn *txn, const cbi_hash *id, cbi_intake *out, cbank_error *err)
{
    uint8_t key[1 + CBI_HASH_SIZE];
    cbank_buffer value = {0};
    cbank_status status = CBANK_OK;

    status = cbi_txn_get(txn, CBI_TABLE_BATCH, id_key(id, key), &value, err);
    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_BATCH_UNKNOWN, 0, NULL, NULL);
    CBI_TRY(status);
    if (value.size != 8)
        CBI_TRY(damaged(err));
    CBI_TRY(cbi_intake_read(txn, cbi_get_u64(value.data), out, err));
done:
    cbank_buffer_clear(&value);
    return status;
}

bool cbi_intake_has_number(cbi_txn *txn, const char *institution, uint64_t batch_number)
{
    uint8_t key[NAME_KEY_MAX];

    return cbi_txn_has(txn, CBI_TABLE_BATCH, name_key('n', institution, batch_number, key));
}

static cbank_status find_after(cbi_txn *txn, char kind, const char *institution, uint64_t after,
                               cbi_intake *out, bool *found, cbank_error *err)
{
    uint8_t key[NAME_KEY_MAX];
    cbi_bytes from = name_key(kind, institution, after + 1, key);
    cbank_status status = CBANK_OK;
    cbi_page page = {0};

    *found = false;
    if (after == UINT64_MAX)
        return CBANK_OK;
    CBI_TRY(cbi_txn_page(txn, CBI_TABLE_BATCH, cbi_bytes_of(key, from.size - 8), from, 1, &page,
                         err));
    if (page.count == 0)
        goto done;
    if (cbi_page_value(&page, 0).size != 8)
        CBI_TRY(damaged(err));
    CBI_TRY(cbi_intake_read(txn, cbi_get_u64(cbi_page_value(&page, 0).data), out, err));
    *found = true;
done:
    cbi_page_clear(&page);
    return status;
}

cbank_status cbi_intake_after(cbi_txn *txn, const char *institution, uint64_t after,
                              cbi_intake *out, bool *found, cbank_error *err)
{
    return find_after(txn, 'n', institution, after, out, found, err);
}

cbank_status cbi_intake_under_way(cbi_txn *txn, const char *institution, uint64_t after,
                                  cbi_intake *out, bool *found, cbank_error *err)
{
    return find_after(txn, 'u', institution, after, out, found, err);
}

cbank_status cbi_intake_count(cbi_txn *txn, const char *institution, uint64_t *out,
                              cbank_error *err)
{
    uint8_t key[NAME_KEY_MAX];
    cbank_status status = CBANK_OK;
    cbi_page page = {0};
    cbi_bytes from = name_key('n', institution, 0, key);
    cbi_bytes prefix = cbi_bytes_of(key, from.size - 8);
    uint64_t count = 0, last = 0;

    while (last < UINT64_MAX) { /* the institution chooses its numbers */
        CBI_TRY(cbi_txn_page(txn, CBI_TABLE_BATCH, prefix, from, CBI_PAGE_ROWS_MAX, &page, err));
        if (page.count == 0)
            break;
        count += page.count;
        from = cbi_page_key(&page, page.count - 1);
        if (from.size != prefix.size + 8)
            CBI_TRY(damaged(err));
        last = cbi_get_u64(from.data + prefix.size);
        from = name_key('n', institution, last + 1, key);
    }
    *out = count;
done:
    cbi_page_clear(&page);
    return status;
}

/* So that who ends what an institution has under way need not look at all that it ever sent. */
static cbank_status mark(cbi_txn *txn, const cbi_intake *intake, cbank_error *err)
{
    uint8_t bytes[NAME_KEY_MAX], number[8];
    cbi_bytes key = name_key('u', intake->institution, intake->batch_number, bytes);

    if (intake->received_at != 0)
        return cbi_txn_delete(txn, CBI_TABLE_BATCH, key, err);
    cbi_put_u64(number, intake->number);
    return cbi_txn_put(txn, CBI_TABLE_BATCH, key, cbi_bytes_of(number, 8), err);
}

cbank_status cbi_intake_write(cbi_txn *txn, const cbi_intake *intake, cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    uint8_t key[CBI_INTAKE_KEY_SIZE];

    CBI_TRY(encode(intake, &row, err));
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_BATCH, cbi_intake_key(intake->number, 'r', key),
                        cbi_bytes_of_buffer(&row), err));
    CBI_TRY(mark(txn, intake, err));
done:
    cbank_buffer_clear(&row);
    return status;
}

static size_t page_size(uint32_t count, uint32_t page)
{
    uint32_t left = count - page * PAGE_IDS;

    return left < PAGE_IDS ? left : PAGE_IDS;
}

/* Pages of ids, and their roots. */
static size_t count_pages(const cbi_intake *intake)
{
    return ((size_t)intake->count + PAGE_IDS - 1) / PAGE_IDS;
}

/* Ids page by page, and the root of each page: a page is a full subtree, but the last. */
static cbank_status write_ids(cbi_append *append, const cbi_intake *intake,
                              const cbi_batch_ids *ids, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash *held = NULL;
    uint8_t key[PAGE_KEY_SIZE];

    if (intake->count == 1) /* its id is the root */
        return CBANK_OK;
    CBI_TRY(cbi_alloc(page_size(intake->count, 0), sizeof(*held), &held, err));
    for (uint32_t page = 0; page * PAGE_IDS < intake->count; page++) {
        size_t count = page_size(intake->count, page);

        CBI_TRY(cbi_spool_read(ids->spool, (uint64_t)page * PAGE_IDS * CBI_HASH_SIZE,
                               count * CBI_HASH_SIZE, held->bytes, err));
        CBI_TRY(cbi_txn_put(append->txn, CBI_TABLE_BATCH, page_key(intake->number, page, key),
                            cbi_bytes_of(held, count * CBI_HASH_SIZE), err));
    }
    if (count_pages(intake) > 1)
        CBI_TRY(cbi_txn_put(append->txn, CBI_TABLE_BATCH, cbi_intake_key(intake->number, 'p', key),
                            cbi_bytes_of_buffer(&ids->roots), err));
done:
    cbi_free(held);
    return status;
}

cbank_status cbi_intake_begin(cbi_append *append, const cbi_batch *batch,
                              const cbi_batch_ids *ids, bool imported, cbi_intake *out,
                              cbank_error *err)
{
    const Cbank__V1__BatchHead *head = batch->head.head;
    uint8_t key[NAME_KEY_MAX], number[8];
    cbank_status status = CBANK_OK;

    *out = (cbi_intake){.id = batch->head.id,
                        .root = batch->head.root,
                        .batch_number = head->number,
                        .signed_at = head->at,
                        .first_index = append->state.frontier.size,
                        .count = head->count,
                        .imported = imported};
    memcpy(out->institution, head->institution, strlen(head->institution) + 1);
    CBI_TRY(cbi_counter_add(append->txn, CBI_COUNTER_BATCHES, 1, &out->number, err));
    cbi_put_u64(number, out->number);
    CBI_TRY(cbi_txn_insert(append->txn, CBI_TABLE_BATCH, id_key(&out->id, key),
                           cbi_bytes_of(number, 8), err));
    CBI_TRY(cbi_txn_insert(append->txn, CBI_TABLE_BATCH,
                           name_key('n', out->institution, out->batch_number, key),
                           cbi_bytes_of(number, 8), err));
    CBI_TRY(cbi_txn_put(append->txn, CBI_TABLE_BATCH, cbi_intake_key(out->number, 'e', key),
                        batch->parts.envelope, err));
    CBI_TRY(write_ids(append, out, ids, err));
done:
    return status;
}

cbank_status cbi_intake_envelope(cbi_txn *txn, const cbi_intake *intake, cbank_buffer *out,
                                 cbank_error *err)
{
    uint8_t key[CBI_INTAKE_KEY_SIZE];

    return cbi_txn_get(txn, CBI_TABLE_BATCH, cbi_intake_key(intake->number, 'e', key), out, err);
}

/* A row of hashes of exactly this count, into memory that is aligned for them. */
static cbank_status read_hashes(cbi_txn *txn, cbi_bytes key, size_t count, cbi_hash **out,
                                cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_get(txn, CBI_TABLE_BATCH, key, &row, err));
    if (row.size != count * CBI_HASH_SIZE)
        CBI_TRY(damaged(err));
    CBI_TRY(cbi_alloc(count, sizeof(**out), out, err));
    memcpy(*out, row.data, row.size);
done:
    cbank_buffer_clear(&row);
    return status;
}

static cbank_status read_roots(cbi_txn *txn, const cbi_intake *intake, cbi_hash **out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t key[CBI_INTAKE_KEY_SIZE];

    if (count_pages(intake) > 1)
        return read_hashes(txn, cbi_intake_key(intake->number, 'p', key), count_pages(intake), out,
                           err);
    CBI_TRY(cbi_alloc(1, sizeof(**out), out, err));
    **out = intake->root;
done:
    return status;
}

cbank_status cbi_intake_path(cbi_txn *txn, cbi_hasher *hasher, const cbi_intake *intake,
                             uint32_t index, cbi_hash *path, size_t *count, cbank_error *err)
{
    uint32_t page = index / PAGE_IDS;
    cbi_hash *ids = NULL, *roots = NULL;
    cbank_status status = CBANK_OK;
    size_t within = 0, above = 0;
    uint8_t key[PAGE_KEY_SIZE];

    if (index >= intake->count)
        return damaged(err);
    *count = 0;
    if (intake->count == 1)
        return CBANK_OK;
    CBI_TRY(read_hashes(txn, page_key(intake->number, page, key), page_size(intake->count, page),
                        &ids, err));
    CBI_TRY(cbi_tree_path_of(hasher, ids, page_size(intake->count, page), index % PAGE_IDS, path,
                             &within, err));
    CBI_TRY(read_roots(txn, intake, &roots, err));
    CBI_TRY(cbi_tree_path_of(hasher, roots, count_pages(intake), page, path + within, &above,
                             err));
    *count = within + above;
done:
    cbi_free(ids);
    cbi_free(roots);
    return status;
}

cbank_status cbi_intake_check_ids(cbi_txn *txn, cbi_hasher *hasher, const cbi_intake *intake,
                                  cbank_error *err)
{
    size_t pages = count_pages(intake);
    cbi_hash *roots = NULL;
    cbank_status status = CBANK_OK;
    uint8_t key[PAGE_KEY_SIZE];
    cbi_hash root;

    CBI_TRY(read_roots(txn, intake, &roots, err));
    CBI_TRY(cbi_tree_root_of(hasher, roots, pages, &root, err));
    if (!cbi_hash_equal(&root, &intake->root))
        CBI_TRY(damaged(err));
    for (uint32_t page = 0; intake->count > 1 && page < pages; page++) {
        if (!cbi_txn_has(txn, CBI_TABLE_BATCH, page_key(intake->number, page, key)))
            CBI_TRY(damaged(err));
    }
done:
    cbi_free(roots);
    return status;
}

cbank_status cbi_intake_check_page(cbi_txn *txn, cbi_hasher *hasher, const cbi_intake *intake,
                                   cbi_bytes key, cbi_bytes row, cbank_error *err)
{
    bool of_roots = key.size != PAGE_KEY_SIZE;
    uint32_t page = of_roots ? 0 : cbi_get_u32(key.data + CBI_INTAKE_KEY_SIZE);
    cbi_hash *roots = NULL;
    cbank_status status = CBANK_OK;
    cbi_hash root;

    if (of_roots)
        return count_pages(intake) > 1 ? CBANK_OK : damaged(err);
    if (intake->count == 1 || page >= count_pages(intake) ||
        row.size != page_size(intake->count, page) * CBI_HASH_SIZE)
        return damaged(err);
    CBI_TRY(read_roots(txn, intake, &roots, err));
    CBI_TRY(cbi_tree_root_of(hasher, (const cbi_hash *)(const void *)row.data,
                             row.size / CBI_HASH_SIZE, &root, err));
    if (!cbi_hash_equal(&root, &roots[page]))
        CBI_TRY(damaged(err));
done:
    cbi_free(roots);
    return status;
}

static cbank_status read_ids(cbi_intake_ids *ids, cbi_txn *txn, const cbi_intake *intake,
                             uint32_t page, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t key[PAGE_KEY_SIZE];

    if (ids->row.size > 0 && ids->number == intake->number && ids->page == page)
        return CBANK_OK;
    ids->row.size = 0;
    if (intake->count == 1)
        CBI_TRY(cbi_buffer_set(&ids->row, cbi_bytes_of_hash(&intake->root), err));
    else
        CBI_TRY(cbi_txn_get(txn, CBI_TABLE_BATCH, page_key(intake->number, page, key), &ids->row,
                            err));
    ids->number = intake->number;
    ids->page = page;
done:
    return status;
}

cbank_status cbi_intake_ids_find(cbi_intake_ids *ids, cbi_txn *txn, const cbi_intake *intake,
                                 uint32_t index, cbi_hash *out, cbank_error *err)
{
    uint32_t page = index / PAGE_IDS;
    cbank_status status = CBANK_OK;

    if (index >= intake->count)
        return damaged(err);
    CBI_TRY(read_ids(ids, txn, intake, page, err));
    if (ids->row.size != page_size(intake->count, page) * CBI_HASH_SIZE)
        CBI_TRY(damaged(err));
    memcpy(out->bytes, ids->row.data + (size_t)(index % PAGE_IDS) * CBI_HASH_SIZE, CBI_HASH_SIZE);
done:
    return status;
}

void cbi_intake_ids_clear(cbi_intake_ids *ids)
{
    cbank_buffer_clear(&ids->row);
    *ids = (cbi_intake_ids){0};
}

cbank_status cbi_intake_id(cbi_txn *txn, const cbi_intake *intake, uint32_t index, cbi_hash *out,
                           cbank_error *err)
{
    cbi_intake_ids ids = {0};
    cbank_status status = cbi_intake_ids_find(&ids, txn, intake, index, out, err);

    cbi_intake_ids_clear(&ids);
    return status;
}
