/* Whose enrolment a row is about, and which one. */
#include "api/enroljob_part.h"

#include <string.h>

#include "bank/account.h"
#include "bank/family.h"
#include "base/limits.h"
#include "base/time.h"

static cbank_status find_account(cbi_enrol_judging *it, cbank_error *err)
{
    cbi_person person = {0};
    cbank_status status = CBANK_OK;
    bool known;

    CBI_TRY(cbi_person_take(it->row->who->person, &person, err));
    if (it->row->terms->started_on != 0)
        person.on = cbi_date_first(it->row->terms->started_on);
    CBI_TRY(cbi_account_match(it->job->bank, it->reader->txn, &person, &it->account, &known, err));
    if (!known)
        CBI_TRY(cbi_fail(err, CBI_REASON_LEARNER_UNKNOWN, 0, person.documents[0].type, NULL));
done:
    cbi_person_clear(&person);
    return status;
}

static cbank_status take_known(cbi_enrol_judging *it, const cbi_enrolment_row *row,
                               cbank_error *err)
{
    it->known = true;
    it->now = *row;
    memcpy(it->reference, row->reference, sizeof(it->reference));
    return cbi_enrolment_read(it->reader->txn, it->reader->hasher, row->newest, &it->saying, err);
}

/* By the institution's own number: it has to be this learner's. */
static cbank_status find_by_number(cbi_enrol_judging *it, cbank_error *err)
{
    const char *reference = it->row->reference;
    cbank_status status = CBANK_OK;
    cbi_enrolment_row row;
    cbi_account holder;

    if (strlen(reference) > CBI_REFERENCE_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_SIZE, CBI_REFERENCE_MAX,
                        cbi_enrol_source(it->job, CBI_SHEET_REFERENCE), NULL);
    memcpy(it->reference, reference, strlen(reference) + 1);
    status = cbi_enrolment_find(it->reader->txn, it->job->asked->institution, reference, &row, err);
    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK;
    CBI_TRY(status);
    CBI_TRY(cbi_family_root(it->reader->txn, row.account.digits, &holder, err));
    if (strcmp(holder.digits, it->account.digits) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_ENROLMENT_TAKEN, row.index, reference, NULL));
    CBI_TRY(take_known(it, &row, err));
done:
    return status;
}

/* Of one chain, the institution's that began on the day: how many, and the newest of them. */
static cbank_status count_of_day(const cbi_enrol_judging *it, const cbi_account *account,
                                 cbi_enrolment_row *one, size_t *count, cbank_error *err)
{
    cbi_enrolment_saying saying = {0};
    cbank_status status = CBANK_OK;
    cbi_enrolment_row row;
    uint64_t from = 0;
    bool found;

    for (;;) {
        CBI_TRY(cbi_enrolment_from(it->reader->txn, account->digits, from, &row, &found, err));
        if (!found)
            break;
        from = row.index + 1;
        if (strcmp(row.institution, it->job->asked->institution) != 0)
            continue;
        CBI_TRY(cbi_enrolment_read(it->reader->txn, it->reader->hasher, row.newest, &saying, err));
        if (saying.terms->started_on == it->row->terms->started_on) {
            *one = row;
            ++*count;
        }
        cbi_enrolment_saying_clear(&saying);
    }
done:
    cbi_enrolment_saying_clear(&saying);
    return status;
}

/*
 * The learner's one here that began on the same day, in whichever of the accounts that are merged;
 * none is found where no day is stated.
 */
static cbank_status find_by_day(cbi_enrol_judging *it, cbank_error *err)
{
    cbi_account members[CBI_TRANSCRIPT_CHAINS_MAX];
    cbank_status status = CBANK_OK;
    size_t count = 0, member_count;
    cbi_enrolment_row one;
    uint64_t entries;

    if (it->row->terms->started_on == 0)
        return CBANK_OK;
    CBI_TRY(cbi_family_members(it->reader->txn, it->account.digits, members, &member_count,
                               &entries, err));
    for (size_t i = 0; i < member_count; i++)
        CBI_TRY(count_of_day(it, &members[i], &one, &count, err));
    if (count > 1)
        CBI_TRY(cbi_fail(err, CBI_REASON_ENROL_ROW_AMBIGUOUS, count,
                         cbi_enrol_source(it->job, CBI_SHEET_STARTED), NULL));
    if (count == 1)
        CBI_TRY(take_known(it, &one, err));
done:
    return status;
}

cbank_status cbi_enrol_match(cbi_enrol_judging *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(find_account(it, err));
    CBI_TRY(it->row->reference[0] != '\0' ? find_by_number(it, err) : find_by_day(it, err));
done:
    return status;
}
