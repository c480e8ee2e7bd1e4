/*
 * planning.h - a plan for an account: its records, what is published, the question; and the answer.
 *
 * Everything is read in one snapshot. Which edition of a rule set counts follows from its own date
 * rule: the day of the application, of admission, or of the awards.
 */
#ifndef CBI_BANK_PLANNING_H
#define CBI_BANK_PLANNING_H

#include "bank/shelf.h"
#include "proof/recognition.h"
#include "rules/proposal.h"

#include "cbank/v1/recognition.pb-c.h"

/* What is asked. All borrowed; 0 and "" are not stated. */
typedef struct cbi_planning {
    const char *account;
    const char *programme;  /* "ID" or "ID@EDITION"; NULL or "": the enrolment's */
    /*
     * Display id of one of the account's; NULL or "": none. The programme is the edition that it
     * pins, and the day of admission its own; what is stated besides must be the same.
     */
    const char *enrolment;
    char *const *rule_sets; /* names of the same form; none: those of the programme */
    size_t rule_set_count;
    Cbank__V1__PlanGoal goal; /* UNSPECIFIED: AWARD */
    uint32_t as_of;           /* a day */
    uint32_t applied_on;      /* as_of */
    uint32_t admitted_on;     /* as_of */
    uint32_t awarded_from;
    uint32_t awarded_until;
    bool with_advisory;
    uint64_t work_limit;
    /* In the place of the rule set of its id, whatever edition is named; NULL: none. */
    const cbi_volume *draft;
    cbi_bytes replaces; /* id of a recognition, or its beginning; empty: none */
    Cbank__V1__PlanFinding *const *findings; /* of reviewers */
    size_t finding_count;
    const struct cbi_planning_pins *pins; /* NULL: what is in force, and all entries */
} cbi_planning;

/* What a recognition was planned from: these editions, and what the account held at that time. */
typedef struct cbi_planning_pins {
    uint64_t sequences; /* entries of the account's own chain */
    const Cbank__V1__PublicationRef *programme;
    Cbank__V1__PublicationRef *const *rule_sets;
    size_t rule_set_count;
} cbi_planning_pins;

/*
 * Replaces `plan` by the packed Plan. NOT_FOUND (account, or nothing in force), STATE (rule sets
 * whose editions the days of the awards do not tell apart), INVALID, TOO_LARGE.
 */
cbank_status cbi_planning_make(cbi_bank *bank, const cbi_planning *planning, cbank_buffer *plan,
                               cbank_error *err);

/* The plan that a recognition rests on, made again; as it was asked for then. */
cbank_status cbi_planning_again(cbi_bank *bank, const cbi_recognition *recognition,
                                cbank_buffer *plan, cbank_error *err);

#endif
