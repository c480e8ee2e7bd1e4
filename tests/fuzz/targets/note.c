/* Signed notes and the checkpoints in them, signed by the log's key or not. */
#include "fuzz/fuzz.h"
#include "proof/checkpoint.h"

static void read_text(cbi_bytes text)
{
    cbi_checkpoint checkpoint;
    cbank_buffer again = {0};

    if (cbi_checkpoint_decode(text, &checkpoint, NULL) != CBANK_OK)
        return;
    if (cbi_checkpoint_encode(&checkpoint, &again, NULL) == CBANK_OK)
        fuzz_require(cbi_bytes_equal(cbi_bytes_of_buffer(&again), text),
                     "a checkpoint has one form");
    cbank_buffer_clear(&again);
}

void fuzz_note(cbi_bytes input)
{
    const world *bank = fuzz_story()->world;
    const cbi_public *key = cbi_private_public(bank->log_key);
    cbi_bytes origin = cbi_bytes_of_text(bank->origin);
    cbank_buffer note = {0};
    cbi_checkpoint checkpoint;
    cbi_bytes text;

    read_text(input);
    (void)cbi_note_verify(input, origin, key, NULL, &text, NULL);
    (void)cbi_checkpoint_verify(input, origin, key, NULL, &checkpoint, NULL);
    if (cbi_note_sign(input, origin, bank->log_key, &note, NULL) == CBANK_OK &&
        cbi_note_verify(cbi_bytes_of_buffer(&note), origin, key, NULL, &text, NULL) == CBANK_OK)
        fuzz_require(cbi_bytes_equal(text, input), "a note says what was signed");
    cbank_buffer_clear(&note);
}
