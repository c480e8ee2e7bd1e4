/*
 * bench - what cbank costs at a city's scale, beside what others cost on the same rows.
 *
 * Usage: bench [--records N] [--base N] [--suite NAME] [--credentials RATE] [--postgres RATE]
 *              [--json] FOLDER WORK...
 *
 * WORK: verify single bulk base, or rows alone. FOLDER is on the disk that is measured.
 * Exit code 0 if every target was met, 1 if one was missed, 2 for a wrong call.
 */
#include "report.h"
#include "work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    void (*run)(const bench_work *it);
} works[] = {{"verify", work_verify}, {"single", work_single}, {"bulk", work_bulk},
             {"base", work_base}};
/* Beside them: "rows", which measures nothing. */

#define WORKS (sizeof(works) / sizeof(*works))

static int usage(void)
{
    fprintf(stderr, "usage: bench [--records N] [--base N] [--suite NAME] [--credentials RATE] "
                    "[--postgres RATE] [--json] FOLDER WORK...\n");
    return 2;
}

static bool is_wanted(const char *name, char **names, int count)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    bench_work it = {.suite = "sha256-ed25519", .records = 1000000};
    bool json = false;
    int at = 1;

    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        if (strcmp(argv[at], "--json") == 0)
            json = true;
        else if (at + 1 == argc)
            return usage();
        else if (strcmp(argv[at], "--records") == 0)
            it.records = strtoull(argv[++at], NULL, 10);
        else if (strcmp(argv[at], "--base") == 0)
            it.base = strtoull(argv[++at], NULL, 10);
        else if (strcmp(argv[at], "--suite") == 0)
            it.suite = argv[++at];
        else if (strcmp(argv[at], "--credentials") == 0)
            it.credentials = strtod(argv[++at], NULL);
        else if (strcmp(argv[at], "--postgres") == 0)
            it.postgres = strtod(argv[++at], NULL);
        else
            return usage();
    }
    if (at == argc || it.records == 0)
        return usage();
    it.folder = argv[at++];
    if (is_wanted("rows", argv + at, argc - at)) {
        work_rows(&it);
        return 0;
    }
    report_begin(json);
    for (size_t i = 0; i < WORKS; i++) {
        if (is_wanted(works[i].name, argv + at, argc - at) &&
            (works[i].run != work_base || it.base > 0))
            works[i].run(&it);
    }
    return report_end() ? 0 : 1;
}
