/*
 * outside.h - what an office recognised that signs nothing here, and the bank notes by its letter.
 *
 * So that what was used there is used here. It is the bank's word alone: the log holds the digest
 * of what the letter says, which is sealed beside the recognition's other rows. Each record counts
 * as used whole within the scope, for a letter seldom says how much it took.
 *
 * The office never hears that a record of its letter was amended, and keeps what it gave for it.
 * So the same act notes the letter anew, on the revision that follows. That is a statement like any
 * other: a reader who has neither record before him, a verifier or a status file, finds the
 * revision used just as the bank does, and nobody has to follow what supersedes what.
 */
#ifndef CBI_BANK_OUTSIDE_H
#define CBI_BANK_OUTSIDE_H

#include "bank/conversion.h"
#include "bank/order.h"

/* All borrowed. */
typedef struct cbi_outside_terms {
    const char *account;
    char *const *records; /* display ids */
    size_t record_count;
    Cbank__V1__UseScope scope; /* unspecified: everywhere */
    const Cbank__V1__OutsideNotice *notice; /* without a salt, which is the bank's own */
    const cbi_order *order;
} cbi_outside_terms;

/*
 * DENIED (NOTED_MEMBER) if the office is an institution that has a key here; INVALID; NOT_FOUND;
 * STATE for a record that does not hold, is elsewhere or is used up. The same letter about the same
 * records is known.
 */
cbank_status cbi_outside_note(cbi_bank *bank, const cbi_outside_terms *terms, cbi_recognised *out,
                              cbank_error *err);

/*
 * Suspends, reinstates or reverses what was noted, by its id or the beginning of it. NOT_FOUND;
 * DENIED (RECOGNITION_SIGNED) for what an institution signed; STATE.
 */
cbank_status cbi_outside_settle(cbi_bank *bank, cbi_bytes id, Cbank__V1__RecognitionAction action,
                                const cbi_order *order, cbi_recognised *out, cbank_error *err);

/*
 * Inside of the act that amends the record at this index of the log, right after the new revision,
 * which is the newest entry of the account's chain: what was noted of the one is noted of the other
 * and stands. The older note goes once no record is left that it could stand on, and until then
 * keeps the others.
 */
cbank_status cbi_outside_carry(const cbi_bank *bank, cbi_append *append, uint64_t superseded,
                               const char *account, cbi_bytes token, cbank_error *err);

/* Its part, as for any notice: the statement, the row, which it fills, and the letter sealed. */
cbank_status cbi_outside_begin(const cbi_bank *bank, cbi_append *append,
                               const cbi_errand_statement *statement,
                               const Cbank__V1__OutsideNotice *notice, cbi_recognition_row *out,
                               cbank_error *err);

/* By which the log names a notice. */
cbank_status cbi_outside_digest(cbi_hasher *hasher, const Cbank__V1__OutsideNotice *notice,
                                cbi_hash *out, cbank_error *err);

/* What was noted, as it is kept. Begins as {0}. */
typedef struct cbi_outside {
    Cbank__V1__OutsideNotice *notice;
    cbi_statement statement;
    const Cbank__V1__ConversionNoted *said; /* lent from the statement */
} cbi_outside;

/* STATE (RECOGNITION_ERASED) once it is; CORRUPT if the notice is not the one that was noted. */
cbank_status cbi_outside_read(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                              const cbi_recognition_row *row, cbi_outside *out, cbank_error *err);
void cbi_outside_clear(cbi_outside *outside);

#endif
