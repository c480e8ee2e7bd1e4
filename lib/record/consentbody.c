/* consentbody.c - the bodies of the second chain, field by field (consent.h). */
#include "record/consent.h"

#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "record/basis.h"
#include "record/code.h"
#include "record/field.h"

#define GIVER(name) CBANK__V1__CONSENT_GIVER__CONSENT_GIVER_##name
#define EXTENT(name) CBANK__V1__CONSENT_EXTENT__CONSENT_EXTENT_##name

static cbank_status refuse(const char *field, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, field, NULL);
}

/* Both days are whole ones, in order. */
static cbank_status check_days(uint32_t from, uint32_t until, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_date("from", from, err));
    CBI_TRY(cbi_field_date("until", until, err));
    if (from % 100 == 0)
        return refuse("from", err);
    if (until % 100 == 0 || until < from)
        return refuse("until", err);
done:
    return status;
}

/* Whoever acts in the learner's place is named; nobody is where nobody does. */
static cbank_status check_agent(Cbank__V1__ConsentGiver giver, uint64_t sequence,
                                ProtobufCBinaryData leaf, cbank_error *err)
{
    if (giver == GIVER(AGENT) || giver == GIVER(GUARDIAN))
        return cbi_field_hash("agent_leaf", leaf, err);
    if (leaf.len != 0)
        return refuse("agent_leaf", err);
    return sequence != 0 ? refuse("agent_sequence", err) : CBANK_OK;
}

static cbank_status check_recipient(const char *recipient, cbank_error *err)
{
    return cbi_recipient_is_valid(cbi_message_text(recipient)) ? CBANK_OK
                                                              : refuse("recipient", err);
}

static cbank_status check_details(const Cbank__V1__PersonalDetail *details, size_t count,
                                  cbank_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (details[i] == 0 || (i > 0 && details[i] <= details[i - 1]))
            return refuse("details", err);
    }
    return CBANK_OK;
}

cbank_status cbi_consent_check_authorised(const void *body, cbank_error *err)
{
    const Cbank__V1__AgentAuthorised *authorised = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", authorised->account, err));
    if (authorised->role == CBANK__V1__AGENT_ROLE__AGENT_ROLE_UNSPECIFIED)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "role", NULL);
    CBI_TRY(cbi_field_hash("agent", authorised->agent, err));
    CBI_TRY(check_days(authorised->from, authorised->until, err));
done:
    return status;
}

cbank_status cbi_consent_check_agent_ended(const void *body, cbank_error *err)
{
    const Cbank__V1__AgentEnded *ended = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", ended->account, err));
    CBI_TRY(cbi_field_hash("touched_leaf", ended->touched_leaf, err));
done:
    return status;
}

/* Types and records are listed where the extent says so, and nowhere else. */
static cbank_status check_extent(const Cbank__V1__ConsentGiven *given, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (given->extent == EXTENT(UNSPECIFIED))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "extent", NULL);
    if ((given->n_types > 0) != (given->extent == EXTENT(TYPES)))
        return refuse("types", err);
    if ((given->n_records > 0) != (given->extent == EXTENT(RECORDS)))
        return refuse("records", err);
    for (size_t i = 0; i < given->n_types; i++) {
        if (given->types[i] == 0 || (i > 0 && given->types[i] <= given->types[i - 1]))
            return refuse("types", err);
    }
    CBI_TRY(cbi_field_count("records", given->n_records, CBI_CONSENT_RECORDS_MAX, err));
    for (size_t i = 0; i < given->n_records; i++) {
        CBI_TRY(cbi_field_hash("records", given->records[i], err));
        if (i > 0 && memcmp(given->records[i - 1].data, given->records[i].data, CBI_HASH_SIZE) >= 0)
            return refuse("records", err);
    }
done:
    return status;
}

