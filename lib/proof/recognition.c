#include "proof/recognition.h"

#include "base/limits.h"
#include "base/memory.h"
#include "proof/assembly.h"
#include "proof/body.h"
#include "record/field.h"

/* So that a page is a value of the store with room to spare. */
#define PAGE_SIZE (48u * 1024)

cbank_status cbi_recognition_plan_digest(cbi_hasher *hasher, cbi_bytes plan, cbi_hash *out,
                                         cbank_error *err)
{
    return cbi_digest_labelled(hasher, "cbank/v1/plan", plan, out, err);
}

/* ---- making one -------------------------------------------------------------------------- */

/* Rows are put on pages in their order, kind after kind. */
typedef struct paging {
    cbi_assembly assembly;
    Cbank__V1__RecognitionPage page;
    cbank_buffer measure;
    size_t size; /* of what is on the page */
} paging;

static cbank_status end_page(paging *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (it->size == 0)
        return CBANK_OK;
    CBI_TRY(cbi_assembly_add_message(&it->assembly, &it->page, err));
    cbank__v1__recognition_page__init(&it->page);
    it->size = 0;
done:
    return status;
}

/* Room for a row: a new page if this one would become too long. */
static cbank_status make_room(paging *it, const void *row, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    cbi_buffer_rewind(&it->measure);
    CBI_TRY(cbi_message_pack(row, &it->measure, err));
    if (it->measure.size > PAGE_SIZE)
        CBI_TRY(cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, PAGE_SIZE, "recognition", NULL));
    if (it->size + it->measure.size > PAGE_SIZE)
        CBI_TRY(end_page(it, err));
    it->size += it->measure.size + 8; /* tag and length */
done:
    return status;
}

/* All rows of one kind: `list` and `count` are the page's. */
#define PUT_ROWS(list, n_list, rows, total)                                                        \
    for (size_t i = 0; i < (total); i++) {                                                         \
        CBI_TRY(make_room(&it, (rows)[i], err));                                                   \
        if (it.page.n_list == 0)                                                                   \
            it.page.list = (rows) + i;                                                             \
        it.page.n_list++;                                                                          \
    }

static void fill_counts(Cbank__V1__RecognitionHead *head, const cbi_recognition_rows *rows)
{
    head->version = 1;
    head->sources = (uint32_t)rows->source_count;
    head->grants = (uint32_t)rows->grant_count;
    head->refusals = (uint32_t)rows->refusal_count;
    head->findings = (uint32_t)rows->finding_count;
    head->evidence = (uint32_t)rows->evidence_count;
}

cbank_status cbi_recognition_make(Cbank__V1__RecognitionHead *head,
                                  const cbi_recognition_rows *rows, const cbi_private *key,
                                  cbank_buffer *file, cbank_error *err)
{
    paging it = {.page = CBANK__V1__RECOGNITION_PAGE__INIT};
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    fill_counts(head, rows);
    CBI_TRY(cbi_assembly_begin(cbi_private_public(key)->suite, &it.assembly, err));
    PUT_ROWS(sources, n_sources, rows->sources, rows->source_count)
    PUT_ROWS(grants, n_grants, rows->grants, rows->grant_count)
    PUT_ROWS(refusals, n_refusals, rows->refusals, rows->refusal_count)
    PUT_ROWS(findings, n_findings, rows->findings, rows->finding_count)
    PUT_ROWS(evidence, n_evidence, rows->evidence, rows->evidence_count)
    CBI_TRY(end_page(&it, err));
    CBI_TRY(cbi_assembly_digest(&it.assembly, &digest, err));
    head->pages = it.assembly.parts;
    head->body_digest = cbi_message_data(cbi_bytes_of_hash(&digest));
    CBI_TRY(cbi_recognition_check_head(head, err));
    CBI_TRY(cbi_recognition_check_rows(head, rows, err));
    CBI_TRY(cbi_assembly_finish(&it.assembly, CBI_RECOGNITION_TYPE, head, &key, 1, file, err));
done:
    head->body_digest = (ProtobufCBinaryData){0};
    cbi_assembly_clear(&it.assembly);
    cbank_buffer_clear(&it.measure);
    return status;
}

