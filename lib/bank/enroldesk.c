#include "bank/enroldesk.h"

#include <string.h>

#include "bank/account.h"
#include "bank/documents.h"
#include "bank/edition.h"
#include "bank/signing.h"
#include "rules/portfolio.h"

#define PROGRAMME CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME

/* What an order is about. */
typedef struct batch_of {
    const cbi_enrol_draft *drafts;
    const cbi_enrol_change *changes;
    size_t count;
} batch_of;

/* A programme by name and edition, completed; `edition` is lent to `out`. */
static cbank_status find_programme(cbi_txn *txn, const Cbank__V1__PublicationRef *named,
                                   uint32_t on, cbi_edition *edition,
                                   Cbank__V1__PublicationRef *out, cbank_error *err)
{
    uint32_t day = cbi_portfolio_day(on, CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_FIRST_DAY);
    cbank_status status = CBANK_OK;

    if (named == NULL)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "programme", NULL);
    if (named->edition != 0)
        CBI_TRY(cbi_edition_read(txn, PROGRAMME, named->id, named->edition, edition, err));
    else
        CBI_TRY(cbi_edition_in_force(txn, PROGRAMME, named->id, &cbi_knowing_all, day, edition,
                                     err));
    cbank__v1__publication_ref__init(out);
    out->kind = PROGRAMME;
    out->id = edition->id;
    out->edition = edition->edition;
    out->digest = cbi_message_data(cbi_bytes_of_hash(&edition->digest));
    if (named->digest.len > 0 &&
        !cbi_bytes_equal(cbi_message_bytes(named->digest), cbi_message_bytes(out->digest)))
        CBI_TRY(cbi_fail(err, CBI_REASON_ENROLMENT_PROGRAMME, named->edition, named->id, "%s",
                         "digest"));
done:
    return status;
}

static cbank_status add_draft(cbi_bank *bank, cbi_reader *reader, const cbi_desk_order *order,
                              const cbi_enrol_draft *draft, cbi_batch_builder *builder,
                              cbank_error *err)
{
    const Cbank__Api__V1__PersonDocument *document;
    Cbank__Api__V1__Person *person = NULL;
    Cbank__V1__Enrolment enrolment = *draft->enrolment;
    Cbank__V1__EnrolmentTerms terms;
    Cbank__V1__PublicationRef programme;
    cbi_enrolment_row earlier;
    cbi_signing_holder holder;
    cbi_edition edition;
    cbank_status status = CBANK_OK;

    if (enrolment.terms == NULL)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "terms", NULL);
    terms = *enrolment.terms;
    enrolment.terms = &terms;
    CBI_TRY(cbi_account_check_open(reader->txn, draft->account, err));
    CBI_TRY(cbi_vault_get_person(bank, reader->txn, draft->account, &person, err));
    document = cbi_documents_first(person);
    if (document == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_DISCLOSURE_ERASED, 0, "person", NULL));
    CBI_TRY(find_programme(reader->txn, terms.programme, terms.started_on, &edition, &programme,
                           err));
    terms.programme = &programme;
    if (draft->continues != NULL && draft->continues[0] != '\0') {
        CBI_TRY(cbi_enrolment_named(reader->txn, reader->hasher, draft->continues, &earlier, err));
        enrolment.continues = cbi_message_data(cbi_bytes_of_hash(&earlier.id));
    }
    holder = (cbi_signing_holder){.type = document->type,
                                  .number = document->number,
                                  .name = cbi_person_current_name(person)};
    CBI_TRY(cbi_signing_add_enrolment(builder, order->institution, &enrolment, &holder, err));
done:
    cbi_vault_free_person(person);
    return status;
}

/* What is stated in the place of what is not. */
static void overlay(const Cbank__V1__EnrolmentTerms *stated, Cbank__V1__EnrolmentTerms *terms)
{
    if (stated == NULL)
        return;
    if (cbi_message_text(stated->cohort).size > 0)
        terms->cohort = stated->cohort;
    if (stated->level != NULL)
        terms->level = stated->level;
    if (stated->form != NULL)
        terms->form = stated->form;
    if (stated->started_on != 0)
        terms->started_on = stated->started_on;
    if (stated->planned_end != 0)
        terms->planned_end = stated->planned_end;
    if (stated->stage != 0)
        terms->stage = stated->stage;
    if (stated->status != NULL)
        terms->status = stated->status;
    if (cbi_message_text(stated->calendar).size > 0)
        terms->calendar = stated->calendar;
}

static cbank_status add_change(cbi_reader *reader, const cbi_desk_order *order,
                               const cbi_enrol_change *asked, cbi_batch_builder *builder,
                               cbank_error *err)
{
    Cbank__V1__EnrolmentChange change = *asked->change;
    const Cbank__V1__EnrolmentTerms *stated = change.terms;
    Cbank__V1__EnrolmentTerms terms;
    Cbank__V1__PublicationRef programme;
    cbi_enrolment_saying now = {0};
    cbi_enrolment_row row;
    cbi_edition edition;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_enrolment_named(reader->txn, reader->hasher, asked->id, &row, err));
    if (strcmp(row.institution, order->institution) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_ENROLMENT_SIGNER, 0, asked->id, "%s", row.institution));
    CBI_TRY(cbi_enrolment_read(reader->txn, reader->hasher, row.newest, &now, err));
    terms = *now.terms;
    overlay(stated, &terms);
    if (stated != NULL && stated->programme != NULL) {
        CBI_TRY(find_programme(reader->txn, stated->programme, terms.started_on, &edition,
                               &programme, err));
        terms.programme = &programme;
    }
    change.terms = &terms;
    if (change.revision == 0)
        change.revision = row.revision + 1;
    CBI_TRY(cbi_signing_add_enrolment_change(builder, &row.id, row.reference, &change, err));
done:
    cbi_enrolment_saying_clear(&now);
    return status;
}

static cbank_status fill(cbi_bank *bank, cbi_reader *reader, const void *what,
                         const cbi_desk_order *order, cbi_batch_builder *builder, cbank_error *err)
{
    const batch_of *asked = what;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < asked->count; i++) {
        status = asked->drafts != NULL
                     ? add_draft(bank, reader, order, &asked->drafts[i], builder, err)
                     : add_change(reader, order, &asked->changes[i], builder, err);
        if (status != CBANK_OK && err != NULL)
            err->where = i;
        CBI_TRY(status);
    }
done:
    return status;
}

cbank_status cbi_enroldesk_add(cbi_bank *bank, const cbi_desk_order *order,
                               const cbi_enrol_draft *drafts, size_t count, cbi_deposited *items,
                               cbi_hash *batch, cbank_error *err)
{
    batch_of asked = {.drafts = drafts, .count = count};

    return cbi_desk_carry_out(bank, order, fill, &asked, count, items, batch, err);
}

cbank_status cbi_enroldesk_change(cbi_bank *bank, const cbi_desk_order *order,
                                  const cbi_enrol_change *changes, size_t count,
                                  cbi_deposited *items, cbi_hash *batch, cbank_error *err)
{
    batch_of asked = {.changes = changes, .count = count};

    return cbi_desk_carry_out(bank, order, fill, &asked, count, items, batch, err);
}
