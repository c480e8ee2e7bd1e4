/*
 * instance.h - a planning instance in JSON (the format of the planner's problem statement) as the
 * messages that the library plans with.
 *
 * What is read goes through the same packed pages, rule index and selectors as a published rule
 * set does. Anything that the format does not know ends the program with its place.
 */
#ifndef INSTANCE_H
#define INSTANCE_H

#include "rules/compile.h"

#include <jansson.h>

/* Begins as {0}. Texts are lent by the document, which stays open as long. */
typedef struct instance {
    cbi_arena arena;
    cbi_ruleset *ruleset;
    cbi_programme *programme;
    cbi_fact *facts;
    uint32_t fact_count;
    uint32_t as_of;
} instance;

void instance_read(instance *in, const json_t *document);
void instance_clear(instance *in);

/* Ends the program: exit code 3. */
_Noreturn void instance_fail(const char *what, const char *where);

#endif
