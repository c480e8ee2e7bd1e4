#include "bank/offer.h"

#include <stdlib.h>
#include <string.h>

#include "bank/account.h"
#include "bank/disclosure.h"
#include "bank/errand.h"
#include "bank/family.h"
#include "bank/recognition.h"
#include "base/memory.h"
#include "ledger/token.h"
#include "record/code.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* One record that goes. */
typedef struct going {
    uint64_t index;
    uint64_t sequence;
    cbi_hash leaf;
    cbi_hash id;
} going;

typedef struct offer_act {
    cbi_act act;
    cbi_bank *bank;
    const cbi_offer_terms *terms;
    int64_t due_at;
    going *records;
    size_t count;
    cbi_transfer_row row;
} offer_act;

/* ---- which records ----------------------------------------------------------------------- */

/* Used by a recognition that does more than count it. */
static cbank_status check_free(cbi_txn *txn, uint64_t index, const char *reference,
                               cbank_error *err)
{
    cbi_use_row uses[CBI_RECORD_USES_MAX];
    cbank_status status = CBANK_OK;
    size_t count;

    CBI_TRY(cbi_use_list(txn, index, uses, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (uses[i].scope != CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED)
            CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_USED_UP, index, reference, NULL));
    }
done:
    return status;
}

/* A record of this account that may go: held, here, its own, used by nobody. */
static cbank_status check_holding(cbi_txn *txn, const char *account, const cbi_holding *holding,
                                  cbank_error *err)
{
    const char *reference = holding->record->reference;
    cbank_status status = CBANK_OK;
    cbi_account root;

    CBI_TRY(cbi_family_root(txn, holding->account, &root, err));
    if (strcmp(root.digits, account) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, holding->index, reference, NULL));
    if (holding->received != NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_FOREIGN, holding->index, reference, NULL));
    if (holding->state != CBI_RECORD_HELD)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_NOT_HELD, holding->index, reference, NULL));
    CBI_TRY(cbi_holding_check_here(holding, err));
    CBI_TRY(check_free(txn, holding->index, reference, err));
done:
    return status;
}

static cbank_status add(offer_act *it, const cbi_holding *holding, cbank_error *err)
{
    if (it->count == CBI_TRANSFER_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_TRANSFER_LARGE, it->count, it->terms->account, NULL);
    it->records[it->count++] = (going){.index = holding->index,
                                       .sequence = holding->sequence,
                                       .leaf = holding->leaf,
                                       .id = holding->id};
    return CBANK_OK;
}

static cbank_status pick(offer_act *it, cbi_reader *reader, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < it->terms->only_count; i++) {
        CBI_TRY(cbi_holding_find(reader->txn, reader->hasher, it->terms->only[i], &holding, err));
        CBI_TRY(check_holding(reader->txn, it->terms->account, &holding, err));
        CBI_TRY(add(it, &holding, err));
        cbi_holding_clear(&holding);
    }
done:
    cbi_holding_clear(&holding);
    return status;
}

/* All that may go: what may not, stays. */
static cbank_status pick_all(offer_act *it, cbi_reader *reader, cbank_error *err)
{
    cbi_family family = {0};
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_family_read(reader, it->terms->account, &family, err));
    for (size_t c = 0; c < family.count; c++) {
        for (size_t i = 0; i < family.members[c].chain.count; i++) {
            CBI_TRY(cbi_history_read(reader, family.members[c].chain.indices[i], &logged, err));
            if (logged.erased ||
                logged.entry.entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
                continue;
            CBI_TRY(cbi_holding_take(reader->txn, reader->hasher, &logged, &holding, err));
            if (check_holding(reader->txn, it->terms->account, &holding, NULL) == CBANK_OK)
                CBI_TRY(add(it, &holding, err));
            cbi_holding_clear(&holding);
        }
    }
done:
    cbi_holding_clear(&holding);
    cbi_family_clear(&family);
    return status;
}

static int compare(const void *a, const void *b)
{
    const going *one = a, *other = b;

    if (one->sequence != other->sequence)
        return one->sequence < other->sequence ? -1 : 1;
    return memcmp(one->leaf.bytes, other->leaf.bytes, CBI_HASH_SIZE);
}

/* ---- the act ----------------------------------------------------------------------------- */

static cbank_status judge(offer_act *it, cbi_txn *txn, cbi_hasher *hasher, cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_account_check_open(txn, it->terms->account, err));
    for (size_t i = 0; i < it->count; i++) {
        CBI_TRY(cbi_holding_read(txn, hasher, it->records[i].index, &holding, err));
        CBI_TRY(check_holding(txn, it->terms->account, &holding, err));
        cbi_holding_clear(&holding);
    }
