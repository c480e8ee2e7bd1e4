/* The container of every file: what is read can be written again, to the same bytes. */
#include "fuzz/fuzz.h"
#include "wire/artefact.h"

void fuzz_artefact(cbi_bytes input)
{
    cbi_artefact_reader reader;
    cbank_buffer again = {0};
    cbank_status status = CBANK_OK;
    cbi_bytes part;

    if (cbi_artefact_open(input, &reader, NULL) != CBANK_OK)
        return;
    CBI_TRY(cbi_artefact_write_envelope(&again, reader.envelope, NULL));
    while (cbi_artefact_next(&reader, &part))
        CBI_TRY(cbi_artefact_write_part(&again, part, NULL));
done:
    fuzz_require(status == CBANK_OK && cbi_bytes_equal(cbi_bytes_of_buffer(&again), input),
                 "a container has one form");
    cbank_buffer_clear(&again);
}
