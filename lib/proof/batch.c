#include "proof/batch.h"

#include "proof/body.h"
#include "proof/checkpoint.h"
#include "record/code.h"
#include "record/field.h"
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
    out->assembly.limit = CBI_BATCH_FILE_MAX;
    out->version = 1;
done:
    return status;
}

cbank_status cbi_batch_part_make(cbi_hasher *hasher, const Cbank__V1__BatchItem *item,
                                 cbi_batch_part *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    cbi_buffer_rewind(&out->bytes);
    out->version = cbi_message_text(item->awarder).size > 0 ? 2 : 1;
    CBI_TRY(cbi_batch_item_id(hasher, cbi_batch_item_kind(item), cbi_batch_item_bytes(item),
                              &out->id, err));
    CBI_TRY(cbi_message_pack(item, &out->bytes, err));
done:
    return status;
}

void cbi_batch_part_clear(cbi_batch_part *part)
{
    cbank_buffer_clear(&part->bytes);
    *part = (cbi_batch_part){0};
}

cbank_status cbi_batch_add_part(cbi_batch_builder *builder, const cbi_batch_part *part,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (builder->tree.size == CBI_BATCH_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_TOO_MANY, CBI_BATCH_RECORDS_MAX, "batch", NULL);
    CBI_TRY(cbi_assembly_add(&builder->assembly, cbi_bytes_of_buffer(&part->bytes), err));
    builder->last_id = part->id;
    CBI_TRY(cbi_frontier_append(builder->hasher, &builder->tree, &part->id, err));
    if (part->version > builder->version)
        builder->version = part->version;
done:
    return status;
}

cbank_status cbi_batch_add(cbi_batch_builder *builder, const Cbank__V1__BatchItem *item,
                           cbank_error *err)
{
    cbi_batch_part part = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_batch_part_make(builder->hasher, item, &part, err));
    CBI_TRY(cbi_batch_add_part(builder, &part, err));
done:
    cbi_batch_part_clear(&part);
    return status;
}

/* The head that binds what has been added; `root` and `body` are what it lends. */
static cbank_status fill_head(cbi_batch_builder *builder, const cbi_batch_terms *terms,
                              cbi_hash *root, cbi_hash *body, Cbank__V1__BatchHead *out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (builder->tree.size == 0)
        return cbi_fail(err, CBI_REASON_BATCH_EMPTY, 0, NULL, NULL);
    CBI_TRY(cbi_frontier_root(builder->hasher, &builder->tree, root, err));
    CBI_TRY(cbi_assembly_digest(&builder->assembly, body, err));
    cbank__v1__batch_head__init(out);
    out->version = builder->version;
    out->institution = cbi_message_string(terms->institution);
    out->origin = cbi_message_string(terms->origin);
    out->number = terms->number;
    out->at = terms->at;
    out->count = (uint32_t)builder->tree.size;
    out->root = cbi_message_data(cbi_bytes_of_hash(root));
    out->body_digest = cbi_message_data(cbi_bytes_of_hash(body));
done:
    return status;
}

cbank_status cbi_batch_finish(cbi_batch_builder *builder, const cbi_batch_terms *terms,
                              const cbi_private *key, cbank_buffer *file, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    Cbank__V1__BatchHead head;
    cbi_hash root, body;

    CBI_TRY(fill_head(builder, terms, &root, &body, &head, err));
    CBI_TRY(cbi_assembly_finish(&builder->assembly, CBI_BATCH_TYPE, &head, &key, 1, file, err));
done:
    return status;
}

cbank_status cbi_batch_seal(cbi_batch_builder *builder, const cbi_batch_terms *terms,
                            const cbi_private *key, cbank_buffer *begin, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    Cbank__V1__BatchHead head;
    cbi_hash root, body;

    CBI_TRY(fill_head(builder, terms, &root, &body, &head, err));
    CBI_TRY(cbi_assembly_seal(&builder->assembly, CBI_BATCH_TYPE, &head, &key, 1, begin, err));
done:
    return status;
}

cbi_bulk cbi_batch_bulk(const cbi_batch_builder *builder, const cbank_buffer *begin)
{
    return (cbi_bulk){.head = cbi_bytes_of_buffer(begin), .rest = builder->assembly.body};
}

void cbi_batch_builder_clear(cbi_batch_builder *builder)
{
    cbi_assembly_clear(&builder->assembly);
    cbi_hasher_free(builder->hasher);
    *builder = (cbi_batch_builder){0};
}

static cbank_status check_head(const Cbank__V1__BatchHead *head, cbank_error *err)
{
    if (head->version != 1 && head->version != 2)
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

cbank_status cbi_batch_open(cbi_hasher *hasher, const cbi_bulk *file, cbi_batch *out,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_stream_open(file, CBI_BATCH_FILE_MAX, &out->parts, err));
    CBI_TRY(cbi_batch_head_parse(hasher, out->parts.envelope, &out->head, err));
    out->mark_offset = out->parts.body_offset;
done:
    return status;
}

/* To the first item. */
static void rewind_parts(cbi_batch *batch)
{
    batch->parts.offset = batch->parts.body_offset;
    batch->next = batch->mark = 0;
    batch->mark_offset = batch->parts.body_offset;
}

