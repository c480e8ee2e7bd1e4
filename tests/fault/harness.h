/*
 * harness.h - what the campaigns have in common: options, a folder, workers, the count.
 *
 * A campaign is a program. Its cases run in worker processes, or in children of theirs, so that a
 * case may crash: what it comes to is kept in memory that all of them share.
 */
#ifndef FAULT_HARNESS_H
#define FAULT_HARNESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

typedef struct harness_count {
    atomic_ulong cases;
    atomic_ulong bad;
    atomic_ulong next; /* the next piece of work that nobody has */
} harness_count;

typedef struct harness {
    const char *name;
    unsigned long states; /* how much to do; what it counts is the campaign's */
    unsigned seeds;
    unsigned workers;
    bool json;
    char folder[128]; /* of this run; removed at the end */
    double began;
    harness_count *count; /* shared */
} harness;

/* Reads options: [--states N] [--seeds N] [--json]. Ends the program on any other. */
void harness_begin(harness *it, const char *name, unsigned long states, int argc, char **argv);
/* Prints the result; the exit code: 0 if there were cases and none is bad. */
int harness_end(harness *it);

/* One case is over; a bad one is told on stderr, the first few of them. */
__attribute__((format(printf, 3, 4))) void harness_judge(harness *it, bool good,
                                                         const char *format, ...);

/* Many cases at once, which have been told of. */
void harness_count_cases(harness *it, unsigned long cases, unsigned long bad);

/* Runs `work` in each worker process, from 0, and waits; one that dies counts as bad. */
void harness_spread(harness *it, void (*work)(harness *it, unsigned worker));
/* The next piece of work from 0, for whichever worker asks. */
unsigned long harness_next(harness *it);

/* Forks; a child does not outlive the campaign. */
pid_t harness_child(void);
/* Waits for a child: what it exited with, or 128 and the signal that ended it. */
int harness_wait(pid_t child);

/*
 * Ends this process once it has used so many seconds of processor time, or has waited for a great
 * many: a busy machine is no fault. Each call begins anew.
 */
void harness_deadline(unsigned seconds);

/* A random number of a sequence that a seed stands for. */
uint64_t harness_random(uint64_t *seed);

/* Removes a folder and all in it. */
void harness_remove(const char *folder);
double harness_clock(void);

#endif
