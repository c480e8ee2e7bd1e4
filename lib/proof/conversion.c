#include "proof/conversion.h"

#include <string.h>

#include "base/memory.h"
#include "record/usage.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* ---- decisions --------------------------------------------------------------------------- */

/* NULL if the transcript brings none of this id. */
static const cbi_decision *find_decision(const cbi_verdict *verdict, ProtobufCBinaryData id,
                                         bool change)
{
    for (size_t i = 0; i < verdict->decision_count; i++) {
        const cbi_decision *decision = &verdict->decisions[i];

        if ((decision->change.message != NULL) == change &&
            cbi_bytes_equal(cbi_message_bytes(id), cbi_bytes_of_hash(&decision->id)))
            return decision;
    }
    return NULL;
}

static cbank_status differs(const cbi_verdict_item *item, const char *what, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, item->sequence, "recognition", "%s", what);
}

/* The rows of the decision are the uses of the statement, one by one. */
static cbank_status compare_uses(const cbi_verdict_item *item, const cbi_decision *decision,
                                 cbank_error *err)
{
    const Cbank__V1__ConversionRecognised *body = item->statement.body;
    const cbi_recognition_rows *rows = &decision->recognition.rows;

    if (decision->recognition.head->sources != body->n_uses)
        return differs(item, "sources", err);
    for (size_t i = 0; i < rows->source_count; i++) {
        const Cbank__V1__RecognitionSource *source = rows->sources[i];
        const Cbank__V1__RecordUse *use = body->uses[i];

        if (cbi_entry_ref_compare(source->sequence, source->leaf, use->sequence, use->leaf) != 0 ||
            source->scope != use->scope || source->leftover != use->leftover)
            return differs(item, "sources", err);
    }
    return CBANK_OK;
}

static cbank_status prove_recognised(cbi_verdict *verdict, cbi_verdict_item *item, cbank_error *err)
{
    const Cbank__V1__ConversionRecognised *body = item->statement.body;
    const cbi_decision *decision = find_decision(verdict, body->recognition, false);
    const Cbank__V1__RecognitionHead *head;
    cbank_status status = CBANK_OK;

    if (decision == NULL)
        return CBANK_OK;
    head = decision->recognition.head;
    if (strcmp(head->account, body->account) != 0 ||
        !cbi_bytes_equal(cbi_message_bytes(head->account_tag),
                         cbi_bytes_of_hash(&verdict->tags[item->chain])))
        return differs(item, "account", err);
    if (head->sequences > item->sequence)
        return differs(item, "sequences", err);
    CBI_TRY(compare_uses(item, decision, err));
    item->decision = decision;
done:
    return status;
}

static int action_of(int kind)
{
    switch (kind) {
    case KIND(CONVERSION_SUSPENDED):
        return CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_SUSPEND;
    case KIND(CONVERSION_REINSTATED):
        return CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_REINSTATE;
    default:
        return CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_REVERSE;
    }
}

static cbank_status prove_changed(cbi_verdict *verdict, cbi_verdict_item *item, cbank_error *err)
{
    const Cbank__V1__ConversionChanged *body = item->statement.body;
    const cbi_decision *decision =
        body->change.len == 0 ? NULL : find_decision(verdict, body->change, true);

    if (decision == NULL)
        return CBANK_OK;
    if ((int)decision->change.message->action != action_of((int)item->statement.kind->kind))
        return differs(item, "action", err);
    item->decision = decision;
    return CBANK_OK;
}

cbank_status cbi_conversion_prove(cbi_verdict *verdict, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < verdict->item_count; i++) {
        cbi_verdict_item *item = &verdict->items[i];

        if (cbi_verdict_is(item, KIND(CONVERSION_RECOGNISED)))
            CBI_TRY(prove_recognised(verdict, item, err));
        if (cbi_verdict_is(item, KIND(CONVERSION_SUSPENDED)) ||
            cbi_verdict_is(item, KIND(CONVERSION_REINSTATED)) ||
            cbi_verdict_is(item, KIND(CONVERSION_REVERSED)))
            CBI_TRY(prove_changed(verdict, item, err));
        if (item->decision != NULL) {
            item->proven = item->decision->proven;
            item->institution = item->decision->institution;
        }
    }
done:
    return status;
}

/* ---- the fold ---------------------------------------------------------------------------- */

