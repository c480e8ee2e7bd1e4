/* study.h - an author's study: documents made of literals, and what becomes of them. */
#ifndef CBI_TESTS_AUTHOR_STUDY_H
#define CBI_TESTS_AUTHOR_STUDY_H

#include "author/author.h"
#include "rules/validate.h"

#include <criterion/criterion.h>

/* A file of the study; the list ends with an empty name. The first is the main document. */
typedef struct study_file {
    const char *name;
    const char *text;
} study_file;

/* Head of a rule set; what a test is about follows below it. */
#define STUDY_HEAD                                                                                 \
    "kind: ruleset\nid: gd\nedition: 1\nauthority: GDCB\ntitle: {zh: 规则}\nstanding: own\n"       \
    "effective: 2024-09-01..\ndate: application\npartial_dates: last-day\nzone: \"+08:00\"\n"
#define STUDY_LINES 10u

/* All of it read and finished; tables come `piece` bytes at a time. Ends with cbi_author_free. */
cbi_author *study_read(const study_file *files, size_t piece);
/* One document alone. */
cbi_author *study_read_text(const char *text);

/* The test fails if there is an error; the findings are told then. */
void study_is_good(const cbi_author *author);
/* Whether there is such a finding; any line if 0. */
bool study_finds(const cbi_author *author, cbi_reason reason, uint32_t line);

/* The only error of the text behind STUDY_HEAD, `line` lines below it. */
void study_refuses(const char *text, cbi_reason reason, uint32_t line, uint32_t column);

/* The n-th rule of the main document, in its order; freed with cbi_message_free. */
Cbank__V1__Rule *study_rule(const cbi_author *author, uint32_t n);

#endif
