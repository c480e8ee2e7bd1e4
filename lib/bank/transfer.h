/*
 * transfer.h - records on their way between banks, as this bank holds them: what it has offered,
 * what was offered to it, and where each record is.
 *
 * Rows of `transfer`, by the bank's own running number:
 *   'o' | leaf of the offer 32          -> number u64: of what this bank offered
 *   'i' | leaf of the offer 32 | origin -> number u64: of what that bank offered to it
 *   'r' | number                        -> the row below
 *   'l' | number                        -> its records: index u64 | record id 32, in order
 *   'x' | number | n u32                -> index of the statement u64 | the n-th answer
 *   'y' | digest of an answer 32        -> number u64: an answer that was given, or taken in
 *   'a' | account | number              -> 01
 *   'w' | index of a record u64         -> whereabouts u8 | number u64; no row: it is here
 * Rows of `foreign`: record id 32 -> index u64, of every record that was ever offered or taken.
 * Each is taken once, for ever; so the row stays when the record goes back.
 */
#ifndef CBI_BANK_TRANSFER_H
#define CBI_BANK_TRANSFER_H

#include "bank/holding.h"
#include "record/transfer.h"

/* At most so many records in one transfer, so that what is said of them fits one act. */
#define CBI_TRANSFER_RECORDS_MAX 512u

/* The numbers of cbank.api.v1.TransferState. */
typedef enum cbi_transfer_state {
    CBI_TRANSFER_OFFERED = 1,
    CBI_TRANSFER_ACCEPTED = 2,
    CBI_TRANSFER_PARTLY = 3,
    CBI_TRANSFER_DECLINED = 4,
    CBI_TRANSFER_EXPIRED = 5,
    CBI_TRANSFER_RETURNED = 6,
} cbi_transfer_state;

typedef struct cbi_transfer_row {
    uint64_t number;
    bool incoming;
    cbi_transfer_state state;
    int64_t due_at;
    int64_t at;
    int64_t answered_at; /* 0: not yet */
    uint64_t index;      /* of the statement that began it here: the offer, or the answer */
    uint64_t newest;     /* of the statement that changed it last */
    uint64_t sequence;   /* of the offer on its chain, in the bank that made it */
    cbi_hash leaf;       /* of the offer */
    cbi_hash transfer;   /* payload id of the transcript that brought it; zero: offered here */
    cbi_account account; /* "" for an offer that nobody's account took */
    uint32_t records;
    uint32_t answers; /* given, or taken in */
    char other[CBI_ORIGIN_MAX + 1]; /* the other bank */
} cbi_transfer_row;

/* One of its records. */
typedef struct cbi_transfer_record {
    uint64_t index; /* here; 0: it was not taken */
    cbi_hash id;
} cbi_transfer_record;

cbank_status cbi_transfer_read(cbi_txn *txn, uint64_t number, cbi_transfer_row *out,
                               cbank_error *err);
/* By the leaf of an offer of this bank, or of one of another. NOT_FOUND (TRANSFER_UNKNOWN). */
cbank_status cbi_transfer_find(cbi_txn *txn, const cbi_hash *leaf, const char *origin,
                               cbi_transfer_row *out, cbank_error *err);
/* By the first 16 hexadecimal digits of the offer's leaf, or more. NOT_FOUND. */
cbank_status cbi_transfer_named(cbi_txn *txn, const char *id, cbi_transfer_row *out,
                                cbank_error *err);
/* The next one above `number`, of an account or, for "", of all. */
cbank_status cbi_transfer_after(cbi_txn *txn, const char *account, uint64_t number,
                                cbi_transfer_row *out, bool *found, cbank_error *err);
/* `out` has CBI_TRANSFER_RECORDS_MAX places. */
cbank_status cbi_transfer_records(cbi_txn *txn, const cbi_transfer_row *row,
                                  cbi_transfer_record *out, cbank_error *err);

/* Offered to a bank without cbank, whose answer is a letter. */
bool cbi_transfer_by_letter(const cbi_transfer_row *row);

/* A new one, whose number is set; with its records. */
cbank_status cbi_transfer_begin(cbi_txn *txn, cbi_transfer_row *row,
                                const cbi_transfer_record *records, cbank_error *err);
cbank_status cbi_transfer_write(cbi_txn *txn, const cbi_transfer_row *row, cbank_error *err);

/* Where a record is from now on. */
cbank_status cbi_transfer_put_where(cbi_txn *txn, uint64_t index, cbi_whereabouts where,
                                    uint64_t number, cbank_error *err);
/* The transfer that a record is out under; NOT_FOUND where it is here. */
cbank_status cbi_transfer_of_record(cbi_txn *txn, uint64_t index, cbi_whereabouts *where,
                                    uint64_t *number, cbank_error *err);

/* The next record that is not here, from `index` on. */
cbank_status cbi_transfer_out_from(cbi_txn *txn, uint64_t index, uint64_t *record, bool *found,
                                   cbank_error *err);

/* Whether a record was ever offered or taken here. */
bool cbi_transfer_knows(cbi_txn *txn, const cbi_hash *record);
/* And at which index of the log it stands. NOT_FOUND. */
cbank_status cbi_transfer_place(cbi_txn *txn, const cbi_hash *record, uint64_t *index,
                                cbank_error *err);

/* Answers: the next is number `row->answers`, which is counted up. */
cbank_status cbi_transfer_put_answer(cbi_txn *txn, cbi_transfer_row *row, uint64_t index,
                                     cbi_bytes answer, cbank_error *err);
cbank_status cbi_transfer_get_answer(cbi_txn *txn, const cbi_transfer_row *row, uint32_t answer,
                                     uint64_t *index, cbank_buffer *out, cbank_error *err);
/* By the digests of answers: the transfer. NOT_FOUND. */
cbank_status cbi_transfer_taken(cbi_txn *txn, const cbi_hash *digest, uint64_t *number,
                                cbank_error *err);
cbank_status cbi_transfer_put_taken(cbi_txn *txn, const cbi_hash *digest, uint64_t number,
                                    cbank_error *err);
bool cbi_transfer_has_taken(cbi_txn *txn, const cbi_hash *digest);

/* For `check`. */
bool cbi_transfer_row_decode(cbi_bytes value, cbi_transfer_row *out);

#endif
