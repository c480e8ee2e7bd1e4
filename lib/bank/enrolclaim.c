#include "bank/enrolclaim.h"

#include <string.h>

#include "bank/enrolment.h"
#include "bank/errand.h"
#include "bank/family.h"
#include "bank/warrant.h"
#include "proof/batch.h"
#include "rules/portfolio.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* The store's failure, or a refusal that `why` has the reason of. */
static cbank_status refused(cbank_status status, const cbi_claim *claim, cbi_ruling *out,
                            cbank_error *err)
{
    if (status == CBANK_OK)
        return CBANK_OK;
    if (cbi_claim_is_refusal(status)) {
        if (out->why.object[0] == '\0')
            cbi_error_name(&out->why, claim->reference);
        out->outcome = CBI_OUTCOME_REJECTED;
        return CBANK_OK;
    }
    if (err != NULL)
        *err = out->why;
    return status;
}

/* ---- programmes -------------------------------------------------------------------------- */

/* A date may be exact to the month or year only: then some day of that is enough. */
static bool is_for_cohort(const Cbank__V1__ProgrammeTerms *terms, const cbi_edition *edition,
                          uint32_t date)
{
    uint32_t first = cbi_portfolio_day(date, CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_FIRST_DAY);
    uint32_t last = cbi_portfolio_day(date, CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_LAST_DAY);
    const Cbank__V1__Cohorts *cohorts = terms->cohorts;

    if (cohorts != NULL)
        return last >= cohorts->from && (cohorts->until == 0 || first <= cohorts->until);
    return cbi_edition_holds(edition, &cbi_knowing_all, first) ||
           cbi_edition_holds(edition, &cbi_knowing_all, last);
}

/* `since`: of a change, which may bring a programme that is newer than the admission; else 0. */
static cbank_status check_programme(cbi_txn *txn, const char *institution,
                                    const Cbank__V1__EnrolmentTerms *terms, uint32_t since,
                                    cbank_error *err)
{
    const Cbank__V1__PublicationRef *ref = terms->programme;
    Cbank__V1__ProgrammePage *page = NULL;
    const char *fault = NULL;
    cbi_edition edition;
    cbank_status status = cbi_warrant_programme(txn, ref, &edition, &page, NULL);

    if (status != CBANK_OK && !cbi_claim_is_refusal(status))
        return status;
    if (status != CBANK_OK)
        fault = "edition";
    else if (!cbi_warrant_names(page->terms, &edition, institution))
        fault = "institution";
    else if (!is_for_cohort(page->terms, &edition, terms->started_on) &&
             (since == 0 || !is_for_cohort(page->terms, &edition, since)))
        fault = "cohort";
    status = fault == NULL ? CBANK_OK
                           : cbi_fail(err, CBI_REASON_ENROLMENT_PROGRAMME, ref->edition, ref->id,
                                      "%s", fault);
    cbi_message_free(page);
    return status;
}

/* ---- enrolments -------------------------------------------------------------------------- */

static cbank_status find_content(const cbi_bank *bank, const cbi_claim *claim, cbi_hash *out,
                                 cbank_error *err)
{
    const cbi_identity *document = &claim->person->documents[0];

    return cbi_enrolment_content(bank, claim->enrolment, document->type, document->number, out,
                                 err);
}

/* It goes on from one of the same learner, whichever institution had that. */
static cbank_status check_continues(cbi_txn *txn, const cbi_claim *claim, const cbi_account *own,
                                    cbank_error *err)
{
    cbi_enrolment_row earlier;
    cbi_account holder;
    cbank_status status = CBANK_OK;
    cbi_hash id;

    if (!cbi_hash_from(cbi_message_bytes(claim->enrolment->continues), &id))
        return CBANK_OK; /* it goes on from none */
    status = cbi_enrolment_by_id(txn, &id, &earlier, err);
    if (status == CBANK_OK)
        status = cbi_family_root(txn, earlier.account.digits, &holder, err);
    if (status == CBANK_E_NOT_FOUND ||
        (status == CBANK_OK && strcmp(holder.digits, own->digits) != 0))
        status = cbi_fail(err, CBI_REASON_ENROLMENT_CONTINUES, 0, claim->reference, NULL);
    return status;
}

static cbank_status check_room(cbi_txn *txn, const cbi_account *account, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t count = 0;

    if (account->digits[0] != '\0')
        CBI_TRY(cbi_enrolment_count(txn, account->digits, &count, err));
    if (count >= CBI_ENROLMENTS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_ENROLMENT_MANY, count, account->digits, NULL));
