#include "bank/offered.h"

#include <string.h>

#include "bank/account.h"
#include "bank/signatory.h"
#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define OUTCOME(name) CBANK__V1__TRANSFER_OUTCOME__TRANSFER_OUTCOME_##name

const char *cbi_offered_origin(const cbi_offered *offered)
{
    return offered->verdict->transcript.head->origin;
}

/* ---- the offer ---------------------------------------------------------------------------- */

static const cbi_verdict_item *find_entry(const cbi_verdict *verdict,
                                          const Cbank__V1__EntryRef *ref)
{
    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];

        if (item->sequence == ref->sequence &&
            item->entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD &&
            cbi_bytes_equal(cbi_message_bytes(ref->leaf), cbi_bytes_of_hash(&item->leaf)))
            return item;
    }
    return NULL;
}

/* To this bank, waiting, and with all of its records shown: an older one may be there too. */
static bool is_whole(const cbi_bank *bank, const cbi_verdict *verdict,
                     const Cbank__V1__TransferOffered *body)
{
    if (body->by_letter || strcmp(body->to, bank->config.origin) != 0)
        return false;
    for (size_t i = 0; i < body->n_records; i++) {
        const cbi_verdict_item *item = find_entry(verdict, body->records[i]);

        if (item == NULL || item->record == NULL || item->where != CBI_WHERE_OFFERED)
            return false;
    }
    return true;
}

cbank_status cbi_offered_read(const cbi_bank *bank, const cbi_verdict *verdict, cbi_offered *out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    out->verdict = verdict;
    /* A record's id and its holder's commitment are hashes of the suite under which it was made. */
    if (verdict->directory->suite != bank->config.suite)
        return cbi_fail(err, CBI_REASON_TRANSFER_SUITE, 0, cbi_offered_origin(out), NULL);
    for (size_t i = verdict->item_count; i-- > 0 && out->item == NULL;) {
        const cbi_verdict_item *item = &verdict->items[i];

        if (cbi_verdict_is(item, KIND(TRANSFER_OFFERED)) &&
            is_whole(bank, verdict, item->statement.body))
            out->item = item;
    }
    if (out->item == NULL)
        return cbi_fail(err, CBI_REASON_TRANSFER_NO_OFFER, 0, cbi_offered_origin(out), NULL);
    out->body = out->item->statement.body;
    if (out->body->n_records > CBI_TRANSFER_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_TRANSFER_LARGE, CBI_TRANSFER_RECORDS_MAX, NULL, NULL);
    CBI_TRY(cbi_alloc(out->body->n_records, sizeof(*out->records), &out->records, err));
    out->count = out->body->n_records;
    for (size_t i = 0; i < out->count; i++)
        out->records[i].item = find_entry(verdict, out->body->records[i]);
done:
    return status;
}

void cbi_offered_clear(cbi_offered *offered)
{
    cbi_person_clear(&offered->person);
    cbi_free(offered->records);
    *offered = (cbi_offered){.verdict = NULL};
}

/* ---- which are taken ---------------------------------------------------------------------- */

/* An earlier transfer brought it, and it holds here still. */
static cbank_status is_here(cbi_txn *txn, cbi_hasher *hasher, const cbi_hash *id, bool *out,
                            cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    uint64_t index;

    *out = false;
    CBI_TRY(cbi_transfer_place(txn, id, &index, err));
    status = cbi_holding_read(txn, hasher, index, &holding, err);
    if (status == CBANK_E_NOT_FOUND) /* its account is erased */
        return CBANK_OK;
    CBI_TRY(status);
    *out = holding.received != NULL && holding.where == CBI_WHERE_HERE &&
           (holding.state == CBI_RECORD_HELD || holding.state == CBI_RECORD_SUSPENDED);
done:
    cbi_holding_clear(&holding);
    return status;
}

/* No key that is known here has signed it: that ends the answer, or is the answer to this one. */
static cbank_status check_signatory(const cbi_receive_terms *terms, cbi_txn *txn,
                                    cbi_hasher *hasher, cbi_offered_record *one, cbank_error *err)
{
    cbank_error why = {0};
    cbank_status status = cbi_signatory_check(txn, hasher, one->item, &why);

    if (status == CBANK_E_DENIED && terms->refuse_unknown_keys) {
        one->refused = why.reason == (int32_t)CBI_REASON_TRANSFER_KEY ? "key-unknown" : "key-over";
        return CBANK_OK;
    }
    if (status != CBANK_OK && err != NULL)
        *err = why;
    return status;
}

/* The institution has put it into this bank itself, or another of this offer. */
static cbank_status is_held(const cbi_offered *it, cbi_txn *txn, size_t at, bool *out,
                            cbank_error *err)
{
    const Cbank__V1__CreditRecord *record = it->records[at].item->record;
    const char *institution = record->awarded_by->institution;
    cbank_status status;
    cbi_hash content;
    uint64_t index;

    status =
        cbi_holding_by_reference(txn, institution, record->reference, &index, &content, err);
    *out = status == CBANK_OK;
    for (size_t i = 0; i < at && !*out; i++) {
        const Cbank__V1__CreditRecord *other = it->records[i].item->record;

        *out = it->records[i].refused == NULL && strcmp(other->reference, record->reference) == 0 &&
               strcmp(other->awarded_by->institution, institution) == 0;
    }
    return status == CBANK_E_NOT_FOUND ? CBANK_OK : status;
}

