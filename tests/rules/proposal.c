/* Plans as they are told: which rule stood in the way, and how its numbers came about. */
#include "rules/proposal.h"

#include "base/text.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#define REASON(name) CBANK__V1__REFUSAL_REASON__REFUSAL_REASON_##name
#define STEP(name) CBANK__V1__PLAN_STEP_KIND__PLAN_STEP_KIND_##name
#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name
#define METHOD(name) CBANK__V1__MAPPING_METHOD__MAPPING_METHOD_##name
#define SETS_MAX 2

static cbank_error err;
static void ok(cbank_status status)
{
    cr_assert_eq(status, CBANK_OK, "%s %s", cbi_reason_word((cbi_reason)err.reason), err.object);
}

#define TEXT(text) cbi_message_string(text)

/*
 * A course of code C1 and 4 credits with a level of 5 in the framework FW, and a grade; rules that
 * take what is like their conditions; a programme of one bucket.
 */
typedef struct scene {
    Cbank__V1__CreditRecord record;
    Cbank__V1__Grade grade;
    cbi_ruleset *rule_sets[SETS_MAX];
    uint32_t rule_set_count;
    cbi_programme *programme;
    cbank_buffer plan;
    Cbank__V1__Plan *told;
} scene;
static scene s;
static Cbank__V1__Awarder awarder;
static Cbank__V1__Amount amount, *amounts[] = {&amount};
static Cbank__V1__Level level, *levels[] = {&level};

static void make_programme(void)
{
    Cbank__V1__ProgrammePage page = CBANK__V1__PROGRAMME_PAGE__INIT;
    Cbank__V1__ProgrammeTerms terms = CBANK__V1__PROGRAMME_TERMS__INIT;
    Cbank__V1__Bucket bucket = CBANK__V1__BUCKET__INIT, *buckets[] = {&bucket};
    cbank_buffer bytes = {0};

    terms.unit = TEXT("credit");
    terms.total_milli = 10000;
    bucket.id = TEXT("b");
    page.terms = &terms;
    page.n_buckets = 1;
    page.buckets = buckets;
    ok(cbi_message_pack(&page, &bytes, &err));
    ok(cbi_programme_new(&s.programme, &err));
    ok(cbi_programme_add(s.programme, cbi_bytes_of_buffer(&bytes), &err));
    ok(cbi_programme_finish(s.programme, &err));
    cbank_buffer_clear(&bytes);
}

static void begin(void)
{
    s = (scene){0};
    cbank__v1__credit_record__init(&s.record);
    cbank__v1__grade__init(&s.grade);
    cbank__v1__awarder__init(&awarder);
    cbank__v1__amount__init(&amount);
    cbank__v1__level__init(&level);
    awarder.institution = TEXT("PXU");
    amount.unit = TEXT("credit");
    amount.milli = 4000;
    level.framework = TEXT("FW");
    level.level_milli = 5000;
    s.record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    s.record.code = TEXT("C1");
    s.record.awarded_by = &awarder;
    s.record.n_amounts = s.record.n_levels = 1;
    s.record.amounts = amounts;
    s.record.levels = levels;
    s.record.awarded_on = 20240510;
    make_programme();
}

static void end(void)
{
    for (uint32_t i = 0; i < s.rule_set_count; i++)
        cbi_ruleset_free(s.rule_sets[i]);
    cbi_programme_free(s.programme);
    cbi_message_free(s.told);
    cbank_buffer_clear(&s.plan);
}

TestSuite(proposal, .init = begin, .fini = end);

