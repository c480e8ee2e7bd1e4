/*
 * batch_verify.c - the whole of a batch against its signed head: signature, bytes, items.
 */
#include "proof/batch.h"

#include <pthread.h>

#include "base/crew.h"
#include "base/memory.h"
#include "proof/body.h"
#include "record/code.h"
#include "record/opening.h"

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

/*
 * An item's id without looking into what it holds; `item` is used for one after the other, of which
 * none leaves behind whom it is about.
 */
static cbank_status part_id(cbi_hasher *hasher, cbi_bytes part, uint32_t version,
                            uint64_t position, Cbank__V1__BatchItem **item, cbi_hash *out,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_parse_again(&cbank__v1__batch_item__descriptor, part, item, err));
    CBI_TRY(check_form(*item, version, position, err));
    cbi_opening_wipe((*item)->opening);
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

/* ---- items ---------------------------------------------------------------------------------- */

/*
 * One thread looks at the bytes as a whole; it and all others at the items, a page of them at a
 * time. What a page is found to be joins those before it in their order.
 */
typedef struct inspection {
    const cbi_batch *batch;
    cbi_suite suite;
    cbi_spool *ids; /* or NULL */

    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t turned;
    bool body_taken;
    cbank_status body; /* what has become of it */
    cbank_error body_error;
    cbi_batch items;   /* where the next page begins */
    bool over;         /* there is none, or one before it was refused */
    uint64_t taken;    /* pages, so far */
    uint64_t turn;     /* which of them joins next */
    cbank_buffer roots;
    cbank_status status; /* of the items */
    cbank_error error;
} inspection;

/* One thread's. */
typedef struct inspector {
    inspection *all;
    cbi_hasher *hasher;
    Cbank__V1__BatchItem *item; /* one after the other */
    cbi_hash *ids;   /* of a page */
    cbi_batch own;   /* reads on its own */
    uint64_t number; /* of the page at hand, */
    uint64_t from;   /* where it begins in the file, */
    size_t count;    /* and its items */
} inspector;

/* All parts, for a reader of their own. */
static cbi_batch from_the_first(const cbi_batch *batch)
{
    return (cbi_batch){.head = batch->head,
                       .parts = {.bulk = batch->parts.bulk,
                                 .body_offset = batch->parts.body_offset,
                                 .offset = batch->parts.body_offset}};
}

static size_t page_size(const cbi_batch *batch)
{
    uint32_t count = batch->head.head->count;

    return count < CBI_BATCH_PAGE_IDS ? count : CBI_BATCH_PAGE_IDS;
}

/* Goes past the next parts, as many as there are in a page; under the lock. */
static cbank_status pass_page(inspector *it, cbank_error *err)
{
    cbi_batch *items = &it->all->items;
    cbank_status status = CBANK_OK;
    cbi_bytes part;
    bool any = true;

    it->from = items->parts.offset;
    for (it->count = 0; it->count < CBI_BATCH_PAGE_IDS; it->count++) {
        CBI_TRY(cbi_stream_next(&items->parts, &part, &any, err));
        if (!any)
            break;
        if (items->next == items->head.head->count)
            CBI_TRY(cbi_fail(err, CBI_REASON_PARTS_DIFFER, items->next, "batch", NULL));
        items->next++;
    }
    it->all->over = it->all->over || !any;
done:
    return status;
}

/* `*status` is what passing it has ended with; false if there is none. */
static bool take_page(inspector *it, cbank_status *status, cbank_error *error)
{
    inspection *all = it->all;
    bool taken;

    (void)pthread_mutex_lock(&all->lock);
    taken = !all->over;
    if (taken) {
        *status = pass_page(it, error);
        it->number = all->taken++;
        all->over = all->over || *status != CBANK_OK;
    }
    (void)pthread_mutex_unlock(&all->lock);
    return taken;
}

/* The ids of its items. */
static cbank_status find_ids(inspector *it, cbank_error *err)
{
    const uint32_t version = it->all->batch->head.head->version;
    uint64_t first = it->number * CBI_BATCH_PAGE_IDS;
    cbank_status status = CBANK_OK;
    cbi_bytes part;
    bool any;

    it->own.parts.offset = it->from;
    for (size_t i = 0; i < it->count; i++) {
        CBI_TRY(cbi_stream_next(&it->own.parts, &part, &any, err));
        CBI_TRY(part_id(it->hasher, part, version, first + i, &it->item, &it->ids[i], err));
    }
done:
    return status;
}

static cbank_status keep_page(inspector *it, const cbi_hash *root, cbank_error *err)
{
    inspection *all = it->all;
    cbank_status status = CBANK_OK;

    if (it->count == 0)
        return CBANK_OK;
    if (all->ids != NULL)
        CBI_TRY(cbi_spool_append(all->ids, cbi_bytes_of(it->ids, it->count * sizeof(*it->ids)),
                                 err));
    CBI_TRY(cbi_buffer_append(&all->roots, cbi_bytes_of_hash(root), err));
done:
    return status;
}

