/*
 * roster_part.h - what reading a roster and judging one of its rows share.
 */
#ifndef CBI_EXCHANGE_ROSTER_PART_H
#define CBI_EXCHANGE_ROSTER_PART_H

#include "base/limits.h"
#include "exchange/roster.h"

#define CBI_ROSTER_FIELDS 10 /* that a roster may fill */

struct cbi_roster {
    cbi_roster_options options;
    cbi_grid *grid;
    cbi_mapping *mapping;
    cbi_damage damage;
    uint64_t rows;
    cbi_roster_row row;
    char values[CBI_ROSTER_FIELDS]
               [CBI_TEXT_MAX + 1]; /* of the row in hand, by number of the field */
    cbank_buffer composed;         /* the name */

    /* The person that they make. */
    cbi_identity document;
    cbi_identity student;
    Cbank__Api__V1__Person person;
    Cbank__Api__V1__PersonName name, *names[1];
    Cbank__Api__V1__PersonDocument documents[2], *document_list[2];
    Cbank__Api__V1__Contact contacts[2], *contact_list[2];
    Cbank__V1__Code sex;
};

/* Makes a person of the row in hand. INVALID or CONFLICT with the column as object. */
cbank_status cbi_roster_judge(cbi_roster *roster, cbank_error *err);

#endif
