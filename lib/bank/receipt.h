/*
 * receipt.h - the bank's receipt for a batch: what makes it received, and ends it.
 *
 * A batch that has stopped half way holds up the transcripts of those it has reached, since only
 * its receipt proves its time. Where nobody can go on with it, a receipt for what was taken ends
 * it; the rest counts as refused.
 */
#ifndef CBI_BANK_RECEIPT_H
#define CBI_BANK_RECEIPT_H

#include "bank/intake.h"

/*
 * Gives the receipt; `key` is the institution's under which the batch was verified, `actor` the
 * operator who brought it, or NULL.
 */
cbank_status cbi_receipt_write(cbi_append *append, cbi_intake *intake, const cbi_public *key,
                               const char *actor, cbi_bytes token, cbank_error *err);

/*
 * Ends what the institution has under way: all of it where its key changes, for which a batch
 * under the earlier one cannot go on; else, with `imports`, what an import left behind when it
 * stopped, whose file nobody has.
 */
cbank_status cbi_receipt_end(cbi_append *append, const char *institution, const cbi_public *key,
                             bool imports, cbi_bytes token, cbank_error *err);

#endif
