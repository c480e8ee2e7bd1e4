#include "shape.h"

#include "memory.h"
#include "phrases.h"
#include "values.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64

json_t *shape_text(const char *text)
{
    json_t *value = text != NULL && *text != '\0' ? json_string(text) : NULL;

    return value != NULL ? value : json_null();
}

json_t *shape_texts(char *const *texts, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, shape_text(texts[i]));
    return list;
}

json_t *shape_reason(const char *name)
{
    char word[WORD_MAX];
    size_t size = 0;

    for (; *name != '\0' && size + 1 < WORD_MAX; name++)
        word[size++] = (char)tolower((unsigned char)*name);
    word[size] = '\0';
    return shape_text(word);
}

json_t *shape_note(ProtobufCBinaryData data)
{
    json_t *value = data.len > 0 ? json_stringn((const char *)data.data, data.len) : NULL;

    return value != NULL ? value : json_null();
}

json_t *shape_hex(ProtobufCBinaryData data)
{
    char *text;
    json_t *value;

    if (data.len == 0)
        return json_null();
    text = memory_new(2 * data.len + 1, 1);
    value_format_hex(data.data, data.len, text);
    value = json_string(text);
    free(text);
    return value;
}

json_t *shape_number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

json_t *shape_time(int64_t time)
{
    char text[VALUE_TIME_MAX];

    value_format_time(time, text);
    return shape_text(text);
}

json_t *shape_date(uint32_t date)
{
    char text[VALUE_DATE_MAX];

    value_format_date(date, text);
    return shape_text(text);
}

json_t *shape_milli(int64_t milli)
{
    char text[VALUE_MILLI_MAX];

    value_format_milli(milli, text);
    return json_string(text);
}

json_t *shape_amounts(Cbank__V1__Amount *const *amounts, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:o, s:o}", "unit", shape_text(amounts[i]->unit),
                                              "amount", shape_milli(amounts[i]->milli)));
    return list;
}

json_t *shape_credits(Cbank__V1__Amount *const *amounts, size_t count)
{
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(amounts[i]->unit, "credit") == 0)
            sum += amounts[i]->milli;
    }
    return shape_milli(sum);
}

json_t *shape_names(Cbank__V1__LangText *const *names, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:o, s:o}", "lang", shape_text(names[i]->lang),
                                              "text", shape_text(names[i]->value)));
    return list;
}

json_t *shape_name(Cbank__V1__LangText *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(names[i]->lang, phrases_language(), 2) == 0)
            return shape_text(names[i]->value);
    }
    return count > 0 ? shape_text(names[0]->value) : json_null();
}

json_t *shape_ids(Cbank__V1__OrganisationId *const *ids, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:o, s:o}", "scheme", shape_text(ids[i]->scheme),
                                              "value", shape_text(ids[i]->value)));
    return list;
}

json_t *shape_code(const Cbank__V1__Code *code)
{
    return code != NULL ? shape_text(code->value) : json_null();
}

/* What the names of all values of an enum begin with: "CREDIT_STATUS_". */
static size_t prefix_size(const ProtobufCEnumDescriptor *type)
{
    const ProtobufCEnumValue *none = protobuf_c_enum_descriptor_get_value(type, 0);

    return none != NULL ? strlen(none->name) - strlen("UNSPECIFIED") : 0;
}

static void lower_word(const ProtobufCEnumDescriptor *type, const char *name, char out[WORD_MAX])
{
    size_t size = 0;

    for (name += prefix_size(type); *name != '\0' && size + 1 < WORD_MAX; name++)
        out[size++] = (char)tolower((unsigned char)*name);
    out[size] = '\0';
}

json_t *shape_word(const ProtobufCEnumDescriptor *type, int value)
{
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);
    char word[WORD_MAX];

    if (found == NULL || value == 0)
        return json_null();
    lower_word(type, found->name, word);
    return json_string(word);
}

json_t *shape_suite(Cbank__V1__Suite suite)
{
    return shape_text(suite == CBANK__V1__SUITE__SUITE_SHA256_ED25519 ? "sha256-ed25519"
                      : suite == CBANK__V1__SUITE__SUITE_SM3_SM2      ? "sm3-sm2"
                                                                      : "");
}

bool shape_value(const ProtobufCEnumDescriptor *type, const char *word, int *out)
{
    char own[WORD_MAX];

    for (unsigned i = 0; i < type->n_values; i++) {
        lower_word(type, type->values[i].name, own);
        if (type->values[i].value != 0 && strcmp(own, word) == 0) {
            *out = type->values[i].value;
            return true;
        }
    }
    return false;
}
