#include "bank/capacity.h"

#include <string.h>

#include "bank/institution.h"
#include "base/time.h"

static cbi_mandate_signer signer_on(const char *institution, int64_t now)
{
    uint32_t day = cbi_date_of(now);

    return (cbi_mandate_signer){institution, CBI_MANDATE_NOW, day, day};
}

/* Nobody signs for one that is suspended. */
static cbank_status check_active(const Cbank__V1__DirectoryInstitution *row, cbank_error *err)
{
    if (row->status == CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_SUSPENDED)
        return cbi_fail(err, CBI_REASON_INSTITUTION_SUSPENDED, row->status_index,
                        row->institution, NULL);
    return CBANK_OK;
}

/* The awarder's row, which a claim shares with those before it; or read for this one. */
static cbank_status find_awarder(cbi_txn *txn, const cbi_claim *claim, cbi_awarder *own,
                                 const Cbank__V1__DirectoryInstitution **out, cbank_error *err)
{
    cbi_awarder *last = claim->last != NULL ? claim->last : own;
    cbank_status status = CBANK_OK;

    if (last->row == NULL || strcmp(last->row->institution, claim->awarder) != 0) {
        cbi_awarder_clear(last);
        CBI_TRY(cbi_institution_read(txn, claim->awarder, &last->row, err));
    }
    *out = last->row;
done:
    if (status != CBANK_OK)
        cbi_awarder_clear(last);
    return status;
}

void cbi_awarder_clear(cbi_awarder *awarder)
{
    cbi_message_free(awarder->row);
    awarder->row = NULL;
}

cbank_status cbi_capacity_check_record(cbi_txn *txn, const cbi_claim *claim, cbank_error *err)
{
    const cbi_mandate_signer signer = signer_on(claim->institution, claim->now);
    bool own = strcmp(claim->awarder, claim->institution) == 0;
    const Cbank__V1__DirectoryInstitution *row;
    cbi_awarder alone = {0};
    cbank_status status = CBANK_OK;
    cbi_mandate mandate;

    if (!own && claim->record->delegation.len == 0)
        return cbi_fail(err, CBI_REASON_RECORD_AWARDER, 0, claim->reference, NULL);
    CBI_TRY(find_awarder(txn, claim, &alone, &row, err));
    if (!cbi_mandate_has_role(row, CBANK__V1__INSTITUTION_ROLE__INSTITUTION_ROLE_AWARDS))
        CBI_TRY(cbi_fail(err, CBI_REASON_AWARD_ROLE, 0, claim->awarder, NULL));
    if (!own) {
        CBI_TRY(check_active(row, err));
        CBI_TRY(cbi_mandate_check_record(row, claim->record, &signer, &mandate, err));
    }
    if (claim->record->supersedes.len == 0)
        CBI_TRY(cbi_mandate_check_award(row, claim->record, CBI_MANDATE_NOW, err));
done:
    cbi_awarder_clear(&alone);
    return status;
}

static cbank_status check_change(cbi_txn *txn, const char *institution,
                                 const Cbank__V1__CreditRecord *record,
                                 Cbank__V1__ChangeAction action, int64_t now, cbank_error *err)
{
    const cbi_mandate_signer signer = signer_on(institution, now);
    const char *awarder = record->awarded_by->institution;
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;
    cbi_mandate mandate;

    if (strcmp(awarder, institution) == 0)
        return CBANK_OK;
    CBI_TRY(cbi_institution_read(txn, awarder, &row, err));
    CBI_TRY(check_active(row, err));
    CBI_TRY(cbi_mandate_check_change(row, record->type, action, &signer, &mandate, err));
done:
    cbi_message_free(row);
    return status;
}

cbank_status cbi_capacity_check_change(cbi_txn *txn, const cbi_claim *claim,
                                       const Cbank__V1__CreditRecord *record, cbank_error *err)
{
    return check_change(txn, claim->institution, record, claim->change->action, claim->now, err);
}

cbank_status cbi_capacity_check(cbi_txn *txn, const char *institution,
                                const Cbank__V1__CreditRecord *record,
                                Cbank__V1__ChangeAction action, int64_t now, cbank_error *err)
{
    cbank_error finer = {0};
    cbank_status status = check_change(txn, institution, record, action, now, &finer);

    /* That the two have nothing to do with each other is said in its own words. */
    if (status != CBANK_OK && finer.reason == CBI_REASON_DELEGATION_MISSING)
        return cbi_fail(err, CBI_REASON_RECORD_FOREIGN, 0, NULL, NULL);
    if (status != CBANK_OK && err != NULL)
        *err = finer;
    return status;
}

cbank_status cbi_capacity_find(cbi_txn *txn, const char *institution, const char *awarder,
                               Cbank__V1__RecordType type, bool amends, int64_t now,
                               cbi_hash *out, cbank_error *err)
{
    const cbi_mandate_signer signer = signer_on(institution, now);
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;
    cbi_mandate mandate;

    *out = (cbi_hash){{0}};
    if (strcmp(awarder, institution) == 0)
        return CBANK_OK;
    CBI_TRY(cbi_institution_read(txn, awarder, &row, err));
    CBI_TRY(cbi_mandate_find(row, type, amends, &signer, &mandate, err));
    (void)cbi_hash_from(cbi_mandate_grant(&mandate), out); /* the bank's own digest */
done:
    cbi_message_free(row);
    return status;
}

cbank_status cbi_capacity_check_role(cbi_txn *txn, const char *institution,
                                     Cbank__V1__InstitutionRole role, cbi_reason reason,
                                     cbank_error *err)
{
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_institution_read(txn, institution, &row, err));
    if (!cbi_mandate_has_role(row, role))
        CBI_TRY(cbi_fail(err, reason, 0, institution, NULL));
done:
    cbi_message_free(row);
    return status;
}