static void fill_entry(const cbi_verdict_item *item, cbi_usage_entry *out)
{
    *out = (cbi_usage_entry){.leaf = item->leaf,
                             .entry_class = item->entry_class,
                             .detached = item->left};
    if (!item->shown)
        return;
    out->kind = (int)item->statement.kind->kind;
    out->body = item->statement.body;
    out->record = item->record;
    if (item->change != NULL)
        out->action = item->change->action;
    if (item->decision != NULL && item->decision->recognition.head != NULL) {
        out->grounds.head = item->decision->recognition.head;
        if (item->decision->recognition.page_count > 0)
            out->grounds.sources = item->decision->recognition.rows.sources;
    }
}

/* A decision is about the records that its entries hold, where they are shown. */
static cbank_status compare_records(const cbi_verdict *verdict, const cbi_usage *usage,
                                    cbank_error *err)
{
    for (size_t i = 0; i < usage->use_count; i++) {
        const cbi_use *use = &usage->uses[i];
        const cbi_verdict_item *record = &verdict->items[use->record];
        const cbi_usage_grounds *grounds = &usage->entries[use->conversion].grounds;

        if (record->record != NULL && grounds->sources != NULL &&
            !cbi_bytes_equal(cbi_message_bytes(grounds->sources[use->position]->record),
                             cbi_bytes_of_hash(&record->record_id)))
            return differs(&verdict->items[use->conversion], "record", err);
    }
    return CBANK_OK;
}

/*
 * The pages, which say what is used, are left out only where they would name a record that is
 * withheld: else the institution's signature would cover uses that only the bank states. The uses
 * of one conversion stand together.
 */
static cbank_status check_pages(const cbi_verdict *verdict, const cbi_usage *usage,
                                cbank_error *err)
{
    size_t i = 0;

    while (i < usage->use_count) {
        uint32_t conversion = usage->uses[i].conversion;
        const cbi_usage_grounds *grounds = &usage->entries[conversion].grounds;
        size_t begin = i;
        bool all = true;

        for (; i < usage->use_count && usage->uses[i].conversion == conversion; i++)
            all = all && verdict->items[usage->uses[i].record].shown;
        if (all && grounds->head != NULL && grounds->sources == NULL &&
            i - begin == grounds->head->sources)
            return differs(&verdict->items[conversion], "pages", err);
    }
    return CBANK_OK;
}

/*
 * A change is about the recognition whose statement it touches, and by its institution: that one's
 * evidence is there too, for it alone says whose recognition it is.
 */
static cbank_status compare_changed(const cbi_verdict *verdict, const cbi_usage *usage,
                                    cbank_error *err)
{
    for (uint32_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i], *touched;
        const Cbank__V1__ConversionRecognised *recognised;
        const Cbank__V1__ConversionChanged *body = item->statement.body;
        uint32_t at;

        if (item->decision == NULL || item->decision->change.message == NULL ||
            !cbi_usage_find(usage, i, body->touched_sequence, cbi_message_bytes(body->touched_leaf),
                            &at))
            continue;
        touched = &verdict->items[at];
        recognised = touched->statement.body;
        if (!cbi_verdict_is(touched, KIND(CONVERSION_RECOGNISED)) ||
            !cbi_bytes_equal(cbi_message_bytes(recognised->recognition),
                             cbi_message_bytes(item->decision->change.message->recognition)) ||
            touched->institution != item->institution)
            return differs(item, "change", err);
    }
    return CBANK_OK;
}

/* The statement of what takes the place of another: the next of its kind behind, or NULL. */
static const cbi_verdict_item *find_replacing(const cbi_verdict *verdict, uint32_t at)
{
    for (uint32_t i = at + 1; i < verdict->item_count; i++) {
        if (verdict->items[i].chain != verdict->items[at].chain)
            break;
        if (cbi_verdict_is(&verdict->items[i], KIND(CONVERSION_RECOGNISED)))
            return &verdict->items[i];
    }
    return NULL;
}

/* What takes the place of another says so. */
static bool is_replaced(const cbi_verdict *verdict, uint32_t at, const cbi_verdict_item *touched)
{
    const Cbank__V1__ConversionReplaced *body = verdict->items[at].statement.body;
    const Cbank__V1__ConversionRecognised *old = touched->statement.body, *new;
    const cbi_verdict_item *next = find_replacing(verdict, at);
    const Cbank__V1__RecognitionHead *head = NULL;

    if (next == NULL)
        return false;
    new = next->statement.body;
    if (next->decision != NULL)
        head = next->decision->recognition.head;
    return cbi_bytes_equal(cbi_message_bytes(new->recognition), cbi_message_bytes(body->by)) &&
           (head == NULL || cbi_bytes_equal(cbi_message_bytes(head->replaces),
                                            cbi_message_bytes(old->recognition)));
}

