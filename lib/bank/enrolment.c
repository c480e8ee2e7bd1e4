#include "bank/enrolment.h"

#include <string.h>

#include "proof/batch.h"

#define TABLE CBI_TABLE_ENROLMENT
#define REF_MAX (CBI_INSTITUTION_CODE_MAX + 1 + CBI_REFERENCE_MAX)
#define ROW_SIZE (8 + 8 + 8 + 4 + 1 + 4 * CBI_HASH_SIZE + CBI_ACCOUNT_SIZE)

static cbank_status damaged(cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(TABLE), NULL);
}

/* ---- keys and rows ----------------------------------------------------------------------- */

/* institution | 00 | reference */
static cbi_bytes name_of(const char *institution, const char *reference, uint8_t out[REF_MAX])
{
    size_t first = strlen(institution) + 1, second = strlen(reference);

    memcpy(out, institution, first);
    memcpy(out + first, reference, second);
    return cbi_bytes_of(out, first + second);
}

static bool split_name(cbi_bytes name, cbi_enrolment_row *out)
{
    const uint8_t *end = name.size == 0 ? NULL : memchr(name.data, 0, name.size);
    size_t first = end == NULL ? 0 : (size_t)(end - name.data);
    size_t second = end == NULL ? 0 : name.size - first - 1;

    if (first == 0 || first > CBI_INSTITUTION_CODE_MAX || second == 0 ||
        second > CBI_REFERENCE_MAX || memchr(end + 1, 0, second) != NULL)
        return false;
    memcpy(out->institution, name.data, first + 1);
    memcpy(out->reference, end + 1, second);
    out->reference[second] = '\0';
    return true;
}

static cbi_bytes row_key(cbi_bytes name, uint8_t out[1 + REF_MAX])
{
    out[0] = 'r';
    memcpy(out + 1, name.data, name.size);
    return cbi_bytes_of(out, 1 + name.size);
}

static cbi_bytes account_key(const char *account, uint64_t index,
                             uint8_t out[1 + CBI_ACCOUNT_SIZE + 8])
{
    out[0] = 'a';
    memcpy(out + 1, account, CBI_ACCOUNT_SIZE);
    cbi_put_u64(out + 1 + CBI_ACCOUNT_SIZE, index);
    return cbi_bytes_of(out, 1 + CBI_ACCOUNT_SIZE + 8);
}

static cbi_bytes id_key(const cbi_hash *id, uint8_t out[1 + CBI_HASH_SIZE])
{
    out[0] = 'i';
    memcpy(out + 1, id->bytes, CBI_HASH_SIZE);
    return cbi_bytes_of(out, 1 + CBI_HASH_SIZE);
}

static void put_hash(uint8_t **at, const cbi_hash *hash)
{
    memcpy(*at, hash->bytes, CBI_HASH_SIZE);
    *at += CBI_HASH_SIZE;
}

static void get_hash(const uint8_t **at, cbi_hash *hash)
{
    memcpy(hash->bytes, *at, CBI_HASH_SIZE);
    *at += CBI_HASH_SIZE;
}

static void encode(const cbi_enrolment_row *row, uint8_t out[ROW_SIZE])
{
    uint8_t *at = out + 29;

    cbi_put_u64(out, row->index);
    cbi_put_u64(out + 8, row->sequence);
    cbi_put_u64(out + 16, row->newest);
    cbi_put_u32(out + 24, row->revision);
    out[28] = (uint8_t)row->state;
    put_hash(&at, &row->leaf);
    put_hash(&at, &row->id);
    put_hash(&at, &row->content);
    put_hash(&at, &row->changed);
    memcpy(at, row->account.digits, CBI_ACCOUNT_SIZE);
}

static bool decode_value(cbi_bytes value, cbi_enrolment_row *out)
{
    const uint8_t *at = value.data + 29;

    if (value.size != ROW_SIZE)
        return false;
    out->index = cbi_get_u64(value.data);
    out->sequence = cbi_get_u64(value.data + 8);
    out->newest = cbi_get_u64(value.data + 16);
    out->revision = cbi_get_u32(value.data + 24);
    out->state = (cbi_enrolment_state)value.data[28];
    get_hash(&at, &out->leaf);
    get_hash(&at, &out->id);
    get_hash(&at, &out->content);
    get_hash(&at, &out->changed);
    memcpy(out->account.digits, at, CBI_ACCOUNT_SIZE);
    return out->state == CBI_ENROLMENT_ACTIVE || out->state == CBI_ENROLMENT_ENDED;
}

