#include "bank/edition.h"

#include <string.h>

/* Numbers of a row: of 8 bytes and of 4. */
#define WIDE 5u
#define NARROW 5u
#define ROW_FIXED (CBI_HASH_SIZE + 8 * WIDE + 4 * NARROW)
#define KEY_MAX_SIZE (2 + CBI_PUBLICATION_ID_MAX + 1 + 4)

const cbi_knowing cbi_knowing_all = {UINT64_MAX, INT64_MAX};

static cbank_status damaged(cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_PUBLICATION), NULL);
}

/* 'e' | kind | id | 00 | edition; without the edition it is the prefix of all of them. */
static cbi_bytes row_key(int kind, const char *id, uint32_t edition, uint8_t out[KEY_MAX_SIZE],
                         size_t *prefix)
{
    size_t size = strlen(id) + 1;

    out[0] = 'e';
    out[1] = (uint8_t)kind;
    memcpy(out + 2, id, size);
    cbi_put_u32(out + 2 + size, edition);
    *prefix = 2 + size;
    return cbi_bytes_of(out, 2 + size + 4);
}

static bool split_key(cbi_bytes key, cbi_edition *out)
{
    size_t size;

    if (key.size < 2 + 1 + 1 + 4 || key.size > KEY_MAX_SIZE || key.data[0] != 'e')
        return false;
    size = key.size - 2 - 1 - 4;
    if (!cbi_publication_id_is_valid(cbi_bytes_of(key.data + 2, size)) ||
        key.data[2 + size] != 0 || cbi_publication_word(key.data[1]) == NULL)
        return false;
    out->kind = key.data[1];
    memcpy(out->id, key.data + 2, size);
    out->id[size] = '\0';
    out->edition = cbi_get_u32(key.data + 2 + size + 1);
    return true;
}

static cbank_status encode(const cbi_edition *edition, cbank_buffer *out, cbank_error *err)
{
    const uint64_t wide[WIDE] = {edition->index, (uint64_t)edition->at, edition->withdrawn_index,
                                 (uint64_t)edition->withdrawn_at, edition->items};
    const uint32_t narrow[NARROW] = {edition->withdrawn_from, edition->effective_from,
                                     edition->effective_until, (uint32_t)edition->date_rule,
                                     edition->pages};
    uint8_t number[8];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_hash(&edition->digest), err));
    for (size_t i = 0; i < WIDE; i++) {
        cbi_put_u64(number, wide[i]);
        CBI_TRY(cbi_buffer_append(out, cbi_bytes_of(number, 8), err));
    }
    for (size_t i = 0; i < NARROW; i++) {
        cbi_put_u32(number, narrow[i]);
        CBI_TRY(cbi_buffer_append(out, cbi_bytes_of(number, 4), err));
    }
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text(edition->authority), err));
done:
    return status;
}

static bool decode(cbi_bytes key, cbi_bytes row, cbi_edition *out)
{
    const uint8_t *at = row.data + CBI_HASH_SIZE;
    uint64_t wide[WIDE];
    uint32_t narrow[NARROW];

    *out = (cbi_edition){0};
    if (!split_key(key, out) || row.size <= ROW_FIXED ||
        row.size > ROW_FIXED + CBI_INSTITUTION_CODE_MAX)
        return false;
    memcpy(out->digest.bytes, row.data, CBI_HASH_SIZE);
    for (size_t i = 0; i < WIDE; i++, at += 8)
        wide[i] = cbi_get_u64(at);
    for (size_t i = 0; i < NARROW; i++, at += 4)
        narrow[i] = cbi_get_u32(at);
    memcpy(out->authority, at, row.size - ROW_FIXED);
    out->index = wide[0];
    out->at = (int64_t)wide[1];
    out->withdrawn_index = wide[2];
    out->withdrawn_at = (int64_t)wide[3];
    out->items = wide[4];
    out->withdrawn_from = narrow[0];
    out->effective_from = narrow[1];
    out->effective_until = narrow[2];
    out->date_rule = (int)narrow[3];
    out->pages = narrow[4];
    return true;
}

/* ---- looking up -------------------------------------------------------------------------- */

