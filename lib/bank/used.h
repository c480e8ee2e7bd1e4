/*
 * used.h - the records that a recognition uses: where they stand in the log, and what earlier uses
 * leave of one.
 *
 * Who signed a recognition says its uses in its pages; of one that the bank has noted from outside
 * its statement says them.
 */
#ifndef CBI_BANK_USED_H
#define CBI_BANK_USED_H

#include "bank/recognition.h"

#include "cbank/v1/record.pb-c.h"

/*
 * The indices in the log of sources, or uses, in order; `out` has room for them. INVALID
 * (RECOGNITION_SOURCE) for one that is neither on the account's chain nor on one that was ever
 * merged into it.
 */
cbank_status cbi_used_find_sources(cbi_txn *txn, cbi_hasher *hasher, const char *account,
                                   Cbank__V1__RecognitionSource *const *sources, size_t count,
                                   uint64_t *out, cbank_error *err);
cbank_status cbi_used_find_uses(cbi_txn *txn, cbi_hasher *hasher, const char *account,
                                Cbank__V1__RecordUse *const *uses, size_t count, uint64_t *out,
                                cbank_error *err);

/* Those of a recognition, whoever recognised: row->sources of them, for cbi_free. */
cbank_status cbi_used_by(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                         uint64_t **out, cbank_error *err);
/* Its records are free again. */
cbank_status cbi_used_release(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                              cbank_error *err);
/* STATE (RECORD_NOT_HELD) unless what is to stand again stands on records that hold. */
cbank_status cbi_used_check_held(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                                 cbank_error *err);

/* ---- once more ----------------------------------------------------------------------------- */

/* A new use of a record. All lent. */
typedef struct cbi_used_anew {
    const Cbank__V1__RecognitionHead *head; /* NULL: from outside, towards what is not known */
    Cbank__V1__UseScope scope;
    uint64_t replaces; /* number of the recognition that is released in the same commit, or 0 */
} cbi_used_anew;

/* What earlier uses that meet it took, in the head's unit; without one, in any. {0}: none. */
typedef struct cbi_used_before {
    bool any;
    int64_t whole; /* the record's amount; of one without, what the first part had before it */
    int64_t taken;
} cbi_used_before;

/*
 * STATE (RECORD_USED_UP) if nothing is left for it within its scope; TOO_LARGE (TOO_MANY_USES);
 * CONFLICT (RECOGNITION_LEFT) where the parts are counted in another unit.
 */
cbank_status cbi_used_judge(cbi_txn *txn, cbi_hasher *hasher, uint64_t index,
                            const Cbank__V1__CreditRecord *record, const cbi_used_anew *anew,
                            cbi_used_before *out, cbank_error *err);

#endif
