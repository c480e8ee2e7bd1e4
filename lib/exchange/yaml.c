#include "exchange/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/text.h"

/* A list or map that is not closed yet. */
typedef struct level {
    cbi_yaml_node *node;
    cbi_yaml_node *last; /* of its children */
    bool has_key;        /* of a map: the key below waits for its value */
    cbi_bytes key;
    cbi_place key_at;
} level;

typedef struct building {
    const char *file;
    cbi_arena *arena;
    yaml_parser_t parser;
    level levels[CBI_YAML_DEPTH_MAX];
    size_t depth;
    uint32_t nodes;
    cbi_yaml_node *root;
    cbi_place at; /* of what an error is about */
} building;

static cbi_place place_of(yaml_mark_t mark)
{
    return (cbi_place){(uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

static cbank_status refuse(building *builder, cbi_reason reason, cbi_place at, const char *what,
                           cbank_error *err)
{
    builder->at = at;
    return cbi_place_fail(err, reason, builder->file, at, "%s", what);
}

/* ---- bytes ---- */

/* Where clean text ends: the whole size if all of it is. A line is short, so this may be slow. */
static size_t clean_size(cbi_bytes line)
{
    size_t size = line.size;

    while (size > 0 && !cbi_text_is_clean(cbi_bytes_of(line.data, size)))
        size--;
    return size;
}

static cbank_status refuse_line(building *builder, cbi_bytes line, uint32_t number,
                                cbank_error *err)
{
    cbi_bytes head = cbi_bytes_of(line.data, line.size < 4096 ? line.size : 4096);
    cbi_place at = {number, 1};

    head.size = clean_size(head);
    at.column += (uint32_t)cbi_text_characters(head);
    return refuse(builder, CBI_REASON_YAML_BYTES, at,
                  head.size < line.size && line.data[head.size] == '\t' ? "tab" : "", err);
}

/* libyaml would let control characters through and knows other line ends than we count. */
static cbank_status check_bytes(building *builder, cbi_bytes bytes, cbank_error *err)
{
    uint32_t number = 0;

    while (bytes.size > 0) {
        const uint8_t *end = memchr(bytes.data, '\n', bytes.size);
        size_t size = end == NULL ? bytes.size : (size_t)(end - bytes.data);
        cbi_bytes line = cbi_bytes_of(bytes.data, size);

        number++;
        if (line.size > 0 && end != NULL && line.data[line.size - 1] == '\r')
            line.size--;
        if (!cbi_text_is_clean(line))
            return refuse_line(builder, line, number, err);
        size += end != NULL;
        bytes = cbi_bytes_of(bytes.data + size, bytes.size - size);
    }
    return CBANK_OK;
}

/* ---- nodes ---- */

static cbank_status copy(building *builder, const yaml_event_t *event, cbi_bytes *out,
                         cbank_error *err)
{
    cbi_bytes text = cbi_bytes_of(event->data.scalar.value, event->data.scalar.length);
    yaml_scalar_style_t style = event->data.scalar.style;
    cbank_status status = CBANK_OK;
    char *memory;

    /* A block ends with the line's end, which belongs to the notation. */
    while (style >= YAML_LITERAL_SCALAR_STYLE && text.size > 0 &&
           text.data[text.size - 1] == '\n')
        text.size--;
    if (text.size > CBI_YAML_TEXT_MAX)
        return refuse(builder, CBI_REASON_YAML_LIMIT, place_of(event->start_mark), "text", err);
    if (!cbi_text_is_clean(text))
        return refuse(builder, CBI_REASON_YAML_BYTES, place_of(event->start_mark), "", err);
    CBI_TRY(cbi_arena_alloc(builder->arena, text.size + 1, 1, &memory, err));
    memcpy(memory, text.data, text.size);
    *out = cbi_bytes_of(memory, text.size);
done:
    return status;
}

static cbank_status take_key(building *builder, level *map, const yaml_event_t *event,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;

    map->key_at = place_of(event->start_mark);
    if (event->type != YAML_SCALAR_EVENT || event->data.scalar.length == 0)
        return refuse(builder, CBI_REASON_YAML_FORM, map->key_at, "a key that is no text", err);
    if (map->node->count == CBI_YAML_KEYS_MAX)
        return refuse(builder, CBI_REASON_YAML_LIMIT, map->key_at, "keys", err);
    CBI_TRY(copy(builder, event, &map->key, err));
    for (const cbi_yaml_node *node = map->node->first; node != NULL; node = node->next) {
        if (cbi_bytes_equal(node->key, map->key))
            return refuse(builder, CBI_REASON_YAML_KEY_TWICE, map->key_at,
                          (const char *)map->key.data, err);
    }
    map->has_key = true;
done:
    return status;
}

static void hang(building *builder, cbi_yaml_node *node)
{
    level *parent = builder->depth == 0 ? NULL : &builder->levels[builder->depth - 1];

    if (parent == NULL) {
        builder->root = node;
        return;
    }
    if (parent->last == NULL)
        parent->node->first = node;
    else
        parent->last->next = node;
    parent->last = node;
    parent->node->count++;
    if (parent->has_key) {
        node->key = parent->key;
        node->key_at = parent->key_at;
        parent->has_key = false;
    }
}

static cbank_status take_node(building *builder, const yaml_event_t *event, cbi_yaml_kind kind,
                              cbank_error *err)
{
    level *parent = builder->depth == 0 ? NULL : &builder->levels[builder->depth - 1];
    cbank_status status = CBANK_OK;
    cbi_yaml_node *node;

    if (parent != NULL && parent->node->kind == CBI_YAML_MAP && !parent->has_key)
        return take_key(builder, parent, event, err);
    if (builder->nodes == CBI_YAML_NODES_MAX)
        return refuse(builder, CBI_REASON_YAML_LIMIT, place_of(event->start_mark), "nodes", err);
    CBI_TRY(cbi_arena_alloc(builder->arena, 1, sizeof(*node), &node, err));
    builder->nodes++;
    node->kind = kind;
    node->at = place_of(event->start_mark);
    if (kind == CBI_YAML_TEXT) {
        node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        CBI_TRY(copy(builder, event, &node->text, err));
    }
    hang(builder, node);
    if (kind == CBI_YAML_TEXT)
        goto done;
    if (builder->depth == CBI_YAML_DEPTH_MAX)
        return refuse(builder, CBI_REASON_YAML_LIMIT, node->at, "depth", err);
    builder->levels[builder->depth++] = (level){.node = node};
done:
    return status;
}

/* ---- events ---- */

/* What is said twice, or by something that stands elsewhere, is not read. */
static const char *refused_form(const building *builder, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return "alias (*)";
    case YAML_DOCUMENT_START_EVENT:
        if (builder->root != NULL)
            return "second document (---)";
        return event->data.document_start.version_directive != NULL ||
                       event->data.document_start.tag_directives.start !=
                           event->data.document_start.tag_directives.end
                   ? "directive (%)"
                   : NULL;
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor != NULL ? "anchor (&)"
               : event->data.scalar.tag != NULL  ? "tag (!)"
                                                 : NULL;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor != NULL ? "anchor (&)"
               : event->data.sequence_start.tag != NULL  ? "tag (!)"
                                                         : NULL;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor != NULL ? "anchor (&)"
               : event->data.mapping_start.tag != NULL  ? "tag (!)"
                                                        : NULL;
    default:
        return NULL;
    }
}

static cbank_status take_event(building *builder, const yaml_event_t *event, cbank_error *err)
{
    const char *form = refused_form(builder, event);

    if (form != NULL)
        return refuse(builder, CBI_REASON_YAML_FORM, place_of(event->start_mark), form, err);
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return take_node(builder, event, CBI_YAML_TEXT, err);
    case YAML_SEQUENCE_START_EVENT:
        return take_node(builder, event, CBI_YAML_LIST, err);
    case YAML_MAPPING_START_EVENT:
        return take_node(builder, event, CBI_YAML_MAP, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        builder->depth--;
        return CBANK_OK;
    default:
        return CBANK_OK;
    }
}

static cbank_status translate(building *builder, cbank_error *err)
{
    const yaml_parser_t *parser = &builder->parser;
    const char *problem = parser->problem == NULL ? "" : parser->problem;

    if (parser->error == YAML_MEMORY_ERROR)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, 0, builder->file, NULL);
    return refuse(builder, CBI_REASON_YAML_SYNTAX, place_of(parser->problem_mark), problem, err);
}

static cbank_status run(building *builder, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    yaml_event_type_t type;
    yaml_event_t event;

    do {
        if (!yaml_parser_parse(&builder->parser, &event))
            return translate(builder, err);
        type = event.type;
        status = take_event(builder, &event, err);
        yaml_event_delete(&event);
    } while (status == CBANK_OK && type != YAML_STREAM_END_EVENT);
    return status;
}

static cbank_status make_empty(building *builder, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(builder->arena, 1, sizeof(*builder->root), &builder->root, err));
    builder->root->kind = CBI_YAML_MAP;
    builder->root->at = (cbi_place){1, 1};
done:
    return status;
}

