/* select_part.h - what the parts of a selection share: one question about one record. */
#ifndef CBI_RULES_SELECT_PART_H
#define CBI_RULES_SELECT_PART_H

#include "rules/select.h"

/* Do these conditions hold for this record? */
typedef struct cbi_asking {
    const cbi_reading *reading;
    const cbi_reference *reference; /* NULL: none */
    const Cbank__V1__Conditions *want;
    const cbi_fact *fact;
    cbi_miss *miss;
    bool doubted; /* `miss` is of a condition that cannot be told */
    unsigned at;  /* of the condition at hand */
} cbi_asking;

/* Both: a no is a no, whatever the other is. */
static inline cbi_choice cbi_ask_both(cbi_choice a, cbi_choice b)
{
    return a < b ? a : b;
}

/* The answers, with what is missed. A definite no is told rather than a doubt. */
cbi_choice cbi_ask_refuse(cbi_asking *ask, const char *field, bool absent);
cbi_choice cbi_ask_refuse_range(cbi_asking *ask, const char *field,
                                const Cbank__V1__Range *wanted, int64_t have, bool absent);
cbi_choice cbi_ask_doubt(cbi_asking *ask, const char *field, const Cbank__V1__Range *wanted);

bool cbi_ask_is_one_of(char *const *list, size_t count, const char *value);
/* num / den, which is above 0, held against the range without dividing. */
bool cbi_ask_is_in(const Cbank__V1__Range *range, __int128 num, int64_t den);
/* A level in a framework other than the record's own, as far as crosswalks say. */
bool cbi_ask_level(cbi_asking *ask, const char *framework, cbi_interval *out);

/* Whether the record is among what is listed, and among the account's last. */
cbi_choice cbi_ask_among(cbi_asking *ask);
/* How the record stands beside what the rule grants. */
cbi_choice cbi_ask_target(cbi_asking *ask);

#endif
