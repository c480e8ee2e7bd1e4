/* From rules and records to what may be chosen: which rules meet which records. */
#include "rules/compile.h"

#include <criterion/criterion.h>

static cbank_error err;

static void ok(cbank_status status)
{
    cr_assert_eq(status, CBANK_OK, "%s %s", cbi_reason_word((cbi_reason)err.reason), err.object);
}

/*
 * One record of 3 credits, 45 hours and level 5, awarded on 2024-05-10 and assessed in March; one
 * rule that turns it into the course P, of 4 credits, 48 hours and level 5; and the days asked for.
 */
typedef struct scene {
    Cbank__V1__Conditions want;
    Cbank__V1__Conditions unless; /* what must not hold, if it asks for anything */
    bool with_unless;
    Cbank__V1__Rule rule;
    Cbank__V1__ProgrammeCourse course;
    Cbank__V1__CreditRecord record;
    Cbank__V1__DateRule date_rule;
    Cbank__V1__PartialDates partial;
    uint32_t applied_on, admitted_on;
} scene;

static char empty[] = "", credit[] = "credit", hour[] = "hour", framework[] = "FW", code[] = "P",
            bucket_id[] = "b", rule_id[] = "r";

static scene plain(void)
{
    scene s = {
        .want = CBANK__V1__CONDITIONS__INIT,
        .unless = CBANK__V1__CONDITIONS__INIT,
        .rule = CBANK__V1__RULE__INIT,
        .course = CBANK__V1__PROGRAMME_COURSE__INIT,
        .record = CBANK__V1__CREDIT_RECORD__INIT,
        .date_rule = CBANK__V1__DATE_RULE__DATE_RULE_APPLICATION,
        .applied_on = 20250301,
        .admitted_on = 20230901,
    };

    s.course.level_milli = 5000;
    s.record.awarded_on = 20240510;
    s.record.assessed_on = 20240300;
    return s;
}

static void make_ruleset(scene *s, cbi_ruleset **out)
{
    Cbank__V1__RuleSetPage page = CBANK__V1__RULE_SET_PAGE__INIT;
    Cbank__V1__Conditions *layers[] = {&s->want, &s->unless};
    Cbank__V1__Selector selector = CBANK__V1__SELECTOR__INIT;
    Cbank__V1__Term term = CBANK__V1__TERM__INIT, *terms = &term;
    Cbank__V1__AmountNode node = CBANK__V1__AMOUNT_NODE__INIT, *nodes = &node;
    Cbank__V1__Grant grant = CBANK__V1__GRANT__INIT, *grants = &grant;
    Cbank__V1__Rule *rules = &s->rule;
    cbank_buffer bytes = {0};

    selector.n_layers = s->with_unless ? 2 : 1;
    selector.layers = layers;
    term.kind = CBANK__V1__TERM_KIND__TERM_KIND_SELECT;
    term.select = &selector;
    node.mode = CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_AS_IS;
    grant.course = code;
    grant.n_amount = 1;
    grant.amount = &nodes;
    s->rule.id = rule_id;
    s->rule.force = CBANK__V1__FORCE__FORCE_BINDING;
    s->rule.effect = CBANK__V1__RULE_EFFECT__RULE_EFFECT_TRANSFER;
    s->rule.n_source = s->rule.n_grants = page.n_rules = 1;
    s->rule.source = &terms;
    s->rule.grants = &grants;
    page.rules = &rules;
    ok(cbi_message_pack(&page, &bytes, &err));
    ok(cbi_ruleset_new(out, &err));
    ok(cbi_ruleset_add(*out, cbi_bytes_of_buffer(&bytes), &err));
    cbi_ruleset_date(*out, s->date_rule, s->partial);
    ok(cbi_ruleset_finish(*out, &err));
    cbank_buffer_clear(&bytes);
}

