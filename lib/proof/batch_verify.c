/*
 * batch_verify.c - the whole of a batch against its signed head: signature, bytes, items.
 */
#include "proof/batch.h"

#include <stdatomic.h>

#include "base/crew.h"
#include "proof/body.h"
#include "record/code.h"

/*
 * What is about a person comes with an opening, a change with a reference, and since version 2
 * with whose it is; never with both.
 */
static cbank_status check_form(const Cbank__V1__BatchItem *item, uint32_t version,
                               uint64_t position, cbank_error *err)
{
    cbi_bytes awarder = cbi_message_text(item->awarder);
    bool referred = cbi_message_text(item->reference).size > 0;
    bool personal = item->record.len > 0 || item->enrolment.len > 0;
    int held = (item->record.len > 0) + (item->change.len > 0) + (item->enrolment.len > 0) +
               (item->enrolment_change.len > 0);

    if (held != 1 || (personal ? referred : item->opening != NULL) ||
        (awarder.size > 0 &&
         (version == 1 || item->change.len == 0 || !cbi_institution_code_is_valid(awarder))))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, position, "item", NULL);
    return CBANK_OK;
}

/* An item's id without looking into what it holds; `item` is used for one after the other. */
static cbank_status part_id(cbi_hasher *hasher, cbi_bytes part, uint32_t version,
                            uint64_t position, Cbank__V1__BatchItem **item, cbi_hash *out,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_parse_again(&cbank__v1__batch_item__descriptor, part, item, err));
    CBI_TRY(check_form(*item, version, position, err));
    CBI_TRY(cbi_batch_item_id(hasher, cbi_batch_item_kind(*item), cbi_batch_item_bytes(*item),
                              out, err));
done:
    return status;
}

static cbank_status check_body(cbi_hasher *hasher, cbi_batch *batch, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash digest;
    cbi_bytes part;
    bool any;

    CBI_TRY(cbi_body_begin(hasher, err));
    for (;;) {
        CBI_TRY(cbi_stream_next(&batch->parts, &part, &any, err));
        if (!any)
            break;
        CBI_TRY(cbi_body_part(hasher, part, err));
    }
    CBI_TRY(cbi_body_end(hasher, &digest, err));
    if (!cbi_bytes_equal(cbi_bytes_of_hash(&digest),
                         cbi_message_bytes(batch->head.head->body_digest)))
        CBI_TRY(cbi_fail(err, CBI_REASON_BODY_DIFFERS, 0, "body_digest", NULL));
done:
    return status;
}

/* The root of the page that has been read joins those before it. */
static cbank_status end_page(cbi_hasher *hasher, cbi_frontier *page, cbank_buffer *roots,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash root;

    CBI_TRY(cbi_frontier_root(hasher, page, &root, err));
    CBI_TRY(cbi_buffer_append(roots, cbi_bytes_of_hash(&root), err));
    page->size = 0;
done:
    return status;
}

/* Each item's id into its page, and whether there are as many as the head says. */
static cbank_status read_pages(cbi_hasher *hasher, cbi_batch *batch, cbi_spool *ids,
                               cbank_buffer *roots, cbank_error *err)
{
    uint64_t count = 0, stated = batch->head.head->count;
    cbank_status status = CBANK_OK;
    Cbank__V1__BatchItem *item = NULL;
    cbi_frontier page = {0};
    cbi_bytes part;
    cbi_hash id;
    bool any;

    for (;; count++) {
        CBI_TRY(cbi_stream_next(&batch->parts, &part, &any, err));
        if (!any)
            break;
        if (count == stated)
            CBI_TRY(cbi_fail(err, CBI_REASON_PARTS_DIFFER, count, "batch", NULL));
        CBI_TRY(part_id(hasher, part, batch->head.head->version, count, &item, &id, err));
        if (ids != NULL)
            CBI_TRY(cbi_spool_append(ids, cbi_bytes_of_hash(&id), err));
        CBI_TRY(cbi_frontier_append(hasher, &page, &id, err));
        if (page.size == CBI_BATCH_PAGE_IDS)
            CBI_TRY(end_page(hasher, &page, roots, err));
    }
    if (page.size > 0)
        CBI_TRY(end_page(hasher, &page, roots, err));
    if (count != stated)
        CBI_TRY(cbi_fail(err, CBI_REASON_PARTS_DIFFER, count, "batch", NULL));
done:
    cbi_message_free(item);
    return status;
}

/* Pages are full subtrees but the last, so that their roots have the root of all items. */
static cbank_status check_items(cbi_hasher *hasher, cbi_batch *batch, cbi_spool *ids,
                                cbank_buffer *roots, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash root;

    CBI_TRY(read_pages(hasher, batch, ids, roots, err));
    CBI_TRY(cbi_tree_root_of(hasher, (const cbi_hash *)(const void *)roots->data,
                             roots->size / CBI_HASH_SIZE, &root, err));
    if (!cbi_hash_equal(&root, &batch->head.root))
        CBI_TRY(cbi_fail(err, CBI_REASON_BODY_DIFFERS, 0, "root", NULL));
done:
    return status;
}

/* Two looks at all items, each by whoever comes next: over their bytes, and at each of them. */
enum { BODY, ITEMS, LOOKS };
#define WORTH_A_THREAD 256u /* items */

typedef struct inspection {
    const cbi_batch *batch;
    cbi_suite suite;
    cbi_spool *ids; /* or NULL */
    cbank_buffer roots;
    atomic_uint next;
    cbank_status status[LOOKS];
    cbank_error error[LOOKS];
} inspection;

static cbank_status look(inspection *it, unsigned number, cbank_error *err)
{
    const cbi_stream *parts = &it->batch->parts;
    cbi_batch own = {.head = it->batch->head,
                     .parts = {.bulk = parts->bulk,
                               .body_offset = parts->body_offset,
                               .offset = parts->body_offset}};
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(it->suite, &hasher, err));
    if (number == BODY)
        CBI_TRY(check_body(hasher, &own, err));
    else
        CBI_TRY(check_items(hasher, &own, it->ids, &it->roots, err));
done:
    cbi_hasher_free(hasher);
    cbi_stream_clear(&own.parts);
    return status;
}

static void look_on(void *context)
{
    inspection *it = context;

    for (unsigned number = atomic_fetch_add(&it->next, 1); number < LOOKS;
         number = atomic_fetch_add(&it->next, 1))
        it->status[number] = look(it, number, &it->error[number]);
}

cbank_status cbi_batch_verify(cbi_hasher *hasher, const cbi_batch *batch, const cbi_public *key,
                              cbi_batch_ids *ids, cbank_error *err)
{
    inspection it = {.batch = batch,
                     .suite = cbi_hasher_suite(hasher),
                     .ids = ids == NULL ? NULL : ids->spool};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_envelope_verify(&batch->head.envelope, key, err));
    cbi_crew_run(batch->head.head->count < LOOKS * WORTH_A_THREAD ? 1 : LOOKS, look_on, &it);
    for (unsigned i = 0; i < LOOKS && status == CBANK_OK; i++) {
        status = it.status[i];
        if (status != CBANK_OK && err != NULL)
            *err = it.error[i];
    }
    CBI_TRY(status);
    if (ids != NULL)
        CBI_TRY(cbi_buffer_append(&ids->roots, cbi_bytes_of_buffer(&it.roots), err));
done:
    cbank_buffer_clear(&it.roots);
    return status;
}
