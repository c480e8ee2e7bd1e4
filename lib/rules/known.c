/* A rule that was found: how its selectors are read, and for which records it is in force. */
#include "rules/compile.h"
#include "rules/day.h"
#include "rules/target.h"

void cbi_read_programme(cbi_compile *compile)
{
    const cbi_question *question = compile->question;
    const Cbank__V1__ProgrammeTerms *terms = cbi_programme_terms(question->programme);

    compile->reading = (cbi_reading){
        .as_of = question->as_of,
        .asked = {.applied_on = question->applied_on != 0 ? question->applied_on : question->as_of,
                  .admitted_on =
                      question->admitted_on != 0 ? question->admitted_on : question->as_of},
        .unit = terms->unit,
        .framework = terms->framework,
        .level_milli = terms->level_milli,
        .overlaps = question->overlaps,
        .overlap_count = question->overlap_count,
        .facts = compile->held_count > 0 ? compile->held : compile->facts,
        .fact_count = compile->held_count > 0 ? compile->held_count
                      : compile->facts != NULL ? question->fact_count
                                               : 0};
}

void cbi_read_ruleset(cbi_compile *compile, const cbi_ruleset *ruleset)
{
    cbi_read_programme(compile);
    compile->reading.ruleset = ruleset;
    compile->reading.partial_dates = cbi_ruleset_partial_dates(ruleset);
}

void cbi_read_rule(cbi_compile *compile, uint32_t rule)
{
    const cbi_known_rule *known = &compile->rules[rule];
    cbi_reading *reading = &compile->reading;

    cbi_read_ruleset(compile, compile->question->rulesets[known->ruleset]);
    reading->rule = known->message;
    for (size_t i = 0; i < known->message->n_grants; i++) {
        uint32_t position;
        const Cbank__V1__ProgrammeCourse *course =
            cbi_target_find(compile, known->ruleset, known->message->grants[i], &position);

        if (course != NULL && reading->target_count < CBI_GRANTS_MAX)
            reading->targets[reading->target_count++] = course;
    }
}

bool cbi_rule_is_in_force(const cbi_compile *compile, uint32_t rule, uint32_t record,
                          const char **field)
{
    const cbi_known_rule *known = &compile->rules[rule];
    const cbi_question *question = compile->question;
    uint32_t day = cbi_day_of_record(question->rulesets[known->ruleset], compile->facts[record],
                                     &compile->reading.asked);
    bool early = known->message->effective_from != 0 && day < known->message->effective_from;
    bool late = known->message->effective_until != 0 && day > known->message->effective_until;

    if (!cbi_ruleset_speaks(question->rulesets[known->ruleset], question->rulesets,
                            question->ruleset_count, day)) {
        if (field != NULL)
            *field = "edition";
        return false;
    }
    if (field != NULL && (early || late))
        *field = early ? "effective_from" : "effective_until";
    return !early && !late;
}
