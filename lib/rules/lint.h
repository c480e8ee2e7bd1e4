/*
 * lint.h - what is allowed in published data, and hardly means what its author meant.
 *
 * Two texts that differ only in their order have the same findings.
 */
#ifndef CBI_RULES_LINT_H
#define CBI_RULES_LINT_H

#include "base/arena.h"
#include "rules/content.h"

/* Looks at the content of one publication, sorted and valid or not. MEMORY only. */
cbank_status cbi_lint(const Cbank__V1__PublicationHead *head, const cbi_content *content,
                      cbi_findings *findings, cbank_error *err);

/* ---- shared by the files of this name ------------------------------------------------------ */

/*
 * Pairs of rules that can meet the same records: of equal priority, where one of the two is used
 * and nothing says which; or where the one with the smaller number leaves the other nothing.
 * Rules are compared only with those that may ask for the same institution and code.
 */
cbank_status cbi_lint_overlap(const Cbank__V1__PublicationHead *head, const cbi_content *content,
                              cbi_findings *findings, cbank_error *err);
/* Courses that lead to each other in a circle. */
cbank_status cbi_lint_chains(const Cbank__V1__PublicationHead *head, const cbi_content *content,
                             cbi_findings *findings, cbank_error *err);
/* Grade bands, conversions by distribution, ratios of units, minima of programmes. */
cbank_status cbi_lint_scales(const cbi_content *content, cbi_findings *findings,
                             cbank_error *err);
cbank_status cbi_lint_units(const cbi_content *content, cbi_findings *findings, cbank_error *err);
cbank_status cbi_lint_programme(const cbi_content *content, cbi_findings *findings,
                                cbank_error *err);

/* What names with '@' stand for. Begins as {0}; ends with cbi_lint_names_clear. */
typedef struct cbi_lint_names {
    struct cbi_lint_set *groups, *aliases;
    size_t group_count, alias_count;
    cbi_arena memory;
} cbi_lint_names;
cbank_status cbi_lint_names_open(const cbi_content *content, cbi_lint_names *out,
                                 cbank_error *err);
void cbi_lint_names_clear(cbi_lint_names *names);
/*
 * Writes the members of each set into the rule's lists, which lend from `names` and the arena from
 * then on; a set that is unknown, or has too many, stays as it is.
 */
cbank_status cbi_lint_names_write_out(const cbi_lint_names *names, Cbank__V1__Rule *rule,
                                      cbi_arena *arena, cbank_error *err);
/* Of codes that were written out: their text; whether one record may have both; whether `outer` is
 * there wherever `inner` is. */
const char *cbi_lint_code_text(const char *code);
bool cbi_lint_codes_meet(const char *a, const char *b);
bool cbi_lint_code_covers(const char *outer, const char *inner);

/* False only if no record can pass both. */
bool cbi_lint_may_meet(const Cbank__V1__Selector *a, const Cbank__V1__Selector *b);
/* True only if every record that passes `inner` passes `outer`. */
bool cbi_lint_covers(const Cbank__V1__Selector *outer, const Cbank__V1__Selector *inner);

#endif