done:
    return status;
}

static cbank_status judge_enrolment(const cbi_bank *bank, cbi_txn *txn, const cbi_claim *claim,
                                    bool open_accounts, cbi_ruling *out, cbank_error *err)
{
    const Cbank__V1__Enrolment *enrolment = claim->enrolment;
    cbi_enrolment_row row;
    cbi_hash content;
    cbank_status status = cbi_enrolment_find(txn, enrolment->institution, enrolment->reference,
                                             &row, err);

    if (status == CBANK_OK) {
        CBI_TRY(find_content(bank, claim, &content, err));
        out->index = row.index;
        out->outcome = CBI_OUTCOME_UNCHANGED;
        if (!cbi_hash_equal(&content, &row.content)) {
            (void)cbi_fail(&out->why, CBI_REASON_ENROLMENT_TAKEN, row.index, claim->reference,
                           NULL);
            out->outcome = CBI_OUTCOME_CHANGED;
        }
        goto done;
    }
    if (status != CBANK_E_NOT_FOUND)
        CBI_TRY(status);
    status = check_programme(txn, claim->institution, enrolment->terms, 0, &out->why);
    CBI_TRY(refused(status, claim, out, err));
    if (out->outcome == CBI_OUTCOME_DEPOSITED)
        CBI_TRY(cbi_claim_judge_person(bank, txn, claim, open_accounts, out, err));
    if (out->outcome != CBI_OUTCOME_DEPOSITED)
        goto done;
    status = check_continues(txn, claim, &out->account, &out->why);
    if (status == CBANK_OK)
        status = check_room(txn, &out->account, &out->why);
    CBI_TRY(refused(status, claim, out, err));
done:
    return status;
}

/* ---- changes ----------------------------------------------------------------------------- */

static bool same_programme(const Cbank__V1__PublicationRef *a, const Cbank__V1__PublicationRef *b)
{
    return cbi_bytes_equal(cbi_message_bytes(a->digest), cbi_message_bytes(b->digest)) &&
           strcmp(a->id, b->id) == 0 && a->edition == b->edition;
}

/* Another programme has to fit as the first one had to. */
static cbank_status check_new_programme(cbi_txn *txn, cbi_hasher *hasher, const cbi_claim *claim,
                                        const cbi_enrolment_row *row, cbank_error *err)
{
    const Cbank__V1__EnrolmentTerms *terms = claim->enrolment_change->terms;
    cbi_enrolment_saying now = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_enrolment_read(txn, hasher, row->newest, &now, err));
    if (!same_programme(now.terms->programme, terms->programme))
        CBI_TRY(check_programme(txn, claim->institution, terms, claim->enrolment_change->since,
                                err));
done:
    cbi_enrolment_saying_clear(&now);
    return status;
}

static cbank_status judge_change(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                                 const cbi_claim *claim, cbi_ruling *out, cbank_error *err)
{
    const Cbank__V1__EnrolmentChange *change = claim->enrolment_change;
    cbi_enrolment_row row;
    cbi_hash content;
    cbank_status status =
        cbi_enrolment_find(txn, claim->institution, claim->reference, &row, &out->why);

    if (status == CBANK_OK && !cbi_bytes_equal(cbi_message_bytes(change->enrolment),
                                               cbi_bytes_of_hash(&row.id)))
        status = cbi_fail(&out->why, CBI_REASON_ENROLMENT_UNKNOWN, 0, claim->reference, NULL);
    if (status != CBANK_OK)
        return refused(status, claim, out, err);
    out->index = row.index;
    out->sequence = row.sequence;
    out->leaf = row.leaf;
    CBI_TRY(cbi_enrolment_change_content(bank, change, &content, err));
    CBI_TRY(cbi_family_root(txn, row.account.digits, &out->account, err));
    if (row.revision == change->revision && cbi_hash_equal(&row.changed, &content)) {
        out->outcome = CBI_OUTCOME_UNCHANGED;
        goto done;
    }
    status = cbi_enrolment_step(&row.state, &row.revision, change, &out->why);
    if (status == CBANK_OK)
        status = check_new_programme(txn, hasher, claim, &row, &out->why);
    if (status == CBANK_OK)
        status = cbi_claim_judge_life(txn, out);
    CBI_TRY(refused(status, claim, out, err));
done:
    return status;
}

