#include "author/author.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "proof/publication.h"
#include "rules/lint.h"
#include "rules/validate.h"

#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name

struct cbi_author {
    cbi_suite suite;
    cbi_hasher *hasher;
    cbi_findings findings;
    cbi_document documents[CBI_AUTHOR_DOCUMENTS_MAX];
    size_t count;
    size_t document;           /* whose table comes next */
    cbi_document_table *table; /* NULL: none is left */
    Cbank__V1__GradeScale **scales;
    cbi_scalebook book;
    bool finished;
};

cbank_status cbi_author_new(cbi_suite suite, cbi_author **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_author *author = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*author), &author, err));
    author->suite = suite;
    CBI_TRY(cbi_hasher_new(suite, &author->hasher, err));
    *out = author;
    author = NULL;
done:
    cbi_author_free(author);
    return status;
}

void cbi_author_free(cbi_author *author)
{
    if (author == NULL)
        return;
    for (size_t i = 0; i < author->book.count; i++)
        cbi_message_free(author->scales[i]);
    cbi_free(author->scales);
    for (size_t i = 0; i < author->count; i++)
        cbi_document_clear(&author->documents[i]);
    cbi_findings_clear(&author->findings);
    cbi_hasher_free(author->hasher);
    cbi_free(author);
}

cbank_status cbi_author_add(cbi_author *author, const char *name, cbi_bytes text,
                            cbank_error *err)
{
    if (author->count == CBI_AUTHOR_DOCUMENTS_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_COUNT, CBI_AUTHOR_DOCUMENTS_MAX, "documents", NULL);
    if (!cbi_document_is_name(cbi_bytes_of_text(name)))
        return cbi_fail(err, CBI_REASON_FORM_PATH, 0, name, NULL);
    return cbi_document_open(&author->documents[author->count++], name, text, &author->findings,
                             err);
}

static const cbi_document *find_document(const cbi_author *author, const char *name)
{
    for (size_t i = 0; i < author->count; i++) {
        if (strcmp(author->documents[i].name, name) == 0)
            return &author->documents[i];
    }
    return NULL;
}

bool cbi_author_wanted(const cbi_author *author, size_t index, const char **name, bool *document)
{
    const cbi_document *last = &author->documents[author->count - 1];

    for (size_t i = 0; i < last->use_count; i++) {
        if (last->uses[i].file[0] == '\0' || find_document(author, last->uses[i].file) != NULL)
            continue;
        if (index-- == 0) {
            *name = last->uses[i].file;
            *document = true;
            return true;
        }
    }
    for (const cbi_document_table *table = last->tables; table != NULL; table = table->next) {
        if (table->name[0] != '\0' && index-- == 0) {
            *name = table->name;
            *document = false;
            return true;
        }
    }
    return false;
}

/* ---- reading ---- */

/* Scales that stand in a document are at hand when the grades of others are read. */
static cbank_status take_scales(cbi_author *author, const cbi_document *document,
                                cbank_error *err)
{
    const cbi_items *items = &document->content.lists[CBI_SCALES_SCALES];
    cbank_status status = CBANK_OK;

    if (document->content.kind != KIND(SCALES))
        return CBANK_OK;
    for (uint32_t i = 0; i < items->count && author->book.count < CBI_SCALES_MAX; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__grade_scale__descriptor, items->list[i].bytes,
                                  &author->scales[author->book.count], err));
        author->book.count++;
    }
done:
    return status;
}

static void choose_table(cbi_author *author)
{
    while (author->table == NULL && author->document < author->count) {
        author->table = author->documents[author->document++].tables;
        while (author->table != NULL && author->table->name[0] == '\0')
            author->table = author->table->next;
    }
}

cbank_status cbi_author_read(cbi_author *author, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(CBI_SCALES_MAX, sizeof(Cbank__V1__GradeScale *), &author->scales, err));
    author->book.scales = author->scales;
    for (unsigned others = 0; others < 2; others++) {
        for (size_t i = 0; i < author->count; i++) {
            cbi_document *document = &author->documents[i];

            if ((document->content.kind == KIND(SCALES)) == (others == 1))
                continue;
            CBI_TRY(cbi_document_read(document, &author->findings, &author->book, err));
            CBI_TRY(take_scales(author, document, err));
        }
    }
    choose_table(author);
done:
    return status;
}

const char *cbi_author_table(const cbi_author *author)
{
    return author->table == NULL ? NULL : author->table->name;
}

cbank_status cbi_author_feed(cbi_author *author, cbi_bytes bytes, cbank_error *err)
{
    cbi_document *document = &author->documents[author->document - 1];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_rows_feed(author->table->rows, bytes, err));
    CBI_TRY(cbi_document_read_table(document, author->table, &author->findings, &author->book,
                                    err));
done:
    return status;
}

cbank_status cbi_author_feed_end(cbi_author *author, cbank_error *err)
{
    cbi_document *document = &author->documents[author->document - 1];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_rows_end(author->table->rows, err));
    CBI_TRY(cbi_document_read_table(document, author->table, &author->findings, &author->book,
                                    err));
    do {
        author->table = author->table->next;
    } while (author->table != NULL && author->table->name[0] == '\0');
    choose_table(author);
done:
    return status;
}

/* ---- finishing ---- */

