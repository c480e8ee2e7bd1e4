#include "bank/casebook.h"

#include <stdio.h>
#include <string.h>

#include "ledger/act.h"
#include "ledger/logged.h"

#define TABLE CBI_TABLE_RECOGNITION
#define ROW_FIXED (1 + 4 + 4 * 8 + CBI_ACCOUNT_SIZE)
#define NO_DAY UINT32_MAX /* what is due by no day comes last */

static cbank_status damaged(cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(TABLE), NULL);
}

/* ---- keys -------------------------------------------------------------------------------- */

typedef struct key {
    uint8_t bytes[CBI_KEY_MAX];
    size_t size;
} key;

static void add(key *out, const void *data, size_t size)
{
    memcpy(out->bytes + out->size, data, size);
    out->size += size;
}

static cbi_bytes bytes_of(const key *it)
{
    return cbi_bytes_of(it->bytes, it->size);
}

/* What all rows of one list have in common. */
static key key_of_list(cbi_case_order order, const char *whose)
{
    key out = {.bytes = {(uint8_t)order}, .size = 1};

    if (order == CBI_CASES_ACCOUNT)
        add(&out, whose, CBI_ACCOUNT_SIZE);
    else
        add(&out, whose, strlen(whose) + 1);
    return out;
}

static key key_of(cbi_case_order order, const cbi_case_row *row)
{
    key out = key_of_list(order, order == CBI_CASES_ACCOUNT ? row->account.digits
                                                            : row->institution);
    uint8_t due[4];

    if (order == CBI_CASES_DUE) {
        cbi_put_u32(due, row->due_on == 0 ? NO_DAY : row->due_on);
        add(&out, due, sizeof(due));
    }
    if (order == CBI_CASES_ACCOUNT)
        add(&out, row->institution, strlen(row->institution) + 1);
    add(&out, row->number, strlen(row->number));
    return out;
}

/* Whose case a key of these lists leads to. */
static bool split_key(cbi_bytes from, cbi_case_row *out)
{
    size_t at = 1, size;
    const uint8_t *end;

    if (from.size > 0 && from.data[0] == CBI_CASES_ACCOUNT)
        at += CBI_ACCOUNT_SIZE;
    if (from.size <= at)
        return false;
    end = memchr(from.data + at, '\0', from.size - at);
    size = end == NULL ? 0 : (size_t)(end - from.data) - at;
    if (size == 0 || size > CBI_INSTITUTION_CODE_MAX)
        return false;
    memcpy(out->institution, from.data + at, size);
    out->institution[size] = '\0';
    at += size + 1 + (from.data[0] == CBI_CASES_DUE ? 4 : 0);
    if (from.size <= at || from.size - at > CBI_REFERENCE_MAX)
        return false;
    memcpy(out->number, from.data + at, from.size - at);
    out->number[from.size - at] = '\0';
    return memchr(out->number, '\0', from.size - at) == NULL;
}

cbi_subject cbi_case_subject(const char *institution, const char *number,
                             char out[CBI_CASE_ID_MAX + 1])
{
    snprintf(out, CBI_CASE_ID_MAX + 1, "%s/%s", institution, number);
    return (cbi_subject){CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_CASE, cbi_bytes_of_text(out)};
}

/* ---- rows -------------------------------------------------------------------------------- */

static cbi_bytes encode(const cbi_case_row *row, uint8_t out[ROW_FIXED + CBI_REFERENCE_MAX])
{
    const uint64_t wide[4] = {(uint64_t)row->opened_at, (uint64_t)row->moved_at, row->index,
                              row->steps};
    size_t size = strlen(row->assigned_to);
    uint8_t *at = out;

    *at++ = (uint8_t)row->state;
    cbi_put_u32(at, row->due_on);
    at += 4;
    for (size_t i = 0; i < 4; i++, at += 8)
        cbi_put_u64(at, wide[i]);
    memcpy(at, row->account.digits, CBI_ACCOUNT_SIZE);
    memcpy(at + CBI_ACCOUNT_SIZE, row->assigned_to, size);
    return cbi_bytes_of(out, ROW_FIXED + size);
}

static bool decode(cbi_bytes bytes, cbi_case_row *out)
{
    const uint8_t *at = bytes.data;

    if (bytes.size < ROW_FIXED || bytes.size > ROW_FIXED + CBI_REFERENCE_MAX ||
        *at == CBI_CASE_NONE || *at > CBI_CASE_CLOSED)
        return false;
    out->state = (cbi_case_state)*at;
    out->due_on = cbi_get_u32(at + 1);
    at += 5;
    out->opened_at = (int64_t)cbi_get_u64(at);
    out->moved_at = (int64_t)cbi_get_u64(at + 8);
    out->index = cbi_get_u64(at + 16);
    out->steps = cbi_get_u64(at + 24);
    memcpy(out->account.digits, at + 32, CBI_ACCOUNT_SIZE);
    out->account.digits[CBI_ACCOUNT_SIZE] = '\0';
    at += 32 + CBI_ACCOUNT_SIZE;
    memcpy(out->assigned_to, at, bytes.size - ROW_FIXED);
    out->assigned_to[bytes.size - ROW_FIXED] = '\0';
    return true;
}

