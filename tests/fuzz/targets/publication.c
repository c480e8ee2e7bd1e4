/* Publications, as they come and as their authority would have signed them. */
#include "fuzz/fuzz.h"
#include "fuzz/published.h"
#include "proof/publication.h"

#define KINDS 7 /* with the one that is none */

static void count_pages(void *message, cbi_artefact_reader *parts)
{
    Cbank__V1__PublicationHead *head = message;
    cbi_bytes part;

    head->pages = 0;
    while (cbi_artefact_next(parts, &part))
        head->pages++;
}

void fuzz_publication(cbi_bytes input)
{
    const cbi_private *key = fuzz_story()->world->root_key;
    int kind = (int)fuzz_choose(&input, KINDS);
    char type[CBI_PUBLICATION_TYPE_MAX];
    cbank_buffer file = {0};

    (void)published_read(input, key);
    cbi_publication_type(kind, type);
    if (fuzz_sign(input, type, &cbank__v1__publication_head__descriptor, count_pages, &key, 1,
                  &file))
        (void)published_read(cbi_bytes_of_buffer(&file), key);
    cbank_buffer_clear(&file);
}
