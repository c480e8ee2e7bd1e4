#include "api/face.h"

#include <string.h>

#include "base/memory.h"
#include "bank/holding.h"
#include "bank/intake.h"

#include "cbank/api/v1/credit.pb-c.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 1000u
/* Rows that one call looks at, so that a rare code does not make it read the whole log. */
#define SCAN_MAX 100000u

/* One record of a reply, with what it lends from. */
typedef struct shown_credit {
    cbi_holding holding;
    char id[CBI_DISPLAY_ID_MAX];
    Cbank__Api__V1__CreditInfo info;
} shown_credit;

static void describe(shown_credit *out)
{
    const cbi_holding *holding = &out->holding;

    cbank__api__v1__credit_info__init(&out->info);
    cbi_holding_display_id(holding->index, &holding->id, out->id);
    out->info.id = out->id;
    out->info.record_id = cbi_message_data(cbi_bytes_of_hash(&holding->id));
    out->info.index = holding->index;
    out->info.account = holding->deposited->account;
    out->info.deposited_at = holding->statement.message->at;
    out->info.batch = holding->deposited->batch;
    out->info.record = holding->record;
    switch (holding->state) {
    case CBI_RECORD_HELD:
        out->info.status = CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_HELD;
        break;
    case CBI_RECORD_SUSPENDED:
        out->info.status = CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_SUSPENDED;
        break;
    case CBI_RECORD_REVOKED:
        out->info.status = CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_REVOKED;
        break;
    case CBI_RECORD_SUPERSEDED:
        out->info.status = CBANK__API__V1__CREDIT_STATUS__CREDIT_STATUS_SUPERSEDED;
        break;
    }
}

cbank_status cbank_credit_show(cbank_bank *bank, const uint8_t *request, size_t request_size,
                               cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CreditShowRequest *asked = NULL;
    cbi_reader reader = {0};
    shown_credit shown = {0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__credit_show_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    CBI_TRY(cbi_holding_find(reader.txn, reader.hasher, asked->id, &shown.holding, err));
    describe(&shown);
    CBI_TRY(cbi_face_reply(&shown.info, reply, err));
done:
    cbi_holding_clear(&shown.holding);
    cbi_ledger_read_end(&reader);
    cbi_message_free(asked);
    return status;
}

/* ---- list -------------------------------------------------------------------------------- */

/* Which log indices a list goes through, and what it has found. */
typedef struct listing {
    const Cbank__Api__V1__CreditListRequest *asked;
    cbi_reader *reader;
    cbi_chain chain;  /* of one account */
    bool by_account;
    uint64_t from, end; /* of the log, else */
    size_t limit;
    shown_credit *rows;
    Cbank__Api__V1__CreditInfo **list;
    size_t count;
    uint64_t next;
} listing;

static bool matches(const Cbank__Api__V1__CreditListRequest *asked, const cbi_holding *holding)
{
    const Cbank__V1__CreditRecord *record = holding->record;

    return (asked->institution[0] == '\0' ||
            strcmp(asked->institution, record->awarded_by->institution) == 0) &&
           (asked->code[0] == '\0' || strcmp(asked->code, record->code) == 0) &&
           (asked->term[0] == '\0' ||
            (record->term != NULL && strcmp(asked->term, record->term->value) == 0)) &&
           (asked->batch.len == 0 ||
            cbi_bytes_equal(cbi_message_bytes(asked->batch),
                            cbi_message_bytes(holding->deposited->batch)));
}

/* Looks at one row; what is no deposit, or does not match, is passed over. */
static cbank_status consider(listing *list, uint64_t index, cbank_error *err)
{
    shown_credit *row = &list->rows[list->count];
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_history_read(list->reader, index, &logged, err));
    if (logged.erased || logged.entry.entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
        return CBANK_OK;
    CBI_TRY(cbi_holding_take(list->reader->txn, list->reader->hasher, &logged, &row->holding,
                             err));
    if (!matches(list->asked, &row->holding)) {
        cbi_holding_clear(&row->holding);
        return CBANK_OK;
    }
    describe(row);
    list->list[list->count++] = &row->info;
done:
    return status;
}

/* An account's chain, a batch's stretch of the log, or all of it. */
static cbank_status find_range(listing *list, cbank_error *err)
{
    const Cbank__Api__V1__CreditListRequest *asked = list->asked;
    cbi_subject subject = cbi_account_subject(asked->account);
    cbank_status status = CBANK_OK;
    cbi_intake intake;
    cbi_hash id;

    list->from = asked->after;
    list->end = list->reader->sealed.size;
    list->by_account = asked->account[0] != '\0';
    if (list->by_account) {
        if (cbi_history_chain(list->reader, &subject, &list->chain, err) == CBANK_E_NOT_FOUND)
            CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, asked->account, NULL));
    } else if (asked->batch.len > 0) {
        if (!cbi_hash_from(cbi_message_bytes(asked->batch), &id))
            CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "batch", NULL));
        CBI_TRY(cbi_intake_find(list->reader->txn, &id, &intake, err));
        if (list->from < intake.first_index)
            list->from = intake.first_index;
        if (intake.received_at != 0 && intake.receipt_index < list->end)
            list->end = intake.receipt_index;
    }
done:
    return status;
}

static cbank_status walk_chain(listing *list, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < list->chain.count; i++) {
        uint64_t index = list->chain.indices[i];

        if (index < list->from)
            continue;
        if (list->count == list->limit) {
            list->next = index;
            break;
        }
        CBI_TRY(consider(list, index, err));
    }
done:
    return status;
}

static cbank_status walk_log(listing *list, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t index = list->from;

    while (index < list->end && list->count < list->limit && index - list->from < SCAN_MAX)
        CBI_TRY(consider(list, index++, err));
    if (index < list->end)
        list->next = index;
done:
    return status;
}

static cbank_status make_list(listing *list, cbank_error *err)
{
    uint32_t limit = list->asked->limit == 0 ? LIST_DEFAULT : list->asked->limit;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_face_check_list("limit", limit, LIST_MAX, err));
    list->limit = limit;
    CBI_TRY(cbi_alloc(limit, sizeof(*list->rows), &list->rows, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*list->list), &list->list, err));
    CBI_TRY(find_range(list, err));
    CBI_TRY(list->by_account ? walk_chain(list, err) : walk_log(list, err));
done:
    return status;
}

cbank_status cbank_credit_list(cbank_bank *bank, const uint8_t *request, size_t request_size,
                               cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CreditListReply answer = CBANK__API__V1__CREDIT_LIST_REPLY__INIT;
    Cbank__Api__V1__CreditListRequest *asked = NULL;
    cbi_reader reader = {0};
    listing list = {0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__credit_list_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    list.asked = asked;
    list.reader = &reader;
    CBI_TRY(make_list(&list, err));
    answer.credits = list.list;
    answer.n_credits = list.count;
    answer.next = list.next;
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    for (size_t i = 0; i < list.count; i++)
        cbi_holding_clear(&list.rows[i].holding);
    cbi_free(list.rows);
    cbi_free(list.list);
    cbi_chain_clear(&list.chain);
    cbi_ledger_read_end(&reader);
    cbi_message_free(asked);
    return status;
}