cbank_status cbi_case_read(cbi_txn *txn, const char *institution, const char *number,
                           cbi_case_row *out, cbank_error *err)
{
    cbank_buffer value = {0};
    cbank_status status = CBANK_OK;
    key at;

    *out = (cbi_case_row){.state = CBI_CASE_NONE};
    if (strlen(institution) > CBI_INSTITUTION_CODE_MAX || strlen(number) > CBI_REFERENCE_MAX)
        return cbi_fail(err, CBI_REASON_CASE_UNKNOWN, 0, number, NULL);
    memcpy(out->institution, institution, strlen(institution) + 1);
    memcpy(out->number, number, strlen(number) + 1);
    at = key_of(CBI_CASES_NUMBER, out);
    status = cbi_txn_get(txn, TABLE, bytes_of(&at), &value, err);
    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_CASE_UNKNOWN, 0, number, NULL);
    CBI_TRY(status);
    if (!decode(cbi_bytes_of_buffer(&value), out))
        CBI_TRY(damaged(err));
done:
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_case_write(cbi_txn *txn, const cbi_case_row *before, const cbi_case_row *row,
                            cbank_error *err)
{
    uint8_t value[ROW_FIXED + CBI_REFERENCE_MAX], one = 1;
    cbank_status status = CBANK_OK;
    key at;

    if (before != NULL) {
        at = key_of(CBI_CASES_DUE, before);
        CBI_TRY(cbi_txn_delete(txn, TABLE, bytes_of(&at), err));
    }
    at = key_of(CBI_CASES_NUMBER, row);
    CBI_TRY(cbi_txn_put(txn, TABLE, bytes_of(&at), encode(row, value), err));
    at = key_of(CBI_CASES_ACCOUNT, row);
    CBI_TRY(cbi_txn_put(txn, TABLE, bytes_of(&at), cbi_bytes_of(&one, 1), err));
    if (cbi_case_is_ended(row->state))
        goto done;
    at = key_of(CBI_CASES_DUE, row);
    CBI_TRY(cbi_txn_put(txn, TABLE, bytes_of(&at), cbi_bytes_of(&one, 1), err));
done:
    return status;
}

/* All of these texts have been checked: they fit. */
cbank_status cbi_case_move(cbi_case_row *row, const Cbank__V1__CaseStep *step, int64_t at,
                           uint64_t index, cbank_error *err)
{
    const cbi_case_state before = row->state;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_case_state_step(&row->state, step->act, step->result, err));
    if (step->application != NULL) {
        memcpy(row->institution, step->institution, strlen(step->institution) + 1);
        memcpy(row->number, step->number, strlen(step->number) + 1);
        memcpy(row->account.digits, step->application->account, CBI_ACCOUNT_SIZE + 1);
        row->opened_at = at;
    }
    if (step->assigned_to[0] != '\0')
        memcpy(row->assigned_to, step->assigned_to, strlen(step->assigned_to) + 1);
    if (step->due_on != 0 || row->state != before) /* what only adds to it leaves its day */
        row->due_on = step->due_on;
    if (step->due_on == 0 && step->act == CBANK__V1__CASE_ACT__CASE_ACT_OPEN_NOTICE)
        row->due_on = step->notice->until;
    row->moved_at = at;
    row->index = index;
    row->steps++;
done:
    if (status != CBANK_OK)
        cbi_error_name(err, step->number);
    return status;
}

/* ---- lists ------------------------------------------------------------------------------- */

bool cbi_case_is_in(const cbi_case_place *place, cbi_case_order order, const char *whose)
{
    key list = key_of_list(order, whose);

    return place->size >= list.size && memcmp(place->key, list.bytes, list.size) == 0;
}

