/* place.h - where in a text file something stands, for people who have to mend it. */
#ifndef CBI_BASE_PLACE_H
#define CBI_BASE_PLACE_H

#include "base/error.h"

/* Both from 1 on, the column in characters; 0 where it is not known. */
typedef struct cbi_place {
    uint32_t line;
    uint32_t column;
} cbi_place;

/*
 * Fills `err` as cbi_fail does, with "FILE:LINE:COLUMN" as object and the line as `where`. `file`
 * may be a path: its last name is shown.
 */
cbank_status cbi_place_fail(cbank_error *err, cbi_reason reason, const char *file, cbi_place at,
                            const char *detail, ...) __attribute__((format(printf, 5, 6)));

#endif
