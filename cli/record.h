/* record.h - credit records, outcomes and row errors as JSON, and the views of them. */
#ifndef CBANK_CLI_RECORD_H
#define CBANK_CLI_RECORD_H

#include "output.h"

#include "cbank/api/v1/credit.pb-c.h"

/* What the institution signed: reference, title, totals, grade, dates, ... */
json_t *record_describe(const Cbank__V1__CreditRecord *record);
/* The record as the bank holds it. */
json_t *record_describe_info(const Cbank__Api__V1__CreditInfo *info);

/* [{row, outcome, column, reason, message, remedy}] */
json_t *record_describe_errors(Cbank__Api__V1__RowError *const *errors, size_t count);

extern const view record_views[];      /* of one record, all of it */
extern const view record_list_views[]; /* of many */
extern const view record_outcome_views[];
extern const view record_error_views[];

#endif
