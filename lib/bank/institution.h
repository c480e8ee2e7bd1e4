/*
 * institution.h - who may sign batches: admitted, with keys that follow one another, suspended,
 * or at its end. What else is entered of one: telling.h.
 *
 * A row of `institution` is the institution as a directory shows it (DirectoryInstitution), so
 * that publishing is copying. Its chain in the log is what counts; the row can be derived again.
 */
#ifndef CBI_BANK_INSTITUTION_H
#define CBI_BANK_INSTITUTION_H

#include "bank/bank.h"
#include "proof/request.h"

#include "cbank/v1/directory.pb-c.h"

/* The row as it stands; freed with cbi_message_free. NOT_FOUND (INSTITUTION_MISSING). */
cbank_status cbi_institution_read(cbi_txn *txn, const char *code,
                                  Cbank__V1__DirectoryInstitution **out, cbank_error *err);

cbank_status cbi_institution_write(cbi_txn *txn, const Cbank__V1__DirectoryInstitution *row,
                                   cbank_error *err);
/* The next code in order after `after`, "" for the first. */
cbank_status cbi_institution_after(cbi_txn *txn, const char *after,
                                   char out[CBI_INSTITUTION_CODE_MAX + 1], bool *found,
                                   cbank_error *err);

/*
 * The key that it signs with today; STATE while it is suspended, for who has no key, and once the
 * last day of one that has ended is over, as far as the newest statement's time tells.
 * KEY_NOT_VALID while its newest key is compromised.
 */
cbank_status cbi_institution_signer(const cbi_bank *bank, cbi_txn *txn, const char *code,
                                    cbi_public *out, cbank_error *err);
/* KEY_NOT_VALID (INSTITUTION_SIGNER) unless this is that key. */
cbank_status cbi_institution_check_key(const cbi_bank *bank, cbi_txn *txn, const char *code,
                                       const cbi_public *key, cbank_error *err);

/* The same by the caller's clock, which batches are judged by: STATE (INSTITUTION_ENDED). */
cbank_status cbi_institution_check_day(cbi_txn *txn, const char *code, int64_t now,
                                       cbank_error *err);

cbi_subject cbi_institution_subject(const char *code);

/* ---- acts -------------------------------------------------------------------------------- */

/* What the bank vouches for, where there is no request. */
typedef struct cbi_vouched {
    const char *code;
    Cbank__V1__DatedName **names;
    size_t name_count;
    Cbank__V1__OrganisationId **ids;
    size_t id_count;
    cbi_public key;
} cbi_vouched;

/* Admits by a request file that the institution signed. EXISTS, BAD_SIGNATURE, INVALID. */
cbank_status cbi_institution_admit(cbi_bank *bank, cbi_bytes file, cbi_bytes token, int64_t now,
                                   char code[CBI_INSTITUTION_CODE_MAX + 1], cbank_error *err);
/* Admits on the bank's word alone. EXISTS, INVALID. */
cbank_status cbi_institution_vouch(cbi_bank *bank, const cbi_vouched *vouched, cbi_bytes token,
                                   int64_t now, cbank_error *err);
/* Takes over a new key by a request that the earlier one signed. NOT_FOUND, BAD_SIGNATURE. */
cbank_status cbi_institution_rotate(cbi_bank *bank, cbi_bytes file, cbi_bytes token, int64_t now,
                                    char code[CBI_INSTITUTION_CODE_MAX + 1], cbank_error *err);
/* Suspends or resumes. NOT_FOUND, STATE. */
cbank_status cbi_institution_change(cbi_bank *bank, const char *code, bool suspend,
                                    const char *reason, const char *document, cbi_bytes token,
                                    int64_t now, cbank_error *err);

#endif
