#include "rules/target.h"

#include <string.h>

#include "rules/listed.h"

struct cbi_listed_target {
    uint32_t ruleset;
    const char *catalogue; /* lent from a rule */
    uint32_t position;
    Cbank__V1__ProgrammeCourse course; /* lends from the entry */
};

static bool is_listed(const cbi_compile *compile, const Cbank__V1__Grant *grant)
{
    uint32_t position;

    return grant->catalogue[0] != '\0' && grant->course[0] != '\0' &&
           cbi_programme_find_course(compile->question->programme, grant->course, &position) ==
               NULL;
}

static struct cbi_listed_target *find(const cbi_compile *compile, uint32_t ruleset,
                                      const Cbank__V1__Grant *grant)
{
    for (uint32_t i = 0; i < compile->target_count; i++) {
        struct cbi_listed_target *target = &compile->targets[i];

        if (target->ruleset == ruleset && strcmp(target->catalogue, grant->catalogue) == 0 &&
            strcmp(target->course.code, grant->course) == 0)
            return target;
    }
    return NULL;
}

/* As the programme would have it. */
static void fill(const cbi_compile *compile, const Cbank__V1__CatalogueEntry *entry,
                 Cbank__V1__ProgrammeCourse *out)
{
    const Cbank__V1__ProgrammeTerms *terms = cbi_programme_terms(compile->question->programme);

    cbank__v1__programme_course__init(out);
    out->code = entry->code;
    out->title = entry->title;
    out->n_title = entry->n_title;
    out->amount_milli = cbi_listed_amount(entry, terms->unit);
    out->amounts = entry->amounts;
    out->n_amounts = entry->n_amounts;
    if (strcmp(entry->framework, terms->framework) == 0)
        out->level_milli = entry->level_milli;
}

/* Courses of one code have one number. */
static uint32_t number_of(const cbi_compile *compile, const char *code)
{
    for (uint32_t i = 0; i < compile->target_count; i++)
        if (strcmp(compile->targets[i].course.code, code) == 0)
            return compile->targets[i].position;
    return cbi_programme_courses(compile->question->programme) + compile->target_count;
}

static void add(cbi_compile *compile, uint32_t ruleset, const Cbank__V1__Grant *grant)
{
    const cbi_ruleset *rules = compile->question->rulesets[ruleset];
    const cbi_entry_key key = {.code = grant->course,
                               .day = cbi_day_of_target(rules, &compile->reading.asked)};
    const Cbank__V1__CatalogueEntry *entry =
        cbi_reference_entry(cbi_ruleset_reference(rules), grant->catalogue, &key);
    struct cbi_listed_target *target = &compile->targets[compile->target_count];

    if (entry == NULL || find(compile, ruleset, grant) != NULL)
        return;
    *target = (struct cbi_listed_target){.ruleset = ruleset,
                                         .catalogue = grant->catalogue,
                                         .position = number_of(compile, grant->course)};
    fill(compile, entry, &target->course);
    compile->target_count++;
}

cbank_status cbi_targets_resolve(cbi_compile *compile, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t count = 0;

    for (uint32_t r = 0; r < compile->rule_count; r++)
        for (size_t g = 0; g < compile->rules[r].message->n_grants; g++)
            count += is_listed(compile, compile->rules[r].message->grants[g]);
    if (count == 0)
        return CBANK_OK;
    CBI_TRY(cbi_arena_alloc(&compile->arena, count, sizeof(*compile->targets), &compile->targets,
                            err));
    for (uint32_t r = 0; r < compile->rule_count; r++) {
        const cbi_known_rule *rule = &compile->rules[r];

        for (size_t g = 0; g < rule->message->n_grants; g++)
            if (is_listed(compile, rule->message->grants[g]))
                add(compile, rule->ruleset, rule->message->grants[g]);
    }
done:
    return status;
}

const Cbank__V1__ProgrammeCourse *cbi_target_find(const cbi_compile *compile, uint32_t ruleset,
                                                  const Cbank__V1__Grant *grant,
                                                  uint32_t *position)
{
    const Cbank__V1__ProgrammeCourse *course;
    const struct cbi_listed_target *target;

    *position = CBI_NONE;
    if (grant->course[0] == '\0')
        return NULL;
    course = cbi_programme_find_course(compile->question->programme, grant->course, position);
    if (course != NULL || grant->catalogue[0] == '\0')
        return course;
    target = find(compile, ruleset, grant);
    *position = target == NULL ? CBI_NONE : target->position;
    return target == NULL ? NULL : &target->course;
}
