#include "record/consent.h"

#include <string.h>

#include "base/time.h"
#include "record/kind.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define GIVER(name) CBANK__V1__CONSENT_GIVER__CONSENT_GIVER_##name
#define EXTENT(name) CBANK__V1__CONSENT_EXTENT__CONSENT_EXTENT_##name
#define DETAIL(name) CBANK__V1__PERSONAL_DETAIL__PERSONAL_DETAIL_##name

/* ---- state ------------------------------------------------------------------------------- */

int64_t cbi_consent_day_ends(uint32_t day)
{
    return cbi_date_begins(day) + 86399;
}

bool cbi_consent_begin(int kind, const void *body, cbi_consent_state *out)
{
    *out = (cbi_consent_state){0};
    switch (kind) {
    case KIND(CONSENT_GIVEN):
        out->thing = CBI_CONSENT_GIVEN;
        out->until = cbi_consent_day_ends(((const Cbank__V1__ConsentGiven *)body)->until);
        return true;
    case KIND(AGENT_AUTHORISED):
        out->thing = CBI_CONSENT_AGENT;
        out->until = cbi_consent_day_ends(((const Cbank__V1__AgentAuthorised *)body)->until);
        return true;
    case KIND(DISCLOSURE_ISSUED):
        out->thing = CBI_CONSENT_DISCLOSURE;
        out->until = ((const Cbank__V1__DisclosureIssued *)body)->expires_at;
        return true;
    default:
        return false;
    }
}

bool cbi_consent_touched(int kind, const void *body, uint64_t *sequence, cbi_bytes *leaf)
{
    ProtobufCBinaryData named;

#define NAMES(type)                                                                                \
    (*sequence = ((const type *)body)->touched_sequence, ((const type *)body)->touched_leaf)
    switch (kind) {
    case KIND(CONSENT_WITHDRAWN):
        named = NAMES(Cbank__V1__ConsentWithdrawn);
        break;
    case KIND(AGENT_ENDED):
        named = NAMES(Cbank__V1__AgentEnded);
        break;
    case KIND(DISCLOSURE_EXTENDED):
        named = NAMES(Cbank__V1__DisclosureExtended);
        break;
    case KIND(DISCLOSURE_WITHDRAWN):
        named = NAMES(Cbank__V1__DisclosureWithdrawn);
        break;
    default:
        return false;
    }
#undef NAMES
    *leaf = cbi_message_bytes(named);
    return true;
}

static const struct {
    Cbank__V1__StatementKind kind;
    cbi_consent_thing thing;
    bool ends;
    cbi_reason ended; /* why not, once it has ended */
} STEPS[] = {
    {KIND(CONSENT_WITHDRAWN), CBI_CONSENT_GIVEN, true, CBI_REASON_CONSENT_WITHDRAWN},
    {KIND(AGENT_ENDED), CBI_CONSENT_AGENT, true, CBI_REASON_SECOND_CHAIN_TOUCHED},
    {KIND(DISCLOSURE_WITHDRAWN), CBI_CONSENT_DISCLOSURE, true, CBI_REASON_DISCLOSURE_WITHDRAWN},
    {KIND(DISCLOSURE_EXTENDED), CBI_CONSENT_DISCLOSURE, false, CBI_REASON_DISCLOSURE_WITHDRAWN},
};

cbank_status cbi_consent_step(cbi_consent_state *state, int kind, const void *body,
                              cbank_error *err)
{
    char until[CBI_TIME_TEXT_MAX];
    size_t i = 0;

    while (i < sizeof(STEPS) / sizeof(STEPS[0]) && (int)STEPS[i].kind != kind)
        i++;
    if (i == sizeof(STEPS) / sizeof(STEPS[0]) || STEPS[i].thing != state->thing)
        return cbi_fail(err, CBI_REASON_SECOND_CHAIN_TOUCHED, 0, NULL, NULL);
    if (state->ended)
        return cbi_fail(err, STEPS[i].ended, 0, NULL, NULL);
    if (STEPS[i].ends) {
        state->ended = true;
        return CBANK_OK;
    }
    if (((const Cbank__V1__DisclosureExtended *)body)->expires_at <= state->until) {
        cbi_time_format(state->until, until);
        return cbi_fail(err, CBI_REASON_DISCLOSURE_EARLIER, 0, NULL, "%s", until);
    }
    state->until = ((const Cbank__V1__DisclosureExtended *)body)->expires_at;
    state->extended = true;
    return CBANK_OK;
}

/* ---- age --------------------------------------------------------------------------------- */

cbi_consent_age cbi_consent_age_on(uint32_t born_on, uint32_t day)
{
    uint32_t first = born_on, last = born_on;

    if (born_on == 0)
        return CBI_CONSENT_AGE_UNKNOWN;
    if (born_on / 100 % 100 == 0) {
        first += 101;
        last += 1231;
    } else if (born_on % 100 == 0) {
        first += 1;
        last += 31;
    }
    if (day >= last + CBI_CONSENT_AGE * 10000)
        return CBI_CONSENT_AGE_FULL;
    return day < first + CBI_CONSENT_AGE * 10000 ? CBI_CONSENT_AGE_CHILD : CBI_CONSENT_AGE_UNKNOWN;
}

