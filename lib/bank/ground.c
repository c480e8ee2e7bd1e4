#include "bank/ground.h"

#include "base/memory.h"
#include "record/code.h"
#include "record/field.h"

static bool stated(const char *text)
{
    return text != NULL && text[0] != '\0';
}

const Cbank__V1__ConsentGiven *cbi_ground_given(const cbi_ground *ground)
{
    return ground->basis != NULL ? NULL : ground->statement.body;
}

int64_t cbi_ground_until(const cbi_ground *ground)
{
    return ground->basis != NULL ? 0 : ground->consent.state.until;
}

int64_t cbi_ground_expiry(const cbi_ground *ground, int64_t now)
{
    int64_t usual = now + CBI_DISCLOSURE_DAYS * (int64_t)86400;
    int64_t until = cbi_ground_until(ground);

    return until != 0 && until < usual ? until : usual;
}

cbank_status cbi_ground_check_ask(const char *recipient, const char *purpose, int64_t expires_at,
                                  int64_t now, cbank_error *err)
{
    if (stated(recipient) && !cbi_recipient_is_valid(cbi_bytes_of_text(recipient)))
        return cbi_fail(err, CBI_REASON_RECIPIENT_CODE, 0, recipient, NULL);
    if (stated(purpose) && !cbi_field_is_word(cbi_bytes_of_text(purpose)))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "purpose", NULL);
    if (expires_at != 0 && expires_at <= now)
        return cbi_fail(err, CBI_REASON_TIME_ORDER, 0, "expires_at", NULL);
    return CBANK_OK;
}

void cbi_ground_clear(cbi_ground *ground)
{
    cbi_statement_clear(&ground->statement);
    *ground = (cbi_ground){0};
}

/* ---- what is shown ----------------------------------------------------------------------- */

/* An enrolment, too, is a thing that a consent to some records only does not speak of. */
static cbank_status take_record(cbi_reader *reader, uint64_t index, cbi_ground_record *out,
                                bool *shown, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_history_read(reader, index, &logged, err));
    *shown = logged.entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD ||
             logged.entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ENROLMENT;
    if (logged.entry.entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
        goto done;
    status = cbi_holding_take(reader->txn, reader->hasher, &logged, &holding, err);
    if (status == CBANK_OK)
        *out = (cbi_ground_record){.type = holding.record->type, .id = holding.id};
    if (status == CBANK_E_NOT_FOUND) /* another bank's: no consent lists it */
        status = CBANK_OK;
done:
    cbi_holding_clear(&holding);
    return status;
}

cbank_status cbi_ground_list(cbi_reader *reader, const cbi_selection *selection,
                             cbi_ground_record **out, size_t *count, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool shown;

    *count = 0;
    CBI_TRY(cbi_alloc(selection->shown, sizeof(**out), out, err));
    for (size_t i = 0; i < selection->family.entries; i++) {
        if (!selection->items[i].shown)
            continue;
        CBI_TRY(take_record(reader, selection->items[i].index, &(*out)[*count], &shown, err));
        *count += shown;
    }
done:
    return status;
}

/* One that is not found where the plan has it is all zero, like another bank's. */
static cbank_status take_counted(cbi_reader *reader, const cbi_family *family,
                                 const Cbank__V1__PlanSource *source, cbi_ground_record *out,
                                 cbank_error *err)
{
    const cbi_chain *chain;
    cbank_status status = CBANK_OK;
    bool shown;

    *out = (cbi_ground_record){0};
    if (source->chain >= family->count)
        return CBANK_OK;
    chain = &family->members[source->chain].chain;
    if (source->sequence >= chain->count)
        return CBANK_OK;
    CBI_TRY(take_record(reader, chain->indices[source->sequence], out, &shown, err));
    if (!cbi_bytes_equal(cbi_message_bytes(source->record), cbi_bytes_of_hash(&out->id)))
        *out = (cbi_ground_record){0}; /* the account has been merged since */
done:
    return status;
}

cbank_status cbi_ground_list_counted(cbi_reader *reader, const Cbank__V1__Plan *plan,
                                     cbi_ground_record **out, size_t *count, cbank_error *err)
{
    cbi_family family = {0};
    bool *counts = NULL;
    cbank_status status = CBANK_OK;

    *count = 0;
    CBI_TRY(cbi_family_read(reader, plan->account, &family, err));
    CBI_TRY(cbi_alloc(plan->n_sources, sizeof(*counts), &counts, err));
    CBI_TRY(cbi_alloc(plan->n_sources, sizeof(**out), out, err));
    for (size_t i = 0; i < plan->n_applications; i++) {
        for (size_t j = 0; j < plan->applications[i]->n_sources; j++)
            counts[plan->applications[i]->sources[j]] = true;
    }
    for (size_t i = 0; i < plan->n_sources; i++) {
        if (counts[i])
            CBI_TRY(take_counted(reader, &family, plan->sources[i], &(*out)[(*count)++], err));
    }
done:
    cbi_family_clear(&family);
    cbi_free(counts);
    return status;
}

/* ---- one consent ------------------------------------------------------------------------- */

/* A guardian's consent ends with the learner's childhood. */
static cbank_status check_giver(const cbi_bank *bank, cbi_txn *txn,
                                const Cbank__V1__ConsentGiven *given, int64_t now,
                                cbank_error *err)
{
    cbi_consent_age age;
    cbank_status status = CBANK_OK;

    if (given->giver != CBANK__V1__CONSENT_GIVER__CONSENT_GIVER_GUARDIAN)
        return CBANK_OK;
    CBI_TRY(cbi_agent_age(bank, txn, given->account, now, &age, err));
    CBI_TRY(cbi_consent_check_giver(given->giver, age, err));
done:
    return status;
}

