#include "author/rows.h"

#include <string.h>

#include "author/rows_part.h"
#include "base/memory.h"

/* ---- the map ---- */

/* "sources.where.placing.rank": behind some keys, names with dots of their own follow. */
static bool split_path(cbi_bytes text, binding *out)
{
    static const char *const open[] = {"where", "amounts"};

    out->depth = 0;
    while (out->depth < PATH_PARTS_MAX) {
        const uint8_t *dot = text.size == 0 ? NULL : memchr(text.data, '.', text.size);
        cbi_bytes part = text;
        bool rest = false;

        for (size_t i = 0; out->depth > 0 && i < 2; i++)
            rest = rest || cbi_bytes_equal(out->path[out->depth - 1], cbi_bytes_of_text(open[i]));
        if (dot != NULL && !rest)
            part.size = (size_t)(dot - text.data);
        if (part.size == 0)
            return false;
        out->path[out->depth++] = part;
        if (part.size == text.size)
            return true;
        text = cbi_bytes_of(text.data + part.size + 1, text.size - part.size - 1);
    }
    return false;
}

static void bind(cbi_rows *rows, cbi_form *form, cbi_bytes path, const cbi_yaml_node *source,
                 bool constant)
{
    binding *out = &rows->bindings[rows->count];

    if (rows->count == BINDINGS_MAX) {
        cbi_form_fault(form, CBI_REASON_FIELD_COUNT, source, "columns", "%d", BINDINGS_MAX);
        return;
    }
    *out = (binding){.source = source, .constant = constant};
    if (!split_path(path, out)) {
        cbi_form_fault(form, CBI_REASON_FORM_KEY, source, (const char *)path.data, "a.b.c");
        return;
    }
    rows->count++;
}

static void read_bindings(cbi_rows *rows, cbi_form *form, const char *key, bool constant)
{
    const cbi_yaml_node *map = cbi_yaml_get(rows->config, key);

    if (map == NULL || !cbi_form_is(form, map, CBI_YAML_MAP))
        return;
    for (const cbi_yaml_node *item = map->first; item != NULL; item = item->next) {
        bool id = cbi_bytes_equal(item->key, cbi_bytes_of_text("id"));

        if (!constant && id && item->kind == CBI_YAML_LIST && item->count > 0 &&
            item->count <= JOINED_MAX)
            bind(rows, form, item->key, item, false);
        else if (cbi_form_is(form, item, CBI_YAML_TEXT))
            bind(rows, form, item->key, item, constant);
    }
}

cbi_rows *cbi_rows_new(cbi_form *form, const cbi_yaml_node *config, bool joined)
{
    static const cbi_form_field fields[] = {
        {.key = "table", .needed = true}, {.key = "columns"}, {.key = "constants"},
        {.key = "encoding"}};
    const cbi_yaml_node *table = cbi_yaml_get(config, "table");
    const cbi_yaml_node *named = cbi_yaml_get(config, "encoding");
    cbi_grid_options options = {.sheet = ""};
    cbi_rows *rows = NULL;

    form->status = cbi_alloc(1, sizeof(*rows), &rows, form->err);
    if (form->status != CBANK_OK)
        return NULL;
    rows->config = config;
    rows->joined = joined;
    cbi_form_map(form, config, fields, 4, NULL);
    if (table != NULL && cbi_form_is(form, table, CBI_YAML_TEXT))
        rows->file = (const char *)table->text.data;
    if (named != NULL && cbi_encoding_parse(named->text, &options.encoding, NULL) != CBANK_OK)
        cbi_form_fault(form, CBI_REASON_FORM_VALUE, named, (const char *)named->text.data,
                       "utf-8, gb18030");
    rows->named = cbi_yaml_get(config, "columns") != NULL;
    read_bindings(rows, form, "columns", false);
    read_bindings(rows, form, "constants", true);
    if (form->status == CBANK_OK)
        form->status = cbi_grid_new(&options, &rows->grid, form->err);
    if (form->status == CBANK_OK)
        return rows;
    cbi_rows_free(rows);
    return NULL;
}

void cbi_rows_free(cbi_rows *rows)
{
    if (rows == NULL)
        return;
    cbi_grid_free(rows->grid);
    cbi_arena_clear(&rows->kept);
    cbi_free(rows);
}

