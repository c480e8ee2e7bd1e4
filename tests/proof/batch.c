/* Batches: one signature over many items, and what each item may be. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "proof/reseal.h"

#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

static world *it;
static world_learner learner, friend;
static world_batch *batch; /* two records, then a change to an earlier one */

static void begin(cbi_suite suite)
{
    const world_entry *earlier;

    it = world_new(suite);
    world_open(it, &learner, "cn-id", "440524188001010014", "李一");
    world_open(it, &friend, "cn-id", "360302190001010026", "王二");
    earlier = world_give(it, &it->own, &learner, "EARLIER", 1000);
    batch = world_batch_new(it, &it->own);
    world_award(it, batch, &learner, "ONE", 1000);
    world_award(it, batch, &friend, "TWO", 2000);
    world_change(it, batch, &learner, earlier, ACTION(REVOKE));
    world_sign(it, batch);
}

static void start(void)
{
    begin(CBI_SUITE_SHA256_ED25519);
}

static void end(void)
{
    world_free(it);
}

TestSuite(batch, .init = start, .fini = end);

static cbank_status open_batch(cbi_bytes file, cbi_batch *out)
{
    const cbi_bulk source = cbi_bulk_of(file);

    return cbi_batch_open(it->hasher, &source, out, NULL);
}

/* All of it: signature, digest, root, then each item. */
static cbank_status read_all(cbi_bytes file, const cbi_private *signer, cbi_reason *reason)
{
    const cbi_bulk source = cbi_bulk_of(file);
    cbi_batch opened = {0};
    cbi_batch_item item = {0};
    cbank_error err = {0};
    cbank_status status = cbi_batch_open(it->hasher, &source, &opened, &err);

    if (status == CBANK_OK)
        status = cbi_batch_verify(it->hasher, &opened, cbi_private_public(signer), NULL, &err);
    while (status == CBANK_OK) {
        status = cbi_batch_next(it->hasher, &opened, &item, &err);
        if (item.item == NULL)
            break;
        cbi_batch_item_clear(&item);
    }
    cbi_batch_clear(&opened);
    if (reason != NULL)
        *reason = (cbi_reason)err.reason;
    return status;
}

static void refused(cbi_bytes file, cbi_reason expected)
{
    cbi_reason reason;

    cr_expect_eq(read_all(file, batch->signer, &reason), cbi_reason_status(expected));
    cr_expect_eq(reason, expected, "for %s, not %s", cbi_reason_word(reason),
                 cbi_reason_word(expected));
}

static Cbank__V1__BatchHead *take_apart(reseal *out)
{
    reseal_open(out, it, batch->file, CBI_BATCH_TYPE, &cbank__v1__batch_head__descriptor);
    return (Cbank__V1__BatchHead *)out->head;
}

static cbi_bytes put_together(reseal *sealed)
{
    return reseal_close(sealed, &batch->signer, 1);
}

static Cbank__V1__BatchItem *part(reseal *sealed, size_t i)
{
    return reseal_part(sealed, i, &cbank__v1__batch_item__descriptor);
}

Test(batch, it_hands_out_its_items_in_order_with_their_ids)
{
    end();
    for (size_t s = 0; s < WORLD_SUITES; s++) {
        cbi_batch opened = {0};
        cbi_batch_ids found = {0};
        cbi_batch_item item = {0};
        cbi_hash ids[3];

        begin(world_suites[s]);
        cr_assert_eq(open_batch(batch->file, &opened), CBANK_OK);
        cr_assert_eq(cbi_spool_new(it->suite, &found.spool, NULL), CBANK_OK);
        cr_expect_str_eq(opened.head.head->institution, "PXU");
        cr_expect_str_eq(opened.head.head->origin, it->origin);
        cr_expect_eq(opened.head.head->count, 3u);
        cr_expect(cbi_hash_equal(&opened.head.id, &batch->id));
        cr_assert_eq(cbi_batch_verify(it->hasher, &opened, cbi_private_public(batch->signer),
                                      &found, NULL),
                     CBANK_OK);
        cr_assert_eq(cbi_spool_size(found.spool), sizeof(ids));
        cr_assert_eq(cbi_spool_read(found.spool, 0, sizeof(ids), ids[0].bytes, NULL), CBANK_OK);
        for (size_t i = 0; i < 3; i++) {
            cr_expect(cbi_hash_equal(&ids[i], &batch->items[i].id));
            cr_assert_eq(cbi_batch_next(it->hasher, &opened, &item, NULL), CBANK_OK);
            cr_expect_eq(item.record != NULL, i < 2);
            cr_expect_eq(item.change != NULL, i == 2);
            cbi_batch_item_clear(&item);
        }
        cr_assert_eq(cbi_batch_next(it->hasher, &opened, &item, NULL), CBANK_OK);
        cr_expect_null(item.item);
        cr_expect_eq(found.roots.size, sizeof(cbi_hash));
        cbank_buffer_clear(&found.roots);
        cbi_spool_free(found.spool);
        cbi_batch_clear(&opened);
        if (s + 1 < WORLD_SUITES)
            end();
    }
}

