/* What limits a plan: buckets, caps part by part, groups, residency. */
#include "rules/compile.h"

#include "base/decimal.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 10 /* of `per` */

/* A record of an application in one part of a cap. */
struct share {
    int64_t key[KEYS_MAX];
    uint32_t application;
    bool in_scope;
};

struct scoping {
    cbi_compile *compile;
    const cbi_ruleset *ruleset;
    uint32_t ruleset_number;
    const Cbank__V1__Cap *cap;
    uint32_t number;
    uint8_t *records;  /* in the scope of the cap at hand */
    uint8_t *rules;
    uint8_t *places;
    uint8_t *excepted; /* places in the scope of caps that are left out */
    uint32_t *members;
    struct share *shares;
    uint32_t share_count, share_room;
    uint32_t names; /* of keys that are texts, by rank among the records */
    cbank_error *err;
};

static bool is_named(char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return count == 0;
}

static bool has_effect(const Cbank__V1__Cap *cap, Cbank__V1__RuleEffect effect)
{
    for (size_t i = 0; i < cap->n_effects; i++)
        if (cap->effects[i] == effect)
            return true;
    return cap->n_effects == 0;
}

static bool bucket_in_scope(const cbi_programme *programme, const Cbank__V1__Cap *cap,
                            uint32_t bucket)
{
    for (size_t i = 0; i < cap->n_buckets; i++) {
        uint32_t rank = cbi_programme_find_bucket(programme, cap->buckets[i]);

        if (rank != UINT32_MAX && cbi_programme_is_inside(programme, bucket, rank))
            return true;
    }
    return cap->n_buckets == 0;
}

/* Fills `records` and `rules`, and sets `places` to 1 where the cap looks. */
static void find_scope(struct scoping *s, const Cbank__V1__Cap *cap, uint8_t *places)
{
    cbi_compile *compile = s->compile;
    const cbi_problem *problem = &compile->problem;

    for (uint32_t r = 0; r < problem->record_count; r++)
        s->records[r] =
            cbi_select(&compile->reading, cap->records, compile->facts[r], NULL) != CBI_CHOICE_NO;
    for (uint32_t i = 0; i < compile->rule_count; i++) {
        const Cbank__V1__Rule *rule = compile->rules[i].message;

        s->rules[i] = (cap->n_rules == 0 || (compile->rules[i].ruleset == s->ruleset_number &&
                                             is_named(cap->rules, cap->n_rules, rule->id))) &&
                      has_effect(cap, rule->effect);
    }
    for (uint32_t p = 0; p < problem->place_count; p++) {
        const cbi_application *application =
            &problem->applications[problem->grants[problem->places[p].grant].application];
        bool inside = false;

        for (uint32_t i = 0; s->rules[application->rule] && i < application->records.count; i++)
            inside |= s->records[problem->members[application->records.first + i]] != 0;
        if (inside && bucket_in_scope(compile->question->programme, cap,
                                      problem->places[p].bucket))
            places[p] = 1;
    }
}

static cbank_status find_exceptions(struct scoping *s)
{
    const Cbank__V1__Cap *cap = s->cap;

    memset(s->excepted, 0, s->compile->problem.place_count);
    for (size_t i = 0; i < cap->n_except; i++) {
        uint32_t at = 0;

        while (at < cbi_ruleset_caps(s->ruleset) &&
               strcmp(cbi_ruleset_cap(s->ruleset, at)->id, cap->except[i]) != 0)
            at++;
        if (at == cbi_ruleset_caps(s->ruleset))
            return cbi_fail(s->err, CBI_REASON_RULE_REFERENCE, i, cap->id, "%s", cap->except[i]);
        find_scope(s, cbi_ruleset_cap(s->ruleset, at), s->excepted);
    }
    return CBANK_OK;
}

static int compare_keys(const struct share *a, const struct share *b)
{
    for (uint32_t i = 0; i < KEYS_MAX; i++)
        if (a->key[i] != b->key[i])
            return a->key[i] < b->key[i] ? -1 : 1;
    return 0;
}

static int compare_shares(const void *left, const void *right)
{
    const struct share *a = left;
    const struct share *b = right;
    int order = compare_keys(a, b);

    if (order != 0)
        return order;
    if (a->application != b->application)
        return a->application < b->application ? -1 : 1;
    return (int)b->in_scope - (int)a->in_scope;
}

