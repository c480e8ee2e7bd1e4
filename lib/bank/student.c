#include "bank/student.h"

#include <string.h>

#include "base/memory.h"

#define HOLDER_SIZE (CBI_ACCOUNT_SIZE + 8)

/* ---- the row ----------------------------------------------------------------------------- */

static bool decode_holder(const uint8_t *at, size_t size, cbi_student_holder *out)
{
    *out = (cbi_student_holder){0};
    if (!cbi_account_is_valid(cbi_bytes_of(at, CBI_ACCOUNT_SIZE)))
        return false;
    memcpy(out->account.digits, at, CBI_ACCOUNT_SIZE);
    if (size == HOLDER_SIZE)
        out->period = (cbi_period){cbi_get_u32(at + CBI_ACCOUNT_SIZE),
                                   cbi_get_u32(at + CBI_ACCOUNT_SIZE + 4)};
    return true;
}

bool cbi_student_decode(cbi_bytes row, cbi_student_holder *out, size_t *count)
{
    size_t size = row.size == CBI_ACCOUNT_SIZE ? CBI_ACCOUNT_SIZE : HOLDER_SIZE;

    *count = row.size / size;
    if (*count == 0 || *count > CBI_STUDENT_HOLDERS_MAX || row.size % size != 0)
        return false;
    for (size_t i = 0; i < *count; i++) {
        if (!decode_holder(row.data + i * size, size, &out[i]))
            return false;
    }
    return true;
}

static cbank_status read_holders(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                                 cbi_student_holder *out, size_t *count, cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    cbi_hash key;

    *count = 0;
    CBI_TRY(cbi_vault_key(bank, number, &key, err));
    status = cbi_txn_get(txn, CBI_TABLE_IDENTITY, cbi_bytes_of_hash(&key), &row, err);
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
    else if (status == CBANK_OK && !cbi_student_decode(cbi_bytes_of_buffer(&row), out, count))
        status = cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_IDENTITY), NULL);
done:
    cbank_buffer_clear(&row);
    return status;
}

static cbank_status write_holders(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                                  const cbi_student_holder *holders, size_t count, cbank_error *err)
{
    uint8_t row[CBI_STUDENT_HOLDERS_MAX * HOLDER_SIZE];
    cbank_status status = CBANK_OK;
    cbi_hash key;

    for (size_t i = 0; i < count; i++) {
        memcpy(row + i * HOLDER_SIZE, holders[i].account.digits, CBI_ACCOUNT_SIZE);
        cbi_put_u32(row + i * HOLDER_SIZE + CBI_ACCOUNT_SIZE, holders[i].period.from);
        cbi_put_u32(row + i * HOLDER_SIZE + CBI_ACCOUNT_SIZE + 4, holders[i].period.until);
    }
    CBI_TRY(cbi_vault_key(bank, number, &key, err));
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_IDENTITY, cbi_bytes_of_hash(&key),
                        cbi_bytes_of(row, count * HOLDER_SIZE), err));
done:
    return status;
}

/* ---- days -------------------------------------------------------------------------------- */

/* The last day that a date may mean; its first is the date itself, as a number. */
static uint32_t last_day(uint32_t date)
{
    if (date == 0)
        return UINT32_MAX;
    if (date % 10000 == 0)
        return date + 1231;
    return date % 100 == 0 ? date + 31 : date;
}

static bool overlap(const cbi_period *a, const cbi_period *b)
{
    return a->from <= last_day(b->until) && b->from <= last_day(a->until);
}

/* ---- finding ----------------------------------------------------------------------------- */

/* The one account that is a holder's on that day, "" for none; false if there are several. */
static bool choose(const cbi_student_holder *holders, size_t count, uint32_t on, cbi_account *out)
{
    const cbi_period day = {on, on};

    *out = (cbi_account){0};
    for (size_t i = 0; i < count; i++) {
        bool then = on == 0 ? holders[i].period.until == 0 : overlap(&holders[i].period, &day);

        if (!then || strcmp(out->digits, holders[i].account.digits) == 0)
            continue;
        if (out->digits[0] != '\0')
            return false;
        *out = holders[i].account;
    }
    return true;
}

static bool is_one_account(const cbi_student_holder *holders, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (strcmp(holders[i].account.digits, holders[0].account.digits) != 0)
            return false;
    }
    return count > 0;
}

cbank_status cbi_student_find(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                              uint32_t on, cbi_account *out, cbank_error *err)
{
    cbi_student_holder holders[CBI_STUDENT_HOLDERS_MAX];
    cbank_status status = CBANK_OK;
    cbi_account found;
    size_t count;

    CBI_TRY(read_holders(bank, txn, number, holders, &count, err));
    if (count == 0)
        return cbi_fail(err, CBI_REASON_LEARNER_UNKNOWN, 0, number->type, NULL);
    if (is_one_account(holders, count))
        found = holders[0].account;
    else if (!choose(holders, count, on, &found) || found.digits[0] == '\0')
        return cbi_fail(err, CBI_REASON_STUDENT_AMBIGUOUS, count, number->type, NULL);
    *out = found;
done:
    return status;
}

cbank_status cbi_student_holds(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                               const char *account, bool *out, cbank_error *err)
{
    cbi_student_holder holders[CBI_STUDENT_HOLDERS_MAX];
    cbank_status status = CBANK_OK;
    size_t count;

    *out = false;
    CBI_TRY(read_holders(bank, txn, number, holders, &count, err));
    for (size_t i = 0; i < count; i++)
        *out = *out || strcmp(holders[i].account.digits, account) == 0;
done:
    return status;
}

/* ---- linking ----------------------------------------------------------------------------- */