static cbank_status unknown(const char *id, uint32_t edition, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_PUBLICATION_UNKNOWN, edition, id, NULL);
}

/* The first row at or behind `from` that begins with `prefix`. */
static cbank_status next_row(cbi_txn *txn, cbi_bytes prefix, cbi_bytes from, cbi_edition *out,
                             bool *found, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_page page = {0};

    CBI_TRY(cbi_txn_page(txn, CBI_TABLE_PUBLICATION, prefix, from, 1, &page, err));
    *found = page.count > 0;
    if (*found && !decode(cbi_page_key(&page, 0), cbi_page_value(&page, 0), out))
        CBI_TRY(damaged(err));
done:
    cbi_page_clear(&page);
    return status;
}

cbank_status cbi_edition_after(cbi_txn *txn, int kind, const char *id, uint32_t edition,
                               cbi_edition *out, bool *found, cbank_error *err)
{
    uint8_t key[KEY_MAX_SIZE];
    size_t prefix;

    *found = false;
    if (edition == UINT32_MAX)
        return CBANK_OK;
    return next_row(txn, cbi_bytes_of("e", 1), row_key(kind, id, edition + 1, key, &prefix), out,
                    found, err);
}

/* Calls for the next edition of one id, from `edition` on. */
static cbank_status next_edition(cbi_txn *txn, int kind, const char *id, uint32_t edition,
                                 cbi_edition *out, bool *found, cbank_error *err)
{
    uint8_t key[KEY_MAX_SIZE];
    size_t prefix;
    cbi_bytes from = row_key(kind, id, edition, key, &prefix);

    return next_row(txn, cbi_bytes_of(key, prefix), from, out, found, err);
}

cbank_status cbi_edition_read(cbi_txn *txn, int kind, const char *id, uint32_t edition,
                              cbi_edition *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_edition next;
    bool found, any = false;

    if (!cbi_publication_id_is_valid(cbi_bytes_of_text(id)))
        return unknown(id, edition, err);
    if (edition != 0) {
        CBI_TRY(next_edition(txn, kind, id, edition, &next, &found, err));
        if (!found || next.edition != edition)
            CBI_TRY(unknown(id, edition, err));
        *out = next;
        return CBANK_OK;
    }
    /* Editions run on from 1: few, and each is one step. */
    for (uint32_t number = 1; number != 0; number = next.edition + 1) {
        CBI_TRY(next_edition(txn, kind, id, number, &next, &found, err));
        if (!found)
            break;
        *out = next;
        any = true;
    }
    if (!any)
        CBI_TRY(unknown(id, 0, err));
done:
    return status;
}

cbank_status cbi_edition_find(cbi_txn *txn, const cbi_hash *digest, cbi_edition *out,
                              cbank_error *err)
{
    uint8_t key[1 + CBI_HASH_SIZE] = {'d'}, named[KEY_MAX_SIZE] = {'e'};
    cbank_buffer value = {0}, row = {0};
    cbank_status status = CBANK_OK;

    memcpy(key + 1, digest->bytes, CBI_HASH_SIZE);
    status = cbi_txn_get(txn, CBI_TABLE_PUBLICATION, cbi_bytes_of(key, sizeof(key)), &value, err);
    if (status == CBANK_E_NOT_FOUND)
        status = unknown("", 0, err);
    CBI_TRY(status);
    if (value.size >= KEY_MAX_SIZE)
        CBI_TRY(damaged(err));
    memcpy(named + 1, value.data, value.size);
    CBI_TRY(cbi_txn_get(txn, CBI_TABLE_PUBLICATION, cbi_bytes_of(named, 1 + value.size), &row,
                        err));
    if (!decode(cbi_bytes_of(named, 1 + value.size), cbi_bytes_of_buffer(&row), out))
        CBI_TRY(damaged(err));
done:
    cbank_buffer_clear(&value);
    cbank_buffer_clear(&row);
    return status;
}

/* ---- in force ---------------------------------------------------------------------------- */

bool cbi_edition_is_known(const cbi_edition *edition, const cbi_knowing *known)
{
    return edition->index < known->size && edition->at < known->before;
}

