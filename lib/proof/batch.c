#include "proof/batch.h"

#include "base/memory.h"
#include "proof/checkpoint.h"
#include "proof/file.h"
#include "record/code.h"
#include "record/field.h"
#include "record/identity.h"
#include "record/opening.h"

cbank_status cbi_batch_item_id(cbi_hasher *hasher, cbi_item_kind kind, cbi_bytes bytes,
                               cbi_hash *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    CBI_TRY(cbi_credit_item_digest(hasher, kind, bytes, &digest, err));
    CBI_TRY(cbi_tree_leaf(hasher, cbi_bytes_of_hash(&digest), out, err));
done:
    return status;
}

/* Where each kind stands in an item. */
static const ProtobufCBinaryData *signed_bytes(const Cbank__V1__BatchItem *item, int kind)
{
    switch (kind) {
    case CBI_ITEM_CHANGE:
        return &item->change;
    case CBI_ITEM_ENROLMENT:
        return &item->enrolment;
    case CBI_ITEM_ENROLMENT_CHANGE:
        return &item->enrolment_change;
    default:
        return &item->record;
    }
}

cbi_item_kind cbi_batch_item_kind(const Cbank__V1__BatchItem *item)
{
    for (int kind = CBI_ITEM_CHANGE; kind <= CBI_ITEM_ENROLMENT_CHANGE; kind++) {
        if (signed_bytes(item, kind)->len > 0)
            return (cbi_item_kind)kind;
    }
    return CBI_ITEM_RECORD;
}

cbi_bytes cbi_batch_item_bytes(const Cbank__V1__BatchItem *item)
{
    return cbi_message_bytes(*signed_bytes(item, cbi_batch_item_kind(item)));
}

cbank_status cbi_batch_begin(cbi_suite suite, cbi_batch_builder *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(suite, &out->hasher, err));
    CBI_TRY(cbi_assembly_begin(suite, &out->assembly, err));
done:
    return status;
}

static cbank_status reserve_id(cbi_batch_builder *builder, cbank_error *err)
{
    size_t capacity = builder->capacity == 0 ? 64 : builder->capacity * 2;
    cbank_status status = CBANK_OK;
    cbi_hash *ids = NULL;

    if (builder->count == CBI_BATCH_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_BATCH_RECORDS_MAX, "batch", NULL);
    if (builder->count < builder->capacity)
        return CBANK_OK;
    CBI_TRY(cbi_alloc(capacity, sizeof(cbi_hash), &ids, err));
    for (size_t i = 0; i < builder->count; i++)
        ids[i] = builder->ids[i];
    cbi_free(builder->ids);
    builder->ids = ids;
    builder->capacity = capacity;
done:
    return status;
}

cbank_status cbi_batch_add(cbi_batch_builder *builder, const Cbank__V1__BatchItem *item,
                           cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(reserve_id(builder, err));
    CBI_TRY(cbi_batch_item_id(builder->hasher, cbi_batch_item_kind(item),
                              cbi_batch_item_bytes(item), &builder->ids[builder->count], err));
    CBI_TRY(cbi_assembly_add_message(&builder->assembly, item, err));
    builder->count++;
done:
    return status;
}

cbank_status cbi_batch_finish(cbi_batch_builder *builder, const cbi_batch_terms *terms,
                              const cbi_private *key, cbank_buffer *file, cbank_error *err)
{
    Cbank__V1__BatchHead head = CBANK__V1__BATCH_HEAD__INIT;
    cbank_status status = CBANK_OK;
    cbi_hash root, body;

    if (builder->count == 0)
        return cbi_fail(err, CBI_REASON_BATCH_EMPTY, 0, NULL, NULL);
    CBI_TRY(cbi_tree_root_of(builder->hasher, builder->ids, builder->count, &root, err));
    CBI_TRY(cbi_assembly_digest(&builder->assembly, &body, err));
    head.version = 1;
    head.institution = cbi_message_string(terms->institution);
    head.origin = cbi_message_string(terms->origin);
    head.number = terms->number;
    head.at = terms->at;
    head.count = (uint32_t)builder->count;
    head.root = cbi_message_data(cbi_bytes_of_hash(&root));
    head.body_digest = cbi_message_data(cbi_bytes_of_hash(&body));
    CBI_TRY(cbi_assembly_finish(&builder->assembly, CBI_BATCH_TYPE, &head, &key, 1, file, err));
done:
    return status;
}

