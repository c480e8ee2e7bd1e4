/* Verifier keys of signed notes. */
#include "fuzz/fuzz.h"
#include "proof/note.h"

void fuzz_vkey(cbi_bytes input)
{
    cbi_directory directory = {0};
    cbank_buffer again = {0};
    cbi_public key;
    cbi_bytes name;

    if (cbi_note_parse_vkey(input, &name, &key, NULL) == CBANK_OK)
        fuzz_require(cbi_note_vkey(name, &key, &again, NULL) == CBANK_OK &&
                         cbi_bytes_equal(cbi_bytes_of_buffer(&again), input),
                     "a verifier key has one form");
    cbank_buffer_clear(&again);
    if (cbi_directory_open_vkey(input, &directory, NULL) == CBANK_OK)
        fuzz_require(directory.log_key_count == 1 && directory.institution_count == 0,
                     "a log key is trusted alone");
    cbi_directory_clear(&directory);
}
