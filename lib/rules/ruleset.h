/*
 * ruleset.h - the rules of one rule set, so that those for a record are found among millions.
 *
 * Rules stay packed, each found under the institutions and codes that one of its records must
 * have; only candidates are unpacked. Groups and caps, which are few, are kept as messages.
 *
 * A rule set is built once and then only read, by any number of threads.
 */
#ifndef CBI_RULES_RULESET_H
#define CBI_RULES_RULESET_H

#include "rules/fact.h"
#include "rules/reference.h"

#include "cbank/v1/publication.pb-c.h"
#include "cbank/v1/ruleset.pb-c.h"

typedef struct cbi_ruleset cbi_ruleset;

cbank_status cbi_ruleset_new(cbi_ruleset **out, cbank_error *err);
/* NULL is a no-op. */
void cbi_ruleset_free(cbi_ruleset *ruleset);

/* The bytes of a RuleSetPage. MALFORMED as cbi_message_parse; TOO_LARGE beyond CBI_RULES_MAX. */
cbank_status cbi_ruleset_add(cbi_ruleset *ruleset, cbi_bytes page, cbank_error *err);
/* After the last page, before the first question. */
cbank_status cbi_ruleset_finish(cbi_ruleset *ruleset, cbank_error *err);

/*
 * How days are read, as the head of the publication says; before the first question. Otherwise
 * rules are in force by the day of the application, and days have to be exact.
 */
void cbi_ruleset_date(cbi_ruleset *ruleset, Cbank__V1__DateRule rule,
                      Cbank__V1__PartialDates partial);
/* The same, and which edition it is and the days of its force; the text is copied. */
cbank_status cbi_ruleset_head(cbi_ruleset *ruleset, const Cbank__V1__PublicationHead *head,
                              cbank_error *err);
/*
 * Whether this edition is the one of that day, among all those that a question names: by its own
 * days, and none that is higher has the day too. Where records do not select the edition, it is.
 */
bool cbi_ruleset_speaks(const cbi_ruleset *ruleset, const cbi_ruleset *const *all, uint32_t count,
                        uint32_t day);
Cbank__V1__DateRule cbi_ruleset_date_rule(const cbi_ruleset *ruleset);
Cbank__V1__PartialDates cbi_ruleset_partial_dates(const cbi_ruleset *ruleset);

/* What it uses of scales, frameworks and units: before the first question; it owns them then. */
void cbi_ruleset_refer(cbi_ruleset *ruleset, cbi_reference *reference);
/* NULL: none. */
const cbi_reference *cbi_ruleset_reference(const cbi_ruleset *ruleset);

uint32_t cbi_ruleset_rules(const cbi_ruleset *ruleset);
/* Freed with cbi_message_free. */
cbank_status cbi_ruleset_rule(const cbi_ruleset *ruleset, uint32_t index, Cbank__V1__Rule **out,
                              cbank_error *err);

uint32_t cbi_ruleset_groups(const cbi_ruleset *ruleset);
const Cbank__V1__Group *cbi_ruleset_group(const cbi_ruleset *ruleset, uint32_t index);
uint32_t cbi_ruleset_caps(const cbi_ruleset *ruleset);
const Cbank__V1__Cap *cbi_ruleset_cap(const cbi_ruleset *ruleset, uint32_t index);

/* True if the record's institution is in the group, or its code in the set of aliases. */
bool cbi_ruleset_group_has(const cbi_ruleset *ruleset, const char *group, const cbi_fact *fact);
bool cbi_ruleset_alias_has(const cbi_ruleset *ruleset, const char *set, const cbi_fact *fact);

/* Indices of rules, without order; some may stand there twice. */
typedef struct cbi_candidates {
    uint32_t *items;
    uint32_t count;
    uint32_t room;
} cbi_candidates;

/* Appends every rule of which some record term could select the record, going by institution and
 * code alone. */
cbank_status cbi_ruleset_find(const cbi_ruleset *ruleset, const cbi_fact *fact,
                              cbi_candidates *out, cbank_error *err);

#endif
