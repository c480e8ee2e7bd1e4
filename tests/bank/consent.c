/* Consents and mandates: what was asked once is answered once, whatever day it is asked again. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/consent.h"
#include "bank/teller.h"

#define DAY_S 86400

static teller it;
static const uint8_t token[16] = {3};

static void begin(void)
{
    teller_open(&it, CBI_SUITE_SHA256_ED25519);
}

static void end(void)
{
    teller_close(&it);
}

TestSuite(consent, .init = begin, .fini = end);

static cbi_order order_of(const char *document)
{
    return (cbi_order){.actor = "op1", .document = document, .now = it.now,
                       .token = cbi_bytes_of(token, sizeof(token))};
}

static cbank_status give(const char *recipient, cbi_consented *out, cbank_error *err)
{
    const cbi_order order = order_of("");
    const cbi_consent_terms terms = {
        .account = it.account.digits,
        .giver = CBANK__V1__CONSENT_GIVER__CONSENT_GIVER_LEARNER,
        .agent = "",
        .recipient = recipient,
        .purpose = "",
        .until = 20991231,
        .method = CBANK__V1__CONSENT_METHOD__CONSENT_METHOD_COUNTER,
        .language = "",
        .form = ""};

    return cbi_consent_give(it.bank, &terms, &order, out, err);
}

static cbank_status authorise(const char *relation, cbi_consented *out, cbank_error *err)
{
    const cbi_order order = order_of("2026-5");
    Cbank__Api__V1__PersonAgent person = CBANK__API__V1__PERSON_AGENT__INIT;
    const cbi_agent_terms terms = {.account = it.account.digits,
                                   .role = CBANK__V1__AGENT_ROLE__AGENT_ROLE_AGENT,
                                   .person = &person,
                                   .until = 20991231};

    person.name = cbi_message_string("乙");
    person.document_type = cbi_message_string("passport/FRA");
    person.document_number = cbi_message_string("AB1234567");
    person.relation = cbi_message_string(relation);
    return cbi_agent_authorise(it.bank, &terms, &order, out, err);
}

Test(consent, given_again_with_its_token_on_the_next_day_is_the_same)
{
    cbi_consented first, again;
    cbank_error err = {0};

    it.now++;
    teller_works(give("AAA", &first, &teller_err));
    it.now += DAY_S;
    teller_works(give("AAA", &again, &teller_err));
    cr_expect_str_eq(again.id, first.id);
    teller_fails(give("BBB", &again, &err), err, TOKEN_CONFLICT);
}

Test(consent, a_mandate_given_again_is_the_same_and_another_relation_is_another)
{
    cbi_consented first, again;
    cbank_error err = {0};

    it.now++;
    teller_works(authorise("母亲", &first, &teller_err));
    it.now += DAY_S;
    teller_works(authorise("母亲", &again, &teller_err));
    cr_expect_str_eq(again.id, first.id);
    teller_fails(authorise("父亲", &again, &err), err, TOKEN_CONFLICT);
}
