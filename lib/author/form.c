#include "author/form.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

cbi_spot cbi_form_spot(const cbi_form *form, const cbi_yaml_node *node)
{
    return (cbi_spot){form->file, node == NULL ? (cbi_place){1, 1} : node->at};
}

void cbi_form_fault(cbi_form *form, cbi_reason reason, const cbi_yaml_node *node,
                    const char *object, const char *detail, ...)
{
    char text[320] = "";
    va_list arguments;

    form->faults++;
    if (form->status != CBANK_OK)
        return;
    if (detail != NULL) {
        va_start(arguments, detail);
        vsnprintf(text, sizeof(text), detail, arguments);
        va_end(arguments);
    }
    form->status = cbi_findings_add(form->findings, CBI_SEVERITY_ERROR, reason,
                                    cbi_form_spot(form, node), object, form->err, "%s", text);
}

static const char *name_of(const cbi_yaml_node *node)
{
    return node->key.size > 0 ? (const char *)node->key.data : "";
}

bool cbi_form_is(cbi_form *form, const cbi_yaml_node *node, cbi_yaml_kind kind)
{
    if (node->kind != kind) {
        cbi_form_fault(form, CBI_REASON_FORM_KIND, node, name_of(node), "%s",
                       cbi_yaml_kind_name(kind));
        return false;
    }
    if (kind == CBI_YAML_TEXT && node->text.size == 0) {
        cbi_form_fault(form, CBI_REASON_FORM_EMPTY, node, name_of(node), NULL);
        return false;
    }
    return true;
}

void *cbi_form_alloc(cbi_form *form, size_t count, size_t size)
{
    void *memory = NULL;

    if (form->status == CBANK_OK)
        form->status = cbi_arena_alloc(form->arena, count, size, &memory, form->err);
    return form->status == CBANK_OK ? memory : NULL;
}

void *cbi_form_message(cbi_form *form, const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = cbi_form_alloc(form, 1, type->sizeof_message);

    if (message != NULL)
        type->message_init(message);
    return message;
}

/* ---- maps ---- */

static const cbi_form_field *find(const cbi_form_field *fields, size_t count, cbi_bytes key)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(fields[i].key) == key.size && memcmp(fields[i].key, key.data, key.size) == 0)
            return &fields[i];
    }
    return NULL;
}

static void refuse_key(cbi_form *form, const cbi_yaml_node *node, const cbi_form_field *fields,
                       size_t count)
{
    cbi_yaml_node key = *node;
    char known[160] = "";
    size_t used = 0;

    for (size_t i = 0; i < count && used < sizeof(known); i++)
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i == 0 ? "" : ", ",
                                 fields[i].key);
    key.at = node->key_at;
    cbi_form_fault(form, CBI_REASON_FORM_KEY, &key, name_of(node), "%s", known);
}

void cbi_form_map(cbi_form *form, const cbi_yaml_node *node, const cbi_form_field *fields,
                  size_t count, void *message)
{
    if (!cbi_form_is(form, node, CBI_YAML_MAP))
        return;
    for (const cbi_yaml_node *child = node->first; child != NULL; child = child->next) {
        const cbi_form_field *field = find(fields, count, child->key);

        if (field == NULL)
            refuse_key(form, child, fields, count);
        else if (field->read != NULL)
            field->read(form, child, (char *)message + field->offset, field->extra);
    }
    for (size_t i = 0; i < count; i++) {
        if (fields[i].needed && cbi_yaml_get(node, fields[i].key) == NULL)
            cbi_form_fault(form, CBI_REASON_FORM_MISSING, node, fields[i].key, NULL);
    }
}

void cbi_form_sub(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    const cbi_form_type *type = extra;
    void *message = cbi_form_message(form, type->message);

    if (message == NULL)
        return;
    cbi_form_map(form, node, type->fields, type->count, message);
    memcpy(target, &message, sizeof(message));
}

void cbi_form_list(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    cbi_form_list_field *list = target;
    bool one = node->kind == CBI_YAML_MAP;
    const cbi_yaml_node *item = one ? node : node->first;
    size_t count = one ? 1 : node->count;
    void **items;

    if (!one && !cbi_form_is(form, node, CBI_YAML_LIST))
        return;
    items = cbi_form_alloc(form, count + 1, sizeof(*items));
    if (items == NULL)
        return;
    for (size_t i = 0; i < count && form->status == CBANK_OK; i++, item = item->next)
        cbi_form_sub(form, item, &items[i], extra);
    list->items = items;
    list->count = form->status == CBANK_OK ? count : 0;
}
