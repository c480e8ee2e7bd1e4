/* draft.h - the options of credit issue and credit amend, as a record. */
#ifndef CBANK_CLI_DRAFT_H
#define CBANK_CLI_DRAFT_H

#include "cli.h"

#include "cbank/v1/record.pb-c.h"

#define DRAFT_AMOUNTS_MAX 16

/* What the record's pointers lead to; texts are lent from the command line. */
typedef struct draft {
    Cbank__V1__LangText *titles;
    Cbank__V1__LangText **title_list;
    Cbank__V1__Amount amounts[DRAFT_AMOUNTS_MAX];
    Cbank__V1__Amount *amount_list[DRAFT_AMOUNTS_MAX];
    Cbank__V1__Grade grade;
    Cbank__V1__Level level;
    Cbank__V1__Level *level_list[1];
    Cbank__V1__Code field;
    Cbank__V1__Code *field_list[1];
    Cbank__V1__Code term;
} draft;

/* For option tables of commands that take a record. */
#define DRAFT_OPTIONS                                                                              \
    {"credits", "N", P_OPT_CREDITS, 0}, {"hours", "H", P_OPT_HOURS, 0},                            \
        {"amount", "UNIT=N", P_OPT_AMOUNT, OPTION_REPEATED}, {"type", "TYPE", P_OPT_TYPE, 0},      \
        {"code", "C", P_OPT_COURSE_CODE, 0}, {"framework", "F", P_OPT_FRAMEWORK, 0},               \
        {"level", "L", P_OPT_LEVEL, 0}, {"field", "ISCEDF", P_OPT_FIELD, 0},                       \
        {"grade", "G", P_OPT_GRADE, 0}, {"scale", "S", P_OPT_SCALE, 0},                            \
        {"school-year", "YEAR", P_OPT_SCHOOL_YEAR, 0}, {"term", "T", P_OPT_TERM, 0},               \
        {"assurance", "WORD", P_OPT_ASSURANCE, 0},                                          \
        {"awarded", "DATE", P_OPT_AWARDED, 0}, {"expires", "DATE", P_OPT_EXPIRES_RECORD, 0}

/* Puts what was given into `record`, and leaves the rest as it is. Ends with draft_clear. */
bool draft_fill(cli *c, Cbank__V1__CreditRecord *record, draft *out);
void draft_clear(draft *data);

#endif
