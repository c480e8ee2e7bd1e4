#include "api/intakejob.h"

#include "api/face.h"

/* A number of a batch is drawn; should it be taken, another one is. */
#define DRAWS_MAX 4

static cbank_status open_batch(cbi_intake_run *run, cbi_bank *bank, const cbi_bulk *file,
                               const cbi_deposit_terms *terms, cbank_error *err)
{
    cbank_status status = cbi_deposit_open(bank, file, terms, &run->deposit, err);

    if (status == CBANK_OK)
        run->phase = CBI_INTAKE_JUDGING;
    return status;
}

cbank_status cbi_intake_step(cbi_intake_run *run, cbi_bank *bank, const cbi_bulk *file,
                             const cbi_deposit_terms *terms, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool more = false;

    switch (run->phase) {
    case CBI_INTAKE_OPENING:
        CBI_TRY(open_batch(run, bank, file, terms, err));
        break;
    case CBI_INTAKE_JUDGING:
        CBI_TRY(cbi_deposit_judge(&run->deposit, CBI_INTAKE_STEP, &more, err));
        if (!more)
            run->phase = run->dry_run || !cbi_deposit_may_write(&run->deposit)
                             ? CBI_INTAKE_OVER
                             : CBI_INTAKE_WRITING;
        break;
    case CBI_INTAKE_WRITING:
        CBI_TRY(cbi_deposit_write(&run->deposit, cbi_face_now(), &more, err));
        if (!more)
            run->phase = CBI_INTAKE_OVER;
        break;
    case CBI_INTAKE_OVER:
        break;
    }
done:
    return status;
}

cbank_status cbi_intake_step_drawn(cbi_intake_run *run, cbi_bank *bank, const cbi_bulk *file,
                                   const cbi_deposit_terms *terms, bool *again, cbank_error *err)
{
    cbank_error why = {0};
    cbank_status status = cbi_intake_step(run, bank, file, terms, &why);
    int taken = run->numbers_taken + 1;

    *again = why.reason == (int32_t)CBI_REASON_BATCH_NUMBER_TAKEN && taken < DRAWS_MAX;
    if (*again) {
        bool dry_run = run->dry_run;

        cbi_intake_clear(run);
        *run = (cbi_intake_run){.dry_run = dry_run, .numbers_taken = taken};
        return CBANK_OK;
    }
    if (status != CBANK_OK && err != NULL)
        *err = why;
    return status;
}

void cbi_intake_progress(const cbi_intake_run *run, const char **stage, uint64_t *done,
                         uint64_t *total)
{
    bool open = run->phase != CBI_INTAKE_OPENING;

    *total = open ? run->deposit.batch.head.head->count : 0;
    *stage = run->phase == CBI_INTAKE_WRITING ? "write" : "judge";
    *done = run->phase == CBI_INTAKE_WRITING || run->phase == CBI_INTAKE_OVER
                ? run->deposit.intake.next
                : run->deposit.judged;
}

void cbi_intake_clear(cbi_intake_run *run)
{
    if (run->phase != CBI_INTAKE_OPENING)
        cbi_deposit_clear(&run->deposit);
    *run = (cbi_intake_run){0};
}