bool cbi_edition_holds(const cbi_edition *edition, const cbi_knowing *known, uint32_t day)
{
    bool withdrawn = edition->withdrawn_index != 0 && edition->withdrawn_index < known->size &&
                     edition->withdrawn_at < known->before;

    return cbi_edition_is_known(edition, known) && edition->effective_from <= day &&
           (edition->effective_until == 0 || day <= edition->effective_until) &&
           !(withdrawn && day >= edition->withdrawn_from);
}

cbank_status cbi_edition_in_force(cbi_txn *txn, int kind, const char *id, const cbi_knowing *known,
                                  uint32_t day, cbi_edition *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool found = true, any = false, holds = false;
    cbi_edition next;

    if (!cbi_publication_id_is_valid(cbi_bytes_of_text(id)))
        return unknown(id, 0, err);
    for (uint32_t number = 1; number != 0; number = next.edition + 1) {
        CBI_TRY(next_edition(txn, kind, id, number, &next, &found, err));
        if (!found)
            break;
        any = any || cbi_edition_is_known(&next, known);
        if (cbi_edition_holds(&next, known, day)) {
            *out = next;
            holds = true;
        }
    }
    if (!any)
        CBI_TRY(unknown(id, 0, err));
    if (!holds)
        CBI_TRY(cbi_fail(err, CBI_REASON_PUBLICATION_NOT_IN_FORCE, day, id, NULL));
done:
    return status;
}

/* ---- rows and pages ---------------------------------------------------------------------- */

cbank_status cbi_edition_write(cbi_txn *txn, const cbi_edition *edition, cbank_error *err)
{
    uint8_t key[KEY_MAX_SIZE], digest[1 + CBI_HASH_SIZE] = {'d'};
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    size_t prefix;
    cbi_bytes name = row_key(edition->kind, edition->id, edition->edition, key, &prefix);

    memcpy(digest + 1, edition->digest.bytes, CBI_HASH_SIZE);
    CBI_TRY(encode(edition, &row, err));
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_PUBLICATION, name, cbi_bytes_of_buffer(&row), err));
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_PUBLICATION, cbi_bytes_of(digest, sizeof(digest)),
                        cbi_bytes_of(name.data + 1, name.size - 1), err));
done:
    cbank_buffer_clear(&row);
    return status;
}

cbi_bytes cbi_edition_body_key(const cbi_hash *digest, uint32_t page, uint8_t *out)
{
    memcpy(out, digest->bytes, CBI_HASH_SIZE);
    cbi_put_u32(out + CBI_HASH_SIZE, page);
    return cbi_bytes_of(out, CBI_HASH_SIZE + 4);
}

static cbank_status read_body(cbi_txn *txn, const cbi_edition *edition, uint32_t page,
                              cbank_buffer *out, cbank_error *err)
{
    uint8_t key[CBI_HASH_SIZE + 4];
    cbank_status status = cbi_txn_get(txn, CBI_TABLE_BODY,
                                      cbi_edition_body_key(&edition->digest, page, key), out, err);

    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_ROW_DAMAGED, page, cbi_table_name(CBI_TABLE_BODY), NULL);
    return status;
}

cbank_status cbi_edition_head(cbi_txn *txn, cbi_hasher *hasher, const cbi_edition *edition,
                              cbank_buffer *envelope, cbi_publication *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(read_body(txn, edition, 0, envelope, err));
    CBI_TRY(cbi_publication_parse(hasher, cbi_bytes_of_buffer(envelope), edition->kind, out,
                                  err));
    if (!cbi_hash_equal(&out->id, &edition->digest)) {
        cbi_publication_clear(out);
        CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_BODY), NULL));
    }
done:
    return status;
}

cbank_status cbi_edition_page(cbi_txn *txn, const cbi_edition *edition, uint32_t page,
                              cbank_buffer *out, cbank_error *err)
{
    return read_body(txn, edition, page + 1, out, err);
}

cbi_subject cbi_edition_subject(int kind, const char *id, char room[CBI_PUBLICATION_SUBJECT_MAX])
{
    cbi_publication_subject_id(kind, id, room);
    return (cbi_subject){CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_PUBLICATION,
                         cbi_bytes_of_text(room)};
}