cbank_status cbi_recognition_change_make(Cbank__V1__RecognitionChange *change,
                                         const cbi_private *key, cbank_buffer *file,
                                         cbank_error *err)
{
    cbi_assembly assembly = {0};
    cbank_status status = CBANK_OK;

    change->version = 1;
    CBI_TRY(cbi_recognition_check_change(change, err));
    CBI_TRY(cbi_assembly_begin(cbi_private_public(key)->suite, &assembly, err));
    CBI_TRY(
        cbi_assembly_finish(&assembly, CBI_RECOGNITION_CHANGE_TYPE, change, &key, 1, file, err));
done:
    cbi_assembly_clear(&assembly);
    return status;
}

/* ---- reading one ------------------------------------------------------------------------- */

static cbank_status read_head(cbi_hasher *hasher, cbi_bytes envelope, cbi_recognition *out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_envelope_parse(envelope, CBI_RECOGNITION_TYPE, &out->envelope, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__recognition_head__descriptor, out->envelope.payload,
                              &out->head, err));
    if (out->head->version != 1)
        CBI_TRY(cbi_fail(err, CBI_REASON_FILE_VERSION, out->head->version, "recognition", NULL));
    CBI_TRY(cbi_field_refuse_signed(cbi_recognition_check_head(out->head, err), err));
    CBI_TRY(cbi_envelope_id(hasher, out->envelope.payload, &out->id, err));
done:
    return status;
}

static cbank_status check_digest(cbi_hasher *hasher, const cbi_recognition *it,
                                 const cbi_bytes *pages, size_t count, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    if (count != it->head->pages)
        return cbi_fail(err, CBI_REASON_PARTS_DIFFER, it->head->pages, "recognition", NULL);
    CBI_TRY(cbi_body_begin(hasher, err));
    for (size_t i = 0; i < count; i++)
        CBI_TRY(cbi_body_part(hasher, pages[i], err));
    CBI_TRY(cbi_body_end(hasher, &digest, err));
    if (!cbi_bytes_equal(cbi_bytes_of_hash(&digest), cbi_message_bytes(it->head->body_digest)))
        CBI_TRY(cbi_fail(err, CBI_REASON_BODY_DIFFERS, 0, "recognition", NULL));
done:
    return status;
}

/* More rows than the head counts are told before there is room for none. */
#define TAKE_ROWS(list, n_list, to, count, limit)                                                  \
    for (size_t i = 0; i < page->n_list; i++) {                                                    \
        if (out->rows.count == (limit))                                                            \
            return cbi_fail(err, CBI_REASON_PARTS_DIFFER, (limit), "recognition", NULL);           \
        out->rows.to[out->rows.count++] = page->list[i];                                           \
    }

static cbank_status take_page(cbi_recognition *out, const Cbank__V1__RecognitionPage *page,
                              cbank_error *err)
{
    TAKE_ROWS(sources, n_sources, sources, source_count, out->head->sources)
    TAKE_ROWS(grants, n_grants, grants, grant_count, out->head->grants)
    TAKE_ROWS(refusals, n_refusals, refusals, refusal_count, out->head->refusals)
    TAKE_ROWS(findings, n_findings, findings, finding_count, out->head->findings)
    TAKE_ROWS(evidence, n_evidence, evidence, evidence_count, out->head->evidence)
    return CBANK_OK;
}

/* The counts of the head have been checked against their limits. */
static cbank_status reserve_rows(cbi_recognition *out, cbank_error *err)
{
    const Cbank__V1__RecognitionHead *head = out->head;
    cbi_recognition_rows *rows = &out->rows;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(head->pages, sizeof(*out->pages), &out->pages, err));
    CBI_TRY(cbi_alloc(head->sources, sizeof(*rows->sources), &rows->sources, err));
    CBI_TRY(cbi_alloc(head->grants, sizeof(*rows->grants), &rows->grants, err));
    CBI_TRY(cbi_alloc(head->refusals, sizeof(*rows->refusals), &rows->refusals, err));
    CBI_TRY(cbi_alloc(head->findings, sizeof(*rows->findings), &rows->findings, err));
    CBI_TRY(cbi_alloc(head->evidence, sizeof(*rows->evidence), &rows->evidence, err));
