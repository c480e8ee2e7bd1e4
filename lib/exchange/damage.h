/*
 * damage.h - numbers that a spreadsheet program has ruined, and columns full of them.
 *
 * A program that takes an 18-digit number for a quantity keeps 15 to 17 digits of it: it shows
 * 4.40524E+17, saves 440524188001010000, or hands on 440524188001009984, the nearest number that a
 * double holds. By chance one in eleven of these has a good check digit and is somebody else's. So
 * where a column has ruined numbers, every number in it that may be one is not believed either,
 * and where most of them are, nothing in the column is.
 */
#ifndef CBI_EXCHANGE_DAMAGE_H
#define CBI_EXCHANGE_DAMAGE_H

#include "base/bytes.h"

/* What one cell looks like. */
typedef enum cbi_damage_sign {
    CBI_DAMAGE_NONE = 0, /* no number of 16 digits or more, or one that no program has changed */
    CBI_DAMAGE_POSSIBLE = 1, /* a number that could be what is left of another */
    CBI_DAMAGE_CERTAIN = 2,  /* 4.4E+17 */
} cbi_damage_sign;

/* Exact: no floating point. `number` is a cell as it stands. */
cbi_damage_sign cbi_damage_look(cbi_bytes number);

/* One column so far. Begins as {0}. */
typedef struct cbi_damage {
    uint64_t numbers;  /* cells of 16 digits or more, or in scientific notation */
    uint64_t possible; /* of them: could be ruined, and are good otherwise */
    uint64_t ruined;   /* of them: in scientific notation, or could be ruined and are not good */
    uint64_t first;    /* row of the first ruined one */
} cbi_damage;

/*
 * Counts a cell of row `row`; `good` says whether its check digit and date are right. True if it
 * is ruined.
 */
bool cbi_damage_add(cbi_damage *damage, cbi_bytes number, bool good, uint64_t row);
/* Whether the column as a whole is not to be believed. */
bool cbi_damage_is_column(const cbi_damage *damage);

#endif
