/* plan.c - cbank plan ...: the best conversion of an account's credits, and why it is that one. */
#include "call.h"
#include "fail.h"
#include "file.h"
#include "finding.h"
#include "job.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "plancheck.h"
#include "planstep.h"
#include "recognition.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/plan.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_SIZE 96

typedef Cbank__V1__Plan plan_message;

/* ---- views ---- */

static const view application_views[] = {
    {"rule", P_RULE, VIEW_PLAIN, NULL},
    {"effect", P_EFFECT, VIEW_WORD, NULL},
    {"source_ids", P_SOURCES, VIEW_PLAIN, NULL},
    {"grant_words", P_GRANTS, VIEW_PLAIN, NULL},
    {"step_words", P_STEPS, VIEW_PLAIN, NULL},
    {0},
};

static const view refused_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"amount", P_TOTALS, VIEW_PLAIN, NULL},
    {"reason", P_REASON, VIEW_WORD, NULL},
    {"rule", P_RULE, VIEW_PLAIN, NULL},
    {"by", P_BY, VIEW_PLAIN, NULL},
    {"field", P_CONDITION, VIEW_PLAIN, NULL},
    {"step_words", P_STEPS, VIEW_PLAIN, NULL},
    {0},
};

static const view cap_views[] = {
    {"cap", P_CAP, VIEW_PLAIN, NULL},
    {"part_words", P_PART, VIEW_PLAIN, NULL},
    {"used", P_USED, VIEW_PLAIN, NULL},
    {"limit", P_LIMIT, VIEW_PLAIN, NULL},
    {0},
};

static const view bucket_views[] = {
    {"bucket", P_BUCKET, VIEW_PLAIN, NULL},
    {"counted", P_COUNTED, VIEW_PLAIN, NULL},
    {"min", P_MINIMUM, VIEW_PLAIN, NULL},
    {"missing", P_MISSING, VIEW_PLAIN, NULL},
    {0},
};

static const view missing_views[] = {
    {"bucket", P_BUCKET, VIEW_PLAIN, NULL},
    {"amount", P_MISSING, VIEW_PLAIN, NULL},
    {"course_words", P_COURSES_TO_ADD, VIEW_PLAIN, NULL},
    {0},
};

static const view point_views[] = {
    {"id", P_ENTRY_POINT, VIEW_PLAIN, NULL},
    {"missing", P_MISSING, VIEW_PLAIN, NULL},
    {"missing_months", P_MISSING_MONTHS, VIEW_PLAIN, NULL},
    {0},
};

static const view plan_views[] = {
    {"programme", P_PROGRAMME, VIEW_PLAIN, NULL},
    {"counted", P_COUNTED, VIEW_PLAIN, NULL},
    {"missing_total", P_MISSING, VIEW_PLAIN, NULL},
    {"proof", P_PROOF, VIEW_WORD, NULL},
    {"applications", P_APPLIED, VIEW_ROWS, application_views},
    {"refused", P_REFUSED, VIEW_ROWS, refused_views},
    {"caps", P_CAPS, VIEW_ROWS, cap_views},
    {"buckets", P_BUCKETS, VIEW_ROWS, bucket_views},
    {"missing", P_TO_BE_ADDED, VIEW_ROWS, missing_views},
    {"entry_points", P_ENTRY_POINTS, VIEW_ROWS, point_views},
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {0},
};

/* ---- shapes ---- */

static json_t *shape_name_of(const Cbank__V1__PublicationRef *ref)
{
    char name[NAME_MAX_SIZE];

    snprintf(name, sizeof(name), "%s@%u", ref->id, (unsigned)ref->edition);
    return json_string(name);
}

/* A record by its id, of which people see the beginning. */
static json_t *shape_source(const plan_message *plan, uint32_t position)
{
    return position < plan->n_sources ? shape_hex(plan->sources[position]->record) : json_null();
}

static json_t *short_source(const plan_message *plan, uint32_t position)
{
    ProtobufCBinaryData id = {0};

    if (position < plan->n_sources)
        id = plan->sources[position]->record;
    if (id.len > 8)
        id.len = 8;
    return shape_hex(id);
}

