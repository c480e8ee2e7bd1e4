#include "proof/publication.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "proof/file.h"
#include "record/code.h"
#include "record/field.h"
#include "record/publication.h"

#include "cbank/v1/envelope.pb-c.h"

#define TITLES_MAX 16
#define USES_MAX 64
#define HEAD(value) CBANK__V1__##value

void cbi_publication_type(int kind, char out[CBI_PUBLICATION_TYPE_MAX])
{
    const char *word = cbi_publication_word(kind);

    out[0] = '\0';
    if (word != NULL)
        snprintf(out, CBI_PUBLICATION_TYPE_MAX, CBI_ENVELOPE_TYPE("%s"), word);
}

/* ---- values of a head ---- */

static cbank_status fail(const char *field, const char *wanted, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, field, "%s", wanted);
}

static cbank_status check_text(const char *name, const char *value, cbank_error *err)
{
    return cbi_message_text(value).size == 0 ? CBANK_OK
                                             : cbi_field_text(name, value, CBI_TEXT_MAX, err);
}

static cbank_status check_name(const Cbank__V1__PublicationHead *head, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (cbi_publication_word((int)head->kind) == NULL)
        return fail("kind", "ruleset, framework, programme, catalogue, units, scales", err);
    if (!cbi_publication_id_is_valid(cbi_message_text(head->id)))
        return fail("id", "[A-Za-z0-9.-/]{1,64}", err);
    if (head->edition == 0)
        return fail("edition", "1, 2, 3 ...", err);
    CBI_TRY(cbi_field_institution("authority", head->authority, err));
    if (head->n_title == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "title", NULL);
    CBI_TRY(cbi_field_count("title", head->n_title, TITLES_MAX, err));
    for (size_t i = 0; i < head->n_title; i++) {
        CBI_TRY(cbi_field_language("title", head->title[i]->lang, err));
        CBI_TRY(cbi_field_text("title", head->title[i]->value, CBI_TEXT_MAX, err));
        for (size_t j = 0; j < i; j++) {
            if (strcmp(head->title[i]->lang, head->title[j]->lang) == 0)
                return cbi_fail(err, CBI_REASON_FIELD_TWICE, i, "title", "%s",
                                head->title[i]->lang);
        }
    }
    CBI_TRY(check_text("document", head->document, err));
    CBI_TRY(check_text("source", head->source, err));
done:
    return status;
}

/* "+08:00" */
static bool is_zone(cbi_bytes text)
{
    static const char form[] = "+00:00";

    if (text.size != sizeof(form) - 1 || (text.data[0] != '+' && text.data[0] != '-'))
        return false;
    for (size_t i = 1; i < text.size; i++) {
        if (form[i] == ':' ? text.data[i] != ':' : text.data[i] < '0' || text.data[i] > '9')
            return false;
    }
    return memcmp(text.data + 1, "14:00", 5) <= 0 && text.data[4] <= '5';
}

static cbank_status check_day(const char *name, uint32_t day, bool needed, cbank_error *err)
{
    if (day == 0)
        return needed ? cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, name, NULL) : CBANK_OK;
    return day % 100 == 0 ? fail(name, "YYYY-MM-DD", err) : cbi_field_date(name, day, err);
}

static cbank_status check_days(const Cbank__V1__PublicationHead *head, cbank_error *err)
{
    bool chosen = head->kind == HEAD(PUBLICATION_KIND__PUBLICATION_KIND_RULE_SET) ||
                  head->kind == HEAD(PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME);
    bool rules = head->kind == HEAD(PUBLICATION_KIND__PUBLICATION_KIND_RULE_SET);
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_date("source_date", head->source_date, err));
    CBI_TRY(check_day("effective_from", head->effective_from, true, err));
    CBI_TRY(check_day("effective_until", head->effective_until, false, err));
    CBI_TRY(cbi_field_date_order("effective_until", head->effective_from, head->effective_until,
                                 err));
    if (chosen && head->date_rule == HEAD(DATE_RULE__DATE_RULE_UNSPECIFIED))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "date_rule", NULL);
    if (rules && head->partial_dates == HEAD(PARTIAL_DATES__PARTIAL_DATES_UNSPECIFIED))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "partial_dates", NULL);
    if (!is_zone(cbi_message_text(head->zone)))
        return fail("zone", "+08:00", err);