/* A rule set of one rule: C1 under these conditions is worth what it is. */
static void add_rule(const char *id, Cbank__V1__Conditions *want, Cbank__V1__Grant *more)
{
    Cbank__V1__RuleSetPage page = CBANK__V1__RULE_SET_PAGE__INIT;
    Cbank__V1__Selector selector = CBANK__V1__SELECTOR__INIT;
    Cbank__V1__Term term = CBANK__V1__TERM__INIT, *terms[] = {&term};
    Cbank__V1__AmountNode node = CBANK__V1__AMOUNT_NODE__INIT, *nodes[] = {&node};
    Cbank__V1__Grant grant = CBANK__V1__GRANT__INIT, *grants[] = {&grant};
    Cbank__V1__Rule rule = CBANK__V1__RULE__INIT, *rules[] = {&rule};
    Cbank__V1__Conditions *layers[] = {want};
    char *buckets[] = {TEXT("b")};
    cbank_buffer bytes = {0};
    cbi_ruleset **out = &s.rule_sets[s.rule_set_count++];

    grant = more == NULL ? grant : *more;
    selector.n_layers = 1;
    selector.layers = layers;
    term.kind = CBANK__V1__TERM_KIND__TERM_KIND_SELECT;
    term.select = &selector;
    node.mode = CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_AS_IS;
    grant.n_buckets = grant.n_amount = 1;
    grant.buckets = buckets;
    grant.amount = nodes;
    rule.id = TEXT(id);
    rule.force = CBANK__V1__FORCE__FORCE_BINDING;
    rule.effect = CBANK__V1__RULE_EFFECT__RULE_EFFECT_TRANSFER;
    rule.use_scope = CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE;
    rule.n_source = rule.n_grants = page.n_rules = 1;
    rule.source = terms;
    rule.grants = grants;
    page.rules = rules;
    ok(cbi_message_pack(&page, &bytes, &err));
    ok(cbi_ruleset_new(out, &err));
    ok(cbi_ruleset_add(*out, cbi_bytes_of_buffer(&bytes), &err));
    ok(cbi_ruleset_finish(*out, &err));
    cbank_buffer_clear(&bytes);
}

/* What the newest rule set uses: one page of an edition of that name. */
static void refer(int kind, const char *id, const void *page)
{
    Cbank__V1__PublicationRef ref = CBANK__V1__PUBLICATION_REF__INIT;
    cbi_reference *reference = NULL;
    cbank_buffer bytes = {0};

    ref.kind = (Cbank__V1__PublicationKind)kind;
    ref.id = TEXT(id);
    ref.edition = 1;
    ok(cbi_message_pack(page, &bytes, &err));
    ok(cbi_reference_new(&reference, &err));
    ok(cbi_reference_begin(reference, &ref, &err));
    ok(cbi_reference_add(reference, cbi_bytes_of_buffer(&bytes), &err));
    ok(cbi_reference_finish(reference, &err));
    cbi_ruleset_refer(s.rule_sets[s.rule_set_count - 1], reference);
    cbank_buffer_clear(&bytes);
}

static const Cbank__V1__Plan *ask(void)
{
    static char id[2 * CBI_HASH_SIZE + 1];
    static const cbi_hash hash = {{1}};
    Cbank__V1__PublicationRef refs[SETS_MAX + 1];
    const Cbank__V1__PublicationRef *list[SETS_MAX];
    const cbi_ruleset *rule_sets[SETS_MAX];
    cbi_source source = {.record = &s.record,
                         .id = id,
                         .record_id = hash,
                         .leaf = hash,
                         .awarded_on = s.record.awarded_on};
    cbi_proposal proposal = {.origin = "bank.example/x",
                             .account = "1",
                             .account_tag = &hash,
                             .programme = s.programme,
                             .programme_ref = &refs[SETS_MAX],
                             .rule_sets = rule_sets,
                             .rule_refs = list,
                             .rule_set_count = s.rule_set_count,
                             .goal = CBANK__V1__PLAN_GOAL__PLAN_GOAL_AWARD,
                             .as_of = 20250301,
                             .sources = &source,
                             .source_count = 1};

    cbi_hex_encode(cbi_bytes_of_hash(&hash), id);
    if (s.grade.kind != 0)
        s.record.grade = &s.grade;
    for (uint32_t i = 0; i <= SETS_MAX; i++)
        cbank__v1__publication_ref__init(&refs[i]);
    for (uint32_t i = 0; i < s.rule_set_count; i++) {
        rule_sets[i] = s.rule_sets[i];
        list[i] = &refs[i];
    }
    ok(cbi_proposal_make(&proposal, &s.plan, &err));
    ok(cbi_message_parse(&cbank__v1__plan__descriptor, cbi_bytes_of_buffer(&s.plan), &s.told,
                         &err));
    return s.told;
}

/* The one step of the one application. */
static void told(int kind, const char *from, int64_t before, int64_t after)
{
    const Cbank__V1__PlanStep *step;

    cr_assert_eq(s.told->applications[0]->n_steps, 1);
    step = s.told->applications[0]->steps[0];
    cr_expect_eq((int)step->kind, kind);
    cr_expect_str_eq(step->from, from);
    cr_expect_eq(step->from_milli, before);
    cr_expect_eq(step->to_milli, after);
}