static cbank_status compare_replaced(const cbi_verdict *verdict, const cbi_usage *usage,
                                     cbank_error *err)
{
    for (uint32_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];
        const Cbank__V1__ConversionReplaced *body = item->statement.body;
        uint32_t at;

        if (!cbi_verdict_is(item, KIND(CONVERSION_REPLACED)) ||
            !cbi_usage_find(usage, i, body->touched_sequence,
                            cbi_message_bytes(body->touched_leaf), &at))
            continue;
        if (!is_replaced(verdict, i, &verdict->items[at]))
            return differs(item, "replaces", err);
    }
    return CBANK_OK;
}

/* ---- whose word it rests on -------------------------------------------------------------- */

/* Of a statement about a conversion: the institution's where its decision is at hand. */
static cbi_proven word_of(const cbi_verdict_item *item)
{
    return item == NULL || item->decision == NULL ? CBI_PROVEN_BANK : item->proven;
}

static void lower(cbi_verdict_item *item, cbi_proven word)
{
    if (word < item->proven)
        item->proven = word;
}

/* What each conversion was ended or reinstated by, by its position; CBI_PROVEN_PINNED: nothing. */
static void weigh_endings(cbi_verdict *verdict, const cbi_usage *usage, cbi_proven *words)
{
    for (uint32_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];
        const Cbank__V1__ConversionChanged *changed = item->statement.body;
        const Cbank__V1__ConversionReplaced *replaced = item->statement.body;
        bool reverses = cbi_verdict_is(item, KIND(CONVERSION_REVERSED));
        uint32_t at;

        if (cbi_verdict_is(item, KIND(CONVERSION_REPLACED)) &&
            cbi_usage_find(usage, i, replaced->touched_sequence,
                           cbi_message_bytes(replaced->touched_leaf), &at))
            words[at] = word_of(find_replacing(verdict, i));
        if ((!reverses && !cbi_verdict_is(item, KIND(CONVERSION_REINSTATED))) ||
            !cbi_usage_find(usage, i, changed->touched_sequence,
                            cbi_message_bytes(changed->touched_leaf), &at))
            continue;
        if (reverses)
            words[at] = word_of(item);
        else
            lower(&verdict->items[at], word_of(item));
    }
}

/*
 * What gives a credit back is worth no more than the word it rests on: a bank that could reverse a
 * recognition by itself would let a record be used twice under its college's signature. So what a
 * conversion had used and has set free proves no more than what ended it. What was only counted was
 * free all the time.
 */
static cbank_status weigh_releases(cbi_verdict *verdict, const cbi_usage *usage, cbank_error *err)
{
    cbi_proven *words = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(verdict->item_count, sizeof(*words), &words, err));
    for (size_t i = 0; i < verdict->item_count; i++)
        words[i] = CBI_PROVEN_PINNED;
    weigh_endings(verdict, usage, words);
    for (size_t i = 0; i < usage->use_count; i++) {
        if (usage->uses[i].scope != CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED)
            lower(&verdict->items[usage->uses[i].record], words[usage->uses[i].conversion]);
    }
done:
    cbi_free(words);
    return status;
}

static void take_results(cbi_verdict *verdict, const cbi_usage *usage)
{
    for (uint32_t i = 0; i < verdict->item_count; i++) {
        cbi_verdict_item *item = &verdict->items[i];

        item->conversion = usage->entries[i].conversion;
        if (item->entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
            continue;
        item->state = usage->entries[i].state;
        item->where = usage->entries[i].where;
        item->listed = cbi_usage_listed(usage, i);
    }
}

cbank_status cbi_conversion_settle(cbi_verdict *verdict, cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;
    cbi_usage_chain chains[CBI_TRANSCRIPT_CHAINS_MAX];
    cbi_usage usage = {.chains = chains, .chain_count = head->n_chains};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(verdict->item_count, sizeof(*usage.entries), &usage.entries, err));
    for (size_t c = 0; c < head->n_chains; c++)
        chains[c] = (cbi_usage_chain){.count = head->chains[c]->items,
                                      .merged_into = head->chains[c]->merged_into,
                                      .joined_at = verdict->joins[c]};
    for (size_t i = 0; i < verdict->item_count; i++)
        fill_entry(&verdict->items[i], &usage.entries[i]);
    CBI_TRY(cbi_usage_settle(&usage, err));
    CBI_TRY(compare_records(verdict, &usage, err));
    CBI_TRY(check_pages(verdict, &usage, err));
    CBI_TRY(compare_changed(verdict, &usage, err));
    CBI_TRY(compare_replaced(verdict, &usage, err));
    CBI_TRY(weigh_releases(verdict, &usage, err));
    take_results(verdict, &usage);
done:
    cbi_usage_clear(&usage);
    cbi_free(usage.entries);
    return status;
}
