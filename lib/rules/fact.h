/*
 * fact.h - a credit record as rules see it, and days.
 *
 * Days are yyyymmdd, exact ones only: whoever builds a fact has applied what the rule set says
 * about dates that are known to the month or year only.
 */
#ifndef CBI_RULES_FACT_H
#define CBI_RULES_FACT_H

#include "rules/fraction.h"
#include "wire/message.h"

#include "cbank/v1/record.pb-c.h"
#include "cbank/v1/ruleset.pb-c.h"

/* Scopes of use, by their numbers. */
#define CBI_SCOPES (CBANK__V1__USE_SCOPE__USE_SCOPE_EVERYWHERE + 1)

/*
 * What earlier conversions have left of a record, for a rule of each scope: thousandths of the
 * programme's unit, or -1 if it is used up there. What only counts finds all of it.
 */
typedef struct cbi_left {
    int64_t milli[CBI_SCOPES];
    int64_t whole;
    const char *by; /* the recognition that used it up, in hexadecimal; "" if it is not known */
} cbi_left;

/* All borrowed. */
typedef struct cbi_fact {
    const char *id;
    const Cbank__V1__CreditRecord *record;
    uint32_t awarded_on;
    const cbi_left *left; /* NULL: nothing has used it */
} cbi_fact;

/* Older first, then the smaller id in byte order. */
int cbi_fact_compare(const cbi_fact *a, const cbi_fact *b);

/* "course" for RECORD_TYPE_COURSE; "" for a number that is none. */
const char *cbi_fact_type_word(Cbank__V1__RecordType type);

/* What the record holds in a unit; false if it states none. */
bool cbi_fact_amount(const cbi_fact *fact, const char *unit, int64_t *milli);

struct cbi_reference;
struct cbi_step;
/*
 * The same, or else what it holds in another unit from which published ratios lead there, exactly;
 * of several the first in the record. `step` has no kind where nothing was converted.
 */
bool cbi_fact_amount_in(const cbi_fact *fact, const char *unit,
                        const struct cbi_reference *reference, cbi_fraction *out,
                        struct cbi_step *step);

/* Whether a rule of this scope may take the record. */
bool cbi_fact_is_free(const cbi_fact *fact, Cbank__V1__UseScope scope);
/*
 * What is left in a unit for a rule of this scope, which may take it; `own` is the programme's.
 * Of another unit as much is left in proportion, rounded down.
 */
bool cbi_fact_left(const cbi_fact *fact, const char *unit, const char *own,
                   Cbank__V1__UseScope scope, int64_t *milli);
/* As much of an amount of the whole record as is left of it in the scope, rounded down. */
int64_t cbi_fact_share(const cbi_fact *fact, Cbank__V1__UseScope scope, int64_t milli);
/* Whether nothing of it has been used in the scope. */
bool cbi_fact_is_whole(const cbi_fact *fact, Cbank__V1__UseScope scope);

/* The same day so many years or months later; the 28th of February where there is no 29th, the
 * last day of a month where there is no such day. */
uint32_t cbi_day_after(uint32_t day, uint32_t years, uint32_t months);

#endif
