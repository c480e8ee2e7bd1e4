/*
 * identity.h - documents that say who somebody is, and their numbers in one canonical form.
 *
 * Types: "cn-id" 公民身份号码 (GB 11643), "cn-residence" 港澳台居民居住证, "cn-permanent"
 * 外国人永久居留身份证 (of 2017 and of 2023), "passport/XXX" with the issuing state (ISO 3166-1
 * alpha-3), "student/CODE" 学号 with the institution. One person's number has one form under one
 * type, because type and number are what a holder commitment covers.
 *
 * Pure: nothing here asks a list of areas in force or the clock. Errors never hold the number.
 */
#ifndef CBI_RECORD_IDENTITY_H
#define CBI_RECORD_IDENTITY_H

#include "base/limits.h"
#include "crypto/digest.h"

#define CBI_DOCUMENT_TYPE_MAX (8 + CBI_INSTITUTION_CODE_MAX) /* "student/" and a code */

typedef enum cbi_document_kind {
    CBI_DOCUMENT_CITIZEN = 1,   /* cn-id */
    CBI_DOCUMENT_RESIDENCE = 2, /* cn-residence */
    CBI_DOCUMENT_PERMANENT = 3, /* cn-permanent */
    CBI_DOCUMENT_PASSPORT = 4,  /* passport/XXX */
    CBI_DOCUMENT_STUDENT = 5,   /* student/CODE */
} cbi_document_kind;

/* GB/T 2261.1; 0 where the number does not say. */
typedef enum cbi_sex {
    CBI_SEX_UNSTATED = 0,
    CBI_SEX_MALE = 1,
    CBI_SEX_FEMALE = 2,
} cbi_sex;

/* Personal data: end with cbi_identity_clear. */
typedef struct cbi_identity {
    cbi_document_kind document;
    char type[CBI_DOCUMENT_TYPE_MAX + 1];
    char number[CBI_NUMBER_MAX + 1]; /* canonical */
    uint32_t born_on;                /* yyyymmdd; 0 where the number does not say */
    cbi_sex sex;
} cbi_identity;

/* INVALID (DOCUMENT_TYPE) for a type that is none of the above. */
cbank_status cbi_document_of(cbi_bytes type, cbi_document_kind *out, cbank_error *err);

/*
 * The canonical form of a number as people type it: width folded, upper case, blanks and hyphens
 * removed (a student number keeps its case and what is inside), a 15-digit cn-id made 18.
 * INVALID with its own reason for: length, characters, check digit, a date of birth that does not
 * exist, an unknown area, a number that a spreadsheet has ruined, a number of another document.
 */
cbank_status cbi_identity_normalise(cbi_bytes type, cbi_bytes number, cbi_identity *out,
                                    cbank_error *err);
void cbi_identity_clear(cbi_identity *identity);

/*
 * The number of 18 characters that a 15-digit cn-id stands for, whose holder was born in 18xx or
 * 19xx (`century` 18 or 19). False unless `old` is 15 digits.
 */
bool cbi_identity_widen(const char *old, unsigned century, char out[19]);

/*
 * For messages: asterisks, and at most the last four characters, fewer of a short number. `out`
 * holds CBI_NUMBER_MAX + 1.
 */
void cbi_identity_mask(const char *number, char *out);

/*
 * The commitment of a record or an account to its holder, of a canonical type and number:
 * H("cbank/v1/holder" | 00 | random 32 | size of type, u32 | type | size of number, u32 | number).
 */
cbank_status cbi_holder_commit(cbi_hasher *hasher, const cbi_hash *random, cbi_bytes type,
                               cbi_bytes number, cbi_hash *out, cbank_error *err);

#endif
