#include <string.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "record/grade.h"
#include "rules/validate.h"

#define EFFECT(name) CBANK__V1__RULE_EFFECT__RULE_EFFECT_##name
#define TERM(name) CBANK__V1__TERM_KIND__TERM_KIND_##name
#define MODE(name) CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_##name
#define CARRY(name) CBANK__V1__GRADE_CARRY__GRADE_CARRY_##name

/* A list in preorder on its way: how many children are still to come, level by level. */
typedef struct preorder {
    uint32_t due[CBI_NESTING_MAX];
    unsigned depth;
    bool begun;
} preorder;

/* False if the node has no place, or lies too deep. */
static bool take_node(preorder *tree, uint32_t children)
{
    if (tree->begun && tree->depth == 0)
        return false;
    tree->begun = true;
    if (tree->depth > 0)
        tree->due[tree->depth - 1]--;
    if (children > 0) {
        if (tree->depth == CBI_NESTING_MAX)
            return false;
        tree->due[tree->depth++] = children;
    }
    while (tree->depth > 0 && tree->due[tree->depth - 1] == 0)
        tree->depth--;
    return true;
}

static bool is_whole(const preorder *tree)
{
    return tree->begun && tree->depth == 0;
}

/* ---- sources ---- */

static void check_term(cbi_validator *validator, const Cbank__V1__Term *term)
{
    bool select = term->kind == TERM(SELECT);

    if (term->kind == TERM(UNSPECIFIED))
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "sources", "kind");
    if (select ? term->children > 0 : term->children == 0)
        cbi_complain(validator, CBI_REASON_RULE_TREE, "sources", "%u children", term->children);
    if (term->kind == TERM(TAKE) ? term->take == 0 || term->take > term->children
                                 : term->take != 0)
        cbi_complain(validator, CBI_REASON_RULE_NUMBER, "sources", "take %u of %u", term->take,
                     term->children);
    if (!select && term->select != NULL)
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "sources", "select");
    cbi_validate_selector(validator, "sources", term->select);
}

static void check_source(cbi_validator *validator, const Cbank__V1__Rule *rule)
{
    preorder tree = {0};
    bool fits = true;

    if (rule->n_source > CBI_TERMS_MAX) {
        cbi_complain(validator, CBI_REASON_FIELD_COUNT, "sources", "%zu", rule->n_source);
        return;
    }
    for (size_t i = 0; i < rule->n_source; i++) {
        check_term(validator, rule->source[i]);
        fits = fits && take_node(&tree, rule->source[i]->children);
    }
    if (!fits || !is_whole(&tree))
        cbi_complain(validator, CBI_REASON_RULE_TREE, "sources", "at most %d levels",
                     CBI_NESTING_MAX);
}

/* ---- amounts ---- */

typedef struct amounts {
    bool inexact;   /* a ratio or hours: the result may be no whole number of thousandths */
    bool remainder;
    bool catalogue;
} amounts;

static bool is_of_records(Cbank__V1__AmountMode mode)
{
    return mode == MODE(AS_IS) || mode == MODE(RATIO) || mode == MODE(REMAINDER) ||
           mode == MODE(LISTED);
}

/* What a node of another mode would mean by a number is nothing. */
static void check_unused(cbi_validator *validator, const Cbank__V1__AmountNode *node)
{
    bool tree = node->mode == MODE(LESSER) || node->mode == MODE(GREATER);
    bool milli = node->mode == MODE(FIXED) || node->mode == MODE(PER_HOURS);

    if (tree ? node->children < 2 : node->children != 0)
        cbi_complain(validator, CBI_REASON_RULE_TREE, "amount", "%u children", node->children);
    if ((!milli && node->milli != 0) ||
        (node->mode != MODE(RATIO) && (node->num != 0 || node->den != 0)) ||
        (node->mode != MODE(LISTED) && cbi_message_text(node->catalogue).size > 0) ||
        (!is_of_records(node->mode) && cbi_message_text(node->unit).size > 0))
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "amount", NULL);
}