cbank_status cbi_consent_check_giver(Cbank__V1__ConsentGiver giver, cbi_consent_age age,
                                     cbank_error *err)
{
    if (age == CBI_CONSENT_AGE_UNKNOWN)
        return cbi_fail(err, CBI_REASON_CONSENT_AGE_UNKNOWN, 0, NULL, NULL);
    if (giver == GIVER(GUARDIAN) && age == CBI_CONSENT_AGE_FULL)
        return cbi_fail(err, CBI_REASON_CONSENT_OF_AGE, 0, NULL, NULL);
    if (giver != GIVER(GUARDIAN) && age == CBI_CONSENT_AGE_CHILD)
        return cbi_fail(err, CBI_REASON_CONSENT_GUARDIAN, 0, NULL, NULL);
    return CBANK_OK;
}

/* ---- what a consent covers ---------------------------------------------------------------- */

static bool has_detail(const Cbank__V1__ConsentGiven *consent, Cbank__V1__PersonalDetail detail)
{
    for (size_t i = 0; i < consent->n_details; i++) {
        if (consent->details[i] == detail)
            return true;
    }
    return false;
}

/* The first thing that is not covered, or NULL. */
static const char *uncovered(const Cbank__V1__ConsentGiven *consent, const cbi_consent_ask *ask)
{
    const char *purpose = consent->purpose == NULL ? "" : consent->purpose->value;

    if (strcmp(consent->recipient, "anyone") != 0 &&
        strcmp(consent->recipient, ask->recipient) != 0)
        return "recipient";
    if (strcmp(purpose, ask->purpose) != 0)
        return "purpose";
    if (ask->name && !has_detail(consent, DETAIL(NAME)))
        return "name";
    if (ask->number && !has_detail(consent, DETAIL(NUMBER)))
        return "number";
    if (ask->birth && !has_detail(consent, DETAIL(BIRTH)))
        return "birth";
    return NULL;
}

cbank_status cbi_consent_covers(const Cbank__V1__ConsentGiven *consent,
                                const cbi_consent_ask *ask, cbank_error *err)
{
    char from[CBI_DATE_TEXT_MAX], until[CBI_DATE_TEXT_MAX];
    const char *what = uncovered(consent, ask);

    if (what != NULL)
        return cbi_fail(err, CBI_REASON_CONSENT_SCOPE, 0, NULL, "%s", what);
    cbi_date_format(consent->from, from);
    cbi_date_format(consent->until, until);
    if (ask->now < cbi_date_begins(consent->from) ||
        ask->now > cbi_consent_day_ends(consent->until))
        return cbi_fail(err, CBI_REASON_CONSENT_TIME, 0, NULL, "%s..%s", from, until);
    if (ask->expires_at > cbi_consent_day_ends(consent->until))
        return cbi_fail(err, CBI_REASON_CONSENT_UNTIL, 0, NULL, "%s", until);
    return CBANK_OK;
}

bool cbi_consent_allows(const Cbank__V1__ConsentGiven *consent, Cbank__V1__RecordType type,
                        const cbi_hash *record)
{
    if (consent->extent == EXTENT(WHOLE))
        return true;
    for (size_t i = 0; i < consent->n_types; i++) {
        if (consent->types[i] == type)
            return true;
    }
    for (size_t i = 0; i < consent->n_records; i++) {
        if (cbi_bytes_equal(cbi_message_bytes(consent->records[i]), cbi_bytes_of_hash(record)))
            return true;
    }
    return false;
}

/* ---- digests ------------------------------------------------------------------------------ */

cbank_status cbi_consent_digest(cbi_hasher *hasher, cbi_bytes statement, cbi_hash *out,
                                cbank_error *err)
{
    return cbi_digest_labelled(hasher, "cbank/v1/consent", statement, out, err);
}

cbank_status cbi_consent_commit_agent(cbi_hasher *hasher, const cbi_hash *random, cbi_bytes type,
                                      cbi_bytes number, cbi_hash *out, cbank_error *err)
{
    static const char LABEL[] = "cbank/v1/agent"; /* its final zero is part of it */
    uint8_t sizes[2][4];
    const cbi_bytes parts[] = {
        cbi_bytes_of(LABEL, sizeof(LABEL)), cbi_bytes_of_hash(random), cbi_bytes_of(sizes[0], 4),
        type, cbi_bytes_of(sizes[1], 4), number,
    };

    cbi_put_u32(sizes[0], (uint32_t)type.size);
    cbi_put_u32(sizes[1], (uint32_t)number.size);
    return cbi_digest_parts(hasher, parts, sizeof(parts) / sizeof(parts[0]), out, err);
}
