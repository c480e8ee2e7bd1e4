/*
 * rows.h - rows of a spreadsheet as items of a document, as if they were written there.
 *
 * A table in a document names a file, which of its columns fills which key, and what is the same
 * in every row:
 *
 *     table: rules.csv
 *     columns: {id: [学校, 课程号], sources.codes: 课程号, grants.course: 目标课程}
 *     constants: {sources.types: course, grants.amount: catalogue}
 *
 * A dot leads into a map. Without `columns` the header's own names are the keys. A cell that is
 * empty is a key that is not there; '|' stands between the values of a list. Rows of rules that
 * stand together under one id are one rule: it needs the sources of all, and gives their grants.
 *
 * Lines are counted as a spreadsheet counts rows, columns are its cells.
 */
#ifndef CBI_AUTHOR_ROWS_H
#define CBI_AUTHOR_ROWS_H

#include "author/form.h"
#include "exchange/grid.h"

typedef struct cbi_rows cbi_rows;

/*
 * `config` is the table's map, lent; `joined`: rows of one id belong together. Faults of the map
 * are told by `form`. NULL, without a fault, only for want of memory.
 */
cbi_rows *cbi_rows_new(cbi_form *form, const cbi_yaml_node *config, bool joined);
/* NULL is a no-op. */
void cbi_rows_free(cbi_rows *rows);

/* The name of the file; NULL if the map had none. */
const char *cbi_rows_file(const cbi_rows *rows);

cbank_status cbi_rows_feed(cbi_rows *rows, cbi_bytes bytes, cbank_error *err);
cbank_status cbi_rows_end(cbi_rows *rows, cbank_error *err);

/*
 * The next item: CBI_GRID_ROW with `item`, lent until the next call and living in the form's arena,
 * which is rewound here; MORE or DONE. A file that cannot be read on is told as a fault, and DONE.
 */
cbank_status cbi_rows_next(cbi_rows *rows, cbi_form *form, cbi_grid_step *step,
                           const cbi_yaml_node **item);

#endif
