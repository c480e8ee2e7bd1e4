/*
 * erase.h - a person is forgotten: names, openings, randomness, look-up keys, statement bytes and
 * what was recognised are deleted, for good; the hashes stay, so that the proofs of others do.
 *
 * The first act says so in the log and closes the account for everything; then the rows go, a
 * bounded number an act. A row 'e' | account -> next sequence u64 of `state` remembers how far it
 * has come, so that what was interrupted goes on when the same is asked for again. All of it may
 * be written though the disk is full.
 *
 * What was deleted may still lie in the store's file until it is compacted (store/compaction.h),
 * and in backups: the day on which no copy is left either is the bank's promise, and in the
 * statement.
 */
#ifndef CBI_BANK_ERASE_H
#define CBI_BANK_ERASE_H

#include "bank/family.h"
#include "bank/order.h"

#define CBI_ERASE_DAYS 30 /* until backups are gone, where nothing else is promised */

/*
 * Erases the account and those merged into it. It needs two operators, and either the number of an
 * order (order->document) or a retention class that has run out (order->reason); a record that is
 * to be kept for ever (retention "permanent") needs the order. `complete_on` 0: CBI_ERASE_DAYS from
 * now. NOT_FOUND; STATE; DENIED (APPROVER_NEEDED, ERASE_GROUNDS, ERASE_RETAINED); INVALID.
 */
cbank_status cbi_erase_account(cbi_bank *bank, const char *account, uint32_t complete_on,
                               const cbi_order *order, cbank_error *err);

#endif
