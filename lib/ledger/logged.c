#include "ledger/logged.h"

#include <string.h>

#include "wire/delta.h"
#include "wire/field.h"

#define ENTRY_AT 8      /* after the previous index */
#define ENTRY_PREFIX 43 /* of the entry, before its statement digest */
#define TAG_AT (ENTRY_AT + 11)
#define FORM_AT (ENTRY_AT + CBI_ENTRY_SIZE - CBI_HASH_SIZE)
#define STATEMENT_AT (FORM_AT + 1)
#define SCAN_ROWS 256

enum form { FORM_STATEMENT = 0, FORM_ERASED = 1, FORM_PACKED = 2 };

static cbank_status refuse(uint64_t index, const char *what, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_LEDGER_ROW_DAMAGED, index, cbi_table_name(CBI_TABLE_RECORD),
                    "%s", what);
}

static void write_head(const cbi_logged *logged, enum form form, uint8_t head[STATEMENT_AT])
{
    uint8_t entry[CBI_ENTRY_SIZE];

    cbi_entry_encode(&logged->entry, entry);
    cbi_put_u64(head, logged->previous_index);
    memcpy(head + ENTRY_AT, entry, ENTRY_PREFIX);
    memcpy(head + ENTRY_AT + ENTRY_PREFIX, entry + ENTRY_PREFIX + CBI_HASH_SIZE, CBI_HASH_SIZE);
    head[FORM_AT] = (uint8_t)form;
}

cbank_status cbi_logged_encode(const cbi_logged *logged, cbank_buffer *row, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t head[STATEMENT_AT];
    cbi_bytes tail =
        logged->erased ? cbi_bytes_of_hash(&logged->entry.statement) : logged->statement;

    write_head(logged, logged->erased ? FORM_ERASED : FORM_STATEMENT, head);
    CBI_TRY(cbi_buffer_set(row, cbi_bytes_of(head, sizeof head), err));
    CBI_TRY(cbi_buffer_append(row, tail, err));
done:
    return status;
}

cbank_status cbi_logged_encode_packed(const cbi_logged *logged, const cbi_packed *packed,
                                      cbank_buffer *row, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t head[STATEMENT_AT + 2 * CBI_VARINT_MAX];
    size_t size = STATEMENT_AT;

    write_head(logged, FORM_PACKED, head);
    size += cbi_varint_write(packed->number, head + size);
    size += cbi_varint_write(logged->statement.size, head + size);
    CBI_TRY(cbi_buffer_set(row, cbi_bytes_of(head, size), err));
    CBI_TRY(cbi_buffer_append(row, cbi_bytes_of(packed->delta, packed->size), err));
done:
    return status;
}

/* What a packed row says before its delta, which begins at `*at`; false if it is none. */
static bool read_packed(cbi_bytes row, uint64_t *number, uint64_t *size, size_t *at)
{
    *at = STATEMENT_AT;
    return row.size > STATEMENT_AT && row.data[FORM_AT] == FORM_PACKED &&
           cbi_varint_read(row, at, number) && cbi_varint_read(row, at, size) && *size > 0 &&
           *size <= CBI_PATTERN_STATEMENT_MAX;
}

size_t cbi_logged_packed_size(cbi_bytes row)
{
    uint64_t number, size;
    size_t at;

    return read_packed(row, &number, &size, &at) ? STATEMENT_AT + (size_t)size : 0;
}

uint64_t cbi_logged_pattern(cbi_bytes row)
{
    uint64_t number, size;
    size_t at;

    return read_packed(row, &number, &size, &at) ? number : 0;
}

cbi_hash cbi_logged_tag(cbi_bytes row)
{
    cbi_hash tag = {{0}};

    if (row.size > FORM_AT)
        memcpy(tag.bytes, row.data + TAG_AT, CBI_HASH_SIZE);
    return tag;
}

cbank_status cbi_logged_unpack(cbi_txn *txn, uint64_t index, cbi_bytes row, cbi_pattern *pattern,
                               cbank_buffer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t number, size;
    uint8_t *plain;
    size_t at;

    if (!read_packed(row, &number, &size, &at))
        return refuse(index, "packed", err);
    CBI_TRY(cbi_pattern_read(txn, number, pattern, err));
    CBI_TRY(cbi_buffer_reserve(out, STATEMENT_AT + (size_t)size, err));
    plain = out->data + out->size;
    memcpy(plain, row.data, STATEMENT_AT);
    plain[FORM_AT] = FORM_STATEMENT;
    if (!cbi_delta_read(cbi_bytes_of_buffer(&pattern->bytes),
                        cbi_bytes_of(row.data + at, row.size - at), plain + STATEMENT_AT,
                        (size_t)size))
        return refuse(index, "packed", err);
    out->size += STATEMENT_AT + (size_t)size;
done:
    return status;
}