void cbi_batch_builder_clear(cbi_batch_builder *builder)
{
    cbi_assembly_clear(&builder->assembly);
    cbi_hasher_free(builder->hasher);
    cbi_free(builder->ids);
    *builder = (cbi_batch_builder){0};
}

static cbank_status check_head(const Cbank__V1__BatchHead *head, cbank_error *err)
{
    if (head->version != 1)
        return cbi_fail(err, CBI_REASON_FILE_VERSION, head->version, "batch", NULL);
    if (!cbi_institution_code_is_valid(cbi_message_text(head->institution)))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "institution", NULL);
    if (!cbi_origin_is_valid(cbi_message_text(head->origin)))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "origin", NULL);
    if (head->count == 0 || head->count > CBI_BATCH_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, head->count, "count", NULL);
    if (head->number == 0)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "number", NULL);
    if (head->at <= 0)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "at", NULL);
    if (head->body_digest.len != CBI_HASH_SIZE)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "body_digest", NULL);
    return CBANK_OK;
}

cbank_status cbi_batch_head_read(cbi_hasher *hasher, cbi_bytes payload, cbi_batch_head *out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_parse(&cbank__v1__batch_head__descriptor, payload, &out->head, err));
    CBI_TRY(check_head(out->head, err));
    if (!cbi_hash_from(cbi_message_bytes(out->head->root), &out->root))
        CBI_TRY(cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "root", NULL));
    CBI_TRY(cbi_envelope_id(hasher, payload, &out->id, err));
done:
    if (status != CBANK_OK)
        cbi_batch_head_clear(out);
    return status;
}

cbank_status cbi_batch_head_parse(cbi_hasher *hasher, cbi_bytes envelope, cbi_batch_head *out,
                                  cbank_error *err)
{
    cbank_status status = cbi_envelope_parse(envelope, CBI_BATCH_TYPE, &out->envelope, err);

    if (status == CBANK_OK)
        status = cbi_batch_head_read(hasher, out->envelope.payload, out, err);
    return status;
}

void cbi_batch_head_clear(cbi_batch_head *head)
{
    cbi_message_free(head->head);
    *head = (cbi_batch_head){0};
}

cbank_status cbi_batch_open(cbi_hasher *hasher, cbi_bytes file, cbi_batch *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_artefact_open(file, &out->parts, err));
    CBI_TRY(cbi_batch_head_parse(hasher, out->parts.envelope, &out->head, err));
done:
    return status;
}

/* What is about a person comes with an opening, a change with a reference; never with both. */
static cbank_status check_form(const Cbank__V1__BatchItem *item, uint64_t position,
                               cbank_error *err)
{
    bool referred = cbi_message_text(item->reference).size > 0;
    bool personal = item->record.len > 0 || item->enrolment.len > 0;
    size_t held = 0;

    for (int kind = CBI_ITEM_RECORD; kind <= CBI_ITEM_ENROLMENT_CHANGE; kind++)
        held += signed_bytes(item, kind)->len > 0;
    if (held != 1 || (personal ? referred : item->opening != NULL))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, position, "item", NULL);
    return CBANK_OK;
}

/* An item's id without looking into what it holds. */
static cbank_status part_id(cbi_hasher *hasher, cbi_bytes part, uint64_t position, cbi_hash *out,
                            cbank_error *err)
{
    Cbank__V1__BatchItem *item = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_parse(&cbank__v1__batch_item__descriptor, part, &item, err));
    CBI_TRY(check_form(item, position, err));
    CBI_TRY(cbi_batch_item_id(hasher, cbi_batch_item_kind(item), cbi_batch_item_bytes(item), out,
                              err));
done:
    cbi_message_free(item);
    return status;
}

