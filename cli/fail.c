#include "fail.h"

#include "shape.h"
#include "text.h"

#include <jansson.h>
#include <stdio.h>

#define MESSAGE_MAX 1024

static const struct {
    const char *name;
    exit_code code;
    const char *status;
    const char *zh;
    const char *zh_remedy;
    const char *en;
    const char *en_remedy;
} failures[] = {
#define FAILURE(name, code, status, zh, zh_remedy, en, en_remedy)                                  \
    {#name, EXIT_##code, status, zh, zh_remedy, en, en_remedy},
#include "failures.def"
#undef FAILURE
};

typedef struct report {
    const char *status;
    const char *reason;
    const char *message;
    const char *remedy;
    const char *object;
    uint64_t where;
} report;

static void say_json(const report *said)
{
    json_t *error =
        json_pack("{s:s, s:o, s:s, s:s, s:s, s:I}", "status", said->status, "reason",
                  shape_reason(said->reason), "message", said->message, "remedy", said->remedy,
                  "object", said->object, "where", (json_int_t)said->where);
    json_t *document = json_pack("{s:o}", "error", error);

    json_dumpf(document, stderr, JSON_COMPACT);
    fputc('\n', stderr);
    json_decref(document);
}

static void say(cli *c, const report *said)
{
    if (c->json) {
        say_json(said);
        return;
    }
    fputs("cbank: ", stderr);
    text_write(stderr, said->message);
    fputc('\n', stderr);
    if (*said->remedy != '\0') {
        fputs("       ", stderr);
        text_write(stderr, said->remedy);
        fputc('\n', stderr);
    }
}

void fail_own(cli *c, failure id, const char *object)
{
    bool chinese = phrases_are_chinese();
    char message[MESSAGE_MAX];
    char remedy[MESSAGE_MAX];
    report said = {.status = failures[id].status, .reason = failures[id].name,
                   .message = message, .remedy = remedy, .object = object};

    phrase_fill(chinese ? failures[id].zh : failures[id].en, object, message, sizeof(message));
    phrase_fill(chinese ? failures[id].zh_remedy : failures[id].en_remedy, object, remedy,
                sizeof(remedy));
    text_clean(message);
    c->code = failures[id].code;
    say(c, &said);
}

void fail_call(cli *c, const cbank_error *err)
{
    char message[MESSAGE_MAX];
    char remedy[MESSAGE_MAX];
    report said = {.status = cbank_status_name(err->status),
                   .reason = cbank_reason_name(err->reason),
                   .message = message, .remedy = remedy, .object = err->object,
                   .where = err->where};

    cbank_error_text(err, phrases_language(), message, sizeof(message), remedy, sizeof(remedy));
    c->code = fail_code(err->status);
    say(c, &said);
}

exit_code fail_code(int32_t status)
{
    if (status == CBANK_E_NOT_FOUND)
        return EXIT_NO;
    if (status == CBANK_E_BUSY)
        return EXIT_CONFLICT;
    switch (status / 100) {
    case 0:
        return EXIT_DONE;
    case 1:
        return EXIT_USAGE;
    case 2:
        return EXIT_INPUT;
    case 3:
        return EXIT_CONFLICT;
    case 4:
    case 6: /* a signature or key that the bank does not accept */
        return EXIT_DENIED;
    case 5:
        return EXIT_STORE;
    default:
        return EXIT_INSIDE;
    }
}