static cbank_status check_records(const Cbank__V1__ConsentGiven *given, const cbi_ground_ask *ask,
                                  cbank_error *err)
{
    for (size_t i = 0; i < ask->record_count; i++) {
        if (!cbi_consent_allows(given, ask->records[i].type, &ask->records[i].id))
            return cbi_fail(err, CBI_REASON_CONSENT_SCOPE, i, NULL, "records");
    }
    return CBANK_OK;
}

/* The row as it is now against what is asked. Names the consent in what it answers. */
static cbank_status judge(const cbi_bank *bank, cbi_txn *txn, const cbi_consent_row *row,
                          const Cbank__V1__ConsentGiven *given, const cbi_ground_ask *ask,
                          cbank_error *err)
{
    char id[CBI_DISPLAY_ID_MAX];
    cbank_status status = CBANK_OK;

    if (row->state.ended)
        CBI_TRY(cbi_fail(err, CBI_REASON_CONSENT_WITHDRAWN, 0, NULL, NULL));
    CBI_TRY(cbi_consent_covers(given, &ask->terms, err));
    CBI_TRY(check_records(given, ask, err));
    CBI_TRY(check_giver(bank, txn, given, ask->terms.now, err));
done:
    if (status != CBANK_OK) {
        cbi_consent_row_id(row, id);
        cbi_error_name(err, id);
    }
    return status;
}

static cbank_status load(cbi_txn *txn, cbi_hasher *hasher, cbi_ground *out, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_logged_read(txn, hasher, out->consent.index, &bytes, &logged, err));
    CBI_TRY(cbi_consent_digest(hasher, logged.statement, &out->digest, err));
    CBI_TRY(cbi_statement_parse(logged.statement, &out->statement, err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

static cbank_status take_consent(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                                 const char *id, const cbi_ground_ask *ask, cbi_ground *out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_row_by_id(txn, hasher, ask->account, id, CBI_CONSENT_GIVEN, &out->consent,
                                  err));
    CBI_TRY(load(txn, hasher, out, err));
    CBI_TRY(judge(bank, txn, &out->consent, cbi_ground_given(out), ask, err));
done:
    return status;
}

/* The newest that covers it; those before it are as good, and are not looked at again. */
static cbank_status find_consent(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                                 const cbi_ground_ask *ask, cbi_ground *out, cbank_error *err)
{
    cbi_ground tried = {0};
    cbank_status status = CBANK_OK;
    uint64_t sequence = 0;
    bool found = true, covered = false;

    while (found) {
        CBI_TRY(cbi_consent_row_next(txn, ask->account, sequence, &tried.consent, &found, err));
        sequence = tried.consent.sequence + 1;
        if (!found || tried.consent.state.thing != CBI_CONSENT_GIVEN || tried.consent.state.ended)
            continue;
        CBI_TRY(load(txn, hasher, &tried, err));
        if (judge(bank, txn, &tried.consent, cbi_ground_given(&tried), ask, NULL) == CBANK_OK) {
            cbi_ground_clear(out);
            *out = tried;
            tried = (cbi_ground){0};
            covered = true;
        }
        cbi_ground_clear(&tried);
    }
    if (!covered)
        status = cbi_fail(err, CBI_REASON_CONSENT_NEEDED, 0, ask->account, NULL);
done:
    cbi_ground_clear(&tried);
    return status;
}

/* ---- either ------------------------------------------------------------------------------ */

static cbank_status take_basis(cbi_hasher *hasher, const cbi_ground_terms *terms, cbi_ground *out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;

    out->basis = cbi_basis_find(terms->basis);
    if (out->basis == NULL)
        return cbi_fail(err, CBI_REASON_BASIS_UNKNOWN, 0, terms->basis, "%s", cbi_basis_codes());
    if (!stated(terms->document))
        return cbi_fail(err, CBI_REASON_BASIS_DOCUMENT, 0, terms->basis, NULL);
    CBI_TRY(cbi_basis_digest(hasher, out->basis, &out->digest, err));
done:
    return status;
}

cbank_status cbi_ground_settle(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                               const cbi_ground_terms *terms, const cbi_ground_ask *ask,
                               cbi_ground *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (stated(terms->consent) && stated(terms->basis))
        return cbi_fail(err, CBI_REASON_GROUND_TWICE, 0, ask->account, NULL);
    if (stated(terms->basis))
        CBI_TRY(take_basis(hasher, terms, out, err));
    else if (stated(terms->consent))
        CBI_TRY(take_consent(bank, txn, hasher, terms->consent, ask, out, err));
    else
        CBI_TRY(find_consent(bank, txn, hasher, ask, out, err));
done:
    if (status != CBANK_OK)
        cbi_ground_clear(out);
    return status;
}

cbank_status cbi_ground_hold(const cbi_bank *bank, cbi_txn *txn, const cbi_ground *ground,
                             const cbi_ground_ask *ask, cbank_error *err)
{
    cbi_consent_row now;
    cbank_status status = CBANK_OK;
    bool found;

    if (ground->basis != NULL)
        return CBANK_OK;
    CBI_TRY(cbi_consent_row_next(txn, ask->account, ground->consent.sequence, &now, &found, err));
    if (!found || now.index != ground->consent.index)
        CBI_TRY(cbi_fail(err, CBI_REASON_CONSENT_UNKNOWN, 0, ask->account, NULL));
    CBI_TRY(judge(bank, txn, &now, cbi_ground_given(ground), ask, err));
done:
    return status;
}
