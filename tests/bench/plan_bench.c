/*
 * How fast plans are made: matching, enumerating and solving in one.
 *
 * Usage: plan_bench [--json] [--learners N] [--rules N] [--small]
 *
 * First LEARNERS plans of 40 records against RULES rules; then, unless --small, a hundred where
 * nearly every cap binds, and the first again against 1.3 million rules, with the time it takes to
 * load them. Median, 99th percentile and plans a
 * second are of one core, in the time that it worked.
 */
#include "world.h"

#include "rules/solve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define RECORDS 40
#define MANY 1300000u
#define TIGHT 100u /* learners where nearly every cap binds */

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at); /* what others do does not count */
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return a < b ? -1 : a > b;
}

struct figures {
    double load;
    double median;
    double most; /* 99th percentile */
    double worst;
    double rate;
    uint32_t proven;
    uint32_t applications;
    uint64_t work;
};

static void plan_one(world *w, learner *l, cbi_compile *compile, struct figures *out)
{
    cbi_question question = {
        .programme = w->programme,
        .rulesets = (const cbi_ruleset *const *)&w->ruleset,
        .ruleset_count = 1,
        .facts = l->facts,
        .fact_count = l->count,
        .as_of = 20250301,
    };
    cbi_plan plan = {0};
    cbi_proof proof;
    cbank_error err = {0};

    if (cbi_compile_run(compile, &question, &err) != CBANK_OK ||
        cbi_solve(&compile->problem, CBI_GOAL_AWARD, CBI_WORK_DEFAULT, &plan, &proof, &err) !=
            CBANK_OK) {
        fprintf(stderr, "bench: %s %s\n", cbi_reason_word((cbi_reason)err.reason), err.object);
        exit(7);
    }
    out->work += proof.work;
    out->proven += proof.optimal && proof.canonical;
    out->applications += compile->problem.application_count;
    cbi_plan_clear(&plan);
}

static void measure(uint32_t rules, uint32_t learners, bool tight, struct figures *out)
{
    double *times = malloc(learners * sizeof(*times));
    double begun = now();
    double all = 0;
    cbi_compile compile = {0};
    learner l = {0};
    world w;

    memset(out, 0, sizeof(*out));
    world_make(&w, rules, tight);
    out->load = now() - begun;
    for (uint32_t i = 0; i < learners; i++) {
        double start;

        learner_draw(&l, &w, RECORDS);
        start = now();
        plan_one(&w, &l, &compile, out);
        times[i] = now() - start;
        all += times[i];
    }
    qsort(times, learners, sizeof(*times), compare);
    out->median = times[learners / 2];
    out->most = times[learners - 1 - learners / 100];
    out->worst = times[learners - 1];
    out->rate = learners / all;
    cbi_compile_clear(&compile);
    learner_clear(&l);
    world_clear(&w);
    free(times);
}

static void print(bool json, const char *what, uint32_t rules, uint32_t learners,
                  const struct figures *f)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    printf(json ? "{\"case\":\"%s\",\"rules\":%u,\"learners\":%u,\"load_s\":%.2f,"
                  "\"median_ms\":%.3f,\"p99_ms\":%.3f,\"worst_ms\":%.1f,\"plans_per_s\":%.0f,"
                  "\"proven\":%u,\"applications\":%.1f,\"work\":%.0f,\"memory_mib\":%ld}\n"
                : "%s: %u rules, %u learners\n  loaded in %.2f s; a plan takes %.3f ms (median), "
                  "%.3f ms (99 of 100), %.1f ms (the worst)\n  %.0f plans a second; %u proven; "
                  "%.1f applications and %.0f evaluations each; %ld MiB\n",
           what, rules, learners, f->load, f->median * 1e3, f->most * 1e3, f->worst * 1e3, f->rate,
           f->proven, (double)f->applications / learners,
           (double)f->work / learners, usage.ru_maxrss / 1024);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    uint32_t learners = 2000;
    uint32_t rules = 4278;
    bool json = false;
    bool small = false;
    struct figures figures;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            json = true;
        else if (strcmp(argv[i], "--small") == 0)
            small = true;
        else if (strcmp(argv[i], "--learners") == 0 && i + 1 < argc)
            learners = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--rules") == 0 && i + 1 < argc)
            rules = (uint32_t)strtoul(argv[++i], NULL, 10);
        else
            return 2;
    }
    if (learners == 0 || rules < 1000)
        return 2;
    measure(rules, learners, false, &figures);
    print(json, "national bank", rules, learners, &figures);
    if (small)
        return 0;
    measure(rules, TIGHT, true, &figures);
    print(json, "tight caps", rules, TIGHT, &figures);
    measure(MANY, learners < 2000 ? learners : 2000, false, &figures);
    print(json, "city university", MANY, learners < 2000 ? learners : 2000, &figures);
    return 0;
}
