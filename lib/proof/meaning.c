#include "proof/meaning.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/time.h"
#include "proof/conversion.h"
#include "proof/enrolling.h"
#include "proof/grant.h"
#include "proof/once.h"
#include "record/credit.h"

static bool is_deposit(const cbi_verdict_item *item)
{
    return cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_DEPOSITED);
}

/* A record, whoever the bank has it from. */
static bool is_award(const cbi_verdict_item *item)
{
    return is_deposit(item) ||
           cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_RECEIVED);
}

static bool is_change(const cbi_verdict_item *item)
{
    return cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_CHANGED);
}

/* The institution's bytes in a deposit or a change, parsed; and their id. */
static cbank_status read_signed(cbi_hasher *hasher, void *holder, cbi_verdict_item *item,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (cbi_verdict_find_record(item, &item->record_bytes)) {
        CBI_TRY(cbi_credit_record_parse_within(holder, item->record_bytes, &item->record, err));
        CBI_TRY(cbi_batch_item_id(hasher, CBI_ITEM_RECORD, item->record_bytes, &item->record_id,
                                  err));
    } else if (is_change(item)) {
        const Cbank__V1__CreditChanged *body = item->statement.body;

        CBI_TRY(cbi_credit_change_parse(cbi_message_bytes(body->change), &item->change, err));
        CBI_TRY(cbi_batch_item_id(hasher, true, cbi_message_bytes(body->change), &item->record_id,
                                  err));
    } else {
        CBI_TRY(cbi_enrolling_read(hasher, item, err));
    }
done:
    return status;
}

static bool awards(const Cbank__V1__CreditRecord *record, const char *institution)
{
    return strcmp(record->awarded_by->institution, institution) == 0;
}

/* Does the directory say who may sign for whom? */
static bool knows_grants(const cbi_verdict *verdict)
{
    const cbi_directory *directory = verdict->directory;

    return directory != NULL && directory->head != NULL && directory->head->version >= 2;
}

/* Only the awarding institution, or the one that deposits for it, speaks of a record. */
static bool may_sign(const Cbank__V1__CreditRecord *record, const char *institution)
{
    return awards(record, institution) || strcmp(record->deposited_by, institution) == 0;
}

/* Where an item stands in its batch; false for what comes in none. */
static bool find_place(const cbi_verdict_item *item, cbi_bytes *batch, uint32_t *index)
{
    if (is_deposit(item)) {
        const Cbank__V1__CreditDeposited *body = item->statement.body;

        *batch = cbi_message_bytes(body->batch);
        *index = body->index;
    } else if (is_change(item)) {
        const Cbank__V1__CreditChanged *body = item->statement.body;

        *batch = cbi_message_bytes(body->batch);
        *index = body->index;
    } else if (item->enrolment != NULL) {
        const Cbank__V1__Enrolled *body = item->statement.body;

        *batch = cbi_message_bytes(body->batch);
        *index = body->index;
    } else if (item->enrolment_change != NULL) {
        const Cbank__V1__EnrolmentChanged *body = item->statement.body;

        *batch = cbi_message_bytes(body->batch);
        *index = body->index;
    } else {
        return false;
    }
    return true;
}

/* May this institution have signed what the item holds? */
static bool may_have_signed(const cbi_verdict_item *item, const char *institution)
{
    if (item->record != NULL)
        return may_sign(item->record, institution);
    return item->enrolment == NULL || strcmp(item->enrolment->institution, institution) == 0;
}

