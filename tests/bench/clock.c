#include "clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double read_clock(clockid_t which)
{
    struct timespec at;

    clock_gettime(which, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

double clock_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

double clock_worked(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

double clock_written(void)
{
    FILE *counts = fopen("/proc/self/io", "r");
    unsigned long long bytes = 0;
    char line[64];

    if (counts == NULL)
        return 0;
    while (fgets(line, sizeof(line), counts) != NULL && bytes == 0)
        (void)sscanf(line, "write_bytes: %llu", &bytes);
    fclose(counts);
    return (double)bytes;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

double clock_median(double *values, size_t count)
{
    if (count == 0)
        return 0;
    qsort(values, count, sizeof(*values), compare);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}
