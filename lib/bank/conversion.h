/*
 * conversion.h - what becomes of a recognition in the bank: suspended, reinstated, reversed.
 *
 * Its institution does so with a signed change; the bank alone only suspends it, when a record
 * that it uses no longer holds.
 */
#ifndef CBI_BANK_CONVERSION_H
#define CBI_BANK_CONVERSION_H

#include "bank/recognition.h"

typedef struct cbi_recognised {
    cbi_recognition_row row;
    bool known; /* it had been entered before */
} cbi_recognised;

/*
 * Enters a change file. MALFORMED, BAD_SIGNATURE, KEY_NOT_VALID (another key than that of today),
 * INVALID (another bank), NOT_FOUND, DENIED (another institution's), STATE. The same file again
 * changes nothing.
 */
cbank_status cbi_conversion_change(cbi_bank *bank, cbi_bytes file, cbi_bytes token, int64_t now,
                                   bool dry_run, cbi_recognised *out, cbank_error *err);

/* By the bank alone, if it stands, inside of the act by which what it stands on falls. */
cbank_status cbi_conversion_suspend(cbi_append *append, uint64_t number, const char *reason,
                                    cbi_bytes token, cbank_error *err);

/*
 * The indices in the log of sources, in order; `out` has room for them. INVALID for one that is
 * neither on the account's chain nor on one that was ever merged into it.
 */
cbank_status cbi_conversion_find_sources(cbi_txn *txn, cbi_hasher *hasher, const char *account,
                                         Cbank__V1__RecognitionSource *const *sources, size_t count,
                                         uint64_t *out, cbank_error *err);
/* Its records are free again. */
cbank_status cbi_conversion_release(cbi_txn *txn, cbi_hasher *hasher,
                                    const cbi_recognition_row *row, cbank_error *err);
cbank_status cbi_conversion_reread(cbi_bank *bank, const cbi_hash *id, cbi_recognition_row *out,
                                   cbank_error *err);

#endif
