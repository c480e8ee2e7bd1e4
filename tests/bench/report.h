/*
 * report.h - the table: a row for each work, with the peer that did the same and the ratio that
 * has to be reached.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdbool.h>

typedef struct report_row {
    const char *work;
    double figure; /* of cbank */
    const char *unit;
    const char *peer; /* NULL: the figure is held against the target itself */
    double peer_figure;
    double target; /* of the ratio figure / peer_figure, or of the figure; 0: none */
    bool at_most;  /* the target is not to be exceeded */
} report_row;

/* As a table on stdout, or as one JSON object at the end. */
void report_begin(bool json);
void report_add(const report_row *row);
/* A line of its own for the reader; nothing in JSON. */
void report_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Whether every target was met. */
bool report_end(void);

#endif
