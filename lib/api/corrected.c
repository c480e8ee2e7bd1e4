#include "api/corrected.h"

#include <string.h>

#include "base/memory.h"

/* A message, and the texts that it lends. */
struct cbi_corrected_row {
    Cbank__Api__V1__CreditOutcome outcome;
    char id[CBI_DISPLAY_ID_MAX];
    char replaced_by[CBI_DISPLAY_ID_MAX];
    char reference[CBI_REFERENCE_MAX + 1];
    cbi_account account;
};

cbank_status cbi_corrected_begin(size_t capacity, cbi_corrected *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(capacity, sizeof(*out->rows), &out->rows, err));
    CBI_TRY(cbi_alloc(capacity, sizeof(*out->list), &out->list, err));
done:
    return status;
}

void cbi_corrected_clear(cbi_corrected *corrected)
{
    cbi_free(corrected->rows);
    cbi_free(corrected->list);
    *corrected = (cbi_corrected){0};
}

static cbank_status take_old(cbi_reader *reader, uint64_t index, struct cbi_corrected_row *out,
                             cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_read(reader->txn, reader->hasher, index, &holding, err));
    cbi_holding_display_id(index, &holding.id, out->id);
    memcpy(out->account.digits, holding.account, sizeof(out->account.digits));
    memcpy(out->reference, holding.record->reference, strlen(holding.record->reference) + 1);
    out->outcome.outcome = CBANK__API__V1__OUTCOME_KIND__OUTCOME_KIND_CHANGED;
    out->outcome.id = out->id;
    out->outcome.account = out->account.digits;
    out->outcome.reference = out->reference;
    out->outcome.revision = holding.record->revision;
done:
    cbi_holding_clear(&holding);
    return status;
}

static cbank_status take_replacement(cbi_reader *reader, uint64_t index,
                                     struct cbi_corrected_row *out, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_read(reader->txn, reader->hasher, index, &holding, err));
    cbi_holding_display_id(index, &holding.id, out->replaced_by);
    out->outcome.replaced_by = out->replaced_by;
    out->outcome.revision = holding.record->revision;
done:
    cbi_holding_clear(&holding);
    return status;
}

cbank_status cbi_corrected_add(cbi_corrected *corrected, cbi_reader *reader, uint64_t old,
                               uint64_t replacement, cbank_error *err)
{
    struct cbi_corrected_row *row = &corrected->rows[corrected->count];
    cbank_status status = CBANK_OK;

    cbank__api__v1__credit_outcome__init(&row->outcome);
    CBI_TRY(take_old(reader, old, row, err));
    if (replacement != 0)
        CBI_TRY(take_replacement(reader, replacement, row, err));
    corrected->list[corrected->count++] = &row->outcome;
done:
    return status;
}
