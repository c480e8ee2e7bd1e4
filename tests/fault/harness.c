#include "harness.h"

#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TOLD_MAX 20
#define WORKERS_MAX 8
#define WAITS 30 /* longer than it may work */

double harness_clock(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static unsigned long number_of(const char *name, const char *option, const char *value)
{
    char *end = NULL;
    unsigned long number = value == NULL ? 0 : strtoul(value, &end, 10);

    if (number == 0 || *end != '\0') {
        fprintf(stderr, "%s: %s wants a number\n", name, option);
        exit(2);
    }
    return number;
}

static void read_options(harness *it, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            it->json = true;
        } else if (strcmp(argv[i], "--states") == 0) {
            it->states = number_of(it->name, argv[i], argv[i + 1]);
            i++;
        } else if (strcmp(argv[i], "--seeds") == 0) {
            it->seeds = (unsigned)number_of(it->name, argv[i], argv[i + 1]);
            i++;
        } else {
            fprintf(stderr, "usage: %s [--states N] [--seeds N] [--json]\n", it->name);
            exit(2);
        }
    }
}

/* In memory where that is possible: what a disk is to forget is modelled, not left to a disk. */
static const char *find_base(void)
{
    static const char shared[] = "/dev/shm";
    const char *base = getenv("TMPDIR");

    if (base != NULL)
        return base;
    return access(shared, W_OK) == 0 ? shared : P_tmpdir;
}

void harness_begin(harness *it, const char *name, unsigned long states, int argc, char **argv)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    *it = (harness){.name = name, .states = states, .seeds = 8, .began = harness_clock()};
    it->workers = cores < 1 ? 1 : cores > WORKERS_MAX ? WORKERS_MAX : (unsigned)cores;
    read_options(it, argc, argv);
    snprintf(it->folder, sizeof(it->folder), "%s/cbank-%s-XXXXXX", find_base(), name);
    it->count = mmap(NULL, sizeof(*it->count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                     -1, 0);
    if (it->count == MAP_FAILED || mkdtemp(it->folder) == NULL) {
        perror(name);
        exit(2);
    }
}

int harness_end(harness *it)
{
    unsigned long cases = atomic_load(&it->count->cases), bad = atomic_load(&it->count->bad);
    double seconds = harness_clock() - it->began;

    harness_remove(it->folder);
    if (it->json)
        printf("{\"campaign\": \"%s\", \"cases\": %lu, \"bad\": %lu, \"seconds\": %.1f}\n",
               it->name, cases, bad, seconds);
    else
        printf("%s: %lu cases, %lu bad, %.1f s\n", it->name, cases, bad, seconds);
    return cases > 0 && bad == 0 ? 0 : 1;
}

void harness_judge(harness *it, bool good, const char *format, ...)
{
    va_list rest;

    atomic_fetch_add(&it->count->cases, 1);
    if (good || atomic_fetch_add(&it->count->bad, 1) >= TOLD_MAX)
        return;
    va_start(rest, format);
    fprintf(stderr, "%s: ", it->name);
    vfprintf(stderr, format, rest);
    fprintf(stderr, "\n");
    va_end(rest);
}

void harness_count_cases(harness *it, unsigned long cases, unsigned long bad)
{
    atomic_fetch_add(&it->count->cases, cases);
    atomic_fetch_add(&it->count->bad, bad);
}

pid_t harness_child(void)
{
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child < 0) {
        perror("fork");
        exit(2);
    }
    if (child == 0)
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody outlives the campaign */
    return child;
}

int harness_wait(pid_t child)
{
    int status = 0;

    (void)waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void harness_deadline(unsigned seconds)
{
    const struct itimerval limit = {.it_value.tv_sec = seconds};

    (void)setitimer(ITIMER_PROF, &limit, NULL);
    (void)alarm(seconds * WAITS);
}

void harness_spread(harness *it, void (*work)(harness *it, unsigned worker))
{
    pid_t children[WORKERS_MAX];

    for (unsigned i = 0; i < it->workers; i++) {
        children[i] = harness_child();
        if (children[i] == 0) {
            work(it, i);
            _exit(0);
        }
    }
    for (unsigned i = 0; i < it->workers; i++) {
        int code = harness_wait(children[i]);

        if (code != 0)
            harness_judge(it, false, "a worker ended with %d", code);
    }
}

unsigned long harness_next(harness *it)
{
    return atomic_fetch_add(&it->count->next, 1);
}

uint64_t harness_random(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static int remove_one(const char *path, const struct stat *file, int type, struct FTW *at)
{
    (void)file;
    (void)type;
    (void)at;
    return remove(path);
}

void harness_remove(const char *folder)
{
    (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