const char *cbi_rows_file(const cbi_rows *rows)
{
    return rows->file;
}

cbank_status cbi_rows_feed(cbi_rows *rows, cbi_bytes bytes, cbank_error *err)
{
    return rows->over ? CBANK_OK : cbi_grid_feed(rows->grid, bytes, err);
}

cbank_status cbi_rows_end(cbi_rows *rows, cbank_error *err)
{
    return rows->over ? CBANK_OK : cbi_grid_end(rows->grid, err);
}

/* ---- the header ---- */

static void bind_column(cbi_rows *rows, cbi_form *form, binding *to)
{
    size_t unused;

    if (to->constant)
        return;
    if (to->source->kind == CBI_YAML_TEXT) {
        if (!cbi_rows_column(rows, to->source->text, &to->column))
            cbi_form_fault(form, CBI_REASON_FORM_COLUMN, NULL,
                           (const char *)to->source->text.data, NULL);
        return;
    }
    for (const cbi_yaml_node *item = to->source->first; item != NULL; item = item->next) {
        if (!cbi_rows_column(rows, item->text, &unused))
            cbi_form_fault(form, CBI_REASON_FORM_COLUMN, NULL, (const char *)item->text.data,
                           NULL);
    }
}

/* Columns that nobody named are keys themselves. */
static void take_names(cbi_rows *rows, cbi_form *form)
{
    size_t count;
    const cbi_bytes *columns = cbi_grid_columns(rows->grid, &count);
    cbi_yaml_node *node;

    for (size_t i = 0; i < count && !rows->named; i++) {
        if (columns[i].size == 0)
            continue;
        form->status = cbi_arena_alloc(&rows->kept, 1, sizeof(*node), &node, form->err);
        if (form->status != CBANK_OK)
            return;
        *node = (cbi_yaml_node){
            .kind = CBI_YAML_TEXT, .text = columns[i], .at = {1, (uint32_t)i + 1}};
        bind(rows, form, columns[i], node, false);
    }
}

static void take_header(cbi_rows *rows, cbi_form *form)
{
    uint32_t faults = form->faults;

    take_names(rows, form);
    for (size_t i = 0; i < rows->count && form->status == CBANK_OK; i++)
        bind_column(rows, form, &rows->bindings[i]);
    rows->bound = true;
    rows->over = form->faults != faults;
}

/* ---- rows that belong together ---- */

/* Notes what a further row adds; whatever else it says, it says like the first. */
static void take_row(cbi_rows *rows, cbi_form *form, const cbi_yaml_node *root)
{
    for (const cbi_yaml_node *node = root->first; node != NULL; node = node->next) {
        bool source = cbi_bytes_equal(node->key, cbi_bytes_of_text("sources"));
        bool grant = cbi_bytes_equal(node->key, cbi_bytes_of_text("grants"));
        const cbi_yaml_node *first;

        if ((source || grant) && (rows->source_count == ROWS_OF_RULE_MAX ||
                                  rows->grant_count == ROWS_OF_RULE_MAX)) {
            cbi_form_fault(form, CBI_REASON_FIELD_COUNT, node, "sources", "%u",
                           ROWS_OF_RULE_MAX);
            return;
        }
        if (source)
            rows->sources[rows->source_count++] = node;
        if (grant)
            rows->grants[rows->grant_count++] = node;
        if (source || grant || root == rows->waiting)
            continue;
        first = cbi_rows_child(rows->waiting, node->key);
        if (first == NULL || node->kind != first->kind ||
            !cbi_bytes_equal(first->text, node->text))
            cbi_form_fault(form, CBI_REASON_FORM_DIFFERS, node, (const char *)node->key.data,
                           NULL);
    }
}

static const cbi_yaml_node *list_of(cbi_form *form, const cbi_yaml_node *const *items,
                                    size_t count, cbi_bytes key)
{
    cbi_yaml_node *list = cbi_form_alloc(form, 1, sizeof(*list));
    cbi_yaml_node *copies = cbi_form_alloc(form, count, sizeof(*copies));

    if (list == NULL || copies == NULL)
        return NULL;
    *list = (cbi_yaml_node){
        .kind = CBI_YAML_LIST, .at = items[0]->at, .key = key, .count = (uint32_t)count};
    for (size_t i = 0; i < count; i++) {
        copies[i] = *items[i];
        copies[i].key = cbi_bytes_of("", 0);
        copies[i].next = i + 1 < count ? &copies[i + 1] : NULL;
    }
    list->first = copies;
    return list;
}

