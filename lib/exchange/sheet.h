/*
 * sheet.h - what a column of a spreadsheet may fill, as one table.
 *
 * This is the `generic` format's list of fields: the words of --map and --set. What a field fills
 * is data here, so most fields need no code of their own (see draft.c for those that do).
 */
#ifndef CBI_EXCHANGE_SHEET_H
#define CBI_EXCHANGE_SHEET_H

#include "base/bytes.h"

#include "cbank/v1/record.pb-c.h"

typedef enum cbi_sheet_id {
    CBI_SHEET_NAME,
    CBI_SHEET_ID_TYPE,
    CBI_SHEET_ID_NUMBER,
    CBI_SHEET_STUDENT_NUMBER,
    CBI_SHEET_REFERENCE,
    CBI_SHEET_TITLE,
    CBI_SHEET_TITLE_LANG,
    CBI_SHEET_TITLE_EN,
    CBI_SHEET_TYPE,
    CBI_SHEET_CODE,
    CBI_SHEET_CATALOGUE,
    CBI_SHEET_CATEGORY,
    CBI_SHEET_CREDITS,
    CBI_SHEET_HOURS,
    CBI_SHEET_POINTS,
    CBI_SHEET_AMOUNT,
    CBI_SHEET_OUTCOME,
    CBI_SHEET_SCORE,
    CBI_SHEET_SCORE_MAX,
    CBI_SHEET_GRADE,
    CBI_SHEET_SCALE,
    CBI_SHEET_GRADE_POINT,
    CBI_SHEET_POINT_SCALE,
    CBI_SHEET_SCHOOL_YEAR,
    CBI_SHEET_TERM,
    CBI_SHEET_STARTED,
    CBI_SHEET_ENDED,
    CBI_SHEET_ASSESSED,
    CBI_SHEET_AWARDED,
    CBI_SHEET_EXPIRES,
    CBI_SHEET_CERTIFICATE_NUMBER,
    CBI_SHEET_FRAMEWORK,
    CBI_SHEET_LEVEL,
    CBI_SHEET_FIELD,
    CBI_SHEET_ATTEMPT,
    CBI_SHEET_NATURE,
    CBI_SHEET_ASSESSMENT,
    CBI_SHEET_MODE,
    CBI_SHEET_LANGUAGE,
    CBI_SHEET_UNIT,
    CBI_SHEET_OFFERING,
    CBI_SHEET_COUNT_GROUP,
    CBI_SHEET_ROLE,
    CBI_SHEET_RESULT,
    CBI_SHEET_YEAR_TERM,
    CBI_SHEET_EDUCATION_LEVEL,
    CBI_SHEET_EDUCATION_CATEGORY,
    CBI_SHEET_MAJOR,
    CBI_SHEET_ASSURANCE,
    CBI_SHEET_SEX,
    CBI_SHEET_BORN,
    CBI_SHEET_PHONE,
    CBI_SHEET_FAMILY_PHONE,
    CBI_SHEET_FROM,
    CBI_SHEET_UNTIL,
    CBI_SHEET_RECORD,
    CBI_SHEET_PROGRAMME,
    CBI_SHEET_COHORT,
    CBI_SHEET_STAGE,
    CBI_SHEET_STUDY_LEVEL,
    CBI_SHEET_STUDY_FORM,
    CBI_SHEET_STUDY_STATUS,
    CBI_SHEET_PLANNED_END,
    CBI_SHEET_CALENDAR,
    CBI_SHEET_DOCUMENT,
    CBI_SHEET_SINCE,
    CBI_SHEET_CHANGE_KIND,
} cbi_sheet_id;

/* Which kinds of file have a field. */
typedef enum cbi_sheet_use {
    CBI_SHEET_FOR_GRADES = 1,
    CBI_SHEET_FOR_ROSTER = 2,
    CBI_SHEET_FOR_BOTH = 3,
    CBI_SHEET_FOR_AMENDMENTS = 4,
    CBI_SHEET_FOR_ENROLMENTS = 8,
} cbi_sheet_use;

/* How a cell gets into the record. */
typedef enum cbi_sheet_kind {
    CBI_SHEET_BY_HAND,   /* text with code of its own */
    CBI_SHEET_IS_NUMBER, /* a decimal with code of its own */
    CBI_SHEET_IS_TEXT,   /* the string at `offset` */
    CBI_SHEET_IS_DATE,   /* the date at `offset` */
    CBI_SHEET_IS_CODE,   /* the Code at `offset`, of `scheme` */
    CBI_SHEET_IS_AMOUNT, /* one of `amounts`, in the unit `scheme`, or in one that is named */
} cbi_sheet_kind;

typedef struct cbi_sheet_field {
    cbi_sheet_id id;
    const char *word;    /* as in --map WORD=COLUMN */
    const char *chinese; /* for people */
    const char *fills;   /* the field of cbank.v1.CreditRecord, "holder", "record", "enrolment" */
    cbi_sheet_kind kind;
    size_t offset; /* in the CreditRecord */
    const char *scheme;
    unsigned use; /* a sum of cbi_sheet_use */
} cbi_sheet_field;

/* All fields in the order of their ids. */
const cbi_sheet_field *cbi_sheet_fields(size_t *count);
/* NULL for a word that is no field. */
const cbi_sheet_field *cbi_sheet_find(cbi_bytes word);

/* Whether a list may name it: a field's word, or amount:UNIT. */
bool cbi_sheet_is_word(cbi_bytes word, cbi_sheet_use use);

/* "course" or "课程" and so on; false for a word that is no type of outcome. */
bool cbi_sheet_type(cbi_bytes word, Cbank__V1__RecordType *out);
/* "course"; NULL for none. */
const char *cbi_sheet_type_word(Cbank__V1__RecordType type);

/* "document_seen" or "已核原件" and so on; false for a word that is none. */
bool cbi_sheet_assurance(cbi_bytes word, Cbank__V1__Assurance *out);
/* "document_seen"; NULL for none. */
const char *cbi_sheet_assurance_word(Cbank__V1__Assurance assurance);

#endif