bool cbi_enrolment_decode(cbi_bytes key, cbi_bytes value, cbi_enrolment_row *out)
{
    *out = (cbi_enrolment_row){.index = 0};
    return key.size > 1 && key.data[0] == 'r' &&
           split_name(cbi_bytes_of(key.data + 1, key.size - 1), out) && decode_value(value, out);
}

/* ---- finding ----------------------------------------------------------------------------- */

static cbank_status read_row(cbi_txn *txn, cbi_bytes name, cbi_enrolment_row *out,
                             cbank_error *err)
{
    uint8_t key[1 + REF_MAX];
    cbank_buffer value = {0};
    cbank_status status = CBANK_OK;

    if (name.size > REF_MAX)
        return damaged(err);
    status = cbi_txn_get(txn, TABLE, row_key(name, key), &value, err);
    if (status == CBANK_OK &&
        !cbi_enrolment_decode(row_key(name, key), cbi_bytes_of_buffer(&value), out))
        status = damaged(err);
    cbank_buffer_clear(&value);
    return status;
}

static cbank_status unknown(const char *object, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ENROLMENT_UNKNOWN, 0, object, NULL);
}

cbank_status cbi_enrolment_find(cbi_txn *txn, const char *institution, const char *reference,
                                cbi_enrolment_row *out, cbank_error *err)
{
    uint8_t name[REF_MAX];
    cbank_status status;

    if (strlen(institution) > CBI_INSTITUTION_CODE_MAX || strlen(reference) > CBI_REFERENCE_MAX)
        return unknown(NULL, err);
    status = read_row(txn, name_of(institution, reference, name), out, err);
    return status == CBANK_E_NOT_FOUND ? unknown(reference, err) : status;
}

cbank_status cbi_enrolment_by_id(cbi_txn *txn, const cbi_hash *id, cbi_enrolment_row *out,
                                 cbank_error *err)
{
    uint8_t key[1 + CBI_HASH_SIZE];
    cbank_buffer name = {0};
    cbank_status status = cbi_txn_get(txn, TABLE, id_key(id, key), &name, err);

    if (status == CBANK_OK) {
        status = read_row(txn, cbi_bytes_of_buffer(&name), out, err);
        if (status == CBANK_E_NOT_FOUND || (status == CBANK_OK && !cbi_hash_equal(&out->id, id)))
            status = damaged(err);
    } else if (status == CBANK_E_NOT_FOUND) {
        status = unknown(NULL, err);
    }
    cbank_buffer_clear(&name);
    return status;
}

cbank_status cbi_enrolment_named(cbi_txn *txn, cbi_hasher *hasher, const char *display_id,
                                 cbi_enrolment_row *out, cbank_error *err)
{
    cbi_enrolment_saying saying = {0};
    cbank_status status = CBANK_OK;
    uint64_t index;
    uint8_t start[8];
    cbi_state state;

    if (!cbi_holding_split_id(display_id, &index, start))
        return cbi_fail(err, CBI_REASON_ENROLMENT_ID, 0, display_id, NULL);
    CBI_TRY(cbi_state_read(txn, &state, err));
    if (index >= state.frontier.size)
        CBI_TRY(unknown(display_id, err));
    CBI_TRY(cbi_enrolment_read(txn, hasher, index, &saying, err));
    if (saying.enrolment == NULL || memcmp(start, saying.id.bytes, sizeof(start)) != 0)
        CBI_TRY(unknown(display_id, err));
    CBI_TRY(cbi_enrolment_by_id(txn, &saying.id, out, err));
done:
    if (status != CBANK_OK)
        cbi_error_name(err, display_id);
    cbi_enrolment_saying_clear(&saying);
    return status;
}

/* The first row of a prefix at or after a key; the name in it is followed. */
static cbank_status first_from(cbi_txn *txn, cbi_bytes prefix, cbi_bytes from,
                               cbi_enrolment_row *out, bool *found, cbank_error *err)
{
    cbi_page page = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_page(txn, TABLE, prefix, from, 1, &page, err));
    *found = page.count > 0;
    if (*found && prefix.data[0] == 'r') {
        if (!cbi_enrolment_decode(cbi_page_key(&page, 0), cbi_page_value(&page, 0), out))
            CBI_TRY(damaged(err));
    } else if (*found) {
        status = read_row(txn, cbi_page_value(&page, 0), out, err);
        if (status == CBANK_E_NOT_FOUND)
            status = damaged(err);
    }
