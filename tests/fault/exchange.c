#include "exchange.h"

#include "message.h"

#include "cbank/api/v1/bank.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OTHER "other.example/credit/sha256-ed25519/1"

static ProtobufCBinaryData lend(const cbank_buffer *buffer)
{
    return (ProtobufCBinaryData){.len = buffer->size, .data = buffer->data};
}

static cbank_status keep(world *it, ProtobufCBinaryData from, cbank_buffer *out)
{
    uint8_t *data = out == NULL ? NULL : malloc(from.len + 1);

    if (out == NULL)
        return CBANK_OK;
    if (data == NULL)
        return message_no_memory(it);
    memcpy(data, from.data, from.len);
    *out = (cbank_buffer){.data = data, .size = from.len, .capacity = from.len + 1};
    return CBANK_OK;
}

/* ---- calls, of either bank ---------------------------------------------------------------- */

static cbank_status offer(world *it, const char *to, const char *id, uint64_t token,
                          cbank_buffer *file)
{
    Cbank__Api__V1__TransferOfferRequest request = CBANK__API__V1__TRANSFER_OFFER_REQUEST__INIT;
    Cbank__Api__V1__TransferOfferReply *made;
    char *only[1] = {message_lend(id)};
    uint8_t chosen[WORLD_TOKEN_SIZE];
    cbank_buffer reply = {0};
    cbank_status status;

    world_token(token, chosen);
    request.token = (ProtobufCBinaryData){.len = sizeof(chosen), .data = chosen};
    request.account = it->account;
    request.to = message_lend(to);
    request.only = only;
    request.n_only = 1;
    request.basis = message_lend("legal-duty");
    request.basis_document = message_lend("T-1");
    request.document = message_lend("T-1");
    status = message_ask(it, cbank_transfer_offer, &request, &reply);
    if (status != CBANK_OK)
        return status;
    made = message_unpack(&cbank__api__v1__transfer_offer_reply__descriptor, &reply);
    status = made == NULL ? message_no_memory(it) : keep(it, made->file, file);
    message_drop(made);
    return status;
}

typedef cbank_status trusting_call(cbank_bank *bank, const cbank_verifier *verifier,
                                   const uint8_t *request, size_t size, cbank_buffer *reply,
                                   cbank_error *err);

static cbank_status ask_trusting(world *it, trusting_call *call, const cbank_verifier *verifier,
                                 const void *request, cbank_buffer *reply)
{
    cbank_buffer bytes = {0};
    cbank_status status = message_no_memory(it);

    if (message_pack(request, &bytes))
        status = call(it->bank, verifier, bytes.data, bytes.size, reply, &it->err);
    cbank_buffer_clear(&bytes);
    return status;
}

/* `id` receives the transfer's. */
static cbank_status receive(world *it, const cbank_verifier *verifier, const cbank_buffer *file,
                            uint64_t token, cbank_buffer *receipt, char *id)
{
    Cbank__Api__V1__TransferReceiveRequest request =
        CBANK__API__V1__TRANSFER_RECEIVE_REQUEST__INIT;
    Cbank__Api__V1__TransferAnswerReply *answer;
    uint8_t chosen[WORLD_TOKEN_SIZE];
    cbank_buffer reply = {0};
    cbank_status status;

    world_token(token, chosen);
    request.token = (ProtobufCBinaryData){.len = sizeof(chosen), .data = chosen};
    request.file = lend(file);
    status = ask_trusting(it, cbank_transfer_receive, verifier, &request, &reply);
    if (status != CBANK_OK)
        return status;
    answer = message_unpack(&cbank__api__v1__transfer_answer_reply__descriptor, &reply);
    status = answer == NULL ? message_no_memory(it) : keep(it, answer->receipt, receipt);
    if (answer != NULL && id != NULL)
        snprintf(id, WORLD_ID_MAX, "%s", answer->transfer->id);
    message_drop(answer);
    return status;
}

/* ---- acts of the first -------------------------------------------------------------------- */

