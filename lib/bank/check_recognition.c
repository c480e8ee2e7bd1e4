/* check_recognition.c - recognitions: each row again from what was signed and what the log says. */
#include "bank/check_part.h"

#include <string.h>

#include "bank/account.h"
#include "bank/casebook.h"
#include "bank/holding.h"
#include "bank/outside.h"
#include "bank/reach.h"
#include "bank/used.h"
#include "base/memory.h"

static cbank_status wrong(const cbi_check *check, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_RECOGNITION, check->row, detail);
}

static cbank_status differs(uint64_t index, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_RECOGNITION, index, detail);
}

/* ---- from the log ------------------------------------------------------------------------ */

/* The row of what was recognised, or noted from outside, as its statement has it. */
static cbank_status check_begun(cbi_txn *txn, const cbi_logged *logged, cbi_bytes named,
                                const char *account, size_t uses, bool noted, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_recognition_row row;
    cbi_hash id;

    (void)cbi_hash_from(named, &id); /* its size was checked */
    status = cbi_recognition_find(txn, &id, &row, err);
    if (status == CBANK_E_NOT_FOUND)
        status = differs(logged->index, "missing", err);
    CBI_TRY(status);
    if (row.index != logged->index || row.sequence != logged->entry.sequence ||
        !cbi_hash_equal(&row.leaf, &logged->leaf) || row.sources != uses ||
        strcmp(row.account.digits, account) != 0 || cbi_recognition_is_noted(&row) != noted)
        CBI_TRY(differs(logged->index, "statement", err));
done:
    return status;
}

cbank_status cbi_check_recognised(cbi_check *check, cbi_txn *txn, const cbi_logged *logged,
                                  const Cbank__V1__ConversionRecognised *said, cbank_error *err)
{
    (void)check;
    return check_begun(txn, logged, cbi_message_bytes(said->recognition), said->account,
                       said->n_uses, false, err);
}

cbank_status cbi_check_noted(const cbi_check_logged_row *it, cbank_error *err)
{
    const Cbank__V1__ConversionNoted *said = it->statement->body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_subject(it, said->account, err));
    CBI_TRY(check_begun(it->txn, it->logged, cbi_message_bytes(said->notice), said->account,
                        said->n_uses, true, err));
done:
    return status;
}

cbank_status cbi_check_decision(cbi_check *check, cbi_txn *txn, uint64_t index, bool change,
                                const Cbank__V1__DecisionReceived *said, cbank_error *err)
{
    cbi_recognition_row row = {0};
    cbank_buffer envelope = {0};
    cbank_status status = CBANK_OK;
    uint64_t receipt = 0;
    cbi_hash id;

    (void)check;
    (void)cbi_hash_from(cbi_message_bytes(said->decision), &id);
    if (change) {
        status = cbi_recognition_get_change(txn, &id, &receipt, &envelope, err);
    } else {
        status = cbi_recognition_find(txn, &id, &row, err);
        receipt = row.receipt_index;
    }
    if (status == CBANK_E_NOT_FOUND)
        status = differs(index, "missing", err);
    CBI_TRY(status);
    if (receipt != index || (!change && strcmp(row.institution, said->institution) != 0))
        CBI_TRY(differs(index, "receipt", err));
done:
    cbank_buffer_clear(&envelope);
    return status;
}

/* ---- a recognition ----------------------------------------------------------------------- */

/* Whose chain is forgotten: what was signed about it is gone with it. */
static cbank_status is_forgotten(cbi_txn *txn, const char *account, bool *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_life life;

    CBI_TRY(cbi_account_life(txn, account, &life, err));
    *out = life == CBI_LIFE_ERASED;
done:
    return status;
}

