#include "api/face.h"

#include "api/learnerinfo.h"
#include "api/transferinfo.h"
#include "api/verifier.h"
#include "bank/acknowledge.h"
#include "bank/offer.h"
#include "bank/receive.h"
#include "bank/settle.h"
#include "base/memory.h"
#include "base/text.h"
#include "proof/verify.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 1000u

/* ---- offering ----------------------------------------------------------------------------- */

static cbank_status reply_offer(cbi_bank *bank, const cbi_transfer_row *row,
                                const cbank_buffer *file, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TransferOfferReply message = CBANK__API__V1__TRANSFER_OFFER_REPLY__INIT;
    cbi_transferinfo info = {.row = {0}};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_transferinfo_read(reader.txn, row, &info, err));
    message.transfer = &info.message;
    message.file = cbi_message_data(cbi_bytes_of_buffer(file));
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_transferinfo_clear(&info);
    return status;
}

cbank_status cbank_transfer_offer(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                  cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TransferOfferRequest *asked = NULL;
    cbi_transfer_row row;
    cbi_offer_terms terms;
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;
    cbi_account account;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__transfer_offer_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_learnerinfo_account(asked->account, &account, err));
    CBI_TRY(cbi_face_check_list("only", asked->n_only, CBI_TRANSFER_RECORDS_MAX, err));
    order = (cbi_order){.actor = asked->actor,
                        .document = asked->document,
                        .token = cbi_message_bytes(asked->token),
                        .now = cbi_face_now(),
                        .dry_run = asked->dry_run};
    terms = (cbi_offer_terms){.account = account.digits,
                              .to = asked->to,
                              .by_letter = asked->by_letter,
                              .due_at = asked->due_at,
                              .only = asked->only,
                              .only_count = asked->n_only,
                              .order = &order,
                              .ground = {asked->consent, asked->basis, asked->basis_document}};
    CBI_TRY(cbi_offer_make(inner, &terms, &row, err));
    if (!asked->dry_run) {
        order.token = (cbi_bytes){0};
        CBI_TRY(cbi_offer_file(inner, &row, &terms.ground, &order, &file, err));
    }
    CBI_TRY(reply_offer(inner, &row, &file, reply, err));
done:
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_transfer_file(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                 cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TransferFileRequest *asked = NULL;
    cbi_transfer_row row;
    cbi_ground_terms ground;
    cbank_buffer file = {0};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__transfer_file_request__descriptor, request,
                             request_size, &asked, err));
    ground = (cbi_ground_terms){asked->consent, asked->basis, asked->basis_document};
    order = (cbi_order){
        .actor = asked->actor, .document = asked->basis_document, .now = cbi_face_now()};
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    CBI_TRY(cbi_transfer_named(reader.txn, asked->id, &row, err));
    cbi_ledger_read_end(&reader);
    CBI_TRY(cbi_offer_file(inner, &row, &ground, &order, &file, err));
    CBI_TRY(reply_offer(inner, &row, &file, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}

/* ---- answering ---------------------------------------------------------------------------- */

static cbank_status reply_answer(cbi_bank *bank, const cbi_received *received, cbank_buffer *reply,
                                 cbank_error *err)
{
    Cbank__Api__V1__TransferAnswerReply message = CBANK__API__V1__TRANSFER_ANSWER_REPLY__INIT;
    cbi_transferinfo info = {.row = {0}};
    cbi_reader reader = {0};
    cbank_buffer receipt = {0};
    cbank_status status = CBANK_OK;

    if (received->row.number != 0)
        CBI_TRY(cbi_receive_receipt(bank, &received->row, &receipt, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_transferinfo_read(reader.txn, &received->row, &info, err));
    info.message.state = (Cbank__Api__V1__TransferState)received->outcome;
    message.transfer = &info.message;
    message.receipt = cbi_message_data(cbi_bytes_of_buffer(&receipt));
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_transferinfo_clear(&info);
    cbank_buffer_clear(&receipt);
    return status;
}

/*
 * The file as of now; if it has expired in the meantime, as of its last day, since an offer that
 * came too late has to be answered too.
 */
static cbank_status verify(cbi_bank *bank, const cbank_verifier *verifier, cbi_bytes file,
                           cbi_verdict *out, cbank_error *err)
{
    const cbi_trust trust = cbi_verifier_trust(verifier);
    cbi_verify_terms terms = {.recipient = cbi_bytes_of_text(bank->config.origin),
                              .at = cbi_face_now()};
    cbi_transcript unread = {0};
    cbank_status status;
    uint64_t number;

    terms.status = cbi_verifier_status(verifier, &number);
    status = cbi_verify_transcript(file, &trust, &terms, out, err);
    if (status != CBANK_E_EXPIRED)
        return status;
    cbi_verdict_clear(out);
    status = CBANK_OK;
    CBI_TRY(cbi_transcript_open(file, &unread, err));
    terms.at = unread.head->terms->expires_at;
    CBI_TRY(cbi_verify_transcript(file, &trust, &terms, out, err));
done:
    cbi_transcript_clear(&unread);
    return status;
}

static cbank_status take_refusals(const Cbank__Api__V1__TransferReceiveRequest *asked,
                                  cbi_hash **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_face_check_list("refuse", asked->n_refuse, CBI_TRANSFER_RECORDS_MAX, err));
    CBI_TRY(cbi_alloc(asked->n_refuse, sizeof(**out), out, err));
    for (size_t i = 0; i < asked->n_refuse; i++) {
        if (!cbi_hash_from(cbi_message_bytes(asked->refuse[i]), &(*out)[i]))
            CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, i, "refuse", NULL));
    }
