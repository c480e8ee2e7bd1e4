#include "api/reattempt.h"

#include <string.h>

#include "exchange/attempt.h"

static bool is_attempt(const cbi_holding *holding, const char *institution,
                       const Cbank__V1__CreditRecord *record)
{
    return holding->state == CBI_RECORD_HELD &&
           strcmp(holding->record->awarded_by->institution, institution) == 0 &&
           strcmp(holding->record->count_group, record->count_group) == 0 &&
           strcmp(holding->record->reference, record->reference) != 0;
}

static void add(cbi_reattempt *out, const cbi_holding *holding, const cbi_profile *profile,
                const Cbank__V1__CreditRecord *record)
{
    struct cbi_reattempt_held *next = &out->held[out->count++];

    next->id = holding->id;
    memcpy(next->reference, holding->record->reference, strlen(holding->record->reference) + 1);
    cbi_holding_display_id(holding->index, &holding->id, next->display);
    next->prevails = !cbi_attempt_prevails(profile, record, holding->record);
}

cbank_status cbi_reattempt_find(cbi_reader *reader, const char *account, const char *institution,
                                const cbi_profile *profile, const Cbank__V1__CreditRecord *record,
                                cbi_reattempt *out, cbank_error *err)
{
    cbi_family family = {0};
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    out->count = 0;
    status = cbi_family_read(reader, account, &family, err);
    if (status == CBANK_E_NOT_FOUND) /* nothing of it is sealed yet */
        return CBANK_OK;
    CBI_TRY(status);
    for (size_t m = 0; m < family.count; m++) {
        const cbi_chain *chain = &family.members[m].chain;

        for (size_t i = 0; i < chain->count && out->count < CBI_REATTEMPT_MAX; i++) {
            CBI_TRY(cbi_history_read(reader, chain->indices[i], &logged, err));
            if (logged.erased ||
                logged.entry.entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
                continue;
            status = cbi_holding_take(reader->txn, reader->hasher, &logged, &holding, err);
            if (status == CBANK_E_NOT_FOUND) /* an award of another kind */
                continue;
            CBI_TRY(status);
            if (is_attempt(&holding, institution, record))
                add(out, &holding, profile, record);
            cbi_holding_clear(&holding);
        }
    }
    status = CBANK_OK;
done:
    cbi_holding_clear(&holding);
    cbi_family_clear(&family);
    return status;
}

const struct cbi_reattempt_held *cbi_reattempt_prevailing(const cbi_reattempt *reattempt)
{
    for (size_t i = 0; i < reattempt->count; i++) {
        if (reattempt->held[i].prevails)
            return &reattempt->held[i];
    }
    return NULL;
}
