/*
 * reference.h - the scales, frameworks, units and catalogues that a rule set uses: what a number
 * of one is in another, and what is listed.
 *
 * Grades go by one published mapping, levels by one published pair, units by ratios however many.
 * Where none leads, nothing is converted: whoever asks is told so, and does not guess.
 *
 * Built once and then only read, by any number of threads.
 */
#ifndef CBI_RULES_REFERENCE_H
#define CBI_RULES_REFERENCE_H

#include "rules/grade.h"

#include "cbank/v1/publication.pb-c.h"

typedef struct cbi_reference cbi_reference;

cbank_status cbi_reference_new(cbi_reference **out, cbank_error *err);
/* NULL is a no-op. */
void cbi_reference_free(cbi_reference *reference);

/* True for publications that say something here: frameworks, units, scales, catalogues. */
bool cbi_reference_is_one(int kind);
/* Which edition the pages that follow are of; `ref` is copied. */
cbank_status cbi_reference_begin(cbi_reference *reference, const Cbank__V1__PublicationRef *ref,
                                 cbank_error *err);
/* A page of it. MALFORMED as cbi_message_parse. */
cbank_status cbi_reference_add(cbi_reference *reference, cbi_bytes page, cbank_error *err);
/* After the last page. */
cbank_status cbi_reference_finish(cbi_reference *reference, cbank_error *err);

/* The editions that were taken, in the order in which they came. */
size_t cbi_reference_count(const cbi_reference *reference);
const Cbank__V1__PublicationRef *cbi_reference_edition(const cbi_reference *reference, size_t at);

/* How something became something else; everything is borrowed from record and reference. */
typedef struct cbi_step {
    int kind; /* a number of PlanStepKind */
    const char *from, *to;
    int64_t from_milli, to_milli;
    const char *from_label, *to_label;
    Cbank__V1__MappingMethod method;
    Cbank__V1__TieBreak tie_break;
} cbi_step;

/* NULL where it is not known. */
const Cbank__V1__GradeScale *cbi_reference_scale(const cbi_reference *reference, const char *id);
/*
 * The grade in numbers of the scale, which may be its own; false if nothing leads there. `step` is
 * filled where it was converted, and else has no kind.
 */
bool cbi_reference_grade(const cbi_reference *reference, const Cbank__V1__Grade *grade,
                         const char *scale, cbi_interval *out, cbi_step *step);
/* The grade as one of the other scale, whose texts are lent. The same. */
bool cbi_reference_carry(const cbi_reference *reference, const Cbank__V1__Grade *grade,
                         const char *scale, Cbank__V1__Grade *out, cbi_step *step);
/* A level in the other framework: one published pair, or several that say between them. */
bool cbi_reference_level(const cbi_reference *reference, const char *framework,
                         int64_t level_milli, const char *other, cbi_interval *out,
                         cbi_step *step);
/* What an entry is looked for by. NULL: of whatever type, or institution. */
typedef struct cbi_entry_key {
    const char *code;
    const char *type;        /* a word */
    const char *institution; /* whose entry goes before one that is nobody's */
    uint32_t day;
} cbi_entry_key;

bool cbi_reference_has_catalogue(const cbi_reference *reference, const char *id);
/*
 * The entry of a catalogue that holds on the day; of several for one institution the one that
 * began last. NULL: there is none, or, where no institution is asked for, there are several.
 */
const Cbank__V1__CatalogueEntry *cbi_reference_entry(const cbi_reference *reference,
                                                     const char *catalogue,
                                                     const cbi_entry_key *key);
/* One `unit` is num / den of the other; neither is above CBI_RATIO_MAX. */
bool cbi_reference_unit(const cbi_reference *reference, const char *unit, const char *other,
                        int64_t *num, int64_t *den);

#endif
