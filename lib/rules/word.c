#include "rules/word.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"

/* The first value is PREFIX_UNSPECIFIED in every enum of ours. */
static size_t prefix_size(const ProtobufCEnumDescriptor *type)
{
    return strlen(type->values[0].name) - (sizeof("UNSPECIFIED") - 1);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '_' ? '-' : c;
}

static void write(const ProtobufCEnumDescriptor *type, const ProtobufCEnumValue *value, char *out)
{
    const char *name = value->name + prefix_size(type);
    size_t size = strnlen(name, CBI_WORD_TEXT_MAX - 1);

    for (size_t i = 0; i < size; i++)
        out[i] = lower(name[i]);
    out[size] = '\0';
}

void cbi_word_of(const ProtobufCEnumDescriptor *type, int value, char *out)
{
    out[0] = '\0';
    for (unsigned i = 1; i < type->n_values; i++) {
        if (type->values[i].value == value)
            write(type, &type->values[i], out);
    }
}

static bool is_word(const char *name, cbi_bytes word)
{
    if (strlen(name) != word.size)
        return false;
    for (size_t i = 0; i < word.size; i++) {
        if (lower(name[i]) != (char)word.data[i] || word.data[i] == '_')
            return false;
    }
    return true;
}

int cbi_word_value(const ProtobufCEnumDescriptor *type, cbi_bytes word)
{
    for (unsigned i = 1; i < type->n_values; i++) {
        if (is_word(type->values[i].name + prefix_size(type), word))
            return type->values[i].value;
    }
    return 0;
}

void cbi_word_list(const ProtobufCEnumDescriptor *type, char *out, size_t size)
{
    char word[CBI_WORD_TEXT_MAX];
    size_t used = 0;

    out[0] = '\0';
    for (unsigned i = 1; i < type->n_values && used < size; i++) {
        write(type, &type->values[i], word);
        used += (size_t)snprintf(out + used, size - used, "%s%s", i == 1 ? "" : ", ", word);
    }
}
