#include "proof/chain.h"

#include <string.h>

#include "base/memory.h"
#include "proof/entry.h"
#include "proof/undoing.h"
#include "record/body.h"

/* One chain as far as it has been followed. */
typedef struct cbi_walk {
    const Cbank__V1__Chain *chain;
    uint32_t position; /* of the chain */
    cbi_entry entry;   /* the next one */
    cbi_lifecycle life;
    int64_t at;
} cbi_walk;

static cbank_status check_statement(cbi_walk *walk, const cbi_verdict_item *item, cbank_error *err)
{
    const cbi_statement *statement = &item->statement;
    const char *account;
    cbank_status status = CBANK_OK;

    if (statement->kind->subject != CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER)
        return cbi_fail(err, CBI_REASON_CHAIN_ACCOUNT, item->sequence, walk->chain->account, NULL);
    if ((item->sequence == 0) != statement->kind->opens)
        return cbi_fail(err, CBI_REASON_CHAIN_FIRST, item->sequence, walk->chain->account, NULL);
    /* A change names an entry instead. */
    account = cbi_body_account(statement->kind, statement->body);
    if (account != NULL && strcmp(account, walk->chain->account) != 0)
        return cbi_fail(err, CBI_REASON_CHAIN_ACCOUNT, item->sequence, walk->chain->account, NULL);
    if (statement->message->at < walk->at)
        return cbi_fail(err, CBI_REASON_TIME_BACKWARDS, item->sequence, walk->chain->account, NULL);
    walk->at = statement->message->at;
    CBI_TRY(cbi_lifecycle_step(&walk->life, (int)statement->kind->kind, err));
done:
    return status;
}

/* The entry that the item stands for. */
static cbank_status take_item(cbi_hasher *hasher, void *holder, cbi_walk *walk,
                              cbi_verdict_item *item, cbank_error *err)
{
    const Cbank__V1__TranscriptItem *message = item->message;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_transcript_item_check(message, item->sequence, err));
    item->shown = message->statement.len > 0;
    if (item->shown) {
        CBI_TRY(cbi_statement_parse_within(holder, cbi_message_bytes(message->statement),
                                           &item->statement, err));
        CBI_TRY(check_statement(walk, item, err));
        item->entry_class = (uint8_t)item->statement.kind->entry_class;
        CBI_TRY(cbi_entry_statement_digest(hasher, cbi_message_bytes(message->statement),
                                           &walk->entry.statement, err));
    } else {
        if (item->sequence == 0)
            CBI_TRY(cbi_fail(err, CBI_REASON_CHAIN_FIRST, 0, walk->chain->account, NULL));
        item->entry_class = (uint8_t)message->entry_class;
        if (!cbi_hash_from(cbi_message_bytes(message->digest), &walk->entry.statement))
            CBI_TRY(cbi_fail(err, CBI_REASON_HEAD_VALUE, item->sequence, "digest", NULL));
    }
    walk->entry.entry_class = item->entry_class;
    CBI_TRY(cbi_entry_leaf(hasher, &walk->entry, &item->leaf, err));
    walk->entry.previous = item->leaf;
    walk->entry.sequence++;
done:
    return status;
}

static cbank_status read_chain(cbi_hasher *hasher, cbi_verdict *verdict, cbi_walk *walk,
                               cbank_error *err)
{
    cbi_file *file = &verdict->transcript.file;
    cbank_status status = CBANK_OK;

    for (uint32_t i = 0; i < walk->chain->items; i++) {
        cbi_verdict_item *item = &verdict->items[verdict->item_count++];

        item->chain = walk->position;
        item->sequence = i;
        item->proven = CBI_PROVEN_BANK;
        CBI_TRY(cbi_file_next_within(file, &cbank__v1__transcript_item__descriptor,
                                     &item->message, err));
        CBI_TRY(take_item(hasher, file->head, walk, item, err));
        verdict->shown += item->shown;
        if (verdict->shown > CBI_TRANSCRIPT_SHOWN_MAX)
            CBI_TRY(cbi_fail(err, CBI_REASON_TOO_MANY, CBI_TRANSCRIPT_SHOWN_MAX, "shown",
                             NULL));
    }
    if (!cbi_bytes_equal(cbi_bytes_of_hash(&walk->entry.previous),
                         cbi_message_bytes(walk->chain->last_leaf)))
        CBI_TRY(cbi_fail(err, CBI_REASON_CHAIN_LEAF, walk->chain->items, walk->chain->account,
                         NULL));
done:
    return status;
}

