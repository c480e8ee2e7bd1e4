#include "bank/enrolled.h"

#include <string.h>

#include "bank/enrolment.h"
#include "bank/family.h"
#include "rules/portfolio.h"

/* An enrolment that goes on, as it stands. Begin with {0}; end with clear. */
typedef struct standing {
    cbi_enrolment_row row;
    cbi_enrolment_saying now;
    const Cbank__V1__EnrolmentTerms *terms;
    uint32_t admitted_on; /* a whole day */
} standing;

static void clear(standing *it)
{
    cbi_enrolment_saying_clear(&it->now);
}

static cbank_status differs(const char *id, const char *what, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ENROLMENT_OTHER, 0, id, "%s", what);
}

/* Of this account, or of one that went into it. */
static cbank_status read(cbi_txn *txn, cbi_hasher *hasher, const char *id, const char *account,
                         standing *out, cbank_error *err)
{
    cbi_account holder;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_enrolment_named(txn, hasher, id, &out->row, err));
    CBI_TRY(cbi_family_root(txn, out->row.account.digits, &holder, err));
    if (strcmp(holder.digits, account) != 0)
        CBI_TRY(differs(id, "account", err));
    if (out->row.state != CBI_ENROLMENT_ACTIVE)
        CBI_TRY(cbi_fail(err, CBI_REASON_ENROLMENT_ENDED, out->row.newest, id, NULL));
    CBI_TRY(cbi_enrolment_read(txn, hasher, out->row.newest, &out->now, err));
    out->terms = out->now.terms;
    out->admitted_on = cbi_portfolio_day(out->terms->started_on,
                                         CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_FIRST_DAY);
done:
    return status;
}

static bool stated(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* "ID" or "ID@EDITION" */
static bool is_named(const Cbank__V1__PublicationRef *ref, const char *name)
{
    char id[CBI_PUBLICATION_ID_MAX + 1];
    uint32_t edition;

    return cbi_publication_name_parse(name, id, &edition, NULL) == CBANK_OK &&
           strcmp(id, ref->id) == 0 && (edition == 0 || edition == ref->edition);
}

cbank_status cbi_enrolled_pin(cbi_reader *reader, const cbi_planning *planning,
                              cbi_edition *edition, uint32_t *admitted_on, cbank_error *err)
{
    standing it = {.terms = NULL};
    cbank_status status = CBANK_OK;
    cbi_hash digest = {{0}};

    CBI_TRY(read(reader->txn, reader->hasher, planning->enrolment, planning->account, &it, err));
    if (stated(planning->programme) && !is_named(it.terms->programme, planning->programme))
        CBI_TRY(differs(planning->enrolment, planning->programme, err));
    if (*admitted_on != 0 && *admitted_on != it.admitted_on)
        CBI_TRY(differs(planning->enrolment, "admitted_on", err));
    (void)cbi_hash_from(cbi_message_bytes(it.terms->programme->digest), &digest); /* checked: 32 */
    CBI_TRY(cbi_edition_find(reader->txn, &digest, edition, err));
    *admitted_on = it.admitted_on;
done:
    clear(&it);
    return status;
}

cbank_status cbi_enrolled_check(cbi_txn *txn, cbi_hasher *hasher,
                                const Cbank__V1__RecognitionHead *head, cbank_error *err)
{
    standing it = {.terms = NULL};
    const Cbank__V1__PublicationRef *ref;
    cbank_status status = CBANK_OK;

    if (!stated(head->enrolment))
        return CBANK_OK;
    CBI_TRY(read(txn, hasher, head->enrolment, head->account, &it, err));
    ref = it.terms->programme;
    if (strcmp(it.row.institution, head->institution) != 0)
        CBI_TRY(differs(head->enrolment, head->institution, err));
    if (strcmp(ref->id, head->programme->id) != 0 || ref->edition != head->programme->edition ||
        !cbi_bytes_equal(cbi_message_bytes(ref->digest),
                         cbi_message_bytes(head->programme->digest)))
        CBI_TRY(differs(head->enrolment, head->programme->id, err));
    if (head->admitted_on != 0 && head->admitted_on != it.admitted_on)
        CBI_TRY(differs(head->enrolment, "admitted_on", err));
done:
    clear(&it);
    return status;
}
