/*
 * consent.h - consents are given and withdrawn: by the learner, an agent, or a guardian.
 */
#ifndef CBI_BANK_CONSENT_H
#define CBI_BANK_CONSENT_H

#include "bank/agent.h"

typedef struct cbi_consent_terms {
    const char *account;
    Cbank__V1__ConsentGiver giver;
    const char *agent;     /* id, or "" for the learner */
    const char *recipient; /* "": anyone */
    const char *purpose;   /* a word, or "" */
    /* At most one of the lists; with neither, the whole account. */
    const Cbank__V1__RecordType *types;
    size_t type_count;
    char *const *only; /* display ids of records */
    size_t only_count;
    bool show_name;
    bool show_number;
    bool show_birth;
    uint32_t from; /* 0: today */
    uint32_t until;
    Cbank__V1__ConsentMethod method;
    const char *language;
    const char *form;
    cbi_bytes form_digest;
} cbi_consent_terms;

/*
 * STATE for an account that is not open; DENIED (CONSENT_GUARDIAN, CONSENT_OF_AGE, AGENT_*);
 * STATE (CONSENT_AGE_UNKNOWN); NOT_FOUND for an agent or a record of the account; INVALID;
 * TOO_LARGE (CONSENT_TOO_MANY).
 */
cbank_status cbi_consent_give(cbi_bank *bank, const cbi_consent_terms *terms,
                              const cbi_order *order, cbi_consented *out, cbank_error *err);

typedef struct cbi_consent_withdrawal {
    const char *account;
    const char *consent; /* id */
    Cbank__V1__ConsentGiver by;
    const char *agent;
    bool recall; /* what was disclosed under it too */
} cbi_consent_withdrawal;

/*
 * No new disclosure is made under it. NOT_FOUND, DENIED (AGENT_*), STATE (CONSENT_WITHDRAWN); with
 * `recall`, one that is withdrawn already is gone on with.
 */
cbank_status cbi_consent_withdraw(cbi_bank *bank, const cbi_consent_withdrawal *terms,
                                  const cbi_order *order, cbi_consented *out, cbank_error *err);

/* Ends every standing consent and mandate of an account that is closed. Part of an act's write. */
cbank_status cbi_consent_end_all(cbi_append *append, const char *account, cbi_bytes token,
                                 cbank_error *err);

#endif
