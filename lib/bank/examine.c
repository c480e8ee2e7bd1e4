#include "bank/examine.h"

#include <string.h>

#include "base/memory.h"
#include "rules/validate.h"

/* One publication that it builds on, loaded; the pages are lent to the content. */
typedef struct basis {
    cbi_content content;
    cbank_buffer *pages;
    uint32_t count;
} basis;

static void basis_clear(basis *it)
{
    cbi_content_clear(&it->content);
    for (uint32_t i = 0; i < it->count; i++)
        cbank_buffer_clear(&it->pages[i]);
    cbi_free(it->pages);
}

/* Whether the names in it are needed: rule sets and programmes define none for others. */
static bool defines_names(const cbi_edition *edition)
{
    return edition->kind == CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_UNITS ||
           edition->kind == CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_SCALES ||
           edition->kind == CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_FRAMEWORK;
}

static cbank_status load_basis(cbi_txn *txn, const Cbank__V1__PublicationRef *ref,
                               cbi_known *known, basis *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_edition edition;

    CBI_TRY(cbi_edition_read(txn, (int)ref->kind, ref->id, ref->edition, &edition, err));
    out->content.kind = ref->kind;
    if (!defines_names(&edition))
        goto done;
    CBI_TRY(cbi_alloc(edition.pages, sizeof(*out->pages), &out->pages, err));
    for (uint32_t i = 0; i < edition.pages; i++) {
        out->count = i + 1;
        CBI_TRY(cbi_edition_page(txn, &edition, i, &out->pages[i], err));
        CBI_TRY(cbi_content_take(&out->content, cbi_bytes_of_buffer(&out->pages[i]), err));
    }
    CBI_TRY(cbi_known_add(known, ref->id, &out->content, err));
done:
    return status;
}

static cbank_status take_pages(const cbi_publication *publication, cbi_content *content,
                               cbank_error *err)
{
    const Cbank__V1__PublicationHead *head = publication->head;
    unsigned list = cbi_content_main_list((int)head->kind);
    cbi_publication pages = *publication; /* reads on its own */
    cbank_status status = CBANK_OK;
    cbi_bytes page;

    cbi_artefact_rewind(&pages.parts);
    while (cbi_publication_next(&pages, &page))
        CBI_TRY(cbi_content_take(content, page, err));
    if (content->lists[list].count != head->items)
        CBI_TRY(cbi_fail(err, CBI_REASON_PARTS_DIFFER, content->lists[list].count, head->id,
                         NULL));
done:
    return status;
}

cbank_status cbi_examine(cbi_txn *txn, const cbi_publication *publication, cbank_error *err)
{
    const Cbank__V1__PublicationHead *head = publication->head;
    cbi_content content = {.kind = head->kind};
    cbi_findings findings = {0};
    cbi_known known = {0};
    basis *bases = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(take_pages(publication, &content, err));
    CBI_TRY(cbi_alloc(head->n_uses, sizeof(*bases), &bases, err));
    for (size_t i = 0; i < head->n_uses; i++)
        CBI_TRY(load_basis(txn, head->uses[i], &known, &bases[i], err));
    CBI_TRY(cbi_validate(&content, head->uses, head->n_uses, &known, &findings, err));
    cbi_findings_sort(&findings);
    CBI_TRY(cbi_findings_verdict(&findings, err));
done:
    cbi_known_clear(&known);
    cbi_findings_clear(&findings);
    cbi_content_clear(&content);
    for (size_t i = 0; bases != NULL && i < head->n_uses; i++)
        basis_clear(&bases[i]);
    cbi_free(bases);
    return status;
}