static void check_node(cbi_validator *validator, const Cbank__V1__AmountNode *node, amounts *sum)
{
    bool rounds = node->round != CBANK__V1__ROUND_MODE__ROUND_MODE_UNSPECIFIED;

    check_unused(validator, node);
    switch (node->mode) {
    case MODE(UNSPECIFIED):
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "amount", "mode");
        break;
    case MODE(FIXED):
        cbi_validate_amount(validator, "amount", node->milli, false);
        break;
    case MODE(RATIO):
        cbi_validate_ratio(validator, "amount", node->num, node->den);
        if (node->num == 0)
            cbi_complain(validator, CBI_REASON_RULE_NUMBER, "amount", "0/%lld",
                         (long long)node->den);
        break;
    case MODE(PER_HOURS):
        if (node->milli <= 0)
            cbi_complain(validator, CBI_REASON_RULE_DIVISOR, "amount", "hours %lld/1000",
                         (long long)node->milli);
        else
            cbi_validate_amount(validator, "amount", node->milli, true);
        break;
    case MODE(LISTED):
        cbi_validate_reference(validator, "amount", CBI_KNOWN_CATALOGUES, node->catalogue);
        break;
    default:
        break;
    }
    if (cbi_message_text(node->unit).size > 0)
        cbi_validate_reference(validator, "amount", CBI_KNOWN_UNITS, node->unit);
    cbi_validate_amount(validator, "amount max", node->max_milli, false);
    if (rounds != (node->step_milli != 0) || node->step_milli < 0 ||
        node->step_milli > CBI_MILLI_MAX)
        cbi_complain(validator, CBI_REASON_RULE_NUMBER, "round", "%lld/1000",
                     (long long)node->step_milli);
    sum->inexact = sum->inexact || (node->mode == MODE(RATIO) && node->den != 1) ||
                   node->mode == MODE(PER_HOURS);
    sum->remainder = sum->remainder || node->mode == MODE(REMAINDER);
    sum->catalogue = sum->catalogue || node->mode == MODE(CATALOGUE);
}

static amounts check_amount(cbi_validator *validator, const Cbank__V1__Grant *grant)
{
    amounts sum = {0};
    preorder tree = {0};
    bool fits = true;

    if (grant->n_amount > CBI_AMOUNT_NODES_MAX) {
        cbi_complain(validator, CBI_REASON_FIELD_COUNT, "amount", "%zu", grant->n_amount);
        return sum;
    }
    for (size_t i = 0; i < grant->n_amount; i++) {
        check_node(validator, grant->amount[i], &sum);
        fits = fits && take_node(&tree, grant->amount[i]->children);
    }
    if (!fits || !is_whole(&tree))
        cbi_complain(validator, CBI_REASON_RULE_TREE, "amount", "at most %d levels",
                     CBI_NESTING_MAX);
    else if (sum.inexact &&
             grant->amount[0]->round == CBANK__V1__ROUND_MODE__ROUND_MODE_UNSPECIFIED)
        cbi_complain(validator, CBI_REASON_RULE_ROUND, "amount", NULL);
    return sum;
}

/* ---- grants ---- */

static void check_grade(cbi_validator *validator, const Cbank__V1__Grant *grant)
{
    bool fixed = grant->grade == CARRY(FIXED);
    cbank_error why = {0};

    if (grant->grade == CARRY(UNSPECIFIED))
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "grade", NULL);
    if (fixed != (grant->fixed_grade != NULL))
        cbi_complain(validator, fixed ? CBI_REASON_FIELD_MISSING : CBI_REASON_RULE_UNFIT, "grade",
                     "fixed_grade");
    if (cbi_grade_check(grant->fixed_grade, &why) != CBANK_OK)
        cbi_complain_of(validator, "grade", &why);
    if (cbi_message_text(grant->grade_scale).size == 0)
        return;
    cbi_validate_reference(validator, "grade", CBI_KNOWN_SCALES, grant->grade_scale);
    if (fixed || grant->grade == CARRY(NONE) || grant->grade == CARRY(PASSED))
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "grade", "%s", grant->grade_scale);
}

