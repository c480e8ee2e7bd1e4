#include "rules/amount.h"

#include "base/decimal.h"
#include "base/limits.h"
#include "rules/day.h"
#include "rules/listed.h"

#include <string.h>

#define VALUE_MAX (CBI_MILLI_MAX * 1000000) /* two of them can still be compared exactly */

struct walk {
    Cbank__V1__AmountNode *const *nodes;
    size_t count;
    size_t at; /* the next node in preorder */
    const cbi_worth *worth;
    cbank_error *err;
};

static cbank_status refuse(struct walk *walk, const char *why)
{
    return cbi_fail(walk->err, CBI_REASON_RULE_AMOUNT, walk->at, NULL, "%s", why);
}

static __int128 floor_of(cbi_fraction value)
{
    return value.num / value.den - (value.num % value.den < 0);
}

static bool is_less(cbi_fraction a, cbi_fraction b)
{
    return a.num * b.den < b.num * a.den;
}

/*
 * What is left of a record in a unit: stated, or converted from a unit that it states. Of one that
 * was used in part only what it states itself is known.
 */
static bool left_of(const cbi_worth *worth, const cbi_fact *fact, const char *unit,
                    cbi_fraction *out)
{
    int64_t milli = 0;
    cbi_step step;

    if (cbi_fact_left(fact, unit, worth->unit, worth->scope, &milli)) {
        *out = (cbi_fraction){milli, 1};
        return true;
    }
    return cbi_fact_is_whole(fact, worth->scope) &&
           cbi_fact_amount_in(fact, unit, worth->reference, out, &step);
}

/* What is left of all the records in a unit; of one that has none, nothing. */
static cbank_status sum_of(struct walk *walk, const char *unit, cbi_fraction *out)
{
    const cbi_worth *worth = walk->worth;

    *out = (cbi_fraction){0, 1};
    for (size_t i = 0; i < worth->fact_count; i++) {
        cbi_fraction one = {0, 1};

        if (left_of(worth, worth->facts[i], unit[0] == '\0' ? worth->unit : unit, &one) &&
            !cbi_fraction_add(out, one))
            return cbi_fail(walk->err, CBI_REASON_RULE_OVERFLOW, walk->at, NULL, NULL);
    }
    return CBANK_OK;
}

/*
 * What the catalogue has the records be worth, each on the day that the rule set goes by; of one
 * that was used in part as much as is left of it in proportion, rounded down.
 */
static cbank_status listed_sum(struct walk *walk, const Cbank__V1__AmountNode *node,
                               cbi_fraction *out)
{
    const cbi_worth *worth = walk->worth;
    const char *unit = node->unit[0] == '\0' ? worth->unit : node->unit;

    *out = (cbi_fraction){0, 1};
    for (size_t i = 0; i < worth->fact_count && worth->reference != NULL; i++) {
        uint32_t day = cbi_day_of_record(worth->ruleset, worth->facts[i], worth->asked);
        const Cbank__V1__CatalogueEntry *entry =
            cbi_listed_entry(worth->reference, node->catalogue, worth->facts[i], day);

        out->num += entry == NULL ? 0
                                  : cbi_fact_share(worth->facts[i], worth->scope,
                                                   cbi_listed_amount(entry, unit));
    }
    return out->num > VALUE_MAX
               ? cbi_fail(walk->err, CBI_REASON_RULE_OVERFLOW, walk->at, NULL, NULL)
               : CBANK_OK;
}

/* value * num / den, in its lowest terms: within what later steps can hold. */
static cbank_status scale(struct walk *walk, cbi_fraction value, int64_t num, int64_t den,
                          cbi_fraction *out)
{
    __int128 above = value.num * num, below = (__int128)value.den * den;
    __int128 divisor = cbi_common_divisor(above < 0 ? -above : above, below);

    if (divisor > 1) {
        above /= divisor;
        below /= divisor;
    }
    if (below > CBI_PARTS_MAX || above / below > VALUE_MAX)
        return cbi_fail(walk->err, CBI_REASON_RULE_OVERFLOW, walk->at, NULL, NULL);
    *out = (cbi_fraction){above, (int64_t)below};
    return CBANK_OK;
}

/* The nearest multiple of step, by the node's mode. */
static cbi_fraction round_to(cbi_fraction value, Cbank__V1__RoundMode mode, int64_t step)
{
    __int128 size = (__int128)value.den * step;
    __int128 whole = floor_of(value) / step; /* never below zero */
    __int128 rest = value.num - whole * size;
    bool up = false;

    switch (mode) {
    case CBANK__V1__ROUND_MODE__ROUND_MODE_UP:
        up = rest > 0;
        break;
    case CBANK__V1__ROUND_MODE__ROUND_MODE_HALF_UP:
        up = 2 * rest >= size;
        break;
    case CBANK__V1__ROUND_MODE__ROUND_MODE_HALF_DOWN:
        up = 2 * rest > size;
        break;
    case CBANK__V1__ROUND_MODE__ROUND_MODE_HALF_EVEN:
        up = 2 * rest > size || (2 * rest == size && whole % 2 != 0);
        break;
    default:
        break;
    }
    return (cbi_fraction){(whole + up) * step, 1};
}

