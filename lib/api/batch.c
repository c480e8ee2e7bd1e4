#include "api/face.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "bank/counter.h"
#include "bank/intake.h"
#include "bank/vault.h"
#include "wire/message.h"

#include "cbank/api/v1/credit.pb-c.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 1000u
#define BATCH_PREFIX_MIN 8u

static void describe(cbi_intake *intake, Cbank__Api__V1__BatchInfo *out)
{
    cbank__api__v1__batch_info__init(out);
    out->batch = cbi_message_data(cbi_bytes_of_hash(&intake->id));
    out->institution = intake->institution;
    out->number = intake->batch_number;
    out->signed_at = intake->signed_at;
    out->received_at = intake->received_at;
    out->receipt_index = intake->receipt_index;
    out->records = intake->count;
    out->taken = intake->taken;
    out->unchanged = intake->unchanged;
    out->refused = intake->refused;
    out->state = intake->received_at == 0 ? CBANK__API__V1__BATCH_STATE__BATCH_STATE_UNDER_WAY
                                          : CBANK__API__V1__BATCH_STATE__BATCH_STATE_RECEIVED;
}

/* Owned by `info` then, if there is one. */
static cbank_status find_source(const cbi_bank *bank, cbi_txn *txn, const cbi_intake *intake,
                                Cbank__Api__V1__BatchInfo *info, cbank_error *err)
{
    cbank_status status = cbi_vault_get_source(bank, txn, intake->number, &info->source, err);

    return status == CBANK_E_NOT_FOUND ? CBANK_OK : status;
}

/* By the whole id or by its beginning, of which there must be one only. */
static cbank_status find(cbi_txn *txn, cbi_bytes id, cbi_intake *out, cbank_error *err)
{
    uint8_t prefix[1 + CBI_HASH_SIZE] = {'i'};
    char digits[2 * CBI_HASH_SIZE + 1];
    cbi_page page = {0};
    cbank_status status = CBANK_OK;
    cbi_bytes key;

    if (id.size < BATCH_PREFIX_MIN || id.size > CBI_HASH_SIZE)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "batch", NULL);
    memcpy(prefix + 1, id.data, id.size);
    key = cbi_bytes_of(prefix, 1 + id.size);
    cbi_hex_encode(id, digits);
    CBI_TRY(cbi_txn_page(txn, CBI_TABLE_BATCH, key, key, 2, &page, err));
    if (page.count != 1 || cbi_page_value(&page, 0).size != 8)
        CBI_TRY(cbi_fail(err, CBI_REASON_BATCH_UNKNOWN, page.count, digits, NULL));
    CBI_TRY(cbi_intake_read(txn, cbi_get_u64(cbi_page_value(&page, 0).data), out, err));
done:
    cbi_page_clear(&page);
    return status;
}

cbank_status cbank_batch_show(cbank_bank *bank, const uint8_t *request, size_t request_size,
                              cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__BatchShowRequest *asked = NULL;
    Cbank__Api__V1__BatchInfo info = CBANK__API__V1__BATCH_INFO__INIT;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_intake intake;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__batch_show_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    CBI_TRY(find(reader.txn, cbi_message_bytes(asked->batch), &intake, err));
    describe(&intake, &info);
    CBI_TRY(find_source(inner, reader.txn, &intake, &info, err));
    CBI_TRY(cbi_face_reply(&info, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_message_free(info.source);
    cbi_message_free(asked);
    return status;
}

typedef struct row {
    cbi_intake intake;
    Cbank__Api__V1__BatchInfo info;
} row;

static cbank_status fill(const cbi_bank *bank, cbi_reader *reader,
                         const Cbank__Api__V1__BatchListRequest *asked, size_t limit, row *rows,
                         Cbank__Api__V1__BatchInfo **list, Cbank__Api__V1__BatchListReply *answer,
                         cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t newest, number = asked->after;

    CBI_TRY(cbi_counter_read(reader->txn, CBI_COUNTER_BATCHES, &newest, err));
    while (number < newest && answer->n_batches < limit) {
        row *next = &rows[answer->n_batches];

        CBI_TRY(cbi_intake_read(reader->txn, ++number, &next->intake, err));
        if (asked->institution[0] != '\0' &&
            strcmp(asked->institution, next->intake.institution) != 0)
            continue;
        describe(&next->intake, &next->info);
        CBI_TRY(find_source(bank, reader->txn, &next->intake, &next->info, err));
        list[answer->n_batches++] = &next->info;
    }
    answer->next = number < newest ? number : 0;
done:
    return status;
}

cbank_status cbank_batch_list(cbank_bank *bank, const uint8_t *request, size_t request_size,
                              cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__BatchListReply answer = CBANK__API__V1__BATCH_LIST_REPLY__INIT;
    Cbank__Api__V1__BatchListRequest *asked = NULL;
    Cbank__Api__V1__BatchInfo **list = NULL;
    row *rows = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;
    uint32_t limit = 0;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__batch_list_request__descriptor, request,
                             request_size, &asked, err));
    limit = asked->limit == 0 ? LIST_DEFAULT : asked->limit;
    CBI_TRY(cbi_face_check_list("limit", limit, LIST_MAX, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*rows), &rows, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*list), &list, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    answer.batches = list;
    CBI_TRY(fill(inner, &reader, asked, limit, rows, list, &answer, err));
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_ledger_read_end(&reader);
    for (size_t i = 0; rows != NULL && i < limit; i++)
        cbi_message_free(rows[i].info.source);
    cbi_free(rows);
    cbi_free(list);
    cbi_message_free(asked);
    return status;
}
