/*
 * intake.h - batches that the bank has taken in, or is taking in.
 *
 * Rows of `batch` that lead to the bank's own running number of one:
 *   'i' | batch id 32                        -> number u64
 *   'n' | institution | 00 | its number u64  -> number u64
 *   'u' | institution | 00 | its number u64  -> number u64, while the batch is under way
 * and those of a batch, side by side, so that a small one is on one page of the store:
 *   'b' | number u64 | 'r'                   -> the row below
 *   'b' | number u64 | 'e'                   -> the signed envelope
 *   'b' | number u64 | 'h' | page u32        -> record ids, 1,024 a page, unless there is one only
 *   'b' | number u64 | 'p'                   -> the root of each page, unless there is one only
 *   'b' | number u64 | 's'                   -> what it was made from (vault.h)
 * The only id of a batch is its root, and so is the root of its only page. Ids stay when records
 * are erased or refused, so that membership can always be shown.
 */
#ifndef CBI_BANK_INTAKE_H
#define CBI_BANK_INTAKE_H

#include "bank/bank.h"
#include "proof/batch.h"

typedef struct cbi_intake {
    uint64_t number; /* the bank's own */
    cbi_hash id;
    char institution[CBI_INSTITUTION_CODE_MAX + 1];
    uint64_t batch_number; /* the institution's */
    cbi_hash root;
    int64_t signed_at;
    int64_t received_at; /* 0: under way */
    uint64_t first_index;
    uint64_t receipt_index;
    uint32_t count;
    uint32_t next; /* the first item that has not been decided */
    uint32_t taken;
    uint32_t unchanged;
    uint32_t refused;
    uint32_t opened; /* accounts */
    bool imported;   /* made by an import, which keeps no file of it */
} cbi_intake;

/* The key of a row of a batch, but of a page of ids; and which row of which batch has this key. */
#define CBI_INTAKE_KEY_SIZE 10
cbi_bytes cbi_intake_key(uint64_t number, char part, uint8_t out[CBI_INTAKE_KEY_SIZE]);
bool cbi_intake_key_is(cbi_bytes key, uint64_t *number, char *part);

/* NOT_FOUND (BATCH_UNKNOWN). */
cbank_status cbi_intake_find(cbi_txn *txn, const cbi_hash *id, cbi_intake *out, cbank_error *err);
cbank_status cbi_intake_read(cbi_txn *txn, uint64_t number, cbi_intake *out, cbank_error *err);
/* Whether the institution has used this number for a batch. */
bool cbi_intake_has_number(cbi_txn *txn, const char *institution, uint64_t batch_number);

/* The institution's batch with the least number of its own above `after`. */
cbank_status cbi_intake_after(cbi_txn *txn, const char *institution, uint64_t after,
                              cbi_intake *out, bool *found, cbank_error *err);
/* The same of those that are under way: taken in so far, and not received. */
cbank_status cbi_intake_under_way(cbi_txn *txn, const char *institution, uint64_t after,
                                  cbi_intake *out, bool *found, cbank_error *err);
/* Batches that the institution has handed in. */
cbank_status cbi_intake_count(cbi_txn *txn, const char *institution, uint64_t *out,
                              cbank_error *err);

/* A new batch: envelope, ids and names; its row is still to be written. `out->number` is set. */
cbank_status cbi_intake_begin(cbi_append *append, const cbi_batch *batch,
                              const cbi_batch_ids *ids, bool imported, cbi_intake *out,
                              cbank_error *err);
/* The row as it stands after some items, and whether the batch is under way. */
cbank_status cbi_intake_write(cbi_txn *txn, const cbi_intake *intake, cbank_error *err);

cbank_status cbi_intake_envelope(cbi_txn *txn, const cbi_intake *intake, cbank_buffer *out,
                                 cbank_error *err);
/* The path of item `index` to the batch's root; `path` holds CBI_PROOF_PATH_MAX. */
cbank_status cbi_intake_path(cbi_txn *txn, cbi_hasher *hasher, const cbi_intake *intake,
                             uint32_t index, cbi_hash *path, size_t *count, cbank_error *err);
/*
 * The ids that are stored make the batch's root: page after page, by the row of each, a page makes
 * its root; and for the batch, the roots make its own, and each page is there. A row of a page, or
 * of roots, that the batch needs none of is not as it should be either. CORRUPT.
 */
cbank_status cbi_intake_check_page(cbi_txn *txn, cbi_hasher *hasher, const cbi_intake *intake,
                                   cbi_bytes key, cbi_bytes row, cbank_error *err);
cbank_status cbi_intake_check_ids(cbi_txn *txn, cbi_hasher *hasher, const cbi_intake *intake,
                                  cbank_error *err);
/*
 * Reads ids of items, mostly of one page after the other: keeps the page that was read last.
 * Begins as {0}; within one transaction only.
 */
typedef struct cbi_intake_ids {
    uint64_t number; /* of the batch */
    uint32_t page;
    cbank_buffer row; /* empty while nothing has been read */
} cbi_intake_ids;
cbank_status cbi_intake_ids_find(cbi_intake_ids *ids, cbi_txn *txn, const cbi_intake *intake,
                                 uint32_t index, cbi_hash *out, cbank_error *err);
void cbi_intake_ids_clear(cbi_intake_ids *ids);
/* The id of item `index`. */
cbank_status cbi_intake_id(cbi_txn *txn, const cbi_intake *intake, uint32_t index, cbi_hash *out,
                           cbank_error *err);

#endif