static cbi_yaml_node *complete_rule(cbi_rows *rows, cbi_form *form)
{
    cbi_yaml_node *rule = rows->waiting, *sources, *grants;

    rows->waiting = NULL;
    if (rule == NULL || form->status != CBANK_OK)
        return rule;
    sources = cbi_rows_child(rule, cbi_bytes_of_text("sources"));
    grants = cbi_rows_child(rule, cbi_bytes_of_text("grants"));
    if (rows->source_count > 1 && sources != NULL) {
        sources->first = list_of(form, rows->sources, rows->source_count,
                                 cbi_bytes_of_text("all"));
        sources->count = 1;
    }
    if (rows->grant_count > 1 && grants != NULL) {
        const cbi_yaml_node *list =
            list_of(form, rows->grants, rows->grant_count, cbi_bytes_of("", 0));

        if (list != NULL) {
            grants->kind = CBI_YAML_LIST;
            grants->first = list->first;
            grants->count = list->count;
        }
    }
    return rule;
}

static void begin_rule(cbi_rows *rows, cbi_form *form, cbi_yaml_node *root)
{
    rows->waiting = root;
    rows->source_count = rows->grant_count = 0;
    if (root != NULL)
        take_row(rows, form, root);
}

/* ---- one item after the other ---- */

static cbank_status pull(cbi_rows *rows, cbi_form *form, cbi_grid_step *step)
{
    cbank_error why = {0};
    cbank_status status;
    cbi_spot spot = {form->file, {0, 0}};

    if (rows->over) {
        *step = CBI_GRID_DONE;
        return CBANK_OK;
    }
    status = cbi_grid_next(rows->grid, step, &rows->row, &why);
    if (status == CBANK_OK)
        return CBANK_OK;
    form->faults++;
    rows->over = true;
    *step = CBI_GRID_DONE;
    spot.at.line = (uint32_t)why.where;
    return cbi_findings_take(form->findings, spot, status, &why, form->err);
}

static cbank_status next_joined(cbi_rows *rows, cbi_form *form, cbi_grid_step *step,
                                const cbi_yaml_node **item)
{
    cbank_status status = CBANK_OK;

    for (;;) {
        /* The row that ended the last rule begins the next one. */
        if (rows->has_row && rows->waiting == NULL) {
            cbi_arena_rewind(form->arena);
            rows->has_row = false;
            begin_rule(rows, form, cbi_rows_map(rows, form, &rows->row));
        }
        CBI_TRY(pull(rows, form, step));
        if (*step == CBI_GRID_HEADER)
            take_header(rows, form);
        if (*step == CBI_GRID_MORE)
            break;
        if (*step == CBI_GRID_DONE) {
            *item = complete_rule(rows, form);
            if (*item != NULL)
                *step = CBI_GRID_ROW;
            break;
        }
        if (*step != CBI_GRID_ROW)
            continue;
        if (rows->waiting != NULL && cbi_rows_goes_on(rows)) {
            cbi_yaml_node *root = cbi_rows_map(rows, form, &rows->row);

            if (root != NULL)
                take_row(rows, form, root);
        } else if (rows->waiting == NULL) {
            begin_rule(rows, form, cbi_rows_map(rows, form, &rows->row));
        } else {
            *item = complete_rule(rows, form);
            rows->has_row = true; /* read once this item is done with */
            break;
        }
        CBI_TRY(form->status);
    }
    status = form->status;
done:
    return status;
}

cbank_status cbi_rows_next(cbi_rows *rows, cbi_form *form, cbi_grid_step *step,
                           const cbi_yaml_node **item)
{
    cbank_status status = CBANK_OK;

    *item = NULL;
    form->table = true;
    if (rows->joined)
        return next_joined(rows, form, step, item);
    cbi_arena_rewind(form->arena);
    do {
        CBI_TRY(pull(rows, form, step));
        if (*step == CBI_GRID_HEADER)
            take_header(rows, form);
    } while (*step == CBI_GRID_HEADER);
    if (*step == CBI_GRID_ROW)
        *item = cbi_rows_map(rows, form, &rows->row);
    status = form->status;
done:
    return status;
}