/* Everything but what has to be hashed: without the statement's digest, unless it is erased. */
static cbank_status split(uint64_t index, cbi_bytes row, cbi_logged *out, cbank_error *err)
{
    cbi_logged logged = {.index = index};
    uint8_t entry[CBI_ENTRY_SIZE] = {0};
    cbi_hash digest = {{0}};
    cbi_bytes tail;

    if (row.size <= STATEMENT_AT || row.size > STATEMENT_AT + CBI_STATEMENT_MAX)
        return refuse(index, "size", err);
    if (row.data[FORM_AT] > FORM_ERASED)
        return refuse(index, "form", err);
    logged.previous_index = cbi_get_u64(row.data);
    logged.erased = row.data[FORM_AT] == FORM_ERASED;
    tail = cbi_bytes_of(row.data + STATEMENT_AT, row.size - STATEMENT_AT);
    if (!logged.erased)
        logged.statement = tail;
    else if (!cbi_hash_from(tail, &digest))
        return refuse(index, "digest", err);
    memcpy(entry, row.data + ENTRY_AT, ENTRY_PREFIX);
    memcpy(entry + ENTRY_PREFIX + CBI_HASH_SIZE, row.data + ENTRY_AT + ENTRY_PREFIX, CBI_HASH_SIZE);
    if (cbi_entry_decode(cbi_bytes_of(entry, sizeof entry), &logged.entry, NULL) != CBANK_OK)
        return refuse(index, "entry", err);
    logged.entry.statement = digest;
    *out = logged;
    return CBANK_OK;
}

cbank_status cbi_logged_decode(cbi_hasher *hasher, uint64_t index, cbi_bytes row, cbi_logged *out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(split(index, row, &logged, err));
    if (!logged.erased)
        CBI_TRY(cbi_entry_statement_digest(hasher, logged.statement, &logged.entry.statement, err));
    CBI_TRY(cbi_entry_leaf(hasher, &logged.entry, &logged.leaf, err));
    *out = logged;
done:
    return status;
}

/* In its own buffer, as if it had not been packed. */
static cbank_status unpack_row(cbi_txn *txn, uint64_t index, cbank_buffer *row, cbank_error *err)
{
    uint8_t packed[STATEMENT_AT + 2 * CBI_VARINT_MAX + CBI_PATTERN_STATEMENT_MAX];
    cbi_pattern pattern = {0};
    size_t size = row->size;
    cbank_status status;

    if (size > sizeof(packed))
        return refuse(index, "packed", err);
    memcpy(packed, row->data, size);
    cbi_buffer_rewind(row);
    status = cbi_logged_unpack(txn, index, cbi_bytes_of(packed, size), &pattern, row, err);
    cbi_pattern_clear(&pattern);
    return status;
}

cbank_status cbi_logged_get(cbi_txn *txn, uint64_t index, cbank_buffer *row, cbank_error *err)
{
    cbank_status status;
    uint8_t key[8];

    cbi_put_u64(key, index);
    status = cbi_txn_get(txn, CBI_TABLE_RECORD, cbi_bytes_of(key, sizeof key), row, err);
    if (status == CBANK_E_NOT_FOUND)
        return cbi_fail(err, CBI_REASON_LEDGER_ROW_MISSING, index, cbi_table_name(CBI_TABLE_RECORD),
                        NULL);
    return status;
}

static cbank_status read_row(cbi_txn *txn, uint64_t index, cbank_buffer *row, cbank_error *err)
{
    cbank_status status = cbi_logged_get(txn, index, row, err);

    if (status == CBANK_OK && cbi_logged_packed_size(cbi_bytes_of_buffer(row)) > 0)
        return unpack_row(txn, index, row, err);
    return status;
}

cbank_status cbi_logged_read(cbi_txn *txn, cbi_hasher *hasher, uint64_t index, cbank_buffer *row,
                             cbi_logged *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(read_row(txn, index, row, err));
    CBI_TRY(cbi_logged_decode(hasher, index, cbi_bytes_of_buffer(row), out, err));
done:
    return status;
}