static Cbank__V1__Conditions of_c1(void)
{
    static char *codes[] = {NULL};
    Cbank__V1__Conditions want = CBANK__V1__CONDITIONS__INIT;

    codes[0] = TEXT("C1");
    want.n_codes = 1;
    want.codes = codes;
    return want;
}

static Cbank__V1__Range from(int64_t milli)
{
    return (Cbank__V1__Range){PROTOBUF_C_MESSAGE_INIT(&cbank__v1__range__descriptor), true, milli,
                              false, 0};
}

static void score(int64_t milli, const char *scale)
{
    s.grade.kind = CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
    s.grade.score_milli = milli;
    s.grade.max_milli = 100000;
    s.grade.scale = TEXT(scale);
}

static const Cbank__V1__PlanRefusal *refusal(void)
{
    const Cbank__V1__Plan *plan = ask();

    cr_assert_eq(plan->n_refusals, 1);
    return plan->refusals[0];
}

/*
 * The rule of the one set fails on the grade, 50 where 60 is asked; that of the other one fails
 * already on the type. The grade is what stands in the way, in whichever order the sets come.
 */
Test(proposal, the_rule_that_came_nearest_is_named_whichever_rule_set_it_is_of)
{
    for (int turn = 0; turn < 2; turn++) {
        Cbank__V1__Range sixty = from(60000);
        Cbank__V1__Conditions graded = of_c1(), typed = of_c1();
        char *types[] = {TEXT("certificate")};
        const Cbank__V1__PlanRefusal *first;

        if (turn == 1) {
            end();
            begin();
        }
        graded.grade = &sixty;
        typed.n_types = 1;
        typed.types = types;
        score(50000, "");
        add_rule(turn == 0 ? "a-graded" : "a-typed", turn == 0 ? &graded : &typed, NULL);
        add_rule(turn == 0 ? "b-typed" : "b-graded", turn == 0 ? &typed : &graded, NULL);
        first = refusal();
        cr_expect_eq(first->reason, REASON(CONDITION));
        cr_expect_str_eq(first->rule, turn == 0 ? "a-graded" : "b-graded");
        cr_expect_eq(first->rule_set, (uint32_t)turn);
        cr_expect_str_eq(first->field, "grade");
        cr_assert_not_null(first->wanted);
        cr_expect_eq(first->wanted->min_milli, 60000);
        cr_expect_eq(first->have_milli, 50000);
    }
}

/* Nothing of one rule's condition is told as another's. */
Test(proposal, a_condition_without_a_number_is_told_without_one)
{
    Cbank__V1__Range sixty = from(60000);
    Cbank__V1__Conditions graded = of_c1(), scoped = of_c1();

    graded.grade = &sixty;
    scoped.overlap_permille = 800;
    score(50000, "");
    add_rule("a", &graded, NULL);
    add_rule("b", &scoped, NULL);
    cr_expect_eq(refusal()->reason, REASON(NOT_AT_HAND));
    cr_expect_str_eq(s.told->refusals[0]->rule, "b");
    cr_expect_str_eq(s.told->refusals[0]->field, "overlap_permille");
    cr_expect_null(s.told->refusals[0]->wanted);
    cr_expect_eq(s.told->refusals[0]->have_milli, 0);
}

