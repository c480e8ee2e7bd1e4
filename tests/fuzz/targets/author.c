/*
 * What an authority writes: a document, then the documents and tables that it names, with a zero
 * byte between them. What has no fault for its author has none for the bank that receives it.
 */
#include <string.h>

#include "author/author.h"
#include "fuzz/fuzz.h"
#include "fuzz/published.h"

/* Takes off what comes before the next zero byte. */
static cbi_bytes take(cbi_bytes *input)
{
    const uint8_t *end = input->size == 0 ? NULL : memchr(input->data, '\0', input->size);
    size_t size = end == NULL ? input->size : (size_t)(end - input->data);
    cbi_bytes taken = cbi_bytes_of(input->data, size);

    input->data += end == NULL ? size : size + 1;
    input->size -= end == NULL ? size : size + 1;
    return taken;
}

/* Each document that is asked for once, as long as there is something left to give. */
static void add_documents(cbi_author *author, cbi_bytes *input)
{
    cbank_status status = cbi_author_add(author, "main.yaml", take(input), NULL);
    unsigned added = 1;
    const char *name;
    bool document, more = status == CBANK_OK;

    while (more && input->size > 0 && added < 4) {
        more = false;
        for (size_t n = 0; cbi_author_wanted(author, n, &name, &document) && !more; n++)
            more = document && n + 1 == added;
        if (more)
            (void)cbi_author_add(author, name, take(input), NULL);
        added++;
    }
}

static void feed_tables(cbi_author *author, cbi_bytes *input)
{
    while (cbi_author_table(author) != NULL) {
        (void)cbi_author_feed(author, take(input), NULL);
        fuzz_require(cbi_author_feed_end(author, NULL) == CBANK_OK, "a table ends");
    }
}

void fuzz_author(cbi_bytes input)
{
    const world *bank = fuzz_story()->world;
    cbank_buffer file = {0};
    cbi_author *author = NULL;

    fuzz_require(cbi_author_new(bank->suite, &author, NULL) == CBANK_OK, "there is memory");
    add_documents(author, &input);
    fuzz_require(cbi_author_read(author, NULL) == CBANK_OK, "faults are findings");
    feed_tables(author, &input);
    fuzz_require(cbi_author_finish(author, NULL) == CBANK_OK, "faults are findings");
    if (cbi_author_findings(author)->found[CBI_SEVERITY_ERROR] == 0) {
        fuzz_require(cbi_author_build(author, bank->root_key, &file, NULL) == CBANK_OK,
                     "what has no fault is published");
        fuzz_require(published_read(cbi_bytes_of_buffer(&file), bank->root_key) == CBANK_OK,
                     "what is published is received");
    }
    cbank_buffer_clear(&file);
    cbi_author_free(author);
}
