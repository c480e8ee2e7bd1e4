#include "rules/unitbook.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

#define PART_MAX ((__int128)1 << 62)
#define UNITS_MAX (4 * CBI_UNITS_MAX) /* its own, and those of publications that it uses */

static cbi_unit_worth *look_up(const cbi_unitbook *book, const char *unit)
{
    for (uint32_t i = 0; i < book->count; i++) {
        if (strcmp(book->list[i].unit, unit) == 0)
            return &book->list[i];
    }
    return NULL;
}

const cbi_unit_worth *cbi_unitbook_find(const cbi_unitbook *book, const char *unit)
{
    return look_up(book, unit);
}

static cbi_unit_worth *enter(cbi_unitbook *book, const char *unit)
{
    cbi_unit_worth *found = look_up(book, unit);

    if (found != NULL)
        return found;
    book->list[book->count] = (cbi_unit_worth){.unit = unit};
    return &book->list[book->count++];
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

bool cbi_unitbook_step(const cbi_unit_worth *other, int64_t num, int64_t den, cbi_unit_worth *out)
{
    out->num = other->num * num;
    out->den = other->den * den;
    reduce(&out->num, &out->den);
    return out->num < PART_MAX / CBI_RATIO_MAX && out->den < PART_MAX / CBI_RATIO_MAX;
}

/* Carries worths over ratios until nothing changes. */
static void spread(cbi_unitbook *book)
{
    bool more = true;

    while (more) {
        more = false;
        for (uint32_t i = 0; i < book->ratio_count; i++) {
            const Cbank__V1__UnitRatio *ratio = book->ratios[i];
            cbi_unit_worth *unit = enter(book, ratio->unit), *other = enter(book, ratio->other);
            cbi_unit_worth next = {0};

            if ((unit->root == NULL) == (other->root == NULL))
                continue;
            if (unit->root == NULL && cbi_unitbook_step(other, ratio->num, ratio->den, &next)) {
                *unit = (cbi_unit_worth){unit->unit, other->root, next.num, next.den};
                more = true;
            } else if (other->root == NULL &&
                       cbi_unitbook_step(unit, ratio->den, ratio->num, &next)) {
                *other = (cbi_unit_worth){other->unit, unit->root, next.num, next.den};
                more = true;
            }
        }
    }
}

cbank_status cbi_unitbook_fill(cbi_unitbook *book, Cbank__V1__UnitRatio *const *ratios,
                               uint32_t count, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    book->ratios = ratios;
    book->ratio_count = count;
    CBI_TRY(cbi_alloc(2 * count < UNITS_MAX ? 2 * count : UNITS_MAX + 2, sizeof(*book->list),
                      &book->list, err));
    for (uint32_t i = 0; i < count; i++) {
        (void)enter(book, ratios[i]->unit);
        (void)enter(book, ratios[i]->other);
        if (book->count > UNITS_MAX)
            return cbi_fail(err, CBI_REASON_PLAN_TOO_LARGE, UNITS_MAX, "units", NULL);
    }
    for (uint32_t i = 0; i < count; i++) {
        cbi_unit_worth *unit = enter(book, ratios[i]->unit);

        if (unit->root != NULL)
            continue;
        *unit = (cbi_unit_worth){unit->unit, unit->unit, 1, 1};
        spread(book);
    }
done:
    return status;
}

void cbi_unitbook_clear(cbi_unitbook *book)
{
    cbi_free(book->list);
    *book = (cbi_unitbook){0};
}

bool cbi_unitbook_ratio(const cbi_unitbook *book, const char *unit, const char *other,
                        int64_t *num, int64_t *den)
{
    const cbi_unit_worth *from = look_up(book, unit), *to = look_up(book, other);
    __int128 above, below;

    if (from == NULL || to == NULL || from->root == NULL || from->root != to->root)
        return false;
    above = from->num * to->den;
    below = from->den * to->num;
    reduce(&above, &below);
    *num = (int64_t)above;
    *den = (int64_t)below;
    return above <= CBI_RATIO_MAX && below <= CBI_RATIO_MAX;
}
