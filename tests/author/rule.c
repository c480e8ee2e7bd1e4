/* Rules as they are written, and what stands in the messages then. */
#include "author/study.h"

#include <stdio.h>
#include <string.h>

static cbi_author *author;
static Cbank__V1__Rule *rule;

static void end(void)
{
    cbi_message_free(rule);
    cbi_author_free(author);
}

TestSuite(rule, .fini = end);

/* One rule of one source and one grant, with `more` keys of the rule. */
static void read_rule(const char *source, const char *grant, const char *more)
{
    static char text[8192];

    end();
    rule = NULL;
    snprintf(text, sizeof(text),
             STUDY_HEAD "institution_groups: [{id: gd, institutions: [PXU, JXU]}]\n"
                        "aliases: [{id: english, codes: [E1, \"PXU E2\"]}]\n"
                        "rules:\n  - id: R\n    sources: %s\n    grants: %s\n%s",
             source, grant, more);
    author = study_read_text(text);
    study_is_good(author);
    rule = study_rule(author, 0);
}

static const Cbank__V1__Conditions *conditions(const char *source)
{
    read_rule(source, "{course: C, amount: 3}", "");
    return rule->source[0]->select->layers[0];
}

static bool is_range(const Cbank__V1__Range *range, bool below, int64_t min, bool above,
                     int64_t max)
{
    return range != NULL && range->bounded_below == below && range->bounded_above == above &&
           range->min_milli == min && range->max_milli == max;
}

Test(rule, what_is_not_said_is_as_the_format_says)
{
    read_rule("{codes: C1}", "{course: C, amount: 3}", "");
    cr_expect_eq(rule->priority, 100);
    cr_expect_eq(rule->effect, CBANK__V1__RULE_EFFECT__RULE_EFFECT_TRANSFER);
    cr_expect_eq(rule->force, CBANK__V1__FORCE__FORCE_BINDING);
    cr_expect_eq(rule->grants_mode, CBANK__V1__GRANTS_MODE__GRANTS_MODE_ANY);
    cr_expect_eq(rule->use_scope, CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE);
    cr_expect_eq(rule->leftover, CBANK__V1__LEFTOVER__LEFTOVER_LOST);
    cr_expect_eq(rule->grants[0]->grade, CBANK__V1__GRADE_CARRY__GRADE_CARRY_NONE);
    read_rule("{codes: C1}", "{course: C, amount: 3}",
              "defaults: {priority: 7, use: programme, force: advisory}\n");
    cr_expect_eq(rule->priority, 7);
    cr_expect_eq(rule->use_scope, CBANK__V1__USE_SCOPE__USE_SCOPE_PROGRAMME);
    cr_expect_eq(rule->force, CBANK__V1__FORCE__FORCE_ADVISORY);
}

Test(rule, a_selector_asks_for_lists_ranges_days_and_fields)
{
    const Cbank__V1__Conditions *want =
        conditions("{types: [exam, course], institutions: ['@gd', ABC], codes: '@english', "
                   "level: 4.5, amounts: {credit: 2.., hour: ..60}, awarded: 2020-01-01.., "
                   "max_age: 7 years, overlap: 80%, hours_per_credit: 16..18, "
                   "categories: ['cn=A=1'], level_reaches_target: yes, "
                   "to_target: {hour: {share: 75%..}, own: {difference: -2..2}}, "
                   "parts: {'*': 50.., ab: {range: '*'}}, "
                   "where: {placing.rank: 1..3, role: [b, a], evidence: '*', "
                   "attendance: 80%.., ended: 2024-01-01..2024-12-31}}");

    cr_expect(want->n_types == 2 && strcmp(want->types[0], "course") == 0, "in byte order");
    cr_expect(want->n_institutions == 2 && strcmp(want->institutions[0], "@gd") == 0);
    cr_expect_str_eq(want->codes[0], "@english");
    cr_expect(is_range(want->level, true, 4500, true, 4500));
    cr_expect(want->n_amounts == 2 && is_range(want->amounts[0]->range, true, 2000, false, 0));
    cr_expect(is_range(want->amounts[1]->range, false, 0, true, 60000));
    cr_expect(want->awarded_from == 20200101 && want->awarded_until == 0);
    cr_expect(want->max_age_years == 7 && want->max_age_months == 0);
    cr_expect_eq(want->overlap_permille, 800);
    cr_expect(is_range(want->hours_per_credit, true, 16000, true, 18000));
    cr_expect_str_eq(want->categories[0]->value, "A=1");
    cr_expect(want->level_reaches_target);
    cr_expect(want->to_target[0]->unit[0] == '\0' &&
              is_range(want->to_target[0]->difference, true, -2000, true, 2000));
    cr_expect(is_range(want->to_target[1]->share, true, 750, false, 0));
    cr_expect(is_range(want->parts[0]->range, true, 50000, false, 0));
    cr_expect(strcmp(want->parts[1]->code, "ab") == 0 && want->parts[1]->range == NULL);
    cr_expect_eq(want->n_fields, 5);
    cr_expect(is_range(want->fields[0]->range, true, 800, false, 0), "attendance");
    cr_expect(is_range(want->fields[1]->range, true, 20240101000, true, 20241231000), "ended");
    cr_expect(want->fields[2]->n_values == 0 && want->fields[2]->range == NULL, "evidence");
    cr_expect(is_range(want->fields[3]->range, true, 1000, true, 3000), "rank");
    cr_expect_str_eq(want->fields[4]->values[0], "a");
}

