/* check_enrolment.c - enrolments: what chains say of them must be what `enrolment` has. */
#include "bank/check_part.h"

#include <string.h>

#include "bank/family.h"
#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

static cbank_status wrong_chain(uint64_t index, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_CHAIN, CBI_TABLE_RECORD, index, detail);
}

static cbank_status wrong_row(uint64_t where, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_ENROLMENT, where, detail);
}

/* ---- chains ------------------------------------------------------------------------------ */

static cbank_status add(cbi_check_enrolments *it, const cbi_enrolment_saying *saying,
                        cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (it->rows == NULL)
        CBI_TRY(cbi_alloc(CBI_ENROLMENTS_MAX, sizeof(*it->rows), &it->rows, err));
    if (it->count == CBI_ENROLMENTS_MAX)
        CBI_TRY(wrong_chain(saying->index, "enrolments", err));
    it->rows[it->count++] = (cbi_check_enrolment){.sequence = saying->sequence,
                                                  .index = saying->index,
                                                  .newest = saying->index,
                                                  .leaf = saying->leaf,
                                                  .id = saying->id,
                                                  .state = CBI_ENROLMENT_ACTIVE,
                                                  .revision = 1};
done:
    return status;
}

static cbank_status change(cbi_check_enrolments *it, const cbi_enrolment_saying *saying,
                           bool *elsewhere, cbank_error *err)
{
    const Cbank__V1__EnrolmentChanged *changed = saying->statement.body;
    bool ends = saying->change->action == CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_END;
    cbi_check_enrolment *row = NULL;

    for (size_t i = 0; i < it->count && row == NULL; i++) {
        if (it->rows[i].sequence == changed->touched_sequence &&
            cbi_bytes_equal(cbi_message_bytes(changed->touched_leaf),
                            cbi_bytes_of_hash(&it->rows[i].leaf)))
            row = &it->rows[i];
    }
    *elsewhere = row == NULL;
    if (ends != (saying->statement.kind->kind == KIND(ENROLMENT_ENDED)))
        return wrong_chain(saying->index, "action", err);
    if (row == NULL)
        return CBANK_OK;
    if (!cbi_bytes_equal(cbi_message_bytes(saying->change->enrolment),
                         cbi_bytes_of_hash(&row->id)))
        return wrong_chain(saying->index, "enrolment", err);
    if (cbi_enrolment_step(&row->state, &row->revision, saying->change, err) != CBANK_OK)
        return wrong_chain(saying->index, cbank_reason_name(err->reason), err);
    row->newest = saying->index;
    return CBANK_OK;
}

cbank_status cbi_check_enrolling(cbi_check *check, const cbi_logged *logged,
                                 cbi_check_enrolments *it, bool *elsewhere, cbank_error *err)
{
    cbi_enrolment_saying saying = {0};
    cbank_status status = CBANK_OK;

    *elsewhere = false;
    CBI_TRY(cbi_enrolment_take(check->hasher, logged, &saying, err));
    if (saying.enrolment != NULL)
        CBI_TRY(add(it, &saying, err));
    else
        CBI_TRY(change(it, &saying, elsewhere, err));
done:
    cbi_enrolment_saying_clear(&saying);
    return status;
}

cbank_status cbi_check_enrolments_end(cbi_txn *txn, const cbi_check_enrolments *it, bool merged,
                                      cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_enrolment_row row;

    for (size_t i = 0; i < it->count; i++) {
        const cbi_check_enrolment *said = &it->rows[i];

        status = cbi_enrolment_by_id(txn, &said->id, &row, err);
        if (status == CBANK_E_NOT_FOUND)
            status = wrong_row(said->index, "missing", err);
        CBI_TRY(status);
        if (row.index != said->index || row.sequence != said->sequence ||
            !cbi_hash_equal(&row.leaf, &said->leaf))
            CBI_TRY(wrong_row(said->index, "statement", err));
        if (merged ? row.newest < said->newest || row.revision < said->revision
                   : row.newest != said->newest || row.revision != said->revision ||
                         row.state != said->state)
            CBI_TRY(wrong_row(said->index, "state", err));
    }
done:
    return status;
}

void cbi_check_enrolments_clear(cbi_check_enrolments *it)
{
    cbi_free(it->rows);
    *it = (cbi_check_enrolments){0};
}

/* ---- statements -------------------------------------------------------------------------- */

