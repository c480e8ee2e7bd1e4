/* counter.h - how many there are, kept in `meta` so that nobody has to count. */
#ifndef CBI_BANK_COUNTER_H
#define CBI_BANK_COUNTER_H

#include "store/store.h"

typedef enum cbi_counter {
    CBI_COUNTER_ACCOUNTS,     /* also the number of the newest account */
    CBI_COUNTER_RECORDS,      /* deposited */
    CBI_COUNTER_ENDED,        /* of them: revoked or superseded */
    CBI_COUNTER_INSTITUTIONS,
    CBI_COUNTER_BATCHES,      /* also the number of the newest batch */
    CBI_COUNTER_DIRECTORIES,  /* signed so far */
    CBI_COUNTER_STATUSES,
    CBI_COUNTER_RECOGNITIONS, /* also the number of the newest one */
    CBI_COUNTER_COUNT
} cbi_counter;

/* 0 before the first. */
cbank_status cbi_counter_read(cbi_txn *txn, cbi_counter counter, uint64_t *out, cbank_error *err);
/* Adds and answers the new value; `out` may be NULL. */
cbank_status cbi_counter_add(cbi_txn *txn, cbi_counter counter, uint64_t by, uint64_t *out,
                             cbank_error *err);

#endif