done:
    return status;
}

cbank_status cbank_transfer_receive(cbank_bank *bank, const cbank_verifier *verifier,
                                    const uint8_t *request, size_t request_size,
                                    cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TransferReceiveRequest *asked = NULL;
    cbi_verdict verdict = {.directory = NULL};
    cbi_receive_terms terms;
    cbi_hash *refuse = NULL;
    cbi_received received;
    cbank_status status = CBANK_OK;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && verifier != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__transfer_receive_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(take_refusals(asked, &refuse, err));
    order = (cbi_order){.reason = asked->reason,
                        .document = asked->document,
                        .token = cbi_message_bytes(asked->token),
                        .now = cbi_face_now(),
                        .dry_run = asked->dry_run};
    terms = (cbi_receive_terms){.decline = asked->decline,
                                .refuse = refuse,
                                .refuse_count = asked->n_refuse,
                                .open_accounts = asked->open_accounts,
                                .refuse_unknown_keys = asked->refuse_unknown_keys,
                                .order = &order};
    CBI_TRY(verify(inner, verifier, cbi_message_bytes(asked->file), &verdict, err));
    CBI_TRY(cbi_receive_offer(inner, &verdict, &terms, &received, err));
    CBI_TRY(reply_answer(inner, &received, reply, err));
done:
    cbi_verdict_clear(&verdict);
    cbi_free(refuse);
    cbi_message_free(asked);
    return status;
}

/* The transfer that this very file has brought; whether it is genuine was found out then. */
static cbank_status find_brought(cbi_bank *bank, cbi_bytes file, char id[CBI_TRANSFER_ID_SIZE],
                                 cbank_error *err)
{
    cbi_transfer_row row = {.number = 0};
    cbi_transcript unread = {0};
    cbi_hasher *hasher = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    bool found = true;
    cbi_hash brought;

    CBI_TRY(cbi_hasher_new(bank->config.suite, &hasher, err));
    CBI_TRY(cbi_transcript_open(file, &unread, err));
    CBI_TRY(cbi_envelope_id(hasher, unread.file.envelope.payload, &brought, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    do {
        CBI_TRY(cbi_transfer_after(reader.txn, "", row.number, &row, &found, err));
    } while (found && (!row.incoming || !cbi_hash_equal(&row.transfer, &brought)));
    if (!found)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_UNKNOWN, 0, "file", NULL));
    cbi_hex_encode(cbi_bytes_of(row.leaf.bytes, 8), id);
done:
    cbi_ledger_read_end(&reader);
    cbi_transcript_clear(&unread);
    cbi_hasher_free(hasher);
    return status;
}