/* Every record of every application, with the part of the cap that it belongs to. */
static cbank_status share_out(struct scoping *s)
{
    cbank_status status = CBANK_OK;
    const cbi_problem *problem = &s->compile->problem;
    const Cbank__V1__Cap *cap = s->cap;

    if (cap->n_per > KEYS_MAX)
        return cbi_fail(s->err, CBI_REASON_CAP_BASE, cap->n_per, cap->id, "per");
    s->share_count = 0;
    for (uint32_t a = 0; a < problem->application_count; a++) {
        const cbi_application *application = &problem->applications[a];

        for (uint32_t i = 0; i < application->records.count; i++) {
            uint32_t record = problem->members[application->records.first + i];
            struct share share = {
                .application = a,
                .in_scope = s->rules[application->rule] && s->records[record],
            };

            if (!cbi_part_find(s->compile, cap, record, application->rule, share.key))
                continue;
            CBI_TRY(cbi_grow(&s->shares, sizeof(share), s->share_count, &s->share_room,
                             CBI_PLAN_ITEMS_MAX, s->err));
            s->shares[s->share_count++] = share;
        }
    }
    if (s->share_count > 1)
        qsort(s->shares, s->share_count, sizeof(*s->shares), compare_shares);
done:
    return status;
}

static cbank_status bad_base(const struct scoping *s, const char *why)
{
    return cbi_fail(s->err, CBI_REASON_CAP_BASE, s->number, s->cap->id, "%s", why);
}

static int64_t share_of(const Cbank__V1__Cap *cap, int64_t base)
{
    return (int64_t)((__int128)base * cap->num / cap->den);
}

static cbank_status reduce_ratio(const struct scoping *s, cbi_limit *limit)
{
    int64_t a = s->cap->num;
    int64_t b = s->cap->den;

    if (a < 0 || b <= 0)
        return bad_base(s, b == 0 ? "x / 0" : "ratio");
    while (b != 0) {
        int64_t rest = a % b;

        a = b;
        b = rest;
    }
    limit->num = s->cap->num / a;
    limit->den = s->cap->den / a;
    if (limit->num > CBI_RATIO_MAX || limit->den > CBI_RATIO_MAX)
        return bad_base(s, "ratio");
    return CBANK_OK;
}

/* What the limit is; `*limited` is false where there is nothing that it could be a share of. */
static cbank_status find_base(const struct scoping *s, cbi_limit *limit, bool *limited)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__Cap *cap = s->cap;
    const cbi_programme *programme = s->compile->question->programme;
    uint32_t bucket = cbi_programme_find_bucket(programme, cap->bucket);

    *limited = true;
    if (cap->of == CBANK__V1__CAP_BASE__CAP_BASE_NUMBER) {
        limit->number = cap->number < CBI_MILLI_MAX ? cap->number : CBI_MILLI_MAX;
        return cap->number < 0 ? bad_base(s, "< 0") : CBANK_OK;
    }
    if (limit->records)
        return bad_base(s, "records");
    CBI_TRY(reduce_ratio(s, limit));
    switch (cap->of) {
    case CBANK__V1__CAP_BASE__CAP_BASE_PROGRAMME:
        limit->number = share_of(cap, cbi_programme_terms(programme)->total_milli);
        break;
    case CBANK__V1__CAP_BASE__CAP_BASE_BUCKET:
        *limited = bucket != UINT32_MAX && cbi_programme_bucket(programme, bucket)->min_milli > 0;
        if (*limited)
            limit->number = share_of(cap, cbi_programme_bucket(programme, bucket)->min_milli);
        break;
    case CBANK__V1__CAP_BASE__CAP_BASE_COUNTED:
        limit->base = CBI_BASE_COUNTED;
        break;
    case CBANK__V1__CAP_BASE__CAP_BASE_COUNTED_PART:
        limit->base = CBI_BASE_PART;
        break;
    case CBANK__V1__CAP_BASE__CAP_BASE_COUNTED_BUCKET:
        limit->base = CBI_BASE_BUCKET;
        limit->bucket = bucket;
        *limited = bucket != UINT32_MAX;
        break;
    default:
        return bad_base(s, "of");
    }
    if (limit->number > CBI_MILLI_MAX)
        limit->number = CBI_MILLI_MAX;
done:
    return status;
}