/* The receipt at this place is for this decision, and its key, the institution's then, signed. */
static cbank_status check_receipt(cbi_check *check, cbi_txn *txn, uint64_t index,
                                  const char *institution, const cbi_hash *id,
                                  const cbi_envelope *envelope, cbank_error *err)
{
    const Cbank__V1__DecisionReceived *received;
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;
    cbi_public key;

    CBI_TRY(cbi_check_read_at(check, txn, index, &read, err));
    received = cbi_statement_body(&read.statement, &cbank__v1__decision_received__descriptor);
    if (received == NULL || strcmp(received->institution, institution) != 0 ||
        !cbi_bytes_equal(cbi_message_bytes(received->decision), cbi_bytes_of_hash(id)))
        CBI_TRY(wrong(check, "receipt", err));
    CBI_TRY(cbi_check_key_at(check, txn, institution, index, CBI_TABLE_RECOGNITION, &key, err));
    if (!cbi_bytes_equal(cbi_message_bytes(received->public_key), cbi_public_bytes(&key)))
        CBI_TRY(wrong(check, "key", err));
    CBI_TRY(cbi_envelope_verify(envelope, &key, err));
done:
    cbi_check_clear_read(&read);
    return status;
}

static cbank_status check_head(cbi_check *check, cbi_txn *txn, const cbi_recognition_row *row,
                               const Cbank__V1__RecognitionHead *head, cbank_error *err)
{
    if (strcmp(head->institution, row->institution) != 0 ||
        strcmp(head->origin, check->bank->config.origin) != 0 ||
        strcmp(head->account, row->account.digits) != 0 || head->sources != row->sources ||
        head->pages != row->pages)
        return wrong(check, "envelope", err);
    if (!cbi_recognition_is_named(txn, row, head->number))
        return wrong(check, "name", err);
    return CBANK_OK;
}

static cbank_status check_statement(cbi_check *check, cbi_txn *txn, const cbi_recognition_row *row,
                                    cbank_error *err)
{
    const Cbank__V1__ConversionRecognised *said;
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_read_at(check, txn, row->index, &read, err));
    said = cbi_statement_body(&read.statement, &cbank__v1__conversion_recognised__descriptor);
    if (said == NULL || read.statement.message->at != row->at ||
        !cbi_bytes_equal(cbi_message_bytes(said->recognition), cbi_bytes_of_hash(&row->id)))
        CBI_TRY(wrong(check, "statement", err));
done:
    cbi_check_clear_read(&read);
    return status;
}

static bool same_use(const cbi_use_row *one, const cbi_use_row *other)
{
    return one->number == other->number && one->scope == other->scope &&
           one->leftover == other->leftover && one->used_milli == other->used_milli &&
           one->left_milli == other->left_milli;
}

/* The record is used as is said while the recognition uses it, and not after. */
static cbank_status check_source(cbi_check *check, cbi_txn *txn, const cbi_recognition_row *row,
                                 const cbi_use_row *said, uint64_t index, cbank_error *err)
{
    cbi_use_row uses[CBI_RECORD_USES_MAX];
    cbank_status status = CBANK_OK;
    bool used = false;
    size_t count;

    CBI_TRY(cbi_use_list(txn, index, uses, &count, err));
    for (size_t i = 0; i < count; i++)
        used = used || same_use(&uses[i], said);
    if (used != cbi_conversion_uses(row->state))
        CBI_TRY(wrong(check, "use", err));
done:
    return status;
}

static cbank_status check_sources(cbi_check *check, cbi_txn *txn, const cbi_recognition_row *row,
                                  const cbi_recognition_rows *rows, cbank_error *err)
{
    uint64_t *indices = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(rows->source_count, sizeof(*indices), &indices, err));
    CBI_TRY(cbi_used_find_sources(txn, check->hasher, row->account.digits, rows->sources,
                                  rows->source_count, indices, err));
    for (size_t i = 0; i < rows->source_count; i++) {
        const Cbank__V1__RecognitionSource *source = rows->sources[i];
        const cbi_use_row said = {row->number, source->scope, source->leftover, source->used_milli,
                                  source->left_milli};

        CBI_TRY(check_source(check, txn, row, &said, indices[i], err));
    }
done:
    cbi_free(indices);
    return status;
}

