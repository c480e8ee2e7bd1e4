/* sign.c - cbank sign ...: signatures that are made elsewhere, in a UKey or an HSM. */
#include "call.h"
#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "shape.h"

#include "cbank/api/v1/key.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const option prepare_options[] = {
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {0},
};

static const option attach_options[] = {
    {"signature", "FILE", P_OPT_SIGNATURE, OPTION_NEEDED},
    {"draft", "FILE", P_OPT_DRAFT, 0},
    {"output", "FILE", P_OPT_SIGNED_OUTPUT, 0},
    {0},
};

static const view prepare_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"draft", P_DRAFT, VIEW_PLAIN, NULL},
    {"digest", P_DIGEST, VIEW_PLAIN, NULL},
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {"payload_type", P_PAYLOAD_TYPE, VIEW_PLAIN, NULL},
    {0},
};

static const view attach_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"digest", P_DIGEST, VIEW_PLAIN, NULL},
    {"missing", P_MISSING_SIGNATURES, VIEW_PLAIN, NULL},
    {0},
};

/* BYTES.draft beside BYTES; freed by the caller. */
static char *beside(const char *path, const char *suffix)
{
    size_t size = strlen(path) + strlen(suffix) + 1;
    char *joined = memory_new(size, 1);

    snprintf(joined, size, "%s%s", path, suffix);
    return joined;
}

static Cbank__Api__V1__SignPrepareReply *ask_prepare(cli *c, bytes draft)
{
    Cbank__Api__V1__SignPrepareRequest request = CBANK__API__V1__SIGN_PREPARE_REQUEST__INIT;
    cbank_buffer reply = {0};
    cbank_error err;
    bytes packed;
    void *answer;

    request.draft = message_bytes(draft);
    packed = message_pack(&request.base);
    answer = call_reply(c, cbank_sign_prepare(packed.data, packed.size, &reply, &err), &err,
                        &reply, &cbank__api__v1__sign_prepare_reply__descriptor);
    memory_free(&packed);
    return answer;
}

static void prepare(cli *c)
{
    const char *path = options_text(c, "output");
    char *copy = beside(path, ".draft");
    Cbank__Api__V1__SignPrepareReply *reply = NULL;
    bytes draft = {0};

    if (file_read(c, c->arguments[0], &draft))
        reply = ask_prepare(c, draft);
    if (reply != NULL &&
        file_write(c, path, FILE_PUBLIC, reply->bytes.data, reply->bytes.len) &&
        file_write(c, copy, FILE_PRIVATE, draft.data, draft.size))
        output_document(c,
                        json_pack("{s:s, s:s, s:o, s:o, s:o}", "file", path, "draft", copy,
                                  "digest", shape_text(reply->digest), "fingerprint",
                                  shape_text(reply->key->fingerprint), "payload_type",
                                  shape_text(reply->payload_type)),
                        prepare_views);
    message_free(reply);
    memory_free(&draft);
    free(copy);
}

/* The bytes that were signed are the ones that this draft waits for. */
static bool is_about(cli *c, bytes draft, bytes signed_bytes)
{
    Cbank__Api__V1__SignPrepareReply *wanted = ask_prepare(c, draft);
    bool same = wanted != NULL && wanted->bytes.len == signed_bytes.size &&
                memcmp(wanted->bytes.data, signed_bytes.data, signed_bytes.size) == 0;

    if (wanted != NULL && !same)
        fail_own(c, FAIL_OTHER_DRAFT, c->arguments[0]);
    message_free(wanted);
    return same;
}

static void attach_to(cli *c, bytes draft, bytes signature, const char *path)
{
    Cbank__Api__V1__SignAttachRequest request = CBANK__API__V1__SIGN_ATTACH_REQUEST__INIT;
    Cbank__Api__V1__SignAttachReply *reply;
    cbank_buffer answer = {0};
    cbank_error err;
    bytes packed;

    request.draft = message_bytes(draft);
    request.signature = message_bytes(signature);
    packed = message_pack(&request.base);
    reply = call_reply(c, cbank_sign_attach(packed.data, packed.size, &answer, &err), &err,
                       &answer, &cbank__api__v1__sign_attach_reply__descriptor);
    if (reply != NULL && file_write(c, path, FILE_PRIVATE, reply->file.data, reply->file.len))
        output_document(c,
                        json_pack("{s:s, s:o, s:o}", "file", path, "digest",
                                  shape_text(reply->digest), "missing",
                                  shape_number(reply->missing)),
                        attach_views);
    message_free(reply);
    memory_free(&packed);
}

static void attach(cli *c)
{
    char *own_draft = beside(c->arguments[0], ".draft"), *own = beside(c->arguments[0], ".signed");
    const char *from = options_given(c, "draft") ? options_text(c, "draft") : own_draft;
    const char *to = options_given(c, "output") ? options_text(c, "output") : own;
    bytes signed_bytes = {0}, draft = {0}, signature = {0};

    if (file_read(c, c->arguments[0], &signed_bytes) && file_read(c, from, &draft) &&
        file_read(c, options_text(c, "signature"), &signature) &&
        is_about(c, draft, signed_bytes))
        attach_to(c, draft, signature, to);
    memory_free(&signed_bytes);
    memory_free(&draft);
    memory_free(&signature);
    free(own_draft);
    free(own);
}

const command sign_commands[] = {
    {"prepare", "DRAFT", 1, 1, P_SIGN_PREPARE, COMMAND_WRITES, prepare_options, prepare},
    {"attach", "BYTES", 1, 1, P_SIGN_ATTACH, COMMAND_WRITES, attach_options, attach},
    {0},
};
