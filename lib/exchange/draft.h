/*
 * draft.h - one row of a spreadsheet as a draft of a credit record.
 *
 * The record lacks what signing adds: salt, holder and supersedes. Whom it is for stands beside
 * it. Filling judges cell by cell; nothing is guessed, rounded or moved to another column.
 */
#ifndef CBI_EXCHANGE_DRAFT_H
#define CBI_EXCHANGE_DRAFT_H

#include "crypto/seal.h"
#include "exchange/mapping.h"
#include "exchange/result.h"
#include "record/identity.h"

#include "cbank/v1/record.pb-c.h"

/* Room for all texts of one row: values, units, schemes and the reference. */
#define CBI_DRAFT_TEXT_MAX (CBI_MAPPING_MAX * (CBI_TEXT_MAX + 64))

typedef struct cbi_draft {
    Cbank__V1__CreditRecord record; /* points into the rest; valid until the next fill */
    cbi_identity holder;            /* the document, or else the student number */
    cbi_identity student;           /* the student number; type "" if there is none */
    const char *name;               /* in normal form C; "" if there is none */

    const cbi_mapping *mapping;
    const char *institution;      /* borrowed */
    const char *institution_name; /* borrowed */
    bool partial; /* given: what a row leaves empty is not stated; of no holder */
    char *values[CBI_MAPPING_MAX];
    Cbank__V1__LangText titles[2];
    Cbank__V1__LangText *title_list[2];
    Cbank__V1__Amount amounts[CBI_MAPPING_MAX];
    Cbank__V1__Amount *amount_list[CBI_MAPPING_MAX];
    Cbank__V1__Code codes[CBI_MAPPING_MAX];
    Cbank__V1__Code classes[2]; /* field, major */
    Cbank__V1__Code *class_list[2];
    Cbank__V1__Code year_term;
    cbi_result result;             /* given: what the result column says; kind 0: nothing */
    cbi_attempt_kind attempt_kind; /* given */
    Cbank__V1__Level level;
    Cbank__V1__Level *level_list[1];
    Cbank__V1__Grade grade;
    Cbank__V1__Certificate certificate;
    Cbank__V1__Awarder awarder;
    cbi_identity person;   /* whom the last reference named, */
    cbi_hash person_mac;   /* and by what */
    cbank_buffer composed; /* a name on its way to the text */
    char text[CBI_DRAFT_TEXT_MAX];
    size_t text_size;
} cbi_draft;

/* All is borrowed. The draft is large: let it live on the heap. Ends with cbi_draft_clear. */
void cbi_draft_init(cbi_draft *draft, const cbi_mapping *mapping, const char *institution,
                    const char *institution_name);
/* Wipes. */
void cbi_draft_clear(cbi_draft *draft);

/*
 * Fills the draft from a row of the file that the mapping is bound to. INVALID, with the column's
 * name as object, for the first cell that is not acceptable. The reference stays empty where it
 * is not mapped.
 */
cbank_status cbi_draft_fill(cbi_draft *draft, const cbi_grid_row *row, cbank_error *err);

/* The row's value of a field, "" if there is none. */
const char *cbi_draft_value(const cbi_draft *draft, cbi_sheet_id id);

/*
 * Composes the reference where it is not mapped, by the published rule (README.md): what there is
 * of code, school_year, term, assessed or else awarded, and attempt, then 20 hexadecimal digits
 * of a MAC of the student number, or else of the document, under the institution's secret.
 * INVALID if there is nothing to compose, or if it grows too long. Suite and secret stay the same
 * as long as the draft lives.
 */
cbank_status cbi_draft_compose_reference(cbi_draft *draft, cbi_suite suite,
                                         const cbi_secret *secret, cbank_error *err);

/*
 * What a signer would refuse: the record as a whole, but for what signing adds. INVALID, with the
 * column as object where one filled the field.
 */
cbank_status cbi_draft_check(const cbi_draft *draft, cbank_error *err);

#endif
