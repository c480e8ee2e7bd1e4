#include "bank/forget.h"

#include <stdlib.h>

#include "bank/enrolment.h"
#include "bank/errand.h"
#include "bank/intake.h"
#include "bank/reach.h"
#include "bank/recognition.h"
#include "bank/vault.h"
#include "base/memory.h"

/* The reference of a deposit, if it is still this deposit that stands under it. */
static cbank_status drop_reference(cbi_append *append, const cbi_logged *logged, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    const char *awarder;
    cbi_hash content;
    uint64_t index;

    status = cbi_holding_take(append->txn, append->hasher, logged, &holding, err);
    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK;
    CBI_TRY(status);
    CBI_TRY(cbi_reach_forget(append->txn, holding.record, logged->index, err));
    awarder = holding.record->awarded_by->institution;
    status = cbi_holding_by_reference(append->txn, awarder, holding.record->reference, &index,
                                      &content, err);
    if (status == CBANK_OK && index == logged->index)
        status = cbi_holding_drop_reference(append->txn, awarder, holding.record->reference, err);
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
done:
    cbi_holding_clear(&holding);
    return status;
}

/* What an institution signed about the account's records, or the letter of one outside said. */
static cbank_status drop_recognition(cbi_append *append, const cbi_logged *logged,
                                     cbank_error *err)
{
    const Cbank__V1__ConversionRecognised *recognised;
    const Cbank__V1__ConversionNoted *noted;
    cbi_statement statement = {0};
    cbank_status status = CBANK_OK;
    cbi_hash id;

    CBI_TRY(cbi_statement_parse(logged->statement, &statement, err));
    recognised = cbi_statement_body(&statement, &cbank__v1__conversion_recognised__descriptor);
    if (recognised != NULL && cbi_hash_from(cbi_message_bytes(recognised->recognition), &id))
        CBI_TRY(cbi_recognition_forget(append->txn, &id, err));
    noted = cbi_statement_body(&statement, &cbank__v1__conversion_noted__descriptor);
    if (noted != NULL && cbi_hash_from(cbi_message_bytes(noted->notice), &id))
        CBI_TRY(cbi_recognition_forget(append->txn, &id, err));
done:
    cbi_statement_clear(&statement);
    return status;
}

/* An enrolment as such; its changes have no rows of their own. */
static cbank_status drop_enrolment(cbi_append *append, const cbi_logged *logged, cbank_error *err)
{
    cbi_enrolment_saying saying = {0};
    cbi_enrolment_row row;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_enrolment_take(append->hasher, logged, &saying, err));
    if (saying.enrolment == NULL)
        goto done;
    CBI_TRY(cbi_enrolment_by_id(append->txn, &saying.id, &row, err));
    CBI_TRY(cbi_enrolment_drop(append->txn, &row, err));
done:
    cbi_enrolment_saying_clear(&saying);
    return status;
}

