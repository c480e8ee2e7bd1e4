#include "exchange/profile.h"

#include <string.h>

#include "exchange/builtin.h"
#include "exchange/profileread.h"
#include "exchange/sheet.h"

/* ---- columns ----------------------------------------------------------------------------- */

static cbank_status take_columns(const cbi_profile_reading *r, const cbi_yaml_node *node,
                                 cbi_sheet_use use, cbi_profile_columns *out)
{
    cbi_profile_column *items = NULL;
    cbank_status status = CBANK_OK;
    size_t at = 0;

    CBI_TRY(cbi_profile_want_kind(r, node, CBI_YAML_MAP));
    CBI_TRY(cbi_arena_alloc(&r->profile->arena, node->count, sizeof(*items), &items, r->err));
    for (const cbi_yaml_node *child = node->first; child != NULL; child = child->next, at++) {
        if (!cbi_sheet_is_word(child->key, use))
            return cbi_profile_refuse(r, CBI_REASON_PROFILE_FIELD, child->key_at,
                                      (const char *)child->key.data);
        CBI_TRY(cbi_profile_keep_bytes(r, child->key, &items[at].field));
        CBI_TRY(cbi_profile_take_texts(r, child, &items[at].names));
    }
    out->items = items;
    out->count = node->count;
done:
    return status;
}

static bool has_column(const cbi_profile_columns *columns, const char *field)
{
    for (size_t i = 0; i < columns->count; i++) {
        if (strcmp(columns->items[i].field, field) == 0)
            return true;
    }
    return false;
}

/* Fields that a file must have are among those that have columns. */
static cbank_status take_needed(const cbi_profile_reading *r, const cbi_yaml_node *node,
                                cbi_profile_columns *out)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_profile_take_texts(r, node, &out->needed));
    for (size_t i = 0; i < out->needed.count; i++) {
        if (!has_column(out, out->needed.items[i]))
            return cbi_profile_refuse(r, CBI_REASON_PROFILE_FIELD, node->at, out->needed.items[i]);
    }
done:
    return status;
}

/* ---- values and constants ---------------------------------------------------------------- */

static cbank_status take_pairs(const cbi_profile_reading *r, const cbi_yaml_node *node,
                               const char *column, cbi_profile_pair *out)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_profile_want_kind(r, node, CBI_YAML_MAP));
    for (const cbi_yaml_node *child = node->first; child != NULL; child = child->next, out++) {
        out->column = column;
        CBI_TRY(cbi_profile_keep_bytes(r, child->key, &out->from));
        CBI_TRY(cbi_profile_take_text(r, child, &out->to));
        if (column == NULL && !cbi_sheet_is_word(child->key, CBI_SHEET_FOR_GRADES))
            return cbi_profile_refuse(r, CBI_REASON_PROFILE_FIELD, child->key_at, out->from);
    }
done:
    return status;
}

static cbank_status take_constants(const cbi_profile_reading *r, const cbi_yaml_node *node)
{
    cbi_profile_pair *items = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(&r->profile->arena, node->count, sizeof(*items), &items, r->err));
    CBI_TRY(take_pairs(r, node, NULL, items));
    r->profile->constants = (cbi_profile_pairs){items, node->count};
done:
    return status;
}

/* COLUMN: {VALUE: MEANING}. */
static cbank_status take_values(const cbi_profile_reading *r, const cbi_yaml_node *node)
{
    cbi_profile_pair *items = NULL;
    cbank_status status = CBANK_OK;
    const char *column;
    size_t count = 0;

    CBI_TRY(cbi_profile_want_kind(r, node, CBI_YAML_MAP));
    for (const cbi_yaml_node *child = node->first; child != NULL; child = child->next)
        count += child->count;
    CBI_TRY(cbi_arena_alloc(&r->profile->arena, count, sizeof(*items), &items, r->err));
    r->profile->values = (cbi_profile_pairs){items, count};
    for (const cbi_yaml_node *child = node->first; child != NULL; child = child->next) {
        CBI_TRY(cbi_profile_keep_bytes(r, child->key, &column));
        CBI_TRY(take_pairs(r, child, column, items));
        items += child->count;
    }
done:
    return status;
}

/* ---- results ----------------------------------------------------------------------------- */