done:
    cbi_holding_clear(&holding);
    return status;
}

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge((offer_act *)(void *)act, append->txn, append->hasher, err);
}

static cbank_status write_statement(offer_act *it, cbi_append *append, Cbank__V1__EntryRef *refs,
                                    Cbank__V1__EntryRef **list, cbank_error *err)
{
    Cbank__V1__TransferOffered body = CBANK__V1__TRANSFER_OFFERED__INIT;
    cbi_subject subject = cbi_account_subject(it->terms->account);
    cbank_status status = CBANK_OK;
    cbi_head newest;

    for (size_t i = 0; i < it->count; i++) {
        cbank__v1__entry_ref__init(&refs[i]);
        refs[i].sequence = it->records[i].sequence;
        refs[i].leaf = cbi_message_data(cbi_bytes_of_hash(&it->records[i].leaf));
        list[i] = &refs[i];
    }
    body.account = cbi_message_string(it->terms->account);
    body.to = cbi_message_string(it->terms->to);
    body.by_letter = it->terms->by_letter;
    body.due_at = it->due_at;
    body.records = list;
    body.n_records = it->count;
    CBI_TRY(cbi_errand_append(append,
                              &(cbi_errand_statement){
                                  .subject = subject,
                                  .kind = KIND(TRANSFER_OFFERED),
                                  .actor = it->terms->order->actor,
                                  .document = it->terms->order->document,
                                  .token = cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
                                  .body = &body},
                              &it->row.index, &it->row.leaf, err));
    CBI_TRY(cbi_subject_read_head(append->txn, &subject, &newest, err));
    it->row.sequence = newest.sequence;
    it->row.newest = it->row.index;
done:
    return status;
}

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    offer_act *it = (offer_act *)(void *)act;
    Cbank__V1__EntryRef *refs = NULL, **list = NULL;
    cbi_transfer_record *records = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(it->count, sizeof(*refs), &refs, err));
    CBI_TRY(cbi_alloc(it->count, sizeof(*list), &list, err));
    CBI_TRY(cbi_alloc(it->count, sizeof(*records), &records, err));
    it->row = (cbi_transfer_row){.state = CBI_TRANSFER_OFFERED,
                                 .due_at = it->due_at,
                                 .at = append->at,
                                 .records = (uint32_t)it->count};
    memcpy(it->row.account.digits, it->terms->account, CBI_ACCOUNT_SIZE);
    memcpy(it->row.other, it->terms->to, strlen(it->terms->to) + 1);
    CBI_TRY(write_statement(it, append, refs, list, err));
    for (size_t i = 0; i < it->count; i++)
        records[i] = (cbi_transfer_record){it->records[i].index, it->records[i].id};
    CBI_TRY(cbi_transfer_begin(append->txn, &it->row, records, err));
    for (size_t i = 0; i < it->count; i++)
        CBI_TRY(cbi_transfer_put_where(append->txn, it->records[i].index, CBI_WHERE_OFFERED,
                                       it->row.number, err));
    CBI_TRY(cbi_buffer_set(&act->result, cbi_bytes_of_hash(&it->row.leaf), err));
done:
    cbi_free(refs);
    cbi_free(list);
    cbi_free(records);
    return status;
}

/* ---- all --------------------------------------------------------------------------------- */

static cbank_status check_terms(offer_act *it, cbank_error *err)
{
    const cbi_offer_terms *terms = it->terms;

    if (!cbi_transfer_goal_is_valid(terms->to, terms->by_letter) ||
        !cbi_recipient_is_valid(cbi_bytes_of_text(terms->to)) ||
        strcmp(terms->to, it->bank->config.origin) == 0)
        return cbi_fail(err, CBI_REASON_TRANSFER_GOAL, 0, terms->to, NULL);
    it->due_at = terms->due_at;
    if (it->due_at == 0)
        it->due_at = terms->order->now + CBI_OFFER_DAYS * (int64_t)86400;
    if (it->due_at <= terms->order->now)
        return cbi_fail(err, CBI_REASON_TIME_ORDER, 0, "due_at", NULL);
    return cbi_order_check(terms->order, err);
}

