#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "rules/lint.h"

/*
 * What one of each unit is worth in the first unit that it meets: ratios are followed until
 * nothing new is met. A unit that is met twice has to be worth the same both times.
 */
typedef struct worth {
    const char *unit;
    const char *root; /* NULL: not met yet */
    __int128 num, den;
} worth;

typedef struct units {
    Cbank__V1__UnitRatio **ratios;
    uint32_t ratio_count;
    worth *list;
    uint32_t count;
} units;

#define PART_MAX ((__int128)1 << 62)

static worth *find(units *all, const char *unit)
{
    for (uint32_t i = 0; i < all->count; i++) {
        if (strcmp(all->list[i].unit, unit) == 0)
            return &all->list[i];
    }
    all->list[all->count] = (worth){.unit = unit};
    return &all->list[all->count++];
}

static void reduce(__int128 *num, __int128 *den)
{
    __int128 a = *num, b = *den;

    while (b != 0) {
        __int128 rest = a % b;

        a = b;
        b = rest;
    }
    *num /= a;
    *den /= a;
}

/* Worth by the ratio: one `unit` is num / den `other`. False if it gets too large to follow. */
static bool step(const worth *from, __int128 num, __int128 den, worth *out)
{
    out->num = from->num * num;
    out->den = from->den * den;
    reduce(&out->num, &out->den);
    return out->num < PART_MAX / CBI_RATIO_MAX && out->den < PART_MAX / CBI_RATIO_MAX;
}

/* Carries worths over ratios until nothing changes. */
static void spread(units *all)
{
    bool more = true;

    while (more) {
        more = false;
        for (uint32_t i = 0; i < all->ratio_count; i++) {
            const Cbank__V1__UnitRatio *ratio = all->ratios[i];
            worth *unit = find(all, ratio->unit), *other = find(all, ratio->other);
            worth next = {0};

            if ((unit->root == NULL) == (other->root == NULL))
                continue;
            if (unit->root == NULL && step(other, ratio->num, ratio->den, &next)) {
                *unit = (worth){unit->unit, other->root, next.num, next.den};
                more = true;
            } else if (other->root == NULL && step(unit, ratio->den, ratio->num, &next)) {
                *other = (worth){other->unit, unit->root, next.num, next.den};
                more = true;
            }
        }
    }
}

static cbank_status compare(units *all, const cbi_items *items, cbi_findings *findings,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (uint32_t i = 0; i < all->ratio_count; i++) {
        const Cbank__V1__UnitRatio *ratio = all->ratios[i];
        const worth *unit = find(all, ratio->unit), *other = find(all, ratio->other);
        worth next = {0};

        if (unit->root == NULL || other->root == NULL || unit->root != other->root ||
            !step(other, ratio->num, ratio->den, &next))
            continue;
        if (next.num != unit->num || next.den != unit->den)
            CBI_TRY(cbi_findings_add(findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_RATIOS,
                                     items->list[i].spot, ratio->unit, err, "%s", ratio->other));
    }
done:
    return status;
}

cbank_status cbi_lint_units(const cbi_content *content, cbi_findings *findings, cbank_error *err)
{
    const cbi_items *items = &content->lists[CBI_UNITS_RATIOS];
    units all = {0};
    cbank_status status = CBANK_OK;

    if (items->count == 0)
        return CBANK_OK;
    CBI_TRY(cbi_alloc(items->count, sizeof(*all.ratios), &all.ratios, err));
    CBI_TRY(cbi_alloc(2 * (size_t)items->count, sizeof(*all.list), &all.list, err));
    for (uint32_t i = 0; i < items->count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__unit_ratio__descriptor, items->list[i].bytes,
                                  &all.ratios[i], err));
        all.ratio_count++;
        if (all.ratios[i]->num <= 0 || all.ratios[i]->den <= 0)
            goto done; /* told already */
    }
    for (uint32_t i = 0; i < all.ratio_count; i++) {
        worth *unit = find(&all, all.ratios[i]->unit);

        if (unit->root == NULL)
            *unit = (worth){unit->unit, unit->unit, 1, 1};
        spread(&all);
    }
    CBI_TRY(compare(&all, items, findings, err));
done:
    for (uint32_t i = 0; i < all.ratio_count; i++)
        cbi_message_free(all.ratios[i]);
    cbi_free(all.ratios);
    cbi_free(all.list);
    return status;
}
