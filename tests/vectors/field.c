#include "field.h"

#include <cbank/api/v1/bank.pb-c.h>
#include <cbank/v1/batch.pb-c.h>
#include <cbank/v1/claim.pb-c.h>
#include <cbank/v1/envelope.pb-c.h>
#include <cbank/v1/plan.pb-c.h>
#include <cbank/v1/publication.pb-c.h>
#include <cbank/v1/record.pb-c.h>
#include <cbank/v1/request.pb-c.h>
#include <cbank/v1/transcript.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 512

/* What stands inside of bytes; requests and replies come with their calls. */
static const ProtobufCMessageDescriptor *const messages[] = {
    &cbank__v1__artefact__descriptor,         &cbank__v1__envelope__descriptor,
    &cbank__v1__batch_head__descriptor,       &cbank__v1__batch_item__descriptor,
    &cbank__v1__credit_record__descriptor,    &cbank__v1__transcript_head__descriptor,
    &cbank__v1__request_head__descriptor,     &cbank__v1__claim_head__descriptor,
    &cbank__v1__publication_head__descriptor, &cbank__v1__plan__descriptor,
};

static void **kept;
static size_t n_kept, max_kept;

static void *checked(void *allocated)
{
    if (allocated == NULL)
        abort();
    return allocated;
}

void *field_keep(void *allocated)
{
    checked(allocated);
    if (n_kept == max_kept) {
        max_kept = 2 * max_kept + 64;
        kept = checked(realloc(kept, max_kept * sizeof(*kept)));
    }
    kept[n_kept++] = allocated;
    return allocated;
}

void field_free_kept(void)
{
    while (n_kept > 0)
        free(kept[--n_kept]);
    free(kept);
    kept = NULL;
    max_kept = 0;
}

const ProtobufCMessageDescriptor *field_message(const char *name)
{
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
        if (strcmp(messages[i]->name, name) == 0)
            return messages[i];
    return NULL;
}

cbank_buffer field_read(const char *folder, const char *name)
{
    cbank_buffer out = {0};
    char path[TEXT_MAX];
    FILE *file;
    long size;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    rewind(file);
    out.data = field_keep(calloc(1, (size_t)size + 1));
    out.size = fread(out.data, 1, (size_t)size, file);
    fclose(file);
    return out;
}

const char *field_text(const char *text, const char *scene)
{
    const char *at = strstr(text, "{scene}");
    size_t size = strlen(text) + strlen(scene) + 1;
    char *out = field_keep(calloc(1, size));

    if (at == NULL)
        snprintf(out, size, "%s", text);
    else
        snprintf(out, size, "%.*s%s%s", (int)(at - text), text, scene, at + strlen("{scene}"));
    return out;
}

/* ---- JSON into messages ---------------------------------------------------------------------- */

typedef struct source {
    const char *folder;
    const char *scene;
} source;

static size_t width_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_STRING:
        return sizeof(char *);
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    default:
        return sizeof(uint32_t);
    }
}

static ProtobufCMessage *message_of(const ProtobufCMessageDescriptor *kind, const json_t *fields,
                                    const source *from, size_t depth);

static void set_value(void *place, const ProtobufCFieldDescriptor *field, const json_t *value,
                      const source *from, size_t depth)
{
    const ProtobufCEnumValue *word;
    cbank_buffer content;

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        *(const char **)place = field_text(json_string_value(value), from->scene);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        content = field_read(from->folder, json_string_value(json_object_get(value, "@file")));
        *(ProtobufCBinaryData *)place = (ProtobufCBinaryData){content.size, content.data};
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        *(ProtobufCMessage **)place = message_of(field->descriptor, value, from, depth + 1);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)place = json_is_true(value);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        word = protobuf_c_enum_descriptor_get_value_by_name(field->descriptor,
                                                            json_string_value(value));
        *(int32_t *)place = word == NULL ? -1 : word->value;
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        *(int64_t *)place = json_integer_value(value);
        break;
    default:
        *(int32_t *)place = (int32_t)json_integer_value(value);
    }
}

/* The depth is that of our own files. */
static ProtobufCMessage *message_of(const ProtobufCMessageDescriptor *kind, const json_t *fields,
                                    const source *from, size_t depth)
{
    ProtobufCMessage *message = field_keep(calloc(1, kind->sizeof_message));
    const char *name;
    json_t *value;

    protobuf_c_message_init(kind, message);
    json_object_foreach((json_t *)(uintptr_t)fields, name, value)
    {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(kind, name);
        size_t width, count = json_array_size(value);
        uint8_t *list;

        if (field == NULL || depth > 8) {
            fprintf(stderr, "%s has no field %s\n", kind->name, name);
            exit(2);
        }
        if (field->label != PROTOBUF_C_LABEL_REPEATED) {
            set_value((char *)message + field->offset, field, value, from, depth);
            continue;
        }
        width = width_of(field->type);
        list = field_keep(calloc(count + 1, width));
        for (size_t i = 0; i < count; i++)
            set_value(list + i * width, field, json_array_get(value, i), from, depth);
        *(uint8_t **)((char *)message + field->offset) = list;
        *(size_t *)((char *)message + field->quantifier_offset) = count;
    }
    return message;
}

cbank_buffer field_pack(const ProtobufCMessageDescriptor *kind, const json_t *fields,
                        const char *folder, const char *scene)
{
    source from = {folder, scene};
    ProtobufCMessage *message = message_of(kind, fields, &from, 0);
    cbank_buffer out = {0};

    out.size = protobuf_c_message_get_packed_size(message);
    out.data = field_keep(calloc(1, out.size + 1));
    protobuf_c_message_pack(message, out.data);
    return out;
}

