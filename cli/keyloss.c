#include "keyloss.h"

#include "call.h"
#include "expiry.h"
#include "fail.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/key.pb-c.h"

typedef Cbank__Api__V1__KeyCompromisedRequest loss_request;

const option keyloss_bank_options[] = {
    {"since", "SIZE", P_OPT_SINCE_SIZE, OPTION_NEEDED},
    {"since-time", "TIME", P_OPT_SINCE_TIME, 0},
    {"reason", "CODE", P_OPT_REASON, OPTION_NEEDED},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

const option keyloss_institution_options[] = {
    {"key", "PUBFILE", P_OPT_KEY_LOST, 0},
    {"since", "POSITION", P_OPT_SINCE_POSITION, 0},
    {"since-time", "TIME", P_OPT_SINCE_TIME, 0},
    {"reason", "CODE", P_OPT_REASON, OPTION_NEEDED},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static const view loss_views[] = {
    {"code", P_CODE, VIEW_PLAIN, NULL},
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {"since", P_COMPROMISED_SINCE, VIEW_PLAIN, NULL},
    {"index", P_INDEX, VIEW_PLAIN, NULL},
    {0},
};

/* NULL with a failure. */
static Cbank__Api__V1__KeyInfo *read_key(cli *c, const char *path)
{
    cbank_buffer reply = {0};
    cbank_error err;

    return call_reply(c, cbank_key_show_public(path, &reply, &err), &err, &reply,
                      &cbank__api__v1__key_info__descriptor);
}

static bool read_options(cli *c, loss_request *ask)
{
    if (options_given(c, "since") && !value_u64(options_text(c, "since"), &ask->since)) {
        fail_own(c, FAIL_BAD_NUMBER, options_text(c, "since"));
        return false;
    }
    ask->reason = options_text(c, "reason");
    if (options_given(c, "document"))
        ask->document = options_text(c, "document");
    return expiry_read_time(c, "since-time", &ask->since_at);
}

static void report(cli *c, loss_request *ask, const char *code)
{
    Cbank__Api__V1__KeyCompromisedReply *reply;

    if (c->dry_run) {
        if (call_open_bank(c) != NULL)
            output_talk(c, P_DRY_RUN, "");
        return;
    }
    reply = call_bank(c, cbank_bank_key_compromised, &ask->base,
                      &cbank__api__v1__key_compromised_reply__descriptor);
    if (reply == NULL)
        return;
    output_document(c,
                    json_pack("{s:o, s:o, s:o, s:o}", "code", shape_text(code), "fingerprint",
                              shape_text(reply->fingerprint), "since", shape_number(reply->since),
                              "index", shape_number(reply->index)),
                    loss_views);
    output_talk(c, P_DIRECTORY_NEEDED, "");
    message_free(reply);
}

/* The key is given as a file; empty for an institution's newest. */
static void run(cli *c, char *code, const char *path)
{
    loss_request ask = CBANK__API__V1__KEY_COMPROMISED_REQUEST__INIT;
    Cbank__Api__V1__KeyInfo *key = NULL;
    uint8_t token[16];

    if (!call_token(c, token, &ask.token) || !read_options(c, &ask))
        return;
    if (path != NULL) {
        key = read_key(c, path);
        if (key == NULL)
            return;
        ask.public_key = key->public_key;
    }
    if (code != NULL)
        ask.institution = code;
    report(c, &ask, code);
    message_free(key);
}

void keyloss_bank(cli *c)
{
    run(c, NULL, c->arguments[0]);
}

void keyloss_institution(cli *c)
{
    run(c, c->arguments[0], options_text(c, "key"));
}
