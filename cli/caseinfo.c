#include "caseinfo.h"

#include "call.h"
#include "shape.h"

static const view step_views[] = {
    {"act_words", P_CASE_STEP, VIEW_PLAIN, NULL},
    {"at", P_ENTERED_AT, VIEW_PLAIN, NULL},
    {"document", P_DOCUMENT, VIEW_PLAIN, NULL},
    {"reason", P_REASON, VIEW_PLAIN, NULL},
    {"due", P_DUE, VIEW_PLAIN, NULL},
    {0},
};

const view caseinfo_views[] = {
    {"number", P_CASE_NUMBER, VIEW_PLAIN, NULL},
    {"institution", P_INSTITUTION, VIEW_PLAIN, NULL},
    {"status_words", P_STATUS, VIEW_PLAIN, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"due", P_DUE, VIEW_PLAIN, NULL},
    {"assigned_to", P_ASSIGNED_TO, VIEW_PLAIN, NULL},
    {"opened", P_BEGUN, VIEW_PLAIN, NULL},
    {"steps", P_CASE_STEPS, VIEW_ROWS, step_views},
    {0},
};

const view caseinfo_list_views[] = {
    {"number", P_CASE_NUMBER, VIEW_PLAIN, NULL},
    {"institution", P_INSTITUTION, VIEW_PLAIN, NULL},
    {"status_words", P_STATUS, VIEW_PLAIN, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"due", P_DUE, VIEW_PLAIN, NULL},
    {"assigned_to", P_ASSIGNED_TO, VIEW_PLAIN, NULL},
    {0},
};

#define STATE(name) CBANK__API__V1__CASE_STATE__CASE_STATE_##name
static const phrase state_phrases[] = {
    [STATE(SUBMITTED)] = P_CASE_SUBMITTED,
    [STATE(RETURNED)] = P_CASE_RETURNED,
    [STATE(ACCEPTED)] = P_CASE_ACCEPTED,
    [STATE(IN_REVIEW)] = P_CASE_IN_REVIEW,
    [STATE(DECIDED)] = P_CASE_DECIDED,
    [STATE(NOTICE)] = P_CASE_NOTICE,
    [STATE(EFFECTIVE)] = P_CASE_EFFECTIVE,
    [STATE(APPEALED)] = P_CASE_APPEALED,
    [STATE(WITHDRAWN)] = P_CASE_WITHDRAWN,
    [STATE(CLOSED)] = P_CASE_CLOSED,
};

#define ACT(name) CBANK__V1__CASE_ACT__CASE_ACT_##name
static const phrase act_phrases[] = {
    [ACT(OPEN)] = P_ACT_OPEN,
    [ACT(RETURN)] = P_ACT_RETURN,
    [ACT(ACCEPT)] = P_ACT_ACCEPT,
    [ACT(ADD_EVIDENCE)] = P_ACT_ADD_EVIDENCE,
    [ACT(FIND)] = P_ACT_FIND,
    [ACT(DECIDE)] = P_ACT_DECIDE,
    [ACT(OPEN_NOTICE)] = P_ACT_OPEN_NOTICE,
    [ACT(CLOSE_NOTICE)] = P_ACT_CLOSE_NOTICE,
    [ACT(APPEAL)] = P_ACT_APPEAL,
    [ACT(DECIDE_APPEAL)] = P_ACT_DECIDE_APPEAL,
    [ACT(WITHDRAW)] = P_ACT_WITHDRAW,
    [ACT(CLOSE)] = P_ACT_CLOSE,
};

static json_t *words_of(const phrase *phrases, size_t count, int value)
{
    return value > 0 && (size_t)value < count ? json_string(phrase_text(phrases[value]))
                                              : json_null();
}

static json_t *describe_evidence(const Cbank__V1__CaseStep *step)
{
    json_t *list = json_array();

    for (size_t i = 0; i < step->n_evidence; i++)
        json_array_append_new(list, json_pack("{s:o, s:o}", "digest",
                                              shape_hex(step->evidence[i]->digest), "kind",
                                              shape_code(step->evidence[i]->kind)));
    return list;
}

