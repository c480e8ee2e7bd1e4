#include "api/face.h"

#include "api/learnerinfo.h"
#include "bank/consentrow.h"
#include "bank/family.h"
#include "bank/holding.h"
#include "base/memory.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 500u

/* One entry of the reply, with what it lends from. */
typedef struct shown_entry {
    Cbank__Api__V1__LearnerEntry message;
    cbi_account account;
    cbank_buffer statement;
    Cbank__V1__Opening *opening;
    char record[CBI_DISPLAY_ID_MAX];
} shown_entry;

typedef struct page {
    cbi_bank *bank;
    cbi_reader reader;
    cbi_family family;
    cbi_chain *seconds; /* one a member of the family; without entries if it has none */
    uint64_t total;     /* entries of all chains */
    shown_entry *entries;
    Cbank__Api__V1__LearnerEntry **list;
    size_t count;
} page;

static void clear(page *it)
{
    for (size_t i = 0; i < it->count; i++) {
        cbank_buffer_clear(&it->entries[i].statement);
        cbi_vault_free_opening(it->entries[i].opening);
    }
    cbi_free(it->entries);
    cbi_free(it->list);
    for (size_t i = 0; it->seconds != NULL && i < it->family.count; i++)
        cbi_chain_clear(&it->seconds[i]);
    cbi_free(it->seconds);
    cbi_family_clear(&it->family);
    cbi_ledger_read_end(&it->reader);
}

static cbank_status show_record(page *it, const cbi_logged *logged, shown_entry *out,
                                cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status =
        cbi_holding_take(it->reader.txn, it->reader.hasher, logged, &holding, err);

    if (status == CBANK_E_NOT_FOUND) /* an award of another kind */
        return CBANK_OK;
    if (status == CBANK_OK) {
        cbi_holding_display_id(holding.index, &holding.id, out->record);
        out->message.record = out->record;
        out->message.record_state = (uint32_t)holding.state;
    }
    cbi_holding_clear(&holding);
    return status;
}

static cbank_status show(page *it, const cbi_relative *member, const cbi_chain *chain,
                         size_t sequence, cbank_error *err)
{
    shown_entry *out = &it->entries[it->count];
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    cbank__api__v1__learner_entry__init(&out->message);
    it->list[it->count++] = &out->message; /* cleared with the rest whatever comes */
    CBI_TRY(cbi_history_read(&it->reader, chain->indices[sequence], &logged, err));
    out->account = member->account;
    out->message.account = out->account.digits;
    out->message.sequence = sequence;
    out->message.second = chain != &member->chain;
    out->message.index = logged.index;
    if (logged.erased)
        goto done;
    CBI_TRY(cbi_buffer_set(&out->statement, logged.statement, err));
    out->message.statement = cbi_message_data(cbi_bytes_of_buffer(&out->statement));
    status = cbi_vault_get_opening(it->bank, it->reader.txn, logged.index, &out->opening, err);
    if (status != CBANK_E_NOT_FOUND)
        CBI_TRY(status);
    status = CBANK_OK;
    out->message.opening = out->opening;
    if (logged.entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
        CBI_TRY(show_record(it, &logged, out, err));
done:
    return status;
}

static cbank_status read_seconds(page *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(it->family.count, sizeof(*it->seconds), &it->seconds, err));
    it->total = it->family.entries;
    for (size_t i = 0; i < it->family.count; i++) {
        cbi_subject subject = cbi_consent_subject(it->family.members[i].account.digits);

        status = cbi_history_chain(&it->reader, &subject, &it->seconds[i], err);
        if (status != CBANK_E_NOT_FOUND)
            CBI_TRY(status);
        status = CBANK_OK;
        it->total += it->seconds[i].count;
    }
done:
    return status;
}

/* Entries `from` to `end`, counted through all chains: the account's first, then the second. */
static cbank_status fill(page *it, uint64_t from, uint64_t end, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t position = 0;

    for (size_t c = 0; c < 2 * it->family.count; c++) {
        const cbi_relative *member = &it->family.members[c % it->family.count];
        const cbi_chain *chain =
            c < it->family.count ? &member->chain : &it->seconds[c - it->family.count];

        for (size_t i = 0; i < chain->count; i++, position++) {
            if (position >= from && position < end)
                CBI_TRY(show(it, member, chain, i, err));
        }
    }
done:
    return status;
}

static cbank_status export(page *it, const char *account, uint64_t from, uint32_t limit,
                           cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__LearnerExportReply message = CBANK__API__V1__LEARNER_EXPORT_REPLY__INIT;
    cbi_learnerinfo *info = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_learnerinfo_read(it->bank, account, from == 0, &info, err));
    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &it->reader, err));
    CBI_TRY(cbi_family_read(&it->reader, account, &it->family, err));
    CBI_TRY(read_seconds(it, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*it->entries), &it->entries, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*it->list), &it->list, err));
    CBI_TRY(fill(it, from, from + limit, err));
    message.account = cbi_learnerinfo_message(info);
    message.entries = it->list;
    message.n_entries = it->count;
    message.next = from + limit < it->total ? from + limit : 0;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_learnerinfo_free(info);
    return status;
}

cbank_status cbank_learner_export(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                  cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__LearnerExportRequest *asked = NULL;
    page it = {.bank = NULL};
    cbank_status status = CBANK_OK;
    cbi_account account;
    uint32_t limit;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &it.bank, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__learner_export_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    limit = asked->limit == 0 ? LIST_DEFAULT : asked->limit;
    CBI_TRY(cbi_face_check_list("limit", limit, LIST_MAX, err));
    CBI_TRY(export(&it, account.digits, asked->after, limit, reply, err));
done:
    clear(&it);
    cbi_message_free(asked);
    return status;
}
