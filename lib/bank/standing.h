/* standing.h - what an account amounts to: its state, and the sums of the records that hold. */
#ifndef CBI_BANK_STANDING_H
#define CBI_BANK_STANDING_H

#include "bank/account.h"
#include "record/totals.h"

typedef struct cbi_standing {
    cbi_account account;
    cbi_life life;
    int64_t opened_at;
    uint64_t entries; /* of its chain */
    uint64_t records; /* that hold */
    uint32_t complete_on; /* of an erased account */
    cbi_totals totals;
} cbi_standing;

/* Walks the account's chain. NOT_FOUND (ACCOUNT_UNKNOWN). */
cbank_status cbi_standing_read(cbi_reader *reader, const char *account, cbi_standing *out,
                               cbank_error *err);

#endif
