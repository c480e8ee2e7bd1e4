/*
 * validate.h - whether published data mean something: what a strict parser does not see.
 *
 * References lead somewhere, ids are unique, trees are well formed and not deep, nothing divides by
 * zero or can overflow, and no field stands where it says nothing. Every fault is told, not only
 * the first. Authors see them with the places where they wrote; a bank that reads a stranger's
 * publication takes the first one as its verdict.
 */
#ifndef CBI_RULES_VALIDATE_H
#define CBI_RULES_VALIDATE_H

#include "rules/content.h"
#include "rules/names.h"

/* What may be referred to. */
typedef enum cbi_known_kind {
    CBI_KNOWN_INSTITUTION_GROUPS,
    CBI_KNOWN_ALIASES,
    CBI_KNOWN_RULES,
    CBI_KNOWN_CAPS,
    CBI_KNOWN_BUCKETS,
    CBI_KNOWN_SCALES,
    CBI_KNOWN_FRAMEWORKS,
    CBI_KNOWN_UNITS,
    CBI_KNOWN_CATALOGUES,
    CBI_KNOWN_KINDS,
} cbi_known_kind;

/* Begins as {0}; owns its lists, not the texts. */
typedef struct cbi_known {
    cbi_names names[CBI_KNOWN_KINDS];
    bool open[CBI_KNOWN_KINDS]; /* there may be others: what is not listed cannot be told */
} cbi_known;

bool cbi_known_has(const cbi_known *known, cbi_known_kind kind, cbi_bytes name);
void cbi_known_clear(cbi_known *known);
/*
 * Adds what a publication of units, scales, of a framework or a catalogue defines. Texts are lent
 * from it.
 */
cbank_status cbi_known_add(cbi_known *known, const char *id, const cbi_content *content,
                           cbank_error *err);

/*
 * Validates the content of a publication, sorted. `uses` lists the publications that its head
 * refers to; `known` is what of them is at hand, and gets the names of the content besides.
 * Findings are added; the status is about memory only.
 */
cbank_status cbi_validate(const cbi_content *content, Cbank__V1__PublicationRef *const *uses,
                          size_t use_count, cbi_known *known, cbi_findings *findings,
                          cbank_error *err);

/* ---- shared by the files of this name ------------------------------------------------------ */

/* One item under examination. */
typedef struct cbi_validator {
    cbi_findings *findings;
    const cbi_known *known;
    cbi_spot spot;
    const char *item;    /* its name, for messages */
    cbank_status status; /* OK, or MEMORY */
    cbank_error *err;
} cbi_validator;

/* Adds an error about a field of the item. */
void cbi_complain(cbi_validator *validator, cbi_reason reason, const char *field,
                  const char *detail, ...) __attribute__((format(printf, 4, 5)));
/* The same of a check of record/field.h that failed. */
void cbi_complain_of(cbi_validator *validator, const char *field, const cbank_error *why);

/* 1 to CBI_ID_MAX bytes of clean text without blanks at its ends. */
void cbi_validate_id(cbi_validator *validator, const char *field, const char *id);
void cbi_validate_text(cbi_validator *validator, const char *field, const char *text);
void cbi_validate_titles(cbi_validator *validator, const char *field,
                         Cbank__V1__LangText *const *titles, size_t count);
void cbi_validate_reference(cbi_validator *validator, const char *field, cbi_known_kind kind,
                            const char *name);
/* A full day or 0; two of them in order. */
void cbi_validate_days(cbi_validator *validator, const char *field, uint32_t from, uint32_t until);
/* 0 to CBI_MILLI_MAX, or from 1. */
void cbi_validate_amount(cbi_validator *validator, const char *field, int64_t milli, bool positive);
void cbi_validate_ratio(cbi_validator *validator, const char *field, int64_t num, int64_t den);
/* Bounded on a side, not upside down. NULL is none. */
void cbi_validate_range(cbi_validator *validator, const char *field,
                        const Cbank__V1__Range *range);
/* In byte order, each once, each an id. */
void cbi_validate_list(cbi_validator *validator, const char *field, char *const *list,
                       size_t count, size_t limit);
/* A maximum and what happens beyond it. */
void cbi_validate_over(cbi_validator *validator, const char *field, int64_t max_milli,
                       Cbank__V1__CapOver over);
void cbi_validate_selector(cbi_validator *validator, const char *field,
                           const Cbank__V1__Selector *selector);
void cbi_validate_rule(cbi_validator *validator, const Cbank__V1__Rule *rule);
void cbi_validate_group(cbi_validator *validator, const Cbank__V1__Group *group);
void cbi_validate_cap(cbi_validator *validator, const Cbank__V1__Cap *cap);
void cbi_validate_alias_set(cbi_validator *validator, const Cbank__V1__AliasSet *set);
void cbi_validate_institution_group(cbi_validator *validator,
                                    const Cbank__V1__InstitutionGroup *group);
/* Items of programmes and of reference data; `message` is of the list's type. */
void cbi_validate_programme_item(cbi_validator *validator, unsigned list, const void *message);
void cbi_validate_reference_item(cbi_validator *validator, int kind, unsigned list,
                                 const void *message);

/* Parents and members that lead back to where they began: by name, an item at a time. */
cbank_status cbi_validate_loops(const cbi_content *content, cbi_validator *validator,
                                cbank_error *err);

#endif
