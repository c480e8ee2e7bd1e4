#include <string.h>

#include "author/rows_part.h"
#include "base/limits.h"
#include "base/text.h"
#include "exchange/cell.h"

bool cbi_rows_column(const cbi_rows *rows, cbi_bytes name, size_t *out)
{
    size_t count;
    const cbi_bytes *columns = cbi_grid_columns(rows->grid, &count);

    for (size_t i = 0; i < count; i++) {
        if (cbi_bytes_equal(columns[i], name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static cbi_yaml_node *add_node(cbi_form *form, cbi_yaml_node *parent, cbi_bytes key, cbi_place at)
{
    cbi_yaml_node *node = cbi_form_alloc(form, 1, sizeof(*node));
    const cbi_yaml_node **link = &parent->first;

    if (node == NULL)
        return NULL;
    *node = (cbi_yaml_node){.kind = CBI_YAML_MAP, .key = key, .key_at = at, .at = at};
    while (*link != NULL) {
        /* Only nodes made here hang in this tree. */
        cbi_yaml_node *last = (cbi_yaml_node *)(uintptr_t)*link;

        link = &last->next;
    }
    *link = node;
    parent->count++;
    return node;
}

cbi_yaml_node *cbi_rows_child(cbi_yaml_node *parent, cbi_bytes key)
{
    for (const cbi_yaml_node *node = parent->first; node != NULL; node = node->next) {
        if (cbi_bytes_equal(node->key, key))
            return (cbi_yaml_node *)(uintptr_t)node;
    }
    return NULL;
}

static void put(cbi_form *form, cbi_yaml_node *root, const binding *at, cbi_bytes text,
                cbi_place place)
{
    cbi_yaml_node *node = root;
    char *copy = cbi_form_alloc(form, text.size + 1, 1);

    for (size_t i = 0; i < at->depth && node != NULL; i++) {
        cbi_yaml_node *child = cbi_rows_child(node, at->path[i]);
        bool last = i + 1 == at->depth;

        if (child != NULL && (last || child->kind != CBI_YAML_MAP)) {
            cbi_form_fault(form, CBI_REASON_FORM_TWICE, child, (const char *)at->path[i].data,
                           NULL);
            return;
        }
        node = child != NULL ? child : add_node(form, node, at->path[i], place);
    }
    if (node == NULL || copy == NULL)
        return;
    memcpy(copy, text.data, text.size);
    node->kind = CBI_YAML_TEXT;
    node->text = cbi_bytes_of(copy, text.size);
}

/* The cell as people see it; a fault if it holds what may not be signed. */
static bool read_cell(cbi_form *form, const cbi_grid_row *row, size_t column, cbi_bytes *out)
{
    cbi_yaml_node place = {.at = {(uint32_t)row->number, (uint32_t)column + 1}};
    cbi_bytes cell = column < row->count ? row->cells[column] : cbi_bytes_of("", 0);
    char *text = cbi_form_alloc(form, cell.size + 1, 1);

    *out = cbi_bytes_of("", 0);
    if (text == NULL)
        return false;
    *out = cbi_bytes_of(text, cbi_cell_unwrap(cell, text));
    if (cbi_text_is_clean(*out))
        return true;
    cbi_form_fault(form, CBI_REASON_BAD_UTF8, &place, "", NULL);
    return false;
}

/* The cells of several columns with '-' between; what is too long for an id is cut, and refused. */
static size_t join(const cbi_rows *rows, const cbi_grid_row *row, const binding *at,
                   char text[CBI_TEXT_MAX])
{
    size_t used = 0, column = 0;

    for (const cbi_yaml_node *item = at->source->first; item != NULL; item = item->next) {
        cbi_bytes cell = cbi_bytes_of("", 0);

        if (cbi_rows_column(rows, item->text, &column) && column < row->count)
            cell = row->cells[column];
        if (used + cell.size + 1 > CBI_TEXT_MAX)
            return used;
        if (item != at->source->first)
            text[used++] = '-';
        memcpy(text + used, cell.data, cell.size);
        used += cell.size;
    }
    return used;
}

/* Whether the row goes on with the rule that waits. */
bool cbi_rows_goes_on(const cbi_rows *rows)
{
    const cbi_yaml_node *id = cbi_yaml_get(rows->waiting, "id");
    char text[CBI_TEXT_MAX];
    size_t size;

    for (size_t i = 0; i < rows->count && id != NULL; i++) {
        const binding *at = &rows->bindings[i];

        if (at->constant || at->depth != 1 ||
            !cbi_bytes_equal(at->path[0], cbi_bytes_of_text("id")))
            continue;
        if (at->source->kind == CBI_YAML_LIST) {
            size = join(rows, &rows->row, at, text);
            return cbi_bytes_equal(id->text, cbi_bytes_of(text, size));
        }
        return at->column < rows->row.count &&
               cbi_bytes_equal(id->text, rows->row.cells[at->column]);
    }
    return false;
}

static void put_joined(cbi_rows *rows, cbi_form *form, const cbi_grid_row *row,
                       cbi_yaml_node *root, const binding *at)
{
    cbi_yaml_node place = {.at = {(uint32_t)row->number, 1}};
    char text[CBI_TEXT_MAX];
    cbi_bytes id = cbi_bytes_of(text, join(rows, row, at, text));

    if (cbi_text_is_clean(id))
        put(form, root, at, id, place.at);
    else
        cbi_form_fault(form, CBI_REASON_BAD_UTF8, &place, "id", NULL);
}

/* What every row says of sources or grants is no source or grant in a row that has none. */
static bool is_idle(const cbi_rows *rows, cbi_yaml_node *root, const binding *constant)
{
    if (!rows->joined || constant->depth < 2 || cbi_rows_child(root, constant->path[0]) != NULL)
        return false;
    for (size_t i = 0; i < rows->count; i++) {
        if (!rows->bindings[i].constant &&
            cbi_bytes_equal(rows->bindings[i].path[0], constant->path[0]))
            return true;
    }
    return false;
}

static void put_constants(cbi_rows *rows, cbi_form *form, cbi_yaml_node *root)
{
    for (size_t i = 0; i < rows->count && form->status == CBANK_OK; i++) {
        const binding *at = &rows->bindings[i];

        if (at->constant && !is_idle(rows, root, at))
            put(form, root, at, at->source->text, root->at);
    }
}

cbi_yaml_node *cbi_rows_map(cbi_rows *rows, cbi_form *form, const cbi_grid_row *row)
{
    cbi_yaml_node *root = cbi_form_alloc(form, 1, sizeof(*root));
    cbi_bytes cell;
    size_t columns;

    if (root == NULL)
        return NULL;
    *root = (cbi_yaml_node){.kind = CBI_YAML_MAP, .at = {(uint32_t)row->number, 1}};
    (void)cbi_grid_columns(rows->grid, &columns);
    if (row->count != columns)
        cbi_form_fault(form, CBI_REASON_ROW_CELLS, root, "", "%zu", row->count);
    for (size_t i = 0; i < rows->count && form->status == CBANK_OK; i++) {
        const binding *at = &rows->bindings[i];
        cbi_place place = {(uint32_t)row->number, (uint32_t)at->column + 1};

        if (at->constant)
            continue;
        if (at->source->kind == CBI_YAML_LIST)
            put_joined(rows, form, row, root, at);
        else if (read_cell(form, row, at->column, &cell) && cell.size > 0)
            put(form, root, at, cell, place);
    }
    put_constants(rows, form, root);
    return root;
}