cbank_status cbi_consent_check_given(const void *body, cbank_error *err)
{
    const Cbank__V1__ConsentGiven *given = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", given->account, err));
    if (given->giver < GIVER(LEARNER) || given->giver > GIVER(GUARDIAN))
        return refuse("giver", err);
    CBI_TRY(check_agent(given->giver, given->agent_sequence, given->agent_leaf, err));
    CBI_TRY(check_recipient(given->recipient, err));
    CBI_TRY(cbi_field_code("purpose", given->purpose, err));
    CBI_TRY(check_extent(given, err));
    CBI_TRY(check_details(given->details, given->n_details, err));
    CBI_TRY(check_days(given->from, given->until, err));
    if (given->method == CBANK__V1__CONSENT_METHOD__CONSENT_METHOD_UNSPECIFIED)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "method", NULL);
    if (cbi_message_text(given->language).size > 0)
        CBI_TRY(cbi_field_language("language", given->language, err));
    /* A word, not a text: what clerks write about people is no business of the log's. */
    if (cbi_message_text(given->form).size > 0 &&
        !cbi_field_is_word(cbi_message_text(given->form)))
        return refuse("form", err);
    CBI_TRY(cbi_field_size("form_digest", given->form_digest, CBI_HASH_SIZE, false, err));
done:
    return status;
}

cbank_status cbi_consent_check_withdrawn(const void *body, cbank_error *err)
{
    const Cbank__V1__ConsentWithdrawn *withdrawn = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", withdrawn->account, err));
    if (withdrawn->by == GIVER(UNSPECIFIED))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "by", NULL);
    CBI_TRY(check_agent(withdrawn->by, withdrawn->agent_sequence, withdrawn->agent_leaf, err));
    CBI_TRY(cbi_field_hash("touched_leaf", withdrawn->touched_leaf, err));
done:
    return status;
}

/* A consent or a basis that is listed: one of them. */
static cbank_status check_ground(uint64_t sequence, ProtobufCBinaryData leaf,
                                 const Cbank__V1__Code *basis, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (basis == NULL)
        return cbi_field_hash("consent_leaf", leaf, err);
    CBI_TRY(cbi_field_code("basis", basis, err));
    if (strcmp(basis->scheme, "cbank") != 0 || cbi_basis_find(basis->value) == NULL)
        return refuse("basis", err);
    if (leaf.len != 0)
        return refuse("consent_leaf", err);
    if (sequence != 0)
        return refuse("consent_sequence", err);
done:
    return status;
}

cbank_status cbi_consent_check_issued(const void *body, cbank_error *err)
{
    const Cbank__V1__DisclosureIssued *issued = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", issued->account, err));
    CBI_TRY(cbi_field_hash("transcript", issued->transcript, err));
    if (!cbi_verification_is_valid(cbi_message_text(issued->code)))
        return refuse("code", err);
    CBI_TRY(check_recipient(issued->recipient, err));
    CBI_TRY(cbi_field_code("purpose", issued->purpose, err));
    if (issued->expires_at <= 0)
        return refuse("expires_at", err);
    CBI_TRY(check_ground(issued->consent_sequence, issued->consent_leaf, issued->basis, err));
    if (issued->items > CBI_TRANSCRIPT_ENTRIES_MAX)
        return refuse("items", err);
    if (issued->shown > issued->items)
        return refuse("shown", err);
    if (issued->size == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "size", NULL);
    CBI_TRY(check_details(issued->details, issued->n_details, err));
done:
    return status;
}

cbank_status cbi_consent_check_extended(const void *body, cbank_error *err)
{
    const Cbank__V1__DisclosureExtended *extended = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", extended->account, err));
    CBI_TRY(cbi_field_hash("touched_leaf", extended->touched_leaf, err));
    if (extended->expires_at <= 0)
        return refuse("expires_at", err);
    CBI_TRY(check_ground(extended->consent_sequence, extended->consent_leaf, extended->basis, err));
done:
    return status;
}

cbank_status cbi_consent_check_recalled(const void *body, cbank_error *err)
{
    const Cbank__V1__DisclosureWithdrawn *withdrawn = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", withdrawn->account, err));
    CBI_TRY(cbi_field_hash("touched_leaf", withdrawn->touched_leaf, err));
done:
    return status;
}