cbank_status cbank_transfer_return(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                   cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TransferReturnRequest *asked = NULL;
    char id[CBI_TRANSFER_ID_SIZE];
    cbi_received received;
    cbank_status status = CBANK_OK;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__transfer_return_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_face_check_list("only", asked->n_only, CBI_TRANSFER_RECORDS_MAX, err));
    order = (cbi_order){.reason = asked->reason,
                        .document = asked->document,
                        .token = cbi_message_bytes(asked->token),
                        .now = cbi_face_now(),
                        .dry_run = asked->dry_run};
    if (asked->file.len > 0)
        CBI_TRY(find_brought(inner, cbi_message_bytes(asked->file), id, err));
    CBI_TRY(cbi_receive_return(inner, asked->file.len > 0 ? id : asked->id, asked->only,
                               asked->n_only, &order, &received, err));
    CBI_TRY(reply_answer(inner, &received, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

/* ---- taking answers in -------------------------------------------------------------------- */

static cbank_status reply_info(cbi_bank *bank, const cbi_transfer_row *row, cbank_buffer *reply,
                               cbank_error *err)
{
    cbi_transferinfo info = {.row = {0}};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_transferinfo_read(reader.txn, row, &info, err));
    CBI_TRY(cbi_face_reply(&info.message, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_transferinfo_clear(&info);
    return status;
}

cbank_status cbank_transfer_ack(cbank_bank *bank, const cbank_verifier *verifier,
                                const uint8_t *request, size_t request_size, cbank_buffer *reply,
                                cbank_error *err)
{
    Cbank__Api__V1__TransferAckRequest *asked = NULL;
    cbi_answer answer = {.receipt = NULL};
    cbi_hasher *hasher = NULL;
    cbi_transfer_row row;
    cbank_status status = CBANK_OK;
    cbi_order order;
    cbi_bank *inner;
    cbi_trust trust;
    bool known;

    CBI_REQUIRE(bank != NULL && verifier != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__transfer_ack_request__descriptor, request,
                             request_size, &asked, err));
    trust = cbi_verifier_trust(verifier);
    order = (cbi_order){.token = cbi_message_bytes(asked->token),
                        .now = cbi_face_now(),
                        .dry_run = asked->dry_run};
    CBI_TRY(cbi_hasher_new(trust.directory->suite, &hasher, err));
    CBI_TRY(cbi_answer_open(hasher, cbi_message_bytes(asked->receipt), trust.directory, &answer,
                            err));
    CBI_TRY(cbi_acknowledge(inner, &answer, &order, &row, &known, err));
    CBI_TRY(reply_info(inner, &row, reply, err));
done:
    cbi_answer_clear(&answer);
    cbi_hasher_free(hasher);
    cbi_message_free(asked);
    return status;
}

/* ---- looking ------------------------------------------------------------------------------ */

cbank_status cbank_transfer_settle(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                   cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TransferSettleRequest *asked = NULL;
    cbi_settle_terms terms;
    cbi_transfer_row row;
    cbank_status status = CBANK_OK;
    cbi_order order;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__transfer_settle_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_face_check_list("only", asked->n_only, CBI_TRANSFER_RECORDS_MAX, err));
    order = (cbi_order){.actor = asked->actor,
                        .document = asked->document,
                        .token = cbi_message_bytes(asked->token),
                        .now = cbi_face_now(),
                        .dry_run = asked->dry_run};
    terms = (cbi_settle_terms){.id = asked->id,
                               .state = (cbi_transfer_state)asked->state,
                               .only = asked->only,
                               .only_count = asked->n_only,
                               .order = &order};
    CBI_TRY(cbi_settle(inner, &terms, &row, err));
    CBI_TRY(reply_info(inner, &row, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_transfer_show(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                 cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TransferShowRequest *asked = NULL;
    cbi_reader reader = {0};
    cbi_transfer_row row;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__transfer_show_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    CBI_TRY(cbi_transfer_named(reader.txn, asked->id, &row, err));
    if (row.newest >= reader.sealed.size)
        CBI_TRY(cbi_fail(err, CBI_REASON_NOT_SEALED, row.newest, asked->id, NULL));
    cbi_ledger_read_end(&reader);
    CBI_TRY(reply_info(inner, &row, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_transfer_list(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                 cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TransferListReply answer = CBANK__API__V1__TRANSFER_LIST_REPLY__INIT;
    Cbank__Api__V1__TransferListRequest *asked = NULL;
    cbi_transferinfo *infos = NULL;
    cbi_reader reader = {0};
    cbi_transfer_row row = {.number = 0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;
    bool found = true;
    size_t limit = 0;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__transfer_list_request__descriptor, request,
                             request_size, &asked, err));
    limit = asked->limit == 0 ? LIST_DEFAULT : asked->limit;
    CBI_TRY(cbi_face_check_list("limit", limit, LIST_MAX, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*infos), &infos, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*answer.transfers), &answer.transfers, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    row.number = asked->after;
    while (found && answer.n_transfers < limit) {
        CBI_TRY(cbi_transfer_after(reader.txn, asked->account, row.number, &row, &found, err));
        if (!found || row.newest >= reader.sealed.size)
            continue; /* not before it is sealed */
        answer.transfers[answer.n_transfers] = &infos[answer.n_transfers].message;
        CBI_TRY(cbi_transferinfo_read(reader.txn, &row, &infos[answer.n_transfers++], err));
    }
    answer.next = found ? row.number : 0;
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_ledger_read_end(&reader);
    for (size_t i = 0; infos != NULL && i < limit; i++)
        cbi_transferinfo_clear(&infos[i]);
    cbi_free(infos);
    cbi_free(answer.transfers);
    cbi_message_free(asked);
    return status;
}
