#include "fuzz/published.h"

#include "fuzz/fuzz.h"
#include "proof/publication.h"
#include "rules/ruleset.h"
#include "rules/validate.h"

/* Scales, frameworks and units as a rule set would use them, whoever wrote them. */
static cbank_status refer(cbi_publication *publication)
{
    Cbank__V1__PublicationRef ref = CBANK__V1__PUBLICATION_REF__INIT;
    cbi_reference *reference = NULL;
    cbank_status status = CBANK_OK;
    cbi_publication pages = *publication;
    cbi_bytes page;

    ref.kind = publication->head->kind;
    ref.id = publication->head->id;
    ref.edition = publication->head->edition;
    CBI_TRY(cbi_reference_new(&reference, NULL));
    CBI_TRY(cbi_reference_begin(reference, &ref, NULL));
    while (cbi_publication_next(&pages, &page))
        CBI_TRY(cbi_reference_add(reference, page, NULL));
    CBI_TRY(cbi_reference_finish(reference, NULL));
done:
    cbi_reference_free(reference);
    return status;
}

static cbank_status take_pages(cbi_publication *publication, cbi_content *content,
                               cbi_ruleset *ruleset)
{
    bool rules = content->kind == CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_RULE_SET;
    cbank_status status = CBANK_OK;
    cbi_bytes page;

    while (cbi_publication_next(publication, &page)) {
        CBI_TRY(cbi_content_take(content, page, NULL));
        if (rules)
            CBI_TRY(cbi_ruleset_add(ruleset, page, NULL));
    }
    CBI_TRY(cbi_ruleset_finish(ruleset, NULL));
    fuzz_require(!rules ||
                     cbi_ruleset_rules(ruleset) == content->lists[CBI_RULESET_RULES].count,
                 "every rule is in the rule set");
done:
    return status;
}

cbank_status published_read(cbi_bytes file, const cbi_private *key)
{
    cbi_hasher *hasher = fuzz_story()->world->hasher;
    cbi_publication publication = {0};
    cbi_content content = {0};
    cbi_findings findings = {0};
    cbi_known known = {0};
    cbi_ruleset *ruleset = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ruleset_new(&ruleset, NULL));
    CBI_TRY(cbi_publication_open(hasher, file, 0, &publication, NULL));
    CBI_TRY(cbi_publication_verify(hasher, &publication, cbi_private_public(key), NULL));
    content.kind = publication.head->kind;
    if (cbi_reference_is_one((int)content.kind))
        (void)refer(&publication);
    CBI_TRY(take_pages(&publication, &content, ruleset));
    CBI_TRY(cbi_validate(&content, publication.head->uses, publication.head->n_uses, &known,
                         &findings, NULL));
    CBI_TRY(cbi_findings_verdict(&findings, NULL));
done:
    cbi_known_clear(&known);
    cbi_findings_clear(&findings);
    cbi_content_clear(&content);
    cbi_publication_clear(&publication);
    cbi_ruleset_free(ruleset);
    return status;
}
