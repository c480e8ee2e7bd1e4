#include "bank/registrar.h"

#include <string.h>

#include "bank/rulebook.h"
#include "bank/errand.h"

#include "cbank/v1/programme.pb-c.h"

static char COLLEGE[] = TELLER_COLLEGE;

void registrar_publish(teller *it, const char *programme, uint32_t edition, uint32_t from,
                       uint32_t until)
{
    Cbank__V1__PublicationHead head = CBANK__V1__PUBLICATION_HEAD__INIT;
    Cbank__V1__ProgrammePage page = CBANK__V1__PROGRAMME_PAGE__INIT;
    Cbank__V1__ProgrammeTerms terms = CBANK__V1__PROGRAMME_TERMS__INIT;
    Cbank__V1__Cohorts cohorts = CBANK__V1__COHORTS__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[1] = {&title};
    cbi_publication_builder builder = {0};
    cbi_publishing publishing = {0};
    cbank_buffer packed = {0}, file = {0};
    bool more = true;

    title.lang = cbi_message_string("zh");
    title.value = cbi_message_string("培养方案");
    terms.unit = cbi_message_string("credit");
    terms.total_milli = 120000;
    cohorts.from = from;
    cohorts.until = until;
    terms.cohorts = from == 0 ? NULL : &cohorts;
    page.terms = &terms;
    head.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME;
    head.id = cbi_message_string(programme);
    head.edition = edition;
    head.authority = COLLEGE;
    head.title = titles;
    head.n_title = 1;
    head.standing = CBANK__V1__STANDING__STANDING_OWN;
    head.effective_from = 20200101;
    head.date_rule = CBANK__V1__DATE_RULE__DATE_RULE_ADMISSION;
    head.partial_dates = CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_REFUSE;
    head.zone = cbi_message_string("+08:00");
    teller_works(cbi_publication_begin(it->bank->config.suite, &builder, &teller_err));
    teller_works(cbi_message_pack(&page, &packed, &teller_err));
    teller_works(cbi_publication_add(&builder, cbi_bytes_of_buffer(&packed), &teller_err));
    teller_works(cbi_publication_finish(&builder, &head, it->college_key, &file, &teller_err));
    teller_works(cbi_publishing_open(it->bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0},
                                     &publishing, &teller_err));
    it->now++;
    while (more)
        teller_works(cbi_publishing_write(&publishing, it->now, &more, &teller_err));
    cbi_publishing_clear(&publishing);
    cbi_publication_builder_clear(&builder);
    cbank_buffer_clear(&packed);
    cbank_buffer_clear(&file);
}

void registrar_prepare(registrar *out, teller *it, const char *reference, const char *programme)
{
    *out = (registrar){.item = {0}};
    cbank__v1__enrolment__init(&out->enrolment);
    cbank__v1__enrolment_terms__init(&out->terms);
    cbank__v1__publication_ref__init(&out->programme);
    out->programme.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME;
    out->programme.id = cbi_message_string(programme);
    out->programme.edition = 1;
    out->terms.cohort = cbi_message_string("2022");
    out->terms.started_on = REGISTRAR_OLD;
    out->terms.stage = 1;
    out->enrolment.reference = cbi_message_string(reference);
    out->draft.account = it->account.digits;
}

cbank_status registrar_add(registrar *it, teller *bank, cbank_error *err)
{
    cbi_desk_order order = {
        .institution = TELLER_COLLEGE, .key = bank->college_key, .now = ++bank->now};
    cbi_hash batch;

    it->terms.programme = &it->programme;
    it->enrolment.terms = &it->terms;
    it->draft.enrolment = &it->enrolment;
    return cbi_enroldesk_add(bank->bank, &order, &it->draft, 1, &it->item, &batch, err);
}

static teller_id id_of(teller *it, uint64_t index)
{
    cbi_txn *txn = teller_begin(it, CBI_TXN_READ);
    cbi_enrolment_saying saying = {0};
    cbi_hasher *hasher = NULL;
    teller_id id;

    teller_works(cbi_hasher_new(it->bank->config.suite, &hasher, &teller_err));
    teller_works(cbi_enrolment_read(txn, hasher, index, &saying, &teller_err));
    cbi_holding_display_id(index, &saying.id, id.text);
    cbi_enrolment_saying_clear(&saying);
    cbi_hasher_free(hasher);
    cbi_txn_abort(txn);
    return id;
}

teller_id registrar_enrol(teller *it, const char *reference, const char *programme)
{
    registrar one;

    registrar_prepare(&one, it, reference, programme);
    teller_works(registrar_add(&one, it, &teller_err));
    cr_assert_eq(one.item.outcome, CBI_OUTCOME_DEPOSITED);
    return id_of(it, one.item.index);
}

void registrar_prepare_change(registrar_change *out, Cbank__V1__EnrolmentAction action)
{
    cbank__v1__enrolment_change__init(&out->change);
    cbank__v1__enrolment_terms__init(&out->terms);
    out->change.action = action;
    out->change.since = REGISTRAR_NEW;
}

void registrar_into(registrar_change *it, const char *programme, uint32_t edition)
{
    cbank__v1__publication_ref__init(&it->programme);
    it->programme.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME;
    it->programme.id = cbi_message_string(programme);
    it->programme.edition = edition;
    it->terms.programme = &it->programme;
}

cbank_status registrar_change_it(registrar_change *it, teller *bank, const char *id,
                                 cbi_outcome *outcome, cbank_error *err)
{
    cbi_desk_order order = {
        .institution = TELLER_COLLEGE, .key = bank->college_key, .now = ++bank->now};
    cbi_enrol_change asked = {.id = id, .change = &it->change};
    cbi_deposited item = {0};
    cbi_hash batch;
    cbank_status status;

    it->change.terms = &it->terms;
    status = cbi_enroldesk_change(bank->bank, &order, &asked, 1, &item, &batch, err);
    if (outcome != NULL)
        *outcome = (cbi_outcome)item.outcome;
    return status;
}

cbi_enrolment_row registrar_row(teller *it, const char *id)
{
    cbi_txn *txn = teller_begin(it, CBI_TXN_READ);
    cbi_hasher *hasher = NULL;
    cbi_enrolment_row row;

    teller_works(cbi_hasher_new(it->bank->config.suite, &hasher, &teller_err));
    teller_works(cbi_enrolment_named(txn, hasher, id, &row, &teller_err));
    cbi_hasher_free(hasher);
    cbi_txn_abort(txn);
    return row;
}