void cbi_batch_clear(cbi_batch *batch)
{
    cbi_batch_head_clear(&batch->head);
    cbi_stream_clear(&batch->parts);
    *batch = (cbi_batch){0};
}

/* The batch's tree does not cover the opening; it is bound by what it opens. */
static cbank_status check_opening(cbi_hasher *hasher, uint64_t position,
                                  const Cbank__V1__Opening *opening,
                                  ProtobufCBinaryData committed, cbi_identity *document,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash random, holder;

    if (opening == NULL || !cbi_hash_from(cbi_message_bytes(opening->random), &random))
        return cbi_fail(err, CBI_REASON_OPENING_DIFFERS, position, NULL, NULL);
    CBI_TRY(cbi_field_refuse_signed(cbi_opening_check(opening, document, err), err));
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
        CBI_TRY(cbi_credit_record_parse_within(out->item, bytes, &out->record, err));
        CBI_TRY(check_opening(hasher, position, opening, out->record->holder, &out->document,
                              err));
        break;
    case CBI_ITEM_CHANGE:
        CBI_TRY(cbi_credit_change_parse_within(out->item, bytes, &out->change, err));
        break;
    case CBI_ITEM_ENROLMENT:
        CBI_TRY(cbi_enrolment_parse_within(out->item, bytes, &out->enrolment, err));
        CBI_TRY(check_opening(hasher, position, opening, out->enrolment->holder,
                              &out->document, err));
        break;
    case CBI_ITEM_ENROLMENT_CHANGE:
        CBI_TRY(cbi_enrolment_change_parse_within(out->item, bytes, &out->enrolment_change, err));
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
    bool any;

    cbi_batch_item_empty(out);
    CBI_TRY(cbi_stream_next(&batch->parts, &part, &any, err));
    if (!any) {
        cbi_batch_item_clear(out);
        goto done;
    }
    CBI_TRY(cbi_message_parse_again(&cbank__v1__batch_item__descriptor, part, &out->item, err));
    CBI_TRY(parse_item(hasher, batch->next, out, err));
    batch->next++;
done:
    if (status != CBANK_OK)
        cbi_batch_item_clear(out);
    return status;
}

bool cbi_batch_has_next(const cbi_batch *batch)
{
    return batch->parts.offset < cbi_bulk_size(&batch->parts.bulk);
}

/* Whether the record behind it belongs to it. What is no item is told by whoever reads it. */
static bool begins_amendment(cbi_bytes part)
{
    Cbank__V1__BatchItem *item = NULL;
    Cbank__V1__CreditChange *change = NULL;
    bool begins =
        cbi_message_parse(&cbank__v1__batch_item__descriptor, part, &item, NULL) == CBANK_OK &&
        item->change.len > 0 &&
        cbi_credit_change_parse(cbi_message_bytes(item->change), &change, NULL) == CBANK_OK &&
        change->action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE;

    cbi_message_free(item);
    cbi_message_free(change);
    return begins;
}

cbank_status cbi_batch_share(cbi_batch *batch, uint64_t count, cbank_buffer *room, cbi_batch *out,
                             cbank_error *err)
{
    const uint64_t first = batch->next;
    cbank_status status = CBANK_OK;
    bool any, open = false;
    cbi_bytes part;

    cbi_buffer_rewind(room);
    while (batch->next < first + count || open) {
        CBI_TRY(cbi_stream_next(&batch->parts, &part, &any, err));
        if (!any)
            break;
        batch->next++;
        open = batch->next == first + count && begins_amendment(part);
        CBI_TRY(cbi_stream_add(part, room, err));
    }
    *out = (cbi_batch){.head = batch->head,
                       .parts = {.bulk = cbi_bulk_of(cbi_bytes_of_buffer(room))},
                       .next = first};
done:
    return status;
}

/* From where it stands if that lies before, else from the mark or the beginning. */
cbank_status cbi_batch_seek(cbi_batch *batch, uint64_t position, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes part;
    bool any;

    if (position < batch->mark)
        rewind_parts(batch);
    if (position < batch->next) {
        batch->parts.offset = batch->mark_offset;
        batch->next = batch->mark;
    }
    for (; batch->next < position; batch->next++) {
        CBI_TRY(cbi_stream_next(&batch->parts, &part, &any, err));
        if (!any)
            CBI_TRY(cbi_fail(err, CBI_REASON_PARTS_DIFFER, batch->next, "batch", NULL));
    }
    batch->mark = position;
    batch->mark_offset = batch->parts.offset;
done:
    return status;
}

void cbi_batch_item_empty(cbi_batch_item *item)
{
    if (item->item != NULL)
        cbi_opening_wipe(item->item->opening);
    item->record = NULL;
    item->change = NULL;
    item->enrolment = NULL;
    item->enrolment_change = NULL;
    cbi_identity_clear(&item->document);
}

void cbi_batch_item_clear(cbi_batch_item *item)
{
    cbi_batch_item_empty(item);
    cbi_message_free(item->item);
    item->item = NULL;
}