/* Of a hundred points: 85 and more of 100 are an A, from 60 on a B. */
static Cbank__V1__ScalePage *scales(Cbank__V1__MappingMethod method)
{
    static Cbank__V1__GradeBand bands[6], *lists[2][3];
    static Cbank__V1__GradeScale two[2], *both[2];
    static Cbank__V1__GradeMapping mapping, *mappings[1];
    static Cbank__V1__GradePair pairs[2], *pair_list[2];
    static Cbank__V1__ScalePage page;
    static const struct {
        const char *label;
        int64_t low, high;
        uint64_t count;
        bool passed;
    } rows[6] = {{"excellent", 80000, 100000, 30, true}, {"good", 60000, 79000, 70, true},
                 {"failed", 0, 59000, 0, false},         {"A", 85000, 100000, 20, true},
                 {"B", 60000, 84000, 80, true},          {"F", 0, 59000, 0, false}};

    cbank__v1__scale_page__init(&page);
    cbank__v1__grade_mapping__init(&mapping);
    for (int i = 0; i < 6; i++) {
        cbank__v1__grade_band__init(&bands[i]);
        bands[i].label = TEXT(rows[i].label);
        bands[i].from_milli = rows[i].low;
        bands[i].until_milli = rows[i].high;
        bands[i].count = rows[i].count;
        bands[i].passed = rows[i].passed;
        lists[i / 3][i % 3] = &bands[i];
    }
    for (int i = 0; i < 2; i++) {
        cbank__v1__grade_scale__init(&two[i]);
        two[i].id = TEXT(i == 0 ? "words" : "letters");
        two[i].step_milli = 1000;
        two[i].n_bands = 3;
        two[i].bands = lists[i];
        both[i] = &two[i];
        cbank__v1__grade_pair__init(&pairs[i]);
        pairs[i].from = TEXT(rows[i].label);
        pairs[i].to = TEXT(rows[3 + i].label);
        pair_list[i] = &pairs[i];
    }
    mapping.from_scale = TEXT("words");
    mapping.to_scale = TEXT("letters");
    mapping.method = method;
    mapping.tie_break = method == METHOD(DISTRIBUTION) ? CBANK__V1__TIE_BREAK__TIE_BREAK_WORST : 0;
    mapping.n_pairs = method == METHOD(TABLE) ? 2 : 0;
    mapping.pairs = pair_list;
    mappings[0] = &mapping;
    page.n_scales = 2;
    page.scales = both;
    page.n_mappings = 1;
    page.mappings = mappings;
    return &page;
}

/* From A on, that is from 85 on, where the record says "excellent" in words. */
static const Cbank__V1__Plan *ask_for_an_a(Cbank__V1__MappingMethod method, bool at_hand)
{
    static Cbank__V1__Range a;
    Cbank__V1__Conditions want = of_c1();

    a = from(85000);
    want.grade = &a;
    want.grade_scale = TEXT("letters");
    s.grade.kind = CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL;
    s.grade.label = TEXT("excellent");
    s.grade.scale = TEXT("words");
    add_rule("r", &want, NULL);
    if (at_hand)
        refer(KIND(SCALES), "grades", scales(method));
    return ask();
}

Test(proposal, s23_a_grade_is_held_against_a_rule_on_the_scale_of_the_rule)
{
    const Cbank__V1__Plan *plan = ask_for_an_a(METHOD(TABLE), true);

    cr_assert_eq(plan->n_applications, 1);
    told(STEP(GRADE), "words", 0, 0);
    cr_expect_str_eq(plan->applications[0]->steps[0]->from_label, "excellent");
    cr_expect_str_eq(plan->applications[0]->steps[0]->to, "letters");
    cr_expect_str_eq(plan->applications[0]->steps[0]->to_label, "A");
    cr_assert_eq(plan->n_references, 1, "which scales it was judged by is in the plan");
    cr_expect_str_eq(plan->references[0]->id, "grades");
}

/*
 * The best 30 of 100 are excellent, the best 20 an A: the 30 reach into the B, and the worst of
 * the two is taken.
 */
Test(proposal, s24_by_distribution_the_named_tie_break_decides)
{
    const Cbank__V1__Plan *plan = ask_for_an_a(METHOD(DISTRIBUTION), true);

    cr_assert_eq(plan->n_refusals, 1);
    cr_expect_eq(plan->refusals[0]->reason, REASON(CONDITION));
    cr_expect_eq(plan->refusals[0]->have_milli, 60000);
    cr_assert_eq(plan->refusals[0]->n_steps, 1);
    cr_expect_str_eq(plan->refusals[0]->steps[0]->to_label, "B");
    cr_expect_eq(plan->refusals[0]->steps[0]->method, METHOD(DISTRIBUTION));
}

Test(proposal, where_no_mapping_is_at_hand_a_grade_is_not_guessed)
{
    cr_expect_eq(ask_for_an_a(METHOD(TABLE), false)->refusals[0]->reason, REASON(NOT_AT_HAND));
}

/* "good" is from 60 to 79: whether that is 70 at least, nobody knows. */
Test(proposal, a_word_that_reaches_over_the_border_is_neither_below_nor_above)
{
    Cbank__V1__Conditions want = of_c1();
    Cbank__V1__Range seventy = from(70000);

    want.grade = &seventy;
    want.grade_scale = TEXT("words");
    s.grade.kind = CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL;
    s.grade.label = TEXT("good");
    s.grade.scale = TEXT("words");
    add_rule("r", &want, NULL);
    refer(KIND(SCALES), "grades", scales(METHOD(TABLE)));
    cr_expect_eq(refusal()->reason, REASON(NOT_AT_HAND));
}

