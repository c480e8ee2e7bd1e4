#include "record/publication.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "record/field.h"

#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name

/* As in the payload types of their heads. */
static const struct {
    Cbank__V1__PublicationKind kind;
    const char *word;
} WORDS[] = {
    {KIND(RULE_SET), "ruleset"},   {KIND(FRAMEWORK), "framework"}, {KIND(PROGRAMME), "programme"},
    {KIND(CATALOGUE), "catalogue"}, {KIND(UNITS), "units"},         {KIND(SCALES), "scales"},
};

const char *cbi_publication_word(int kind)
{
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if ((int)WORDS[i].kind == kind)
            return WORDS[i].word;
    }
    return NULL;
}

Cbank__V1__PublicationKind cbi_publication_kind(cbi_bytes word)
{
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (cbi_bytes_equal(word, cbi_bytes_of_text(WORDS[i].word)))
            return WORDS[i].kind;
    }
    return KIND(UNSPECIFIED);
}

bool cbi_publication_id_is_valid(cbi_bytes id)
{
    if (id.size == 0 || id.size > CBI_PUBLICATION_ID_MAX || id.data[0] == '/' ||
        id.data[id.size - 1] == '/')
        return false;
    for (size_t i = 0; i < id.size; i++) {
        uint8_t c = id.data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '-' || c == '/'))
            return false;
    }
    return true;
}

void cbi_publication_subject_id(int kind, const char *id, char out[CBI_PUBLICATION_SUBJECT_MAX])
{
    const char *word = cbi_publication_word(kind);

    snprintf(out, CBI_PUBLICATION_SUBJECT_MAX, "%s/%s", word == NULL ? "" : word, id);
}

cbank_status cbi_publication_ref_check(const char *name, const Cbank__V1__PublicationRef *ref,
                                       bool exact, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (ref == NULL)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, name, NULL);
    if (cbi_publication_word((int)ref->kind) == NULL)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, name, "kind");
    if (!cbi_publication_id_is_valid(cbi_message_text(ref->id)))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, name, "id");
    if (exact && ref->edition == 0)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, name, "edition");
    CBI_TRY(cbi_field_size(name, ref->digest, CBI_HASH_SIZE, exact, err));
done:
    return status;
}

cbank_status cbi_publication_name_parse(const char *name, char id[CBI_PUBLICATION_ID_MAX + 1],
                                        uint32_t *edition, cbank_error *err)
{
    const char *at = strchr(name, '@');
    size_t size = at == NULL ? strlen(name) : (size_t)(at - name);
    uint64_t number = 0;

    if (!cbi_publication_id_is_valid(cbi_bytes_of(name, size)) ||
        (at != NULL && (!cbi_u64_parse(cbi_bytes_of_text(at + 1), &number) || number == 0 ||
                        number > UINT32_MAX)))
        return cbi_fail(err, CBI_REASON_PUBLICATION_NAME, 0, name, NULL);
    memcpy(id, name, size);
    id[size] = '\0';
    *edition = (uint32_t)number;
    return CBANK_OK;
}
