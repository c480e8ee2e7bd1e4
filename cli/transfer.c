/* transfer.c - cbank transfer ...: records that go to another bank, and come from one. */
#include "call.h"
#include "disclosure.h"
#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "shape.h"
#include "trust.h"
#include "values.h"

#include "cbank/api/v1/transfer.pb-c.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAGE 500
#define RECORD_ID 32
#define REFUSALS_MAX 512

static const view record_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"where", P_WHERE, VIEW_WORD, NULL},
    {"reason", P_REASON, VIEW_WORD, NULL},
    {"record", P_RECORD_ID, VIEW_PLAIN, NULL},
    {0},
};

static const view transfer_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"direction", P_DIRECTION, VIEW_WORD, NULL},
    {"state", P_STATUS, VIEW_WORD, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"other", P_OTHER_BANK, VIEW_PLAIN, NULL},
    {"due", P_DUE, VIEW_PLAIN, NULL},
    {"at", P_BEGUN, VIEW_PLAIN, NULL},
    {"answered", P_ANSWERED, VIEW_PLAIN, NULL},
    {"records", P_RECORDS, VIEW_ROWS, record_views},
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {0},
};

static const view list_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"direction", P_DIRECTION, VIEW_WORD, NULL},
    {"state", P_STATUS, VIEW_WORD, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"other", P_OTHER_BANK, VIEW_PLAIN, NULL},
    {"due", P_DUE, VIEW_PLAIN, NULL},
    {0},
};

static json_t *describe(const Cbank__Api__V1__TransferInfo *info)
{
    json_t *records = json_array();

    for (size_t i = 0; i < info->n_records; i++)
        json_array_append_new(
            records,
            json_pack("{s:o, s:o, s:o, s:o}", "id", shape_text(info->records[i]->id), "record",
                      shape_hex(info->records[i]->record), "where",
                      shape_word(&cbank__api__v1__transfer_where__descriptor,
                                 (int)info->records[i]->where),
                      "reason", shape_text(info->records[i]->reason)));
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "id", shape_text(info->id),
        "direction",
        shape_word(&cbank__api__v1__transfer_direction__descriptor, (int)info->direction), "state",
        shape_word(&cbank__api__v1__transfer_state__descriptor, (int)info->state), "account",
        shape_text(info->account), "other", shape_text(info->other), "by_letter", info->by_letter,
        "due", shape_time(info->due_at), "at", shape_time(info->at), "answered",
        shape_time(info->answered_at), "records", records);
}

static void show_info(cli *c, const Cbank__Api__V1__TransferInfo *info, ProtobufCBinaryData made)
{
    const char *file = made.len > 0 ? options_text(c, "output") : NULL;
    json_t *document = describe(info);

    if (file != NULL && !file_write(c, file, FILE_PRIVATE, made.data, made.len)) {
        json_decref(document);
        return;
    }
    json_object_set_new(document, "file", shape_text(file));
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    output_document(c, document, transfer_views);
}

static void lend(const cli *c, const char *name, char **out)
{
    if (options_given(c, name))
        *out = options_text(c, name);
}

/* ---- calls under a verifier ---- */

typedef cbank_status verified_call(cbank_bank *bank, const cbank_verifier *verifier,
                                   const uint8_t *request, size_t request_size,
                                   cbank_buffer *reply, cbank_error *err);

static void *call_verified(cli *c, verified_call *call, const cbank_verifier *verifier,
                           const message *request, const message_type *type)
{
    cbank_bank *bank = call_open_bank(c);
    cbank_buffer reply = {0};
    cbank_error err = {0};
    cbank_status status;
    bytes packed;

    if (bank == NULL)
        return NULL;
    packed = message_pack(request);
    status = call(bank, verifier, packed.data, packed.size, &reply, &err);
    memory_free(&packed);
    return call_reply(c, status, &err, &reply, type);
}

/* ---- offer, file ---- */

