/* partner.c - cbank trust ...: what a partner keeps of a bank, in one file of its own. */
#include "call.h"
#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "shape.h"
#include "trust.h"

#include "cbank/api/v1/trust.pb-c.h"

typedef Cbank__Api__V1__TrustRefreshRequest refresh_request;

static const view key_views[] = {
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {"from_size", P_FROM_SIZE, VIEW_PLAIN, NULL},
    {"until_size", P_UNTIL_SIZE, VIEW_PLAIN, NULL},
    {"compromised_since", P_COMPROMISED_SINCE, VIEW_PLAIN, NULL},
    {0},
};

static const view trust_views[] = {
    {"origin", P_ORIGIN, VIEW_PLAIN, NULL},
    {"pinned", P_PINNED, VIEW_PLAIN, NULL},
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {"root_epoch", P_ROOT_EPOCH, VIEW_PLAIN, NULL},
    {"directory_number", P_DIRECTORY_NUMBER, VIEW_PLAIN, NULL},
    {"directory_expires", P_DIRECTORY_EXPIRES, VIEW_PLAIN, NULL},
    {"directory_expired", P_DIRECTORY_EXPIRED, VIEW_PLAIN, NULL},
    {"institutions", P_INSTITUTIONS, VIEW_PLAIN, NULL},
    {"size", P_SIZE, VIEW_PLAIN, NULL},
    {"log_keys", P_LOG_KEYS, VIEW_ROWS, key_views},
    {"status_number", P_STATUS_NUMBER, VIEW_PLAIN, NULL},
    {"status_expires", P_STATUS_EXPIRES, VIEW_PLAIN, NULL},
    {"status_expired", P_STATUS_EXPIRED, VIEW_PLAIN, NULL},
    {"status_size", P_STATUS_SIZE, VIEW_PLAIN, NULL},
    {0},
};

static json_t *number_or_null(uint64_t value)
{
    return value > 0 ? shape_number(value) : json_null();
}

static json_t *describe_keys(const Cbank__Api__V1__TrustInfo *info)
{
    json_t *list = json_array();

    for (size_t i = 0; i < info->n_log_keys; i++) {
        const Cbank__Api__V1__LogKeyInfo *key = info->log_keys[i];

        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o, s:o}", "fingerprint",
                                        shape_text(key->fingerprint), "from_size",
                                        shape_number(key->from_size), "until_size",
                                        number_or_null(key->until_size), "compromised_since",
                                        number_or_null(key->compromised_since)));
    }
    return list;
}

static json_t *describe(const Cbank__Api__V1__TrustInfo *info)
{
    json_t *document = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "origin",
        shape_text(info->origin), "suite", shape_suite(info->suite), "pinned",
        shape_text(info->pinned_fingerprint), "fingerprint", shape_text(info->root_fingerprint),
        "root_epoch", shape_number(info->root_epoch), "directory_number",
        shape_number(info->directory_number), "directory_made", shape_time(info->directory_at),
        "directory_expires", shape_time(info->directory_expires_at), "directory_expired",
        (int)info->directory_expired, "institutions", shape_number(info->institutions), "size",
        shape_number(info->size), "root", shape_hex(info->root), "log_keys", describe_keys(info));
    bool known = info->status_number > 0;

    json_object_set_new(document, "status_number", number_or_null(info->status_number));
    json_object_set_new(document, "status_made", shape_time(info->status_at));
    json_object_set_new(document, "status_expires", shape_time(info->status_expires_at));
    json_object_set_new(document, "status_expired",
                        known ? json_boolean(info->status_expired) : json_null());
    json_object_set_new(document, "status_size", number_or_null(info->status_size));
    return document;
}

/* ---- pin and refresh ---- */

static const option pin_options[] = {
    {"root", "FINGERPRINT", P_OPT_ROOT, 0},
    {"status", "FILE", P_OPT_STATUS, 0},
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {0},
};

static const option refresh_options[] = {
    {"directory", "FILE", P_OPT_DIRECTORY_NEWER, 0},
    {"status", "FILE", P_OPT_STATUS, 0},
    {0},
};

