#include "world.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 6
#define COURSES 60
#define PAGE_RULES 200

static uint32_t draw(world *w, uint32_t below)
{
    w->state = w->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(w->state >> 33) % below;
}

static void must(cbank_status status)
{
    if (status == CBANK_OK)
        return;
    fprintf(stderr, "bench: the world cannot be made: %s\n", cbi_status_word(status));
    exit(7);
}

static void *make(cbi_arena *arena, size_t count, size_t size)
{
    void *memory;

    must(cbi_arena_alloc(arena, count, size, &memory, NULL));
    return memory;
}

static char *name(cbi_arena *arena, const char *kind, uint32_t number)
{
    char *text = make(arena, 1, 24);

    snprintf(text, 24, "%s%u", kind, number);
    return text;
}

static char **one(cbi_arena *arena, char *text)
{
    char **list = make(arena, 1, sizeof(*list));

    list[0] = text;
    return list;
}

/* Rules go by institution in turn, so that rule n has its place without a table. */
static char *institution_of(cbi_arena *arena, const world *w, uint32_t rule)
{
    return name(arena, "U", rule % w->institutions);
}

static char *code_of(cbi_arena *arena, const world *w, uint32_t rule)
{
    return name(arena, "C", rule / w->institutions);
}

static void add_select(cbi_arena *a, const world *w, Cbank__V1__Rule *rule, uint32_t number)
{
    Cbank__V1__Term *term = make(a, 1, sizeof(*term));
    Cbank__V1__Conditions *want = make(a, 1, sizeof(*want));

    cbank__v1__term__init(term);
    cbank__v1__conditions__init(want);
    term->kind = CBANK__V1__TERM_KIND__TERM_KIND_SELECT;
    term->select = make(a, 1, sizeof(*term->select));
    cbank__v1__selector__init(term->select);
    term->select->n_layers = 1;
    term->select->layers = make(a, 1, sizeof(want));
    term->select->layers[0] = want;
    want->n_institutions = want->n_codes = 1;
    want->institutions = one(a, institution_of(a, w, number));
    want->codes = one(a, code_of(a, w, number));
    if (number % 7 == 0) {
        want->grade = make(a, 1, sizeof(*want->grade));
        cbank__v1__range__init(want->grade);
        want->grade->bounded_below = true;
        want->grade->min_milli = 60000;
    }
    rule->source[rule->n_source++] = term;
}

static void add_grant(cbi_arena *a, world *w, Cbank__V1__Rule *rule)
{
    Cbank__V1__Grant *grant = make(a, 1, sizeof(*grant));
    Cbank__V1__AmountNode *node = make(a, 1, sizeof(*node));

    cbank__v1__grant__init(grant);
    cbank__v1__amount_node__init(node);
    if (draw(w, 2) == 0) {
        grant->course = name(a, "P", draw(w, COURSES));
        node->mode = CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_CATALOGUE;
    } else {
        grant->n_buckets = 1;
        grant->buckets = one(a, name(a, "b", draw(w, BUCKETS)));
        node->mode = CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_AS_IS;
        node->max_milli = 4000;
    }
    grant->n_amount = 1;
    grant->amount = make(a, 1, sizeof(node));
    grant->amount[0] = node;
    rule->grants[rule->n_grants++] = grant;
}

static Cbank__V1__Rule *make_rule(cbi_arena *a, world *w, uint32_t number)
{
    Cbank__V1__Rule *rule = make(a, 1, sizeof(*rule));
    bool pair = number % 200 == 199;

    cbank__v1__rule__init(rule);
    rule->id = name(a, "r", number);
    rule->priority = 1 + number % 3;
    rule->force = CBANK__V1__FORCE__FORCE_BINDING;
    rule->effect = CBANK__V1__RULE_EFFECT__RULE_EFFECT_TRANSFER;
    rule->grants_mode = CBANK__V1__GRANTS_MODE__GRANTS_MODE_ANY;
    rule->source = make(a, 3, sizeof(*rule->source));
    rule->grants = make(a, 2, sizeof(*rule->grants));
    if (pair) {
        rule->source[0] = make(a, 1, sizeof(Cbank__V1__Term));
        cbank__v1__term__init(rule->source[0]);
        rule->source[0]->kind = CBANK__V1__TERM_KIND__TERM_KIND_ALL;
        rule->source[0]->children = 2;
        rule->n_source = 1;
        add_select(a, w, rule, number - w->institutions);
    }
    add_select(a, w, rule, number);
    add_grant(a, w, rule);
    if (pair)
        add_grant(a, w, rule);
    return rule;
}

