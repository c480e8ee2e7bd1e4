/* key.c - cbank key ...: private key files. */
#include "call.h"
#include "fail.h"
#include "options.h"
#include "output.h"
#include "passphrase.h"
#include "referencekey.h"
#include "shape.h"

#include "cbank/api/v1/key.pb-c.h"

#include <string.h>
#include <unistd.h>

static const view key_views[] = {
    {"suite", P_SUITE, VIEW_PLAIN, NULL},
    {"public_key", P_PUBLIC_KEY, VIEW_PLAIN, NULL},
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {0},
};

static void show_info(cli *c, Cbank__Api__V1__KeyInfo *info)
{
    if (info != NULL)
        output_document(c,
                        json_pack("{s:o, s:o, s:o}", "suite", shape_suite(info->suite),
                                  "public_key", shape_hex(info->public_key), "fingerprint",
                                  shape_text(info->fingerprint)),
                        key_views);
    message_free(info);
}

static const option new_options[] = {
    {"suite", "SUITE", P_OPT_SUITE, 0},
    {0},
};

static void show_key(cli *c, const cbank_key *key)
{
    cbank_buffer reply = {0};
    cbank_error err;

    show_info(c, call_reply(c, cbank_key_show(key, &reply, &err), &err, &reply,
                            &cbank__api__v1__key_info__descriptor));
}

static void make(cli *c)
{
    const char *suite = options_text(c, "suite");
    const bytes *passphrase = passphrase_read(c, "passphrase-file");
    cbank_key *key = NULL;
    cbank_error err;

    if (passphrase == NULL)
        return;
    if (cbank_key_new(suite != NULL ? suite : "sha256-ed25519", &key, &err) != CBANK_OK) {
        fail_call(c, &err);
        return;
    }
    if (c->dry_run) {
        if (access(c->arguments[0], F_OK) == 0)
            fail_own(c, FAIL_EXISTS, c->arguments[0]);
        else
            output_talk(c, P_WOULD_WRITE, c->arguments[0]);
    } else if (cbank_key_save(key, c->arguments[0], passphrase->data, passphrase->size, &err) !=
               CBANK_OK) {
        fail_call(c, &err);
    } else {
        show_key(c, key);
        if (passphrase->size == 0)
            output_talk(c, P_KEY_IN_THE_CLEAR, c->arguments[0]);
    }
    cbank_key_close(key);
}

/* FILE.pub holds the public half and needs no passphrase. */
static void show(cli *c)
{
    const char *path = c->arguments[0];
    size_t size = strlen(path);
    cbank_buffer reply = {0};
    cbank_error err;
    const cbank_key *key;

    if (size > 4 && strcmp(path + size - 4, ".pub") == 0) {
        show_info(c, call_reply(c, cbank_key_show_public(path, &reply, &err), &err, &reply,
                                &cbank__api__v1__key_info__descriptor));
        return;
    }
    key = call_open_key(c, path, "passphrase-file");
    if (key != NULL)
        show_key(c, key);
}

const command key_commands[] = {
    {"new", "FILE", 1, 1, P_KEY_NEW, COMMAND_WRITES, new_options, make},
    {"show", "FILE", 1, 1, P_KEY_SHOW, 0, NULL, show},
    {"reference", "FILE", 1, 1, P_KEY_REFERENCE, COMMAND_WRITES, NULL, referencekey_make},
    {0},
};
