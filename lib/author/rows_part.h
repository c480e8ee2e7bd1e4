/* rows_part.h - what the files of rows share. */
#ifndef CBI_AUTHOR_ROWS_PART_H
#define CBI_AUTHOR_ROWS_PART_H

#include "author/rows.h"
#include "base/limits.h"

#define BINDINGS_MAX 128
#define PATH_PARTS_MAX 6
#define JOINED_MAX 64 /* columns that make one id */
#define ROWS_OF_RULE_MAX CBI_TERMS_MAX

/* What fills a key: a column, several for an id, or a constant. */
typedef struct binding {
    cbi_bytes path[PATH_PARTS_MAX];
    size_t depth;
    const cbi_yaml_node *source; /* the column's name, the names, or the constant */
    bool constant;
    size_t column; /* once the header is known */
} binding;

struct cbi_rows {
    cbi_grid *grid;
    const cbi_yaml_node *config;
    const char *file;
    bool joined;
    bool named; /* the map says which columns */
    bool bound;
    bool over;
    binding bindings[BINDINGS_MAX];
    size_t count;
    cbi_arena kept;                  /* names of columns that are keys themselves */
    cbi_yaml_node *waiting;          /* the rule that further rows may belong to */
    const cbi_yaml_node *sources[ROWS_OF_RULE_MAX];
    const cbi_yaml_node *grants[ROWS_OF_RULE_MAX];
    size_t source_count, grant_count;
    cbi_grid_row row; /* the first of the next rule, kept by the reader */
    bool has_row;
};

/* Position of the column of that name. */
bool cbi_rows_column(const cbi_rows *rows, cbi_bytes name, size_t *out);
/* A row as a map, in the form's arena; NULL without memory. */
cbi_yaml_node *cbi_rows_map(cbi_rows *rows, cbi_form *form, const cbi_grid_row *row);
/* Whether the row at hand goes on with the rule that waits. */
bool cbi_rows_goes_on(const cbi_rows *rows);
/* The child of that key of a map made here. */
cbi_yaml_node *cbi_rows_child(cbi_yaml_node *parent, cbi_bytes key);

#endif
