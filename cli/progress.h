/*
 * progress.h - a bar on the terminal for work that takes longer than a second: how far, how fast,
 * how long still. Nothing if standard error is no terminal, or with --quiet or --json.
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
} progress;

void progress_begin(const cli *c, progress *bar);
/* `total` 0: not known. */
void progress_show(progress *bar, const char *stage, uint64_t done, uint64_t total);
/* Takes the bar away. */
void progress_end(progress *bar);

#endif