cbank_status cbi_yaml_parse(cbi_bytes bytes, const char *file, cbi_yaml *out, cbi_place *at,
                            cbank_error *err)
{
    building builder = {.file = file, .arena = &out->arena};
    cbank_status status = CBANK_OK;

    if (bytes.size >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
        bytes = cbi_bytes_of(bytes.data + 3, bytes.size - 3);
    if (bytes.size > CBI_YAML_SIZE_MAX)
        CBI_TRY(refuse(&builder, CBI_REASON_YAML_LIMIT, (cbi_place){0, 0}, "file", err));
    CBI_TRY(check_bytes(&builder, bytes, err));
    if (!yaml_parser_initialize(&builder.parser))
        CBI_TRY(cbi_fail(err, CBI_REASON_NO_MEMORY, 0, file, NULL));
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&builder.parser, bytes.data, bytes.size);
    status = run(&builder, err);
    yaml_parser_delete(&builder.parser);
    if (status == CBANK_OK && builder.root == NULL)
        status = make_empty(&builder, err);
    out->root = builder.root;
done:
    if (at != NULL)
        *at = builder.at;
    if (status != CBANK_OK)
        cbi_yaml_clear(out);
    return status;
}

void cbi_yaml_clear(cbi_yaml *yaml)
{
    cbi_arena_clear(&yaml->arena);
    *yaml = (cbi_yaml){0};
}

const cbi_yaml_node *cbi_yaml_get(const cbi_yaml_node *map, const char *key)
{
    cbi_bytes wanted = cbi_bytes_of_text(key);

    if (map == NULL || map->kind != CBI_YAML_MAP)
        return NULL;
    for (const cbi_yaml_node *node = map->first; node != NULL; node = node->next) {
        if (cbi_bytes_equal(node->key, wanted))
            return node;
    }
    return NULL;
}

const char *cbi_yaml_kind_name(cbi_yaml_kind kind)
{
    static const char *const names[] = {"", "text", "list", "map"};

    return names[kind];
}
