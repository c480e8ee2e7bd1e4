/* Status files, as they come and as their bank would have signed them. */
#include "fuzz/fuzz.h"

static void read_status(cbi_bytes file)
{
    cbi_statusfile status = {0};

    if (cbi_statusfile_open(file, fuzz_trusted(), WORLD_AT, &status, NULL) == CBANK_OK) {
        for (size_t i = 0; i < status.records.count; i++) {
            const cbi_status_row *row = &status.records.items[i];

            fuzz_require((int)cbi_statusfile_record(&status, &row->id) == row->state,
                         "each row is found");
        }
    }
    cbi_statusfile_clear(&status);
}

void fuzz_status(cbi_bytes input)
{
    const cbi_private *key = fuzz_story()->world->log_key;
    cbank_buffer file = {0};

    read_status(input);
    if (fuzz_sign(input, CBI_STATUS_TYPE, &cbank__v1__status_head__descriptor, NULL, &key, 1,
                  &file))
        read_status(cbi_bytes_of_buffer(&file));
    cbank_buffer_clear(&file);
}