static const option offer_options[] = {
    {"to", "ORIGIN", P_OPT_TRANSFER_TO, OPTION_NEEDED},
    {"by-letter", NULL, P_OPT_BY_LETTER, 0},
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {"only", "ID,...", P_OPT_TRANSFER_ONLY, 0},
    {"due", "DATE|90d", P_OPT_TRANSFER_DUE, 0},
    DISCLOSURE_GROUND_OPTIONS,
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"operator", "HANDLE", P_OPT_OPERATOR, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static void show_offer(cli *c, Cbank__Api__V1__TransferOfferReply *reply)
{
    if (reply != NULL)
        show_info(c, reply->transfer, reply->file);
    message_free(reply);
}

static void offer(cli *c)
{
    Cbank__Api__V1__TransferOfferRequest ask = CBANK__API__V1__TRANSFER_OFFER_REQUEST__INIT;
    uint8_t token[16];

    if (options_given(c, "due") &&
        !value_expiry(options_text(c, "due"), (int64_t)time(NULL), &ask.due_at)) {
        fail_own(c, FAIL_BAD_DATE, options_text(c, "due"));
        return;
    }
    if (!call_token(c, token, &ask.token))
        return;
    ask.account = c->arguments[0];
    lend(c, "to", &ask.to);
    ask.by_letter = options_given(c, "by-letter");
    lend(c, "consent", &ask.consent);
    lend(c, "basis", &ask.basis);
    lend(c, "document", &ask.basis_document);
    lend(c, "document", &ask.document);
    lend(c, "operator", &ask.actor);
    ask.n_only = disclosure_list(c, "only", &ask.only);
    ask.dry_run = c->dry_run;
    show_offer(c, call_bank(c, cbank_transfer_offer, &ask.base,
                            &cbank__api__v1__transfer_offer_reply__descriptor));
    free(ask.only);
}

static const option file_options[] = {
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    DISCLOSURE_GROUND_OPTIONS,
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"operator", "HANDLE", P_OPT_OPERATOR, 0},
    {0},
};

static void write_file(cli *c)
{
    Cbank__Api__V1__TransferFileRequest ask = CBANK__API__V1__TRANSFER_FILE_REQUEST__INIT;

    ask.id = c->arguments[0];
    lend(c, "consent", &ask.consent);
    lend(c, "basis", &ask.basis);
    lend(c, "document", &ask.basis_document);
    lend(c, "operator", &ask.actor);
    show_offer(c, call_bank(c, cbank_transfer_file, &ask.base,
                            &cbank__api__v1__transfer_offer_reply__descriptor));
}

/* ---- receive, return ---- */

