#include "api/volume.h"

#include <string.h>

#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name

static cbank_status load_rules(cbi_publication *file, cbi_ruleset **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes page;

    CBI_TRY(cbi_ruleset_new(out, err));
    while (cbi_publication_next(file, &page))
        CBI_TRY(cbi_ruleset_add(*out, page, err));
    CBI_TRY(cbi_ruleset_head(*out, file->head, err));
    CBI_TRY(cbi_ruleset_finish(*out, err));
done:
    return status;
}

static cbank_status load_programme(cbi_publication *file, cbi_programme **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes page;

    CBI_TRY(cbi_programme_new(out, err));
    while (cbi_publication_next(file, &page))
        CBI_TRY(cbi_programme_add(*out, page, err));
    CBI_TRY(cbi_programme_finish(*out, err));
done:
    return status;
}

cbank_status cbi_volume_load(cbi_hasher *hasher, cbi_publication *file, cbi_ruleset **rule_set,
                             cbi_programme **programme, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_publication_check_body(hasher, file, err));
    if (file->head->kind == KIND(RULE_SET) && rule_set != NULL)
        CBI_TRY(load_rules(file, rule_set, err));
    else if (file->head->kind == KIND(PROGRAMME) && programme != NULL)
        CBI_TRY(load_programme(file, programme, err));
    else
        CBI_TRY(cbi_fail(err, CBI_REASON_HEAD_VALUE, (uint64_t)file->head->kind, "kind", NULL));
done:
    return status;
}

/* True if the file is this very edition, as far as it is named. */
static bool is_edition(const cbi_publication *file, const Cbank__V1__PublicationRef *named)
{
    return file->head->kind == named->kind && file->head->edition == named->edition &&
           strcmp(file->head->id, named->id) == 0 &&
           (named->digest.len == 0 ||
            cbi_bytes_equal(cbi_message_bytes(named->digest), cbi_bytes_of_hash(&file->id)));
}

static cbank_status add_reference(cbi_hasher *hasher, const Cbank__V1__PublicationRef *named,
                                  cbi_bytes bytes, cbi_reference *reference, bool *found,
                                  cbank_error *err)
{
    Cbank__V1__PublicationRef ref = *named;
    cbank_status status = CBANK_OK;
    cbi_publication file = {0};
    cbi_bytes page;

    CBI_TRY(cbi_publication_open(hasher, bytes, 0, &file, err));
    *found = is_edition(&file, named);
    if (!*found)
        goto done;
    CBI_TRY(cbi_publication_check_body(hasher, &file, err));
    ref.digest = cbi_message_data(cbi_bytes_of_hash(&file.id));
    CBI_TRY(cbi_reference_begin(reference, &ref, err));
    while (cbi_publication_next(&file, &page))
        CBI_TRY(cbi_reference_add(reference, page, err));
done:
    cbi_publication_clear(&file);
    return status;
}

cbank_status cbi_volume_refer(cbi_hasher *hasher, const Cbank__V1__PublicationHead *head,
                              const ProtobufCBinaryData *files, size_t count,
                              cbi_ruleset *ruleset, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_reference *reference = NULL;

    CBI_TRY(cbi_reference_new(&reference, err));
    for (size_t i = 0; i < head->n_uses; i++) {
        bool found = !cbi_reference_is_one((int)head->uses[i]->kind);

        for (size_t k = 0; k < count && !found; k++)
            CBI_TRY(add_reference(hasher, head->uses[i], cbi_message_bytes(files[k]), reference,
                                  &found, err));
    }
    CBI_TRY(cbi_reference_finish(reference, err));
    cbi_ruleset_refer(ruleset, reference);
    reference = NULL;
done:
    cbi_reference_free(reference);
    return status;
}

cbank_status cbi_volume_of_rules(cbi_hasher *hasher, cbi_bytes file, cbi_volume *out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *out = (cbi_volume){0};
    CBI_TRY(cbi_publication_open(hasher, file, KIND(RULE_SET), &out->publication, err));
    CBI_TRY(cbi_volume_load(hasher, &out->publication, &out->ruleset, NULL, err));
    out->edition.kind = KIND(RULE_SET);
    memcpy(out->edition.id, out->publication.head->id, strlen(out->publication.head->id) + 1);
    out->edition.edition = out->publication.head->edition;
    out->edition.digest = out->publication.id;
done:
    if (status != CBANK_OK)
        cbi_volume_clear(out);
    return status;
}

void cbi_volume_clear(cbi_volume *volume)
{
    cbi_publication_clear(&volume->publication);
    cbi_ruleset_free(volume->ruleset);
    *volume = (cbi_volume){0};
}