/* What is not stated now stays as it is. */
static cbi_period join(const cbi_period *known, const cbi_period *stated)
{
    return (cbi_period){stated->from != 0 ? stated->from : known->from,
                        stated->until != 0 ? stated->until : known->until};
}

/* The holder's own place, or the next free one. */
static size_t place_of(const cbi_student_holder *holders, size_t count, const char *account)
{
    size_t at = 0;

    while (at < count && strcmp(holders[at].account.digits, account) != 0)
        at++;
    return at;
}

cbank_status cbi_student_check(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                               const char *account, const cbi_period *period, bool *linked,
                               cbank_error *err)
{
    cbi_student_holder holders[CBI_STUDENT_HOLDERS_MAX];
    cbank_status status = CBANK_OK;
    cbi_period joined = *period;
    size_t count, own;

    CBI_TRY(read_holders(bank, txn, number, holders, &count, err));
    own = place_of(holders, count, account);
    *linked = false;
    if (own < count) {
        joined = join(&holders[own].period, period);
        *linked =
            joined.from == holders[own].period.from && joined.until == holders[own].period.until;
    }
    for (size_t i = 0; i < count; i++) {
        if (i != own && overlap(&holders[i].period, &joined))
            return cbi_fail(err, CBI_REASON_STUDENT_TAKEN, 0, number->type, NULL);
    }
    if (own == CBI_STUDENT_HOLDERS_MAX)
        return cbi_fail(err, CBI_REASON_STUDENT_TAKEN, count, number->type, NULL);
done:
    return status;
}

cbank_status cbi_student_put(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                             const char *account, const cbi_period *period, cbank_error *err)
{
    cbi_student_holder holders[CBI_STUDENT_HOLDERS_MAX];
    cbank_status status = CBANK_OK;
    size_t count, own;

    CBI_TRY(read_holders(bank, txn, number, holders, &count, err));
    own = place_of(holders, count, account);
    if (own == count) {
        holders[count++] = (cbi_student_holder){.period = *period};
        memcpy(holders[own].account.digits, account, CBI_ACCOUNT_SIZE);
    } else {
        holders[own].period = join(&holders[own].period, period);
    }
    CBI_TRY(write_holders(bank, txn, number, holders, count, err));
done:
    return status;
}

cbank_status cbi_student_drop(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                              const char *account, cbank_error *err)
{
    cbi_student_holder holders[CBI_STUDENT_HOLDERS_MAX];
    cbank_status status = CBANK_OK;
    size_t count, own;
    cbi_hash key;

    CBI_TRY(read_holders(bank, txn, number, holders, &count, err));
    own = place_of(holders, count, account);
    if (own == count)
        return CBANK_OK;
    holders[own] = holders[--count];
    if (count > 0)
        return write_holders(bank, txn, number, holders, count, err);
    CBI_TRY(cbi_vault_key(bank, number, &key, err));
    CBI_TRY(cbi_txn_delete(txn, CBI_TABLE_IDENTITY, cbi_bytes_of_hash(&key), err));
done:
    return status;
}

cbank_status cbi_student_move(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                              const char *from, const char *into, cbank_error *err)
{
    cbi_student_holder holders[CBI_STUDENT_HOLDERS_MAX];
    cbank_status status = CBANK_OK;
    size_t count, own;

    CBI_TRY(read_holders(bank, txn, number, holders, &count, err));
    own = place_of(holders, count, from);
    if (own < count) {
        cbi_period period = holders[own].period;

        CBI_TRY(cbi_student_drop(bank, txn, number, from, err));
        CBI_TRY(cbi_student_put(bank, txn, number, into, &period, err));
    }
done:
    return status;
}

/* The person with the number among the documents, or with its dates anew. */
static cbank_status keep_in_person(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                                   const char *account, const cbi_period *period, cbank_error *err)
{
    Cbank__Api__V1__PersonDocument *list[CBI_PERSON_DOCUMENTS_EVER];
    Cbank__Api__V1__PersonDocument added = CBANK__API__V1__PERSON_DOCUMENT__INIT;
    Cbank__Api__V1__Person *person = NULL, longer;
    cbank_status status = CBANK_OK;
    cbank_buffer bytes = {0};
    size_t at = 0;

    CBI_TRY(cbi_vault_get_person(bank, txn, account, &person, err));
    while (at < person->n_documents && (person->documents[at]->ended_at != 0 ||
                                        strcmp(person->documents[at]->type, number->type) != 0 ||
                                        strcmp(person->documents[at]->number, number->number) != 0))
        at++;
    if (person->n_documents + (at == person->n_documents) > CBI_PERSON_DOCUMENTS_EVER)
        CBI_TRY(cbi_fail(err, CBI_REASON_VAULT_FULL, CBI_VALUE_MAX, account, NULL));
    if (person->n_documents > 0)
        memcpy(list, person->documents, person->n_documents * sizeof(*list));
    added.type = cbi_message_string(number->type);
    added.number = cbi_message_string(number->number);
    if (at == person->n_documents)
        list[at] = &added;
    list[at]->from = period->from != 0 ? period->from : list[at]->from;
    list[at]->until = period->until != 0 ? period->until : list[at]->until;
    longer = *person;
    longer.documents = list;
    longer.n_documents += at == person->n_documents;
    CBI_TRY(cbi_message_pack(&longer, &bytes, err));
    CBI_TRY(cbi_vault_put_person(bank, txn, account, cbi_bytes_of_buffer(&bytes), err));
done:
    cbank_buffer_clear(&bytes);
    cbi_vault_free_person(person);
    return status;
}

cbank_status cbi_student_link(const cbi_bank *bank, cbi_txn *txn, const cbi_identity *number,
                              const char *account, const cbi_period *period, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_student_put(bank, txn, number, account, period, err));
    CBI_TRY(keep_in_person(bank, txn, number, account, period, err));
done:
    return status;
}
