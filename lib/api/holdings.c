#include "api/face.h"

#include "base/memory.h"
#include "bank/search.h"
#include "wire/field.h"

#include "cbank/api/v1/credit.pb-c.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 1000u
/* Room taken for a reply at first: what a record mostly takes, and not more than this. */
#define CREDIT_ROOM 512u
#define ROOM_MAX ((uint64_t)64 * 1024)
/* Rows that one call looks at, so that a rare code does not make it read the whole log. */
#define SCAN_MAX 100000u

/* Numbers of CreditListReply.credits and CreditInfo.record. */
#define CREDITS_FIELD 1
#define RECORD_FIELD 8

/* One record of a reply, with what it lends from. */
typedef struct shown_credit {
    cbi_holding holding;
    char id[CBI_DISPLAY_ID_MAX];
    Cbank__Api__V1__CreditInfo info;
} shown_credit;

/* All but the record itself, and where it is. */
static void describe(shown_credit *out)
{
    const cbi_holding *holding = &out->holding;

    cbank__api__v1__credit_info__init(&out->info);
    cbi_holding_display_id(holding->index, &holding->id, out->id);
    out->info.id = out->id;
    out->info.record_id = cbi_message_data(cbi_bytes_of_hash(&holding->id));
    out->info.index = holding->index;
    out->info.account = holding->account;
    out->info.deposited_at = holding->statement.message->at;
    out->info.batch = holding->deposited != NULL ? holding->deposited->batch
                                                 : holding->received->batch;
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

/* In three pieces: the record stands in the reply byte for byte as it was signed. */
static cbank_status write_credit(shown_credit *credit, cbank_buffer *out, cbank_error *err)
{
    Cbank__Api__V1__CreditInfo tail = CBANK__API__V1__CREDIT_INFO__INIT;
    const cbi_holding *holding = &credit->holding;
    ProtobufCBinaryData record = holding->deposited != NULL ? holding->deposited->record
                                                            : holding->received->record;
    cbank_status status = CBANK_OK;

    describe(credit);
    tail.where = (Cbank__Api__V1__TransferWhere)(holding->where + 1);
    CBI_TRY(cbi_message_write(&credit->info, out, err));
    CBI_TRY(cbi_field_write_bytes(out, RECORD_FIELD, cbi_message_bytes(record), err));
    CBI_TRY(cbi_message_write(&tail, out, err));
done:
    return status;
}

cbank_status cbank_credit_show(cbank_bank *bank, const uint8_t *request, size_t request_size,
                               cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CreditShowRequest *asked = NULL;
    cbi_reader reader = {0};
    shown_credit shown = {0};
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__credit_show_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    CBI_TRY(cbi_holding_find(reader.txn, reader.hasher, asked->id, &shown.holding, err));
    CBI_TRY(write_credit(&shown, &bytes, err));
    cbi_face_give(&bytes, reply);
done:
    cbank_buffer_clear(&bytes);
    cbi_holding_clear(&shown.holding);
    cbi_ledger_read_end(&reader);
    cbi_message_free(asked);
    return status;
}

/* ---- list -------------------------------------------------------------------------------- */

/* What a list has found so far. */
typedef struct listing {
    cbi_search search;
    size_t limit, count;
    cbank_buffer credit; /* the one at hand */
    cbank_buffer reply;
} listing;

static size_t expected_size(const listing *list)
{
    uint64_t count = list->search.total < list->limit ? list->search.total : list->limit;

    return (size_t)(count * CREDIT_ROOM < ROOM_MAX ? count * CREDIT_ROOM : ROOM_MAX);
}

static cbank_status begin(listing *list, const Cbank__Api__V1__CreditListRequest *asked,
                          cbi_reader *reader, cbank_error *err)
{
    const cbi_search_terms terms = {.account = asked->account,
                                    .institution = asked->institution,
                                    .batch = cbi_message_bytes(asked->batch),
                                    .code = asked->code,
                                    .offering = asked->offering,
                                    .school_year = asked->school_year,
                                    .term = asked->term,
                                    .bare = true};
    uint32_t limit = asked->limit == 0 ? LIST_DEFAULT : asked->limit;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_face_check_list("limit", limit, LIST_MAX, err));
    list->limit = limit;
    CBI_TRY(cbi_search_begin(reader, &terms, asked->after, &list->search, err));
    CBI_TRY(cbi_buffer_reserve(&list->credit, CREDIT_ROOM, err));
    CBI_TRY(cbi_buffer_reserve(&list->reply, expected_size(list), err));
done:
    return status;
}

static cbank_status add(listing *list, shown_credit *credit, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    cbi_buffer_rewind(&list->credit);
    CBI_TRY(write_credit(credit, &list->credit, err));
    CBI_TRY(cbi_field_write_bytes(&list->reply, CREDITS_FIELD,
                                  cbi_bytes_of_buffer(&list->credit), err));
    list->count++;
done:
    return status;
}

static cbank_status fill(listing *list, cbi_reader *reader, cbank_error *err)
{
    shown_credit credit = {0};
    cbank_status status = CBANK_OK;
    bool found = true;

    while (found && list->count < list->limit && list->search.looked < SCAN_MAX) {
        CBI_TRY(cbi_search_next(&list->search, reader,
                                (uint32_t)(SCAN_MAX - list->search.looked), &credit.holding,
                                &found, err));
        if (found)
            CBI_TRY(add(list, &credit, err));
        cbi_holding_clear(&credit.holding);
    }
done:
    cbi_holding_clear(&credit.holding);
    return status;
}

cbank_status cbank_credit_list(cbank_bank *bank, const uint8_t *request, size_t request_size,
                               cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__CreditListReply tail = CBANK__API__V1__CREDIT_LIST_REPLY__INIT;
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
    CBI_TRY(begin(&list, asked, &reader, err));
    CBI_TRY(fill(&list, &reader, err));
    tail.next = cbi_search_is_over(&list.search) ? 0 : list.search.next;
    CBI_TRY(cbi_message_write(&tail, &list.reply, err));
    cbi_face_give(&list.reply, reply);
done:
    cbank_buffer_clear(&list.credit);
    cbank_buffer_clear(&list.reply);
    cbi_search_clear(&list.search);
    cbi_ledger_read_end(&reader);
    cbi_message_free(asked);
    return status;
}
