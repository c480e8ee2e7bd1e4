/*
 * agent.h - who may act in a learner's place: agents, and guardians of learners under 14.
 *
 * The log has a commitment and the number of the mandate; who it is, is sealed in the vault.
 */
#ifndef CBI_BANK_AGENT_H
#define CBI_BANK_AGENT_H

#include "bank/consentact.h"
#include "bank/person.h"

#define CBI_AGENTS_MAX 64u /* that an account has ever had */

/* How old the account's person is, by the vault. */
cbank_status cbi_agent_age(const cbi_bank *bank, cbi_txn *txn, const char *account, int64_t now,
                           cbi_consent_age *out, cbank_error *err);
/*
 * Who gives a consent or takes it back in this role: `id` is "" for the learner. NOT_FOUND
 * (AGENT_UNKNOWN); DENIED (AGENT_ENDED, AGENT_ROLE). `out` is zero for the learner.
 */
cbank_status cbi_agent_find(cbi_txn *txn, cbi_hasher *hasher, const char *account, const char *id,
                            Cbank__V1__ConsentGiver giver, int64_t now, cbi_consent_row *out,
                            cbank_error *err);
/* TOO_LARGE (CONSENT_TOO_MANY) if the account has as many standing consents and mandates as it
 * may. */
cbank_status cbi_agent_check_count(cbi_txn *txn, const char *account, cbank_error *err);

typedef struct cbi_agent_terms {
    const char *account;
    Cbank__V1__AgentRole role;
    const Cbank__Api__V1__PersonAgent *person;
    uint32_t from; /* 0: today */
    uint32_t until;
} cbi_agent_terms;

/* What acts about consents and agents answer. */
typedef struct cbi_consented {
    char id[CBI_DISPLAY_ID_MAX]; /* "" on a dry run of something new */
    bool ended;
    uint32_t recalled;
} cbi_consented;

/*
 * INVALID (AGENT_MANDATE, days, document); STATE for an account that is not open; DENIED for a
 * guardian of whom is 14 or older, or an agent of whom is not; STATE (CONSENT_AGE_UNKNOWN).
 */
cbank_status cbi_agent_authorise(cbi_bank *bank, const cbi_agent_terms *terms,
                                 const cbi_order *order, cbi_consented *out, cbank_error *err);
/* NOT_FOUND (AGENT_UNKNOWN), STATE if it has ended. */
cbank_status cbi_agent_end(cbi_bank *bank, const char *account, const char *id,
                           const cbi_order *order, cbi_consented *out, cbank_error *err);

#endif