/* Refers to the used documents by digest, and learns what they define. */
static cbank_status take_uses(cbi_author *author, cbi_document *document, cbi_known *known,
                              bool *ready, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *ready = true;
    for (size_t i = 0; i < document->use_count; i++) {
        cbi_document_use *use = &document->uses[i];
        const cbi_document *used =
            use->file[0] == '\0' ? NULL : find_document(author, use->file);
        cbi_spot spot = {document->file, use->node->at};

        if (use->file[0] == '\0')
            continue;
        if (used != NULL && !used->done) {
            *ready = false;
            continue;
        }
        if (used == NULL || !used->readable || used->head.kind != use->ref.kind ||
            strcmp(used->head.id, use->ref.id) != 0 || used->head.edition != use->ref.edition) {
            CBI_TRY(cbi_findings_add(&author->findings, CBI_SEVERITY_ERROR,
                                     CBI_REASON_RULE_REFERENCE, spot, use->ref.id, err, "%s",
                                     use->file));
            continue;
        }
        memcpy(use->digest, used->id.bytes, CBI_HASH_SIZE);
        use->ref.digest = cbi_message_data(cbi_bytes_of(use->digest, CBI_HASH_SIZE));
        CBI_TRY(cbi_known_add(known, used->head.id, &used->content, err));
    }
done:
    return status;
}

static cbank_status put_pages(const cbi_document *document, cbi_publication_builder *builder,
                              cbank_error *err)
{
    cbi_content_cursor cursor = {0};
    cbank_status status = CBANK_OK;
    cbank_buffer page = {0};

    do {
        CBI_TRY(cbi_content_page(&document->content, &cursor, &page, err));
        if (page.size > 0)
            CBI_TRY(cbi_publication_add(builder, cbi_bytes_of_buffer(&page), err));
    } while (page.size > 0);
done:
    cbank_buffer_clear(&page);
    return status;
}

static void count_items(cbi_document *document)
{
    unsigned list = cbi_content_main_list((int)document->content.kind);

    document->head.items = document->content.lists[list].count;
}

/* The id that others refer to; a document with errors has none. */
static cbank_status identify(cbi_author *author, cbi_document *document, cbank_error *err)
{
    cbi_publication_builder builder = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_publication_begin(author->suite, &builder, err));
    CBI_TRY(put_pages(document, &builder, err));
    CBI_TRY(cbi_publication_complete(&builder, &document->head, err));
    CBI_TRY(cbi_publication_head_id(author->hasher, &document->head, &document->id, err));
    document->head.body_digest = cbi_message_data(cbi_bytes_of(NULL, 0)); /* the builder's */
done:
    cbi_publication_builder_clear(&builder);
    return status;
}

static cbank_status examine(cbi_author *author, cbi_document *document, cbi_known *known,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!document->readable)
        goto done;
    count_items(document);
    CBI_TRY(cbi_content_sort(&document->content, err));
    CBI_TRY(cbi_validate(&document->content, document->head.uses, document->head.n_uses, known,
                         &author->findings, err));
    CBI_TRY(cbi_lint(&document->head, &document->content, &author->findings, err));
    if (author->findings.found[CBI_SEVERITY_ERROR] == 0)
        CBI_TRY(identify(author, document, err));
done:
    document->done = true;
    return status;
}

/* Those that build on nothing that waits come first; what is left at the end goes in a circle. */
static cbank_status examine_some(cbi_author *author, bool *progress, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *progress = false;
    for (size_t i = 0; i < author->count; i++) {
        cbi_document *document = &author->documents[i];
        cbi_known known = {0};
        bool ready;

        if (document->done)
            continue;
        status = take_uses(author, document, &known, &ready, err);
        if (status == CBANK_OK && ready) {
            status = examine(author, document, &known, err);
            *progress = true;
        }
        cbi_known_clear(&known);
        CBI_TRY(status);
    }
done:
    return status;
}

cbank_status cbi_author_finish(cbi_author *author, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool progress;

    do {
        CBI_TRY(examine_some(author, &progress, err));
    } while (progress);
    for (size_t i = 0; i < author->count; i++) {
        cbi_spot spot = {author->documents[i].file, {1, 1}};

        if (!author->documents[i].done)
            CBI_TRY(cbi_findings_add(&author->findings, CBI_SEVERITY_ERROR, CBI_REASON_RULE_LOOP,
                                     spot, "uses", err, "%s", author->documents[i].name));
    }
    cbi_findings_sort(&author->findings);
    author->finished = true;
done:
    return status;
}

const cbi_findings *cbi_author_findings(const cbi_author *author)
{
    return &author->findings;
}

const cbi_document *cbi_author_main(const cbi_author *author)
{
    return &author->documents[0];
}

uint64_t cbi_author_items(const cbi_author *author)
{
    uint64_t items = 0;

    for (size_t i = 0; i < author->count; i++) {
        for (unsigned list = 1; list < CBI_CONTENT_LISTS; list++)
            items += author->documents[i].content.lists[list].count;
    }
    return items;
}

cbank_status cbi_author_build(cbi_author *author, const cbi_private *key, cbank_buffer *file,
                              cbank_error *err)
{
    cbi_document *document = &author->documents[0];
    cbi_publication_builder builder = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_findings_verdict(&author->findings, err));
    CBI_TRY(cbi_publication_begin(author->suite, &builder, err));
    CBI_TRY(put_pages(document, &builder, err));
    CBI_TRY(cbi_publication_finish(&builder, &document->head, key, file, err));
done:
    cbi_publication_builder_clear(&builder);
    return status;
}