static Cbank__V1__Cap *make_cap(cbi_arena *a, const world *w, uint32_t number)
{
    Cbank__V1__Cap *cap = make(a, 1, sizeof(*cap));

    cbank__v1__cap__init(cap);
    cap->id = name(a, "cap", number);
    cap->measure = CBANK__V1__CAP_MEASURE__CAP_MEASURE_AMOUNT;
    cap->over = CBANK__V1__CAP_OVER__CAP_OVER_REFUSE;
    cap->per = make(a, 1, sizeof(*cap->per));
    cap->n_per = number % 3 == 0 ? 0 : 1;
    cap->per[0] = number % 3 == 1 ? CBANK__V1__CAP_PART__CAP_PART_INSTITUTION
                                  : CBANK__V1__CAP_PART__CAP_PART_YEAR;
    cap->of = CBANK__V1__CAP_BASE__CAP_BASE_NUMBER;
    cap->number = cap->n_per == 0 ? 30000 : 20000 + 1000 * number;
    if (w->tight && number % 3 == 2)
        cap->number = 7000;
    if (w->tight && number >= 6)
        cap->number = 9000;
    if (number >= 6) {
        cap->n_buckets = 1;
        cap->buckets = one(a, name(a, "b", number - 6));
    }
    if (number == 3) {
        cap->measure = CBANK__V1__CAP_MEASURE__CAP_MEASURE_RECORDS;
        cap->number = 20;
    }
    if (number == 0) {
        cap->of = CBANK__V1__CAP_BASE__CAP_BASE_PROGRAMME;
        cap->num = 1;
        cap->den = 2;
    }
    return cap;
}

static void add_page(world *w, Cbank__V1__RuleSetPage *page)
{
    cbank_buffer bytes = {0};

    must(cbi_message_pack(page, &bytes, NULL));
    must(cbi_ruleset_add(w->ruleset, cbi_bytes_of_buffer(&bytes), NULL));
    cbank_buffer_clear(&bytes);
}

static void make_rules(world *w)
{
    cbi_arena a = {0};
    Cbank__V1__RuleSetPage page;
    Cbank__V1__Cap *caps[12];
    Cbank__V1__Rule *rules[PAGE_RULES];

    must(cbi_ruleset_new(&w->ruleset, NULL));
    cbank__v1__rule_set_page__init(&page);
    page.n_caps = 12;
    page.caps = caps;
    for (uint32_t i = 0; i < 12; i++)
        caps[i] = make_cap(&a, w, i);
    add_page(w, &page);
    for (uint32_t i = 0; i < w->rules;) {
        cbi_arena_rewind(&a);
        cbank__v1__rule_set_page__init(&page);
        page.rules = rules;
        while (page.n_rules < PAGE_RULES && i < w->rules)
            rules[page.n_rules++] = make_rule(&a, w, i++);
        add_page(w, &page);
    }
    must(cbi_ruleset_finish(w->ruleset, NULL));
    cbi_arena_clear(&a);
}

