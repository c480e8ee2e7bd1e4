/* proposal_part.h - what the parts of a proposal share. */
#ifndef CBI_RULES_PROPOSAL_PART_H
#define CBI_RULES_PROPOSAL_PART_H

#include "rules/compile.h"
#include "rules/proposal.h"
#include "rules/solve.h"

/* An answer being put together; what the message lends lives in the arena. */
typedef struct cbi_answer {
    const cbi_proposal *proposal;
    cbi_arena arena;
    const cbi_source **sources; /* in canonical order */
    cbi_fact *facts;            /* of those that can be used, in the same order */
    uint32_t *source_of;        /* of each fact */
    uint32_t fact_count;
    cbi_fact *held; /* with those that are held but cannot be used, and whose day is known */
    uint32_t held_count;
    cbi_question question;
    cbi_compile compile;
    cbi_plan plan;
    cbi_proof proof;
    Cbank__V1__Plan message;
} cbi_answer;

/* Which rule set a cap of the problem is from, and the cap. */
const Cbank__V1__Cap *cbi_answer_cap(const cbi_answer *answer, uint32_t number,
                                     uint32_t *rule_set);
/* What is used at a limit, and how much may be: credit, or records. */
void cbi_answer_limit(const cbi_answer *answer, const cbi_plan *plan, const cbi_limit *limit,
                      int64_t *used, int64_t *most);
/* A list of `count` new messages in the arena; `init` initialises one. */
cbank_status cbi_answer_list(cbi_answer *answer, size_t count, size_t size, void *out_list,
                             void (*init)(void *item), cbank_error *err);
#define CBI_ANSWER_INITIALISER(type)                                                               \
    static void init_##type(void *item)                                                            \
    {                                                                                              \
        cbank__v1__##type##__init(item);                                                           \
    }
#define CBI_ANSWER_LIST(answer, type, count, out)                                                  \
    cbi_answer_list((answer), (count), sizeof(*(out)[0]), &(out), init_##type, err)

/* Takes the findings into question and message; once the question is there. */
cbank_status cbi_answer_review(cbi_answer *answer, cbank_error *err);
/*
 * Fills `steps` of an application, and the grades of its grants, which are there already. Those of
 * a refusal: how the number came about that did not do.
 */
cbank_status cbi_answer_derive(cbi_answer *answer, uint32_t application,
                               Cbank__V1__PlanApplication *out, cbank_error *err);
cbank_status cbi_answer_derive_refusal(cbi_answer *answer, uint32_t rule, uint32_t fact,
                                       Cbank__V1__PlanRefusal *out, cbank_error *err);

/* Fills the caps, the buckets, the residency and what would complete them. */
cbank_status cbi_answer_require(cbi_answer *answer, cbank_error *err);
/* Fills the refusals. */
cbank_status cbi_answer_refuse(cbi_answer *answer, cbank_error *err);

#endif