cbank_status cbi_check_enrolled_said(cbi_txn *txn, cbi_hasher *hasher, const cbi_logged *logged,
                                     cbank_error *err)
{
    cbi_enrolment_saying saying = {0};
    cbi_enrolment_row row;
    cbank_status status = CBANK_OK;
    cbi_hash id;

    CBI_TRY(cbi_enrolment_take(hasher, logged, &saying, err));
    id = saying.id;
    if (saying.change != NULL)
        (void)cbi_hash_from(cbi_message_bytes(saying.change->enrolment), &id); /* checked: 32 */
    status = cbi_enrolment_by_id(txn, &id, &row, err);
    if (status == CBANK_E_NOT_FOUND)
        status = wrong_row(logged->index, "missing", err);
    CBI_TRY(status);
    if (row.newest < logged->index || (saying.change != NULL && row.index >= logged->index))
        CBI_TRY(wrong_row(logged->index, "older", err));
done:
    cbi_enrolment_saying_clear(&saying);
    return status;
}

/* ---- rows -------------------------------------------------------------------------------- */

static cbank_status check_content(cbi_check *check, cbi_txn *txn, const cbi_enrolment_row *row,
                                  const cbi_enrolment_saying *first, cbank_error *err)
{
    cbi_enrolment_saying newest = {0};
    Cbank__V1__Opening *opening = NULL;
    cbank_status status = CBANK_OK;
    cbi_hash content, none = {{0}};

    CBI_TRY(cbi_vault_get_opening(check->bank, txn, row->index, &opening, err));
    CBI_TRY(cbi_enrolment_content(check->bank, first->enrolment, opening->document_type,
                                  opening->number, &content, err));
    if (!cbi_hash_equal(&content, &row->content))
        CBI_TRY(wrong_row(check->row, "content", err));
    if (row->newest == row->index) {
        if (!cbi_hash_equal(&row->changed, &none) || row->revision != 1)
            CBI_TRY(wrong_row(check->row, "content", err));
        goto done;
    }
    CBI_TRY(cbi_enrolment_read(txn, check->hasher, row->newest, &newest, err));
    if (newest.change == NULL || newest.change->revision != row->revision ||
        !cbi_bytes_equal(cbi_message_bytes(newest.change->enrolment),
                         cbi_bytes_of_hash(&row->id)))
        CBI_TRY(wrong_row(check->row, "newest", err));
    CBI_TRY(cbi_enrolment_change_content(check->bank, newest.change, &content, err));
    if (!cbi_hash_equal(&content, &row->changed))
        CBI_TRY(wrong_row(check->row, "content", err));
done:
    cbi_vault_free_opening(opening);
    cbi_enrolment_saying_clear(&newest);
    return status;
}

static cbank_status check_row(cbi_check *check, cbi_txn *txn, const cbi_enrolment_row *row,
                              cbank_error *err)
{
    cbi_enrolment_saying first = {0};
    const Cbank__V1__Enrolled *enrolled;
    cbi_enrolment_row listed;
    cbank_status status = CBANK_OK;
    bool found;

    CBI_TRY(cbi_enrolment_read(txn, check->hasher, row->index, &first, err));
    enrolled = first.statement.body;
    if (first.enrolment == NULL || !cbi_hash_equal(&first.id, &row->id) ||
        first.sequence != row->sequence || !cbi_hash_equal(&first.leaf, &row->leaf) ||
        strcmp(first.enrolment->institution, row->institution) != 0 ||
        strcmp(first.enrolment->reference, row->reference) != 0 ||
        strcmp(enrolled->account, row->account.digits) != 0)
        CBI_TRY(wrong_row(check->row, "statement", err));
    CBI_TRY(cbi_enrolment_from(txn, row->account.digits, row->index, &listed, &found, err));
    if (!found || listed.index != row->index)
        CBI_TRY(wrong_row(check->row, "account", err));
    CBI_TRY(check_content(check, txn, row, &first, err));
done:
    cbi_enrolment_saying_clear(&first);
    return status;
}

/* Every row leads to its statement; the other two kinds lead to a row, which leads back. */
cbank_status cbi_check_enrolment_row(cbi_check *check, cbi_txn *txn, cbi_bytes key,
                                     cbi_bytes value, cbank_error *err)
{
    cbi_enrolment_row row;

    if (cbi_enrolment_decode(key, value, &row))
        return check_row(check, txn, &row, err);
    if (!cbi_enrolment_led_to(txn, key, value))
        return wrong_row(check->row, "form", err);
    return CBANK_OK;
}
