/*
 * Solves planning instances and prints one line of JSON for each: the answer for both goals, and
 * how it was proven.
 *
 * Usage: plan_instance [--work N] [--check] FILE.json ... ('-': NDJSON on standard input)
 *
 * --check compares with the `answer` of each instance, says which differ, and exits 1 if one of
 * them claimed to be the best.
 */
#include "instance.h"

#include "rules/solve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t work_max = CBI_WORK_DEFAULT;
static bool check;
static unsigned long wrong;

static json_t *print_measures(const cbi_measures *m)
{
    return json_pack("{sIsIsIsI}", "missing", (json_int_t)m->missing, "counted",
                     (json_int_t)m->counted, "earned", (json_int_t)m->earned, "records",
                     (json_int_t)m->records);
}

/* [rule, [records], {grant: [bucket, counted]}] of every application chosen. */
static json_t *print_plan(const cbi_compile *compile, const cbi_plan *plan)
{
    const cbi_problem *problem = &compile->problem;
    json_t *out = json_array();

    for (uint32_t i = 0; i < problem->application_count; i++) {
        const cbi_application *application = &problem->applications[i];
        json_t *records = json_array();
        json_t *grants = json_object();

        for (uint32_t k = 0; plan->chosen[i] && k < application->records.count; k++) {
            uint32_t record = problem->members[application->records.first + k];

            json_array_append_new(records, json_string(compile->facts[record]->id));
        }
        for (uint32_t k = 0; k < application->grants.count; k++) {
            uint32_t g = application->grants.first + k;
            uint32_t place = plan->placed[g];
            char number[12];

            if (place == CBI_NONE)
                continue;
            snprintf(number, sizeof(number), "%u", problem->grants[g].number);
            json_object_set_new(
                grants, number,
                json_pack("[sI]",
                          cbi_programme_bucket(compile->question->programme,
                                               problem->places[place].bucket)->id,
                          (json_int_t)plan->counted[g]));
        }
        if (plan->chosen[i])
            json_array_append_new(out, json_pack("[soo]",
                                                 compile->rules[application->rule].message->id,
                                                 records, grants));
        else {
            json_decref(records);
            json_decref(grants);
        }
    }
    return out;
}

static void fail(const cbank_error *err, const char *name)
{
    char text[512];

    cbank_error_text(err, "en", text, sizeof(text), NULL, 0);
    instance_fail(name, text);
}

static void solve(const json_t *document, cbi_compile *compile)
{
    static const struct {
        cbi_goal goal;
        const char *measures;
        const char *plan;
    } goals[] = {{CBI_GOAL_AWARD, "award", "plan_award"},
                 {CBI_GOAL_CREDIT, "credit", "plan_credit"}};
    const char *name = json_string_value(json_object_get(document, "name"));
    json_t *line = json_object();
    json_t *bounds = json_object();
    instance in = {0};
    cbi_question question = {0};
    cbank_error err = {0};
    uint64_t work = 0;
    bool optimal = true;
    bool canonical = true;

    instance_read(&in, document);
    question = (cbi_question){
        .programme = in.programme,
        .rulesets = (const cbi_ruleset *const *)&in.ruleset,
        .ruleset_count = 1,
        .facts = in.facts,
        .fact_count = in.fact_count,
        .as_of = in.as_of,
    };
    if (cbi_compile_run(compile, &question, &err) != CBANK_OK)
        fail(&err, name);
    json_object_set_new(line, "name", json_string(name == NULL ? "" : name));
    for (size_t i = 0; i < 2; i++) {
        cbi_plan plan = {0};
        cbi_proof proof;
        cbi_breach breach;
        uint32_t where;

        if (cbi_solve(&compile->problem, goals[i].goal, work_max, &plan, &proof, &err) !=
                CBANK_OK ||
            cbi_plan_verify(&compile->problem, &plan, &breach, &where, &err) != CBANK_OK)
            fail(&err, name);
        if (breach != CBI_BREACH_NONE) {
            fprintf(stderr, "%s: the plan breaks constraint %d at %u\n", name, (int)breach, where);
            exit(7);
        }
        json_object_set_new(line, goals[i].measures,
                            print_measures(&plan.measures));
        json_object_set_new(line, goals[i].plan, print_plan(compile, &plan));
        json_object_set_new(bounds, goals[i].measures,
                            print_measures(&proof.bound));
        if (check && !json_equal(json_object_get(line, goals[i].measures),
                                 json_object_get(json_object_get(document, "answer"),
                                                 goals[i].measures))) {
            char *want = json_dumps(
                json_object_get(json_object_get(document, "answer"), goals[i].measures), 0);
            char *have = json_dumps(json_object_get(line, goals[i].measures), 0);

            fprintf(stderr, "%s %s: %s want %s have %s\n", name, goals[i].measures,
                    proof.optimal ? "WRONG" : "not proven:", want, have);
            free(want);
            free(have);
            wrong += proof.optimal;
        }
        optimal &= proof.optimal;
        canonical &= proof.canonical;
        work += proof.work;
        cbi_plan_clear(&plan);
    }
    json_object_set_new(line, "optimal", json_boolean(optimal));
    json_object_set_new(line, "canonical", json_boolean(canonical));
    json_object_set_new(line, "bound", bounds);
    json_object_set_new(line, "work", json_integer((json_int_t)work));
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
    instance_clear(&in);
}

static void solve_all(json_t *document, cbi_compile *compile, const char *name,
                      const json_error_t *error)
{
    if (document == NULL)
        instance_fail(name, error->text);
    if (json_is_array(document))
        for (size_t i = 0; i < json_array_size(document); i++)
            solve(json_array_get(document, i), compile);
    else
        solve(document, compile);
    json_decref(document);
}

int main(int argc, char **argv)
{
    cbi_compile compile = {0};
    json_error_t error;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--check") == 0) {
            check = true;
        } else if (strcmp(argv[i], "--work") == 0 && i + 1 < argc) {
            work_max = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "-") == 0) {
            char *line = NULL;
            size_t room = 0;

            while (getline(&line, &room, stdin) > 0) {
                if (line[0] != '\n')
                    solve_all(json_loads(line, JSON_REJECT_DUPLICATES, &error), &compile, "-",
                              &error);
                fflush(stdout);
            }
            free(line);
        } else {
            solve_all(json_load_file(argv[i], JSON_REJECT_DUPLICATES, &error), &compile, argv[i],
                      &error);
        }
    }
    cbi_compile_clear(&compile);
    return wrong > 0;
}