/* True if the account holds a record of the same part, used or not, that `beside` selects. */
static bool stands_beside(const struct scoping *s, const struct share *share)
{
    const cbi_compile *compile = s->compile;
    const Cbank__V1__Selector *beside = s->cap->beside;
    uint32_t rule = compile->problem.applications[share->application].rule;

    if (beside == NULL || beside->n_layers == 0)
        return true;
    for (uint32_t r = 0; r < compile->problem.record_count; r++) {
        struct share other = {.application = share->application};

        if (cbi_select(&compile->reading, beside, compile->facts[r], NULL) != CBI_CHOICE_NO &&
            cbi_part_find(compile, s->cap, r, rule, other.key) && compare_keys(&other, share) == 0)
            return true;
    }
    return false;
}

/* One part: the shares from `first` to `end` have its key. */
static cbank_status add_part(struct scoping *s, cbi_limit limit, uint32_t first, uint32_t end)
{
    cbank_status status = CBANK_OK;
    cbi_problem *problem = &s->compile->problem;
    uint32_t members = 0;
    bool any = false;

    for (uint32_t i = first; i < end; i++) {
        any |= s->shares[i].in_scope;
        if (members == 0 || s->members[members - 1] != s->shares[i].application)
            s->members[members++] = s->shares[i].application;
    }
    if (!any || !stands_beside(s, &s->shares[first]))
        return CBANK_OK;
    CBI_TRY(cbi_problem_add_limit(problem, &limit, s->members,
                                  limit.base == CBI_BASE_PART ? members : 0, s->err));
    for (uint32_t i = first; i < end;) {
        uint32_t application = s->shares[i].application;
        uint32_t weight = 0;
        cbi_span grants = problem->applications[application].grants;

        for (; i < end && s->shares[i].application == application; i++)
            weight += s->shares[i].in_scope;
        for (uint32_t g = grants.first; weight > 0 && g < grants.first + grants.count; g++) {
            cbi_span places = problem->grants[g].places;

            for (uint32_t p = places.first; p < places.first + places.count; p++)
                if (s->places[p] && !s->excepted[p])
                    CBI_TRY(cbi_problem_add_entry(problem, p, weight, s->err));
        }
    }
done:
    return status;
}

static cbank_status add_cap(struct scoping *s)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__Cap *cap = s->cap;
    cbi_limit limit = {
        .cap = s->number,
        .records = cap->measure == CBANK__V1__CAP_MEASURE__CAP_MEASURE_RECORDS,
        .cut = cap->over == CBANK__V1__CAP_OVER__CAP_OVER_CUT,
        .den = 1,
    };
    bool limited;

    CBI_TRY(find_base(s, &limit, &limited));
    if (!limited)
        return CBANK_OK;
    CBI_TRY(find_exceptions(s));
    memset(s->places, 0, s->compile->problem.place_count);
    find_scope(s, cap, s->places);
    CBI_TRY(share_out(s));
    for (uint32_t first = 0; first < s->share_count;) {
        uint32_t end = first;

        while (end < s->share_count && compare_keys(&s->shares[first], &s->shares[end]) == 0)
            end++;
        limit.key = first;
        CBI_TRY(add_part(s, limit, first, end));
        first = end;
    }
done:
    return status;
}

static cbank_status add_buckets(cbi_compile *compile, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_programme *programme = compile->question->programme;
    const Cbank__V1__ProgrammeTerms *terms = cbi_programme_terms(programme);
    cbi_problem *problem = &compile->problem;

    problem->total = terms->total_milli;
    problem->max = terms->max_milli > 0 ? terms->max_milli : -1;
    problem->cut = terms->over == CBANK__V1__CAP_OVER__CAP_OVER_CUT;
    for (uint32_t i = 0; i < cbi_programme_buckets(programme); i++) {
        const Cbank__V1__Bucket *message = cbi_programme_bucket(programme, i);
        cbi_bucket bucket = {
            .parent = cbi_programme_find_bucket(programme, message->parent),
            .min = message->min_milli,
            .max = message->max_milli > 0 ? message->max_milli : -1,
            .cut = message->over == CBANK__V1__CAP_OVER__CAP_OVER_CUT,
        };

        CBI_TRY(cbi_problem_add_bucket(problem, &bucket, err));
    }
done:
    return status;
}

