#include "bank/reach.h"

#include <string.h>

#include "bank/conversion.h"
#include "bank/errand.h"
#include "bank/family.h"
#include "bank/holding.h"
#include "base/memory.h"

#define TABLE CBI_TABLE_RECOGNITION
#define KEY_SIZE (1 + CBI_HASH_SIZE + 8)
#define BASIS_CHANGED "basis-changed"

/* ---- rows -------------------------------------------------------------------------------- */

static cbi_bytes row_key(cbi_bytes id, uint64_t index, uint8_t out[KEY_SIZE])
{
    out[0] = 'b';
    memcpy(out + 1, id.data, CBI_HASH_SIZE);
    cbi_put_u64(out + 1 + CBI_HASH_SIZE, index);
    return cbi_bytes_of(out, KEY_SIZE);
}

/* The n-th id that a record stands on; empty where it names none, e.g. by reference only. */
static cbi_bytes basis_of(const Cbank__V1__CreditRecord *record, size_t n)
{
    if (n == record->n_based_on)
        return cbi_message_bytes(record->recognition);
    return cbi_message_bytes(record->based_on[n]->record);
}

bool cbi_reach_has_basis(const Cbank__V1__CreditRecord *record)
{
    return record->n_based_on > 0 || record->recognition.len > 0;
}

cbank_status cbi_reach_note(cbi_txn *txn, const Cbank__V1__CreditRecord *record, uint64_t index,
                            cbank_error *err)
{
    uint8_t key[KEY_SIZE], one = 1;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i <= record->n_based_on; i++) {
        if (basis_of(record, i).size == CBI_HASH_SIZE)
            CBI_TRY(cbi_txn_put(txn, TABLE, row_key(basis_of(record, i), index, key),
                                cbi_bytes_of(&one, 1), err));
    }
done:
    return status;
}

cbank_status cbi_reach_forget(cbi_txn *txn, const Cbank__V1__CreditRecord *record, uint64_t index,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t key[KEY_SIZE];

    for (size_t i = 0; i <= record->n_based_on; i++) {
        if (basis_of(record, i).size == CBI_HASH_SIZE)
            CBI_TRY(cbi_txn_delete(txn, TABLE, row_key(basis_of(record, i), index, key), err));
    }
done:
    return status;
}

bool cbi_reach_names(const Cbank__V1__CreditRecord *record, cbi_bytes id)
{
    for (size_t i = 0; i <= record->n_based_on; i++) {
        if (cbi_bytes_equal(basis_of(record, i), id))
            return true;
    }
    return false;
}

bool cbi_reach_is_noted(cbi_txn *txn, const Cbank__V1__CreditRecord *record, uint64_t index)
{
    uint8_t key[KEY_SIZE];

    for (size_t i = 0; i <= record->n_based_on; i++) {
        if (basis_of(record, i).size == CBI_HASH_SIZE &&
            !cbi_txn_has(txn, TABLE, row_key(basis_of(record, i), index, key)))
            return false;
    }
    return true;
}

/* ---- what was met ------------------------------------------------------------------------ */

static uint64_t mark_of(bool is_record, uint64_t number)
{
    return (number << 1 | is_record) + 1;
}

static void put_mark(uint64_t *seen, uint32_t places, uint64_t mark)
{
    uint32_t at = (uint32_t)((mark * 0x9e3779b97f4a7c15u) >> 32) & (places - 1);

    while (seen[at] != 0)
        at = (at + 1) & (places - 1);
    seen[at] = mark;
}

static bool has_mark(const cbi_reach *reach, uint64_t mark)
{
    uint32_t at = (uint32_t)((mark * 0x9e3779b97f4a7c15u) >> 32) & (reach->places - 1);

    while (reach->places > 0 && reach->seen[at] != 0) {
        if (reach->seen[at] == mark)
            return true;
        at = (at + 1) & (reach->places - 1);
    }
    return false;
}

/* At most half of the places are taken. */
static cbank_status make_places(cbi_reach *reach, cbank_error *err)
{
    uint32_t places = reach->places == 0 ? 64 : 2 * reach->places;
    uint64_t *seen = NULL;
    cbank_status status = CBANK_OK;

    if (2 * (reach->count + 1) <= reach->places)
        return CBANK_OK;
    CBI_TRY(cbi_alloc(places, sizeof(*seen), &seen, err));
    for (uint32_t i = 0; i < reach->places; i++) {
        if (reach->seen[i] != 0)
            put_mark(seen, places, reach->seen[i]);
    }
    cbi_free(reach->seen);
    reach->seen = seen;
    reach->places = places;
done:
    return status;
}