static cbank_status finish(struct walk *walk, const Cbank__V1__AmountNode *node,
                           cbi_fraction *value)
{
    cbi_fraction max = {node->max_milli, 1};

    if (node->max_milli > 0 && is_less(max, *value))
        *value = max;
    if (node->step_milli < 0 || node->step_milli > CBI_MILLI_MAX)
        return refuse(walk, "step");
    if (node->step_milli > 0) {
        *value = round_to(*value, node->round, node->step_milli);
        if (node->max_milli > 0 && is_less(max, *value))
            *value = round_to(max, CBANK__V1__ROUND_MODE__ROUND_MODE_DOWN, node->step_milli);
    }
    if (floor_of(*value) > CBI_MILLI_MAX)
        return cbi_fail(walk->err, CBI_REASON_RULE_OVERFLOW, walk->at, NULL, NULL);
    return CBANK_OK;
}

static cbank_status value_of_leaf(struct walk *walk, const Cbank__V1__AmountNode *node,
                                  cbi_fraction *out)
{
    const cbi_worth *worth = walk->worth;
    cbank_status status = CBANK_OK;
    cbi_fraction sum = {0, 1};

    switch (node->mode) {
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_FIXED:
        *out = (cbi_fraction){node->milli, 1};
        break;
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_AS_IS:
        CBI_TRY(sum_of(walk, node->unit, out));
        break;
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_RATIO:
        if (node->den <= 0 || node->num < 0 || node->den > CBI_PARTS_MAX ||
            node->num > CBI_PARTS_MAX)
            return refuse(walk, node->den == 0 ? "x / 0" : "ratio");
        CBI_TRY(sum_of(walk, node->unit, &sum));
        CBI_TRY(scale(walk, sum, node->num, node->den, out));
        break;
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_PER_HOURS:
        if (node->milli <= 0 || node->milli > CBI_PARTS_MAX)
            return refuse(walk, node->milli == 0 ? "x / 0" : "hours");
        CBI_TRY(sum_of(walk, "hour", &sum));
        CBI_TRY(scale(walk, sum, 1000, node->milli, out));
        break;
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_CATALOGUE:
        if (worth->catalogue < 0)
            return refuse(walk, "catalogue");
        *out = (cbi_fraction){worth->catalogue, 1};
        break;
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_LISTED:
        CBI_TRY(listed_sum(walk, node, out));
        break;
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_REMAINDER:
        CBI_TRY(sum_of(walk, node->unit, &sum));
        sum.num -= (__int128)worth->others * sum.den;
        *out = sum.num > 0 ? sum : (cbi_fraction){0, 1};
        break;
    default:
        return refuse(walk, "mode");
    }
    return out->num < 0 ? refuse(walk, "< 0") : CBANK_OK;
done:
    return status;
}

/* Bounded by CBI_NESTING_MAX. */
static cbank_status value_of(struct walk *walk, unsigned depth, cbi_fraction *out)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__AmountNode *node;
    bool lesser;

    if (depth > CBI_NESTING_MAX || walk->at >= walk->count)
        return refuse(walk, "tree");
    node = walk->nodes[walk->at++];
    lesser = node->mode == CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_LESSER;
    if (lesser || node->mode == CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_GREATER) {
        if (node->children == 0)
            return refuse(walk, "tree");
        for (uint32_t i = 0; i < node->children; i++) {
            cbi_fraction value;

            CBI_TRY(value_of(walk, depth + 1, &value));
            if (i == 0 || (lesser ? is_less(value, *out) : is_less(*out, value)))
                *out = value;
        }
    } else {
        if (node->children != 0)
            return refuse(walk, "tree");
        CBI_TRY(value_of_leaf(walk, node, out));
    }
    status = finish(walk, node, out);
done:
    return status;
}

cbank_status cbi_amount_of(Cbank__V1__AmountNode *const *nodes, size_t count,
                           const cbi_worth *worth, int64_t *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct walk walk = {nodes, count, 0, worth, err};
    cbi_fraction value = {0, 1};

    CBI_TRY(value_of(&walk, 1, &value));
    if (walk.at != count)
        return refuse(&walk, "tree");
    *out = (int64_t)floor_of(value);
done:
    return status;
}

bool cbi_amount_waits(Cbank__V1__AmountNode *const *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (nodes[i]->mode == CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_REMAINDER)
            return true;
    return false;
}
