/* log.c - cbank log ...: proofs for auditors, mirrors and witnesses. */
#include "call.h"
#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/log.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_LINE 46

/* ---- checkpoint ---- */

static const option checkpoint_options[] = {
    {"output", "FILE", P_OPT_OUTPUT_NOTE, 0},
    {0},
};

static const view checkpoint_views[] = {
    {"origin", P_ORIGIN, VIEW_PLAIN, NULL},
    {"size", P_SIZE, VIEW_PLAIN, NULL},
    {"root", P_ROOT, VIEW_PLAIN, NULL},
    {0},
};

static void checkpoint(cli *c)
{
    const char *path = options_text(c, "output");
    Cbank__Api__V1__CheckpointReply *reply =
        call_plain(c, cbank_log_checkpoint, &cbank__api__v1__checkpoint_reply__descriptor);

    if (reply == NULL)
        return;
    if (path == NULL && !c->json) /* the note is what was asked for */
        fwrite(reply->note.data, 1, reply->note.len, stdout);
    else if (path == NULL ||
             file_write(c, path, FILE_PUBLIC, reply->note.data, reply->note.len))
        output_document(c,
                        json_pack("{s:o, s:o, s:o, s:o}", "origin", shape_text(reply->origin),
                                  "size", shape_number(reply->size), "root",
                                  shape_hex(reply->root), "note", shape_note(reply->note)),
                        checkpoint_views);
    message_free(reply);
}

/* ---- prove ---- */

static const option prove_options[] = {
    {"leaf", "FILE", P_OPT_LEAF, OPTION_NEEDED},
    {"output", "FILE", P_OPT_OUTPUT_PROOF, OPTION_NEEDED},
    {0},
};

static const view prove_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"leaf", P_LEAF_FILE, VIEW_PLAIN, NULL},
    {"index", P_INDEX, VIEW_PLAIN, NULL},
    {"size", P_SIZE, VIEW_PLAIN, NULL},
    {0},
};

static void prove(cli *c)
{
    Cbank__Api__V1__ProveRequest request = CBANK__API__V1__PROVE_REQUEST__INIT;
    Cbank__Api__V1__ProveReply *reply;
    const char *path = options_text(c, "output");
    const char *leaf = options_text(c, "leaf");

    request.id = c->arguments[0];
    reply = call_bank(c, cbank_log_prove, &request.base,
                      &cbank__api__v1__prove_reply__descriptor);
    if (reply != NULL &&
        file_write(c, leaf, FILE_PUBLIC, reply->leaf.data, reply->leaf.len) &&
        file_write(c, path, FILE_PUBLIC, reply->proof.data, reply->proof.len))
        output_document(c,
                        json_pack("{s:s, s:s, s:o, s:o}", "file", path, "leaf", leaf, "index",
                                  shape_number(reply->index), "size", shape_number(reply->size)),
                        prove_views);
    message_free(reply);
}

/* ---- consistency ---- */

static const option consistency_options[] = {
    {"from", "SIZE", P_OPT_FROM_SIZE, 0},
    {"pin", "CHECKPOINT", P_OPT_PIN_NOTE, 0},
    {"to", "SIZE", P_OPT_TO_SIZE, 0},
    {"output", "FILE", P_OPT_OUTPUT_PROOF, OPTION_NEEDED},
    {0},
};

static const view consistency_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},     {"from", P_FROM_SIZE, VIEW_PLAIN, NULL},
    {"from_root", P_FROM_ROOT, VIEW_PLAIN, NULL}, {"to", P_TO_SIZE, VIEW_PLAIN, NULL},
    {"to_root", P_TO_ROOT, VIEW_PLAIN, NULL}, {0},
};

static bool read_size(cli *c, const char *option_name, uint64_t *out)
{
    const char *text = options_text(c, option_name);

    if (text == NULL || value_u64(text, out))
        return true;
    fail_own(c, FAIL_BAD_NUMBER, text);
    return false;
}

/*
 * As c2sp.org/tlog-witness has it in its add-checkpoint request, so that witnesses and others read
 * it: the old size, a hash a line, an empty line, the new signed note (none where the log has none
 * of that size). --consistency reads it, too.
 */
