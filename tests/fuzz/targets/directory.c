/* Directories, as they come and as their bank would have signed them. */
#include "fuzz/fuzz.h"

static void read_directory(cbi_bytes file, const cbi_hash *fingerprint)
{
    cbi_directory directory = {0};

    if (cbi_directory_open(file, fingerprint, WORLD_AT, &directory, NULL) == CBANK_OK) {
        fuzz_require(directory.institution_count == directory.head->institutions,
                     "a directory holds what it counts");
        for (size_t i = 0; i < directory.institution_count; i++) {
            const cbi_directory_institution *found = cbi_directory_find(
                &directory, cbi_message_text(directory.institutions[i].message->institution));

            fuzz_require(found == &directory.institutions[i], "each institution is found");
        }
    }
    cbi_directory_clear(&directory);
}

void fuzz_directory(cbi_bytes input)
{
    const cbi_private *key = fuzz_story()->world->root_key;
    cbi_hash fingerprint = world_fingerprint(key);
    cbank_buffer file = {0};

    read_directory(input, NULL);
    if (fuzz_sign(input, CBI_DIRECTORY_TYPE, &cbank__v1__directory_head__descriptor, NULL, &key,
                  1, &file))
        read_directory(cbi_bytes_of_buffer(&file), &fingerprint);
    cbank_buffer_clear(&file);
}