static cbank_status prove_item(cbi_hasher *hasher, const cbi_trust *trust,
                               const cbi_verdict *verdict, cbi_verdict_item *item,
                               const cbi_evidence *evidence, cbi_ascent *ascent,
                               cbank_error *err)
{
    const char *institution = evidence->batch.head->institution;
    cbank_status status = CBANK_OK;
    cbi_bytes batch;
    uint32_t index;

    if (!find_place(item, &batch, &index))
        return cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, item->sequence, NULL, "batch");
    if (!cbi_bytes_equal(batch, cbi_bytes_of_hash(&evidence->batch.id)) ||
        !may_have_signed(item, institution))
        return cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, item->sequence, institution, "batch");
    CBI_TRY(cbi_evidence_check_item(hasher, evidence, ascent, index, &item->record_id,
                                    item->message, err));
    item->institution = evidence->institution;
    item->key = evidence->key;
    item->proven = evidence->proven;
    item->receipt_index = evidence->index;
    item->receipt_day = evidence->day;
    if (item->record != NULL && knows_grants(verdict))
        CBI_TRY(cbi_grant_check_record(trust, evidence, item->record, item->sequence,
                                       &item->proven, err));
    /* Before version 2 only the bank says that another one may sign for the awarding one. */
    else if (item->record != NULL && !awards(item->record, institution) &&
             item->proven > CBI_PROVEN_VOUCHED)
        item->proven = CBI_PROVEN_VOUCHED;
done:
    return status;
}

cbank_status cbi_meaning_prove(cbi_hasher *hasher, const cbi_trust *trust, cbi_verdict *verdict,
                               const cbi_evidence *evidence, size_t evidence_count,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_ascent ascent = {0}; /* what comes from one batch stands together, mostly */

    for (size_t i = 0; i < verdict->item_count; i++) {
        cbi_verdict_item *item = &verdict->items[i];
        uint32_t batch = item->message->batch;

        CBI_TRY(read_signed(hasher, verdict->transcript.file.head, item, err));
        if (batch > verdict->transcript.head->batches)
            CBI_TRY(cbi_fail(err, CBI_REASON_HEAD_VALUE, item->sequence, "batch", NULL));
        if (batch == 0 || evidence_count == 0)
            continue;
        CBI_TRY(prove_item(hasher, trust, verdict, item, &evidence[batch - 1], &ascent, err));
    }
done:
    return status;
}

/* The shown deposits by their record ids. */
typedef struct cbi_deposits {
    const cbi_verdict_item **items;
    size_t count;
} cbi_deposits;

static int compare_items(const void *a, const void *b)
{
    const cbi_verdict_item *const *left = a;
    const cbi_verdict_item *const *right = b;

    return memcmp((*left)->record_id.bytes, (*right)->record_id.bytes, CBI_HASH_SIZE);
}

/* Each record once: no two of the ids are the same. */
static cbank_status sort_deposits(const cbi_verdict *verdict, cbi_deposits *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(verdict->item_count, sizeof(const cbi_verdict_item *), &out->items, err));
    for (size_t i = 0; i < verdict->item_count; i++) {
        if (is_award(&verdict->items[i]))
            out->items[out->count++] = &verdict->items[i];
    }
    qsort(out->items, out->count, sizeof(const cbi_verdict_item *), compare_items);
    for (size_t i = 1; i < out->count; i++) {
        if (cbi_hash_equal(&out->items[i - 1]->record_id, &out->items[i]->record_id))
            CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_TWICE, out->items[i]->sequence, NULL, NULL));
    }
done:
    return status;
}

/* NULL if no shown deposit has this id. */
static const cbi_verdict_item *find_deposit(const cbi_deposits *deposits, cbi_bytes id)
{
    cbi_verdict_item wanted = {0};
    const cbi_verdict_item *key = &wanted;
    const cbi_verdict_item **found;

    if (!cbi_hash_from(id, &wanted.record_id))
        return NULL;
    found = bsearch(&key, deposits->items, deposits->count, sizeof(key), compare_items);
    return found == NULL ? NULL : *found;
}

/* Had this chain been merged into the item's own, however far, when the item was made? */
static bool reaches(const cbi_verdict *verdict, const cbi_verdict_item *change, uint32_t chain)
{
    Cbank__V1__Chain *const *chains = verdict->transcript.head->chains;

    while (chain != 0 && chain != change->chain) {
        uint32_t into = chains[chain]->merged_into - 1; /* always a chain before it */

        if (into == change->chain)
            return verdict->joins[chain] < change->sequence;
        chain = into;
    }
    return chain == change->chain;
}

