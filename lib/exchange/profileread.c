#include "exchange/profileread.h"

#include <string.h>

#include "base/decimal.h"

cbank_status cbi_profile_refuse(const cbi_profile_reading *r, cbi_reason reason, cbi_place at,
                                const char *detail)
{
    return cbi_place_fail(r->err, reason, r->file, at, "%s", detail);
}

bool cbi_profile_is(cbi_bytes text, const char *word)
{
    return cbi_bytes_equal(text, cbi_bytes_of_text(word));
}

cbank_status cbi_profile_want_kind(const cbi_profile_reading *r, const cbi_yaml_node *node,
                                   cbi_yaml_kind kind)
{
    if (node->kind != kind)
        return cbi_profile_refuse(r, CBI_REASON_PROFILE_KIND, node->at, cbi_yaml_kind_name(kind));
    return CBANK_OK;
}

cbank_status cbi_profile_keep_bytes(const cbi_profile_reading *r, cbi_bytes text, const char **out)
{
    char *copy = NULL;
    cbank_status status = cbi_arena_alloc(&r->profile->arena, text.size + 1, 1, &copy, r->err);

    if (status == CBANK_OK && text.size > 0)
        memcpy(copy, text.data, text.size);
    *out = copy;
    return status;
}

cbank_status cbi_profile_take_text(const cbi_profile_reading *r, const cbi_yaml_node *node,
                                   const char **out)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_profile_want_kind(r, node, CBI_YAML_TEXT));
    if (node->text.size == 0)
        return cbi_profile_refuse(r, CBI_REASON_PROFILE_EMPTY, node->at, "");
    CBI_TRY(cbi_profile_keep_bytes(r, node->text, out));
done:
    return status;
}

cbank_status cbi_profile_take_texts(const cbi_profile_reading *r, const cbi_yaml_node *node,
                                    cbi_texts *out)
{
    const cbi_yaml_node *first = node->kind == CBI_YAML_LIST ? node->first : node;
    size_t count = node->kind == CBI_YAML_LIST ? node->count : 1;
    const char **items = NULL;
    cbank_status status = CBANK_OK;

    if (count == 0)
        return cbi_profile_refuse(r, CBI_REASON_PROFILE_EMPTY, node->at, "");
    CBI_TRY(cbi_arena_alloc(&r->profile->arena, count, sizeof(*items), &items, r->err));
    for (size_t i = 0; i < count; i++, first = first->next)
        CBI_TRY(cbi_profile_take_text(r, first, &items[i]));
    *out = (cbi_texts){items, count};
done:
    return status;
}

cbank_status cbi_profile_take_milli(const cbi_profile_reading *r, const cbi_yaml_node *node,
                                    int64_t *out)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_profile_want_kind(r, node, CBI_YAML_TEXT));
    if (!cbi_milli_parse(node->text, out) || *out < 0)
        return cbi_profile_refuse(r, CBI_REASON_PROFILE_NUMBER, node->at,
                                  (const char *)node->text.data);
done:
    return status;
}

bool cbi_profile_find_word(const cbi_profile_word *list, cbi_bytes text, int *out)
{
    for (; list->word != NULL; list++) {
        if (cbi_profile_is(text, list->word)) {
            *out = list->value;
            return true;
        }
    }
    return false;
}
