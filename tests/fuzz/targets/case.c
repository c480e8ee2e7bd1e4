/*
 * Steps of cases: as they come, and as the institution would have signed them. What opens can be
 * made again from what it says.
 */
#include "fuzz/fuzz.h"
#include "proof/casestep.h"

static void read_step(cbi_bytes file)
{
    world *bank = fuzz_story()->world;
    cbi_case_step step = {0}, again = {0};
    cbank_buffer made = {0};

    if (cbi_case_step_open(bank->hasher, file, &step, NULL) != CBANK_OK)
        return;
    fuzz_require(cbi_case_step_make(step.message, bank->log_key, &made, NULL) == CBANK_OK,
                 "what was opened can be made");
    fuzz_require(cbi_case_step_open(bank->hasher, cbi_bytes_of_buffer(&made), &again, NULL) ==
                         CBANK_OK &&
                     cbi_hash_equal(&again.id, &step.id),
                 "and is the same");
    cbi_case_step_clear(&again);
    cbi_case_step_clear(&step);
    cbank_buffer_clear(&made);
}

void fuzz_case(cbi_bytes input)
{
    const cbi_private *key = fuzz_story()->world->log_key;
    cbank_buffer file = {0};

    read_step(input);
    if (fuzz_sign(input, CBI_CASE_STEP_TYPE, &cbank__v1__case_step__descriptor, NULL, &key, 1,
                  &file))
        read_step(cbi_bytes_of_buffer(&file));
    cbank_buffer_clear(&file);
}
