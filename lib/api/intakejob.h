/*
 * intakejob.h - the last part of jobs that deposit: a signed batch goes into the bank in steps.
 */
#ifndef CBI_API_INTAKEJOB_H
#define CBI_API_INTAKEJOB_H

#include "bank/deposit.h"

/* Items judged in one step: some twenty milliseconds, as a chunk that is written takes. */
#define CBI_INTAKE_STEP 8192u

typedef enum cbi_intake_phase {
    CBI_INTAKE_OPENING,
    CBI_INTAKE_JUDGING,
    CBI_INTAKE_WRITING,
    CBI_INTAKE_OVER,
} cbi_intake_phase;

typedef struct cbi_intake_run {
    cbi_intake_phase phase;
    cbi_deposit deposit; /* open from JUDGING on */
    bool dry_run;
    int numbers_taken; /* so often in a row */
} cbi_intake_run;

/* One step; what `file` lends is lent until the end. OVER when nothing is left to do. */
cbank_status cbi_intake_step(cbi_intake_run *run, cbi_bank *bank, const cbi_bulk *file,
                             const cbi_deposit_terms *terms, cbank_error *err);
/*
 * The same for a batch that was signed here with a number that was drawn. Another one of the same
 * second may have drawn it too: `*again` then, and the caller signs with another number.
 */
cbank_status cbi_intake_step_drawn(cbi_intake_run *run, cbi_bank *bank, const cbi_bulk *file,
                                   const cbi_deposit_terms *terms, bool *again, cbank_error *err);
/* Stage, and how many of how many items. */
void cbi_intake_progress(const cbi_intake_run *run, const char **stage, uint64_t *done,
                         uint64_t *total);
void cbi_intake_clear(cbi_intake_run *run);

#endif