static bool check_grant(cbi_validator *validator, const Cbank__V1__Grant *grant, bool waived)
{
    bool course = cbi_message_text(grant->course).size > 0;
    bool listed = cbi_message_text(grant->catalogue).size > 0;
    amounts sum = {0};

    if (course)
        cbi_validate_id(validator, "course", grant->course);
    cbi_validate_list(validator, "buckets", grant->buckets, grant->n_buckets, CBI_BUCKETS_MAX);
    if (listed)
        cbi_validate_reference(validator, "catalogue", CBI_KNOWN_CATALOGUES, grant->catalogue);
    if (listed && (!course || grant->n_buckets == 0))
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "grants", "catalogue: course, buckets");
    else if (!listed && course == (grant->n_buckets > 0))
        cbi_complain(validator, course ? CBI_REASON_RULE_UNFIT : CBI_REASON_FIELD_MISSING,
                     "grants", "course, buckets");
    if (!waived) {
        sum = check_amount(validator, grant);
    } else if (grant->n_amount > 0 || !course || listed || grant->grade != CARRY(NONE)) {
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "grants", "attendance-waived");
    }
    if (sum.catalogue && !course)
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "amount", "catalogue");
    check_grade(validator, grant);
    return sum.remainder;
}

static void check_grants(cbi_validator *validator, const Cbank__V1__Rule *rule)
{
    bool waived = rule->effect == EFFECT(ATTENDANCE_WAIVED);
    unsigned remainders = 0;

    if (rule->n_grants == 0)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "grants", NULL);
    if (rule->n_grants > CBI_GRANTS_MAX) {
        cbi_complain(validator, CBI_REASON_FIELD_COUNT, "grants", "%zu", rule->n_grants);
        return;
    }
    for (size_t i = 0; i < rule->n_grants; i++)
        remainders += check_grant(validator, rule->grants[i], waived);
    if (remainders > 1)
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "grants", "%u remainders", remainders);
    if (rule->grants_mode == CBANK__V1__GRANTS_MODE__GRANTS_MODE_UNSPECIFIED)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "grants", "any, all");
    if (rule->use_scope == CBANK__V1__USE_SCOPE__USE_SCOPE_UNSPECIFIED)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "use", NULL);
    if (rule->leftover == CBANK__V1__LEFTOVER__LEFTOVER_UNSPECIFIED)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "leftover", NULL);
}

/* A rule that says no gives nothing and uses nothing. */
static void check_refusal(cbi_validator *validator, const Cbank__V1__Rule *rule)
{
    if (rule->n_source != 1 || rule->source[0]->kind != TERM(SELECT))
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "sources", "does-not-transfer");
    if (rule->n_grants > 0 ||
        rule->grants_mode != CBANK__V1__GRANTS_MODE__GRANTS_MODE_UNSPECIFIED ||
        rule->use_scope != CBANK__V1__USE_SCOPE__USE_SCOPE_UNSPECIFIED ||
        rule->leftover != CBANK__V1__LEFTOVER__LEFTOVER_UNSPECIFIED)
        cbi_complain(validator, CBI_REASON_RULE_UNFIT, "grants", "does-not-transfer");
}

void cbi_validate_rule(cbi_validator *validator, const Cbank__V1__Rule *rule)
{
    cbi_validate_id(validator, "id", rule->id);
    if (rule->priority == 0)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "priority", NULL);
    if (rule->force == CBANK__V1__FORCE__FORCE_UNSPECIFIED)
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "force", NULL);
    check_source(validator, rule);
    if (rule->effect == EFFECT(UNSPECIFIED))
        cbi_complain(validator, CBI_REASON_FIELD_MISSING, "effect", NULL);
    if (rule->effect == EFFECT(DOES_NOT_TRANSFER))
        check_refusal(validator, rule);
    else
        check_grants(validator, rule);
    if (rule->blocked_by != NULL) {
        cbi_validate_selector(validator, "blocked_by", rule->blocked_by->select);
        if (rule->blocked_by->when == CBANK__V1__BLOCK_WHEN__BLOCK_WHEN_UNSPECIFIED)
            cbi_complain(validator, CBI_REASON_FIELD_MISSING, "blocked_by", "when");
    }
    cbi_validate_days(validator, "effective", rule->effective_from, rule->effective_until);
    cbi_validate_text(validator, "document", rule->document);
}