cbank_status cbi_enrolclaim_judge(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                                  const cbi_claim *claim, bool open_accounts, cbi_ruling *out,
                                  cbank_error *err)
{
    if (claim->unfit.reason != 0) {
        out->why = claim->unfit;
        out->outcome = CBI_OUTCOME_REJECTED;
        return CBANK_OK;
    }
    if (strcmp(claim->awarder, claim->institution) != 0)
        return refused(cbi_fail(&out->why, CBI_REASON_ENROLMENT_SIGNER, 0, claim->reference, "%s",
                                claim->awarder),
                       claim, out, err);
    if (claim->enrolment != NULL)
        return judge_enrolment(bank, txn, claim, open_accounts, out, err);
    return judge_change(bank, txn, hasher, claim, out, err);
}

/* ---- carrying out ------------------------------------------------------------------------ */

static cbank_status write_enrolment(const cbi_bank *bank, cbi_append *append,
                                    const cbi_claim *claim, const cbi_claim_place *place,
                                    cbi_ruling *ruling, cbank_error *err)
{
    const cbi_identity *document = &claim->person->documents[0];
    Cbank__V1__Enrolled body = CBANK__V1__ENROLLED__INIT;
    cbi_enrolment_row row = {.state = CBI_ENROLMENT_ACTIVE, .revision = 1};
    cbi_subject subject;
    cbi_head newest;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_claim_open_account(bank, append, claim, place->token, ruling, err));
    subject = cbi_account_subject(ruling->account.digits);
    body.account = ruling->account.digits;
    body.batch = cbi_message_data(cbi_bytes_of_hash(place->batch));
    body.index = place->index;
    body.enrolment = cbi_message_data(place->bytes);
    CBI_TRY(cbi_errand_append(append,
                              &(cbi_errand_statement){.subject = subject,
                                                      .kind = KIND(ENROLLED),
                                                      .document = claim->enrolment->document,
                                                      .token = place->token,
                                                      .body = &body},
                              &ruling->index, &row.leaf, err));
    CBI_TRY(cbi_subject_read_head(append->txn, &subject, &newest, err));
    CBI_TRY(cbi_vault_put_opening(bank, append->txn, ruling->index, place->random, document->type,
                                  document->number, err));
    row.account = ruling->account;
    memcpy(row.institution, claim->enrolment->institution,
           strlen(claim->enrolment->institution) + 1);
    memcpy(row.reference, claim->reference, strlen(claim->reference) + 1);
    row.index = row.newest = ruling->index;
    row.sequence = newest.sequence;
    CBI_TRY(cbi_batch_item_id(append->hasher, CBI_ITEM_ENROLMENT, place->bytes, &row.id, err));
    CBI_TRY(find_content(bank, claim, &row.content, err));
    CBI_TRY(cbi_enrolment_write(append->txn, &row, err));
done:
    return status;
}

static cbank_status write_change(const cbi_bank *bank, cbi_append *append, const cbi_claim *claim,
                                 const cbi_claim_place *place, cbi_ruling *ruling,
                                 cbank_error *err)
{
    const Cbank__V1__EnrolmentChange *change = claim->enrolment_change;
    bool ends = change->action == CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_END;
    Cbank__V1__EnrolmentChanged body = CBANK__V1__ENROLMENT_CHANGED__INIT;
    cbi_enrolment_row row;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_enrolment_find(append->txn, claim->institution, claim->reference, &row, err));
    body.account = ruling->account.digits;
    body.batch = cbi_message_data(cbi_bytes_of_hash(place->batch));
    body.index = place->index;
    body.touched_sequence = ruling->sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&ruling->leaf));
    body.change = cbi_message_data(place->bytes);
    CBI_TRY(cbi_errand_append(
        append,
        &(cbi_errand_statement){.subject = cbi_account_subject(ruling->account.digits),
                                .kind = ends ? KIND(ENROLMENT_ENDED) : KIND(ENROLMENT_CHANGED),
                                .document = change->document,
                                .token = place->token,
                                .body = &body},
        &row.newest, NULL, err));
    CBI_TRY(cbi_enrolment_step(&row.state, &row.revision, change, err));
    CBI_TRY(cbi_enrolment_change_content(bank, change, &row.changed, err));
    CBI_TRY(cbi_enrolment_write(append->txn, &row, err));
done:
    return status;
}

cbank_status cbi_enrolclaim_carry_out(const cbi_bank *bank, cbi_append *append,
                                      const cbi_claim *claim, const cbi_claim_place *place,
                                      cbi_ruling *ruling, cbank_error *err)
{
    if (claim->enrolment != NULL)
        return write_enrolment(bank, append, claim, place, ruling, err);
    return write_change(bank, append, claim, place, ruling, err);
}
