/* The document of the format is true: its examples are read, and every S-number has its row. */
#include "author/study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_READ (1 << 17)

static char *document;

static void start(void)
{
    FILE *file = fopen(CBANK_FORMAT, "rb");

    cr_assert_not_null(file, "%s", CBANK_FORMAT);
    document = calloc(1, SIZE_MAX_READ);
    cr_assert_lt(fread(document, 1, SIZE_MAX_READ - 1, file), SIZE_MAX_READ - 1);
    fclose(file);
}

static void end(void)
{
    free(document);
}

TestSuite(format, .init = start, .fini = end);

/* The next block of that language, as a text of its own; NULL if there is none. */
static char *next_block(const char **at, const char *language)
{
    char fence[16];
    const char *begin, *stop;
    char *text;

    snprintf(fence, sizeof(fence), "```%s\n", language);
    begin = strstr(*at, fence);
    if (begin == NULL)
        return NULL;
    begin += strlen(fence);
    stop = strstr(begin, "\n```");
    cr_assert_not_null(stop);
    text = calloc(1, (size_t)(stop - begin) + 2);
    memcpy(text, begin, (size_t)(stop - begin) + 1);
    *at = stop + 4;
    return text;
}

Test(format, every_example_is_read_without_a_fault)
{
    static char whole[SIZE_MAX_READ];
    const char *at = document, *tables = document;
    char *table = next_block(&tables, "csv"), *text;
    unsigned examples = 0;

    cr_assert_not_null(table);
    while ((text = next_block(&at, "yaml")) != NULL) {
        const study_file files[] = {{"rules.yaml", whole}, {"rules.csv", table}, {NULL, NULL}};
        cbi_author *author;

        /* What is not a document of its own belongs to a rule set. */
        snprintf(whole, sizeof(whole), "%s%s", strncmp(text, "kind:", 5) == 0 ? "" : STUDY_HEAD,
                 text);
        author = study_read(files, 100);
        study_is_good(author);
        cbi_author_free(author);
        free(text);
        examples++;
    }
    cr_expect_geq(examples, 10);
    free(table);
}

Test(format, every_number_of_the_inventory_has_its_row)
{
    char row[16];

    for (unsigned n = 1; n <= 54; n++) {
        snprintf(row, sizeof(row), "\n| S%u | ", n);
        cr_expect_not_null(strstr(document, row), "S%u", n);
    }
}

/* Each key of each table of keys, and each field of records, stands in the document. */
Test(format, every_key_is_shown)
{
    char key[80];

    for (int kind = 1; kind <= 6; kind++) {
        for (unsigned list = 1; list < CBI_CONTENT_LISTS; list++) {
            const cbi_form_type *keys = cbi_content_item_type(kind, list) == NULL
                                            ? NULL
                                            : cbi_author_keys(kind, list);

            for (size_t i = 0; keys != NULL && i < keys->count; i++) {
                snprintf(key, sizeof(key), "%s", keys->fields[i].key);
                cr_expect_not_null(strstr(document, key), "%s", key);
            }
        }
    }
}
