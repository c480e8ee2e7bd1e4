#include "trust.h"

#include "call.h"
#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "values.h"
#include "verdict.h"

#include "cbank/api/v1/key.pb-c.h"
#include "cbank/api/v1/transcript.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FINGERPRINT 32
#define PATH_MAX_HASHES 128

/* ---- keys ---- */

typedef struct pins {
    Cbank__Api__V1__PinnedKey *keys;
    Cbank__Api__V1__PinnedKey **list;
} pins;

static bool read_pins(cli *c, Cbank__Api__V1__VerifierRequest *request, pins *out)
{
    size_t count = options_count(c, "pin-key");
    size_t next = 0;

    out->keys = memory_new(count, sizeof(*out->keys));
    out->list = memory_new(count, sizeof(*out->list));
    for (size_t i = 0; i < count; i++) {
        char *text = options_each(c, "pin-key", &next);
        char *equals = strchr(text, '=');
        uint8_t digest[FINGERPRINT];

        if (equals == NULL || !value_hex(equals + 1, digest, sizeof(digest))) {
            fail_own(c, FAIL_BAD_HEX, text);
            return false;
        }
        *equals = '\0';
        out->keys[i] = (Cbank__Api__V1__PinnedKey)CBANK__API__V1__PINNED_KEY__INIT;
        out->keys[i].institution = text;
        out->keys[i].fingerprint = equals + 1;
        out->list[i] = &out->keys[i];
    }
    request->pins = out->list;
    request->n_pins = count;
    return true;
}

/* A fingerprint, or the public key file that it is of. */
bool trust_read_root(cli *c, char fingerprint[TRUST_FINGERPRINT_MAX])
{
    const char *text = options_text(c, "root");
    uint8_t digest[FINGERPRINT];
    Cbank__Api__V1__KeyInfo *key;
    cbank_buffer reply = {0};
    cbank_error err;

    fingerprint[0] = '\0';
    if (text == NULL)
        return true;
    if (value_hex(text, digest, sizeof(digest))) {
        value_format_hex(digest, sizeof(digest), fingerprint);
        return true;
    }
    if (strspn(text, "0123456789abcdefABCDEF") == strlen(text)) {
        fail_own(c, FAIL_BAD_HEX, text);
        return false;
    }
    key = call_reply(c, cbank_key_show_public(text, &reply, &err), &err, &reply,
                     &cbank__api__v1__key_info__descriptor);
    if (key != NULL)
        snprintf(fingerprint, 2 * FINGERPRINT + 1, "%s", key->fingerprint);
    else
        c->code = EXIT_INPUT; /* a "no" would be a verdict */
    message_free(key);
    return fingerprint[0] != '\0';
}

/* A file of cbank begins with its envelope, a store with its version. */
bool trust_is_store(bytes file)
{
    return file.size > 0 && file.data[0] == 0x08;
}

/* ---- the verifier ---- */

static void refuse(cli *c, cbank_status status, const cbank_error *err)
{
    Cbank__Api__V1__VerdictReport report = CBANK__API__V1__VERDICT_REPORT__INIT;
    char verdict[32];
    char reason[64];

    if (status / 100 != 6) {
        fail_call(c, err);
        return;
    }
    verdict_class(status, verdict, sizeof(verdict));
    snprintf(reason, sizeof(reason), "%s", cbank_reason_name(err->reason));
    report.verdict = verdict;
    report.reason = reason;
    c->code = EXIT_NO;
    verdict_show(c, &report, err, true);
}

static bool open_with(cli *c, Cbank__Api__V1__VerifierRequest *request, cbank_verifier **out)
{
    bytes packed = message_pack(&request->base);
    cbank_error err;
    cbank_status status = cbank_verifier_open(packed.data, packed.size, out, &err);

    memory_free(&packed);
    if (status != CBANK_OK) {
        *out = NULL;
        refuse(c, status, &err);
    }
    return status == CBANK_OK;
}

bool trust_open(cli *c, int64_t at, cbank_verifier **out)
{
    Cbank__Api__V1__VerifierRequest request = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    bool by_directory = options_given(c, "trust");
    char fingerprint[2 * FINGERPRINT + 1];
    bytes directory = {0};
    pins pinned = {0};
    bool fine;

    if (!by_directory && !options_given(c, "vkey")) {
        fail_own(c, FAIL_OPTION_ONE_OF, "--trust DIRECTORY, --vkey KEY");
        return false;
    }
    if (by_directory == options_given(c, "vkey") || (!by_directory && options_given(c, "root"))) {
        fail_own(c, FAIL_OPTION_CHOICE, "--trust [--root] | --vkey");
        return false;
    }
    request.at = at;
    if (!by_directory)
        request.vkey = options_text(c, "vkey");
    fine = trust_read_root(c, fingerprint) && read_pins(c, &request, &pinned) &&
           (!by_directory || file_read(c, options_text(c, "trust"), &directory));
    if (trust_is_store(directory)) {
        request.trust = message_bytes(directory);
    } else {
        request.directory = message_bytes(directory);
    }
    request.root_fingerprint = fingerprint;
    if (fine)
        fine = open_with(c, &request, out);
    free(pinned.keys);
    free(pinned.list);
    memory_free(&directory);
    return fine;
}

/* ---- a consistency proof ---- */

/* The next line, which moves `*text` behind it; its size is without the end. */
static const char *take_line(const char **text, size_t *size)
{
    const char *line = *text;

    *size = strcspn(line, "\n");
    *text += *size + (line[*size] == '\n');
    return line;
}

static bool is_head(const char *line, size_t size, const char *prefix)
{
    size_t word = strlen(prefix);

    return size > word && memcmp(line, prefix, word) == 0 &&
           strspn(line + word, "0123456789") == size - word;
}

/* The form of log consistency; the note behind the empty line is not looked at. */
static bool parse_path(const char *text, trust_path *out)
{
    size_t size;
    const char *line = take_line(&text, &size);

    if (!is_head(line, size, "old "))
        return false;
    for (line = take_line(&text, &size); size > 0; line = take_line(&text, &size)) {
        if (out->count == PATH_MAX_HASHES || !value_hash(line, size, out->room[out->count]))
            return false;
        out->hashes[out->count] =
            (ProtobufCBinaryData){.len = VALUE_HASH, .data = out->room[out->count]};
        out->count++;
    }
    return *line == '\n';
}

bool trust_read_path(cli *c, trust_path *out)
{
    const char *path = options_text(c, "consistency");
    bytes file;
    bool fine;

    *out = (trust_path){0};
    if (path == NULL)
        return true;
    if (!file_read(c, path, &file))
        return false;
    out->hashes = memory_new(PATH_MAX_HASHES, sizeof(*out->hashes));
    out->room = memory_new(PATH_MAX_HASHES, sizeof(*out->room));
    fine = parse_path((const char *)file.data, out);
    if (!fine)
        fail_own(c, FAIL_BAD_CONSISTENCY, path);
    memory_free(&file);
    return fine;
}

void trust_clear_path(trust_path *path)
{
    free(path->hashes);
    free(path->room);
    *path = (trust_path){0};
}