cbi_verdict_item *cbi_meaning_find_touched(cbi_verdict *verdict, const cbi_verdict_item *item,
                                           uint64_t sequence, ProtobufCBinaryData leaf,
                                           Cbank__V1__EntryClass entry_class)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;

    for (uint32_t c = 0; c < head->n_chains; c++) {
        uint64_t end = c == item->chain ? item->sequence : head->chains[c]->items;
        cbi_verdict_item *touched;

        if (sequence >= end || !reaches(verdict, item, c))
            continue;
        touched = &verdict->items[cbi_verdict_first(verdict, c) + (size_t)sequence];
        if (touched->entry_class == entry_class &&
            cbi_bytes_equal(cbi_message_bytes(leaf), cbi_bytes_of_hash(&touched->leaf)))
            return touched;
    }
    return NULL;
}

/*
 * May the institution that signed a change speak of the record, and by whose word? The awarding
 * one needs no other's.
 */
static cbank_status weigh_change(const cbi_trust *trust, const cbi_verdict *verdict,
                                 const cbi_verdict_item *change,
                                 const Cbank__V1__CreditRecord *record, bool *allowed,
                                 cbi_proven *word, cbank_error *err)
{
    const char *code = change->institution->message->institution;
    const cbi_mandate_signer signer = {code, change->receipt_index, change->receipt_day,
                                       cbi_date_before(change->receipt_day)};

    *allowed = may_sign(record, code);
    *word = awards(record, code) ? CBI_PROVEN_PINNED : CBI_PROVEN_VOUCHED;
    if (awards(record, code) || !knows_grants(verdict))
        return CBANK_OK;
    return cbi_grant_check_change(trust, &signer, record, change->change->action, allowed, word,
                                  err);
}

/* What gives a credit back is worth no more than the word it rests on. */
static void weigh_reinstatement(const cbi_verdict_item *change, cbi_proven word,
                                cbi_verdict_item *touched)
{
    if (change->proven < word)
        word = change->proven;
    if (word < touched->proven)
        touched->proven = word;
}

/*
 * A change is about the record that it names: the deposit it touches is that record's, and if
 * that deposit is withheld, no other one that is shown is.
 */
static cbank_status settle_change(const cbi_trust *trust, cbi_verdict *verdict,
                                  const cbi_deposits *deposits, const cbi_verdict_item *change,
                                  cbank_error *err)
{
    const Cbank__V1__CreditChanged *body = change->statement.body;
    cbi_bytes named = cbi_message_bytes(change->change->record);
    cbi_verdict_item *touched =
        cbi_meaning_find_touched(verdict, change, body->touched_sequence, body->touched_leaf,
                                 CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD);
    cbi_proven word = CBI_PROVEN_PINNED;
    cbank_status status = CBANK_OK;
    bool allowed = true;

    if (touched == NULL && find_deposit(deposits, named) == NULL && change->left)
        return CBANK_OK;
    if (touched == NULL || find_deposit(deposits, named) != (touched->shown ? touched : NULL))
        return cbi_fail(err, CBI_REASON_CHANGE_DIFFERS, change->sequence, NULL, NULL);
    if (touched->shown && change->institution != NULL)
        CBI_TRY(weigh_change(trust, verdict, change, touched->record, &allowed, &word, err));
    if (!allowed)
        return cbi_fail(err, CBI_REASON_CHANGE_DIFFERS, change->sequence, NULL, NULL);
    if (change->change->action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REINSTATE)
        weigh_reinstatement(change, word, touched);
done:
    return status;
}

