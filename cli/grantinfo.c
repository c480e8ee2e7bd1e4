/* grantinfo.c - what an institution is and has handed on, as JSON and in lines. */
#include "grant.h"

#include "phrases.h"
#include "shape.h"

#include <stdio.h>
#include <string.h>

#define LINE_MAX_SIZE 512

static json_t *list_words(const ProtobufCEnumDescriptor *type, const int *values, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, shape_word(type, values[i]));
    return list;
}

static json_t *list_types(const Cbank__V1__RecordType *types, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
                              shape_word(&cbank__v1__record_type__descriptor, (int)types[i]));
    return list;
}

static json_t *list_texts(char *const *texts, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, shape_text(texts[i]));
    return list;
}

/* What all grants share. */
static json_t *placed(json_t *document, uint32_t from, uint32_t until, const char *paper,
                      uint64_t granted_index, uint32_t ended_on)
{
    json_object_set_new(document, "from", shape_date(from));
    json_object_set_new(document, "until", shape_date(until));
    json_object_set_new(document, "document", shape_text(paper));
    json_object_set_new(document, "granted_index", shape_number(granted_index));
    json_object_set_new(document, "ended_on", shape_date(ended_on));
    return document;
}

static json_t *list_scopes(const Cbank__Api__V1__InstitutionInfo *info)
{
    json_t *list = json_array();

    for (size_t i = 0; i < info->n_scopes; i++) {
        const Cbank__V1__Scope *scope = info->scopes[i];
        json_t *levels = json_array(), *fields = json_array();

        for (size_t j = 0; j < scope->n_levels; j++)
            json_array_append_new(
                levels, json_pack("{s:s, s:o, s:o}", "framework", scope->levels[j]->framework,
                                  "from", shape_milli(scope->levels[j]->from_milli), "until",
                                  shape_milli(scope->levels[j]->until_milli)));
        for (size_t j = 0; j < scope->n_fields; j++)
            json_array_append_new(fields, shape_code(scope->fields[j]));
        json_array_append_new(
            list, placed(json_pack("{s:o, s:o, s:o, s:o, s:o}", "types",
                                   list_types(scope->types, scope->n_types), "levels", levels,
                                   "units", list_texts(scope->units, scope->n_units), "fields",
                                   fields, "areas", list_texts(scope->areas, scope->n_areas)),
                         scope->from, scope->until, scope->document, scope->granted_index,
                         scope->ended_on));
    }
    return list;
}

static json_t *list_licences(const Cbank__Api__V1__InstitutionInfo *info)
{
    json_t *list = json_array();

    for (size_t i = 0; i < info->n_licences; i++) {
        const Cbank__V1__Licence *it = info->licences[i];

        json_array_append_new(list, placed(json_pack("{s:o, s:o}", "number",
                                                     shape_text(it->number), "kind",
                                                     shape_code(it->kind)),
                                           it->from, it->until, it->document, it->granted_index,
                                           it->ended_on));
    }
    return list;
}

static json_t *list_delegations(const Cbank__Api__V1__InstitutionInfo *info)
{
    json_t *list = json_array();

    for (size_t i = 0; i < info->n_delegations; i++) {
        const Cbank__V1__Delegation *it = info->delegations[i];

        json_array_append_new(
            list, placed(json_pack("{s:o, s:o, s:o, s:b}", "signer", shape_text(it->signer),
                                   "types", list_types(it->types, it->n_types), "grant",
                                   shape_hex(it->grant), "vouched", it->request.len == 0),
                         it->from, it->until, it->document, it->granted_index, it->ended_on));
    }
    return list;
}

static json_t *list_successions(const Cbank__Api__V1__InstitutionInfo *info)
{
    json_t *list = json_array();

    for (size_t i = 0; i < info->n_successions; i++) {
        const Cbank__V1__Succession *it = info->successions[i];
        json_t *powers = json_array();

        for (size_t j = 0; j < it->n_powers; j++)
            json_array_append_new(powers, shape_word(&cbank__v1__succession_power__descriptor,
                                                     (int)it->powers[j]));
        json_array_append_new(
            list,
            placed(json_pack("{s:o, s:o, s:o, s:o, s:b}", "institution",
                             shape_text(it->institution), "kind",
                             shape_word(&cbank__v1__succession_kind__descriptor, (int)it->kind),
                             "powers", powers, "grant", shape_hex(it->grant), "vouched",
                             it->request.len == 0),
                   it->from, it->until, it->document, it->granted_index, it->ended_on));
    }
    return list;
}