cbank_status cbi_forget_entry(cbi_append *append, uint64_t index, cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;
    uint8_t key[8];

    CBI_TRY(cbi_logged_read(append->txn, append->hasher, index, &row, &logged, err));
    if (!logged.erased && logged.entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
        CBI_TRY(drop_reference(append, &logged, err));
    if (!logged.erased && logged.entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_USE)
        CBI_TRY(drop_recognition(append, &logged, err));
    if (!logged.erased && logged.entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ENROLMENT)
        CBI_TRY(drop_enrolment(append, &logged, err));
    cbi_put_u64(key, index);
    CBI_TRY(cbi_txn_delete(append->txn, CBI_TABLE_OPENING, cbi_bytes_of(key, sizeof(key)), err));
    CBI_TRY(cbi_logged_erase(append->txn, append->hasher, index, err));
done:
    cbank_buffer_clear(&row);
    return status;
}

/* ---- where it came from ------------------------------------------------------------------ */

/* What a family is made of, and the batches that are about nobody else. */
typedef struct leaving {
    cbi_act act;
    uint64_t *indices; /* of all its entries, ascending */
    size_t count;
    uint64_t *batches;
    size_t batch_count;
} leaving;

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

/* The id of the batch that an entry came in; false if it came in none, or is erased. */
static cbank_status find_batch(const cbi_logged *logged, cbi_hash *out, bool *found,
                               cbank_error *err)
{
    cbi_statement statement = {0};
    cbank_status status = CBANK_OK;
    ProtobufCBinaryData batch = {0};
    const Cbank__V1__CreditDeposited *deposited;
    const Cbank__V1__CreditChanged *changed;
    const Cbank__V1__Enrolled *enrolled;
    const Cbank__V1__EnrolmentChanged *moved;

    *found = false;
    if (logged->erased)
        return CBANK_OK;
    CBI_TRY(cbi_statement_parse(logged->statement, &statement, err));
    deposited = cbi_statement_body(&statement, &cbank__v1__credit_deposited__descriptor);
    changed = cbi_statement_body(&statement, &cbank__v1__credit_changed__descriptor);
    enrolled = cbi_statement_body(&statement, &cbank__v1__enrolled__descriptor);
    moved = cbi_statement_body(&statement, &cbank__v1__enrolment_changed__descriptor);
    if (deposited != NULL)
        batch = deposited->batch;
    else if (changed != NULL)
        batch = changed->batch;
    else if (enrolled != NULL)
        batch = enrolled->batch;
    else if (moved != NULL)
        batch = moved->batch;
    *found = cbi_hash_from(cbi_message_bytes(batch), out);
done:
    cbi_statement_clear(&statement);
    return status;
}

/* Others' entries lie between the first and the receipt; mostly the next one is one of them. */
static cbank_status is_alone(const leaving *it, cbi_reader *reader, const cbi_intake *intake,
                             bool *alone, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_logged logged;
    cbi_hash batch;
    bool found;

    *alone = intake->received_at != 0;
    for (uint64_t i = intake->first_index; *alone && i < intake->receipt_index; i++) {
        if (bsearch(&i, it->indices, it->count, sizeof(i), compare_numbers) != NULL)
            continue;
        CBI_TRY(cbi_history_read(reader, i, &logged, err));
        CBI_TRY(find_batch(&logged, &batch, &found, err));
        *alone = !found || !cbi_hash_equal(&batch, &intake->id);
    }
done:
    return status;
}

static cbank_status take_entries(leaving *it, const cbi_family *family, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(family->entries, sizeof(*it->indices), &it->indices, err));
    CBI_TRY(cbi_alloc(family->entries, sizeof(*it->batches), &it->batches, err));
    for (size_t c = 0; c < family->count; c++) {
        for (size_t i = 0; i < family->members[c].chain.count; i++)
            it->indices[it->count++] = family->members[c].chain.indices[i];
    }
    qsort(it->indices, it->count, sizeof(*it->indices), compare_numbers);
done:
    return status;
}

/* Every batch once: its entries of one family stand close together in the log. */
static cbank_status take_batches(leaving *it, cbi_reader *reader, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash batch, last = {{0}};
    cbi_intake intake;
    cbi_logged logged;
    bool found, alone;

    for (size_t i = 0; i < it->count; i++) {
        CBI_TRY(cbi_history_read(reader, it->indices[i], &logged, err));
        CBI_TRY(find_batch(&logged, &batch, &found, err));
        if (!found || cbi_hash_equal(&batch, &last))
            continue;
        last = batch;
        status = cbi_intake_find(reader->txn, &batch, &intake, err);
        if (status == CBANK_E_NOT_FOUND)
            continue; /* a damaged bank must let people go, too */
        CBI_TRY(status);
        CBI_TRY(is_alone(it, reader, &intake, &alone, err));
        if (alone)
            it->batches[it->batch_count++] = intake.number;
    }
    status = CBANK_OK;
done:
    return status;
}

static cbank_status accept(cbi_act *act, cbi_append *append, cbank_error *err)
{
    (void)act, (void)append, (void)err;
    return CBANK_OK;
}

static cbank_status drop_sources(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const leaving *it = (const leaving *)(void *)act;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < it->batch_count; i++)
        CBI_TRY(cbi_vault_drop_source(append->txn, it->batches[i], err));
done:
    return status;
}

cbank_status cbi_forget_sources(cbi_bank *bank, const cbi_family *family, int64_t now,
                                cbank_error *err)
{
    leaving it = {.act = {
                      .now = now, .takes_away = true, .check = accept, .write = drop_sources}};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(take_entries(&it, family, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(take_batches(&it, &reader, err));
    cbi_ledger_read_end(&reader);
    if (it.batch_count == 0)
        goto done;
    CBI_TRY(cbi_random(it.act.token, sizeof(it.act.token), err));
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
done:
    cbi_ledger_read_end(&reader);
    cbank_buffer_clear(&it.act.result);
    cbi_free(it.indices);
    cbi_free(it.batches);
    return status;
}