static void make_programme(world *w)
{
    static char unit[] = "credit";
    cbi_arena *a = &w->arena;
    Cbank__V1__ProgrammePage page;
    Cbank__V1__ProgrammeTerms terms;
    Cbank__V1__Bucket *buckets[BUCKETS];
    Cbank__V1__ProgrammeCourse *courses[COURSES];
    cbank_buffer bytes = {0};

    cbank__v1__programme_page__init(&page);
    cbank__v1__programme_terms__init(&terms);
    terms.unit = unit;
    terms.total_milli = 120000;
    page.terms = &terms;
    page.n_buckets = BUCKETS;
    page.buckets = buckets;
    for (uint32_t i = 0; i < BUCKETS; i++) {
        buckets[i] = make(a, 1, sizeof(*buckets[i]));
        cbank__v1__bucket__init(buckets[i]);
        buckets[i]->id = name(a, "b", i);
        buckets[i]->min_milli = 20000;
    }
    page.n_courses = COURSES;
    page.courses = courses;
    for (uint32_t i = 0; i < COURSES; i++) {
        courses[i] = make(a, 1, sizeof(*courses[i]));
        cbank__v1__programme_course__init(courses[i]);
        courses[i]->code = name(a, "P", i);
        courses[i]->amount_milli = 2000 + 500 * (i % 5);
        courses[i]->n_buckets = 1 + i % 2;
        courses[i]->buckets = make(a, 2, sizeof(char *));
        courses[i]->buckets[0] = name(a, "b", i % (BUCKETS - 1));
        courses[i]->buckets[1] = name(a, "b", BUCKETS - 1);
    }
    must(cbi_message_pack(&page, &bytes, NULL));
    must(cbi_programme_new(&w->programme, NULL));
    must(cbi_programme_add(w->programme, cbi_bytes_of_buffer(&bytes), NULL));
    must(cbi_programme_finish(w->programme, NULL));
    cbank_buffer_clear(&bytes);
}

void world_make(world *w, uint32_t rules, bool tight)
{
    *w = (world){.rules = rules, .institutions = rules < 10000 ? 20 : 1700, .tight = tight,
                 .state = 1};
    make_programme(w);
    make_rules(w);
}

void world_clear(world *w)
{
    cbi_ruleset_free(w->ruleset);
    cbi_programme_free(w->programme);
    cbi_arena_clear(&w->arena);
}

/* Most have studied at two institutions; four in five of their courses have a rule. */
void learner_draw(learner *l, world *w, uint32_t records)
{
    static char credit[] = "credit";
    cbi_arena *a = &l->arena;
    uint32_t home[2] = {draw(w, w->institutions), draw(w, w->institutions)};

    cbi_arena_rewind(a);
    l->facts = make(a, records, sizeof(*l->facts));
    l->count = records;
    for (uint32_t i = 0; i < records; i++) {
        Cbank__V1__CreditRecord *record = make(a, 1, sizeof(*record));
        Cbank__V1__Amount *amount = make(a, 1, sizeof(*amount));
        uint32_t codes = w->rules / w->institutions;

        cbank__v1__credit_record__init(record);
        cbank__v1__amount__init(amount);
        record->type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
        record->awarded_by = make(a, 1, sizeof(*record->awarded_by));
        cbank__v1__awarder__init(record->awarded_by);
        record->awarded_by->institution = name(a, "U", home[draw(w, 2)]);
        record->code = name(a, "C", draw(w, codes + codes / 4 + 1));
        record->awarded_on = (2018 + draw(w, 7)) * 10000 + (1 + draw(w, 12)) * 100 + 15;
        record->grade = make(a, 1, sizeof(*record->grade));
        cbank__v1__grade__init(record->grade);
        record->grade->kind = CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
        record->grade->score_milli = 50000 + 1000 * draw(w, 50);
        amount->unit = credit;
        amount->milli = 1000 + 500 * draw(w, 7);
        record->n_amounts = 1;
        record->amounts = make(a, 1, sizeof(amount));
        record->amounts[0] = amount;
        l->facts[i] = (cbi_fact){.id = name(a, "R", 100000 + i),
                                 .record = record,
                                 .awarded_on = record->awarded_on};
    }
}

void learner_clear(learner *l)
{
    cbi_arena_clear(&l->arena);
}
