#include <stdlib.h>
#include <string.h>

#include "author/form.h"
#include "author/value.h"
#include "base/decimal.h"
#include "base/text.h"
#include "rules/word.h"

#include "cbank/v1/common.pb-c.h"

#define CELL_VALUES_MAX 256

/* "a | b": the values of a cell, each with a zero byte. */
static bool split_cell(cbi_form *form, const cbi_yaml_node *node, char ***out, size_t *count)
{
    cbi_bytes rest = node->text;
    const uint8_t *bar;
    char **list = cbi_form_alloc(form, CELL_VALUES_MAX, sizeof(*list));
    char *copy = cbi_form_alloc(form, node->text.size + 1, 1);

    *count = 0;
    if (list == NULL || copy == NULL)
        return false;
    do {
        size_t size;
        cbi_bytes value;

        bar = rest.size == 0 ? NULL : memchr(rest.data, '|', rest.size);
        size = bar == NULL ? rest.size : (size_t)(bar - rest.data);
        value = cbi_value_trim(cbi_bytes_of(rest.data, size));

        if (value.size == 0 || *count == CELL_VALUES_MAX) {
            cbi_form_fault(form, CBI_REASON_FORM_VALUE, node, (const char *)node->text.data,
                           "a | b");
            return false;
        }
        memcpy(copy, value.data, value.size);
        list[(*count)++] = copy;
        copy += value.size + 1;
        rest = cbi_bytes_of(rest.data + size + (bar != NULL), rest.size - size - (bar != NULL));
    } while (bar != NULL);
    *out = list;
    return true;
}

