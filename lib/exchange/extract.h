/*
 * extract.h - credit records as a spreadsheet of somebody else's columns: what a profile reads,
 * this writes.
 *
 * The columns are the profile's, each under the first of its names, in the profile's order. Cells
 * are what the profile would read back: its own codes, its dates, its words. Nothing is bent to
 * fit: a record that says what the profile takes for granted otherwise (a certificate where every
 * row is a course), or whose result or code the profile does not know, is not written.
 */
#ifndef CBI_EXCHANGE_EXTRACT_H
#define CBI_EXCHANGE_EXTRACT_H

#include "exchange/encoding.h"
#include "exchange/profile.h"

#include "cbank/v1/record.pb-c.h"

/* Whose record it is; "" for what is not known. Borrowed. */
typedef struct cbi_extract_person {
    const char *name;
    const char *id_type;
    const char *id_number;
    const char *student_number;
} cbi_extract_person;

/* UNSUPPORTED (EXTRACT_FORMAT) for a profile without columns, or with many subjects in a row. */
cbank_status cbi_extract_check(const cbi_profile *profile, cbank_error *err);

/* Appends the header, in UTF-8 with a byte order mark or in GB18030. */
cbank_status cbi_extract_begin(const cbi_profile *profile, cbi_encoding encoding,
                               cbank_buffer *out, cbank_error *err);

/*
 * Appends a row. INVALID (EXTRACT_UNFIT), with the field's word as object, for a record that the
 * columns cannot say; nothing is appended then. GB18030 says all that UTF-8 does.
 */
cbank_status cbi_extract_row(const cbi_profile *profile, cbi_encoding encoding,
                             const Cbank__V1__CreditRecord *record,
                             const cbi_extract_person *person, cbank_buffer *out,
                             cbank_error *err);

#endif