done:
    cbi_page_clear(&page);
    return status;
}

cbank_status cbi_enrolment_from(cbi_txn *txn, const char *account, uint64_t index,
                                cbi_enrolment_row *out, bool *found, cbank_error *err)
{
    uint8_t key[1 + CBI_ACCOUNT_SIZE + 8];
    cbi_bytes from = account_key(account, index, key);

    return first_from(txn, cbi_bytes_of(from.data, 1 + CBI_ACCOUNT_SIZE), from, out, found, err);
}

cbank_status cbi_enrolment_after(cbi_txn *txn, const char *institution, const char *reference,
                                 cbi_enrolment_row *out, bool *found, cbank_error *err)
{
    uint8_t name[REF_MAX], key[1 + REF_MAX + 1];
    cbi_bytes from;

    if (strlen(institution) > CBI_INSTITUTION_CODE_MAX || strlen(reference) > CBI_REFERENCE_MAX)
        return unknown(NULL, err);
    from = row_key(name_of(institution, reference, name), key);
    key[from.size] = 0; /* the least key above it */
    return first_from(txn, cbi_bytes_of(key, 1 + strlen(institution) + 1),
                      cbi_bytes_of(key, from.size + 1), out, found, err);
}

cbank_status cbi_enrolment_count(cbi_txn *txn, const char *account, size_t *out, cbank_error *err)
{
    uint8_t key[1 + CBI_ACCOUNT_SIZE + 8];
    cbi_bytes from = account_key(account, 0, key);
    cbi_page page = {0};
    cbank_status status =
        cbi_txn_page(txn, TABLE, cbi_bytes_of(from.data, 1 + CBI_ACCOUNT_SIZE), from,
                     CBI_ENROLMENTS_MAX, &page, err);

    *out = page.count;
    cbi_page_clear(&page);
    return status;
}

/* ---- writing ----------------------------------------------------------------------------- */

cbank_status cbi_enrolment_write(cbi_txn *txn, const cbi_enrolment_row *row, cbank_error *err)
{
    uint8_t name[REF_MAX], key[1 + REF_MAX], value[ROW_SIZE];
    uint8_t account[1 + CBI_ACCOUNT_SIZE + 8], id[1 + CBI_HASH_SIZE];
    cbi_bytes named = name_of(row->institution, row->reference, name);
    cbank_status status = CBANK_OK;

    encode(row, value);
    CBI_TRY(cbi_txn_put(txn, TABLE, row_key(named, key), cbi_bytes_of(value, sizeof(value)), err));
    if (row->revision > 1)
        goto done; /* what leads to it is there */
    CBI_TRY(cbi_txn_put(txn, TABLE, account_key(row->account.digits, row->index, account), named,
                        err));
    CBI_TRY(cbi_txn_put(txn, TABLE, id_key(&row->id, id), named, err));
done:
    return status;
}

cbank_status cbi_enrolment_drop(cbi_txn *txn, const cbi_enrolment_row *row, cbank_error *err)
{
    uint8_t name[REF_MAX], key[1 + REF_MAX], id[1 + CBI_HASH_SIZE];
    uint8_t account[1 + CBI_ACCOUNT_SIZE + 8];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_delete(txn, TABLE,
                           row_key(name_of(row->institution, row->reference, name), key), err));
    CBI_TRY(cbi_txn_delete(txn, TABLE, account_key(row->account.digits, row->index, account),
                           err));
    CBI_TRY(cbi_txn_delete(txn, TABLE, id_key(&row->id, id), err));
done:
    return status;
}

bool cbi_enrolment_led_to(cbi_txn *txn, cbi_bytes key, cbi_bytes value)
{
    uint8_t account[1 + CBI_ACCOUNT_SIZE + 8], id[1 + CBI_HASH_SIZE];
    cbi_enrolment_row row;

    if (value.size > REF_MAX || read_row(txn, value, &row, NULL) != CBANK_OK)
        return false;
    return cbi_bytes_equal(key, account_key(row.account.digits, row.index, account)) ||
           cbi_bytes_equal(key, id_key(&row.id, id));
}

/* ---- what it says ------------------------------------------------------------------------ */

