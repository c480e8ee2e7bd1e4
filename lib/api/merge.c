#include "api/face.h"

#include "api/learnerinfo.h"
#include "api/ordering.h"
#include "bank/erase.h"
#include "bank/holding.h"
#include "bank/merge.h"
#include "base/memory.h"

/* Display ids of what a merger lists. */
typedef struct ids {
    char (*texts)[CBI_DISPLAY_ID_MAX];
    char **list;
} ids;

static void clear_ids(ids *out)
{
    cbi_free(out->texts);
    cbi_free(out->list);
}

static cbank_status make_ids(cbi_bank *bank, const cbi_merge_list *from, ids *out,
                             cbank_error *err)
{
    cbi_holding holding = {0};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(from->count, CBI_DISPLAY_ID_MAX, &out->texts, err));
    CBI_TRY(cbi_alloc(from->count, sizeof(char *), &out->list, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    for (size_t i = 0; i < from->count; i++) {
        CBI_TRY(cbi_holding_read(reader.txn, reader.hasher, from->indices[i], &holding, err));
        cbi_holding_display_id(holding.index, &holding.id, out->texts[i]);
        out->list[i] = out->texts[i];
        cbi_holding_clear(&holding);
    }
done:
    cbi_holding_clear(&holding);
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status reply_merge(cbi_bank *bank, const char *account, const cbi_merge_list *doubles,
                                cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__LearnerMergeReply message = CBANK__API__V1__LEARNER_MERGE_REPLY__INIT;
    cbi_learnerinfo *info = NULL;
    ids list = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_learnerinfo_read(bank, account, false, &info, err));
    CBI_TRY(make_ids(bank, doubles, &list, err));
    message.account = cbi_learnerinfo_message(info);
    message.doubles = list.list;
    message.n_doubles = doubles->count;
    message.more = doubles->more;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    clear_ids(&list);
    cbi_learnerinfo_free(info);
    return status;
}

cbank_status cbank_learner_merge(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                 cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__LearnerMergeRequest *asked = NULL;
    cbi_merge_list doubles = {0};
    cbank_status status = CBANK_OK;
    cbi_account from, into;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__learner_merge_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_learnerinfo_account(asked->from, &from, err));
    CBI_TRY(cbi_learnerinfo_account(asked->into, &into, err));
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    CBI_TRY(cbi_merge_accounts(inner, from.digits, into.digits, &order, &doubles, err));
    CBI_TRY(reply_merge(inner, into.digits, &doubles, reply, err));
done:
    cbi_merge_list_clear(&doubles);
    if (asked != NULL)
        cbi_order_wipe(asked->order);
    cbi_message_free(asked);
    return status;
}

static cbank_status reply_unmerge(cbi_bank *bank, const char *account,
                                  const cbi_merge_list *to_move, cbank_buffer *reply,
                                  cbank_error *err)
{
    Cbank__Api__V1__LearnerUnmergeReply message = CBANK__API__V1__LEARNER_UNMERGE_REPLY__INIT;
    cbi_learnerinfo *info = NULL;
    ids list = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_learnerinfo_read(bank, account, false, &info, err));
    CBI_TRY(make_ids(bank, to_move, &list, err));
    message.account = cbi_learnerinfo_message(info);
    message.to_move = list.list;
    message.n_to_move = to_move->count;
    message.more = to_move->more;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    clear_ids(&list);
    cbi_learnerinfo_free(info);
    return status;
}

cbank_status cbank_learner_unmerge(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                   cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__LearnerUnmergeRequest *asked = NULL;
    cbi_merge_list to_move = {0};
    cbank_status status = CBANK_OK;
    cbi_account account;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__learner_unmerge_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    CBI_TRY(cbi_merge_undo(inner, account.digits, &order, &to_move, err));
    CBI_TRY(reply_unmerge(inner, account.digits, &to_move, reply, err));
done:
    cbi_merge_list_clear(&to_move);
    if (asked != NULL)
        cbi_order_wipe(asked->order);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_learner_erase(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                 cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__LearnerEraseRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_account account;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__learner_erase_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    order = cbi_order_of(asked->order, asked->token, asked->dry_run);
    /* There is nothing left to seal a note with. */
    if (order.note != NULL && order.note[0] != '\0')
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "note", NULL));
    CBI_TRY(cbi_erase_account(inner, account.digits, asked->complete_on, &order, err));
    CBI_TRY(cbi_learnerinfo_reply(inner, account.digits, false, reply, err));
done:
    if (asked != NULL)
        cbi_order_wipe(asked->order);
    cbi_message_free(asked);
    return status;
}