static cbank_status find_records(offer_act *it, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(it->terms->only_count > 0 ? pick(it, &reader, err) : pick_all(it, &reader, err));
    if (it->count == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "records", NULL));
    qsort(it->records, it->count, sizeof(*it->records), compare);
    if (it->terms->order->dry_run)
        CBI_TRY(judge(it, reader.txn, reader.hasher, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status reread(cbi_bank *bank, cbi_bytes leaf_bytes, cbi_transfer_row *out,
                           cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_hash leaf = {{0}};

    (void)cbi_hash_from(leaf_bytes, &leaf);
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_transfer_find(reader.txn, &leaf, NULL, out, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* What is asked, but for who asks: the same token with other terms is a conflict. */
static cbank_status digest(offer_act *it, cbank_error *err)
{
    const cbi_offer_terms *terms = it->terms;
    cbi_bytes parts[4 + CBI_TRANSFER_RECORDS_MAX];
    uint8_t due[8];
    size_t count = 4;

    cbi_put_u64(due, (uint64_t)terms->due_at);
    parts[0] = cbi_bytes_of_text("offer");
    parts[1] = cbi_bytes_of_text(terms->account);
    parts[2] = cbi_bytes_of_text(terms->to);
    parts[3] = cbi_bytes_of(due, sizeof(due));
    for (size_t i = 0; i < terms->only_count; i++)
        parts[count++] = cbi_bytes_of_text(terms->only[i]);
    return cbi_errand_digest(it->bank, parts, count, &it->act.request, err);
}

/* The answer to a token that was used already; its records are locked, so nothing is picked. */
static cbank_status find_earlier(offer_act *it, bool *found, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    *found = false;
    if (it->terms->order->token.size == 0)
        return CBANK_OK;
    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(cbi_token_find(reader.txn, &it->act, err));
    *found = it->act.replayed;
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_offer_make(cbi_bank *bank, const cbi_offer_terms *terms, cbi_transfer_row *out,
                            cbank_error *err)
{
    offer_act it = {.bank = bank, .terms = terms};
    cbank_status status = CBANK_OK;
    bool found;

    *out = (cbi_transfer_row){.number = 0};
    CBI_TRY(check_terms(&it, err));
    if (terms->only_count > CBI_TRANSFER_RECORDS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_LARGE, CBI_TRANSFER_RECORDS_MAX, terms->account,
                         NULL));
    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*it.records), &it.records, err));
    CBI_TRY(cbi_errand_token(terms->order->token, it.act.token, err));
    CBI_TRY(digest(&it, err));
    CBI_TRY(find_earlier(&it, &found, err));
    if (!found) {
        CBI_TRY(find_records(&it, err));
        if (terms->order->dry_run)
            goto done;
        it.act.now = terms->order->now;
        it.act.check = check_act;
        it.act.write = write_act;
        CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
    } else {
        CBI_TRY(cbi_ledger_seal(bank->ledger, err));
    }
    CBI_TRY(reread(bank, cbi_bytes_of_buffer(&it.act.result), out, err));
done:
    cbank_buffer_clear(&it.act.result);
    cbi_free(it.records);
    return status;
}

cbank_status cbi_offer_file(cbi_bank *bank, const cbi_transfer_row *row,
                            const cbi_ground_terms *ground, const cbi_order *order,
                            cbank_buffer *file, cbank_error *err)
{
    cbi_disclosure_terms terms = {.account = row->account.digits,
                                  .recipient = row->other,
                                  .purpose = "transfer",
                                  .now = order->now,
                                  .expires_at = row->due_at,
                                  .show_name = true,
                                  .show_number = true,
                                  .evidence = true,
                                  .ground = *ground,
                                  .order = order};
    char(*ids)[CBI_DISPLAY_ID_MAX] = NULL, **only = NULL;
    cbi_transfer_record *records = NULL;
    cbi_disclosure disclosure = {0};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    if (row->incoming || row->state != CBI_TRANSFER_OFFERED)
        return cbi_fail(err, CBI_REASON_TRANSFER_STATE, 0, row->other, "%s", "file");
    CBI_TRY(cbi_alloc(CBI_TRANSFER_RECORDS_MAX, sizeof(*records), &records, err));
    CBI_TRY(cbi_alloc(row->records, sizeof(*ids), &ids, err));
    CBI_TRY(cbi_alloc(row->records, sizeof(*only), &only, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_transfer_records(reader.txn, row, records, err));
    cbi_ledger_read_end(&reader);
    for (size_t i = 0; i < row->records; i++) {
        cbi_holding_display_id(records[i].index, &records[i].id, ids[i]);
        only[i] = ids[i];
    }
    terms.only = only;
    terms.only_count = row->records;
    CBI_TRY(cbi_disclosure_issue(bank, &terms, &disclosure, err));
    CBI_TRY(cbi_buffer_set(file, cbi_bytes_of_buffer(&disclosure.file), err));
done:
    cbi_ledger_read_end(&reader);
    cbi_disclosure_clear(&disclosure);
    cbi_free(records);
    cbi_free(ids);
    cbi_free(only);
    return status;
}