static void keep(cli *c, refresh_request *ask, const char *path)
{
    Cbank__Api__V1__TrustRefreshReply *reply;
    cbank_buffer answer = {0};
    cbank_error err;
    bytes packed = message_pack(&ask->base);
    cbank_status status = cbank_trust_refresh(packed.data, packed.size, &answer, &err);

    memory_free(&packed);
    reply = call_reply(c, status, &err, &answer, &cbank__api__v1__trust_refresh_reply__descriptor);
    if (reply == NULL)
        return;
    if (file_write(c, path, FILE_PUBLIC, reply->trust.data, reply->trust.len)) {
        json_t *document = describe(reply->info);

        json_object_set_new(document, "file", json_string(path));
        json_object_set_new(document, "changed", json_boolean(reply->changed));
        output_document(c, document, trust_views);
        if (c->dry_run)
            output_talk(c, P_WOULD_WRITE, path);
        else if (!reply->changed)
            output_talk(c, P_TRUST_UNCHANGED, path);
    }
    message_free(reply);
}

/* Reads what an option names; empty without it. */
static bool read_option(cli *c, const char *name, bytes *out, ProtobufCBinaryData *field)
{
    if (!options_given(c, name))
        return true;
    if (!file_read(c, options_text(c, name), out))
        return false;
    *field = message_bytes(*out);
    return true;
}

static void pin(cli *c)
{
    refresh_request ask = CBANK__API__V1__TRUST_REFRESH_REQUEST__INIT;
    char fingerprint[TRUST_FINGERPRINT_MAX];
    bytes directory = {0}, status = {0};

    if (trust_read_root(c, fingerprint) && file_read(c, c->arguments[0], &directory) &&
        read_option(c, "status", &status, &ask.status)) {
        ask.directory = message_bytes(directory);
        ask.root_fingerprint = fingerprint;
        keep(c, &ask, options_text(c, "output"));
    }
    memory_free(&directory);
    memory_free(&status);
}

static void refresh(cli *c)
{
    refresh_request ask = CBANK__API__V1__TRUST_REFRESH_REQUEST__INIT;
    bytes trust = {0}, directory = {0}, status = {0};

    if (!options_given(c, "directory") && !options_given(c, "status")) {
        fail_own(c, FAIL_OPTION_CHOICE, "--directory, --status");
        return;
    }
    if (file_read(c, c->arguments[0], &trust) &&
        read_option(c, "directory", &directory, &ask.directory) &&
        read_option(c, "status", &status, &ask.status)) {
        ask.trust = message_bytes(trust);
        keep(c, &ask, c->arguments[0]);
    }
    memory_free(&trust);
    memory_free(&directory);
    memory_free(&status);
}

/* ---- show ---- */

static void show(cli *c)
{
    Cbank__Api__V1__TrustShowRequest ask = CBANK__API__V1__TRUST_SHOW_REQUEST__INIT;
    Cbank__Api__V1__TrustInfo *info;
    cbank_buffer reply = {0};
    bytes file = {0}, packed;
    cbank_error err;
    cbank_status status;

    if (!file_read(c, c->arguments[0], &file))
        return;
    if (trust_is_store(file))
        ask.trust = message_bytes(file);
    else
        ask.directory = message_bytes(file);
    packed = message_pack(&ask.base);
    status = cbank_trust_show(packed.data, packed.size, &reply, &err);
    memory_free(&packed);
    info = call_reply(c, status, &err, &reply, &cbank__api__v1__trust_info__descriptor);
    if (info != NULL)
        output_document(c, describe(info), trust_views);
    message_free(info);
    memory_free(&file);
}

const command trust_commands[] = {
    {"pin", "DIRECTORY", 1, 1, P_TRUST_PIN, COMMAND_WRITES, pin_options, pin},
    {"refresh", "FILE", 1, 1, P_TRUST_REFRESH, COMMAND_WRITES, refresh_options, refresh},
    {"show", "FILE", 1, 1, P_TRUST_SHOW, 0, NULL, show},
    {0},
};