done:
    return status;
}

static cbank_status check_uses(const Cbank__V1__PublicationHead *head, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count("uses", head->n_uses, USES_MAX, err));
    for (size_t i = 0; i < head->n_uses; i++) {
        const Cbank__V1__PublicationRef *ref = head->uses[i];

        CBI_TRY(cbi_publication_ref_check("uses", ref, false, err));
        if (ref->edition == 0)
            return fail("uses", "edition", err);
        for (size_t j = 0; j < i; j++) {
            if (head->uses[j]->kind == ref->kind && strcmp(head->uses[j]->id, ref->id) == 0)
                return cbi_fail(err, CBI_REASON_FIELD_TWICE, i, "uses", "%s", ref->id);
        }
    }
done:
    return status;
}

cbank_status cbi_publication_head_check(const Cbank__V1__PublicationHead *head, bool complete,
                                        cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (complete && head->version != 1)
        return cbi_fail(err, CBI_REASON_FILE_VERSION, head->version, "publication", NULL);
    CBI_TRY(check_name(head, err));
    if (head->standing == HEAD(STANDING__STANDING_UNSPECIFIED))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "standing", NULL);
    CBI_TRY(check_days(head, err));
    CBI_TRY(check_uses(head, err));
    if (head->items > CBI_PUBLICATION_ITEMS_MAX)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, head->items, "items", NULL);
    if (!complete)
        goto done;
    if (head->pages == 0 || head->pages > CBI_PUBLICATION_PAGES_MAX)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, head->pages, "pages", NULL);
    CBI_TRY(cbi_field_size("body_digest", head->body_digest, CBI_HASH_SIZE, true, err));
done:
    return status;
}

/* ---- making one ---- */

cbank_status cbi_publication_begin(cbi_suite suite, cbi_publication_builder *out,
                                   cbank_error *err)
{
    return cbi_assembly_begin(suite, &out->assembly, err);
}

cbank_status cbi_publication_add(cbi_publication_builder *builder, cbi_bytes page,
                                 cbank_error *err)
{
    if (page.size > CBI_PUBLICATION_PAGE_MAX)
        return cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_PUBLICATION_PAGE_MAX, "page", NULL);
    if (builder->assembly.parts == CBI_PUBLICATION_PAGES_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_COUNT, CBI_PUBLICATION_PAGES_MAX, "pages", NULL);
    return cbi_assembly_add(&builder->assembly, page, err);
}

cbank_status cbi_publication_complete(cbi_publication_builder *builder,
                                      Cbank__V1__PublicationHead *head, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash unused;

    CBI_TRY(cbi_assembly_digest(&builder->assembly, &unused, err));
    head->version = 1;
    head->pages = builder->assembly.parts;
    head->body_digest = cbi_message_data(cbi_bytes_of_hash(&builder->assembly.digest));
    CBI_TRY(cbi_publication_head_check(head, true, err));
done:
    return status;
}

cbank_status cbi_publication_finish(cbi_publication_builder *builder,
                                    Cbank__V1__PublicationHead *head, const cbi_private *key,
                                    cbank_buffer *file, cbank_error *err)
{
    char type[CBI_PUBLICATION_TYPE_MAX];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_publication_complete(builder, head, err));
    cbi_publication_type((int)head->kind, type);
    CBI_TRY(cbi_assembly_finish(&builder->assembly, type, head, &key, 1, file, err));
done:
    return status;
}

void cbi_publication_builder_clear(cbi_publication_builder *builder)
{
    cbi_assembly_clear(&builder->assembly);
}