/* Does this deposit replace the record that this change takes away, in one batch? */
static bool amends(const cbi_verdict_item *deposit, const cbi_verdict_item *change)
{
    const Cbank__V1__CreditDeposited *deposited = deposit->statement.body;
    const Cbank__V1__CreditChanged *changed = change->statement.body;

    return is_deposit(deposit) &&
           change->change->action == CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE &&
           cbi_bytes_equal(cbi_message_bytes(deposit->record->supersedes),
                           cbi_message_bytes(change->change->record)) &&
           cbi_bytes_equal(cbi_message_bytes(deposited->batch), cbi_message_bytes(changed->batch));
}

/*
 * Amending takes one record away and puts one in its place. Changes are never withheld, so a
 * replacement without its change would count the credit twice; the change alone may stand if
 * awards may be withheld.
 */
static cbank_status check_amended(const cbi_verdict *verdict, const cbi_deposits *deposits,
                                  bool all, cbank_error *err)
{
    size_t replacements = 0, pairs = 0;

    for (size_t d = 0; d < deposits->count; d++)
        replacements += is_deposit(deposits->items[d]) &&
                        deposits->items[d]->record->supersedes.len > 0;
    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *change = &verdict->items[i];
        size_t found = 0;

        if (!is_change(change) ||
            change->change->action != CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE)
            continue;
        for (size_t d = 0; d < deposits->count; d++)
            found += amends(deposits->items[d], change);
        /* What was put in its place stays on the chain that the account was merged into. */
        if (found > 1 || (found == 0 && all && !change->restored))
            return cbi_fail(err, CBI_REASON_AMENDED_APART, change->sequence, NULL, NULL);
        pairs += found;
    }
    if (pairs != replacements)
        return cbi_fail(err, CBI_REASON_AMENDED_APART, 0, NULL, NULL);
    return CBANK_OK;
}

static cbank_status sum_up(cbi_verdict *verdict, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];

        if (!is_award(item))
            continue;
        if (verdict->least == 0 || item->proven < verdict->least)
            verdict->least = item->proven;
        if (item->state == CBI_RECORD_HELD && item->where == CBI_WHERE_HERE)
            CBI_TRY(cbi_totals_add_record(&verdict->totals, item->record, err));
    }
    if (verdict->least == 0)
        verdict->least = CBI_PROVEN_BANK;
done:
    return status;
}

/* A chain comes before the one it was merged into, where its records may have changed again. */
static cbank_status settle_changes(const cbi_trust *trust, cbi_verdict *verdict,
                                   const cbi_deposits *deposits, cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;
    cbank_status status = CBANK_OK;

    for (size_t c = head->n_chains; c-- > 0;) {
        const cbi_verdict_item *items = &verdict->items[cbi_verdict_first(verdict, (uint32_t)c)];

        for (uint32_t i = 0; i < head->chains[c]->items; i++) {
            if (is_change(&items[i]))
                CBI_TRY(settle_change(trust, verdict, deposits, &items[i], err));
        }
    }
done:
    return status;
}

cbank_status cbi_meaning_settle(const cbi_trust *trust, cbi_verdict *verdict, cbank_error *err)
{
    bool all = verdict->transcript.head->terms->completeness ==
               CBANK__V1__COMPLETENESS__COMPLETENESS_ALL;
    cbank_status status = CBANK_OK;
    cbi_deposits deposits = {0};

    CBI_TRY(sort_deposits(verdict, &deposits, err));
    CBI_TRY(cbi_once_check(verdict, err));
    for (size_t i = 0; i < verdict->item_count; i++) {
        if (all && !verdict->items[i].shown)
            CBI_TRY(cbi_fail(err, CBI_REASON_COMPLETENESS, verdict->items[i].sequence, NULL,
                             NULL));
    }
    CBI_TRY(settle_changes(trust, verdict, &deposits, err));
    CBI_TRY(check_amended(verdict, &deposits, all, err));
    CBI_TRY(cbi_enrolling_settle(verdict, all, err));
    CBI_TRY(cbi_conversion_settle(verdict, err));
    CBI_TRY(sum_up(verdict, err));
done:
    cbi_free(deposits.items);
    return status;
}
