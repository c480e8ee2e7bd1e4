#include "rules/amount.h"

#include "base/decimal.h"
#include "base/limits.h"
#include "rules/fact.h"

#include <string.h>

#define PARTS_MAX 1000000000 /* of a ratio */

/* num / den, den above 0. */
struct fraction {
    __int128 num;
    int64_t den;
};

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

static __int128 floor_of(struct fraction value)
{
    return value.num / value.den - (value.num % value.den < 0);
}

static bool is_less(struct fraction a, struct fraction b)
{
    return a.num * b.den < b.num * a.den;
}

/* What is left of all the records in a unit; of one that states none, nothing. */
static int64_t sum_of(const cbi_worth *worth, const char *unit)
{
    int64_t sum = 0;

    for (size_t i = 0; i < worth->fact_count; i++) {
        int64_t milli = 0;

        if (cbi_fact_left(worth->facts[i], unit[0] == '\0' ? worth->unit : unit, worth->unit,
                          worth->scope, &milli))
            sum += milli;
    }
    return sum;
}

/* The nearest multiple of step, by the node's mode. */
static struct fraction round_to(struct fraction value, Cbank__V1__RoundMode mode, int64_t step)
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
    return (struct fraction){(whole + up) * step, 1};
}

static cbank_status finish(struct walk *walk, const Cbank__V1__AmountNode *node,
                           struct fraction *value)
{
    struct fraction max = {node->max_milli, 1};

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
                                  struct fraction *out)
{
    const cbi_worth *worth = walk->worth;
    int64_t left;

    switch (node->mode) {
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_FIXED:
        *out = (struct fraction){node->milli, 1};
        break;
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_AS_IS:
        *out = (struct fraction){sum_of(worth, node->unit), 1};
        break;
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_RATIO:
        if (node->den <= 0 || node->num < 0 || node->den > PARTS_MAX || node->num > PARTS_MAX)
            return refuse(walk, node->den == 0 ? "x / 0" : "ratio");
        *out = (struct fraction){(__int128)sum_of(worth, node->unit) * node->num, node->den};
        break;
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_PER_HOURS:
        if (node->milli <= 0 || node->milli > PARTS_MAX)
            return refuse(walk, node->milli == 0 ? "x / 0" : "hours");
        *out = (struct fraction){(__int128)sum_of(worth, "hour") * 1000, node->milli};
        break;
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_CATALOGUE:
        if (worth->catalogue < 0)
            return refuse(walk, "catalogue");
        *out = (struct fraction){worth->catalogue, 1};
        break;
    case CBANK__V1__AMOUNT_MODE__AMOUNT_MODE_REMAINDER:
        left = sum_of(worth, node->unit) - worth->others;
        *out = (struct fraction){left > 0 ? left : 0, 1};
        break;
    default:
        return refuse(walk, "mode");
    }
    return out->num < 0 ? refuse(walk, "< 0") : CBANK_OK;
}

/* Bounded by CBI_NESTING_MAX. */
static cbank_status value_of(struct walk *walk, unsigned depth, struct fraction *out)
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
            struct fraction value;

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
    struct fraction value = {0, 1};

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
