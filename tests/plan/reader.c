#include "reader.h"

#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void instance_fail(const char *what, const char *where)
{
    fprintf(stderr, "plan_instance: %s: %s\n", what, where);
    exit(3);
}

void *reader_make(reader *r, size_t count, size_t size)
{
    void *memory;

    if (cbi_arena_alloc(&r->in->arena, count, size, &memory, NULL) != CBANK_OK)
        instance_fail("out of memory", "");
    return memory;
}

void *reader_init(void *message, void (*init)(void *))
{
    init(message);
    return message;
}

/* Only these keys may be there. */
void reader_keys(const json_t *object, const char *known, const char *what)
{
    const char *key;
    json_t *value;

    if (!json_is_object(object))
        instance_fail("not an object", what);
    json_object_foreach((json_t *)(uintptr_t)object, key, value) {
        char word[64];

        snprintf(word, sizeof(word), " %s ", key);
        if (strstr(known, word) == NULL)
            instance_fail(what, key);
    }
}

int64_t reader_number(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);

    if (value == NULL)
        return otherwise;
    if (!json_is_integer(value))
        instance_fail("not a whole number", key);
    return json_integer_value(value);
}

int64_t reader_size(const json_t *object, const char *key)
{
    int64_t value = reader_number(object, key, -1);

    if (value < 0 || value > 1000000000000)
        instance_fail("missing or out of range", key);
    return value;
}

char *reader_value(const json_t *value, const char *what)
{
    if (!json_is_string(value))
        instance_fail("not a text", what);
    return (char *)(uintptr_t)json_string_value(value);
}

char *reader_text(const json_t *object, const char *key)
{
    return reader_value(json_object_get(object, key), key);
}

uint32_t reader_day(const json_t *object, const char *key)
{
    uint32_t value = 0;
    const char *written = reader_text(object, key);

    if (!cbi_date_parse(cbi_bytes_of_text(written), &value) || value % 100 == 0)
        instance_fail("not a day", written);
    return value;
}

uint32_t reader_month_day(const json_t *value)
{
    unsigned month;
    unsigned of_month;

    if (sscanf(reader_value(value, "MM-DD"), "%2u-%2u", &month, &of_month) != 2)
        instance_fail("not MM-DD", "");
    return month * 100 + of_month;
}

char **reader_texts(reader *r, const json_t *list, const char *what, size_t *count)
{
    char **out;

    if (!json_is_array(list))
        instance_fail("not a list", what);
    *count = json_array_size(list);
    out = reader_make(r, *count, sizeof(*out));
    for (size_t i = 0; i < *count; i++)
        out[i] = reader_value(json_array_get(list, i), what);
    return out;
}

Cbank__V1__RecordType reader_type(reader *r, const char *word)
{
    uint32_t at = 0;

    for (uint32_t i = 1; i <= TYPES_MAX; i++)
        if (strcmp(cbi_fact_type_word((Cbank__V1__RecordType)i), word) == 0)
            return (Cbank__V1__RecordType)i;
    while (at < r->type_count && strcmp(r->types[at], word) != 0)
        at++;
    if (at == TYPES_MAX)
        instance_fail("too many types", word);
    r->types[at] = word;
    r->type_count += at == r->type_count;
    /* From the end: the last words of RecordType are no types of instances. */
    return (Cbank__V1__RecordType)(TYPES_MAX - at);
}

const reader_word reader_overs[] = {
    {"refuse", CBANK__V1__CAP_OVER__CAP_OVER_REFUSE},
    {"cut", CBANK__V1__CAP_OVER__CAP_OVER_CUT},
    {NULL, 0},
};

int reader_one_of(const reader_word *words, const json_t *value, const char *what)
{
    const char *written = reader_value(value, what);

    for (; words->word != NULL; words++)
        if (strcmp(words->word, written) == 0)
            return words->value;
    instance_fail(what, written);
}

int reader_one_or(const reader_word *words, const json_t *object, const char *key, int otherwise)
{
    const json_t *value = json_object_get(object, key);

    return value == NULL ? otherwise : reader_one_of(words, value, key);
}

