/*
 * mask.h - how much of a cell a message may show: the one rule for it.
 *
 * Of what names a person (identity and student numbers, telephones, numbers of certificates) a
 * third in front, at most six characters, and the last two of eight or more; of a name the first
 * character; of a date of birth the year. The rest are stars, one for each character, so that a
 * missing digit is seen. Anything else is shown, unless it has as many digits in a row as a
 * telephone number: cells slip into the wrong column. Long cells are cut, and what would disturb a
 * terminal becomes '?'.
 */
#ifndef CBI_EXCHANGE_MASK_H
#define CBI_EXCHANGE_MASK_H

#include "exchange/mapping.h"

#define CBI_MASK_CHARACTERS 24u
#define CBI_MASK_SIZE (CBI_MASK_CHARACTERS * 4 + 4) /* bytes of a masked cell with its zero */

/* `field` may be NULL where it is not known. */
void cbi_mask_cell(const cbi_sheet_field *field, cbi_bytes cell, char out[CBI_MASK_SIZE]);

/* Whether the rule keeps any of the cell back, or cuts it. */
bool cbi_mask_hides(const cbi_sheet_field *field, cbi_bytes cell);

/*
 * The cell of a row that a message calls `column` (cbi_assignment_name), as an error's object has
 * it; "" if no field is read from such a column.
 */
void cbi_mask_in_row(const cbi_mapping *mapping, const cbi_grid_row *row, const char *column,
                     char out[CBI_MASK_SIZE]);

#endif