static cbank_status take_scale(const cbi_profile_reading *r, const cbi_yaml_node *node,
                               cbi_profile_scale *out)
{
    bool passes = false;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_profile_want_kind(r, node, CBI_YAML_MAP));
    CBI_TRY(cbi_profile_keep_bytes(r, node->key, &out->name));
    for (const cbi_yaml_node *child = node->first; child != NULL; child = child->next) {
        if (cbi_profile_is(child->key, "max")) {
            CBI_TRY(cbi_profile_take_milli(r, child, &out->max_milli));
        } else if (cbi_profile_is(child->key, "pass")) {
            CBI_TRY(cbi_profile_take_milli(r, child, &out->pass_milli));
            passes = true;
        } else if (cbi_profile_is(child->key, "passed")) {
            CBI_TRY(cbi_profile_take_texts(r, child, &out->passed));
        } else if (cbi_profile_is(child->key, "failed")) {
            CBI_TRY(cbi_profile_take_texts(r, child, &out->failed));
        } else {
            return cbi_profile_refuse(r, CBI_REASON_PROFILE_KEY, child->key_at,
                                      (const char *)child->key.data);
        }
    }
    if (passes != (out->max_milli > 0) || out->pass_milli > out->max_milli ||
        (!passes && out->passed.count == 0))
        return cbi_profile_refuse(r, CBI_REASON_PROFILE_SCALE, node->key_at, out->name);
done:
    return status;
}

static cbank_status take_scales(const cbi_profile_reading *r, const cbi_yaml_node *node)
{
    cbi_profile *profile = r->profile;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_profile_want_kind(r, node, CBI_YAML_MAP));
    for (const cbi_yaml_node *child = node->first; child != NULL; child = child->next) {
        if (profile->scale_count == CBI_PROFILE_SCALES_MAX)
            return cbi_profile_refuse(r, CBI_REASON_PROFILE_KEY, child->key_at, "scales");
        CBI_TRY(take_scale(r, child, &profile->scales[profile->scale_count++]));
    }
done:
    return status;
}

static const cbi_profile_word result_words[] = {
    {"absent", CBI_RESULT_ABSENT},   {"deferred", CBI_RESULT_DEFERRED},
    {"cheated", CBI_RESULT_CHEATED}, {"exempt", CBI_RESULT_EXEMPT},
    {"failed", CBI_RESULT_FAILED},   {"recognised", CBI_RESULT_RECOGNISED},
    {"pending", CBI_RESULT_PENDING}, {NULL, 0},
};

static const cbi_profile_word attempt_words[] = {
    {"normal", CBI_ATTEMPT_NORMAL},
    {"makeup", CBI_ATTEMPT_MAKEUP},
    {"retake", CBI_ATTEMPT_RETAKE},
    {"deferred", CBI_ATTEMPT_DEFERRED},
    {"absent", CBI_ATTEMPT_ABSENT},
    {"exempt", CBI_ATTEMPT_EXEMPT},
    {"recognised", CBI_ATTEMPT_RECOGNISED},
    {"other", CBI_ATTEMPT_OTHER},
    {NULL, 0},
};

static const cbi_profile_word retake_words[] = {
    {"all", CBI_RETAKES_ALL},
    {"best", CBI_RETAKES_BEST},
    {"last", CBI_RETAKES_LAST},
    {"first", CBI_RETAKES_FIRST},
    {NULL, 0},
};

static const cbi_profile_word date_words[] = {
    {"iso", CBI_DATES_ISO},
    {"month", CBI_DATES_MONTH},
    {NULL, 0},
};

static cbank_status take_words(const cbi_profile_reading *r, const cbi_yaml_node *node)
{
    cbi_profile *profile = r->profile;
    cbank_status status = CBANK_OK;
    int kind;

    CBI_TRY(cbi_profile_want_kind(r, node, CBI_YAML_MAP));
    for (const cbi_yaml_node *child = node->first; child != NULL; child = child->next) {
        if (!cbi_profile_find_word(result_words, child->key, &kind))
            return cbi_profile_refuse(r, CBI_REASON_PROFILE_KEY, child->key_at,
                                      (const char *)child->key.data);
        profile->words[profile->word_count].kind = (cbi_result_kind)kind;
        CBI_TRY(cbi_profile_take_texts(r, child, &profile->words[profile->word_count++].texts));
    }
done:
    return status;
}

