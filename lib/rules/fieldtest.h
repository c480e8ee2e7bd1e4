/*
 * fieldtest.h - a rule's test of a record's other fields, by the words of fieldtest.def.
 */
#ifndef CBI_RULES_FIELDTEST_H
#define CBI_RULES_FIELDTEST_H

#include "wire/message.h"

#include "cbank/v1/publication.pb-c.h"
#include "cbank/v1/ruleset.pb-c.h"

typedef enum cbi_fieldtest_kind {
    CBI_FIELDTEST_NONE = 0, /* no such word */
    CBI_FIELDTEST_TEXT,
    CBI_FIELDTEST_WORD,
    CBI_FIELDTEST_CODE,
    CBI_FIELDTEST_NUMBER,
    CBI_FIELDTEST_DAY,
    CBI_FIELDTEST_LIST,
} cbi_fieldtest_kind;

/* What a field is, by its word with or without what stands behind '/'. */
cbi_fieldtest_kind cbi_fieldtest_kind_of(cbi_bytes field);

/*
 * Word, values and range fit each other: values in byte order and once, ranges for numbers and
 * days only, not empty. INVALID, with the word as object.
 */
cbank_status cbi_fieldtest_check(const Cbank__V1__FieldTest *test, cbank_error *err);

/*
 * Whether the record passes a test that has been checked. A date that is exact only to month or
 * year is read as `partial` says; refused, it passes no range.
 */
bool cbi_fieldtest_holds(const Cbank__V1__FieldTest *test, const Cbank__V1__CreditRecord *record,
                         Cbank__V1__PartialDates partial);

/* What a range is held against: a number in thousandths, a day times 1000; 0 if not stated. */
int64_t cbi_fieldtest_number(cbi_bytes field, const Cbank__V1__CreditRecord *record,
                             Cbank__V1__PartialDates partial);

/* A date as the day that `partial` makes it; 0 if it refuses it, or if there is none. */
uint32_t cbi_fieldtest_day(uint32_t date, Cbank__V1__PartialDates partial);

#endif
