#include "output.h"

#include "memory.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

#define CELL_MAX 1200
#define GAP 2

FILE *output_stream(const cli *c)
{
    return c->stdout_taken ? stderr : stdout;
}

void output_talk(cli *c, phrase id, const char *object)
{
    char line[CELL_MAX];

    if (c->quiet || c->json)
        return;
    phrase_fill(phrase_text(id), object, line, sizeof(line));
    text_write(stderr, line);
    fputc('\n', stderr);
}

/* ---- cells ---- */

/* "3.5 credit, 54 hour", or the words of a list of strings. */
static void list_cell(json_t *list, view_kind kind, char out[CELL_MAX])
{
    const char *separator = phrases_are_chinese() ? "，" : ", ";
    size_t used = 0;
    size_t i;
    json_t *item;

    json_array_foreach(list, i, item) {
        const char *amount = json_string_value(json_object_get(item, "amount"));
        const char *word = json_string_value(json_object_get(item, "unit"));
        const char *text = json_string_value(json_object_get(item, "text"));

        if (json_is_string(item))
            word = json_string_value(item);
        if (text != NULL)
            word = text;
        if (word == NULL || used >= CELL_MAX)
            continue;
        used += (size_t)snprintf(out + used, CELL_MAX - used, "%s%s%s%s", i > 0 ? separator : "",
                                 amount != NULL ? amount : "", amount != NULL ? " " : "",
                                 amount != NULL || kind == VIEW_WORD ? phrase_word(word) : word);
    }
}

static void cell(json_t *value, view_kind kind, char out[CELL_MAX])
{
    out[0] = '\0';
    switch (json_typeof(value)) {
    case JSON_STRING:
        snprintf(out, CELL_MAX, "%s",
                 kind == VIEW_WORD ? phrase_word(json_string_value(value))
                                   : json_string_value(value));
        break;
    case JSON_INTEGER:
        snprintf(out, CELL_MAX, "%lld", (long long)json_integer_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        snprintf(out, CELL_MAX, "%s", phrase_word(json_is_true(value) ? "yes" : "no"));
        break;
    case JSON_ARRAY:
        list_cell(value, kind, out);
        break;
    case JSON_OBJECT:
    case JSON_REAL:
    case JSON_NULL:
        break;
    }
}

/* ---- tables ---- */

static void cell_of(json_t *row, const view *column, char out[CELL_MAX])
{
    json_t *value = json_object_get(row, column->key);

    out[0] = '\0';
    if (value != NULL)
        cell(value, column->kind, out);
}

/* A row, without blanks behind its last text. */
static void write_row(FILE *out, char *const *cells, const size_t *widths, size_t columns,
                      size_t indent)
{
    size_t owed = indent;

    for (size_t i = 0; i < columns; i++) {
        if (cells[i][0] != '\0') {
            fprintf(out, "%*s", (int)owed, "");
            text_write(out, cells[i]);
            owed = 0;
        }
        owed += widths[i] + GAP - text_width(cells[i]);
    }
    fputc('\n', out);
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(memory_new(size, 1), text, size);
}

/* All cells, row by row, the header first. */
static char **read_cells(json_t *rows, const view *views, size_t columns)
{
    char **cells = memory_new((json_array_size(rows) + 1) * columns, sizeof(*cells));
    char text[CELL_MAX];
    size_t index;
    json_t *row;

    for (size_t i = 0; i < columns; i++)
        cells[i] = copy_text(phrase_text(views[i].label));
    json_array_foreach(rows, index, row) {
        for (size_t i = 0; i < columns; i++) {
            cell_of(row, &views[i], text);
            cells[(index + 1) * columns + i] = copy_text(text);
        }
    }
    return cells;
}

static void write_table(FILE *out, json_t *rows, const view *views, size_t indent, bool header)
{
    size_t count = json_array_size(rows) + 1;
    size_t columns = 0;
    size_t *widths;
    char **cells;

    while (views[columns].key != NULL)
        columns++;
    widths = memory_new(columns, sizeof(*widths));
    cells = read_cells(rows, views, columns);
    for (size_t i = 0; i < count * columns; i++) {
        size_t width = text_width(cells[i]);

        if (width > widths[i % columns])
            widths[i % columns] = width;
    }
    for (size_t i = header ? 0 : 1; i < count; i++)
        write_row(out, cells + i * columns, widths, columns, indent);
    for (size_t i = 0; i < count * columns; i++)
        free(cells[i]);
    free(cells);
    free(widths);
}

/* ---- documents ---- */

static void write_block(FILE *out, const char *text)
{
    char line[CELL_MAX];

    while (*text != '\0') {
        size_t size = strcspn(text, "\n");

        snprintf(line, sizeof(line), "%.*s", (int)size, text);
        fputs("  ", out);
        text_write(out, line);
        fputc('\n', out);
        text += size + (text[size] == '\n');
    }
}

static bool is_absent(json_t *value)
{
    return value == NULL || json_is_null(value) ||
           (json_is_array(value) && json_array_size(value) == 0);
}

static void write_line(FILE *out, json_t *value, const view *line, size_t width)
{
    char text[CELL_MAX];

    if (line->kind == VIEW_ROWS || line->kind == VIEW_BLOCK) {
        text_write(out, phrase_text(line->label));
        fputc('\n', out);
    }
    if (line->kind == VIEW_ROWS) {
        write_table(out, value, line->rows, GAP, true);
    } else if (line->kind == VIEW_BLOCK) {
        write_block(out, json_string_value(value));
    } else {
        cell(value, line->kind, text);
        text_write_padded(out, phrase_text(line->label), width + GAP);
        text_write(out, text);
        fputc('\n', out);
    }
}

static void write_lines(FILE *out, json_t *document, const view *views)
{
    size_t width = 0;

    for (const view *at = views; at->key != NULL; at++) {
        bool labelled = at->kind == VIEW_PLAIN || at->kind == VIEW_WORD;
        size_t own = text_width(phrase_text(at->label));

        if (labelled && own > width && !is_absent(json_object_get(document, at->key)))
            width = own;
    }
    for (const view *at = views; at->key != NULL; at++) {
        json_t *value = json_object_get(document, at->key);

        if (!is_absent(value))
            write_line(out, value, at, width);
    }
}

void output_document(cli *c, json_t *document, const view *views)
{
    FILE *out = output_stream(c);

    if (c->json) {
        json_dumpf(document, out, JSON_INDENT(2));
        fputc('\n', out);
    } else if (!(c->quiet && c->stdout_taken)) {
        write_lines(out, document, views);
    }
    json_decref(document);
}

void output_list(cli *c, json_t *rows, const view *views, bool first)
{
    FILE *out = output_stream(c);
    size_t index;
    json_t *row;

    if (c->json) {
        json_array_foreach(rows, index, row) {
            json_dumpf(row, out, JSON_COMPACT);
            fputc('\n', out);
        }
    } else if (json_array_size(rows) > 0) {
        write_table(out, rows, views, 0, first);
    } else if (first) {
        output_talk(c, P_NOTHING_LISTED, "");
    }
    json_decref(rows);
}
