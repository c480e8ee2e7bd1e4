#include "bank/forget.h"

#include "bank/enrolment.h"
#include "bank/reach.h"
#include "bank/recognition.h"

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

/* What an institution signed about the account's records. */
static cbank_status drop_recognition(cbi_append *append, const cbi_logged *logged,
                                     cbank_error *err)
{
    const Cbank__V1__ConversionRecognised *recognised;
    cbi_statement statement = {0};
    cbank_status status = CBANK_OK;
    cbi_hash id;

    CBI_TRY(cbi_statement_parse(logged->statement, &statement, err));
    recognised = cbi_statement_body(&statement, &cbank__v1__conversion_recognised__descriptor);
    if (recognised != NULL && cbi_hash_from(cbi_message_bytes(recognised->recognition), &id))
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
