/* The batches of world.h: begun, filled, signed, deposited. */
#include "proof/world.h"

#include <criterion/criterion.h>

#include <string.h>

#include "record/credit.h"
#include "record/identity.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

world_batch *world_batch_new(world *it, world_institution *institution)
{
    world_batch empty = {.institution = institution, .origin = it->origin};

    return world_keep(it, &empty, sizeof(empty));
}

static world_item *add_item(world_batch *batch)
{
    cr_assert(batch->count < sizeof(batch->items) / sizeof(batch->items[0]));
    return &batch->items[batch->count++];
}

void world_award_record(world *it, world_batch *batch, world_learner *learner,
                        Cbank__V1__CreditRecord *record)
{
    world_item *item = add_item(batch);
    cbank_buffer bytes = {0};
    cbi_hash salt = world_random(it);
    cbi_hash holder;

    item->learner = learner;
    item->random = world_random(it);
    cr_assert_eq(cbi_holder_commit(it->hasher, &item->random, cbi_bytes_of_text(learner->type),
                                   cbi_bytes_of_text(learner->number), &holder, NULL),
                 CBANK_OK);
    record->version = 1;
    record->salt = cbi_message_data(cbi_bytes_of(salt.bytes, CBI_SALT_SIZE));
    record->holder = cbi_message_data(cbi_bytes_of_hash(&holder));
    cr_assert_eq(cbi_credit_record_build(record, &bytes, NULL), CBANK_OK);
    item->bytes = world_keep_buffer(it, &bytes);
    cr_assert_eq(cbi_batch_item_id(it->hasher, false, item->bytes, &item->id, NULL), CBANK_OK);
}

static void award(world *it, world_batch *batch, world_learner *learner, const char *reference,
                  int64_t credit_milli, const cbi_hash *supersedes)
{
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__Awarder awarder = CBANK__V1__AWARDER__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT;
    Cbank__V1__LangText *titles[] = {&title};
    Cbank__V1__Amount amount = CBANK__V1__AMOUNT__INIT;
    Cbank__V1__Amount *amounts[] = {&amount};

    awarder.institution = cbi_message_string(batch->institution->code);
    title.lang = cbi_message_string("zh");
    title.value = cbi_message_string("高等数学");
    amount.unit = cbi_message_string("credit");
    amount.milli = credit_milli;
    record.reference = cbi_message_string(reference);
    record.revision = supersedes == NULL ? 1 : 2;
    if (supersedes != NULL)
        record.supersedes = cbi_message_data(cbi_bytes_of_hash(supersedes));
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.awarded_by = &awarder;
    record.n_title = 1;
    record.title = titles;
    record.n_amounts = 1;
    record.amounts = amounts;
    world_award_record(it, batch, learner, &record);
}

void world_award(world *it, world_batch *batch, world_learner *learner, const char *reference,
                 int64_t credit_milli)
{
    award(it, batch, learner, reference, credit_milli, NULL);
}

static const cbi_hash *record_of(const world_entry *deposit)
{
    return &deposit->batch->items[deposit->position].id;
}

void world_change(world *it, world_batch *batch, world_learner *learner,
                  const world_entry *touched, Cbank__V1__ChangeAction action)
{
    Cbank__V1__CreditChange change = CBANK__V1__CREDIT_CHANGE__INIT;
    world_item *item = add_item(batch);
    cbi_hash salt = world_random(it);
    cbank_buffer bytes = {0};

    change.version = 1;
    change.salt = cbi_message_data(cbi_bytes_of(salt.bytes, CBI_SALT_SIZE));
    change.record = cbi_message_data(cbi_bytes_of_hash(record_of(touched)));
    change.action = action;
    cr_assert_eq(cbi_credit_change_build(&change, &bytes, NULL), CBANK_OK);
    item->change = true;
    item->bytes = world_keep_buffer(it, &bytes);
    item->learner = learner;
    item->touched = touched;
    cr_assert_eq(cbi_batch_item_id(it->hasher, true, item->bytes, &item->id, NULL), CBANK_OK);
}

void world_amend(world *it, world_batch *batch, world_learner *learner, const world_entry *old,
                 int64_t credit_milli)
{
    world_change(it, batch, learner, old, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE);
    award(it, batch, learner, "AMENDED", credit_milli, record_of(old));
}