/* One that the bank has noted from outside: the notice is the one that its statement names. */
static cbank_status check_noted(cbi_check *check, cbi_txn *txn, const cbi_recognition_row *row,
                                cbank_error *err)
{
    cbi_outside outside = {0};
    uint64_t *indices = NULL;
    cbank_status status = CBANK_OK;

    status = cbi_outside_read(check->bank, txn, check->hasher, row, &outside, err);
    if (status == CBANK_E_STATE) /* nobody has erased it */
        status = wrong(check, "missing", err);
    CBI_TRY(status);
    if (row->at != outside.statement.message->at || row->pages != 0 || row->receipt_index != 0)
        CBI_TRY(wrong(check, "statement", err));
    if (!cbi_recognition_is_named(txn, row, NULL))
        CBI_TRY(wrong(check, "name", err));
    CBI_TRY(cbi_used_by(txn, check->hasher, row, &indices, err));
    for (size_t i = 0; i < outside.said->n_uses; i++) {
        const Cbank__V1__RecordUse *use = outside.said->uses[i];
        const cbi_use_row said = {row->number, use->scope, use->leftover, 0, 0};

        CBI_TRY(check_source(check, txn, row, &said, indices[i], err));
    }
done:
    cbi_outside_clear(&outside);
    cbi_free(indices);
    return status;
}

/* Which state it is in, its account's chain has told. */
static cbank_status check_row(cbi_check *check, cbi_txn *txn, uint64_t number, cbank_error *err)
{
    cbi_recognition recognition = {0};
    cbi_recognition_row row;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    bool forgotten;

    CBI_TRY(cbi_recognition_row_read(txn, number, &row, err));
    CBI_TRY(is_forgotten(txn, row.account.digits, &forgotten, err));
    if (forgotten)
        goto done;
    if (cbi_recognition_is_noted(&row)) {
        CBI_TRY(check_noted(check, txn, &row, err));
        goto done;
    }
    status = cbi_recognition_load(txn, check->hasher, &row, true, &bytes, &recognition, err);
    if (status == CBANK_E_STATE) /* nobody has erased it */
        status = wrong(check, "missing", err);
    CBI_TRY(status);
    CBI_TRY(check_head(check, txn, &row, recognition.head, err));
    CBI_TRY(check_statement(check, txn, &row, err));
    CBI_TRY(check_receipt(check, txn, row.receipt_index, row.institution, &row.id,
                          &recognition.envelope, err));
    CBI_TRY(check_sources(check, txn, &row, &recognition.rows, err));
done:
    cbi_recognition_clear(&recognition);
    cbank_buffer_clear(&bytes);
    return status;
}

/* ---- what stands beside it --------------------------------------------------------------- */

static Cbank__V1__RecordUse *const *uses_of(const cbi_statement *statement, size_t *count)
{
    const Cbank__V1__ConversionRecognised *recognised =
        cbi_statement_body(statement, &cbank__v1__conversion_recognised__descriptor);
    const Cbank__V1__ConversionNoted *noted =
        cbi_statement_body(statement, &cbank__v1__conversion_noted__descriptor);

    *count = recognised != NULL ? recognised->n_uses : noted != NULL ? noted->n_uses : 0;
    return recognised != NULL ? recognised->uses : noted != NULL ? noted->uses : NULL;
}

/* A use is one that the statement of a recognition names, which uses its records still. */
static cbank_status check_use(cbi_check *check, cbi_txn *txn, uint64_t record, uint64_t number,
                              cbank_error *err)
{
    Cbank__V1__RecordUse *const *uses;
    cbi_check_read used = {0}, using = {0};
    cbi_recognition_row row;
    cbank_status status = CBANK_OK;
    bool named = false;
    size_t count;

    CBI_TRY(cbi_recognition_row_read(txn, number, &row, err));
    CBI_TRY(is_forgotten(txn, row.account.digits, &named, err));
    if (!cbi_conversion_uses(row.state))
        CBI_TRY(wrong(check, "use", err));
    CBI_TRY(cbi_check_read_at(check, txn, record, &used, err));
    CBI_TRY(cbi_check_read_at(check, txn, row.index, &using, err));
    uses = uses_of(&using.statement, &count);
    for (size_t i = 0; i < count && !named; i++)
        named = uses[i]->sequence == used.logged.entry.sequence &&
                cbi_bytes_equal(cbi_message_bytes(uses[i]->leaf),
                                cbi_bytes_of_hash(&used.logged.leaf));
    if (!named)
        CBI_TRY(wrong(check, "use", err));
done:
    cbi_check_clear_read(&used);
    cbi_check_clear_read(&using);
    return status;
}

