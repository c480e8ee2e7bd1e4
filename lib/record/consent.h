/*
 * consent.h - the second chain of a learner: consents, mandates and disclosures, how they begin
 * and end, and what a consent covers. Pure: days and ages are inputs.
 *
 * Days are those of UTC, as everywhere in a bank.
 */
#ifndef CBI_RECORD_CONSENT_H
#define CBI_RECORD_CONSENT_H

#include "crypto/digest.h"
#include "wire/message.h"

#include "cbank/v1/consent.pb-c.h"

/* ---- state ------------------------------------------------------------------------------- */

typedef enum cbi_consent_thing {
    CBI_CONSENT_NONE = 0,
    CBI_CONSENT_GIVEN = 1,
    CBI_CONSENT_AGENT = 2,
    CBI_CONSENT_DISCLOSURE = 3,
} cbi_consent_thing;

/* What one statement of the chain has begun, and what became of it. */
typedef struct cbi_consent_state {
    cbi_consent_thing thing;
    bool ended; /* withdrawn: final */
    bool extended;
    int64_t until; /* the last second; of a disclosure as extended */
} cbi_consent_state;

/* Begins what this statement begins; false if it begins nothing. */
bool cbi_consent_begin(int kind, const void *body, cbi_consent_state *out);
/* Which earlier statement of its chain this one ends or changes; false if it names none. */
bool cbi_consent_touched(int kind, const void *body, uint64_t *sequence, cbi_bytes *leaf);
/*
 * Moves what is touched. STATE if it is another thing, or has ended; INVALID (DISCLOSURE_EARLIER)
 * for an extension that is none. A refused step changes nothing.
 */
cbank_status cbi_consent_step(cbi_consent_state *state, int kind, const void *body,
                              cbank_error *err);

/* ---- age --------------------------------------------------------------------------------- */

#define CBI_CONSENT_AGE 14 /* 个人信息保护法 31: younger than this, a guardian consents */

typedef enum cbi_consent_age {
    CBI_CONSENT_AGE_UNKNOWN, /* no birth date, or one that leaves it open */
    CBI_CONSENT_AGE_CHILD,
    CBI_CONSENT_AGE_FULL, /* from the day of the fourteenth birthday on */
} cbi_consent_age;

cbi_consent_age cbi_consent_age_on(uint32_t born_on, uint32_t day);
/* May such a giver consent? DENIED (CONSENT_GUARDIAN, CONSENT_OF_AGE), STATE (AGE_UNKNOWN). */
cbank_status cbi_consent_check_giver(Cbank__V1__ConsentGiver giver, cbi_consent_age age,
                                     cbank_error *err);

/* ---- what a consent covers ---------------------------------------------------------------- */

/* A disclosure that somebody wants to make. */
typedef struct cbi_consent_ask {
    const char *recipient; /* or "anyone" */
    const char *purpose;   /* or "" */
    bool name;
    bool number;
    bool birth;
    int64_t now;
    int64_t expires_at; /* 0: as long as it may */
} cbi_consent_ask;

/* The last second of a day. */
int64_t cbi_consent_day_ends(uint32_t day);
/* DENIED: CONSENT_TIME, CONSENT_SCOPE (the detail says of what), CONSENT_UNTIL. */
cbank_status cbi_consent_covers(const Cbank__V1__ConsentGiven *consent,
                                const cbi_consent_ask *ask, cbank_error *err);
/* May this record be shown under it? */
bool cbi_consent_allows(const Cbank__V1__ConsentGiven *consent, Cbank__V1__RecordType type,
                        const cbi_hash *record);

/* ---- digests ------------------------------------------------------------------------------ */

/* What a transcript's terms hold: H("cbank/v1/consent" | 00 | the statement). */
cbank_status cbi_consent_digest(cbi_hasher *hasher, cbi_bytes statement, cbi_hash *out,
                                cbank_error *err);
/* The commitment to an agent, as consent.proto has it. */
cbank_status cbi_consent_commit_agent(cbi_hasher *hasher, const cbi_hash *random, cbi_bytes type,
                                      cbi_bytes number, cbi_hash *out, cbank_error *err);

/* ---- bodies, for body.h. All answer INVALID. ---------------------------------------------- */

cbank_status cbi_consent_check_authorised(const void *body, cbank_error *err);
cbank_status cbi_consent_check_agent_ended(const void *body, cbank_error *err);
cbank_status cbi_consent_check_given(const void *body, cbank_error *err);
cbank_status cbi_consent_check_withdrawn(const void *body, cbank_error *err);
cbank_status cbi_consent_check_issued(const void *body, cbank_error *err);
cbank_status cbi_consent_check_extended(const void *body, cbank_error *err);
cbank_status cbi_consent_check_recalled(const void *body, cbank_error *err);

#endif
