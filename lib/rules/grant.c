/* What a rule grants on a set of records, and which buckets of the programme take it. */
#include "rules/amount.h"
#include "rules/target.h"

#include <string.h>

static const Cbank__V1__Rule *rule_of(const cbi_compile *compile, const cbi_candidate *candidate)
{
    return compile->rules[candidate->rule].message;
}

static void add_bucket(const cbi_programme *programme, const char *id, cbi_offer *offer)
{
    uint32_t rank = cbi_programme_find_bucket(programme, id);
    uint32_t at = 0;

    if (rank == UINT32_MAX)
        return;
    while (at < offer->bucket_count && offer->buckets[at] < rank)
        at++;
    if (at < offer->bucket_count && offer->buckets[at] == rank)
        return;
    memmove(&offer->buckets[at + 1], &offer->buckets[at],
            (offer->bucket_count - at) * sizeof(*offer->buckets));
    offer->buckets[at] = rank;
    offer->bucket_count++;
}

/* A course that neither the programme nor its catalogue knows is given nowhere. */
static bool is_placed_here(const cbi_programme *programme, const Cbank__V1__Grant *grant,
                           const Cbank__V1__ProgrammeCourse *course)
{
    uint32_t position;

    return grant->course[0] == '\0' ||
           (course != NULL &&
            cbi_programme_find_course(programme, grant->course, &position) == NULL);
}

cbank_status cbi_grant_offer(cbi_compile *compile, const cbi_candidate *candidate,
                             uint32_t grant, int64_t others, cbi_offer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_programme *programme = compile->question->programme;
    const Cbank__V1__Grant *message = rule_of(compile, candidate)->grants[grant];
    const cbi_ruleset *ruleset =
        compile->question->rulesets[compile->rules[candidate->rule].ruleset];
    const cbi_fact *facts[CBI_LEAVES_MAX];
    const Cbank__V1__ProgrammeCourse *course;
    cbi_worth worth = {
        .unit = compile->reading.unit, .facts = facts,
        .scope = rule_of(compile, candidate)->use_scope, .catalogue = -1, .others = others,
        .reference = cbi_ruleset_reference(ruleset), .ruleset = ruleset,
        .asked = &compile->reading.asked};

    out->amount = 0;
    out->course = CBI_NONE;
    out->bucket_count = 0;
    course = cbi_target_find(compile, compile->rules[candidate->rule].ruleset, message,
                             &out->course);
    if (message->course[0] != '\0')
        worth.catalogue = course == NULL ? 0 : course->amount_milli;
    /* The programme says which buckets take its courses; of all else the grant does. */
    for (size_t i = 0; course != NULL && i < course->n_buckets; i++)
        add_bucket(programme, course->buckets[i], out);
    for (size_t i = 0; i < message->n_buckets && is_placed_here(programme, message, course); i++)
        add_bucket(programme, message->buckets[i], out);
    for (uint32_t i = 0; i < candidate->count; i++)
        facts[worth.fact_count++] = compile->facts[compile->sets[candidate->first + i]];
    status = cbi_amount_of(message->amount, message->n_amount, &worth, &out->amount, err);
    if (status != CBANK_OK)
        cbi_error_name(err, rule_of(compile, candidate)->id);
    return status;
}

cbank_status cbi_grant_all(cbi_compile *compile, cbi_candidate *candidate, cbi_offer *offers,
                           cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__Rule *rule = rule_of(compile, candidate);
    int64_t others = 0;

    if (rule->n_grants > CBI_GRANTS_MAX)
        return cbi_fail(err, CBI_REASON_PLAN_TOO_LARGE, CBI_GRANTS_MAX, rule->id, NULL);
    candidate->value = 0;
    /* A remainder waits for the others. */
    for (int waiting = 0; waiting < 2; waiting++) {
        for (uint32_t i = 0; i < rule->n_grants; i++) {
            if (cbi_amount_waits(rule->grants[i]->amount, rule->grants[i]->n_amount) !=
                (waiting == 1))
                continue;
            CBI_TRY(cbi_grant_offer(compile, candidate, i, others, &offers[i], err));
            others += offers[i].amount;
            if (offers[i].bucket_count > 0)
                candidate->value += offers[i].amount;
        }
    }
done:
    return status;
}
