#include "which.h"

#include "call.h"
#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_LEAST 8

/* ---- ids ---- */

static void add_id(which *all, const char *text, size_t size)
{
    char *copy = memory_new(size + 1, 1);

    memcpy(copy, text, size);
    all->ids = memory_grow(all->ids, all->id_count + 1, sizeof(*all->ids));
    all->ids[all->id_count++] = copy;
}

/* "12-0123456789abcdef" */
static bool is_id(const char *text, size_t size)
{
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && digits < size && text[digits] == '-' && size == digits + 17 &&
           strspn(text + digits + 1, "0123456789abcdef") >= 16;
}

/* The first column of each line; a first line that is no id is the header. */
static bool add_file(cli *c, which *all)
{
    bytes file;
    const char *line;
    bool first = true;
    bool fine = true;

    if (!file_read(c, options_text(c, "file"), &file))
        return false;
    line = (const char *)file.data;
    if (strncmp(line, "\xEF\xBB\xBF", 3) == 0)
        line += 3;
    while (*line != '\0' && fine) {
        size_t size = strcspn(line, ",\r\n");
        char shown[64];

        if (size > 0 && is_id(line, size)) {
            add_id(all, line, size);
        } else if (size > 0 && !first) {
            snprintf(shown, sizeof(shown), "%.*s", (int)size, line);
            fail_own(c, FAIL_BAD_IDS, shown);
            fine = false;
        }
        first = false;
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    memory_free(&file);
    return fine;
}

/* ---- what they have in common ---- */

/* By the whole id or its first digits, of which there must be one batch only. */
static bool read_batch(cli *c, const char *text, which *all)
{
    Cbank__Api__V1__BatchShowRequest ask = CBANK__API__V1__BATCH_SHOW_REQUEST__INIT;
    Cbank__Api__V1__BatchInfo *info;
    size_t size = strlen(text) / 2;
    bool found;

    if (size < BATCH_LEAST || size > WHICH_BATCH_SIZE || !value_hex(text, all->batch, size)) {
        fail_own(c, FAIL_BAD_HEX, text);
        return false;
    }
    ask.batch = (ProtobufCBinaryData){.len = size, .data = all->batch};
    info = call_bank(c, cbank_batch_show, &ask.base, &cbank__api__v1__batch_info__descriptor);
    found = info != NULL && info->batch.len == WHICH_BATCH_SIZE;
    if (found)
        memcpy(all->batch, info->batch.data, WHICH_BATCH_SIZE);
    all->filter.batch = (ProtobufCBinaryData){.len = WHICH_BATCH_SIZE, .data = all->batch};
    all->filtered = true;
    message_free(info);
    return found;
}

static bool set_field(cli *c, which *all, const char *name, char *value)
{
    const struct {
        const char *name;
        char **place;
    } fields[] = {
        {"account", &all->filter.account},         {"code", &all->filter.code},
        {"offering", &all->filter.offering},       {"term", &all->filter.term},
        {"school_year", &all->filter.school_year}, {"school-year", &all->filter.school_year},
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strcmp(fields[i].name, name) == 0 && value != NULL && *value != '\0') {
            *fields[i].place = value;
            all->filtered = true;
            return true;
        }
    }
    fail_own(c, FAIL_BAD_WHERE, name);
    return false;
}

static bool read_where(cli *c, which *all)
{
    const char *text = options_text(c, "where");
    char *next;

    all->texts = memory_new(strlen(text) + 1, 1);
    memcpy(all->texts, text, strlen(text));
    for (char *at = all->texts; at != NULL; at = next) {
        char *value;

        next = strchr(at, ',');
        if (next != NULL)
            *next++ = '\0';
        value = strchr(at, '=');
        if (value != NULL)
            *value++ = '\0';
        if (!set_field(c, all, at, value))
            return false;
    }
    return true;
}

static bool has_option(const cli *c, const char *name)
{
    for (const option *at = c->command->options; at->name != NULL; at++) {
        if (strcmp(at->name, name) == 0)
            return true;
    }
    return false;
}

/* The options of their own, where a command has them and means the records that there are. */
static bool read_fields(cli *c, which *all)
{
    static const char *const names[] = {"code", "offering", "school-year", "term"};

    for (size_t i = 0; has_option(c, "offering") && i < sizeof(names) / sizeof(names[0]); i++) {
        if (options_given(c, names[i]) && !set_field(c, all, names[i], options_text(c, names[i])))
            return false;
    }
    return true;
}

bool which_read(cli *c, bool arguments, which *out)
{
    bool fine = true;

    *out = (which){.filter = CBANK__API__V1__CREDIT_FILTER__INIT};
    for (size_t i = 0; arguments && i < c->argument_count; i++)
        add_id(out, c->arguments[i], strlen(c->arguments[i]));
    if (has_option(c, "file") && options_given(c, "file"))
        fine = add_file(c, out);
    if (fine && options_given(c, "where"))
        fine = read_where(c, out);
    fine = fine && read_fields(c, out);
    if (fine && options_given(c, "batch"))
        fine = read_batch(c, options_text(c, "batch"), out);
    if (fine && out->filtered && out->id_count > 0) {
        fail_own(c, FAIL_OPTION_CHOICE, "ID, --file | --batch, --where");
        fine = false;
    }
    return fine;
}

void which_clear(which *all)
{
    for (size_t i = 0; i < all->id_count; i++)
        free(all->ids[i]);
    free(all->ids);
    free(all->texts);
    *all = (which){0};
}