done:
    return status;
}

cbank_status cbi_recognition_read(cbi_hasher *hasher, cbi_bytes envelope, const cbi_bytes *pages,
                                  size_t page_count, cbi_recognition *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *out = (cbi_recognition){0};
    CBI_TRY(read_head(hasher, envelope, out, err));
    if (page_count == 0)
        return CBANK_OK;
    CBI_TRY(check_digest(hasher, out, pages, page_count, err));
    CBI_TRY(reserve_rows(out, err));
    for (size_t i = 0; i < page_count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__recognition_page__descriptor, pages[i],
                                  &out->pages[i], err));
        out->page_count++;
        CBI_TRY(take_page(out, out->pages[i], err));
    }
    CBI_TRY(cbi_field_refuse_signed(cbi_recognition_check_rows(out->head, &out->rows, err), err));
done:
    if (status != CBANK_OK)
        cbi_recognition_clear(out);
    return status;
}

cbank_status cbi_recognition_open(cbi_hasher *hasher, cbi_bytes file, cbi_recognition *out,
                                  cbank_error *err)
{
    cbi_bytes pages[CBI_RECOGNITION_PAGES_MAX];
    cbi_artefact_reader parts;
    cbank_status status = CBANK_OK;
    size_t count = 0;
    cbi_bytes part;

    *out = (cbi_recognition){0};
    CBI_TRY(cbi_artefact_open(file, &parts, err));
    while (cbi_artefact_next(&parts, &part)) {
        if (count == CBI_RECOGNITION_PAGES_MAX)
            return cbi_fail(err, CBI_REASON_PARTS_DIFFER, count, "recognition", NULL);
        pages[count++] = part;
    }
    if (count == 0)
        return cbi_fail(err, CBI_REASON_PARTS_DIFFER, 1, "recognition", NULL);
    CBI_TRY(cbi_recognition_read(hasher, parts.envelope, pages, count, out, err));
done:
    return status;
}

void cbi_recognition_clear(cbi_recognition *recognition)
{
    for (size_t i = 0; i < recognition->page_count; i++)
        cbi_message_free(recognition->pages[i]);
    cbi_free(recognition->pages);
    cbi_free(recognition->rows.sources);
    cbi_free(recognition->rows.grants);
    cbi_free(recognition->rows.refusals);
    cbi_free(recognition->rows.findings);
    cbi_free(recognition->rows.evidence);
    cbi_message_free(recognition->head);
    *recognition = (cbi_recognition){0};
}

cbank_status cbi_recognition_change_read(cbi_hasher *hasher, cbi_bytes envelope,
                                         cbi_recognition_change *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *out = (cbi_recognition_change){0};
    CBI_TRY(cbi_envelope_parse(envelope, CBI_RECOGNITION_CHANGE_TYPE, &out->envelope, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__recognition_change__descriptor, out->envelope.payload,
                              &out->message, err));
    if (out->message->version != 1)
        CBI_TRY(cbi_fail(err, CBI_REASON_FILE_VERSION, out->message->version, "recognition-change",
                         NULL));
    CBI_TRY(cbi_field_refuse_signed(cbi_recognition_check_change(out->message, err), err));
    CBI_TRY(cbi_envelope_id(hasher, out->envelope.payload, &out->id, err));
done:
    if (status != CBANK_OK)
        cbi_recognition_change_clear(out);
    return status;
}

cbank_status cbi_recognition_change_open(cbi_hasher *hasher, cbi_bytes file,
                                         cbi_recognition_change *out, cbank_error *err)
{
    cbi_file container = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_artefact_open(file, &container.parts, err));
    CBI_TRY(cbi_file_end(&container, err));
    CBI_TRY(cbi_recognition_change_read(hasher, container.parts.envelope, out, err));
done:
    return status;
}

void cbi_recognition_change_clear(cbi_recognition_change *change)
{
    cbi_message_free(change->message);
    *change = (cbi_recognition_change){0};
}
