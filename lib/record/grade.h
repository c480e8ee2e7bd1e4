/* grade.h - what a grade may say: only what its kind says it says. */
#ifndef CBI_RECORD_GRADE_H
#define CBI_RECORD_GRADE_H

#include "wire/message.h"

#include "cbank/v1/record.pb-c.h"

/*
 * NULL is no grade. A score is 0 to its maximum, which is stated; a label is text and has no
 * score; an outcome has neither. A score may carry a label, and both an outcome. A grade point
 * names its scale. INVALID otherwise.
 */
cbank_status cbi_grade_check(const Cbank__V1__Grade *grade, cbank_error *err);

#endif
