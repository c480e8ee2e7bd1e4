/*
 * clock.h - what a measurement is made of: time that passed, time that was worked, medians.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stddef.h>

/* Seconds that passed. */
double clock_now(void);
/* Seconds that this process worked, on all cores. */
double clock_worked(void);
/* Sorts. 0 of none. */
double clock_median(double *values, size_t count);

#endif
