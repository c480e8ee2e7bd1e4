/*
 * progress.h - a bar on the terminal for work that takes longer than a second: how far, how fast,
 * how long still. While a file is read that is told by its bytes, for nobody knows its rows yet.
 * Nothing if standard error is no terminal, or with --quiet or --json.
 */
#ifndef CBANK_CLI_PROGRESS_H
#define CBANK_CLI_PROGRESS_H

#include "cli.h"

typedef struct progress {
    bool wanted;
    bool shown;
    double began;
    double drawn;
    char stage[32];
    double stage_began;
    uint64_t stage_done;
    /* Of the input; size 0: not known. */
    uint64_t fed;
    uint64_t size;
    bool fed_all;
} progress;

void progress_begin(const cli *c, progress *bar);
/* So many bytes more have been fed; none: that was all. */
void progress_feed(progress *bar, uint64_t fed);
/* `total` 0: not known. */
void progress_show(progress *bar, const char *stage, uint64_t done, uint64_t total);
/* Takes the bar away. */
void progress_end(progress *bar);

#endif