cbank_status cbi_logged_read_again(cbi_txn *txn, uint64_t index, const cbi_hash *statement,
                                   const cbi_hash *leaf, cbank_buffer *row, cbi_logged *out,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(read_row(txn, index, row, err));
    CBI_TRY(split(index, cbi_bytes_of_buffer(row), out, err));
    out->entry.statement = *statement;
    out->leaf = *leaf;
done:
    return status;
}

/* Whether `logged` is the entry that `named` names, and says of its place what it should. */
static bool is_named(const cbi_logged *logged, const cbi_head *named)
{
    bool is_first = logged->previous_index == CBI_NO_INDEX;

    return logged->entry.sequence == named->sequence &&
           cbi_hash_equal(&logged->leaf, &named->leaf) &&
           is_first == (logged->entry.sequence == 0) &&
           is_first == cbi_hash_is_zero(&logged->entry.previous) &&
           (is_first || logged->previous_index < logged->index);
}

cbank_status cbi_logged_follow(const cbi_logged *logged, cbi_head *named, cbank_error *err)
{
    if (!is_named(logged, named))
        return cbi_fail(err, CBI_REASON_CHAIN_BROKEN, named->index, NULL, NULL);
    *named = (cbi_head){.sequence = logged->entry.sequence - 1,
                        .index = logged->previous_index,
                        .leaf = logged->entry.previous};
    return CBANK_OK;
}

cbank_status cbi_logged_step_back(cbi_txn *txn, cbi_hasher *hasher, cbi_head *named,
                                  cbank_buffer *row, cbi_logged *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_logged_read(txn, hasher, named->index, row, out, err));
    CBI_TRY(cbi_logged_follow(out, named, err));
done:
    return status;
}

cbank_status cbi_logged_erase(cbi_txn *txn, cbi_hasher *hasher, uint64_t index, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer row = {0};
    cbank_buffer erased = {0};
    cbi_logged logged;
    uint8_t key[8];

    CBI_TRY(cbi_logged_read(txn, hasher, index, &row, &logged, err));
    if (logged.erased)
        goto done;
    logged.erased = true;
    CBI_TRY(cbi_logged_encode(&logged, &erased, err));
    cbi_put_u64(key, index);
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_RECORD, cbi_bytes_of(key, sizeof key),
                        cbi_bytes_of_buffer(&erased), err));
done:
    cbank_buffer_clear(&erased);
    cbank_buffer_clear(&row);
    return status;
}

cbank_status cbi_logged_scan_next(cbi_logged_scan *scan, cbi_txn *txn, cbi_hasher *hasher,
                                  cbi_logged *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t key[8];
    cbi_bytes row;

    cbi_put_u64(key, scan->next);
    if (scan->row >= scan->page.count) {
        uint64_t left = scan->end - scan->next;
        CBI_TRY(cbi_txn_page(txn, CBI_TABLE_RECORD, cbi_bytes_of(NULL, 0),
                             cbi_bytes_of(key, sizeof key),
                             left < SCAN_ROWS ? (size_t)left : SCAN_ROWS, &scan->page, err));
        scan->row = 0;
    }
    if (scan->row >= scan->page.count ||
        !cbi_bytes_equal(cbi_page_key(&scan->page, scan->row), cbi_bytes_of(key, sizeof key)))
        return cbi_fail(err, CBI_REASON_LEDGER_ROW_MISSING, scan->next,
                        cbi_table_name(CBI_TABLE_RECORD), NULL);
    row = cbi_page_value(&scan->page, scan->row);
    if (cbi_logged_packed_size(row) > 0) {
        cbi_buffer_rewind(&scan->plain);
        CBI_TRY(cbi_logged_unpack(txn, scan->next, row, &scan->pattern, &scan->plain, err));
        row = cbi_bytes_of_buffer(&scan->plain);
    }
    CBI_TRY(cbi_logged_decode(hasher, scan->next, row, out, err));
    scan->next++;
    scan->row++;
done:
    return status;
}

void cbi_logged_scan_clear(cbi_logged_scan *scan)
{
    cbi_page_clear(&scan->page);
    cbank_buffer_clear(&scan->plain);
    cbi_pattern_clear(&scan->pattern);
}
