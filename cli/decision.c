#include "decision.h"

#include "fail.h"
#include "file.h"
#include "memory.h"
#include "shape.h"
#include "values.h"

#include <string.h>

/* Each answers false for a value of another kind. The text lives as long as the JSON does. */
static bool take_text(const json_t *value, char **out)
{
    union {
        const char *lent;
        char *stated;
    } text = {.lent = json_string_value(value)};

    if (text.lent == NULL || strlen(text.lent) != json_string_length(value))
        return false;
    *out = text.stated;
    return true;
}

static bool take_day(const json_t *value, uint32_t *out)
{
    return json_is_string(value) && value_date(json_string_value(value), out);
}

static bool take_count(const json_t *value, uint32_t *out)
{
    json_int_t number = json_integer_value(value);

    if (!json_is_integer(value) || number < 0 || number > UINT32_MAX)
        return false;
    *out = (uint32_t)number;
    return true;
}

static bool take_code(const json_t *value, Cbank__V1__Code *room, Cbank__V1__Code **out)
{
    static char scheme[] = "cbank";

    cbank__v1__code__init(room);
    room->scheme = scheme;
    *out = room;
    return take_text(value, &room->value);
}

static bool take_outcome(const json_t *value, Cbank__V1__DecisionOutcome *out)
{
    int number = 0;

    if (!json_is_string(value) || !shape_value(&cbank__v1__decision_outcome__descriptor,
                                               json_string_value(value), &number))
        return false;
    *out = (Cbank__V1__DecisionOutcome)number;
    return true;
}

static bool take_approvers(const json_t *value, decision *out)
{
    size_t count = json_array_size(value);

    if (!json_is_array(value) || count > DECISION_APPROVERS_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!take_text(json_array_get(value, i), &out->approvers[i]))
            return false;
    }
    out->message.approvers = out->approvers;
    out->message.n_approvers = count;
    return true;
}

static bool take_notice_key(const char *key, const json_t *value, decision *out)
{
    Cbank__V1__PublicNotice *to = &out->notice;

    if (strcmp(key, "from") == 0)
        return take_day(value, &to->from);
    if (strcmp(key, "until") == 0)
        return take_day(value, &to->until);
    if (strcmp(key, "working_days") == 0)
        return take_count(value, &to->working_days);
    if (strcmp(key, "place") == 0)
        return take_text(value, &to->place);
    if (strcmp(key, "objections") == 0)
        return take_count(value, &to->objections);
    return strcmp(key, "result") == 0 && take_code(value, &out->result, &to->result);
}

static bool take_notice(json_t *value, Cbank__V1__RecognitionHead *head, decision *out)
{
    const char *key;
    json_t *item;

    if (!json_is_object(value))
        return false;
    cbank__v1__public_notice__init(&out->notice);
    head->notice = &out->notice;
    json_object_foreach(value, key, item) {
        if (!take_notice_key(key, item, out))
            return false;
    }
    return true;
}

static bool take_decision_key(const char *key, const json_t *value, decision *out)
{
    Cbank__V1__Decision *to = &out->message;

    if (strcmp(key, "document") == 0)
        return take_text(value, &to->document);
    if (strcmp(key, "on") == 0)
        return take_day(value, &to->on);
    if (strcmp(key, "outcome") == 0)
        return take_outcome(value, &to->outcome);
    if (strcmp(key, "quorum") == 0)
        return take_count(value, &to->quorum);
    if (strcmp(key, "present") == 0)
        return take_count(value, &to->present);
    if (strcmp(key, "approvers") == 0)
        return take_approvers(value, out);
    return strcmp(key, "route") == 0 && take_code(value, &out->route, &to->route);
}

static bool take_key(const char *key, json_t *value, Cbank__V1__RecognitionHead *head,
                     decision *out)
{
    if (strcmp(key, "notice") == 0)
        return take_notice(value, head, out);
    if (strcmp(key, "case_number") == 0)
        return take_text(value, &head->case_number);
    if (strcmp(key, "effective_on") == 0)
        return take_day(value, &head->effective_on);
    if (strcmp(key, "appeal_until") == 0)
        return take_day(value, &head->appeal_until);
    if (strcmp(key, "appeal_body") == 0)
        return take_text(value, &head->appeal_body);
    return take_decision_key(key, value, out);
}

bool decision_read(cli *c, const char *path, Cbank__V1__RecognitionHead *head, decision *out)
{
    json_error_t fault = {0};
    const char *wrong = NULL, *key;
    bytes file = {0};
    json_t *value;

    if (!file_read(c, path, &file))
        return false;
    out->root = json_loadb((const char *)file.data, file.size, JSON_REJECT_DUPLICATES, &fault);
    memory_free(&file);
    cbank__v1__decision__init(&out->message);
    head->decision = &out->message;
    if (!json_is_object(out->root))
        wrong = out->root == NULL ? fault.text : path;
    else
        json_object_foreach(out->root, key, value) {
            if (wrong == NULL && !take_key(key, value, head, out))
                wrong = key;
        }
    if (wrong != NULL)
        fail_own(c, FAIL_BAD_DECISION, wrong);
    return wrong == NULL;
}

void decision_clear(decision *data)
{
    json_decref(data->root);
    *data = (decision){0};
}

static json_t *shape_result(const Cbank__V1__Code *code)
{
    return code == NULL ? json_null() : shape_text(code->value);
}

static json_t *describe_notice(const Cbank__V1__PublicNotice *notice)
{
    if (notice == NULL)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "from", shape_date(notice->from), "until",
                     shape_date(notice->until), "working_days",
                     shape_number(notice->working_days), "place", shape_text(notice->place),
                     "objections", shape_number(notice->objections), "result",
                     shape_result(notice->result));
}

json_t *decision_describe(const Cbank__V1__RecognitionHead *head)
{
    const Cbank__V1__Decision *from = head == NULL ? NULL : head->decision;
    json_t *approvers = json_array();

    if (from == NULL) {
        json_decref(approvers);
        return json_null();
    }
    for (size_t i = 0; i < from->n_approvers; i++)
        json_array_append_new(approvers, json_string(from->approvers[i]));
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "outcome",
        shape_word(&cbank__v1__decision_outcome__descriptor, (int)from->outcome), "document",
        shape_text(from->document), "on", shape_date(from->on), "quorum",
        shape_number(from->quorum), "present", shape_number(from->present), "approvers", approvers,
        "route", shape_result(from->route), "case_number", shape_text(head->case_number),
        "notice", describe_notice(head->notice), "effective_on", shape_date(head->effective_on),
        "appeal_until", shape_date(head->appeal_until), "appeal_body",
        shape_text(head->appeal_body));
}