Test(proposal, s23_the_grade_goes_along_on_the_scale_that_is_asked_for)
{
    Cbank__V1__Conditions want = of_c1();
    Cbank__V1__Grant grant = CBANK__V1__GRANT__INIT;
    const Cbank__V1__Plan *plan;

    grant.grade = CBANK__V1__GRADE_CARRY__GRADE_CARRY_AS_IS;
    grant.grade_scale = TEXT("letters");
    score(92000, "words");
    add_rule("r", &want, &grant);
    refer(KIND(SCALES), "grades", scales(METHOD(TABLE)));
    plan = ask();
    cr_assert_eq(plan->n_applications, 1);
    cr_assert_not_null(plan->applications[0]->grants[0]->grade);
    cr_expect_str_eq(plan->applications[0]->grants[0]->grade->label, "A");
    cr_expect_str_eq(plan->applications[0]->grants[0]->grade->scale, "letters");
    cr_expect_eq(plan->applications[0]->n_steps, 1);
}

/* Level 5 of FW is level 6 of HK, as a page of HK says. */
static const Cbank__V1__Plan *ask_for_level(int64_t milli, bool at_hand)
{
    Cbank__V1__FrameworkPage page = CBANK__V1__FRAMEWORK_PAGE__INIT;
    Cbank__V1__Crosswalk pair = CBANK__V1__CROSSWALK__INIT, *pairs[] = {&pair};
    Cbank__V1__Conditions want = of_c1();
    Cbank__V1__Range range = from(milli);

    pair.level_milli = 6000;
    pair.framework = TEXT("FW");
    pair.other_level_milli = 5000;
    page.n_crosswalks = 1;
    page.crosswalks = pairs;
    want.framework = TEXT("HK");
    want.level = &range;
    add_rule("r", &want, NULL);
    refer(KIND(FRAMEWORK), at_hand ? "HK" : "US", &page);
    return ask();
}

Test(proposal, s3_a_level_is_found_through_a_crosswalk)
{
    const Cbank__V1__Plan *plan = ask_for_level(6000, true);

    cr_assert_eq(plan->n_applications, 1);
    told(STEP(LEVEL), "FW", 5000, 6000);
}

Test(proposal, s3_a_level_that_is_too_low_behind_the_crosswalk_says_so)
{
    const Cbank__V1__PlanRefusal *refused = ask_for_level(7000, true)->refusals[0];

    cr_expect_eq(refused->reason, REASON(CONDITION));
    cr_expect_eq(refused->have_milli, 6000);
    cr_expect_eq(refused->n_steps, 1);
}

Test(proposal, s3_a_level_of_a_framework_that_nothing_leads_from_is_not_guessed)
{
    cr_expect_eq(ask_for_level(1000, false)->refusals[0]->reason, REASON(NOT_AT_HAND));
}

/* S8: 4 credits of the host at 30/16 are 7.5 UCTS; times 9/30 they are 2.25 at home. */
Test(proposal, s8_units_are_followed_from_one_ratio_to_the_next_without_rounding_between)
{
    Cbank__V1__UnitPage page = CBANK__V1__UNIT_PAGE__INIT;
    Cbank__V1__UnitRatio host = CBANK__V1__UNIT_RATIO__INIT, home = CBANK__V1__UNIT_RATIO__INIT;
    Cbank__V1__UnitRatio *ratios[] = {&host, &home};
    Cbank__V1__Conditions want = of_c1();
    const Cbank__V1__Plan *plan;

    host.unit = TEXT("host");
    host.other = TEXT("ucts");
    host.num = 30;
    host.den = 16;
    home.unit = TEXT("ucts");
    home.other = TEXT("credit");
    home.num = 9;
    home.den = 30;
    page.n_ratios = 2;
    page.ratios = ratios;
    amount.unit = TEXT("host");
    add_rule("r", &want, NULL);
    refer(KIND(UNITS), "units", &page);
    plan = ask();
    cr_assert_eq(plan->n_applications, 1);
    cr_expect_eq(plan->measures->counted_milli, 2250);
    told(STEP(UNIT), "host", 4000, 2250);
}