Test(rule, exceptions_lie_in_layers)
{
    read_rule("{types: course, not: {codes: [A], not: {institutions: PXU}}}",
              "{course: C, amount: 3}", "");
    cr_assert_eq(rule->source[0]->select->n_layers, 3);
    cr_expect_str_eq(rule->source[0]->select->layers[1]->codes[0], "A");
    cr_expect_str_eq(rule->source[0]->select->layers[2]->institutions[0], "PXU");
}

Test(rule, sources_combine_and_become_a_list_in_preorder)
{
    read_rule("{all: [{codes: A}, {any: [{codes: B}, {codes: C}]}, "
              "{take: 2, of: [{codes: D}, {codes: E}, {codes: F}]}]}",
              "{course: C, amount: 3}", "");
    cr_assert_eq(rule->n_source, 9);
    cr_expect(rule->source[0]->kind == CBANK__V1__TERM_KIND__TERM_KIND_ALL &&
              rule->source[0]->children == 3);
    cr_expect(rule->source[2]->kind == CBANK__V1__TERM_KIND__TERM_KIND_ANY &&
              rule->source[2]->children == 2);
    cr_expect(rule->source[5]->kind == CBANK__V1__TERM_KIND__TERM_KIND_TAKE &&
              rule->source[5]->take == 2);
    cr_expect_str_eq(rule->source[8]->select->layers[0]->codes[0], "F");
}

Test(rule, an_amount_is_exact_and_rounds_once)
{
    const Cbank__V1__AmountNode *amount;

    read_rule("{codes: A}", "{course: C, amount: ratio 30/16 * 9/30, max: 8, round: down 0.5}", "");
    amount = rule->grants[0]->amount[0];
    cr_expect(amount->num == 9 && amount->den == 16);
    cr_expect(amount->max_milli == 8000 && amount->step_milli == 500 &&
              amount->round == CBANK__V1__ROUND_MODE__ROUND_MODE_DOWN);
    read_rule("{codes: A}", "{course: C, amount: ratio 66.7%, round: half-up 0.1}", "");
    amount = rule->grants[0]->amount[0];
    cr_expect(amount->num == 667 && amount->den == 1000, "never two thirds");
    read_rule("{codes: A}", "{course: C, amount: per-hours 16, round: down 1}", "");
    cr_expect_eq(rule->grants[0]->amount[0]->milli, 16000);
    read_rule("{codes: A}",
              "{course: C, amount: {lesser: [8, {amount: as-is, unit: point}, catalogue]}}", "");
    cr_assert_eq(rule->grants[0]->n_amount, 4);
    cr_expect_eq(rule->grants[0]->amount[0]->children, 3);
    cr_expect_str_eq(rule->grants[0]->amount[2]->unit, "point");
}