static bool keep_path(cli *c, const char *path, const Cbank__Api__V1__ConsistencyReply *reply)
{
    size_t room = 32 + reply->n_path * HASH_LINE + reply->note.len;
    char *text = memory_new(room, 1);
    size_t used = (size_t)snprintf(text, room, "old %llu\n", (unsigned long long)reply->from);
    bool done;

    for (size_t i = 0; i < reply->n_path && reply->path[i].len == VALUE_HASH; i++) {
        value_format_hash(reply->path[i].data, text + used);
        used += strlen(text + used);
        text[used++] = '\n';
    }
    text[used++] = '\n';
    if (reply->note.len > 0)
        memcpy(text + used, reply->note.data, reply->note.len);
    done = file_write(c, path, FILE_PUBLIC, text, used + reply->note.len);
    free(text);
    return done;
}

/* The two notes are what was asked for: to standard output, with an empty line between them. */
static void show_fork(cli *c, const Cbank__Api__V1__ConsistencyReply *reply)
{
    json_t *notes = json_array();

    for (size_t i = 0; i < reply->n_fork_notes; i++) {
        json_array_append_new(notes, shape_note(reply->fork_notes[i]));
        if (!c->json) {
            fwrite(reply->fork_notes[i].data, 1, reply->fork_notes[i].len, stdout);
            fputs(i + 1 < reply->n_fork_notes ? "\n" : "", stdout);
        }
    }
    if (c->json)
        output_document(c, json_pack("{s:O}", "fork_notes", notes), NULL);
    json_decref(notes);
}

static void show_consistency(cli *c, const Cbank__Api__V1__ConsistencyReply *reply)
{
    const char *path = options_text(c, "output");

    if (!keep_path(c, path, reply))
        return;
    output_document(c,
                    json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "file", path, "from",
                              shape_number(reply->from), "to", shape_number(reply->to),
                              "from_root", shape_hex(reply->from_root), "to_root",
                              shape_hex(reply->to_root), "note", shape_note(reply->note)),
                    consistency_views);
}

static void ask_consistency(cli *c, const Cbank__Api__V1__ConsistencyRequest *request)
{
    Cbank__Api__V1__ConsistencyReply *answer = NULL;
    cbank_bank *bank = call_open_bank(c);
    cbank_buffer reply = {0};
    cbank_status status;
    cbank_error err;
    bytes packed;

    if (bank == NULL)
        return;
    packed = message_pack(&request->base);
    status = cbank_log_consistency(bank, packed.data, packed.size, &reply, &err);
    memory_free(&packed);
    if (status == CBANK_E_FORK) {
        fail_call(c, &err);
        c->code = EXIT_NO;
    }
    answer = call_reply(c, status == CBANK_E_FORK ? CBANK_OK : status, &err, &reply,
                        &cbank__api__v1__consistency_reply__descriptor);
    if (answer != NULL && status == CBANK_E_FORK)
        show_fork(c, answer);
    else if (answer != NULL)
        show_consistency(c, answer);
    message_free(answer);
}

static void consistency(cli *c)
{
    Cbank__Api__V1__ConsistencyRequest request = CBANK__API__V1__CONSISTENCY_REQUEST__INIT;
    const char *pin = options_text(c, "pin");
    bytes note = {0};

    if (!options_given(c, "from") && pin == NULL)
        fail_own(c, FAIL_OPTION_MISSING, "--from");
    else if (options_given(c, "from") && pin != NULL)
        fail_own(c, FAIL_OPTION_CHOICE, "--from, --pin");
    else if (read_size(c, "from", &request.from) && read_size(c, "to", &request.to) &&
             (pin == NULL || file_read(c, pin, &note))) {
        request.seen = message_bytes(note);
        ask_consistency(c, &request);
    }
    memory_free(&note);
}

const command log_commands[] = {
    {"checkpoint", "", 0, 0, P_LOG_CHECKPOINT, COMMAND_BANK | COMMAND_WRITES, checkpoint_options,
     checkpoint},
    {"prove", "ID", 1, 1, P_LOG_PROVE, COMMAND_BANK | COMMAND_WRITES, prove_options, prove},
    {"consistency", "", 0, 0, P_LOG_CONSISTENCY, COMMAND_BANK | COMMAND_WRITES,
     consistency_options, consistency},
    {0},
};