static cbank_status take_attempts(const cbi_profile_reading *r, const cbi_yaml_node *node)
{
    cbi_profile *profile = r->profile;
    cbank_status status = CBANK_OK;
    int kind;

    CBI_TRY(cbi_profile_want_kind(r, node, CBI_YAML_MAP));
    for (const cbi_yaml_node *child = node->first; child != NULL; child = child->next) {
        if (!cbi_profile_find_word(attempt_words, child->key, &kind))
            return cbi_profile_refuse(r, CBI_REASON_PROFILE_KEY, child->key_at,
                                      (const char *)child->key.data);
        profile->attempts[profile->attempt_count].kind = (cbi_attempt_kind)kind;
        CBI_TRY(
            cbi_profile_take_texts(r, child, &profile->attempts[profile->attempt_count++].texts));
    }
done:
    return status;
}

static cbank_status take_retakes(const cbi_profile_reading *r, const cbi_yaml_node *node)
{
    cbank_status status = CBANK_OK;
    int kind;

    CBI_TRY(cbi_profile_want_kind(r, node, CBI_YAML_TEXT));
    if (!cbi_profile_find_word(retake_words, node->text, &kind))
        return cbi_profile_refuse(r, CBI_REASON_PROFILE_KEY, node->at,
                                  (const char *)node->text.data);
    r->profile->retakes = (cbi_retakes)kind;
done:
    return status;
}

static cbank_status take_dates(const cbi_profile_reading *r, const cbi_yaml_node *node)
{
    cbank_status status = CBANK_OK;
    int kind;

    CBI_TRY(cbi_profile_want_kind(r, node, CBI_YAML_TEXT));
    if (!cbi_profile_find_word(date_words, node->text, &kind))
        return cbi_profile_refuse(r, CBI_REASON_PROFILE_KEY, node->at,
                                  (const char *)node->text.data);
    r->profile->dates = (cbi_dates)kind;
done:
    return status;
}

/* ---- rows that are passed over ----------------------------------------------------------- */

/* COLUMN: {recognised: filled} or COLUMN: {failed: [N, 否]}. */
static cbank_status take_skips(const cbi_profile_reading *r, const cbi_yaml_node *node)
{
    cbi_profile *profile = r->profile;
    cbank_status status = CBANK_OK;
    int kind;

    CBI_TRY(cbi_profile_want_kind(r, node, CBI_YAML_MAP));
    for (const cbi_yaml_node *child = node->first; child != NULL; child = child->next) {
        cbi_profile_skip *skip = &profile->skips[profile->skip_count];

        CBI_TRY(cbi_profile_want_kind(r, child, CBI_YAML_MAP));
        if (profile->skip_count++ == CBI_PROFILE_SKIPS_MAX || child->count != 1)
            return cbi_profile_refuse(r, CBI_REASON_PROFILE_KEY, child->key_at,
                                      (const char *)child->key.data);
        if (!cbi_profile_find_word(result_words, child->first->key, &kind))
            return cbi_profile_refuse(r, CBI_REASON_PROFILE_KEY, child->first->key_at,
                                      (const char *)child->first->key.data);
        CBI_TRY(cbi_profile_keep_bytes(r, child->key, &skip->column));
        skip->kind = (cbi_result_kind)kind;
        if (child->first->kind != CBI_YAML_TEXT || !cbi_profile_is(child->first->text, "filled"))
            CBI_TRY(cbi_profile_take_texts(r, child->first, &skip->values));
    }
done:
    return status;
}

/* ---- the whole --------------------------------------------------------------------------- */