/* Why it is not taken, whatever this bank holds. */
static const char *find_refusal(const cbi_receive_terms *terms, bool late,
                                const cbi_verdict_item *item)
{
    const char *said = terms->order->reason;
    const char *word = said == NULL || said[0] == '\0' ? "not-taken" : said;

    if (late)
        return "expired";
    if (terms->decline)
        return word;
    for (size_t i = 0; i < terms->refuse_count; i++) {
        if (cbi_hash_equal(&terms->refuse[i], &item->record_id))
            return word;
    }
    return item->state == CBI_RECORD_HELD ? NULL : "not-held";
}

static cbank_status judge_record(cbi_offered *it, cbi_txn *txn, cbi_hasher *hasher,
                                 const cbi_receive_terms *terms, size_t at, cbank_error *err)
{
    cbi_offered_record *one = &it->records[at];
    const cbi_verdict_item *item = one->item;
    const char *reference = item->record->reference;
    bool known = cbi_transfer_knows(txn, &item->record_id), here = false, held = false;
    cbank_status status = CBANK_OK;

    if (known)
        CBI_TRY(is_here(txn, hasher, &item->record_id, &here, err));
    if (known && one->refused == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_TAKEN, item->sequence, reference, NULL));
    if (here)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_HELD, item->sequence, reference, NULL));
    if (one->refused != NULL)
        goto done;
    CBI_TRY(is_held(it, txn, at, &held, err));
    if (held) {
        one->refused = "held-already";
        goto done;
    }
    /* Its institution signed it, and it is the person's whom the file discloses. */
    if (item->proven < CBI_PROVEN_VOUCHED || !cbi_verdict_is(item, KIND(CREDIT_DEPOSITED)))
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_UNPROVEN, item->sequence, reference, NULL));
    if (!item->holder_shown)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_HOLDER, item->sequence, reference, NULL));
    CBI_TRY(check_signatory(terms, txn, hasher, one, err));
done:
    return status;
}

/* ---- whose it is -------------------------------------------------------------------------- */

static cbank_status match_account(const cbi_bank *bank, cbi_txn *txn,
                                  const cbi_receive_terms *terms, cbi_offered *it,
                                  cbank_error *err)
{
    const Cbank__V1__Holder *holder = it->verdict->transcript.head->holder;
    cbank_status status = CBANK_OK;
    bool known;

    it->account = (cbi_account){{0}};
    if (it->taken == 0)
        return CBANK_OK;
    if (holder == NULL || !it->verdict->holder_proven)
        return cbi_fail(err, CBI_REASON_TRANSFER_HOLDER, 0, NULL, NULL);
    cbi_person_clear(&it->person);
    CBI_TRY(cbi_person_from_opening(holder->document_type, holder->document_number, holder->name,
                                    &it->person, err));
    CBI_TRY(cbi_account_match(bank, txn, &it->person, &it->account, &known, err));
    if (!known && !terms->open_accounts)
        CBI_TRY(cbi_fail(err, CBI_REASON_LEARNER_UNKNOWN, 0, it->person.documents[0].type, NULL));
    if (known)
        CBI_TRY(cbi_account_check_open(txn, it->account.digits, err));
    else
        it->account = (cbi_account){{0}};
done:
    return status;
}

cbank_status cbi_offered_judge(const cbi_bank *bank, cbi_txn *txn, cbi_hasher *hasher,
                               const cbi_receive_terms *terms, cbi_offered *it, cbank_error *err)
{
    const char *origin = cbi_offered_origin(it);
    bool late = terms->order->now > it->body->due_at;
    cbi_transfer_row earlier;
    cbank_status status = cbi_transfer_find(txn, &it->item->leaf, origin, &earlier, err);

    if (status == CBANK_OK)
        return cbi_fail(err, CBI_REASON_TRANSFER_ANSWERED, earlier.index, origin, "%d",
                        (int)earlier.state);
    if (status != CBANK_E_NOT_FOUND)
        return status;
    status = CBANK_OK;
    it->taken = 0;
    for (size_t i = 0; i < it->count; i++) {
        it->records[i].refused = find_refusal(terms, late, it->records[i].item);
        CBI_TRY(judge_record(it, txn, hasher, terms, i, err));
        it->taken += it->records[i].refused == NULL;
    }
    it->outcome = late                      ? OUTCOME(EXPIRED)
                  : it->taken == 0          ? OUTCOME(DECLINED)
                  : it->taken == it->count ? OUTCOME(ACCEPTED)
                                            : OUTCOME(PARTLY);
    CBI_TRY(match_account(bank, txn, terms, it, err));
done:
    return status;
}