Test(rule, grants_name_courses_or_buckets_and_carry_grades)
{
    read_rule("{codes: A}",
              "[{course: C, amount: 3, grade: {score: 90, of: 100}}, "
              "{buckets: [y, x], amount: remainder, grade: mean}]",
              "    place: all\n");
    cr_assert_eq(rule->n_grants, 2);
    cr_expect_eq(rule->grants_mode, CBANK__V1__GRANTS_MODE__GRANTS_MODE_ALL);
    cr_expect_eq(rule->grants[0]->fixed_grade->score_milli, 90000);
    cr_expect_str_eq(rule->grants[1]->buckets[0], "x");
    cr_expect_eq(rule->grants[1]->grade, CBANK__V1__GRADE_CARRY__GRADE_CARRY_MEAN);
}

Test(rule, a_catalogue_says_what_is_listed_what_it_is_worth_and_what_is_given_for_it)
{
    read_rule("{catalogues: [b, a]}", "{course: C, catalogue: a, buckets: x, amount: listed b}",
              "uses: [{kind: catalogue, id: a, edition: 1}, "
              "{kind: catalogue, id: b, edition: 2}]\n");
    cr_assert_eq(rule->source[0]->select->layers[0]->n_catalogues, 2);
    cr_expect_str_eq(rule->source[0]->select->layers[0]->catalogues[0], "a");
    cr_expect_str_eq(rule->grants[0]->catalogue, "a");
    cr_expect_str_eq(rule->grants[0]->buckets[0], "x");
    cr_expect_eq(rule->grants[0]->amount[0]->mode,
                 CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_LISTED);
    cr_expect_str_eq(rule->grants[0]->amount[0]->catalogue, "b");
}

Test(rule, one_that_says_no_gives_and_uses_nothing)
{
    author = study_read_text(STUDY_HEAD "rules:\n  - id: N\n    effect: does-not-transfer\n"
                                        "    sources: {types: certificate}\n");
    study_is_good(author);
    rule = study_rule(author, 0);
    cr_expect(rule->use_scope == 0 && rule->grants_mode == 0 && rule->n_grants == 0);
}

Test(rule, a_fault_is_told_in_its_place)
{
#define RULE "rules:\n  - id: R\n    sources: "
#define GRANT "\n    grants: {course: C, amount: 3}\n"
    study_refuses(RULE "{code: A}" GRANT, CBI_REASON_FORM_KEY, 3, 15);
    study_refuses(RULE "{codes: }" GRANT, CBI_REASON_FORM_EMPTY, 3, 22);
    study_refuses(RULE "{codes: {a: 1}}" GRANT, CBI_REASON_FORM_KIND, 3, 22);
    study_refuses(RULE "{types: cours}" GRANT, CBI_REASON_FIELD_VALUE, 2, 5);
    study_refuses(RULE "{codes: [A, A]}" GRANT, CBI_REASON_FORM_TWICE, 3, 22);
    study_refuses(RULE "{codes: '@nobody'}" GRANT, CBI_REASON_RULE_REFERENCE, 2, 5);
    study_refuses(RULE "{institutions: pxu}" GRANT, CBI_REASON_FIELD_VALUE, 2, 5);
    study_refuses(RULE "{level: 5..4}" GRANT, CBI_REASON_RULE_RANGE, 2, 5);
    study_refuses(RULE "{level: high}" GRANT, CBI_REASON_FORM_VALUE, 3, 22);
    study_refuses(RULE "{level: 3..5, framework: nobody}" GRANT, CBI_REASON_RULE_REFERENCE, 2, 5);
    study_refuses(RULE "{grade: A..}" GRANT, CBI_REASON_FORM_GRADE, 3, 22);
    study_refuses(RULE "{awarded: 2024-02-30..}" GRANT, CBI_REASON_FORM_VALUE, 3, 24);
    study_refuses(RULE "{where: {rolle: x}}" GRANT, CBI_REASON_RULE_FIELD, 3, 30);
    study_refuses(RULE "{types: course, not: {}}" GRANT, CBI_REASON_RULE_NOTHING, 2, 5);
    study_refuses(RULE "{take: 3, of: [{codes: A}, {codes: B}]}" GRANT, CBI_REASON_RULE_NUMBER,
                  2, 5);
    study_refuses(RULE "{codes: A}\n", CBI_REASON_FIELD_MISSING, 2, 5);
#define GRANTS(value) RULE "{codes: A}\n    grants: " value "\n"
    study_refuses(GRANTS("{course: C, amount: ratio 1/0, round: down 1}"),
                  CBI_REASON_RULE_DIVISOR, 4, 33);
    study_refuses(GRANTS("{course: C, amount: per-hours 0, round: down 1}"),
                  CBI_REASON_RULE_DIVISOR, 4, 33);
    study_refuses(GRANTS("{course: C, amount: ratio 1/3}"), CBI_REASON_RULE_ROUND, 2, 5);
    study_refuses(GRANTS("{course: C, amount: 1000000000001}"), CBI_REASON_FORM_VALUE, 4, 33);
    study_refuses(GRANTS("{course: C, amount: 1e3}"), CBI_REASON_FORM_VALUE, 4, 33);
    study_refuses(GRANTS("{amount: 3}"), CBI_REASON_FIELD_MISSING, 2, 5);
    study_refuses(GRANTS("{course: C, buckets: [x], amount: 3}"), CBI_REASON_RULE_UNFIT, 2, 5);
    study_refuses(GRANTS("{buckets: [x], amount: catalogue}"), CBI_REASON_RULE_UNFIT, 2, 5);
    study_refuses(GRANTS("{course: C, amount: listed}"), CBI_REASON_FORM_VALUE, 4, 33);
    study_refuses(GRANTS("{course: C, amount: listed nobody}"), CBI_REASON_RULE_REFERENCE, 2, 5);
    study_refuses(GRANTS("[{course: C, amount: remainder}, {course: D, amount: remainder}]"),
                  CBI_REASON_RULE_UNFIT, 2, 5);
    study_refuses(GRANTS("{course: C, amount: 3, grade: best}"), CBI_REASON_FORM_VALUE, 4, 43);
}

