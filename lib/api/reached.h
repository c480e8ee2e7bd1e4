/*
 * reached.h - what a reply says of things that stand on what falls (bank/reach.h).
 */
#ifndef CBI_API_REACHED_H
#define CBI_API_REACHED_H

#include "bank/reach.h"
#include "ledger/history.h"

#include "cbank/api/v1/credit.pb-c.h"

#define CBI_REACHED_MAX 1000u

/* Begin with {0}; end with cbi_reached_clear. */
typedef struct cbi_reached_list {
    struct cbi_reached_row *rows;
    Cbank__Api__V1__CreditReach **list;
    size_t count;
} cbi_reached_list;

/* The first CBI_REACHED_MAX of them. */
cbank_status cbi_reached_describe(cbi_reader *reader, const cbi_reach *reach,
                                  cbi_reached_list *out, cbank_error *err);
void cbi_reached_clear(cbi_reached_list *reached);

#endif