static cbank_status meet(cbi_reach *reach, bool is_record, uint64_t number, uint32_t depth,
                         cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (has_mark(reach, mark_of(is_record, number)))
        return CBANK_OK;
    CBI_TRY(make_places(reach, err));
    CBI_TRY(cbi_grow(&reach->list, sizeof(*reach->list), reach->count, &reach->room,
                     CBI_REACH_ALL_MAX, err));
    put_mark(reach->seen, reach->places, mark_of(is_record, number));
    reach->list[reach->count++] =
        (cbi_reached){.is_record = is_record, .number = number, .depth = depth};
done:
    return status;
}

cbank_status cbi_reach_leave_out(cbi_reach *reach, uint64_t index, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(meet(reach, true, index, 0, err));
    for (uint32_t i = reach->count; i-- > 0;) {
        if (!reach->list[i].is_record || reach->list[i].number != index)
            continue;
        reach->list[i].depth = 0;
        break;
    }
done:
    return status;
}

uint32_t cbi_reach_total(const cbi_reach *reach)
{
    uint32_t total = 0;

    for (uint32_t i = 0; i < reach->count; i++)
        total += reach->list[i].depth > 0;
    return total;
}

void cbi_reach_clear(cbi_reach *reach)
{
    cbi_free(reach->list);
    cbi_free(reach->seen);
    *reach = (cbi_reach){0};
}

/* ---- finding ----------------------------------------------------------------------------- */

/* Recognitions that stand and use the record. */
static cbank_status find_uses(cbi_txn *txn, uint64_t index, uint32_t depth, cbi_reach *out,
                              cbank_error *err)
{
    cbi_use_row uses[CBI_RECORD_USES_MAX];
    cbi_recognition_row row;
    cbank_status status = CBANK_OK;
    size_t count;

    CBI_TRY(cbi_use_list(txn, index, uses, &count, err));
    for (size_t i = 0; i < count; i++) {
        CBI_TRY(cbi_recognition_row_read(txn, uses[i].number, &row, err));
        if (row.state == CBI_CONVERSION_STANDS)
            CBI_TRY(meet(out, false, row.number, depth, err));
    }
done:
    return status;
}

/* Records that hold and name this id. */
static cbank_status find_based(cbi_txn *txn, const cbi_hash *id, uint32_t depth, cbi_reach *out,
                               cbank_error *err)
{
    uint8_t key[KEY_SIZE];
    cbi_bytes from = row_key(cbi_bytes_of_hash(id), 0, key);
    cbi_page page = {0};
    cbank_status status = CBANK_OK;
    cbi_record_state state;

    CBI_TRY(cbi_txn_page(txn, TABLE, cbi_bytes_of(key, 1 + CBI_HASH_SIZE), from,
                         CBI_PAGE_ROWS_MAX, &page, err));
    if (page.count == CBI_PAGE_ROWS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_REACH_TOO_WIDE, CBI_REACH_MAX, NULL, NULL));
    for (size_t i = 0; i < page.count; i++) {
        cbi_bytes at = cbi_page_key(&page, i);
        uint64_t index;

        if (at.size != KEY_SIZE)
            CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(TABLE), NULL));
        index = cbi_get_u64(at.data + 1 + CBI_HASH_SIZE);
        CBI_TRY(cbi_holding_state(txn, index, &state, err));
        if (state == CBI_RECORD_HELD)
            CBI_TRY(meet(out, true, index, depth, err));
    }
done:
    cbi_page_clear(&page);
    return status;
}

