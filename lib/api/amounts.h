/* amounts.h - totals as the messages of a reply. */
#ifndef CBI_API_AMOUNTS_H
#define CBI_API_AMOUNTS_H

#include "record/totals.h"

#include "cbank/v1/common.pb-c.h"

typedef struct cbi_amounts {
    Cbank__V1__Amount items[CBI_TOTALS_MAX];
    Cbank__V1__Amount *list[CBI_TOTALS_MAX];
    size_t count;
} cbi_amounts;

/* Lends the totals' units. `out` stays where it is while it is read. */
void cbi_amounts_of(const cbi_totals *totals, cbi_amounts *out);

#endif