/* Words of a list, with commas between. */
static json_t *join(json_t *list)
{
    char text[512] = "";
    size_t used = 0, i;
    json_t *item;

    json_array_foreach(list, i, item) {
        const char *word = json_string_value(item);

        if (word != NULL && used + strlen(word) + 3 < sizeof(text))
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
                                     used == 0 ? "" : ", ", word);
    }
    json_decref(list);
    return json_string(text);
}

static json_t *describe_grant(const Cbank__V1__PlanGrant *grant)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "course", shape_text(grant->course), "bucket",
                     shape_text(grant->bucket), "amount", shape_milli(grant->amount_milli),
                     "counted", shape_milli(grant->counted_milli));
}

/* "NUR101 4 > core" */
static json_t *grant_words(const Cbank__V1__PlanApplication *from)
{
    json_t *list = json_array();

    for (size_t i = 0; i < from->n_grants; i++) {
        const Cbank__V1__PlanGrant *grant = from->grants[i];
        char amount[VALUE_MILLI_MAX], text[256];

        value_format_milli(grant->counted_milli, amount);
        snprintf(text, sizeof(text), "%s%s%s > %s", grant->course,
                 grant->course[0] == '\0' ? "" : " ", amount, grant->bucket);
        json_array_append_new(list, json_string(text));
    }
    return join(list);
}

static json_t *describe_application(const plan_message *plan,
                                    const Cbank__V1__PlanApplication *from)
{
    json_t *sources = json_array(), *ids = json_array(), *grants = json_array();

    for (size_t i = 0; i < from->n_sources; i++) {
        json_array_append_new(sources, shape_source(plan, from->sources[i]));
        json_array_append_new(ids, short_source(plan, from->sources[i]));
    }
    for (size_t i = 0; i < from->n_grants; i++)
        json_array_append_new(grants, describe_grant(from->grants[i]));
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rule", from->rule,
                     "rule_set",
                     from->rule_set < plan->n_rule_sets
                         ? shape_name_of(plan->rule_sets[from->rule_set])
                         : json_null(),
                     "effect",
                     shape_word(&cbank__v1__rule_effect__descriptor, (int)from->effect), "sources",
                     sources, "grants", grants, "source_ids", join(ids), "grant_words",
                     grant_words(from), "steps", planstep_list(plan, from->steps, from->n_steps),
                     "step_words", planstep_words(from->steps, from->n_steps));
}

static json_t *describe_refusal(const plan_message *plan, const Cbank__V1__PlanRefusal *from)
{
    const Cbank__V1__PlanSource *source =
        from->source < plan->n_sources ? plan->sources[from->source] : NULL;

    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
        short_source(plan, from->source), "record", shape_source(plan, from->source), "amount",
        source == NULL ? json_null() : shape_milli(source->amount_milli), "reason",
        shape_word(&cbank__v1__refusal_reason__descriptor, (int)from->reason), "rule",
        shape_text(from->rule), "by", shape_text(from->by), "other",
        from->other == 0 ? json_null() : shape_source(plan, from->other - 1), "field",
        shape_text(from->field), "have", shape_milli(from->have_milli), "limit",
        shape_milli(from->limit_milli), "steps",
        planstep_list(plan, from->steps, from->n_steps), "step_words",
        planstep_words(from->steps, from->n_steps));
}

static json_t *describe_cap(const Cbank__V1__PlanCap *from)
{
    bool records = from->measure == CBANK__V1__CAP_MEASURE__CAP_MEASURE_RECORDS;
    json_t *parts = json_array(), *words = json_array();

    for (size_t i = 0; i < from->n_part; i++) {
        json_array_append_new(parts, json_string(from->part[i]));
        json_array_append_new(words, json_string(from->part[i]));
    }
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "cap", from->cap, "part", parts,
                     "measure",
                     shape_word(&cbank__v1__cap_measure__descriptor, (int)from->measure), "used",
                     shape_milli(records ? from->used * 1000 : from->used), "limit",
                     shape_milli(records ? from->limit * 1000 : from->limit), "part_words",
                     join(words));
}

static json_t *describe_bucket(const Cbank__V1__PlanBucket *from)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "bucket", from->bucket, "counted",
                     shape_milli(from->counted_milli), "min", shape_milli(from->min_milli), "max",
                     from->max_milli == 0 ? json_null() : shape_milli(from->max_milli), "missing",
                     shape_milli(from->missing_milli));
}

