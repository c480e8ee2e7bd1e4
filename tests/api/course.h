/*
 * course.h - a passed course as short as may be, for tests that issue it.
 */
#ifndef COURSE_H
#define COURSE_H

#include "scene.h"

/* Points into itself: it stays where it was made. */
typedef struct course {
    Cbank__V1__CreditRecord record;
    Cbank__V1__LangText title, *titles[1];
    Cbank__V1__Amount amount, *amounts[1];
} course;

/* `reference` is lent; `milli` are thousandths of a credit. */
void course_make(course *out, const char *reference, int64_t milli);

#endif
