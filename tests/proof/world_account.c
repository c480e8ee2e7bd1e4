/* What happens to accounts and to whose they are, in the world of world.h. */
#include "proof/world.h"

#include <criterion/criterion.h>

#include "record/identity.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

static ProtobufCBinaryData leaf_of(const world_entry *entry)
{
    return entry == NULL ? (ProtobufCBinaryData){0}
                         : cbi_message_data(cbi_bytes_of_hash(&entry->leaf));
}

static uint64_t sequence_of(const world_entry *entry)
{
    return entry == NULL ? 0 : entry->sequence;
}

void world_state(world *it, world_learner *learner, int kind)
{
    Cbank__V1__AccountChanged body = CBANK__V1__ACCOUNT_CHANGED__INIT;

    body.account = learner->account;
    world_append(it, &learner->chain, kind, &body);
}

void world_freeze(world *it, world_learner *learner, bool freeze)
{
    world_state(it, learner, freeze ? KIND(ACCOUNT_FROZEN) : KIND(ACCOUNT_UNFROZEN));
}

/* ---- mergers ----------------------------------------------------------------------------- */

void world_merge(world *it, world_learner *from, world_learner *into)
{
    Cbank__V1__MergedOut out = CBANK__V1__MERGED_OUT__INIT;
    Cbank__V1__MergedIn in = CBANK__V1__MERGED_IN__INIT;
    const world_entry *last;

    out.account = from->account;
    out.into_tag = cbi_message_data(cbi_bytes_of_hash(&into->chain.tag));
    last = world_append(it, &from->chain, KIND(MERGED_OUT), &out);
    in.account = into->account;
    in.from_account = from->account;
    in.from_tag_random = cbi_message_data(cbi_bytes_of_hash(&from->chain.random));
    in.from_sequence = last->sequence;
    in.from_leaf = leaf_of(last);
    world_append(it, &into->chain, KIND(MERGED_IN), &in);
    into->merged[into->merged_count++] = from;
}

static void undo(world *it, world_learner *learner, const world_entry *merger)
{
    Cbank__V1__Unmerged body = CBANK__V1__UNMERGED__INIT;

    body.account = learner->account;
    body.touched_sequence = merger->sequence;
    body.touched_leaf = leaf_of(merger);
    world_append(it, &learner->chain, KIND(UNMERGED), &body);
}

/* The newest merger into the account. */
static const world_entry *find_merger(const world_chain *chain)
{
    for (size_t i = chain->count; i-- > 0;) {
        cbi_statement statement = {0};
        bool found;

        cr_assert_eq(cbi_statement_parse(chain->entries[i].statement, &statement, NULL), CBANK_OK);
        found = statement.kind->kind == KIND(MERGED_IN);
        cbi_statement_clear(&statement);
        if (found)
            return &chain->entries[i];
    }
    cr_assert_fail("nothing was merged");
    return NULL;
}

void world_unmerge(world *it, world_learner *into)
{
    world_learner *from = (world_learner *)(uintptr_t)into->merged[--into->merged_count];

    undo(it, into, find_merger(&into->chain));
    undo(it, from, &from->chain.entries[from->chain.count - 1]);
}

void world_restore(world *it, world_learner *learner, const world_entry *change)
{
    const world_item *item = &change->batch->items[change->position];
    Cbank__V1__CreditChanged body = CBANK__V1__CREDIT_CHANGED__INIT;
    world_entry *again;

    body.batch = cbi_message_data(cbi_bytes_of_hash(&change->batch->id));
    body.index = change->position;
    body.touched_sequence = item->touched->sequence;
    body.touched_leaf = leaf_of(item->touched);
    body.change = cbi_message_data(item->bytes);
    again = world_append(it, &learner->chain, KIND(CREDIT_CHANGED), &body);
    again->batch = change->batch;
    again->position = change->position;
}

/* ---- documents --------------------------------------------------------------------------- */

/* A commitment to the learner's document as it is stated now. */
static cbi_hash commit(world *it, world_learner *learner, const char *type, const char *number)
{
    cbi_hash holder;

    learner->type = type;
    learner->number = number;
    learner->random = world_random(it);
    cr_assert_eq(cbi_holder_commit(it->hasher, &learner->random, cbi_bytes_of_text(type),
                                   cbi_bytes_of_text(number), &holder, NULL),
                 CBANK_OK);
    return holder;
}

void world_bind(world *it, world_learner *learner, const char *type, const char *number)
{
    Cbank__V1__IdentityBound body = CBANK__V1__IDENTITY_BOUND__INIT;
    cbi_hash holder = commit(it, learner, type, number);

    body.account = learner->account;
    body.holder = cbi_message_data(cbi_bytes_of_hash(&holder));
    body.assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    world_append(it, &learner->chain, KIND(IDENTITY_BOUND), &body);
}

void world_correct(world *it, world_learner *learner, const world_entry *wrong, const char *number)
{
    Cbank__V1__IdentityCorrected body = CBANK__V1__IDENTITY_CORRECTED__INIT;
    cbi_hash holder = commit(it, learner, learner->type, number);

    body.account = learner->account;
    body.holder = cbi_message_data(cbi_bytes_of_hash(&holder));
    body.assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    body.touched_sequence = sequence_of(wrong);
    body.touched_leaf = leaf_of(wrong);
    world_append(it, &learner->chain, KIND(IDENTITY_CORRECTED), &body);
}

void world_unbind(world *it, world_learner *learner, const world_entry *gone)
{
    Cbank__V1__IdentityUnbound body = CBANK__V1__IDENTITY_UNBOUND__INIT;

    body.account = learner->account;
    body.touched_sequence = sequence_of(gone);
    body.touched_leaf = leaf_of(gone);
    world_append(it, &learner->chain, KIND(IDENTITY_UNBOUND), &body);
}