cbank_status exchange_make(exchange *it, world *first, uint64_t token)
{
    return offer(first, OTHER, it->free, token, NULL);
}

cbank_status exchange_receive(exchange *it, world *first, uint64_t token)
{
    return receive(first, it->trust, &it->offer, token, NULL, NULL);
}

cbank_status exchange_hear(exchange *it, world *first, uint64_t token)
{
    Cbank__Api__V1__TransferAckRequest request = CBANK__API__V1__TRANSFER_ACK_REQUEST__INIT;
    uint8_t chosen[WORLD_TOKEN_SIZE];
    cbank_buffer reply = {0};
    cbank_status status;

    world_token(token, chosen);
    request.token = (ProtobufCBinaryData){.len = sizeof(chosen), .data = chosen};
    request.receipt = lend(&it->receipt);
    status = ask_trusting(first, cbank_transfer_ack, it->trust, &request, &reply);
    cbank_buffer_clear(&reply);
    return status;
}

cbank_status exchange_return(exchange *it, world *first, uint64_t token)
{
    Cbank__Api__V1__TransferReturnRequest request = CBANK__API__V1__TRANSFER_RETURN_REQUEST__INIT;
    uint8_t chosen[WORLD_TOKEN_SIZE];

    world_token(token, chosen);
    request.token = (ProtobufCBinaryData){.len = sizeof(chosen), .data = chosen};
    request.id = it->given;
    request.reason = message_lend("not-needed");
    return message_ask(first, cbank_transfer_return, &request, NULL);
}

cbank_status exchange_count(world *it, Cbank__Api__V1__TransferState state, size_t *out)
{
    Cbank__Api__V1__TransferListRequest request = CBANK__API__V1__TRANSFER_LIST_REQUEST__INIT;
    Cbank__Api__V1__TransferListReply *page;
    cbank_buffer reply = {0};
    cbank_status status = message_ask(it, cbank_transfer_list, &request, &reply);

    if (status != CBANK_OK)
        return status;
    page = message_unpack(&cbank__api__v1__transfer_list_reply__descriptor, &reply);
    if (page == NULL)
        return message_no_memory(it);
    *out = 0;
    for (size_t i = 0; i < page->n_transfers; i++)
        *out += page->transfers[i]->state == state;
    message_drop(page);
    return CBANK_OK;
}

/* ---- before anything fails ---------------------------------------------------------------- */

void exchange_begin(exchange *out, world *it, const char *folder, const char *free,
                    const char *offered)
{
    world *peer = &out->peer;
    cbank_verifier *other = NULL;
    cbank_buffer kept = {0}, waits = {0};
    char id[WORLD_ID_MAX];

    world_create_other(peer, it, folder, OTHER);
    snprintf(out->free, sizeof(out->free), "%s", free);
    world_must(peer, world_trust(peer, &out->trust), "trust");
    world_must(it, world_trust(it, &other), "trust");
    world_must(peer, world_issue(peer, "new-0", 1, id), "issue");
    world_must(peer, offer(peer, it->origin, id, 2, &out->offer), "offer");
    world_must(peer, world_issue(peer, "kept-0", 3, id), "issue");
    world_must(peer, offer(peer, it->origin, id, 4, &kept), "offer");
    world_must(it, receive(it, out->trust, &kept, 1005, NULL, out->given), "receive");
    world_must(it, offer(it, OTHER, offered, 1006, &waits), "offer");
    world_must(peer, receive(peer, other, &waits, 7, &out->receipt, NULL), "receive");
    cbank_buffer_clear(&kept);
    cbank_buffer_clear(&waits);
    cbank_verifier_close(other);
    world_close(peer);
}

void exchange_end(exchange *it)
{
    world_end(&it->peer);
    cbank_verifier_close(it->trust);
    cbank_buffer_clear(&it->offer);
    cbank_buffer_clear(&it->receipt);
    *it = (exchange){.trust = NULL};
}
