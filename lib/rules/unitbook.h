/*
 * unitbook.h - what units are worth in each other: published ratios, followed until nothing new is
 * met.
 *
 * Each unit has its worth in the first unit that it is connected with, as an exact fraction. Of two
 * ways to one unit the first in the order of the ratios counts; the linter tells where they differ.
 */
#ifndef CBI_RULES_UNITBOOK_H
#define CBI_RULES_UNITBOOK_H

#include "base/bytes.h"

#include "cbank/v1/reference.pb-c.h"

typedef struct cbi_unit_worth {
    const char *unit;
    const char *root; /* NULL: not met yet */
    __int128 num, den;
} cbi_unit_worth;

/* Begins as {0}; owns the list, and lends the ratios. */
typedef struct cbi_unitbook {
    Cbank__V1__UnitRatio *const *ratios;
    uint32_t ratio_count;
    cbi_unit_worth *list;
    uint32_t count;
} cbi_unitbook;

/* The parts of every ratio are above 0, and at most CBI_RATIO_MAX. TOO_LARGE beyond four
 * times CBI_UNITS_MAX units. MEMORY. */
cbank_status cbi_unitbook_fill(cbi_unitbook *book, Cbank__V1__UnitRatio *const *ratios,
                               uint32_t count, cbank_error *err);
void cbi_unitbook_clear(cbi_unitbook *book);

/* NULL for a unit of no ratio. */
const cbi_unit_worth *cbi_unitbook_find(const cbi_unitbook *book, const char *unit);
/*
 * What the ratio's unit is worth by what its other one is worth. False if it gets too large to be
 * followed.
 */
bool cbi_unitbook_step(const cbi_unit_worth *other, int64_t num, int64_t den,
                       cbi_unit_worth *out);
/* One `unit` is num / den of the other. False if no ratios lead there. */
bool cbi_unitbook_ratio(const cbi_unitbook *book, const char *unit, const char *other,
                        int64_t *num, int64_t *den);

#endif
