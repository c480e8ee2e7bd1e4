#include "proof/undoing.h"

#include "record/body.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* What an entry says it undoes; a leaf of size 0 names nothing. */
typedef struct cbi_touch {
    uint64_t sequence;
    cbi_bytes leaf;
} cbi_touch;

static bool touches(const cbi_verdict_item *item, cbi_touch *out)
{
    if (cbi_verdict_is(item, KIND(UNMERGED))) {
        const Cbank__V1__Unmerged *body = item->statement.body;

        *out = (cbi_touch){body->touched_sequence, cbi_message_bytes(body->touched_leaf)};
    } else if (cbi_verdict_is(item, KIND(IDENTITY_CORRECTED))) {
        const Cbank__V1__IdentityCorrected *body = item->statement.body;

        *out = (cbi_touch){body->touched_sequence, cbi_message_bytes(body->touched_leaf)};
    } else if (cbi_verdict_is(item, KIND(IDENTITY_UNBOUND))) {
        const Cbank__V1__IdentityUnbound *body = item->statement.body;

        *out = (cbi_touch){body->touched_sequence, cbi_message_bytes(body->touched_leaf)};
    } else {
        return false;
    }
    return out->leaf.size > 0;
}

bool cbi_undoing_commits(const cbi_verdict_item *item, cbi_bytes *holder)
{
    if (item->undone_at != 0)
        return false;
    return item->shown && cbi_body_holder(item->statement.kind, item->statement.body, holder);
}

/* A merger out can only be undone by the entry right after it. */
static bool may_undo(const cbi_verdict_item *item, const cbi_verdict_item *touched)
{
    cbi_bytes holder;

    if (touched->undone_at != 0)
        return false;
    if (!cbi_verdict_is(item, KIND(UNMERGED)))
        return cbi_undoing_commits(touched, &holder);
    return cbi_verdict_is(touched, KIND(MERGED_IN)) ||
           (cbi_verdict_is(touched, KIND(MERGED_OUT)) && touched->sequence + 1 == item->sequence);
}

/* `chain` is the first item of the chain that the item is in. */
static cbank_status undo(cbi_verdict_item *chain, cbi_verdict_item *item, cbank_error *err)
{
    cbi_touch touch;

    if (!touches(item, &touch))
        return CBANK_OK;
    if (touch.sequence >= item->sequence ||
        !cbi_bytes_equal(touch.leaf, cbi_bytes_of_hash(&chain[touch.sequence].leaf)) ||
        !may_undo(item, &chain[touch.sequence]))
        return cbi_fail(err, CBI_REASON_UNDOING_DIFFERS, item->sequence, NULL, NULL);
    /* What has ended in a merger goes on only once that very merger is undone. */
    if (cbi_verdict_is(&item[-1], KIND(MERGED_OUT)) && touch.sequence + 1 != item->sequence)
        return cbi_fail(err, CBI_REASON_UNDOING_DIFFERS, item->sequence, NULL, NULL);
    chain[touch.sequence].undone_at = item->sequence;
    return CBANK_OK;
}

/* The changes right behind the entry that undid a merger out. */
static void mark_restored(const cbi_verdict_item *before, cbi_verdict_item *item)
{
    cbi_touch touch;
    bool reopened = cbi_verdict_is(before, KIND(UNMERGED)) && touches(before, &touch) &&
                    touch.sequence + 1 == before->sequence &&
                    cbi_verdict_is(&before[-1], KIND(MERGED_OUT));

    item->restored =
        cbi_verdict_is(item, KIND(CREDIT_CHANGED)) && (reopened || before->restored);
}

/* Between a merger in and the entry that undid it. */
static void mark_left(cbi_verdict_item *chain, uint32_t count)
{
    uint64_t until = 0;

    for (uint32_t i = 0; i < count; i++) {
        chain[i].left = i < until;
        if (cbi_verdict_is(&chain[i], KIND(MERGED_IN)) && chain[i].undone_at > until)
            until = chain[i].undone_at;
    }
}

cbank_status cbi_undoing_settle(cbi_verdict *verdict, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (uint32_t c = 0; c < verdict->transcript.head->n_chains; c++) {
        cbi_verdict_item *chain = &verdict->items[cbi_verdict_first(verdict, c)];
        uint32_t count = verdict->transcript.head->chains[c]->items;

        for (uint32_t i = 1; i < count; i++) {
            CBI_TRY(undo(chain, &chain[i], err));
            mark_restored(&chain[i - 1], &chain[i]);
        }
        mark_left(chain, count);
    }
done:
    return status;
}
