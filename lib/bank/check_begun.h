/*
 * check_begun.h - where each batch began in the log, and how many accounts it opened.
 *
 * Gathered while the log is followed, by the one thread that does so; compared with the batch's row
 * at its receipt.
 */
#ifndef CBI_BANK_CHECK_BEGUN_H
#define CBI_BANK_CHECK_BEGUN_H

#include "bank/check.h"
#include "bank/intake.h"
#include "ledger/logged.h"
#include "record/statement.h"

/* An item of a batch that is under way, as its statement says. */
typedef struct cbi_check_item {
    uint64_t batch; /* the bank's number of it; 0: none, or written again after its receipt */
    uint32_t index;
    uint8_t token[CBI_TOKEN_SIZE];
} cbi_check_item;
cbi_check_item cbi_check_item_of(const cbi_logged *logged, const cbi_statement *statement,
                                 const cbi_intake *intake, uint32_t index);
/* What the log says of a batch so far. */
typedef struct cbi_check_begun_batch {
    uint64_t number;
    uint64_t first; /* its first entry: an item, or the account that was opened for it */
    uint32_t item;  /* which that was of its items */
    uint32_t opened; /* accounts */
} cbi_check_begun_batch;
/* Few: those that are under way at the place that has been reached. */
typedef struct cbi_check_begun {
    cbi_check_begun_batch *rows;
    size_t count, capacity;
    bool more; /* than there may be */
    uint64_t opened; /* one past the entry that opened an account last; 0: none */
    uint8_t token[CBI_TOKEN_SIZE]; /* of that */
    uint64_t erased; /* one past the newest erased entry; 0: none */
    uint64_t end;    /* one past the newest entry */
} cbi_check_begun;
/* The next entry; the account, or the item, that it is about. */
void cbi_check_begun_entry(cbi_check_begun *begun, const cbi_logged *logged);
void cbi_check_begun_account(cbi_check_begun *begun, uint64_t index,
                             const cbi_statement *statement);
cbank_status cbi_check_begun_item(cbi_check_begun *begun, uint64_t index,
                                  const cbi_check_item *item, cbank_error *err);
/* The batch's row says so too, at its receipt; then it is forgotten. */
cbank_status cbi_check_begun_batch_is(cbi_check *check, cbi_txn *txn, const cbi_intake *intake,
                                      uint64_t where, cbank_error *err);
void cbi_check_begun_end(cbi_check_begun *begun, uint64_t number);
/* The same of one that has no receipt, unless the log has grown since it was read. */
cbank_status cbi_check_begun_under_way(cbi_check *check, cbi_txn *txn, const cbi_intake *intake,
                                       cbank_error *err);

#endif
