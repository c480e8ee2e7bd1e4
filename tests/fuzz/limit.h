/*
 * limit.h - one run of a target, held to the limits that an input may cost.
 *
 * Processor time is measured, and where a sanitizer counts allocations also the most memory that
 * was in use at once because of the input. A run over a limit ends the program like a crash.
 */
#ifndef CBI_TESTS_FUZZ_LIMIT_H
#define CBI_TESTS_FUZZ_LIMIT_H

#include "fuzz/fuzz.h"

#define LIMIT_SECONDS 1.0
#define LIMIT_HEAP (64u * 1024 * 1024)

/* Once, before anything else is allocated that a run may free. */
void limit_begin(void);
void limit_run(fuzz_run *target, cbi_bytes input);

/* The most that any run has taken so far. */
double limit_longest(void);
size_t limit_largest(void);

#endif