cbank_status cbi_batch_verify(cbi_hasher *hasher, cbi_batch *batch, const cbi_public *key,
                              cbi_hash *ids, cbank_error *err)
{
    cbi_file body = {.parts = batch->parts};
    cbi_frontier frontier = {0};
    cbank_status status = CBANK_OK;
    cbi_hash root, id;
    cbi_bytes part;

    CBI_TRY(cbi_envelope_verify(&batch->head.envelope, key, err));
    CBI_TRY(cbi_file_check_body(hasher, &body, cbi_message_bytes(batch->head.head->body_digest),
                                err));
    cbi_artefact_rewind(&batch->parts);
    while (cbi_artefact_next(&batch->parts, &part)) {
        if (frontier.size == batch->head.head->count)
            CBI_TRY(cbi_fail(err, CBI_REASON_PARTS_DIFFER, frontier.size, "batch", NULL));
        CBI_TRY(part_id(hasher, part, frontier.size, &id, err));
        if (ids != NULL)
            ids[frontier.size] = id;
        CBI_TRY(cbi_frontier_append(hasher, &frontier, &id, err));
    }
    if (frontier.size != batch->head.head->count)
        CBI_TRY(cbi_fail(err, CBI_REASON_PARTS_DIFFER, frontier.size, "batch", NULL));
    CBI_TRY(cbi_frontier_root(hasher, &frontier, &root, err));
    if (!cbi_hash_equal(&root, &batch->head.root))
        CBI_TRY(cbi_fail(err, CBI_REASON_BODY_DIFFERS, 0, "root", NULL));
    cbi_artefact_rewind(&batch->parts);
    batch->next = 0;
done:
    return status;
}

void cbi_batch_clear(cbi_batch *batch)
{
    cbi_batch_head_clear(&batch->head);
    *batch = (cbi_batch){0};
}

/* The batch's tree does not cover the opening; it is bound by what it opens. */
static cbank_status check_opening(cbi_hasher *hasher, uint64_t position,
                                  const Cbank__V1__Opening *opening,
                                  ProtobufCBinaryData committed, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash random, holder;

    if (opening == NULL || !cbi_hash_from(cbi_message_bytes(opening->random), &random))
        return cbi_fail(err, CBI_REASON_OPENING_DIFFERS, position, NULL, NULL);
    CBI_TRY(cbi_field_refuse_signed(cbi_opening_check(opening, err), err));
    CBI_TRY(cbi_holder_commit(hasher, &random, cbi_message_text(opening->document_type),
                              cbi_message_text(opening->number), &holder, err));
    if (!cbi_bytes_equal(cbi_bytes_of_hash(&holder), cbi_message_bytes(committed)))
        CBI_TRY(cbi_fail(err, CBI_REASON_OPENING_DIFFERS, position, NULL, NULL));
done:
    return status;
}

static cbank_status parse_item(cbi_hasher *hasher, uint64_t position, cbi_batch_item *out,
                               cbank_error *err)
{
    const Cbank__V1__Opening *opening = out->item->opening;
    cbi_bytes bytes = cbi_batch_item_bytes(out->item);
    cbank_status status = CBANK_OK;

    switch (cbi_batch_item_kind(out->item)) {
    case CBI_ITEM_RECORD:
        CBI_TRY(cbi_credit_record_parse(bytes, &out->record, err));
        CBI_TRY(check_opening(hasher, position, opening, out->record->holder, err));
        break;
    case CBI_ITEM_CHANGE:
        CBI_TRY(cbi_credit_change_parse(bytes, &out->change, err));
        break;
    case CBI_ITEM_ENROLMENT:
        CBI_TRY(cbi_enrolment_parse(bytes, &out->enrolment, err));
        CBI_TRY(check_opening(hasher, position, opening, out->enrolment->holder, err));
        break;
    case CBI_ITEM_ENROLMENT_CHANGE:
        CBI_TRY(cbi_enrolment_change_parse(bytes, &out->enrolment_change, err));
        break;
    }
done:
    return status;
}

cbank_status cbi_batch_next(cbi_hasher *hasher, cbi_batch *batch, cbi_batch_item *out,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes part;

    *out = (cbi_batch_item){0};
    if (!cbi_artefact_next(&batch->parts, &part))
        return CBANK_OK;
    CBI_TRY(cbi_message_parse(&cbank__v1__batch_item__descriptor, part, &out->item, err));
    CBI_TRY(parse_item(hasher, batch->next, out, err));
    batch->next++;
done:
    if (status != CBANK_OK)
        cbi_batch_item_clear(out);
    return status;
}

void cbi_batch_item_clear(cbi_batch_item *item)
{
    cbi_message_free(item->item);
    cbi_message_free(item->record);
    cbi_message_free(item->change);
    cbi_message_free(item->enrolment);
    cbi_message_free(item->enrolment_change);
    *item = (cbi_batch_item){0};
}