static json_t *describe_measures(const Cbank__V1__PlanMeasures *from)
{
    return json_pack("{s:o, s:o, s:o, s:I}", "counted", shape_milli(from->counted_milli),
                     "earned", shape_milli(from->earned_milli), "missing",
                     shape_milli(from->missing_milli), "records", (json_int_t)from->records);
}

static json_t *describe_suggestion(const Cbank__V1__PlanSuggestion *from)
{
    json_t *courses = json_array(), *words = json_array();

    for (size_t i = 0; i < from->n_courses; i++) {
        json_array_append_new(courses, json_string(from->courses[i]));
        json_array_append_new(words, json_string(from->courses[i]));
    }
    return json_pack("{s:s, s:o, s:o, s:o}", "bucket", from->bucket, "amount",
                     shape_milli(from->amount_milli), "courses", courses, "course_words",
                     join(words));
}

/* The award itself has no name of its own. */
static json_t *describe_point(const Cbank__V1__PlanEntryPoint *from)
{
    return json_pack("{s:o, s:o, s:I}", "id", shape_text(from->id), "missing",
                     shape_milli(from->missing_milli), "missing_months",
                     (json_int_t)from->missing_months);
}

static json_t *describe_lists(const plan_message *plan)
{
    json_t *applications = json_array(), *refused = json_array(), *caps = json_array();
    json_t *buckets = json_array(), *missing = json_array(), *points = json_array();

    for (size_t i = 0; i < plan->n_applications; i++)
        json_array_append_new(applications, describe_application(plan, plan->applications[i]));
    for (size_t i = 0; i < plan->n_refusals; i++)
        json_array_append_new(refused, describe_refusal(plan, plan->refusals[i]));
    for (size_t i = 0; i < plan->n_caps; i++)
        json_array_append_new(caps, describe_cap(plan->caps[i]));
    for (size_t i = 0; i < plan->n_buckets; i++)
        json_array_append_new(buckets, describe_bucket(plan->buckets[i]));
    for (size_t i = 0; i < plan->n_suggestions; i++)
        json_array_append_new(missing, describe_suggestion(plan->suggestions[i]));
    for (size_t i = 0; i < plan->n_entry_points; i++)
        json_array_append_new(points, describe_point(plan->entry_points[i]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "applications", applications, "refused",
                     refused, "caps", caps, "buckets", buckets, "missing", missing,
                     "entry_points", points);
}

/* `record` of one about a single record; `records` of each. */
static json_t *describe_finding(const Cbank__V1__PlanFinding *finding)
{
    json_t *records = json_array();

    for (size_t i = 0; i < finding->n_records; i++)
        json_array_append_new(records, shape_hex(finding->records[i]));
    return json_pack("{s:o, s:o, s:o, s:o}", "record",
                     finding->n_records == 1 ? shape_hex(finding->records[0]) : json_null(),
                     "records", records, "target", shape_text(finding->target), "percent",
                     shape_milli((int64_t)finding->overlap_permille * 100));
}

static json_t *describe_findings(const plan_message *plan)
{
    json_t *list = json_array();

    for (size_t i = 0; i < plan->n_findings; i++)
        json_array_append_new(list, describe_finding(plan->findings[i]));
    return list;
}

static json_t *describe(const plan_message *plan, const char *file)
{
    json_t *document = json_pack(
        "{s:o, s:o, s:o, s:o, s:b, s:s, s:o, s:o, s:o, s:o, s:o}", "account",
        shape_text(plan->account), "programme", shape_name_of(plan->programme), "counted",
        shape_milli(plan->measures->counted_milli), "missing_total",
        shape_milli(plan->measures->missing_milli), "optimal", (int)plan->optimal, "proof",
        plan->optimal ? "proven" : "gap", "measures", describe_measures(plan->measures), "bound",
        describe_measures(plan->bound), "goal",
        shape_word(&cbank__v1__plan_goal__descriptor, (int)plan->goal), "as_of",
        shape_date(plan->as_of), "file", shape_text(file));
    json_t *rule_sets = json_array(), *references = json_array();

    for (size_t i = 0; i < plan->n_rule_sets; i++)
        json_array_append_new(rule_sets, shape_name_of(plan->rule_sets[i]));
    for (size_t i = 0; i < plan->n_references; i++)
        json_array_append_new(references, shape_name_of(plan->references[i]));
    json_object_set_new(document, "rule_sets", rule_sets);
    json_object_set_new(document, "references", references);
    json_object_set_new(document, "findings", describe_findings(plan));
    json_object_update_new(document, describe_lists(plan));
    return document;
}

/* ---- make ---- */

static const option make_options[] = {
    {"programme", "ID[@V]", P_OPT_PROGRAMME, 0},
    {"enrolment", "ID", P_OPT_PLAN_ENROLMENT, 0},
    {"rules", "ID[@V]", P_OPT_RULES, OPTION_REPEATED},
    {"goal", "award|credit", P_OPT_GOAL, 0},
    {"as-of", "DATE", P_OPT_AS_OF, 0},
    {"applied", "DATE", P_OPT_APPLIED, 0},
    {"admitted", "DATE", P_OPT_ADMITTED, 0},
    {"from", "DATE", P_OPT_AWARDED_FROM, 0},
    {"to", "DATE", P_OPT_AWARDED_UNTIL, 0},
    {"advisory", NULL, P_OPT_ADVISORY, 0},
    {"finding", "RECORD+...:TARGET:PERCENT", P_OPT_FINDING, OPTION_REPEATED},
    {"replacing", "ID", P_OPT_REPLACING, 0},
    {"output", "FILE", P_OPT_OUTPUT_PLAN, 0},
    {0},
};

static bool read_day(cli *c, const char *name, uint32_t *out)
{
    const char *text = options_text(c, name);

    if (text == NULL || value_date(text, out))
        return true;
    fail_own(c, FAIL_BAD_DATE, text);
    return false;
}

static bool read_goal(cli *c, Cbank__V1__PlanGoal *out)
{
    const char *word = options_text(c, "goal");
    int value = 0;

    if (word != NULL && !shape_value(&cbank__v1__plan_goal__descriptor, word, &value)) {
        fail_own(c, FAIL_OPTION_WORD, word);
        return false;
    }
    *out = (Cbank__V1__PlanGoal)value;
    return true;
}

static void show_plan(cli *c, const Cbank__Api__V1__PlanMakeReply *reply)
{
    const char *file = options_text(c, "output");
    plan_message *plan = (plan_message *)(void *)protobuf_c_message_unpack(
        &cbank__v1__plan__descriptor, NULL, reply->plan.len, reply->plan.data);

    if (plan == NULL) {
        fail_own(c, FAIL_BAD_REPLY, "plan");
        return;
    }
    if (file == NULL || file_write(c, file, FILE_PRIVATE, reply->plan.data, reply->plan.len))
        output_document(c, describe(plan, file), plan_views);
    message_free(plan);
}

/* All of it but the account; `out->rule_sets` is to be freed. */
static bool read_question(cli *c, Cbank__Api__V1__PlanMakeRequest *out)
{
    size_t next = 0;

    if (!read_goal(c, &out->goal) || !read_day(c, "as-of", &out->as_of) ||
        !read_day(c, "applied", &out->applied_on) || !read_day(c, "admitted", &out->admitted_on) ||
        !read_day(c, "from", &out->awarded_from) || !read_day(c, "to", &out->awarded_until))
        return false;
    out->n_rule_sets = options_count(c, "rules");
    out->rule_sets = memory_new(out->n_rule_sets + 1, sizeof(*out->rule_sets));
    for (size_t i = 0; i < out->n_rule_sets; i++)
        out->rule_sets[i] = options_each(c, "rules", &next);
    if (options_given(c, "programme"))
        out->programme = options_text(c, "programme");
    out->with_advisory = options_given(c, "advisory");
    return true;
}

static void make(cli *c)
{
    Cbank__Api__V1__PlanMakeRequest ask = CBANK__API__V1__PLAN_MAKE_REQUEST__INIT;
    Cbank__Api__V1__PlanMakeReply *reply;
    uint8_t replaced[RECOGNITION_ID];
    static findings found;

    if (read_question(c, &ask) && findings_read(c, &found) &&
        (!options_given(c, "replacing") ||
         recognition_id(c, options_text(c, "replacing"), replaced, &ask.replaces))) {
        ask.account = c->arguments[0];
        if (options_given(c, "enrolment"))
            ask.enrolment = options_text(c, "enrolment");
        ask.findings = found.list;
        ask.n_findings = found.count;
        reply = call_bank(c, cbank_plan_make, &ask.base,
                          &cbank__api__v1__plan_make_reply__descriptor);
        if (reply != NULL)
            show_plan(c, reply);
        message_free(reply);
    }
    free(ask.rule_sets);
}

/* ---- run ---- */

static const option run_options[] = {
    {"accounts", "FILE", P_OPT_ACCOUNTS, OPTION_NEEDED},
    {"programme", "ID[@V]", P_OPT_PROGRAMME, OPTION_NEEDED},
    {"output", "FILE", P_OPT_OUTPUT_RUN, OPTION_NEEDED},
    {"rules", "ID[@V]", P_OPT_RULES, OPTION_REPEATED},
    {"goal", "award|credit", P_OPT_GOAL, 0},
    {"as-of", "DATE", P_OPT_AS_OF, 0},
    {"applied", "DATE", P_OPT_APPLIED, 0},
    {"admitted", "DATE", P_OPT_ADMITTED, 0},
    {"from", "DATE", P_OPT_AWARDED_FROM, 0},
    {"to", "DATE", P_OPT_AWARDED_UNTIL, 0},
    {"advisory", NULL, P_OPT_ADVISORY, 0},
    {0},
};

static const view run_views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"accounts", P_ACCOUNTS, VIEW_PLAIN, NULL},
    {"met", P_MET, VIEW_PLAIN, NULL},
    {"not_met", P_NOT_MET, VIEW_PLAIN, NULL},
    {"undecided", P_UNDECIDED, VIEW_PLAIN, NULL},
    {"failed", P_WITHOUT_PLAN, VIEW_PLAIN, NULL},
    {0},
};

