/*
 * case.h - cases of recognition: how far one has come, and which step may follow.
 */
#ifndef CBI_RECORD_CASE_H
#define CBI_RECORD_CASE_H

#include "base/error.h"

#include "cbank/v1/case.pb-c.h"

/* The numbers are those of cbank.api.v1.CaseState. */
typedef enum cbi_case_state {
    CBI_CASE_NONE = 0, /* nothing on the chain yet */
    CBI_CASE_SUBMITTED = 1,
    CBI_CASE_RETURNED = 2, /* something is missing */
    CBI_CASE_ACCEPTED = 3,
    CBI_CASE_IN_REVIEW = 4,
    CBI_CASE_DECIDED = 5,
    CBI_CASE_NOTICE = 6, /* the decision hangs on the wall */
    CBI_CASE_EFFECTIVE = 7,
    CBI_CASE_APPEALED = 8,
    CBI_CASE_WITHDRAWN = 9, /* final, by the applicant */
    CBI_CASE_CLOSED = 10,   /* final */
} cbi_case_state;

/* Moves the state by one step. STATE (CASE_STATE) if that is not possible in it. */
cbank_status cbi_case_state_step(cbi_case_state *state, Cbank__V1__CaseAct act,
                                 Cbank__V1__CaseResult result, cbank_error *err);
bool cbi_case_is_ended(cbi_case_state state);

/* "submitted": for messages; "" for none. */
const char *cbi_case_state_word(cbi_case_state state);

/* The kind of statement, and back; the act is unspecified for any other kind. */
int cbi_case_kind(Cbank__V1__CaseAct act);
Cbank__V1__CaseAct cbi_case_act(int kind);

/* Body, for body.h. INVALID. */
cbank_status cbi_case_check_moved(const void *body, cbank_error *err);

#endif