static const option receive_options[] = {
    TRUST_OPTIONS,
    {"output", "FILE", P_OPT_OUTPUT_RECEIPT, OPTION_NEEDED},
    {"decline", NULL, P_OPT_TRANSFER_DECLINE, 0},
    {"refuse", "HEX,...", P_OPT_TRANSFER_REFUSE, 0},
    {"refuse-unknown-keys", NULL, P_OPT_REFUSE_UNKNOWN_KEYS, 0},
    {"open-accounts", NULL, P_OPT_OPEN_ACCOUNTS, 0},
    {"reason", "CODE", P_OPT_REASON, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static bool read_refusals(cli *c, Cbank__Api__V1__TransferReceiveRequest *ask,
                          uint8_t (*room)[RECORD_ID])
{
    char **words;
    size_t count = disclosure_list(c, "refuse", &words);
    bool good = count <= REFUSALS_MAX;

    ask->refuse = memory_new(count + 1, sizeof(*ask->refuse));
    for (size_t i = 0; good && i < count; i++) {
        good = value_hex(words[i], room[i], RECORD_ID);
        ask->refuse[ask->n_refuse++] = (ProtobufCBinaryData){RECORD_ID, room[i]};
    }
    if (!good)
        fail_own(c, FAIL_OPTION_WORD, options_text(c, "refuse"));
    free(words);
    return good;
}

static void show_answer(cli *c, Cbank__Api__V1__TransferAnswerReply *reply)
{
    if (reply != NULL)
        show_info(c, reply->transfer, reply->receipt);
    message_free(reply);
}

static void receive(cli *c)
{
    Cbank__Api__V1__TransferReceiveRequest ask = CBANK__API__V1__TRANSFER_RECEIVE_REQUEST__INIT;
    uint8_t(*refused)[RECORD_ID] = memory_new(REFUSALS_MAX, RECORD_ID);
    cbank_verifier *verifier = NULL;
    uint8_t token[16];
    bytes file = {0};

    if (read_refusals(c, &ask, refused) && call_token(c, token, &ask.token) &&
        file_read(c, c->arguments[0], &file) && trust_open(c, 0, &verifier)) {
        ask.file = (ProtobufCBinaryData){file.size, file.data};
        ask.decline = options_given(c, "decline");
        ask.open_accounts = options_given(c, "open-accounts");
        ask.refuse_unknown_keys = options_given(c, "refuse-unknown-keys");
        lend(c, "reason", &ask.reason);
        lend(c, "document", &ask.document);
        ask.dry_run = c->dry_run;
        show_answer(c, call_verified(c, cbank_transfer_receive, verifier, &ask.base,
                                     &cbank__api__v1__transfer_answer_reply__descriptor));
    }
    cbank_verifier_close(verifier);
    memory_free(&file);
    free(ask.refuse);
    free(refused);
}

static const option return_options[] = {
    {"output", "FILE", P_OPT_OUTPUT_RECEIPT, OPTION_NEEDED},
    {"only", "ID,...", P_OPT_TRANSFER_ONLY, 0},
    {"reason", "CODE", P_OPT_REASON, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static void give_back(cli *c)
{
    Cbank__Api__V1__TransferReturnRequest ask = CBANK__API__V1__TRANSFER_RETURN_REQUEST__INIT;
    uint8_t id[8];
    bytes file = {0};
    uint8_t token[16];

    /* An id, or the file that brought it. */
    if (!value_hex(c->arguments[0], id, sizeof(id)) && !file_read(c, c->arguments[0], &file))
        return;
    if (!call_token(c, token, &ask.token)) {
        memory_free(&file);
        return;
    }
    ask.id = c->arguments[0];
    ask.file = (ProtobufCBinaryData){file.size, file.data};
    ask.n_only = disclosure_list(c, "only", &ask.only);
    lend(c, "reason", &ask.reason);
    lend(c, "document", &ask.document);
    ask.dry_run = c->dry_run;
    show_answer(c, call_bank(c, cbank_transfer_return, &ask.base,
                             &cbank__api__v1__transfer_answer_reply__descriptor));
    memory_free(&file);
    free(ask.only);
}

/* ---- ack ---- */

static const option ack_options[] = {
    TRUST_OPTIONS,
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static void ack(cli *c)
{
    Cbank__Api__V1__TransferAckRequest ask = CBANK__API__V1__TRANSFER_ACK_REQUEST__INIT;
    Cbank__Api__V1__TransferInfo *info = NULL;
    cbank_verifier *verifier = NULL;
    uint8_t token[16];
    bytes file = {0};

    if (call_token(c, token, &ask.token) && file_read(c, c->arguments[0], &file) &&
        trust_open(c, 0, &verifier)) {
        ask.receipt = (ProtobufCBinaryData){file.size, file.data};
        ask.dry_run = c->dry_run;
        info = call_verified(c, cbank_transfer_ack, verifier, &ask.base,
                             &cbank__api__v1__transfer_info__descriptor);
    }
    if (info != NULL)
        show_info(c, info, (ProtobufCBinaryData){0});
    message_free(info);
    cbank_verifier_close(verifier);
    memory_free(&file);
}

/* ---- settle ---- */

static const option settle_options[] = {
    {"state", "WORD", P_OPT_TRANSFER_STATE, OPTION_NEEDED},
    {"only", "ID,...", P_OPT_SETTLE_ONLY, 0},
    {"document", "TEXT", P_OPT_LETTER, 0},
    {"operator", "HANDLE", P_OPT_OPERATOR, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

/* The words that `state` has in the JSON output. */
static bool read_state(cli *c, Cbank__Api__V1__TransferState *out)
{
    static const struct {
        const char *word;
        Cbank__Api__V1__TransferState state;
    } states[] = {
        {"accepted", CBANK__API__V1__TRANSFER_STATE__TRANSFER_STATE_ACCEPTED},
        {"partly", CBANK__API__V1__TRANSFER_STATE__TRANSFER_STATE_PARTLY},
        {"declined", CBANK__API__V1__TRANSFER_STATE__TRANSFER_STATE_DECLINED},
        {"expired", CBANK__API__V1__TRANSFER_STATE__TRANSFER_STATE_EXPIRED},
        {"returned", CBANK__API__V1__TRANSFER_STATE__TRANSFER_STATE_RETURNED},
    };

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        *out = states[i].state;
        if (strcmp(states[i].word, options_text(c, "state")) == 0)
            return true;
    }
    fail_own(c, FAIL_OPTION_WORD, options_text(c, "state"));
    return false;
}

static void settle(cli *c)
{
    Cbank__Api__V1__TransferSettleRequest ask = CBANK__API__V1__TRANSFER_SETTLE_REQUEST__INIT;
    Cbank__Api__V1__TransferInfo *info;
    uint8_t token[16];

    if (!read_state(c, &ask.state) || !call_token(c, token, &ask.token))
        return;
    ask.id = c->arguments[0];
    ask.n_only = disclosure_list(c, "only", &ask.only);
    lend(c, "document", &ask.document);
    lend(c, "operator", &ask.actor);
    ask.dry_run = c->dry_run;
    info = call_bank(c, cbank_transfer_settle, &ask.base,
                     &cbank__api__v1__transfer_info__descriptor);
    if (info != NULL)
        show_info(c, info, (ProtobufCBinaryData){0});
    message_free(info);
    free(ask.only);
}

/* ---- list, show ---- */

static void list(cli *c)
{
    Cbank__Api__V1__TransferListRequest ask = CBANK__API__V1__TRANSFER_LIST_REQUEST__INIT;
    bool first = true;

    if (c->argument_count > 0)
        ask.account = c->arguments[0];
    ask.limit = PAGE;
    do {
        Cbank__Api__V1__TransferListReply *page = call_bank(
            c, cbank_transfer_list, &ask.base, &cbank__api__v1__transfer_list_reply__descriptor);
        json_t *rows = json_array();

        if (page == NULL) {
            json_decref(rows);
            return;
        }
        for (size_t i = 0; i < page->n_transfers; i++)
            json_array_append_new(rows, describe(page->transfers[i]));
        output_list(c, rows, list_views, first);
        first = false;
        ask.after = page->next;
        message_free(page);
    } while (ask.after != 0);
}

static void show(cli *c)
{
    Cbank__Api__V1__TransferShowRequest ask = CBANK__API__V1__TRANSFER_SHOW_REQUEST__INIT;
    Cbank__Api__V1__TransferInfo *info;

    ask.id = c->arguments[0];
    info = call_bank(c, cbank_transfer_show, &ask.base, &cbank__api__v1__transfer_info__descriptor);
    if (info != NULL)
        show_info(c, info, (ProtobufCBinaryData){0});
    message_free(info);
}

#define BANK_WRITES (COMMAND_BANK | COMMAND_WRITES)

const command transfer_commands[] = {
    {"offer", "ACCOUNT", 1, 1, P_TRANSFER_OFFER, BANK_WRITES, offer_options, offer},
    {"file", "ID", 1, 1, P_TRANSFER_FILE, COMMAND_BANK, file_options, write_file},
    {"receive", "FILE", 1, 1, P_TRANSFER_RECEIVE, BANK_WRITES, receive_options, receive},
    {"ack", "FILE", 1, 1, P_TRANSFER_ACK, BANK_WRITES, ack_options, ack},
    {"settle", "ID", 1, 1, P_TRANSFER_SETTLE, BANK_WRITES, settle_options, settle},
    {"return", "FILE", 1, 1, P_TRANSFER_RETURN, BANK_WRITES, return_options, give_back},
    {"list", "[ACCOUNT]", 0, 1, P_TRANSFER_LIST, COMMAND_BANK, NULL, list},
    {"show", "ID", 1, 1, P_TRANSFER_SHOW, COMMAND_BANK, NULL, show},
    {0},
};