/* What stands on one record itself. */
static cbank_status step_record(cbi_txn *txn, cbi_hasher *hasher, uint64_t index, uint32_t depth,
                                cbi_reach *out, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    status = cbi_holding_read(txn, hasher, index, &holding, err);
    if (status == CBANK_E_NOT_FOUND) /* it was erased */
        return CBANK_OK;
    CBI_TRY(status);
    CBI_TRY(find_uses(txn, index, depth, out, err));
    CBI_TRY(find_based(txn, &holding.id, depth, out, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

static cbank_status step_recognition(cbi_txn *txn, uint64_t number, uint32_t depth, cbi_reach *out,
                                     cbank_error *err)
{
    cbi_recognition_row row;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_recognition_row_read(txn, number, &row, err));
    CBI_TRY(find_based(txn, &row.id, depth, out, err));
done:
    return status;
}

/* On to what stands on those from `first` on: breadth first, so that depths are the least. */
static cbank_status go_on(cbi_txn *txn, cbi_hasher *hasher, uint32_t first, cbi_reach *out,
                          cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (uint32_t i = first; i < out->count; i++) {
        cbi_reached at = out->list[i];

        if (out->count - first > CBI_REACH_MAX)
            CBI_TRY(cbi_fail(err, CBI_REASON_REACH_TOO_WIDE, CBI_REACH_MAX, NULL, NULL));
        CBI_TRY(at.is_record ? step_record(txn, hasher, at.number, at.depth + 1, out, err)
                             : step_recognition(txn, at.number, at.depth + 1, out, err));
    }
done:
    return status;
}

cbank_status cbi_reach_of_record(cbi_txn *txn, cbi_hasher *hasher, uint64_t index, cbi_reach *out,
                                 cbank_error *err)
{
    uint32_t first = out->count;
    cbank_status status = CBANK_OK;

    CBI_TRY(step_record(txn, hasher, index, 1, out, err));
    CBI_TRY(go_on(txn, hasher, first, out, err));
done:
    return status;
}

cbank_status cbi_reach_of_recognition(cbi_txn *txn, cbi_hasher *hasher, uint64_t number,
                                      cbi_reach *out, cbank_error *err)
{
    uint32_t first = out->count;
    cbank_status status = CBANK_OK;

    CBI_TRY(step_recognition(txn, number, 1, out, err));
    CBI_TRY(go_on(txn, hasher, first, out, err));
done:
    return status;
}

/* ---- acting ------------------------------------------------------------------------------ */

/* On the chain of the account that goes on. */
static cbank_status question(cbi_append *append, uint64_t index, cbi_bytes token, cbank_error *err)
{
    Cbank__V1__CreditQuestioned body = CBANK__V1__CREDIT_QUESTIONED__INIT;
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbi_account goes_on;
    cbi_life life;

    status = cbi_holding_read(append->txn, append->hasher, index, &holding, err);
    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK;
    CBI_TRY(status);
    CBI_TRY(cbi_family_root(append->txn, holding.account, &goes_on, err));
    CBI_TRY(cbi_account_life(append->txn, goes_on.digits, &life, err));
    if (life == CBI_LIFE_ERASED || holding.state != CBI_RECORD_HELD)
        goto done;
    body.account = goes_on.digits;
    body.touched_sequence = holding.sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&holding.leaf));
    CBI_TRY(cbi_errand_append(
        append,
        &(cbi_errand_statement){
            .subject = cbi_account_subject(goes_on.digits),
            .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_QUESTIONED,
            .reason = BASIS_CHANGED,
            .token = token,
            .body = &body},
        NULL, NULL, err));
    CBI_TRY(cbi_holding_put_state(append->txn, index, CBI_RECORD_SUSPENDED, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

/* Everything has been found before the first of it is written. */
static cbank_status shake(cbi_append *append, const cbi_reach *reach, cbi_bytes token,
                          cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (uint32_t i = 0; i < reach->count; i++) {
        if (reach->list[i].is_record)
            CBI_TRY(question(append, reach->list[i].number, token, err));
        else
            CBI_TRY(cbi_conversion_suspend(append, reach->list[i].number, BASIS_CHANGED, token,
                                           err));
    }
done:
    return status;
}

cbank_status cbi_reach_shake_record(cbi_append *append, uint64_t index, cbi_bytes token,
                                    cbank_error *err)
{
    cbi_reach reach = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_reach_of_record(append->txn, append->hasher, index, &reach, err));
    CBI_TRY(shake(append, &reach, token, err));
done:
    cbi_reach_clear(&reach);
    return status;
}

cbank_status cbi_reach_shake_recognition(cbi_append *append, uint64_t number, cbi_bytes token,
                                         cbank_error *err)
{
    cbi_reach reach = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_reach_of_recognition(append->txn, append->hasher, number, &reach, err));
    CBI_TRY(shake(append, &reach, token, err));
done:
    cbi_reach_clear(&reach);
    return status;
}