bool cbi_form_strings(cbi_form *form, const cbi_yaml_node *node, char ***out, size_t *count)
{
    char **list;

    if (node->kind == CBI_YAML_TEXT) {
        if (!cbi_form_is(form, node, CBI_YAML_TEXT))
            return false;
        if (form->table && memchr(node->text.data, '|', node->text.size) != NULL)
            return split_cell(form, node, out, count);
        list = cbi_form_alloc(form, 1, sizeof(*list));
        if (list == NULL)
            return false;
        list[0] = (char *)(uintptr_t)node->text.data;
        *count = 1;
        *out = list;
        return true;
    }
    if (!cbi_form_is(form, node, CBI_YAML_LIST))
        return false;
    list = cbi_form_alloc(form, node->count + 1, sizeof(*list));
    if (list == NULL)
        return false;
    *count = 0;
    for (const cbi_yaml_node *item = node->first; item != NULL; item = item->next) {
        if (cbi_form_is(form, item, CBI_YAML_TEXT))
            list[(*count)++] = (char *)(uintptr_t)item->text.data;
    }
    *out = list;
    return *count == node->count;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void cbi_form_texts(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    cbi_form_list_field list = {0};
    char **items;

    (void)extra;
    if (!cbi_form_strings(form, node, &items, &list.count))
        return;
    if (list.count > 1)
        qsort(items, list.count, sizeof(*items), by_text);
    for (size_t i = 1; i < list.count; i++) {
        if (strcmp(items[i - 1], items[i]) == 0) {
            cbi_form_fault(form, CBI_REASON_FORM_TWICE, node, items[i], NULL);
            return;
        }
    }
    list.items = items;
    *(cbi_form_list_field *)target = list;
}

static int by_number(const void *a, const void *b)
{
    int64_t left = *(const int32_t *)a, right = *(const int32_t *)b;

    return left < right ? -1 : left > right;
}

/* Sorts and hands over numbers of four bytes: enums, days of a year. */
static void put_numbers(cbi_form *form, const cbi_yaml_node *node, int32_t *values, size_t count,
                        void *target)
{
    if (count > 1)
        qsort(values, count, sizeof(*values), by_number);
    for (size_t i = 1; i < count; i++) {
        if (values[i - 1] == values[i]) {
            cbi_form_fault(form, CBI_REASON_FORM_TWICE, node, (const char *)node->key.data, NULL);
            return;
        }
    }
    *(cbi_form_list_field *)target = (cbi_form_list_field){count, values};
}

/* Each value of a list, or of a cell, by the reader of one. */
static void read_numbers(cbi_form *form, const cbi_yaml_node *node, void *target,
                         cbi_form_read *read, const void *extra)
{
    uint32_t faults = form->faults;
    int32_t *values;
    char **items;
    size_t count;

    if (!cbi_form_strings(form, node, &items, &count))
        return;
    values = cbi_form_alloc(form, count, sizeof(*values));
    for (size_t i = 0; i < count && values != NULL; i++) {
        cbi_yaml_node item = {.kind = CBI_YAML_TEXT, .at = node->at, .key = node->key};

        item.text = cbi_bytes_of_text(items[i]);
        read(form, &item, &values[i], extra);
    }
    if (values != NULL && form->faults == faults)
        put_numbers(form, node, values, count, target);
}

void cbi_form_words(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    read_numbers(form, node, target, cbi_form_word, extra);
}

void cbi_form_monthdays(cbi_form *form, const cbi_yaml_node *node, void *target,
                        const void *extra)
{
    read_numbers(form, node, target, cbi_form_monthday, extra);
}

static int by_code(const void *a, const void *b)
{
    const Cbank__V1__Code *left = *(Cbank__V1__Code *const *)a;
    const Cbank__V1__Code *right = *(Cbank__V1__Code *const *)b;
    int order = strcmp(left->scheme, right->scheme);

    return order != 0 ? order : strcmp(left->value, right->value);
}

static Cbank__V1__Code *read_code(cbi_form *form, const cbi_yaml_node *node, const char *text)
{
    const char *equals = strchr(text, '=');
    Cbank__V1__Code *code = cbi_form_message(form, &cbank__v1__code__descriptor);

    if (code == NULL)
        return NULL;
    if (equals == NULL || equals == text || equals[1] == '\0') {
        cbi_form_fault(form, CBI_REASON_FORM_VALUE, node, text, "SCHEME=VALUE");
        return NULL;
    }
    code->scheme = cbi_form_alloc(form, (size_t)(equals - text) + 1, 1);
    if (code->scheme == NULL)
        return NULL;
    memcpy(code->scheme, text, (size_t)(equals - text));
    code->value = cbi_message_string(equals + 1);
    return code;
}

void cbi_form_codes(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    Cbank__V1__Code **codes;
    char **items;
    size_t count;

    (void)extra;
    if (!cbi_form_strings(form, node, &items, &count))
        return;
    codes = cbi_form_alloc(form, count, sizeof(*codes));
    for (size_t i = 0; i < count; i++) {
        if (codes == NULL || (codes[i] = read_code(form, node, items[i])) == NULL)
            return;
    }
    if (count > 1)
        qsort(codes, count, sizeof(Cbank__V1__Code *), by_code);
    *(cbi_form_list_field *)target = (cbi_form_list_field){count, codes};
}

/* ---- maps whose keys are not ours ---- */

void cbi_form_titles(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    cbi_form_list_field list = {0};
    Cbank__V1__LangText **texts;

    (void)extra;
    if (!cbi_form_is(form, node, CBI_YAML_MAP))
        return;
    texts = cbi_form_alloc(form, node->count + 1, sizeof(*texts));
    for (const cbi_yaml_node *item = node->first; item != NULL && texts != NULL;
         item = item->next) {
        Cbank__V1__LangText *text = cbi_form_message(form, &cbank__v1__lang_text__descriptor);

        if (text == NULL || !cbi_form_is(form, item, CBI_YAML_TEXT))
            return;
        text->lang = (char *)(uintptr_t)item->key.data;
        text->value = (char *)(uintptr_t)item->text.data;
        texts[list.count++] = text;
    }
    list.items = texts;
    *(cbi_form_list_field *)target = list;
}

static int by_unit(const void *a, const void *b)
{
    return strcmp((*(Cbank__V1__Amount *const *)a)->unit, (*(Cbank__V1__Amount *const *)b)->unit);
}

void cbi_form_amounts(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    cbi_form_list_field list = {0};
    Cbank__V1__Amount **amounts;

    if (!cbi_form_is(form, node, CBI_YAML_MAP))
        return;
    amounts = cbi_form_alloc(form, node->count + 1, sizeof(*amounts));
    for (const cbi_yaml_node *item = node->first; item != NULL && amounts != NULL;
         item = item->next) {
        Cbank__V1__Amount *amount = cbi_form_message(form, &cbank__v1__amount__descriptor);

        if (amount == NULL)
            return;
        amount->unit = (char *)(uintptr_t)item->key.data;
        cbi_form_milli(form, item, &amount->milli, extra);
        amounts[list.count++] = amount;
    }
    if (list.count > 1)
        qsort(amounts, list.count, sizeof(Cbank__V1__Amount *), by_unit);
    list.items = amounts;
    *(cbi_form_list_field *)target = list;
}
