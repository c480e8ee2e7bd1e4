/*
 * totals.h - sums by unit. 学分, 学时 and 积分 are never summed together.
 */
#ifndef CBI_RECORD_TOTALS_H
#define CBI_RECORD_TOTALS_H

#include "record/field.h"

#include "cbank/v1/record.pb-c.h"

#define CBI_TOTALS_MAX 16

typedef struct cbi_total {
    char unit[CBI_WORD_MAX + 1];
    int64_t milli;
} cbi_total;

/* Begins as {0}; always in the order of the units. */
typedef struct cbi_totals {
    cbi_total items[CBI_TOTALS_MAX];
    size_t count;
} cbi_totals;

/* TOO_LARGE for a sum that cannot be held or a seventeenth unit; the totals are unchanged then. */
cbank_status cbi_totals_add(cbi_totals *totals, cbi_bytes unit, int64_t milli, cbank_error *err);
/* All amounts of a record, or none of them. */
cbank_status cbi_totals_add_record(cbi_totals *totals, const Cbank__V1__CreditRecord *record,
                                   cbank_error *err);
/* 0 for a unit that never came. */
int64_t cbi_totals_of(const cbi_totals *totals, const char *unit);

#endif