static json_t *describe_finding(const Cbank__V1__Finding *finding)
{
    json_t *records;

    if (finding == NULL)
        return json_null();
    records = json_array();
    for (size_t i = 0; i < finding->n_records; i++)
        json_array_append_new(records, shape_hex(finding->records[i]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "reviewer", shape_text(finding->reviewer),
                     "records", records, "target", shape_text(finding->target), "percent",
                     shape_milli((int64_t)finding->overlap_permille * 100), "opinion",
                     shape_code(finding->opinion), "conflict", finding->conflict);
}

static json_t *describe_outcome(const Cbank__V1__CaseStep *step)
{
    json_t *recognitions = json_array();

    for (size_t i = 0; i < step->n_recognitions; i++)
        json_array_append_new(recognitions, shape_hex(step->recognitions[i]));
    return json_pack("{s:o, s:o}", "outcome",
                     step->decision == NULL
                         ? json_null()
                         : shape_word(&cbank__v1__decision_outcome__descriptor,
                                      (int)step->decision->outcome),
                     "recognitions", recognitions);
}

static json_t *describe_step(const Cbank__Api__V1__CaseStepInfo *info)
{
    const Cbank__V1__CaseStep *step = info->step;
    const Cbank__V1__CaseAppeal *appeal = step->appeal;
    json_t *out = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "act",
        shape_word(&cbank__v1__case_act__descriptor, (int)step->act), "act_words",
        words_of(act_phrases, sizeof(act_phrases) / sizeof(act_phrases[0]), (int)step->act), "at",
        shape_time(info->entered_at), "index", shape_number(info->index), "on",
        shape_date(step->on), "reason", shape_code(step->reason), "document",
        shape_text(step->document), "due", shape_date(step->due_on), "assigned_to",
        shape_text(step->assigned_to), "result",
        shape_word(&cbank__v1__case_result__descriptor, (int)step->result));

    json_object_set_new(out, "evidence", describe_evidence(step));
    json_object_set_new(out, "finding", describe_finding(step->finding));
    json_object_update_new(out, describe_outcome(step));
    json_object_set_new(out, "notice_from",
                        step->notice == NULL ? json_null() : shape_date(step->notice->from));
    json_object_set_new(out, "notice_until",
                        step->notice == NULL ? json_null() : shape_date(step->notice->until));
    json_object_set_new(out, "objections",
                        step->notice == NULL ? json_null()
                                             : shape_number(step->notice->objections));
    json_object_set_new(out, "appeal", shape_text(appeal == NULL ? NULL : appeal->number));
    return out;
}

json_t *caseinfo_describe(const Cbank__Api__V1__CaseInfo *info)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "number", shape_text(info->number),
        "institution", shape_text(info->institution), "status",
        shape_word(&cbank__api__v1__case_state__descriptor, (int)info->state), "status_words",
        words_of(state_phrases, sizeof(state_phrases) / sizeof(state_phrases[0]),
                 (int)info->state),
        "account", shape_text(info->account), "due", shape_date(info->due_on), "assigned_to",
        shape_text(info->assigned_to), "opened", shape_time(info->opened_at), "moved",
        shape_time(info->moved_at), "step_count", shape_number(info->step_count));
}

/* What was applied for stands in the first step. */
static void describe_application(const Cbank__Api__V1__CaseInfo *info, json_t *out)
{
    const Cbank__V1__CaseApplication *from =
        info->n_steps == 0 ? NULL : info->steps[0]->step->application;

    json_object_set_new(out, "applied", from == NULL ? json_null() : shape_date(from->applied_on));
    json_object_set_new(out, "programme", shape_text(from == NULL ? NULL : from->programme));
    json_object_set_new(out, "records",
                        from == NULL ? json_array() : shape_texts(from->records, from->n_records));
    json_object_set_new(out, "requested",
                        from == NULL ? json_array()
                                     : shape_texts(from->requested, from->n_requested));
}

json_t *caseinfo_describe_whole(const Cbank__Api__V1__CaseInfo *info)
{
    json_t *document = caseinfo_describe(info), *steps = json_array();

    describe_application(info, document);
    for (size_t i = 0; i < info->n_steps; i++)
        json_array_append_new(steps, describe_step(info->steps[i]));
    json_object_set_new(document, "steps", steps);
    return document;
}

void caseinfo_show(cli *c, Cbank__Api__V1__CaseInfo *info)
{
    if (info == NULL)
        return;
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    output_document(c, caseinfo_describe_whole(info), caseinfo_views);
    message_free(info);
}