/* A programme's own selectors are read by what its rule sets refer to: one that leads there. */
static bool is_selected(const cbi_compile *compile, const Cbank__V1__Selector *selector,
                        const cbi_fact *fact)
{
    cbi_reading reading = compile->reading;
    bool selected = cbi_select(&reading, selector, fact, NULL) == CBI_CHOICE_YES;

    for (uint32_t i = 0; !selected && i < compile->question->ruleset_count; i++) {
        reading.ruleset = compile->question->rulesets[i];
        selected = cbi_select(&reading, selector, fact, NULL) == CBI_CHOICE_YES;
    }
    return selected;
}

/* The applications all of whose records the selector selects. */
static uint32_t find_members(struct scoping *s, const Cbank__V1__Selector *selector)
{
    const cbi_compile *compile = s->compile;
    const cbi_problem *problem = &compile->problem;
    uint32_t count = 0;

    for (uint32_t r = 0; r < problem->record_count; r++)
        s->records[r] = is_selected(compile, selector, compile->facts[r]);
    for (uint32_t a = 0; a < problem->application_count; a++) {
        cbi_span records = problem->applications[a].records;
        uint32_t selected = 0;

        for (uint32_t i = 0; i < records.count; i++)
            selected += s->records[problem->members[records.first + i]];
        if (selected == records.count)
            s->members[count++] = a;
    }
    return count;
}

static cbank_status add_groups(struct scoping *s)
{
    cbank_status status = CBANK_OK;
    cbi_problem *problem = &s->compile->problem;
    uint32_t *part;
    uint32_t parts;

    CBI_TRY(cbi_arena_alloc(&s->compile->arena, problem->record_count, sizeof(*part), &part,
                            s->err));
    for (uint32_t i = 0; i < cbi_ruleset_groups(s->ruleset); i++) {
        cbi_group_split(s->compile, cbi_ruleset_group(s->ruleset, i), part, &parts);
        for (uint32_t p = 0; p < parts; p++) {
            uint32_t count = 0;

            for (uint32_t a = 0; a < problem->application_count; a++) {
                cbi_span records = problem->applications[a].records;
                bool touches = false;

                for (uint32_t k = 0; k < records.count; k++)
                    touches |= part[problem->members[records.first + k]] == p;
                if (touches)
                    s->members[count++] = a;
            }
            CBI_TRY(cbi_problem_add_group(problem, s->members, count, s->err));
        }
    }
done:
    return status;
}

static cbank_status add_residencies(struct scoping *s)
{
    cbank_status status = CBANK_OK;
    cbi_compile *compile = s->compile;
    const cbi_programme *programme = compile->question->programme;

    for (uint32_t i = 0; i < cbi_programme_residencies(programme); i++) {
        const Cbank__V1__Residency *residency = cbi_programme_residency(programme, i);
        uint32_t count = find_members(s, residency->records);

        CBI_TRY(cbi_problem_add_residency(&compile->problem, residency->min_milli, s->members,
                                          count, s->err));
    }
done:
    return status;
}

static cbank_status allocate(struct scoping *s)
{
    cbank_status status = CBANK_OK;
    cbi_arena *arena = &s->compile->arena;
    const cbi_problem *problem = &s->compile->problem;

    CBI_TRY(cbi_arena_alloc(arena, problem->record_count, 1, &s->records, s->err));
    CBI_TRY(cbi_arena_alloc(arena, s->compile->rule_count, 1, &s->rules, s->err));
    CBI_TRY(cbi_arena_alloc(arena, problem->place_count, 1, &s->places, s->err));
    CBI_TRY(cbi_arena_alloc(arena, problem->place_count, 1, &s->excepted, s->err));
    CBI_TRY(cbi_arena_alloc(arena, problem->application_count, sizeof(*s->members), &s->members,
                            s->err));
done:
    return status;
}

cbank_status cbi_scope(cbi_compile *compile, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct scoping s = {.compile = compile, .err = err};

    CBI_TRY(add_buckets(compile, err));
    CBI_TRY(allocate(&s));
    for (uint32_t i = 0; i < compile->question->ruleset_count; i++) {
        s.ruleset = compile->question->rulesets[i];
        s.ruleset_number = i;
        cbi_read_ruleset(compile, s.ruleset);
        for (uint32_t k = 0; k < cbi_ruleset_caps(s.ruleset); k++, s.number++) {
            s.cap = cbi_ruleset_cap(s.ruleset, k);
            CBI_TRY(add_cap(&s));
        }
        CBI_TRY(add_groups(&s));
    }
    cbi_read_programme(compile); /* which has no groups and aliases */
    CBI_TRY(add_residencies(&s));
done:
    cbi_free(s.shares);
    return status;
}