cbank_status cbi_publication_head_id(cbi_hasher *hasher, const Cbank__V1__PublicationHead *head,
                                     cbi_hash *out, cbank_error *err)
{
    cbank_buffer payload = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_pack(head, &payload, err));
    CBI_TRY(cbi_envelope_id(hasher, cbi_bytes_of_buffer(&payload), out, err));
done:
    cbank_buffer_clear(&payload);
    return status;
}

/* ---- reading one ---- */

/* The kind that an envelope says it holds; 0 if it is none of a publication. */
static int kind_of(cbi_bytes envelope)
{
    char type[CBI_PUBLICATION_TYPE_MAX];
    cbi_envelope parsed;

    for (int kind = 1; cbi_publication_word(kind) != NULL; kind++) {
        cbi_publication_type(kind, type);
        if (cbi_envelope_parse(envelope, type, &parsed, NULL) == CBANK_OK)
            return kind;
    }
    return 0;
}

cbank_status cbi_publication_parse(cbi_hasher *hasher, cbi_bytes envelope, int kind,
                                   cbi_publication *out, cbank_error *err)
{
    int expected = kind != 0 ? kind : kind_of(envelope);
    char type[CBI_PUBLICATION_TYPE_MAX] = "publication";
    cbank_status status = CBANK_OK;

    if (expected != 0)
        cbi_publication_type(expected, type);
    CBI_TRY(cbi_envelope_parse(envelope, type, &out->envelope, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__publication_head__descriptor, out->envelope.payload,
                              &out->head, err));
    CBI_TRY(cbi_field_refuse_signed(cbi_publication_head_check(out->head, true, err), err));
    if ((int)out->head->kind != expected)
        CBI_TRY(cbi_fail(err, CBI_REASON_HEAD_VALUE, (uint64_t)out->head->kind, "kind", NULL));
    CBI_TRY(cbi_envelope_id(hasher, out->envelope.payload, &out->id, err));
done:
    if (status != CBANK_OK)
        cbi_publication_clear(out);
    return status;
}

static cbank_status check_pages(const cbi_publication *publication, cbank_error *err)
{
    cbi_artefact_reader parts = publication->parts;
    uint32_t count = 0;
    cbi_bytes page;

    while (cbi_artefact_next(&parts, &page)) {
        if (page.size > CBI_PUBLICATION_PAGE_MAX)
            return cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_PUBLICATION_PAGE_MAX, "page",
                            "%u", count);
        count++;
    }
    if (count != publication->head->pages)
        return cbi_fail(err, CBI_REASON_PARTS_DIFFER, count, "pages", NULL);
    return CBANK_OK;
}

cbank_status cbi_publication_open(cbi_hasher *hasher, cbi_bytes file, int kind,
                                  cbi_publication *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_artefact_reader parts;

    CBI_TRY(cbi_artefact_open(file, &parts, err));
    CBI_TRY(cbi_publication_parse(hasher, parts.envelope, kind, out, err));
    out->parts = parts;
    CBI_TRY(check_pages(out, err));
done:
    if (status != CBANK_OK)
        cbi_publication_clear(out);
    return status;
}

cbank_status cbi_publication_check_body(cbi_hasher *hasher, const cbi_publication *publication,
                                        cbank_error *err)
{
    cbi_file body = {.parts = publication->parts};

    return cbi_file_check_body(hasher, &body, cbi_message_bytes(publication->head->body_digest),
                               err);
}

cbank_status cbi_publication_verify(cbi_hasher *hasher, const cbi_publication *publication,
                                    const cbi_public *key, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_envelope_verify(&publication->envelope, key, err));
    CBI_TRY(cbi_publication_check_body(hasher, publication, err));
done:
    return status;
}

bool cbi_publication_next(cbi_publication *publication, cbi_bytes *page)
{
    return cbi_artefact_next(&publication->parts, page);
}

void cbi_publication_clear(cbi_publication *publication)
{
    cbi_message_free(publication->head);
    *publication = (cbi_publication){0};
}
