/*
 * award.h - what a credit record says: which outcome, by whom, how much, how well, when.
 *
 * The other half of the check of a record; what names the record itself is in credit.h.
 */
#ifndef CBI_RECORD_AWARD_H
#define CBI_RECORD_AWARD_H

#include "wire/message.h"

#include "cbank/v1/record.pb-c.h"

#define CBI_AWARD_LIST_MAX 64 /* items of one list in a record, where no other limit is named */
#define CBI_LEVEL_MAX 100000  /* thousandths: no framework has a hundred levels */

cbank_status cbi_award_check(const Cbank__V1__CreditRecord *record, cbank_error *err);

#endif
