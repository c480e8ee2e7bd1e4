/* upkeep.h - when what a bank has to do now and then was done last; rows of `meta`. */
#ifndef CBI_BANK_UPKEEP_H
#define CBI_BANK_UPKEEP_H

#include "store/store.h"

typedef enum cbi_upkeep {
    CBI_UPKEEP_ERASED,    /* somebody was forgotten: the file holds remains from then on */
    CBI_UPKEEP_COMPACTED, /* the file held none */
    CBI_UPKEEP_COUNT
} cbi_upkeep;

/* 0 before the first time. */
cbank_status cbi_upkeep_read(cbi_txn *txn, cbi_upkeep what, int64_t *out, cbank_error *err);
cbank_status cbi_upkeep_note(cbi_txn *txn, cbi_upkeep what, int64_t at, cbank_error *err);

#endif
