#include "api/learnerinfo.h"

#include <string.h>

#include "api/amounts.h"
#include "api/face.h"
#include "bank/family.h"
#include "bank/standing.h"
#include "base/memory.h"

struct cbi_learnerinfo {
    Cbank__Api__V1__LearnerInfo message;
    Cbank__Api__V1__Person *person;
    cbi_standing standing;
    cbi_amounts totals;
    cbi_account merged_into;
};

static Cbank__Api__V1__AccountStatus status_of(cbi_life life)
{
    static const Cbank__Api__V1__AccountStatus WORDS[] = {
        [CBI_LIFE_ACTIVE] = CBANK__API__V1__ACCOUNT_STATUS__ACCOUNT_STATUS_OPEN,
        [CBI_LIFE_FROZEN] = CBANK__API__V1__ACCOUNT_STATUS__ACCOUNT_STATUS_FROZEN,
        [CBI_LIFE_MERGED] = CBANK__API__V1__ACCOUNT_STATUS__ACCOUNT_STATUS_MERGED,
        [CBI_LIFE_RESTRICTED] = CBANK__API__V1__ACCOUNT_STATUS__ACCOUNT_STATUS_RESTRICTED,
        [CBI_LIFE_CLOSED] = CBANK__API__V1__ACCOUNT_STATUS__ACCOUNT_STATUS_CLOSED,
        [CBI_LIFE_DECEASED] = CBANK__API__V1__ACCOUNT_STATUS__ACCOUNT_STATUS_DECEASED,
        [CBI_LIFE_ERASED] = CBANK__API__V1__ACCOUNT_STATUS__ACCOUNT_STATUS_ERASED,
    };

    return WORDS[life];
}

cbank_status cbi_learnerinfo_account(const char *typed, cbi_account *out, cbank_error *err)
{
    cbank_status status = cbi_account_parse(cbi_bytes_of_text(typed), out, err);

    return status == CBANK_E_INVALID ? cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, NULL, NULL)
                                     : status;
}

static void describe(cbi_learnerinfo *it)
{
    Cbank__Api__V1__LearnerInfo *info = &it->message;

    cbi_amounts_of(&it->standing.totals, &it->totals);
    cbank__api__v1__learner_info__init(info);
    info->account = it->standing.account.digits;
    info->status = status_of(it->standing.life);
    info->opened_at = it->standing.opened_at;
    info->records = it->standing.records;
    info->totals = it->totals.list;
    info->n_totals = it->totals.count;
    info->entries = it->standing.entries;
    info->person = it->person;
    info->complete_on = it->standing.complete_on;
    if (it->standing.life == CBI_LIFE_MERGED)
        info->merged_into = it->merged_into.digits;
}

cbank_status cbi_learnerinfo_read(cbi_bank *bank, const char *account, bool with_person,
                                  cbi_learnerinfo **out, cbank_error *err)
{
    cbi_learnerinfo *it = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(*it), &it, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_standing_read(&reader, account, &it->standing, err));
    CBI_TRY(cbi_family_root(reader.txn, account, &it->merged_into, err));
    if (with_person)
        status = cbi_vault_get_person(bank, reader.txn, account, &it->person, err);
    if (status == CBANK_E_NOT_FOUND) /* erased: the account stays */
        status = CBANK_OK;
    CBI_TRY(status);
    describe(it);
    *out = it;
    it = NULL;
done:
    cbi_ledger_read_end(&reader);
    cbi_learnerinfo_free(it);
    return status;
}

Cbank__Api__V1__LearnerInfo *cbi_learnerinfo_message(cbi_learnerinfo *info)
{
    return &info->message;
}

void cbi_learnerinfo_free(cbi_learnerinfo *info)
{
    if (info == NULL)
        return;
    cbi_vault_free_person(info->person);
    cbi_free(info);
}

cbank_status cbi_learnerinfo_reply(cbi_bank *bank, const char *account, bool with_person,
                                   cbank_buffer *reply, cbank_error *err)
{
    cbi_learnerinfo *info = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_learnerinfo_read(bank, account, with_person, &info, err));
    CBI_TRY(cbi_face_reply(&info->message, reply, err));
done:
    cbi_learnerinfo_free(info);
    return status;
}
