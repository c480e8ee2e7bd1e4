#include "bankkey.h"

#include "call.h"
#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "passphrase.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/bank.pb-c.h"

#include <stdlib.h>

static const view key_views[] = {
    {"origin", P_ORIGIN, VIEW_PLAIN, NULL},
    {"vkey", P_VKEY, VIEW_PLAIN, NULL},
    {"log_epoch", P_LOG_EPOCH, VIEW_PLAIN, NULL},
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {"root_epoch", P_ROOT_EPOCH, VIEW_PLAIN, NULL},
    {"size", P_SIZE, VIEW_PLAIN, NULL},
    {0},
};

static void show(cli *c, Cbank__Api__V1__BankInfo *info, phrase after)
{
    if (info == NULL)
        return;
    output_document(c,
                    json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "origin",
                              shape_text(info->origin), "vkey", shape_text(info->vkey),
                              "log_epoch", shape_number(info->log_epoch), "root_key",
                              shape_hex(info->root_key), "fingerprint",
                              shape_text(info->fingerprint), "root_epoch",
                              shape_number(info->root_epoch), "size", shape_number(info->size)),
                    key_views);
    output_talk(c, after, "");
    message_free(info);
}

/* ---- the log key ---- */

void bankkey_rotate(cli *c)
{
    Cbank__Api__V1__RotateLogKeyRequest request = CBANK__API__V1__ROTATE_LOG_KEY_REQUEST__INIT;
    const bytes *passphrase = passphrase_read(c, "passphrase-file");
    cbank_buffer reply = {0};
    cbank_error err;
    bytes packed;

    if (passphrase == NULL)
        return;
    request.path = options_text(c, "bank");
    if (request.path == NULL)
        request.path = getenv("CBANK_BANK");
    if (c->dry_run) {
        if (call_open_bank(c) != NULL)
            output_talk(c, P_WOULD_BEGIN_KEY, "");
        return;
    }
    packed = message_pack(&request.base);
    show(c,
         call_reply(c,
                    cbank_bank_rotate_key(packed.data, packed.size, passphrase->data,
                                          passphrase->size, &reply, &err),
                    &err, &reply, &cbank__api__v1__bank_info__descriptor),
         P_KEY_BEGUN);
    memory_free(&packed);
}

/* ---- the root key ---- */

const option bankkey_succession_options[] = {
    {"origin", "NAME", P_OPT_ORIGIN, OPTION_NEEDED},
    {"epoch", "N", P_OPT_EPOCH, OPTION_NEEDED},
    {"root-key", "FILE", P_OPT_ROOT_KEY_EARLIER, OPTION_NEEDED},
    {"new-root-key", "FILE", P_OPT_ROOT_KEY_NEW, OPTION_NEEDED},
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {"new-key-passphrase-file", "FILE", P_OPT_NEW_KEY_PASSPHRASE, 0},
    {0},
};

static const view succession_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"root_epoch", P_ROOT_EPOCH, VIEW_PLAIN, NULL},
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {0},
};

static void keep(cli *c, Cbank__Api__V1__RootSuccessionReply *reply)
{
    const char *path = options_text(c, "output");

    if (reply != NULL && file_write(c, path, FILE_PUBLIC, reply->file.data, reply->file.len)) {
        if (c->dry_run)
            output_talk(c, P_WOULD_WRITE, path);
        output_document(c,
                        json_pack("{s:s, s:o, s:o}", "file", path, "root_epoch",
                                  shape_number(reply->epoch), "fingerprint",
                                  shape_text(reply->fingerprint)),
                        succession_views);
    }
    message_free(reply);
}

void bankkey_hand_over(cli *c)
{
    Cbank__Api__V1__RootSuccessionRequest ask = CBANK__API__V1__ROOT_SUCCESSION_REQUEST__INIT;
    const cbank_key *earlier, *next = NULL;
    cbank_buffer reply = {0};
    uint64_t epoch = 0;
    cbank_error err;
    bytes packed;

    if (!value_u64(options_text(c, "epoch"), &epoch) || epoch > UINT32_MAX) {
        fail_own(c, FAIL_BAD_NUMBER, options_text(c, "epoch"));
        return;
    }
    earlier = call_open_key(c, options_text(c, "root-key"), "key-passphrase-file");
    if (earlier != NULL)
        next = call_open_key(c, options_text(c, "new-root-key"), "new-key-passphrase-file");
    if (next == NULL)
        return;
    ask.origin = options_text(c, "origin");
    ask.epoch = (uint32_t)epoch;
    packed = message_pack(&ask.base);
    keep(c, call_reply(c,
                       cbank_root_succession(earlier, next, packed.data, packed.size, &reply,
                                             &err),
                       &err, &reply, &cbank__api__v1__root_succession_reply__descriptor));
    memory_free(&packed);
}

const option bankkey_token_options[] = {
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

void bankkey_succeed(cli *c)
{
    Cbank__Api__V1__SucceedRootRequest ask = CBANK__API__V1__SUCCEED_ROOT_REQUEST__INIT;
    uint8_t token[16];
    bytes file;

    if (!call_token(c, token, &ask.token) || !file_read(c, c->arguments[0], &file))
        return;
    ask.file = message_bytes(file);
    if (!c->dry_run)
        show(c,
             call_bank(c, cbank_bank_succeed_root, &ask.base,
                       &cbank__api__v1__bank_info__descriptor),
             P_ROOT_TAKEN_OVER);
    else if (call_open_bank(c) != NULL)
        output_talk(c, P_WOULD_ROTATE, c->arguments[0]);
    memory_free(&file);
}
