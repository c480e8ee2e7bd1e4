/*
 * recognition.h - recognitions as the bank holds them, and which records they use.
 *
 * Rows of `recognition`, by the bank's own running number:
 *   'i' | id 32                        -> number u64
 *   'n' | institution | 00 | its number -> number u64
 *   'a' | account | number             -> 01
 *   'r' | number                       -> the row below
 *   'e' | number                       -> the signed envelope; of one that the bank has noted from
 *                                         outside, what the notice says, sealed (vault.h)
 *   'p' | number | page u32            -> the page
 *   'u' | record's index | number      -> the use below; not of what is reversed or replaced
 *   'c' | change id 32                 -> number u64 | index of its receipt u64 | its envelope
 */
#ifndef CBI_BANK_RECOGNITION_H
#define CBI_BANK_RECOGNITION_H

#include "bank/bank.h"
#include "proof/recognition.h"
#include "record/account.h"
#include "record/conversion.h"

typedef struct cbi_recognition_row {
    uint64_t number; /* the bank's own */
    cbi_hash id;
    cbi_conversion_state state;
    int64_t at;
    uint64_t index; /* of its statement on the account's chain */
    uint64_t sequence;
    cbi_hash leaf;
    uint64_t receipt_index; /* of the receipt on the institution's chain */
    uint32_t pages;
    uint32_t sources;
    cbi_account account;
    char institution[CBI_INSTITUTION_CODE_MAX + 1]; /* "": noted from outside, by the bank */
} cbi_recognition_row;

bool cbi_recognition_is_noted(const cbi_recognition_row *row);
/* DENIED (RECOGNITION_OTHER_SIGNER, RECOGNITION_NOTED) unless it is this institution's. */
cbank_status cbi_recognition_check_signer(const cbi_recognition_row *row, const char *institution,
                                          cbank_error *err);

/* NOT_FOUND (RECOGNITION_UNKNOWN). */
cbank_status cbi_recognition_find(cbi_txn *txn, const cbi_hash *id, cbi_recognition_row *out,
                                  cbank_error *err);
cbank_status cbi_recognition_row_read(cbi_txn *txn, uint64_t number, cbi_recognition_row *out,
                                      cbank_error *err);
cbank_status cbi_recognition_row_write(cbi_txn *txn, const cbi_recognition_row *row,
                                       cbank_error *err);
/* By the beginning of its id, 8 bytes or more, of which there must be one only. */
cbank_status cbi_recognition_search(cbi_txn *txn, cbi_bytes id, cbi_recognition_row *out,
                                    cbank_error *err);
bool cbi_recognition_has_number(cbi_txn *txn, const char *institution, const char *number);

/* A new one: its rows, envelope and pages. `row->number` is set. */
cbank_status cbi_recognition_begin(cbi_append *append, const cbi_recognition *recognition,
                                   cbi_bytes file, cbi_recognition_row *row, cbank_error *err);

/* The same of one that the bank notes: its rows. */
cbank_status cbi_recognition_begin_noted(cbi_append *append, cbi_recognition_row *row,
                                         cbank_error *err);
/* What the statement of one says that was noted; `statement` holds it. STATE once it is erased. */
cbank_status cbi_recognition_noted(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                                   cbi_statement *statement,
                                   const Cbank__V1__ConversionNoted **out, cbank_error *err);

/* Whether its id, this number of its institution's (NULL: none) and its account lead to it. */
bool cbi_recognition_is_named(cbi_txn *txn, const cbi_recognition_row *row, const char *number);
/* Whether a row of this key is one of its; of any number where its own is not known (NULL). */
bool cbi_recognition_has_row(const cbi_recognition_row *row, const char *number, cbi_bytes key);

/*
 * What was signed is forgotten with the account that it is about; that it was, and its numbers,
 * stay. Nothing if it is not there.
 */
cbank_status cbi_recognition_forget(cbi_txn *txn, const cbi_hash *id, cbank_error *err);

/* What is kept of one, read again. `bytes` holds what `out` lends. `pages`: the whole. */
cbank_status cbi_recognition_load(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                                  bool pages, cbank_buffer *bytes, cbi_recognition *out,
                                  cbank_error *err);

/* Its parts alone, as they came. */
cbank_status cbi_recognition_envelope(cbi_txn *txn, const cbi_recognition_row *row,
                                      cbank_buffer *out, cbank_error *err);
cbank_status cbi_recognition_page(cbi_txn *txn, const cbi_recognition_row *row, uint32_t page,
                                  cbank_buffer *out, cbank_error *err);

/* The account's recognition of the least number above `after`. */
cbank_status cbi_recognition_after(cbi_txn *txn, const char *account, uint64_t after,
                                   cbi_recognition_row *out, bool *found, cbank_error *err);

/* ---- uses -------------------------------------------------------------------------------- */

typedef struct cbi_use_row {
    uint64_t number; /* of the recognition */
    Cbank__V1__UseScope scope;
    Cbank__V1__Leftover leftover;
    int64_t used_milli;
    int64_t left_milli;
} cbi_use_row;

cbank_status cbi_use_put(cbi_txn *txn, uint64_t record_index, const cbi_use_row *use,
                         cbank_error *err);
cbank_status cbi_use_delete(cbi_txn *txn, uint64_t record_index, uint64_t number, cbank_error *err);
/* All uses of a record, at most CBI_RECORD_USES_MAX: `out` has room for so many. */
cbank_status cbi_use_list(cbi_txn *txn, uint64_t record_index, cbi_use_row *out, size_t *count,
                          cbank_error *err);
/* The next record that anything uses, from `index` on, and whether it is more than counted. */
cbank_status cbi_use_after(cbi_txn *txn, uint64_t index, uint64_t *record, bool *consumed,
                           bool *found, cbank_error *err);

/* ---- changes ----------------------------------------------------------------------------- */

bool cbi_recognition_has_change(cbi_txn *txn, const cbi_hash *id);
cbank_status cbi_recognition_put_change(cbi_txn *txn, const cbi_hash *id, uint64_t number,
                                        uint64_t receipt_index, cbi_bytes envelope,
                                        cbank_error *err);
cbank_status cbi_recognition_get_change(cbi_txn *txn, const cbi_hash *id, uint64_t *receipt_index,
                                        cbank_buffer *envelope, cbank_error *err);

#endif
