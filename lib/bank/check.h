/*
 * check.h - the auditor's check of a whole bank: the log, and what is derived from it.
 *
 * The replay checks bytes, digests, chains and tree (ledger/replay.h). Here, in the same pass,
 * each statement is read and compared with its entry, with its subject and with the tables; then
 * each account's chain is walked, and then each table row by row, so that nothing is in a table
 * that the log does not bear out. What is sealed is opened. Wrong things become findings and the
 * check goes on; only a store that cannot be read stops it, or a file out of shape, which is looked
 * at first. A bank may be in use meanwhile.
 *
 * What nothing else bears out is not found: whether an import made a batch (one bit, which matters
 * while it is under way); what a token's row answers; that the sealed row of what a batch was made
 * from is gone, or tells of another file. Where a batch began, and how many accounts it opened, is
 * known to the entry and the account unless entries since were erased; if it began with thousands
 * of items of which none was taken, it began no later than its first entry.
 *
 * Memory is bounded: rows are looked up, and of one chain at a time a few words an entry are kept.
 */
#ifndef CBI_BANK_CHECK_H
#define CBI_BANK_CHECK_H

#include "bank/bank.h"
#include "ledger/replay.h"

#define CBI_CHECK_FINDINGS_MAX 1000

typedef struct cbi_check cbi_check;

/* The bank stays open longer than the check; it may be one that was opened to be checked. */
cbank_status cbi_check_begin(cbi_bank *bank, cbi_check **out, cbank_error *err);

/* A bounded piece of work. `*more` is false after the last. */
cbank_status cbi_check_step(cbi_check *check, bool *more, cbank_error *err);

/* `stage` is "log" or a table's name; lent for ever. */
void cbi_check_progress(const cbi_check *check, const char **stage, uint64_t *done,
                        uint64_t *total);

/* Finding `i`, or NULL: at most CBI_CHECK_FINDINGS_MAX of `*total`. Each has reason and place. */
const cbank_error *cbi_check_finding(const cbi_check *check, size_t i);
uint64_t cbi_check_total(const cbi_check *check);

/* What there is of log and guard, once the check is done. */
void cbi_check_measure(const cbi_check *check, cbi_replay_extent *out);

/* NULL is a no-op. */
void cbi_check_end(cbi_check *check);

#endif
