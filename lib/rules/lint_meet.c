#include <string.h>

#include "base/limits.h"
#include "rules/lint.h"

static const Cbank__V1__Conditions *first_of(const Cbank__V1__Selector *selector)
{
    return selector == NULL || selector->n_layers == 0 ? NULL : selector->layers[0];
}

static bool holds(char *const *list, size_t count, const char *value)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], value) == 0)
            return true;
    }
    return false;
}

/* A name with '@' that could not be written out may meet anything. */
static bool lists_meet(char *const *a, size_t a_count, char *const *b, size_t b_count)
{
    if (a_count == 0 || b_count == 0)
        return true;
    for (size_t i = 0; i < a_count; i++) {
        if (a[i][0] == '@' || holds(b, b_count, a[i]))
            return true;
    }
    for (size_t i = 0; i < b_count; i++) {
        if (b[i][0] == '@')
            return true;
    }
    return false;
}

static bool codes_meet(const Cbank__V1__Conditions *a, const Cbank__V1__Conditions *b)
{
    for (size_t i = 0; i < a->n_codes; i++) {
        for (size_t k = 0; k < b->n_codes; k++) {
            if (cbi_lint_codes_meet(a->codes[i], b->codes[k]))
                return true;
        }
    }
    return a->n_codes == 0 || b->n_codes == 0;
}

static bool codes_cover(const Cbank__V1__Conditions *outer, const Cbank__V1__Conditions *inner)
{
    for (size_t i = 0; i < inner->n_codes && outer->n_codes > 0; i++) {
        bool found = false;

        for (size_t k = 0; k < outer->n_codes && !found; k++)
            found = cbi_lint_code_covers(outer->codes[k], inner->codes[i]);
        if (!found)
            return false;
    }
    return outer->n_codes == 0 || inner->n_codes > 0;
}

static bool list_covers(char *const *outer, size_t outer_count, char *const *inner,
                        size_t inner_count)
{
    if (outer_count == 0)
        return true;
    for (size_t i = 0; i < inner_count; i++) {
        if (!holds(outer, outer_count, inner[i]))
            return false;
    }
    return inner_count > 0;
}

static bool ranges_meet(const Cbank__V1__Range *a, const Cbank__V1__Range *b)
{
    if (a == NULL || b == NULL)
        return true;
    return !(a->bounded_above && b->bounded_below && a->max_milli < b->min_milli) &&
           !(b->bounded_above && a->bounded_below && b->max_milli < a->min_milli);
}

static bool range_covers(const Cbank__V1__Range *outer, const Cbank__V1__Range *inner)
{
    if (outer == NULL)
        return true;
    if (inner == NULL)
        return false;
    return (!outer->bounded_below ||
            (inner->bounded_below && inner->min_milli >= outer->min_milli)) &&
           (!outer->bounded_above ||
            (inner->bounded_above && inner->max_milli <= outer->max_milli));
}

static bool days_meet(uint32_t a_from, uint32_t a_until, uint32_t b_from, uint32_t b_until)
{
    return !(a_until != 0 && b_from > a_until) && !(b_until != 0 && a_from > b_until);
}

/* What an exception takes away, as far as its lists say: all that `of` can select. */
static bool excepts(const Cbank__V1__Selector *selector, const Cbank__V1__Conditions *of)
{
    Cbank__V1__Selector outer = CBANK__V1__SELECTOR__INIT, inner = CBANK__V1__SELECTOR__INIT;
    Cbank__V1__Conditions *layers[] = {(Cbank__V1__Conditions *)(uintptr_t)of};

    if (selector == NULL || selector->n_layers != 2)
        return false;
    outer.layers = selector->layers + 1;
    outer.n_layers = 1;
    inner.layers = layers;
    inner.n_layers = 1;
    return cbi_lint_covers(&outer, &inner);
}

static bool fields_meet(const Cbank__V1__Conditions *a, const Cbank__V1__Conditions *b)
{
    for (size_t i = 0; i < a->n_fields; i++) {
        for (size_t k = 0; k < b->n_fields; k++) {
            const Cbank__V1__FieldTest *left = a->fields[i], *right = b->fields[k];

            /* Of a list, two values can stand side by side. */
            if (strcmp(left->field, right->field) == 0 && strchr(left->field, '/') == NULL &&
                strcmp(left->field, "title") != 0 && strcmp(left->field, "evidence") != 0 &&
                (!lists_meet(left->values, left->n_values, right->values, right->n_values) ||
                 !ranges_meet(left->range, right->range)))
                return false;
        }
    }
    return true;
}

bool cbi_lint_may_meet(const Cbank__V1__Selector *a, const Cbank__V1__Selector *b)
{
    const Cbank__V1__Conditions *left = first_of(a), *right = first_of(b);

    if (left == NULL || right == NULL)
        return true;
    if (!lists_meet(left->types, left->n_types, right->types, right->n_types) ||
        !lists_meet(left->institutions, left->n_institutions, right->institutions,
                    right->n_institutions) ||
        !codes_meet(left, right) ||
        !lists_meet(left->records, left->n_records, right->records, right->n_records))
        return false;
    if (strcmp(left->grade_scale, right->grade_scale) == 0 &&
        !ranges_meet(left->grade, right->grade))
        return false;
    if (strcmp(left->framework, right->framework) == 0 && left->framework[0] != '\0' &&
        !ranges_meet(left->level, right->level))
        return false;
    for (size_t i = 0; i < left->n_amounts; i++) {
        for (size_t k = 0; k < right->n_amounts; k++) {
            if (strcmp(left->amounts[i]->unit, right->amounts[k]->unit) == 0 &&
                !ranges_meet(left->amounts[i]->range, right->amounts[k]->range))
                return false;
        }
    }
    return days_meet(left->awarded_from, left->awarded_until, right->awarded_from,
                     right->awarded_until) &&
           fields_meet(left, right) && !excepts(a, right) && !excepts(b, left);
}

/* Conditions of which nothing is known here but whether they are there. */
static bool is_plain(const Cbank__V1__Conditions *want)
{
    return want->n_categories + want->n_field_prefixes + want->n_amounts + want->n_parts +
                   want->n_to_target + want->n_fields + want->n_records + want->n_catalogues ==
               0 &&
           want->hours_per_credit == NULL && want->max_age_years == 0 &&
           want->max_age_months == 0 && want->overlap_permille == 0 &&
           !want->level_reaches_target && want->last_milli == 0;
}

bool cbi_lint_covers(const Cbank__V1__Selector *outer, const Cbank__V1__Selector *inner)
{
    const Cbank__V1__Conditions *wide = first_of(outer), *narrow = first_of(inner);

    if (wide == NULL)
        return true;
    if (outer->n_layers != 1 || narrow == NULL || !is_plain(wide))
        return false;
    return list_covers(wide->types, wide->n_types, narrow->types, narrow->n_types) &&
           list_covers(wide->institutions, wide->n_institutions, narrow->institutions,
                       narrow->n_institutions) &&
           codes_cover(wide, narrow) &&
           range_covers(wide->grade, narrow->grade) &&
           (wide->grade == NULL || strcmp(wide->grade_scale, narrow->grade_scale) == 0) &&
           range_covers(wide->level, narrow->level) &&
           (wide->level == NULL || strcmp(wide->framework, narrow->framework) == 0) &&
           (wide->awarded_from == 0 || narrow->awarded_from >= wide->awarded_from) &&
           (wide->awarded_until == 0 ||
            (narrow->awarded_until != 0 && narrow->awarded_until <= wide->awarded_until));
}