/* ---- values at paths ------------------------------------------------------------------------- */

static const char *text_of(const void *place, const ProtobufCFieldDescriptor *field)
{
    char *out = field_keep(calloc(1, TEXT_MAX));
    const ProtobufCBinaryData *bytes = place;
    const ProtobufCEnumValue *word;

    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        snprintf(out, TEXT_MAX, "%s", *(char *const *)place);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        for (size_t i = 0; i < bytes->len && 2 * i + 3 < TEXT_MAX; i++)
            snprintf(out + 2 * i, 3, "%02x", bytes->data[i]);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        snprintf(out, TEXT_MAX, "%s", *(const protobuf_c_boolean *)place ? "true" : "false");
        break;
    case PROTOBUF_C_TYPE_ENUM:
        word = protobuf_c_enum_descriptor_get_value(field->descriptor, *(const int32_t *)place);
        snprintf(out, TEXT_MAX, "%s", word == NULL ? "?" : word->name);
        break;
    case PROTOBUF_C_TYPE_UINT64:
        snprintf(out, TEXT_MAX, "%llu", (unsigned long long)*(const uint64_t *)place);
        break;
    case PROTOBUF_C_TYPE_INT64:
        snprintf(out, TEXT_MAX, "%lld", (long long)*(const int64_t *)place);
        break;
    case PROTOBUF_C_TYPE_UINT32:
        snprintf(out, TEXT_MAX, "%lu", (unsigned long)*(const uint32_t *)place);
        break;
    default:
        snprintf(out, TEXT_MAX, "%ld", (long)*(const int32_t *)place);
    }
    return out;
}

/* Where a path has come to: a message, or a field of it, or one of a list. */
typedef struct place {
    const ProtobufCMessage *message;
    const ProtobufCFieldDescriptor *field;
    const void *value;
    size_t count;
} place;

/* What is absent reads as an empty message, as in every other runtime. */
static const ProtobufCMessage *message_at(const place *at)
{
    const ProtobufCMessageDescriptor *kind = at->field->descriptor;
    ProtobufCMessage *found = *(ProtobufCMessage *const *)at->value;

    if (found == NULL) {
        found = field_keep(calloc(1, kind->sizeof_message));
        protobuf_c_message_init(kind, found);
    }
    return found;
}

static bool enter_field(place *at, const char *name)
{
    if (at->field != NULL && at->field->type == PROTOBUF_C_TYPE_MESSAGE)
        at->message = message_at(at);
    if (at->message == NULL)
        return false;
    at->field = protobuf_c_message_descriptor_get_field_by_name(at->message->descriptor, name);
    if (at->field == NULL)
        return false;
    at->value = (const char *)at->message + at->field->offset;
    if (at->field->label == PROTOBUF_C_LABEL_REPEATED)
        at->count = *(const size_t *)(const void *)((const char *)at->message +
                                                    at->field->quantifier_offset);
    return true;
}

static bool enter_list(place *at, size_t index)
{
    if (at->field == NULL || at->field->label != PROTOBUF_C_LABEL_REPEATED || index >= at->count)
        return false;
    at->value = *(const char *const *)at->value + index * width_of(at->field->type);
    return true;
}

/* The bytes of a field, as a message; the caller frees it. */
static ProtobufCMessage *enter_bytes(place *at, const char *name)
{
    const ProtobufCMessageDescriptor *kind = field_message(name);
    const ProtobufCBinaryData *bytes = at->value;

    if (kind == NULL || at->field == NULL || at->field->type != PROTOBUF_C_TYPE_BYTES)
        return NULL;
    at->message = protobuf_c_message_unpack(kind, NULL, bytes->len, bytes->data);
    at->field = NULL;
    return (ProtobufCMessage *)(uintptr_t)at->message;
}

const char *field_look(const ProtobufCMessageDescriptor *kind, const uint8_t *data, size_t size,
                       const char *path)
{
    ProtobufCMessage *opened[8] = {protobuf_c_message_unpack(kind, NULL, size, data)};
    place at = {.message = opened[0]};
    char steps[TEXT_MAX], *rest = NULL;
    const char *found = NULL;
    size_t n_opened = 1;

    snprintf(steps, sizeof(steps), "%s", path);
    for (char *step = strtok_r(steps, "/", &rest); step != NULL && found == NULL;
         step = strtok_r(NULL, "/", &rest)) {
        bool there;

        if (strchr(step, '.') != NULL) {
            there = n_opened < 8 && (opened[n_opened++] = enter_bytes(&at, step)) != NULL;
        } else if (strcmp(step, "#") == 0) {
            char *count = field_keep(calloc(1, 24));

            snprintf(count, 24, "%zu", at.count);
            found = count;
            there = true;
        } else if (step[0] >= '0' && step[0] <= '9') {
            there = enter_list(&at, strtoul(step, NULL, 10));
        } else {
            there = enter_field(&at, step);
        }
        if (!there)
            found = "?";
    }
    if (found == NULL)
        found = at.field == NULL || at.field->type == PROTOBUF_C_TYPE_MESSAGE
                    ? "?"
                    : text_of(at.value, at.field);
    while (n_opened > 0)
        if (opened[--n_opened] != NULL)
            protobuf_c_message_free_unpacked(opened[n_opened], NULL);
    return found;
}
