#include "author/study.h"

#include <stdio.h>
#include <string.h>

static const char *text_of(const study_file *files, const char *name)
{
    for (; files->name != NULL; files++) {
        if (strcmp(files->name, name) == 0)
            return files->text;
    }
    return NULL;
}

/* Adds the main document and, as they are asked for, those that it builds on. */
static void add_documents(cbi_author *author, const study_file *files)
{
    const char *waiting[CBI_AUTHOR_DOCUMENTS_MAX] = {files->name};
    size_t count = 1;

    for (size_t i = 0; i < count; i++) {
        const char *name, *text = text_of(files, waiting[i]);
        bool document;

        if (text == NULL)
            continue;
        cr_assert_eq(cbi_author_add(author, waiting[i], cbi_bytes_of_text(text), NULL), CBANK_OK);
        for (size_t n = 0; cbi_author_wanted(author, n, &name, &document); n++) {
            if (document && count < CBI_AUTHOR_DOCUMENTS_MAX)
                waiting[count++] = name;
        }
    }
}

cbi_author *study_read(const study_file *files, size_t piece)
{
    cbi_author *author = NULL;
    const char *name;

    cr_assert_eq(cbi_author_new(CBI_SUITE_SHA256_ED25519, &author, NULL), CBANK_OK);
    add_documents(author, files);
    cr_assert_eq(cbi_author_read(author, NULL), CBANK_OK);
    while ((name = cbi_author_table(author)) != NULL) {
        const char *text = text_of(files, name);
        size_t size = text == NULL ? 0 : strlen(text);

        for (size_t at = 0; at < size; at += piece)
            cr_assert_eq(cbi_author_feed(author,
                                         cbi_bytes_of(text + at,
                                                      size - at < piece ? size - at : piece),
                                         NULL),
                         CBANK_OK);
        cr_assert_eq(cbi_author_feed_end(author, NULL), CBANK_OK);
    }
    cr_assert_eq(cbi_author_finish(author, NULL), CBANK_OK);
    return author;
}

cbi_author *study_read_text(const char *text)
{
    const study_file files[] = {{"rules.yaml", text}, {NULL, NULL}};

    return study_read(files, 1);
}

static void tell(const cbi_author *author)
{
    const cbi_findings *findings = cbi_author_findings(author);

    for (uint32_t i = 0; i < findings->count && i < 20; i++) {
        const cbi_finding *finding = &findings->items[i];

        fprintf(stderr, "%s:%u:%u: %s: %s (%s)\n",
                cbi_findings_name(findings, finding->spot.file), finding->spot.at.line,
                finding->spot.at.column, cbi_reason_word(finding->reason), finding->object,
                finding->detail);
    }
}

void study_is_good(const cbi_author *author)
{
    if (cbi_author_findings(author)->found[CBI_SEVERITY_ERROR] > 0)
        tell(author);
    cr_assert_eq(cbi_author_findings(author)->found[CBI_SEVERITY_ERROR], 0);
}

bool study_finds(const cbi_author *author, cbi_reason reason, uint32_t line)
{
    const cbi_findings *findings = cbi_author_findings(author);

    for (uint32_t i = 0; i < findings->count; i++) {
        if (findings->items[i].reason == reason &&
            (line == 0 || findings->items[i].spot.at.line == line))
            return true;
    }
    return false;
}

void study_refuses(const char *text, cbi_reason reason, uint32_t line, uint32_t column)
{
    static char whole[1 << 18];
    const cbi_findings *findings;
    const cbi_finding *first;
    cbi_author *author;

    snprintf(whole, sizeof(whole), STUDY_HEAD "%s", text);
    author = study_read_text(whole);
    findings = cbi_author_findings(author);
    first = findings->count == 0 ? NULL : &findings->items[0];
    cr_expect_eq(findings->found[CBI_SEVERITY_ERROR], 1, "%s\n%lu errors", text,
                 (unsigned long)findings->found[CBI_SEVERITY_ERROR]);
    if (first == NULL || first->reason != reason || first->spot.at.line != line + STUDY_LINES ||
        first->spot.at.column != column) {
        tell(author);
        cr_expect(false, "%s is not refused as %s at %u:%u", text, cbi_reason_word(reason),
                  line + STUDY_LINES, column);
    }
    cbi_author_free(author);
}

Cbank__V1__Rule *study_rule(const cbi_author *author, uint32_t n)
{
    const cbi_items *rules = &cbi_author_main(author)->content.lists[CBI_RULESET_RULES];
    Cbank__V1__Rule *rule = NULL;

    cr_assert_lt(n, rules->count);
    cr_assert_eq(cbi_message_parse(&cbank__v1__rule__descriptor, rules->list[n].bytes, &rule,
                                   NULL),
                 CBANK_OK);
    return rule;
}