cbank_status cbi_case_after(cbi_txn *txn, cbi_case_order order, const char *whose,
                            cbi_case_place *place, cbi_case_row *out, bool *found,
                            cbank_error *err)
{
    key list = key_of_list(order, whose);
    cbi_case_row named = {.state = CBI_CASE_NONE};
    cbi_page page = {0};
    cbank_status status = CBANK_OK;
    cbi_bytes from, at;

    *found = false;
    if (place->size != 0 && !cbi_case_is_in(place, order, whose))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "after", NULL);
    from = place->size == 0 ? bytes_of(&list) : cbi_bytes_of(place->key, place->size);
    CBI_TRY(cbi_txn_page(txn, TABLE, bytes_of(&list), from, 2, &page, err));
    for (size_t i = 0; i < page.count && !*found; i++) {
        at = cbi_page_key(&page, i);
        if (cbi_bytes_equal(at, cbi_bytes_of(place->key, place->size)))
            continue;
        if (!split_key(at, &named))
            CBI_TRY(damaged(err));
        memcpy(place->key, at.data, at.size);
        place->size = at.size;
        *found = true;
    }
    if (*found)
        CBI_TRY(cbi_case_read(txn, named.institution, named.number, out, err));
done:
    cbi_page_clear(&page);
    return status;
}

/* ---- for the check ----------------------------------------------------------------------- */

bool cbi_case_is(cbi_txn *txn, const cbi_case_row *row)
{
    uint8_t wanted[ROW_FIXED + CBI_REFERENCE_MAX];
    cbank_buffer value = {0};
    key at = key_of(CBI_CASES_NUMBER, row), due = key_of(CBI_CASES_DUE, row),
        account = key_of(CBI_CASES_ACCOUNT, row);
    bool same = cbi_txn_get(txn, TABLE, bytes_of(&at), &value, NULL) == CBANK_OK &&
                cbi_bytes_equal(cbi_bytes_of_buffer(&value), encode(row, wanted)) &&
                cbi_txn_has(txn, TABLE, bytes_of(&account)) &&
                cbi_txn_has(txn, TABLE, bytes_of(&due)) != cbi_case_is_ended(row->state);

    cbank_buffer_clear(&value);
    return same;
}

bool cbi_case_has_row(cbi_txn *txn, cbi_bytes from, cbi_bytes value)
{
    cbi_case_row named = {.state = CBI_CASE_NONE}, row;
    char id[CBI_CASE_ID_MAX + 1];
    cbi_subject subject;
    cbi_head head;
    key wanted;

    if (!split_key(from, &named) ||
        cbi_case_read(txn, named.institution, named.number, &row, NULL) != CBANK_OK)
        return false;
    wanted = key_of((cbi_case_order)from.data[0], &row);
    if (!cbi_bytes_equal(from, bytes_of(&wanted)))
        return false;
    if (from.data[0] != CBI_CASES_NUMBER)
        return value.size == 1 && value.data[0] == 1;
    subject = cbi_case_subject(row.institution, row.number, id);
    return cbi_subject_read_head(txn, &subject, &head, NULL) == CBANK_OK &&
           head.index == row.index; /* what else it says, the chain tells */
}

/* ---- erasing ----------------------------------------------------------------------------- */

static cbank_status drop_rows(cbi_txn *txn, const cbi_case_row *row, cbank_error *err)
{
    static const cbi_case_order ORDERS[] = {CBI_CASES_DUE, CBI_CASES_NUMBER, CBI_CASES_ACCOUNT};
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < sizeof(ORDERS) / sizeof(ORDERS[0]); i++) {
        key at = key_of(ORDERS[i], row);

        CBI_TRY(cbi_txn_delete(txn, TABLE, bytes_of(&at), err));
    }
done:
    return status;
}

/* The chain, back from its head, and then nobody can tie it to the case's number any more. */
static cbank_status forget_chain(cbi_append *append, const cbi_case_row *row, cbank_error *err)
{
    char id[CBI_CASE_ID_MAX + 1];
    cbi_subject subject = cbi_case_subject(row->institution, row->number, id);
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;
    cbi_head named;

    CBI_TRY(cbi_subject_read_head(append->txn, &subject, &named, err));
    for (bool first = false; !first;) {
        first = named.sequence == 0;
        CBI_TRY(cbi_logged_step_back(append->txn, append->hasher, &named, &bytes, &logged, err));
        CBI_TRY(cbi_logged_erase(append->txn, append->hasher, logged.index, err));
    }
    CBI_TRY(cbi_subject_forget(append->txn, &subject, err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_case_forget(cbi_append *append, const char *account, bool *more,
                             cbank_error *err)
{
    cbi_case_place place = {.size = 0};
    cbank_status status = CBANK_OK;
    cbi_case_row row;

    do {
        CBI_TRY(cbi_case_after(append->txn, CBI_CASES_ACCOUNT, account, &place, &row, more, err));
        if (!*more)
            break;
        CBI_TRY(forget_chain(append, &row, err));
        CBI_TRY(drop_rows(append->txn, &row, err));
    } while (cbi_txn_dirty(append->txn) <= CBI_ACT_DIRTY_MAX / 2);
done:
    return status;
}