/* When it is this page's turn. What was refused before it has ended the whole. */
static void join(inspector *it, cbank_status status, const cbi_hash *root, cbank_error *error)
{
    inspection *all = it->all;

    (void)pthread_mutex_lock(&all->lock);
    while (all->turn != it->number)
        (void)pthread_cond_wait(&all->turned, &all->lock);
    if (all->status == CBANK_OK) {
        if (status == CBANK_OK)
            status = keep_page(it, root, error);
        all->status = status;
        all->error = *error;
        all->over = all->over || status != CBANK_OK;
    }
    all->turn++;
    (void)pthread_cond_broadcast(&all->turned);
    (void)pthread_mutex_unlock(&all->lock);
}

static void look_at_pages(inspector *it)
{
    cbank_status status, found;
    cbank_error error = {0}, finer = {0};
    cbi_hash root = {{0}};

    while (take_page(it, &status, &error)) {
        found = find_ids(it, &finer);
        if (found != CBANK_OK) { /* it stands before where passing ended */
            status = found;
            error = finer;
        }
        if (status == CBANK_OK && it->count > 0)
            status = cbi_tree_root_of(it->hasher, it->ids, it->count, &root, &error);
        join(it, status, &root, &error);
    }
}

/* Pages are full subtrees but the last, so that their roots have the root of all items. */
static cbank_status check_items(cbi_hasher *hasher, const inspection *it, cbank_error *err)
{
    const Cbank__V1__BatchHead *head = it->batch->head.head;
    cbank_status status = it->status;
    cbi_hash root;

    if (status != CBANK_OK && err != NULL)
        *err = it->error;
    CBI_TRY(status);
    if (it->items.next != head->count)
        CBI_TRY(cbi_fail(err, CBI_REASON_PARTS_DIFFER, it->items.next, "batch", NULL));
    CBI_TRY(cbi_tree_root_of(hasher, (const cbi_hash *)(const void *)it->roots.data,
                             it->roots.size / CBI_HASH_SIZE, &root, err));
    if (!cbi_hash_equal(&root, &it->batch->head.root))
        CBI_TRY(cbi_fail(err, CBI_REASON_BODY_DIFFERS, 0, "root", NULL));
done:
    return status;
}

/* ---- both ----------------------------------------------------------------------------------- */

#define WORTH_A_THREAD 256u /* items */

static void look_at_body(inspector *it)
{
    inspection *all = it->all;
    bool taken;

    (void)pthread_mutex_lock(&all->lock);
    taken = all->body_taken;
    all->body_taken = true;
    (void)pthread_mutex_unlock(&all->lock);
    if (!taken)
        all->body = check_body(it->hasher, &it->own, &all->body_error); /* nobody else looks */
}

static void look_on(void *context)
{
    inspector it = {.all = context};
    const cbi_batch *batch = it.all->batch;
    cbank_error error = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(it.all->suite, &it.hasher, &error));
    CBI_TRY(cbi_alloc(page_size(batch), sizeof(*it.ids), &it.ids, &error));
    it.own = from_the_first(batch);
    look_at_body(&it);
    look_at_pages(&it);
done:
    if (status != CBANK_OK) {
        (void)pthread_mutex_lock(&it.all->lock);
        it.all->status = status;
        it.all->error = error;
        it.all->over = true;
        (void)pthread_mutex_unlock(&it.all->lock);
    }
    cbi_message_free(it.item);
    cbi_stream_clear(&it.own.parts);
    cbi_free(it.ids);
    cbi_hasher_free(it.hasher);
}

cbank_status cbi_batch_verify(cbi_hasher *hasher, const cbi_batch *batch, const cbi_public *key,
                              cbi_batch_ids *ids, cbank_error *err)
{
    inspection it = {.batch = batch,
                     .suite = cbi_hasher_suite(hasher),
                     .ids = ids == NULL ? NULL : ids->spool,
                     .lock = PTHREAD_MUTEX_INITIALIZER,
                     .turned = PTHREAD_COND_INITIALIZER,
                     .items = from_the_first(batch)};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_envelope_verify(&batch->head.envelope, key, err));
    cbi_crew_run(cbi_crew_size(batch->head.head->count, WORTH_A_THREAD), look_on, &it);
    if (it.body != CBANK_OK && err != NULL)
        *err = it.body_error;
    CBI_TRY(it.body);
    CBI_TRY(check_items(hasher, &it, err));
    if (ids != NULL)
        CBI_TRY(cbi_buffer_append(&ids->roots, cbi_bytes_of_buffer(&it.roots), err));
done:
    cbi_stream_clear(&it.items.parts);
    cbank_buffer_clear(&it.roots);
    (void)pthread_cond_destroy(&it.turned);
    (void)pthread_mutex_destroy(&it.lock);
    return status;
}
