#include "record/sample.h"

#include "record/code.h"

/* By an agent, for some types; under a consent. */
static void fill_consents(sample_bodies *sample)
{
    cbank__v1__agent_authorised__init(&sample->agent_authorised);
    sample->agent_authorised.account = cbi_message_string(SAMPLE_ACCOUNT);
    sample->agent_authorised.role = CBANK__V1__AGENT_ROLE__AGENT_ROLE_AGENT;
    sample->agent_authorised.agent = sample_bytes(1, 32);
    sample->agent_authorised.from = 20260101;
    sample->agent_authorised.until = 20261231;
    cbank__v1__agent_ended__init(&sample->agent_ended);
    sample->agent_ended.account = cbi_message_string(SAMPLE_ACCOUNT);
    sample->agent_ended.touched_leaf = sample_bytes(2, 32);
    sample->consent_types[0] = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    sample->consent_types[1] = CBANK__V1__RECORD_TYPE__RECORD_TYPE_CERTIFICATE;
    sample->records[0] = sample_bytes(3, 32);
    sample->records[1] = sample_bytes(4, 32);
    sample->details[0] = CBANK__V1__PERSONAL_DETAIL__PERSONAL_DETAIL_NAME;
    sample->details[1] = CBANK__V1__PERSONAL_DETAIL__PERSONAL_DETAIL_BIRTH;
    cbank__v1__consent_given__init(&sample->consent_given);
    sample->consent_given.account = cbi_message_string(SAMPLE_ACCOUNT);
    sample->consent_given.giver = CBANK__V1__CONSENT_GIVER__CONSENT_GIVER_AGENT;
    sample->consent_given.agent_leaf = sample_bytes(2, 32);
    sample->consent_given.recipient = cbi_message_string("PXU");
    sample->consent_given.extent = CBANK__V1__CONSENT_EXTENT__CONSENT_EXTENT_TYPES;
    sample->consent_given.types = sample->consent_types;
    sample->consent_given.n_types = 2;
    sample->consent_given.details = sample->details;
    sample->consent_given.n_details = 2;
    sample->consent_given.from = 20260101;
    sample->consent_given.until = 20260630;
    sample->consent_given.method = CBANK__V1__CONSENT_METHOD__CONSENT_METHOD_PAPER;
    sample->consent_given.language = cbi_message_string("zh");
    sample->consent_given.form = cbi_message_string("2026-1");
    sample->consent_given.form_digest = sample_bytes(5, 32);
    cbank__v1__consent_withdrawn__init(&sample->consent_withdrawn);
    sample->consent_withdrawn.account = cbi_message_string(SAMPLE_ACCOUNT);
    sample->consent_withdrawn.by = CBANK__V1__CONSENT_GIVER__CONSENT_GIVER_LEARNER;
    sample->consent_withdrawn.touched_sequence = 1;
    sample->consent_withdrawn.touched_leaf = sample_bytes(6, 32);
}

static void fill_disclosures(sample_bodies *sample)
{
    static cbi_verification code;
    static const uint8_t random[8] = {1, 2, 3, 4, 5, 6, 7, 8};

    cbi_verification_make(random, &code);
    cbank__v1__disclosure_issued__init(&sample->disclosure_issued);
    sample->disclosure_issued.account = cbi_message_string(SAMPLE_ACCOUNT);
    sample->disclosure_issued.transcript = sample_bytes(1, 32);
    sample->disclosure_issued.code = code.text;
    sample->disclosure_issued.recipient = cbi_message_string("anyone");
    sample->disclosure_issued.expires_at = 1800000000;
    sample->disclosure_issued.consent_sequence = 1;
    sample->disclosure_issued.consent_leaf = sample_bytes(6, 32);
    sample->disclosure_issued.items = 4;
    sample->disclosure_issued.shown = 3;
    sample->disclosure_issued.size = 17;
    cbank__v1__disclosure_extended__init(&sample->disclosure_extended);
    sample->disclosure_extended.account = cbi_message_string(SAMPLE_ACCOUNT);
    sample->disclosure_extended.touched_sequence = 2;
    sample->disclosure_extended.touched_leaf = sample_bytes(7, 32);
    sample->disclosure_extended.expires_at = 1900000000;
    sample->disclosure_extended.consent_leaf = sample_bytes(6, 32);
    cbank__v1__disclosure_withdrawn__init(&sample->disclosure_withdrawn);
    sample->disclosure_withdrawn.account = cbi_message_string(SAMPLE_ACCOUNT);
    sample->disclosure_withdrawn.touched_sequence = 2;
    sample->disclosure_withdrawn.touched_leaf = sample_bytes(7, 32);
}

void sample_consents_init(sample_bodies *sample)
{
    fill_consents(sample);
    fill_disclosures(sample);
}