static void pack_item(world_batch *batch, uint32_t position, cbi_batch_builder *builder)
{
    Cbank__V1__BatchItem message = CBANK__V1__BATCH_ITEM__INIT;
    Cbank__V1__Opening opening = CBANK__V1__OPENING__INIT;
    const world_item *item = &batch->items[position];

    if (item->change) {
        message.change = cbi_message_data(item->bytes);
        message.reference = cbi_message_string("R-1");
    } else {
        message.record = cbi_message_data(item->bytes);
        opening.random = cbi_message_data(cbi_bytes_of_hash(&item->random));
        opening.document_type = cbi_message_string(item->learner->type);
        opening.number = cbi_message_string(item->learner->number);
        opening.name = cbi_message_string(item->learner->name);
        message.opening = &opening;
    }
    cr_assert_eq(cbi_batch_add(builder, &message, NULL), CBANK_OK);
    cr_assert(cbi_hash_equal(&builder->last_id, &item->id));
}

void world_sign(world *it, world_batch *batch)
{
    world_institution *institution = batch->institution;
    cbi_batch_builder builder = {0};
    cbank_buffer file = {0};
    cbi_batch_head head = {0};
    cbi_artefact_reader reader;

    if (batch->signer == NULL)
        batch->signer = institution->keys[institution->key_count - 1].key;
    batch->number = ++institution->batches;
    cr_assert_eq(cbi_batch_begin(it->suite, &builder, NULL), CBANK_OK);
    for (uint32_t i = 0; i < batch->count; i++)
        pack_item(batch, i, &builder);
    cr_assert_eq(cbi_batch_finish(&builder,
                                  &(cbi_batch_terms){.institution = institution->code,
                                                     .origin = batch->origin,
                                                     .number = batch->number,
                                                     .at = it->clock},
                                  batch->signer, &file, NULL),
                 CBANK_OK);
    cbi_batch_builder_clear(&builder);
    batch->file = world_keep_buffer(it, &file);
    cr_assert_eq(cbi_artefact_open(batch->file, &reader, NULL), CBANK_OK);
    batch->envelope = reader.envelope;
    cr_assert_eq(cbi_batch_head_parse(it->hasher, batch->envelope, &head, NULL), CBANK_OK);
    batch->id = head.id;
    cbi_batch_head_clear(&head);
}

static void deposit_item(world *it, world_batch *batch, uint32_t position)
{
    Cbank__V1__CreditDeposited deposited = CBANK__V1__CREDIT_DEPOSITED__INIT;
    Cbank__V1__CreditChanged changed = CBANK__V1__CREDIT_CHANGED__INIT;
    const world_item *item = &batch->items[position];
    world_entry *entry;

    if (item->change) {
        changed.batch = cbi_message_data(cbi_bytes_of_hash(&batch->id));
        changed.index = position;
        changed.touched_sequence = item->touched->sequence;
        changed.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&item->touched->leaf));
        changed.change = cbi_message_data(item->bytes);
        entry = world_append(it, &item->learner->chain, KIND(CREDIT_CHANGED), &changed);
    } else {
        deposited.account = item->learner->account;
        deposited.batch = cbi_message_data(cbi_bytes_of_hash(&batch->id));
        deposited.index = position;
        deposited.record = cbi_message_data(item->bytes);
        entry = world_append(it, &item->learner->chain, KIND(CREDIT_DEPOSITED), &deposited);
    }
    entry->batch = batch;
    entry->position = position;
}

void world_deposit(world *it, world_batch *batch)
{
    Cbank__V1__BatchReceived body = CBANK__V1__BATCH_RECEIVED__INIT;

    for (uint32_t i = 0; i < batch->count; i++)
        deposit_item(it, batch, i);
    body.institution = cbi_message_string(batch->institution->code);
    body.batch = cbi_message_data(cbi_bytes_of_hash(&batch->id));
    body.number = batch->number;
    body.taken = batch->count;
    body.public_key = cbi_message_data(cbi_public_bytes(cbi_private_public(batch->signer)));
    batch->receipt = world_append(it, &batch->institution->chain, KIND(BATCH_RECEIVED), &body);
}

static const world_entry *finish(world *it, world_batch *batch, world_learner *learner)
{
    world_sign(it, batch);
    world_deposit(it, batch);
    return &learner->chain.entries[learner->chain.count - 1];
}

const world_entry *world_give(world *it, world_institution *institution, world_learner *learner,
                              const char *reference, int64_t credit_milli)
{
    world_batch *batch = world_batch_new(it, institution);

    world_award(it, batch, learner, reference, credit_milli);
    return finish(it, batch, learner);
}

const world_entry *world_take(world *it, world_institution *institution, world_learner *learner,
                              const world_entry *touched, Cbank__V1__ChangeAction action)
{
    world_batch *batch = world_batch_new(it, institution);

    world_change(it, batch, learner, touched, action);
    return finish(it, batch, learner);
}