static void make_programme(scene *s, cbi_programme **out)
{
    Cbank__V1__ProgrammePage page = CBANK__V1__PROGRAMME_PAGE__INIT;
    Cbank__V1__ProgrammeTerms terms = CBANK__V1__PROGRAMME_TERMS__INIT;
    Cbank__V1__Bucket bucket = CBANK__V1__BUCKET__INIT, *buckets = &bucket;
    Cbank__V1__ProgrammeCourse *courses = &s->course;
    Cbank__V1__Amount hours = CBANK__V1__AMOUNT__INIT, *amounts = &hours;
    char *names[] = {bucket_id};
    cbank_buffer bytes = {0};

    terms.unit = credit;
    terms.framework = framework;
    terms.total_milli = 4000;
    bucket.id = bucket_id;
    hours.unit = hour;
    hours.milli = 48000;
    s->course.code = code;
    s->course.amount_milli = 4000;
    s->course.n_amounts = s->course.n_buckets = 1;
    s->course.amounts = &amounts;
    s->course.buckets = names;
    page.terms = &terms;
    page.n_buckets = page.n_courses = 1;
    page.buckets = &buckets;
    page.courses = &courses;
    ok(cbi_message_pack(&page, &bytes, &err));
    ok(cbi_programme_new(out, &err));
    ok(cbi_programme_add(*out, cbi_bytes_of_buffer(&bytes), &err));
    ok(cbi_programme_finish(*out, &err));
    cbank_buffer_clear(&bytes);
}

/* Whether the rule takes the record. */
static bool applies(scene s)
{
    Cbank__V1__Amount have[] = {CBANK__V1__AMOUNT__INIT, CBANK__V1__AMOUNT__INIT};
    Cbank__V1__Amount *amounts[] = {&have[0], &have[1]};
    Cbank__V1__Level level = CBANK__V1__LEVEL__INIT, *levels = &level;
    cbi_fact fact = {.id = "R", .record = &s.record, .awarded_on = s.record.awarded_on};
    cbi_question question = {.facts = &fact,
                             .fact_count = 1,
                             .ruleset_count = 1,
                             .as_of = 20250301,
                             .applied_on = s.applied_on,
                             .admitted_on = s.admitted_on};
    cbi_programme *programme = NULL;
    cbi_ruleset *ruleset = NULL;
    const cbi_ruleset *rulesets[1];
    cbi_compile compile = {0};
    bool taken;

    have[0].unit = credit;
    have[0].milli = 3000;
    have[1].unit = hour;
    have[1].milli = 45000;
    s.record.n_amounts = 2;
    s.record.amounts = amounts;
    level.framework = framework;
    level.level_milli = 5000;
    s.record.n_levels = 1;
    s.record.levels = &levels;
    make_programme(&s, &programme);
    make_ruleset(&s, &ruleset);
    rulesets[0] = ruleset;
    question.programme = programme;
    question.rulesets = rulesets;
    ok(cbi_compile_run(&compile, &question, &err));
    taken = compile.problem.application_count == 1;
    cbi_compile_clear(&compile);
    cbi_ruleset_free(ruleset);
    cbi_programme_free(programme);
    return taken;
}

/* `low` and `high` in thousandths; a test of the difference or of the share, in one unit. */
static bool applies_beside(scene s, char *unit, bool share, int64_t low, int64_t high)
{
    Cbank__V1__TargetTest test = CBANK__V1__TARGET_TEST__INIT, *tests = &test;
    Cbank__V1__Range range = CBANK__V1__RANGE__INIT;

    range.bounded_below = range.bounded_above = true;
    range.min_milli = low;
    range.max_milli = high;
    test.unit = unit;
    test.share = share ? &range : NULL;
    test.difference = share ? NULL : &range;
    s.want.n_to_target = 1;
    s.want.to_target = &tests;
    return applies(s);
}

/* S11: 3 credits where the course has 4. */
Test(compile, s11_a_record_is_held_against_the_credit_of_its_target)
{
    cr_expect(applies_beside(plain(), empty, false, -1000, 1000));
    cr_expect_not(applies_beside(plain(), empty, false, -999, 1000));
    cr_expect_not(applies_beside(plain(), credit, false, 0, 1000));
}

/* S5: hours that are three quarters of the target's or more: 45 of 48 are 937.5 thousandths. */
Test(compile, s5_a_record_is_held_against_the_hours_of_its_target)
{
    cr_expect(applies_beside(plain(), hour, true, 750, 1000));
    cr_expect(applies_beside(plain(), hour, true, 937, 938));
    cr_expect_not(applies_beside(plain(), hour, true, 938, 1000), "937.5 is not rounded");
    cr_expect_not(applies_beside(plain(), hour, true, 0, 937));
}

