/*
 * target.h - the course that a grant gives: the programme's, or one that a catalogue lists.
 *
 * A listed course is read as if it stood in the programme, with what the entry says of it that
 * holds on the day of the application or the admission. Where the programme has the course, that
 * goes before. Courses of one code are one: it is granted once.
 */
#ifndef CBI_RULES_TARGET_H
#define CBI_RULES_TARGET_H

#include "rules/compile.h"

/* Looks up what the rules that were found grant from catalogues. */
cbank_status cbi_targets_resolve(cbi_compile *compile, cbank_error *err);

/*
 * The course of a grant under a rule set of the question, with its number: a position in the
 * programme, or one behind them. NULL: it gives none, or nobody says what it is.
 */
const Cbank__V1__ProgrammeCourse *cbi_target_find(const cbi_compile *compile, uint32_t ruleset,
                                                  const Cbank__V1__Grant *grant,
                                                  uint32_t *position);

#endif
