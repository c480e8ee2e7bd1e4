/*
 * output.h - results to standard output. Every result is a JSON document first: --json prints it as
 * it is, and people get a view of it: lines with labels, or a table.
 */
#ifndef CBANK_CLI_OUTPUT_H
#define CBANK_CLI_OUTPUT_H

#include "cli.h"

#include <jansson.h>

typedef enum view_kind {
    VIEW_PLAIN,
    VIEW_WORD,  /* a word that phrases.def translates */
    VIEW_ROWS,  /* an array of objects: a table of its own, below */
    VIEW_BLOCK, /* text of several lines, such as a signed note */
} view_kind;

/* One line, or one column; a list ends with an entry without a key. */
typedef struct view {
    const char *key;
    phrase label;
    view_kind kind;
    const struct view *rows; /* of VIEW_ROWS */
} view;

/* One document; takes the reference. Values that are null are left out for people. */
void output_document(cli *c, json_t *document, const view *views);

/*
 * A page of a list: NDJSON, or rows of a table under its header if it is the first page. Takes the
 * reference.
 */
void output_list(cli *c, json_t *rows, const view *views, bool first);

/* A sentence beside the data, to standard error; nothing with --quiet or --json. */
void output_talk(cli *c, phrase id, const char *object);

/* Where data go: standard error if a file has taken standard output. */
FILE *output_stream(const cli *c);

#endif