Test(batch, the_id_of_a_record_is_its_leaf_in_the_batchs_tree)
{
    const world_item *item = &batch->items[0];
    cbi_hash digest, leaf, change;

    cr_assert_eq(cbi_digest_labelled(it->hasher, "cbank/v1/record", item->bytes, &digest, NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_tree_leaf(it->hasher, cbi_bytes_of_hash(&digest), &leaf, NULL), CBANK_OK);
    cr_expect(cbi_hash_equal(&leaf, &item->id));
    cr_assert_eq(cbi_batch_item_id(it->hasher, true, item->bytes, &change, NULL), CBANK_OK);
    cr_expect(!cbi_hash_equal(&change, &item->id), "a record is never taken for a change");
}

Test(batch, an_empty_one_is_not_signed)
{
    cbi_batch_builder builder = {0};
    cbank_buffer file = {0};

    cr_assert_eq(cbi_batch_begin(it->suite, &builder, NULL), CBANK_OK);
    cr_expect_eq(cbi_batch_finish(&builder,
                                  &(cbi_batch_terms){.institution = "PXU", .origin = it->origin,
                                                     .number = 1, .at = 1},
                                  batch->signer, &file, NULL),
                 CBANK_E_INVALID);
    cr_expect_eq(file.size, 0u);
    cbi_batch_builder_clear(&builder);
}

/* Two whole pages of ids, and some. */
#define MANY_ITEMS (2 * CBI_BATCH_PAGE_IDS + 300)

static void check_pages(const cbi_hash ids[static MANY_ITEMS], const cbank_buffer *roots)
{
    cbi_hash root;

    cr_assert_eq(roots->size, 3 * sizeof(root));
    for (size_t page = 0; page < 3; page++) {
        cr_assert_eq(cbi_tree_root_of(it->hasher, ids + page * CBI_BATCH_PAGE_IDS,
                                      page < 2 ? CBI_BATCH_PAGE_IDS : 300, &root, NULL),
                     CBANK_OK);
        cr_expect_eq(memcmp(roots->data + page * sizeof(root), root.bytes, sizeof(root)), 0);
    }
}

Test(batch, many_items_are_one_signature)
{
    Cbank__V1__BatchItem item = CBANK__V1__BATCH_ITEM__INIT;
    cbi_batch_builder builder = {0};
    cbi_batch opened = {0};
    cbank_buffer file = {0};
    static cbi_hash added[MANY_ITEMS], ids[MANY_ITEMS];
    cbi_batch_ids found = {0};
    uint8_t number[4];

    cr_assert_eq(cbi_batch_begin(it->suite, &builder, NULL), CBANK_OK);
    cr_assert_eq(cbi_spool_new(it->suite, &found.spool, NULL), CBANK_OK);
    for (uint32_t i = 0; i < MANY_ITEMS; i++) {
        cbi_put_u32(number, i + 1);
        item.change = cbi_message_data(cbi_bytes_of(number, sizeof(number)));
        cr_assert_eq(cbi_batch_add(&builder, &item, NULL), CBANK_OK);
        added[i] = builder.last_id;
    }
    cr_assert_eq(cbi_batch_finish(&builder,
                                  &(cbi_batch_terms){.institution = "PXU", .origin = it->origin,
                                                     .number = 1, .at = 1},
                                  batch->signer, &file, NULL),
                 CBANK_OK);
    cr_assert_eq(open_batch(cbi_bytes_of_buffer(&file), &opened), CBANK_OK);
    cr_expect_eq(cbi_batch_verify(it->hasher, &opened, cbi_private_public(batch->signer), &found,
                                  NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_spool_size(found.spool), sizeof(ids));
    cr_assert_eq(cbi_spool_read(found.spool, 0, sizeof(ids), ids[0].bytes, NULL), CBANK_OK);
    cr_expect_eq(memcmp(ids, added, sizeof(ids)), 0);
    check_pages(added, &found.roots);
    cbi_spool_free(found.spool);
    cbank_buffer_clear(&found.roots);
    cbi_batch_clear(&opened);
    cbi_batch_builder_clear(&builder);
    cbank_buffer_clear(&file);
}

/* A batch of so many, of which every one from `first` on that `step` reaches is no item. */
static cbank_buffer spoil(uint32_t first, uint32_t step)
{
    Cbank__V1__BatchItem item = CBANK__V1__BATCH_ITEM__INIT;
    cbi_batch_builder builder = {0};
    cbank_buffer file = {0};
    uint8_t number[4];

    cr_assert_eq(cbi_batch_begin(it->suite, &builder, NULL), CBANK_OK);
    for (uint32_t i = 0; i < MANY_ITEMS; i++) {
        bool bad = i >= first && (i - first) % step == 0;

        cbi_put_u32(number, i + 1);
        item.change = cbi_message_data(cbi_bytes_of(number, sizeof(number)));
        item.enrolment_change = cbi_message_data(cbi_bytes_of(number, bad ? sizeof(number) : 0));
        cr_assert_eq(cbi_batch_add(&builder, &item, NULL), CBANK_OK);
    }
    cr_assert_eq(cbi_batch_finish(&builder,
                                  &(cbi_batch_terms){.institution = "PXU", .origin = it->origin,
                                                     .number = 1, .at = 1},
                                  batch->signer, &file, NULL),
                 CBANK_OK);
    cbi_batch_builder_clear(&builder);
    return file;
}

/* Whichever thread sees which page first. */
Test(batch, of_several_parts_that_are_no_items_the_first_is_told)
{
    const uint32_t firsts[] = {0, 1, CBI_BATCH_PAGE_IDS - 1, CBI_BATCH_PAGE_IDS,
                               CBI_BATCH_PAGE_IDS + 1, 2 * CBI_BATCH_PAGE_IDS, MANY_ITEMS - 1};

    for (size_t i = 0; i < sizeof(firsts) / sizeof(*firsts); i++) {
        cbank_buffer file = spoil(firsts[i], 1 + 100 * (uint32_t)i);

        for (int round = 0; round < 5; round++) {
            cbi_batch opened = {0};
            cbank_error err = {0};

            cr_assert_eq(open_batch(cbi_bytes_of_buffer(&file), &opened), CBANK_OK);
            cr_expect_eq(cbi_batch_verify(it->hasher, &opened, cbi_private_public(batch->signer),
                                          NULL, &err),
                         CBANK_E_MALFORMED);
            cr_expect_eq(err.reason, (int32_t)CBI_REASON_HEAD_VALUE);
            cr_expect_eq(err.where, firsts[i], "%u, not %u", (unsigned)err.where, firsts[i]);
            cbi_batch_clear(&opened);
        }
        cbank_buffer_clear(&file);
    }
}

Test(batch, another_key_has_not_signed_it)
{
    cr_expect_eq(read_all(batch->file, it->root_key, NULL), CBANK_E_BAD_SIGNATURE);
}

Test(batch, values_of_the_head)
{
    for (int row = 0; row < 7; row++) {
        reseal sealed;
        Cbank__V1__BatchHead *head = take_apart(&sealed);

        switch (row) {
        case 0:
            head->institution = cbi_message_string("pxu");
            break;
        case 1:
            head->origin = cbi_message_string("");
            break;
        case 2:
            head->count = 0;
            break;
        case 3:
            head->count = CBI_BATCH_RECORDS_MAX + 1;
            break;
        case 4:
            head->number = 0;
            break;
        case 5:
            head->at = -1;
            break;
        default:
            head->root.len = 31;
        }
        refused(put_together(&sealed), CBI_REASON_HEAD_VALUE);
    }
}

Test(batch, its_head_is_bound_to_its_body)
{
    const cbi_private *signer = batch->signer;
    Cbank__V1__BatchHead *head;
    cbank_buffer payload = {0}, envelope = {0};
    cbi_batch_head parsed = {0};
    reseal sealed;

    head = take_apart(&sealed);
    head->body_digest.len = 0;
    cr_assert_eq(cbi_message_pack(head, &payload, NULL), CBANK_OK);
    cr_assert_eq(cbi_envelope_sign(CBI_BATCH_TYPE, cbi_bytes_of_buffer(&payload), &signer, 1,
                                   &envelope, NULL),
                 CBANK_OK);
    cr_expect_eq(cbi_batch_head_parse(it->hasher, cbi_bytes_of_buffer(&envelope), &parsed, NULL),
                 CBANK_E_MALFORMED);
    cbank_buffer_clear(&payload);
    cbank_buffer_clear(&envelope);
}

Test(batch, another_version_is_not_supported)
{
    reseal sealed;

    take_apart(&sealed)->version = 3;
    refused(put_together(&sealed), CBI_REASON_FILE_VERSION);
}

Test(batch, the_count_and_the_root_are_those_of_the_items)
{
    reseal sealed;

    take_apart(&sealed)->count = 2;
    refused(put_together(&sealed), CBI_REASON_PARTS_DIFFER);
    take_apart(&sealed)->count = 4;
    refused(put_together(&sealed), CBI_REASON_PARTS_DIFFER);
    take_apart(&sealed)->root.data[0] ^= 1;
    refused(put_together(&sealed), CBI_REASON_BODY_DIFFERS);
    take_apart(&sealed);
    sealed.parts[2] = sealed.parts[0];
    refused(put_together(&sealed), CBI_REASON_BODY_DIFFERS);
}

Test(batch, an_item_is_a_record_with_its_opening_or_a_change_with_a_reference)
{
    for (int row = 0; row < 4; row++) {
        Cbank__V1__BatchItem *item;
        Cbank__V1__Opening opening = CBANK__V1__OPENING__INIT;
        reseal sealed;
        size_t i = row < 2 ? 0 : 2;

        take_apart(&sealed);
        item = part(&sealed, i);
        switch (row) {
        case 0:
            item->change = item->record;
            break;
        case 1:
            item->reference = cbi_message_string("R");
            break;
        case 2:
            item->change.len = 0;
            break;
        default:
            item->opening = &opening;
        }
        reseal_put(&sealed, i);
        refused(put_together(&sealed), CBI_REASON_HEAD_VALUE);
    }
}

Test(batch, an_opening_opens_the_record_beside_it)
{
    reseal sealed;

    take_apart(&sealed);
    part(&sealed, 0)->opening = NULL;
    reseal_put(&sealed, 0);
    refused(put_together(&sealed), CBI_REASON_OPENING_DIFFERS);
    take_apart(&sealed);
    part(&sealed, 0)->opening->random.data[0] ^= 1;
    reseal_put(&sealed, 0);
    refused(put_together(&sealed), CBI_REASON_OPENING_DIFFERS);
    take_apart(&sealed);
    part(&sealed, 0)->opening->random.len = 31;
    reseal_put(&sealed, 0);
    refused(put_together(&sealed), CBI_REASON_OPENING_DIFFERS);
    take_apart(&sealed);
    part(&sealed, 0)->opening->number = cbi_message_string(friend.number);
    reseal_put(&sealed, 0);
    refused(put_together(&sealed), CBI_REASON_OPENING_DIFFERS);
    take_apart(&sealed);
    part(&sealed, 0)->opening->number = cbi_message_string("440524 18800101 0014");
    reseal_put(&sealed, 0);
    refused(put_together(&sealed), CBI_REASON_BAD_CONTENT);
}

Test(batch, what_is_inside_is_read_strictly)
{
    world_batch *bad = world_batch_new(it, &it->own);
    uint8_t *spoilt = world_keep(it, batch->items[0].bytes.data, batch->items[0].bytes.size);

    spoilt[1] = 2; /* the version */
    *bad = *batch;
    bad->items[0].bytes = cbi_bytes_of(spoilt, batch->items[0].bytes.size);
    cr_assert_eq(cbi_batch_item_id(it->hasher, false, bad->items[0].bytes, &bad->items[0].id,
                                   NULL),
                 CBANK_OK);
    world_sign(it, bad);
    cr_expect_eq(read_all(bad->file, bad->signer, NULL), CBANK_E_UNSUPPORTED);
    spoilt[0] = 0x10;
    cr_assert_eq(cbi_batch_item_id(it->hasher, false, bad->items[0].bytes, &bad->items[0].id,
                                   NULL),
                 CBANK_OK);
    world_sign(it, bad);
    cr_expect_neq(read_all(bad->file, bad->signer, NULL), CBANK_OK);
}

Test(batch, a_head_that_failed_is_empty)
{
    cbi_batch opened = {0};
    reseal sealed;

    take_apart(&sealed)->number = 0;
    cr_expect_neq(open_batch(put_together(&sealed), &opened), CBANK_OK);
    cr_expect_null(opened.head.head);
    cbi_batch_clear(&opened);
}
