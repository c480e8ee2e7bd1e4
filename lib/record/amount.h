/* amount.h - quantities of credit: one number a unit, never below zero. */
#ifndef CBI_RECORD_AMOUNT_H
#define CBI_RECORD_AMOUNT_H

#include "wire/message.h"

#include "cbank/v1/common.pb-c.h"

/* INVALID unless the unit is a word and 0 <= milli <= CBI_MILLI_MAX. NULL is no amount. */
cbank_status cbi_amount_check(const Cbank__V1__Amount *amount, cbank_error *err);

/* Each of a list, of at most CBI_TOTALS_MAX units, none twice. */
cbank_status cbi_amounts_check(Cbank__V1__Amount *const *amounts, size_t count, cbank_error *err);

#endif
