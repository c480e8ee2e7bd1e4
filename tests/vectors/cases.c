/*
 * cases.c - the shared cases of this folder, from C.
 *
 * Usage: vectors-c FILES WORK      WORK is an empty folder for the banks that are made
 */
#include "calls.h"
#include "field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HANDLES_MAX 8

static size_t held, wrong;

/* What a scene has made, by the names that its steps give. */
typedef struct stage {
    const char *files;
    const char *scene;
    const char *names[HANDLES_MAX];
    void *handles[HANDLES_MAX];
    size_t count;
    char folder[512];
} stage;

static void hold(const char *scene, const char *step, const char *what, const char *wanted,
                 const char *found)
{
    if (strcmp(wanted, found) == 0) {
        held++;
        return;
    }
    wrong++;
    printf("%s / %s / %s: expected %s, found %s\n", scene, step, what, wanted, found);
}

static void hold_values(const char *scene, const char *step, const json_t *expect,
                        const ProtobufCMessageDescriptor *kind, const cbank_buffer *data)
{
    const char *path;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)expect, path, value)
        hold(scene, step, path, json_string_value(value),
             field_look(kind, data->data, data->size, path));
}

/* Drives a job to its end; the output is gathered, the reply replaces the ask's. */
static cbank_status run_job(ask *it, const cbank_buffer *feed, cbank_buffer *output)
{
    cbank_job_state state = CBANK_JOB_MORE;
    cbank_status status = CBANK_OK;
    cbank_buffer part = {0};
    bool fed = false;

    while (status == CBANK_OK && state != CBANK_JOB_DONE) {
        status = cbank_job_step(it->made, 50, &state, &it->err);
        if (status != CBANK_OK)
            break;
        if (state == CBANK_JOB_NEEDS_INPUT && !fed && feed->size > 0) {
            status = cbank_job_feed(it->made, feed->data, feed->size, &it->err);
            fed = true;
        } else if (state == CBANK_JOB_NEEDS_INPUT) {
            status = cbank_job_feed_end(it->made, &it->err);
        } else if (state == CBANK_JOB_HAS_OUTPUT) {
            status = cbank_job_read(it->made, &part, &it->err);
            output->data = realloc(output->data, output->size + part.size + 1);
            if (output->data == NULL)
                abort();
            if (part.size > 0)
                memcpy(output->data + output->size, part.data, part.size);
            output->size += part.size;
        }
    }
    if (status == CBANK_OK)
        status = cbank_job_finish(it->made, &it->reply, &it->err);
    cbank_buffer_clear(&part);
    return status;
}

static void *handle_named(const stage *on, const char *name)
{
    for (size_t i = 0; i < on->count; i++)
        if (strcmp(on->names[i], name) == 0)
            return on->handles[i];
    return NULL;
}

static const char *string_in(const json_t *object, const char *key)
{
    const char *found = json_string_value(json_object_get(object, key));

    return found == NULL ? "" : found;
}

static void hold_output(const stage *on, const json_t *step, const cbank_buffer *output)
{
    cbank_buffer wanted = field_read(on->files, string_in(step, "output"));
    bool same = wanted.size == output->size &&
                (wanted.size == 0 || memcmp(wanted.data, output->data, wanted.size) == 0);

    hold(on->scene, string_in(step, "name"), "output", "the same bytes",
         same ? "the same bytes" : "others");
}

static void play(stage *on, const json_t *step)
{
    const call *asked = calls_find(string_in(step, "call"));
    const char *name = string_in(step, "name");
    const json_t *handles = json_object_get(step, "handles");
    cbank_buffer feed = {0}, output = {0};
    char wanted[16], found[16];
    cbank_status status;
    ask it = {0};

    if (asked == NULL) {
        hold(on->scene, name, string_in(step, "call"), "a known call", "none");
        return;
    }
    for (size_t i = 0; i < json_array_size(handles) && i < 2; i++)
        it.handles[i] = handle_named(on, json_string_value(json_array_get(handles, i)));
    it.path = field_text(string_in(step, "path"), on->folder);
    if (asked->request != NULL)
        it.request =
            field_pack(asked->request, json_object_get(step, "request"), on->files, on->folder);
    if (json_object_get(step, "feed") != NULL)
        feed = field_read(on->files, string_in(step, "feed"));
    status = asked->make(&it);
    if (asked->begins && status == CBANK_OK) {
        status = run_job(&it, &feed, &output);
        cbank_job_close(it.made);
    }
    snprintf(wanted, sizeof(wanted), "%d",
             (int)json_integer_value(json_object_get(step, "status")));
    snprintf(found, sizeof(found), "%d", (int)status);
    hold(on->scene, name, "status", wanted, found);
    hold(on->scene, name, "reason", string_in(step, "reason"),
         status == CBANK_OK ? "" : cbank_reason_name(it.err.reason));
    if (json_object_get(step, "output") != NULL)
        hold_output(on, step, &output);
    if (asked->reply != NULL)
        hold_values(on->scene, name, json_object_get(step, "expect"), asked->reply, &it.reply);
    if (json_object_get(step, "makes") != NULL && status == CBANK_OK && on->count < HANDLES_MAX) {
        on->names[on->count] = string_in(step, "makes");
        on->handles[on->count++] = it.made;
    }
    cbank_buffer_clear(&it.reply);
    free(output.data);
}

static void play_scene(const json_t *scene, const char *files, const char *work, size_t number)
{
    stage on = {.files = files, .scene = string_in(scene, "name")};
    const json_t *steps = json_object_get(scene, "steps");

    snprintf(on.folder, sizeof(on.folder), "%s/%zu", work, number);
    if (mkdir(on.folder, 0700) != 0) {
        perror(on.folder);
        exit(2);
    }
    for (size_t i = 0; i < json_array_size(steps); i++) {
        play(&on, json_array_get(steps, i));
        field_free_kept();
    }
    for (size_t i = on.count; i > 0; i--)
        calls_close(on.names[i - 1], on.handles[i - 1]);
}

int main(int argc, char **argv)
{
    const json_t *scenes, *files;
    json_error_t err;
    char path[512];
    json_t *table;
    size_t told;

    if (argc != 3)
        return 2;
    snprintf(path, sizeof(path), "%s/cases.json", argv[1]);
    table = json_load_file(path, JSON_REJECT_DUPLICATES, &err);
    if (table == NULL) {
        fprintf(stderr, "%s: line %d: %s\n", path, err.line, err.text);
        return 2;
    }
    scenes = json_object_get(table, "scenes");
    for (size_t i = 0; i < json_array_size(scenes); i++)
        play_scene(json_array_get(scenes, i), argv[1], argv[2], i);
    files = json_object_get(table, "files");
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *each = json_array_get(files, i);
        cbank_buffer data = field_read(argv[1], string_in(each, "file"));

        hold_values("files", string_in(each, "file"), json_object_get(each, "expect"),
                    field_message(string_in(each, "message")), &data);
        field_free_kept();
    }
    told = (size_t)json_integer_value(json_object_get(table, "expectations"));
    json_decref(table);
    printf("%zu expectations hold of %zu, %zu do not\n", held, told, wrong);
    return wrong > 0 || held == 0 || held != told;
}
