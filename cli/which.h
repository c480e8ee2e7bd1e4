/*
 * which.h - which records a command means: ids, a file of ids, or what the records have in common.
 */
#ifndef CBANK_CLI_WHICH_H
#define CBANK_CLI_WHICH_H

#include "cli.h"

#include "cbank/api/v1/credit.pb-c.h"

#define WHICH_BATCH_SIZE 32

/* For option tables. --where says the same as the four others, and is all that amend has. */
#define WHICH_WHERE                                                                                \
    {"batch", "B", P_OPT_BATCH, 0}, {"where", "FIELD=VALUE,...", P_OPT_WHERE, 0}
#define WHICH_FIELDS                                                                               \
    {"code", "C", P_OPT_COURSE_CODE, 0}, {"offering", "CLASS", P_OPT_OFFERING, 0},                 \
        {"school-year", "YEAR", P_OPT_SCHOOL_YEAR, 0}, {"term", "T", P_OPT_TERM, 0}

/* What was asked for; texts are lent from the command line, or from `texts`. */
typedef struct which {
    Cbank__Api__V1__CreditFilter filter;
    bool filtered; /* whether the filter says anything */
    char **ids;    /* each its own */
    size_t id_count;
    uint8_t batch[WHICH_BATCH_SIZE];
    char *texts;
} which;

/* Reads what was given, arguments among it if `arguments` says so. Ends with which_clear. */
bool which_read(cli *c, bool arguments, which *out);
void which_clear(which *all);

#endif
