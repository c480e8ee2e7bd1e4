/*
 * fact.h - a credit record as rules see it, and days.
 *
 * Days are yyyymmdd, exact ones only: whoever builds a fact has applied what the rule set says
 * about dates that are known to the month or year only.
 */
#ifndef CBI_RULES_FACT_H
#define CBI_RULES_FACT_H

#include "wire/message.h"

#include "cbank/v1/record.pb-c.h"

/* All borrowed. */
typedef struct cbi_fact {
    const char *id;
    const Cbank__V1__CreditRecord *record;
    uint32_t awarded_on;
} cbi_fact;

/* Older first, then the smaller id in byte order. */
int cbi_fact_compare(const cbi_fact *a, const cbi_fact *b);

/* "course" for RECORD_TYPE_COURSE; "" for a number that is none. */
const char *cbi_fact_type_word(Cbank__V1__RecordType type);

/* What the record holds in a unit; false if it states none. */
bool cbi_fact_amount(const cbi_fact *fact, const char *unit, int64_t *milli);

/* The same day so many years or months later; the 28th of February where there is no 29th, the
 * last day of a month where there is no such day. */
uint32_t cbi_day_after(uint32_t day, uint32_t years, uint32_t months);

#endif
