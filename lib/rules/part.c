/* Which part of a cap a record belongs to: the values of the cap's keys, as numbers. */
#include "rules/compile.h"
#include "rules/fieldtest.h"

#include <string.h>

/* Texts become the number of the first record that has the same one. */
static int64_t text_key(const cbi_compile *compile, uint32_t record, Cbank__V1__CapPart part)
{
    const char *text = cbi_group_text(compile->facts[record], part);
    uint32_t first = 0;

    while (strcmp(cbi_group_text(compile->facts[first], part), text) != 0)
        first++;
    return first;
}

/* The day by which a record falls into a year or term: of the award where it is not stated. */
static uint32_t day_of(const Cbank__V1__Cap *cap, const cbi_fact *fact,
                       Cbank__V1__PartialDates partial)
{
    uint32_t stated = 0;
    uint32_t day;

    if (cap->day == CBANK__V1__CAP_DAY__CAP_DAY_ASSESSED)
        stated = fact->record->assessed_on;
    if (cap->day == CBANK__V1__CAP_DAY__CAP_DAY_ENDED)
        stated = fact->record->ended_on;
    day = stated == 0 ? 0 : cbi_fieldtest_day(stated, partial);
    return day == 0 ? fact->awarded_on : day;
}

static int64_t year_key(const Cbank__V1__Cap *cap, uint32_t day)
{
    uint32_t start = cap->year_start == 0 ? 101 : cap->year_start;

    return (int64_t)(day / 10000) - (day % 10000 < start);
}

/* Terms are numbered through the years. */
static int64_t term_key(const Cbank__V1__Cap *cap, uint32_t day)
{
    int64_t terms = (int64_t)cap->n_term_starts;
    int64_t begun = 0;

    while (begun < terms && cap->term_starts[begun] <= day % 10000)
        begun++;
    return (int64_t)(day / 10000) * (terms == 0 ? 1 : terms) + begun;
}

static int64_t key_of(const cbi_compile *compile, const Cbank__V1__Cap *cap,
                      Cbank__V1__CapPart part, uint32_t record, uint32_t rule)
{
    const cbi_fact *fact = compile->facts[record];

    switch (part) {
    case CBANK__V1__CAP_PART__CAP_PART_RECORD:
        return record;
    case CBANK__V1__CAP_PART__CAP_PART_RULE:
        return rule;
    case CBANK__V1__CAP_PART__CAP_PART_YEAR:
        return year_key(cap, day_of(cap, fact, compile->reading.partial_dates));
    case CBANK__V1__CAP_PART__CAP_PART_TERM:
        return term_key(cap, day_of(cap, fact, compile->reading.partial_dates));
    default:
        return text_key(compile, record, part);
    }
}

/* Of these keys a record may have no value: it is in no part then. */
static bool may_lack(Cbank__V1__CapPart part)
{
    return part == CBANK__V1__CAP_PART__CAP_PART_COUNT_GROUP ||
           part == CBANK__V1__CAP_PART__CAP_PART_CATEGORY;
}

bool cbi_part_find(const cbi_compile *compile, const Cbank__V1__Cap *cap, uint32_t record,
                   uint32_t rule, int64_t *keys)
{
    for (size_t i = 0; i < cap->n_per; i++) {
        if (may_lack(cap->per[i]) &&
            cbi_group_text(compile->facts[record], cap->per[i])[0] == '\0')
            return false;
        keys[i] = key_of(compile, cap, cap->per[i], record, rule);
    }
    return true;
}