static cbank_status check_basis(cbi_check *check, cbi_txn *txn, const uint8_t *id, uint64_t index,
                                cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_read(txn, check->hasher, index, &holding, err));
    if (!cbi_reach_names(holding.record, cbi_bytes_of(id, CBI_HASH_SIZE)))
        CBI_TRY(wrong(check, "basis", err));
done:
    cbi_holding_clear(&holding);
    return status;
}

static cbank_status check_change(cbi_check *check, cbi_txn *txn, const uint8_t *key,
                                 cbank_error *err)
{
    cbi_recognition_change change = {0};
    cbi_recognition_row row;
    cbank_buffer envelope = {0};
    cbank_status status = CBANK_OK;
    uint64_t receipt;
    cbi_hash id;

    memcpy(id.bytes, key, CBI_HASH_SIZE);
    CBI_TRY(cbi_recognition_get_change(txn, &id, &receipt, &envelope, err));
    CBI_TRY(cbi_recognition_change_read(check->hasher, cbi_bytes_of_buffer(&envelope), &change,
                                        err));
    CBI_TRY(cbi_recognition_search(txn, cbi_message_bytes(change.message->recognition), &row,
                                   err));
    if (!cbi_hash_equal(&change.id, &id) ||
        strcmp(change.message->institution, row.institution) != 0)
        CBI_TRY(wrong(check, "change", err));
    CBI_TRY(check_receipt(check, txn, receipt, row.institution, &id, &change.envelope, err));
done:
    cbi_recognition_change_clear(&change);
    cbank_buffer_clear(&envelope);
    return status;
}

/* Rows 'i', 'n' and 'a' lead to one that has this name; 'e' and 'p' belong to one. */
static cbank_status check_name(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                               cbank_error *err)
{
    bool leads = key.data[0] == 'i' || key.data[0] == 'n', forgotten = false;
    size_t at = key.data[0] == 'a' ? 1 + CBI_ACCOUNT_SIZE : 1;
    cbi_bytes number = leads ? value : cbi_bytes_of(key.data + at, key.size < at + 8 ? 0 : 8);
    cbi_recognition recognition = {0};
    cbi_recognition_row row;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    if (number.size != 8)
        return wrong(check, "form", err);
    CBI_TRY(cbi_recognition_row_read(txn, cbi_get_u64(number.data), &row, err));
    CBI_TRY(is_forgotten(txn, row.account.digits, &forgotten, err));
    if (key.data[0] == 'n' && !forgotten && !cbi_recognition_is_noted(&row))
        CBI_TRY(cbi_recognition_load(txn, check->hasher, &row, false, &bytes, &recognition, err));
    if (!cbi_recognition_has_row(
            &row, recognition.head == NULL ? NULL : recognition.head->number, key))
        CBI_TRY(wrong(check, "name", err));
done:
    cbi_recognition_clear(&recognition);
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_check_recognition(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                                   cbank_error *err)
{
    switch (key.data[0]) {
    case 'r':
        if (key.size != 9)
            break;
        check->recognitions++;
        return check_row(check, txn, cbi_get_u64(key.data + 1), err);
    case 'u':
        if (key.size != 17)
            break;
        return check_use(check, txn, cbi_get_u64(key.data + 1), cbi_get_u64(key.data + 9), err);
    case 'b':
        if (key.size != 1 + CBI_HASH_SIZE + 8)
            break;
        return check_basis(check, txn, key.data + 1, cbi_get_u64(key.data + 1 + CBI_HASH_SIZE),
                           err);
    case 'c':
        if (key.size != 1 + CBI_HASH_SIZE)
            break;
        return check_change(check, txn, key.data + 1, err);
    case CBI_CASES_NUMBER:
    case CBI_CASES_DUE:
    case CBI_CASES_ACCOUNT:
        if (cbi_case_has_row(txn, key, value))
            return CBANK_OK;
        return wrong(check, "case", err);
    default:
        return check_name(check, txn, key, value, err);
    }
    return wrong(check, "form", err);
}
