/*
 * proposal.h - a planning question over records as an account holds them, answered as a Plan.
 *
 * The same question gives the same bytes, whoever asks and in whatever order the lists came.
 */
#ifndef CBI_RULES_PROPOSAL_H
#define CBI_RULES_PROPOSAL_H

#include "rules/programme.h"
#include "rules/ruleset.h"

#include "cbank/v1/plan.pb-c.h"

/* A record of the account. All borrowed. */
typedef struct cbi_source {
    const Cbank__V1__CreditRecord *record;
    const char *id;       /* record id in hexadecimal */
    cbi_hash record_id;
    cbi_hash leaf;        /* of its deposit, */
    uint64_t sequence;    /* and where that stands */
    uint32_t chain;
    uint32_t awarded_on;  /* the exact day that is meant; 0: it is not known */
    /* Why it cannot be used at all; UNSPECIFIED: it can. */
    Cbank__V1__RefusalReason unusable;
    const char *by;       /* of that reason; or NULL */
    const cbi_left *left; /* by earlier conversions; NULL: all */
} cbi_source;

/* All borrowed. `rule_sets` and `rule_refs` are as many, in the same order. */
typedef struct cbi_proposal {
    const char *origin;
    const char *account;
    const cbi_hash *account_tag;
    uint64_t sequences;
    const cbi_programme *programme;
    const Cbank__V1__PublicationRef *programme_ref;
    const cbi_ruleset *const *rule_sets;
    const Cbank__V1__PublicationRef *const *rule_refs;
    uint32_t rule_set_count;
    Cbank__V1__PlanGoal goal;
    uint32_t as_of;
    uint32_t applied_on;
    uint32_t admitted_on;
    uint32_t awarded_from;
    uint32_t awarded_until;
    bool with_advisory;
    uint64_t work_limit; /* 0: CBI_WORK_DEFAULT (solve.h) */
    const cbi_hash *replaces; /* a recognition whose records are free; or NULL */
    const cbi_source *sources;
    uint32_t source_count;
    Cbank__V1__PlanFinding *const *findings; /* about records of the account (review.h) */
    size_t finding_count;
} cbi_proposal;

/* Replaces `plan` by the packed Plan. INVALID (a finding too), TOO_LARGE as cbi_compile_run. */
cbank_status cbi_proposal_make(const cbi_proposal *proposal, cbank_buffer *plan,
                               cbank_error *err);

/* Whether the programme is fulfilled: nothing is missing, and the least time has passed. */
bool cbi_plan_message_is_met(const Cbank__V1__Plan *plan);

#endif