cbank_status cbi_enrolment_take(cbi_hasher *hasher, const cbi_logged *logged,
                                cbi_enrolment_saying *out, cbank_error *err)
{
    const Cbank__V1__Enrolled *enrolled;
    const Cbank__V1__EnrolmentChanged *changed;
    cbank_status status = CBANK_OK;

    *out = (cbi_enrolment_saying){
        .index = logged->index, .sequence = logged->entry.sequence, .leaf = logged->leaf};
    if (logged->erased)
        return unknown(NULL, err);
    CBI_TRY(cbi_statement_parse(logged->statement, &out->statement, err));
    enrolled = cbi_statement_body(&out->statement, &cbank__v1__enrolled__descriptor);
    changed = cbi_statement_body(&out->statement, &cbank__v1__enrolment_changed__descriptor);
    if (enrolled != NULL) {
        cbi_bytes bytes = cbi_message_bytes(enrolled->enrolment);

        CBI_TRY(cbi_enrolment_parse(bytes, &out->enrolment, err));
        CBI_TRY(cbi_batch_item_id(hasher, CBI_ITEM_ENROLMENT, bytes, &out->id, err));
        out->terms = out->enrolment->terms;
    } else if (changed != NULL) {
        cbi_bytes bytes = cbi_message_bytes(changed->change);

        CBI_TRY(cbi_enrolment_change_parse(bytes, &out->change, err));
        CBI_TRY(cbi_batch_item_id(hasher, CBI_ITEM_ENROLMENT_CHANGE, bytes, &out->id, err));
        out->terms = out->change->terms;
    } else {
        CBI_TRY(unknown(NULL, err));
    }
done:
    if (status != CBANK_OK)
        cbi_enrolment_saying_clear(out);
    return status;
}

cbank_status cbi_enrolment_read(cbi_txn *txn, cbi_hasher *hasher, uint64_t index,
                                cbi_enrolment_saying *out, cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_logged_read(txn, hasher, index, &row, &logged, err));
    CBI_TRY(cbi_enrolment_take(hasher, &logged, out, err));
done:
    cbank_buffer_clear(&row);
    return status;
}

void cbi_enrolment_saying_clear(cbi_enrolment_saying *saying)
{
    cbi_statement_clear(&saying->statement);
    cbi_message_free(saying->enrolment);
    cbi_message_free(saying->change);
    *saying = (cbi_enrolment_saying){0};
}

/* ---- content ----------------------------------------------------------------------------- */

/* MAC of two messages; the size of the first keeps them apart. */
static cbank_status mac(const cbi_bank *bank, const void *first, const void *second, cbi_hash *out,
                        cbank_error *err)
{
    cbank_buffer bytes[2] = {{0}};
    uint8_t size[4];
    cbi_bytes parts[3];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_pack(first, &bytes[0], err));
    CBI_TRY(cbi_message_pack(second, &bytes[1], err));
    cbi_put_u32(size, (uint32_t)bytes[0].size);
    parts[0] = cbi_bytes_of(size, sizeof(size));
    parts[1] = cbi_bytes_of_buffer(&bytes[0]);
    parts[2] = cbi_bytes_of_buffer(&bytes[1]);
    CBI_TRY(cbi_mac(bank->config.suite, &bank->secrets.content, parts, 3, out, err));
done:
    cbank_buffer_clear(&bytes[0]);
    cbank_buffer_clear(&bytes[1]);
    return status;
}

cbank_status cbi_enrolment_content(const cbi_bank *bank, const Cbank__V1__Enrolment *enrolment,
                                   const char *type, const char *number, cbi_hash *out,
                                   cbank_error *err)
{
    Cbank__V1__Opening whom = CBANK__V1__OPENING__INIT;
    Cbank__V1__Enrolment what = *enrolment;

    whom.document_type = cbi_message_string(type);
    whom.number = cbi_message_string(number);
    what.salt = what.holder = cbi_message_data((cbi_bytes){0});
    return mac(bank, &whom, &what, out, err);
}

cbank_status cbi_enrolment_change_content(const cbi_bank *bank,
                                          const Cbank__V1__EnrolmentChange *change, cbi_hash *out,
                                          cbank_error *err)
{
    Cbank__V1__Opening nobody = CBANK__V1__OPENING__INIT;
    Cbank__V1__EnrolmentChange what = *change;

    what.salt = cbi_message_data((cbi_bytes){0});
    return mac(bank, &nobody, &what, out, err);
}