static json_t *list_names(const Cbank__Api__V1__InstitutionInfo *info)
{
    json_t *list = json_array();

    for (size_t i = 0; i < info->n_dated_names; i++) {
        const Cbank__V1__DatedName *it = info->dated_names[i];

        json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o}", "lang",
                                              shape_text(it->lang), "text",
                                              shape_text(it->value), "from",
                                              shape_date(it->from), "until",
                                              shape_date(it->until)));
    }
    return list;
}

void grant_describe_info(const Cbank__Api__V1__InstitutionInfo *info, json_t *document)
{
    int roles[32];
    size_t count = info->n_roles < 32 ? info->n_roles : 32;

    for (size_t i = 0; i < count; i++)
        roles[i] = (int)info->roles[i];
    json_object_set_new(document, "dated_names", list_names(info));
    json_object_set_new(document, "type", shape_code(info->type));
    json_object_set_new(document, "roles",
                        list_words(&cbank__v1__institution_role__descriptor, roles, count));
    json_object_set_new(document, "parent", shape_text(info->parent));
    json_object_set_new(document, "area", shape_code(info->area));
    json_object_set_new(document, "country", shape_text(info->country));
    json_object_set_new(document, "scopes", list_scopes(info));
    json_object_set_new(document, "licences", list_licences(info));
    json_object_set_new(document, "delegations", list_delegations(info));
    json_object_set_new(document, "successions", list_successions(info));
    json_object_set_new(document, "ended_on", shape_date(info->ended_on));
    json_object_set_new(document, "final_on", shape_date(info->final_on));
    json_object_set_new(document, "ended_document", shape_text(info->ended_document));
}

/* ---- in lines ---- */

static void append(char *line, const char *text)
{
    size_t used = strlen(line);

    snprintf(line + used, LINE_MAX_SIZE - used, "%s%s", used > 0 && *text != '\0' ? " " : "",
             text);
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

static void append_words(char *line, const json_t *list)
{
    size_t i;
    json_t *word;

    json_array_foreach(list, i, word) {
        append(line, phrase_word(json_string_value(word)));
    }
}

/* "2024-01-01..2024-12-31", the earlier end if there is one. */
static void append_period(char *line, const json_t *grant)
{
    const char *ended = text_at(grant, "ended_on");
    char period[64];

    snprintf(period, sizeof(period), "%s..%s", text_at(grant, "from"),
             *ended != '\0' ? ended : text_at(grant, "until"));
    append(line, period);
}

static void add_line(json_t *lines, const char *first, const json_t *words, const json_t *grant)
{
    char line[LINE_MAX_SIZE] = "", place[32];

    append(line, first);
    append_words(line, words);
    append_period(line, grant);
    append(line, text_at(grant, "document"));
    snprintf(place, sizeof(place), "(%lld)",
             (long long)json_integer_value(json_object_get(grant, "granted_index")));
    append(line, place);
    json_array_append_new(lines, json_string(line));
}

static void set_lines(json_t *document, const char *key, json_t *lines)
{
    char text[4096] = "";
    size_t i;
    json_t *line;

    json_array_foreach(lines, i, line) {
        size_t used = strlen(text);

        snprintf(text + used, sizeof(text) - used, "%s%s", used > 0 ? "; " : "",
                 json_string_value(line));
    }
    json_decref(lines);
    if (text[0] != '\0')
        json_object_set_new(document, key, json_string(text));
}

void grant_add_lines(json_t *document)
{
    static const struct {
        const char *list, *first, *words, *key;
    } SORTS[] = {
        {"scopes", "", "types", "scope_lines"},
        {"licences", "number", "", "licence_lines"},
        {"delegations", "signer", "types", "delegation_lines"},
        {"successions", "institution", "powers", "succession_lines"},
    };
    char roles[LINE_MAX_SIZE] = "";

    for (size_t s = 0; s < sizeof(SORTS) / sizeof(SORTS[0]); s++) {
        json_t *lines = json_array(), *grant;
        size_t i;

        json_array_foreach(json_object_get(document, SORTS[s].list), i, grant) {
            add_line(lines, text_at(grant, SORTS[s].first), json_object_get(grant, SORTS[s].words),
                     grant);
        }
        set_lines(document, SORTS[s].key, lines);
    }
    append_words(roles, json_object_get(document, "roles"));
    if (roles[0] != '\0')
        json_object_set_new(document, "role_line", json_string(roles));
}