static cbank_status take_key(const cbi_profile_reading *r, const cbi_yaml_node *node)
{
    cbi_profile *profile = r->profile;

    if (cbi_profile_is(node->key, "profile"))
        return cbi_profile_take_text(r, node, &profile->name);
    if (cbi_profile_is(node->key, "columns"))
        return take_columns(r, node, CBI_SHEET_FOR_GRADES, &profile->columns);
    if (cbi_profile_is(node->key, "roster"))
        return take_columns(r, node, CBI_SHEET_FOR_ROSTER, &profile->roster);
    if (cbi_profile_is(node->key, "enrolments"))
        return take_columns(r, node, CBI_SHEET_FOR_ENROLMENTS, &profile->enrolments);
    if (cbi_profile_is(node->key, "needs") || cbi_profile_is(node->key, "roster_needs") ||
        cbi_profile_is(node->key, "enrolments_needs"))
        return CBANK_OK; /* once all columns are known */
    if (cbi_profile_is(node->key, "set"))
        return take_constants(r, node);
    if (cbi_profile_is(node->key, "values"))
        return take_values(r, node);
    if (cbi_profile_is(node->key, "scales"))
        return take_scales(r, node);
    if (cbi_profile_is(node->key, "words"))
        return take_words(r, node);
    if (cbi_profile_is(node->key, "attempts"))
        return take_attempts(r, node);
    if (cbi_profile_is(node->key, "retakes"))
        return take_retakes(r, node);
    if (cbi_profile_is(node->key, "dates"))
        return take_dates(r, node);
    if (cbi_profile_is(node->key, "separate"))
        return cbi_profile_take_texts(r, node, &profile->separate);
    if (cbi_profile_is(node->key, "skip"))
        return take_skips(r, node);
    if (cbi_profile_is(node->key, "footers"))
        return cbi_profile_take_texts(r, node, &profile->footers);
    return cbi_profile_refuse(r, CBI_REASON_PROFILE_KEY, node->key_at,
                              (const char *)node->key.data);
}

static cbank_status take_needs(const cbi_profile_reading *r, const cbi_yaml_node *root)
{
    const cbi_yaml_node *needs = cbi_yaml_get(root, "needs");
    const cbi_yaml_node *roster = cbi_yaml_get(root, "roster_needs");
    const cbi_yaml_node *enrolments = cbi_yaml_get(root, "enrolments_needs");
    cbank_status status = CBANK_OK;

    if (needs != NULL)
        CBI_TRY(take_needed(r, needs, &r->profile->columns));
    if (roster != NULL)
        CBI_TRY(take_needed(r, roster, &r->profile->roster));
    if (enrolments != NULL)
        CBI_TRY(take_needed(r, enrolments, &r->profile->enrolments));
done:
    return status;
}

cbank_status cbi_profile_parse(cbi_bytes bytes, const char *file, cbi_profile *out,
                               cbank_error *err)
{
    const cbi_profile_reading r = {out, file, err};
    cbank_status status = CBANK_OK;
    cbi_yaml yaml = {0};

    *out = (cbi_profile){0};
    CBI_TRY(cbi_yaml_parse(bytes, file, &yaml, NULL, err));
    CBI_TRY(cbi_profile_want_kind(&r, yaml.root, CBI_YAML_MAP));
    for (const cbi_yaml_node *child = yaml.root->first; child != NULL; child = child->next)
        CBI_TRY(take_key(&r, child));
    CBI_TRY(take_needs(&r, yaml.root));
    if (out->name == NULL)
        CBI_TRY(cbi_profile_refuse(&r, CBI_REASON_PROFILE_EMPTY, yaml.root->at, "profile"));
done:
    cbi_yaml_clear(&yaml);
    if (status != CBANK_OK)
        cbi_profile_clear(out);
    return status;
}

cbank_status cbi_profile_builtin(cbi_bytes name, cbi_profile *out, cbank_error *err)
{
    for (const cbi_builtin *at = cbi_builtins; at->name != NULL; at++) {
        if (cbi_bytes_equal(cbi_bytes_of_text(at->name), name))
            return cbi_profile_parse(cbi_bytes_of(at->data, at->size), at->name, out, err);
    }
    return cbi_fail(err, CBI_REASON_UNKNOWN_FORMAT, 0, NULL, NULL);
}

void cbi_profile_clear(cbi_profile *profile)
{
    cbi_arena_clear(&profile->arena);
    *profile = (cbi_profile){0};
}

bool cbi_texts_have(const cbi_texts *texts, cbi_bytes text)
{
    for (size_t i = 0; i < texts->count; i++) {
        if (cbi_profile_is(text, texts->items[i]))
            return true;
    }
    return false;
}
