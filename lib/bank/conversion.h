/*
 * conversion.h - what becomes of a recognition in the bank: suspended, reinstated, reversed.
 *
 * Its institution does so with a signed change; the bank alone only suspends it, when a record
 * that it uses no longer holds. What the bank has noted itself it alone changes (outside.h).
 */
#ifndef CBI_BANK_CONVERSION_H
#define CBI_BANK_CONVERSION_H

#include "bank/errand.h"
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

/* ---- its parts, for whoever changes it --------------------------------------------------- */

/* The kind of statement: 132 to 134. */
int cbi_conversion_kind_of(Cbank__V1__RecognitionAction action);
/* Whether such a statement may follow: STATE; TOO_LARGE (REACH_TOO_WIDE). */
cbank_status cbi_conversion_judge(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                                  int kind, cbank_error *err);
/*
 * The statement, on the chain of the account that goes on, and the row as it is then; what is
 * reversed releases its records. `change` is what the institution signed, NULL by the bank alone;
 * `said` has who, why and the token. `out_index` may be NULL.
 */
cbank_status cbi_conversion_write(cbi_append *append, cbi_recognition_row *row, int kind,
                                  const cbi_hash *change, const cbi_errand_statement *said,
                                  uint64_t *out_index, cbank_error *err);

/* By the bank alone, if it stands, inside of the act by which what it stands on falls. */
cbank_status cbi_conversion_suspend(cbi_append *append, uint64_t number, const char *reason,
                                    cbi_bytes token, cbank_error *err);

cbank_status cbi_conversion_reread(cbi_bank *bank, const cbi_hash *id, cbi_recognition_row *out,
                                   cbank_error *err);

#endif
