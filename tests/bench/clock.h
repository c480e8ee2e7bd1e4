/*
 * clock.h - what a measurement is made of: time that passed, time that was worked, bytes that
 * were written, medians.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stddef.h>

/* Seconds that passed. */
double clock_now(void);
/* Seconds that this process worked, on all cores. */
double clock_worked(void);
/* Bytes that this process had written to devices; 0 where the system does not count them. */
double clock_written(void);
/* Sorts. 0 of none. */
double clock_median(double *values, size_t count);

#endif
