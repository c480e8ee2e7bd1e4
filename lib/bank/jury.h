/*
 * jury.h - a stretch of a batch, judged on all cores.
 *
 * Each juror takes some items at a time, reads them, and rules on each by what the store holds,
 * for which their order does not matter. What they do among themselves (tally.h), and what is kept
 * of them, is settled in the order of the batch, by one juror at a time: so the answer is the same
 * however many they are. Nobody waits for those before him, unless he is far ahead of them.
 */
#ifndef CBI_BANK_JURY_H
#define CBI_BANK_JURY_H

#include "bank/deposit.h"

/* Judges the deposit's items up to `until`, or the one behind that with which an amendment ends. */
cbank_status cbi_jury_judge(cbi_deposit *deposit, uint64_t until, cbank_error *err);

#endif