static void show_run(cli *c, const Cbank__Api__V1__PlanRunReply *reply)
{
    output_document(c,
                    json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "file", options_text(c, "output"),
                              "accounts", shape_number(reply->accounts), "met",
                              shape_number(reply->met), "not_met", shape_number(reply->not_met),
                              "undecided", shape_number(reply->undecided), "failed",
                              shape_number(reply->failed)),
                    run_views);
    if (reply->failed > 0 && c->code == EXIT_DONE)
        c->code = EXIT_INPUT;
}

static void run(cli *c)
{
    Cbank__Api__V1__PlanRunRequest ask = CBANK__API__V1__PLAN_RUN_REQUEST__INIT;
    Cbank__Api__V1__PlanMakeRequest question = CBANK__API__V1__PLAN_MAKE_REQUEST__INIT;
    job_files files = {.input = options_text(c, "accounts"), .output = options_text(c, "output")};
    static char chinese[] = "zh", english[] = "en";
    Cbank__Api__V1__PlanRunReply *reply = NULL;
    cbank_bank *bank = call_open_bank(c);
    cbank_job *job = NULL;
    cbank_error err;
    bytes request;

    if (bank == NULL || !read_question(c, &question))
        return;
    ask.question = &question;
    ask.lang = phrases_are_chinese() ? chinese : english;
    request = message_pack(&ask.base);
    if (cbank_plan_run_begin(bank, request.data, request.size, &job, &err) != CBANK_OK)
        fail_call(c, &err);
    else
        reply = job_run(c, job, &files, &cbank__api__v1__plan_run_reply__descriptor);
    if (reply != NULL)
        show_run(c, reply);
    memory_free(&request);
    message_free(reply);
    free(question.rule_sets);
}

const command plan_commands[] = {
    {"make", "ACCOUNT", 1, 1, P_PLAN_MAKE, COMMAND_BANK, make_options, make},
    {"run", "", 0, 0, P_PLAN_RUN, COMMAND_BANK, run_options, run},
    {"recognise", "FILE", 1, 1, P_PLAN_RECOGNISE, COMMAND_BANK | COMMAND_WRITES,
     recognise_options, recognise},
    {"check", "FILE", 1, 1, P_PLAN_CHECK, 0, check_options, plan_check},
    {0},
};