static cbank_status begin_walk(cbi_hasher *hasher, const cbi_verdict *verdict, uint32_t position,
                               cbi_walk *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash random;

    *out = (cbi_walk){.chain = verdict->transcript.head->chains[position], .position = position};
    out->entry.subject_kind = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER;
    if (!cbi_hash_from(cbi_message_bytes(out->chain->tag_random), &random))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, position, "chain", NULL);
    CBI_TRY(cbi_entry_tag(hasher, out->entry.subject_kind, &random,
                          cbi_message_text(out->chain->account), &out->entry.tag, err));
    verdict->tags[position] = out->entry.tag;
    for (uint32_t c = 0; c < position; c++) {
        if (cbi_hash_equal(&verdict->tags[c], &out->entry.tag))
            CBI_TRY(cbi_fail(err, CBI_REASON_CHAIN_MERGE, position, out->chain->account, NULL));
    }
done:
    return status;
}

/* Is this the merger that brought `chain` in? */
static bool brings(const Cbank__V1__MergedIn *merger, const Cbank__V1__Chain *chain)
{
    return strcmp(merger->from_account, chain->account) == 0 &&
           merger->from_sequence + 1 == chain->items &&
           cbi_bytes_equal(cbi_message_bytes(merger->from_leaf),
                           cbi_message_bytes(chain->last_leaf)) &&
           cbi_bytes_equal(cbi_message_bytes(merger->from_tag_random),
                           cbi_message_bytes(chain->tag_random));
}

/* A merged chain ends in a statement that names where it went. */
static bool ends_in(const cbi_verdict *verdict, uint32_t position, const cbi_hash *into)
{
    const cbi_verdict_item *last = NULL;

    for (size_t i = 0; i < verdict->item_count; i++) {
        if (verdict->items[i].chain == position)
            last = &verdict->items[i];
    }
    return last != NULL &&
           cbi_verdict_is(last, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_MERGED_OUT) &&
           cbi_bytes_equal(
               cbi_message_bytes(((const Cbank__V1__MergedOut *)last->statement.body)->into_tag),
               cbi_bytes_of_hash(into));
}

/* Every merger that stands has its chain and every chain its merger, one to one. */
static cbank_status check_mergers(cbi_verdict *verdict, cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;
    bool joined[CBI_TRANSCRIPT_CHAINS_MAX] = {true};

    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];
        uint32_t found = 0;

        if (!cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_MERGED_IN) ||
            item->undone_at != 0)
            continue;
        for (uint32_t c = 1; c < head->n_chains && found == 0; c++) {
            if (!joined[c] && head->chains[c]->merged_into == item->chain + 1 &&
                brings(item->statement.body, head->chains[c]))
                found = c;
        }
        if (found == 0 || !ends_in(verdict, found, &verdict->tags[item->chain]))
            return cbi_fail(err, CBI_REASON_CHAIN_MERGE, item->sequence,
                            head->chains[item->chain]->account, NULL);
        joined[found] = true;
        verdict->joins[found] = item->sequence;
    }
    for (uint32_t c = 0; c < head->n_chains; c++) {
        if (!joined[c])
            return cbi_fail(err, CBI_REASON_CHAIN_MERGE, c, head->chains[c]->account, NULL);
    }
    return CBANK_OK;
}

cbank_status cbi_chain_read(cbi_hasher *hasher, cbi_verdict *verdict, cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;
    cbank_status status = CBANK_OK;
    cbi_walk walk;

    CBI_TRY(cbi_alloc(verdict->transcript.items, sizeof(*verdict->items), &verdict->items, err));
    CBI_TRY(cbi_alloc(head->n_chains, sizeof(*verdict->tags), &verdict->tags, err));
    CBI_TRY(cbi_alloc(head->n_chains, sizeof(*verdict->joins), &verdict->joins, err));
    for (uint32_t c = 0; c < head->n_chains; c++) {
        CBI_TRY(begin_walk(hasher, verdict, c, &walk, err));
        CBI_TRY(read_chain(hasher, verdict, &walk, err));
    }
    CBI_TRY(cbi_undoing_settle(verdict, err));
    CBI_TRY(check_mergers(verdict, err));
done:
    return status;
}
