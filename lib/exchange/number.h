/*
 * number.h - numbers as workbooks hold them, as a person would read them. Exact: no floating point.
 */
#ifndef CBI_EXCHANGE_NUMBER_H
#define CBI_EXCHANGE_NUMBER_H

#include "base/bytes.h"

#define CBI_NUMBER_TEXT_MAX 64

/*
 * A whole number is handed on digit by digit, however long. Anything else is what a program made of
 * a binary fraction (78.299999999999997), and is rounded to the fifteen digits that it means
 * (78.3), without an exponent where that is short enough. False for what is no number.
 */
bool cbi_number_format(cbi_bytes text, char out[CBI_NUMBER_TEXT_MAX]);

/*
 * The day that a number counts to, as "2024-06-30"; `from_1904` for workbooks that begin then. The
 * fraction, a time of day, is left out. False for what is no day.
 */
bool cbi_number_date(cbi_bytes text, bool from_1904, char out[CBI_NUMBER_TEXT_MAX]);

#endif