/* `levels` of not, each asking for one code, within one another. */
static void nest(char *out, size_t levels)
{
    char *end = out;

    end += sprintf(end, RULE);
    for (size_t i = 0; i < levels; i++)
        end += sprintf(end, "{codes: C%zu%s", i, i + 1 < levels ? ", not: " : "");
    for (size_t i = 0; i < levels; i++)
        *end++ = '}';
    strcpy(end, GRANT);
}

Test(rule, what_nests_deeper_than_the_limit_is_refused)
{
    char text[2048], whole[4096];

    nest(text, 9);
    study_refuses(text, CBI_REASON_RULE_TREE, 3, 150);
    nest(text, 8);
    snprintf(whole, sizeof(whole), STUDY_HEAD "%s", text);
    author = study_read_text(whole);
    study_is_good(author);
}

Test(rule, two_of_one_name_are_refused_at_the_second)
{
    study_refuses("rules:\n"
                  "  - {id: R, sources: {codes: A}, grants: {course: C, amount: 1}}\n"
                  "  - {id: S, sources: {codes: S}, grants: {course: C, amount: 1}}\n"
                  "  - {id: R, sources: {codes: B}, grants: {course: C, amount: 1}}\n",
                  CBI_REASON_FIELD_TWICE, 4, 5);
}

Test(rule, all_faults_of_a_file_are_told)
{
    author = study_read_text(STUDY_HEAD
                             "rulles: []\n"
                             "rules:\n"
                             "  - {id: A, sources: {codees: A}, grants: {course: C, amount: x}}\n"
                             "  - {id: B, sources: {codes: '@x'}, grants: {course: C, amount: 1}}\n"
                             "  - {sources: {codes: B}, grants: {course: C, amount: ratio 1/0}}\n");
    cr_expect(study_finds(author, CBI_REASON_FORM_KEY, 11));
    cr_expect(study_finds(author, CBI_REASON_FORM_KEY, 13));
    cr_expect(study_finds(author, CBI_REASON_FORM_VALUE, 13));
    cr_expect(study_finds(author, CBI_REASON_RULE_REFERENCE, 14));
    cr_expect(study_finds(author, CBI_REASON_FORM_MISSING, 15));
    cr_expect(study_finds(author, CBI_REASON_RULE_DIVISOR, 15));
    cr_expect_eq(cbi_author_findings(author)->found[CBI_SEVERITY_ERROR], 6);
}