static Cbank__V1__Range *range(reader *r, const json_t *object, const char *min,
                               const char *max, int64_t times)
{
    Cbank__V1__Range *out;

    if (json_object_get(object, min) == NULL && json_object_get(object, max) == NULL)
        return NULL;
    out = MAKE(r, Cbank__V1__Range, cbank__v1__range__init);
    out->bounded_below = json_object_get(object, min) != NULL;
    out->min_milli = reader_number(object, min, 0) * times;
    out->bounded_above = json_object_get(object, max) != NULL;
    out->max_milli = reader_number(object, max, 0) * times;
    return out;
}

static void read_types(reader *r, Cbank__V1__Conditions *out, const json_t *list)
{
    out->types = reader_texts(r, list, "type", &out->n_types);
    for (size_t i = 0; i < out->n_types; i++)
        out->types[i] = (char *)(uintptr_t)cbi_fact_type_word(reader_type(r, out->types[i]));
}

static void read_parts(reader *r, Cbank__V1__Conditions *out, const json_t *subs)
{
    const char *key;
    json_t *value;

    out->parts = reader_make(r, json_object_size(subs), sizeof(*out->parts));
    json_object_foreach((json_t *)(uintptr_t)subs, key, value) {
        Cbank__V1__PartTest *part =
            MAKE(r, Cbank__V1__PartTest, cbank__v1__part_test__init);

        part->code = (char *)(uintptr_t)key;
        part->range = MAKE(r, Cbank__V1__Range, cbank__v1__range__init);
        part->range->bounded_below = true;
        part->range->min_milli = json_integer_value(value) * 1000;
        out->parts[out->n_parts++] = part;
    }
}

static Cbank__V1__Conditions *read_layer(reader *r, const json_t *object)
{
    Cbank__V1__Conditions *out =
        MAKE(r, Cbank__V1__Conditions, cbank__v1__conditions__init);
    const json_t *value;

    reader_keys(object,
               " id type institution code field_prefix min_grade max_grade min_level max_level "
               " awarded_from awarded_to min_sub max_age_years not ",
               "selector");
    if ((value = json_object_get(object, "id")) != NULL)
        out->records = reader_texts(r, value, "id", &out->n_records);
    if ((value = json_object_get(object, "type")) != NULL)
        read_types(r, out, value);
    if ((value = json_object_get(object, "institution")) != NULL)
        out->institutions = reader_texts(r, value, "institution", &out->n_institutions);
    if ((value = json_object_get(object, "code")) != NULL)
        out->codes = reader_texts(r, value, "code", &out->n_codes);
    if ((value = json_object_get(object, "field_prefix")) != NULL)
        out->field_prefixes = reader_texts(r, value, "field_prefix", &out->n_field_prefixes);
    if ((value = json_object_get(object, "min_sub")) != NULL)
        read_parts(r, out, value);
    out->grade = range(r, object, "min_grade", "max_grade", 1000);
    out->level = range(r, object, "min_level", "max_level", 1);
    if (json_object_get(object, "awarded_from") != NULL)
        out->awarded_from = reader_day(object, "awarded_from");
    if (json_object_get(object, "awarded_to") != NULL)
        out->awarded_until = reader_day(object, "awarded_to");
    out->max_age_years = (uint32_t)reader_number(object, "max_age_years", 0);
    return out;
}

Cbank__V1__Selector *reader_selector(reader *r, const json_t *object)
{
    Cbank__V1__Selector *out = MAKE(r, Cbank__V1__Selector, cbank__v1__selector__init);
    size_t layers = 0;

    if (object == NULL)
        return out;
    for (const json_t *at = object; at != NULL; at = json_object_get(at, "not"))
        layers++;
    out->layers = reader_make(r, layers, sizeof(*out->layers));
    for (const json_t *at = object; at != NULL; at = json_object_get(at, "not"))
        out->layers[out->n_layers++] = read_layer(r, at);
    return out;
}