Test(compile, what_is_not_stated_stands_beside_nothing)
{
    static char ects[] = "ects";

    cr_expect_not(applies_beside(plain(), ects, true, 0, 1000000));
}

/* S44: the record's level is 5. */
Test(compile, s44_a_level_reaches_that_of_the_target)
{
    const int64_t levels[] = {4500, 5000, 5001, 0};

    for (uint32_t i = 0; i < 4; i++) {
        scene s = plain();

        s.want.level_reaches_target = true;
        s.course.level_milli = levels[i];
        cr_expect_eq(applies(s), i < 2, "%lld: one that is not stated is not reached",
                     (long long)levels[i]);
    }
}

/* S29, S50: a rule of this rule set in force from `from` until `until`. */
static bool applies_between(Cbank__V1__DateRule date_rule, Cbank__V1__PartialDates partial,
                            uint32_t from, uint32_t until)
{
    scene s = plain();

    s.date_rule = date_rule;
    s.partial = partial;
    s.rule.effective_from = from;
    s.rule.effective_until = until;
    return applies(s);
}

#define BY(name) CBANK__V1__DATE_RULE__DATE_RULE_##name
#define PARTIAL(name) CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_##name

Test(compile, s29_a_rule_is_in_force_on_the_day_that_its_rule_set_goes_by)
{
    static const struct {
        Cbank__V1__DateRule rule;
        uint32_t day;
    } cases[] = {{BY(AWARD), 20240510}, {BY(APPLICATION), 20250301}, {BY(ADMISSION), 20230901}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t day = cases[i].day;

        cr_expect(applies_between(cases[i].rule, PARTIAL(REFUSE), 0, 0));
        cr_expect(applies_between(cases[i].rule, PARTIAL(REFUSE), day, day));
        cr_expect_not(applies_between(cases[i].rule, PARTIAL(REFUSE), day + 1, 0));
        cr_expect_not(applies_between(cases[i].rule, PARTIAL(REFUSE), 0, day - 1));
    }
}

Test(compile, s29_an_assessment_known_to_the_month_is_the_day_that_the_rule_set_says)
{
    cr_expect(applies_between(BY(ASSESSMENT), PARTIAL(FIRST_DAY), 20240301, 20240301));
    cr_expect(applies_between(BY(ASSESSMENT), PARTIAL(LAST_DAY), 20240331, 20240331));
    cr_expect(applies_between(BY(ASSESSMENT), PARTIAL(REFUSE), 20240510, 20240510),
              "the day of the award, where none other is known");
}

/* A, not B: where it cannot be told whether B holds, the whole is not taken to hold. */
Test(compile, what_is_not_at_hand_does_not_hold_inside_a_not_either)
{
    Cbank__V1__TargetTest test = CBANK__V1__TARGET_TEST__INIT, *tests = &test;
    Cbank__V1__Range range = CBANK__V1__RANGE__INIT;
    scene s = plain();

    s.with_unless = true;
    s.unless.overlap_permille = 800;
    cr_expect_not(applies(s), "nobody has reviewed it");

    s = plain();
    s.with_unless = true;
    s.unless.level_reaches_target = true;
    s.course.level_milli = 0;
    cr_expect_not(applies(s), "the course states no level");

    range.bounded_above = true;
    range.max_milli = 750;
    test.unit = cbi_message_string("ects");
    test.share = &range;
    s = plain();
    s.with_unless = true;
    s.unless.n_to_target = 1;
    s.unless.to_target = &tests;
    cr_expect_not(applies(s), "the course states no such amount");
}

/* What a record does not state itself is no answer that is awaited: it has no grade. */
Test(compile, what_a_record_does_not_state_it_does_not_have)
{
    Cbank__V1__Range range = CBANK__V1__RANGE__INIT;
    scene s = plain();

    range.bounded_above = true;
    range.max_milli = 59900;
    s.with_unless = true;
    s.unless.grade = &range;
    cr_expect(applies(s));
}
