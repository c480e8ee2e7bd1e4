#include "enrolinfo.h"

#include "shape.h"

#include <stdio.h>

#define NAME_MAX_SIZE 96

static const view step_views[] = {
    {"since", P_SINCE, VIEW_PLAIN, NULL},
    {"kind", P_CHANGE_KIND, VIEW_PLAIN, NULL},
    {"programme", P_PROGRAMME, VIEW_PLAIN, NULL},
    {"cohort", P_COHORT, VIEW_PLAIN, NULL},
    {"stage", P_STAGE, VIEW_PLAIN, NULL},
    {"student_status", P_STUDENT_STATUS, VIEW_PLAIN, NULL},
    {"document", P_DOCUMENT, VIEW_PLAIN, NULL},
    {0},
};

const view enrolinfo_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"institution", P_INSTITUTION, VIEW_PLAIN, NULL},
    {"reference", P_REFERENCE, VIEW_PLAIN, NULL},
    {"programme", P_PROGRAMME, VIEW_PLAIN, NULL},
    {"cohort", P_COHORT, VIEW_PLAIN, NULL},
    {"level", P_LEVEL, VIEW_PLAIN, NULL},
    {"form", P_STUDY_FORM, VIEW_PLAIN, NULL},
    {"started", P_STARTED, VIEW_PLAIN, NULL},
    {"planned_end", P_PLANNED_END, VIEW_PLAIN, NULL},
    {"stage", P_STAGE, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"student_status", P_STUDENT_STATUS, VIEW_PLAIN, NULL},
    {"since", P_SINCE, VIEW_PLAIN, NULL},
    {"kind", P_CHANGE_KIND, VIEW_PLAIN, NULL},
    {"next_institution", P_NEXT_INSTITUTION, VIEW_PLAIN, NULL},
    {"continues", P_CONTINUES, VIEW_PLAIN, NULL},
    {"document", P_DOCUMENT, VIEW_PLAIN, NULL},
    {"outcome", P_OUTCOME, VIEW_WORD, NULL},
    {"steps", P_ENROL_STEPS, VIEW_ROWS, step_views},
    {0},
};

const view enrolinfo_list_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"institution", P_INSTITUTION, VIEW_PLAIN, NULL},
    {"reference", P_REFERENCE, VIEW_PLAIN, NULL},
    {"programme", P_PROGRAMME, VIEW_PLAIN, NULL},
    {"cohort", P_COHORT, VIEW_PLAIN, NULL},
    {"stage", P_STAGE, VIEW_PLAIN, NULL},
    {"started", P_STARTED, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {0},
};

static json_t *describe_programme(const Cbank__V1__PublicationRef *ref)
{
    char name[NAME_MAX_SIZE];

    if (ref == NULL)
        return json_null();
    snprintf(name, sizeof(name), "%s@%u", ref->id, (unsigned)ref->edition);
    return json_string(name);
}

json_t *enrolinfo_describe_terms(const Cbank__V1__EnrolmentTerms *terms)
{
    if (terms == NULL)
        return json_pack("{s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n}", "programme", "cohort",
                         "level", "form", "started", "planned_end", "stage", "student_status",
                         "calendar");
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "programme",
                     describe_programme(terms->programme), "cohort", shape_text(terms->cohort),
                     "level", shape_code(terms->level), "form", shape_code(terms->form), "started",
                     shape_date(terms->started_on), "planned_end", shape_date(terms->planned_end),
                     "stage", shape_number(terms->stage), "student_status",
                     shape_code(terms->status), "calendar", shape_text(terms->calendar));
}

json_t *enrolinfo_describe(const Cbank__Api__V1__EnrolmentInfo *info)
{
    json_t *out = enrolinfo_describe_terms(info == NULL ? NULL : info->terms);
    json_t *more;

    if (info == NULL)
        more = json_pack("{s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n}", "id",
                         "account", "institution", "reference", "status", "revision", "continues",
                         "since", "kind", "next_institution", "document", "at", "index");
    else
        more = json_pack(
            "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
            shape_text(info->id), "account", shape_text(info->account), "institution",
            shape_text(info->institution), "reference", shape_text(info->reference), "status",
            shape_word(&cbank__api__v1__enrolment_status__descriptor, (int)info->status),
            "revision", shape_number(info->revision), "continues", shape_text(info->continues),
            "since", shape_date(info->since), "kind", shape_code(info->kind), "next_institution",
            shape_text(info->next_institution), "document", shape_text(info->document), "at",
            shape_time(info->at), "index", shape_number(info->index));
    json_object_update(out, more);
    json_decref(more);
    return out;
}

json_t *enrolinfo_describe_step(const Cbank__Api__V1__EnrolmentStep *step)
{
    json_t *out = enrolinfo_describe_terms(step->terms);
    json_t *more = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "since", shape_date(step->since),
                             "kind", shape_code(step->kind), "next_institution",
                             shape_text(step->next_institution), "document",
                             shape_text(step->document), "at", shape_time(step->at), "index",
                             shape_number(step->index));

    json_object_update(out, more);
    json_decref(more);
    return out;
}
