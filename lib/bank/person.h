/*
 * person.h - a person as somebody states it, made canonical: documents checked, names composed.
 */
#ifndef CBI_BANK_PERSON_H
#define CBI_BANK_PERSON_H

#include "record/identity.h"
#include "wire/message.h"

#include "cbank/api/v1/learner.pb-c.h"

#define CBI_PERSON_DOCUMENTS_MAX 16u
#define CBI_PERSON_DOCUMENTS_EVER 128u /* of one account, ended ones and those merged into it too */
#define CBI_PERSON_NAMES_MAX 16u
#define CBI_PERSON_BYTES_MAX (16u * 1024) /* as stated: the vault's row has room for what follows */

/* Days on which something held, both inclusive; 0 is not stated. */
typedef struct cbi_period {
    uint32_t from;
    uint32_t until;
} cbi_period;

/* Personal data: end with cbi_person_clear. */
typedef struct cbi_person {
    cbi_identity documents[CBI_PERSON_DOCUMENTS_MAX]; /* the first is who the account is for */
    cbi_period periods[CBI_PERSON_DOCUMENTS_MAX];
    size_t document_count;
    uint32_t on; /* the day of which a student number speaks; 0: today */
    cbank_buffer bytes; /* the Person message with canonical documents and composed names */
    char name[4 * CBI_NAME_CHARACTERS_MAX + 1]; /* the current one; "" if none is stated */
} cbi_person;

/*
 * Checks and makes canonical. Student numbers count as documents of type student/CODE. INVALID:
 * no document, too many, a number or name that is not acceptable, a birth date other than the
 * one in a 公民身份号码.
 */
cbank_status cbi_person_take(const Cbank__Api__V1__Person *stated, cbi_person *out,
                             cbank_error *err);
/* The same without documents, to amend a person by: names and data alone. */
cbank_status cbi_person_take_data(const Cbank__Api__V1__Person *stated, cbi_person *out,
                                  cbank_error *err);
/* The person that one document and a name (may be "") make. */
cbank_status cbi_person_from_opening(const char *type, const char *number, const char *name,
                                     cbi_person *out, cbank_error *err);
/*
 * The same of a document that is canonical already, and without `bytes`: for who is mostly only
 * looked up, as those of a batch are.
 */
cbank_status cbi_person_claimed(const cbi_identity *document, const char *name, cbi_person *out,
                                cbank_error *err);
/* Its bytes, made now if need be; replaces `out`. */
cbank_status cbi_person_pack(const cbi_person *person, cbank_buffer *out, cbank_error *err);
void cbi_person_clear(cbi_person *person);

/* The current name that a Person message holds; "" if none. */
const char *cbi_person_current_name(const Cbank__Api__V1__Person *message);
/* Could both be the same person's name? A name that is not stated contradicts nothing. */
bool cbi_person_names_agree(const char *a, const char *b);

#endif
