/* plancheck.c - cbank plan check: a recognition is run again, without any bank. */
#include "call.h"
#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "plancheck.h"
#include "shape.h"

#include "cbank/api/v1/plan.pb-c.h"

#include <stdlib.h>

const option check_options[] = {
    {"transcript", "FILE", P_OPT_OF_TRANSCRIPT, OPTION_NEEDED},
    {"rules", "FILE", P_OPT_ARTEFACTS, OPTION_NEEDED | OPTION_REPEATED},
    {"recognition", "FILE", P_OPT_EARLIER, OPTION_REPEATED},
    {0},
};

static const view difference_views[] = {
    {"what", P_WHAT, VIEW_WORD, NULL},
    {"position", P_PLACE, VIEW_PLAIN, NULL},
    {"field", P_FIELD, VIEW_PLAIN, NULL},
    {"stated", P_STATED, VIEW_PLAIN, NULL},
    {"found", P_FOUND, VIEW_PLAIN, NULL},
    {0},
};

static const view check_views[] = {
    {"result", P_STATUS, VIEW_WORD, NULL},
    {"counted", P_COUNTED, VIEW_PLAIN, NULL},
    {"differences", P_DIFFERENCES, VIEW_ROWS, difference_views},
    {0},
};

/* The files of an option that may be repeated; each is to be freed. */
typedef struct files {
    bytes *contents;
    ProtobufCBinaryData *list;
    size_t count;
} files;

static bool read_files(cli *c, const char *name, files *out)
{
    size_t times = options_count(c, name), next = 0;

    out->contents = memory_new(times + 1, sizeof(*out->contents));
    out->list = memory_new(times + 1, sizeof(*out->list));
    for (size_t i = 0; i < times; i++) {
        if (!file_read(c, options_each(c, name, &next), &out->contents[i]))
            return false;
        out->list[out->count++] = message_bytes(out->contents[i]);
    }
    return true;
}

static void free_files(files *it)
{
    for (size_t i = 0; i < it->count; i++)
        memory_free(&it->contents[i]);
    free(it->contents);
    free(it->list);
}

/* What the plan that was made again counts; null where none could be. */
static json_t *shape_counted(ProtobufCBinaryData packed)
{
    Cbank__V1__Plan *plan =
        packed.len == 0 ? NULL
                        : (Cbank__V1__Plan *)(void *)protobuf_c_message_unpack(
                              &cbank__v1__plan__descriptor, NULL, packed.len, packed.data);
    json_t *counted = plan == NULL || plan->measures == NULL
                          ? json_null()
                          : shape_milli(plan->measures->counted_milli);

    message_free(plan);
    return counted;
}

static void show_check(cli *c, const Cbank__Api__V1__PlanCheckReply *reply)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < reply->n_differences; i++) {
        const Cbank__Api__V1__PlanDifference *at = reply->differences[i];

        json_array_append_new(
            rows, json_pack("{s:o, s:o, s:o, s:o, s:o}", "what",
                            shape_word(&cbank__api__v1__plan_difference_kind__descriptor,
                                       (int)at->kind),
                            "position", shape_number(at->position), "field",
                            shape_text(at->field), "stated", shape_text(at->stated), "found",
                            shape_text(at->found)));
    }
    output_document(c,
                    json_pack("{s:b, s:s, s:o, s:o}", "same", (int)reply->same, "result",
                              reply->same ? "same" : "different", "counted",
                              shape_counted(reply->plan), "differences", rows),
                    check_views);
    if (!reply->same && c->code == EXIT_DONE)
        c->code = EXIT_NO;
}

void plan_check(cli *c)
{
    Cbank__Api__V1__PlanCheckRequest ask = CBANK__API__V1__PLAN_CHECK_REQUEST__INIT;
    Cbank__Api__V1__PlanCheckReply *reply = NULL;
    bytes recognition = {0}, transcript = {0}, request = {0};
    files artefacts = {0}, earlier = {0};
    cbank_buffer answer = {0};
    cbank_error err;

    if (file_read(c, c->arguments[0], &recognition) &&
        file_read(c, options_text(c, "transcript"), &transcript) &&
        read_files(c, "rules", &artefacts) && read_files(c, "recognition", &earlier)) {
        ask.recognition = message_bytes(recognition);
        ask.transcript = message_bytes(transcript);
        ask.publications = artefacts.list;
        ask.n_publications = artefacts.count;
        ask.recognitions = earlier.list;
        ask.n_recognitions = earlier.count;
        request = message_pack(&ask.base);
        reply = call_reply(c, cbank_plan_check(request.data, request.size, &answer, &err), &err,
                           &answer, &cbank__api__v1__plan_check_reply__descriptor);
    }
    if (reply != NULL)
        show_check(c, reply);
    message_free(reply);
    memory_free(&request);
    memory_free(&recognition);
    memory_free(&transcript);
    free_files(&artefacts);
    free_files(&earlier);
}
