/*
 * time.h - dates as given and times in UTC.
 *
 * A date is yyyymmdd with 00 for an unknown day or month; it is never widened or narrowed.
 * A time is Unix seconds. Nothing here asks the clock.
 */
#ifndef CBI_BASE_TIME_H
#define CBI_BASE_TIME_H

#include "base/bytes.h"

#define CBI_DATE_TEXT_MAX 11
#define CBI_TIME_TEXT_MAX 21

/* A day of the Gregorian calendar between 1800 and 2999, or its month or year alone. */
bool cbi_date_is_valid(uint32_t date);
/* "2024-06-30", "2024-06" or "2024". */
bool cbi_date_parse(cbi_bytes text, uint32_t *out);
/* The same forms; "" for 0. */
void cbi_date_format(uint32_t date, char *out);
/* Midnight UTC at which a full date begins. */
int64_t cbi_date_begins(uint32_t date);
/* The first and the last day that a date may mean. */
uint32_t cbi_date_first(uint32_t date);
uint32_t cbi_date_last(uint32_t date);
/* The day before a full date. */
uint32_t cbi_date_before(uint32_t date);
/* The day of a time, UTC. */
uint32_t cbi_date_of(int64_t time);

/* RFC 3339 with a zone: "2026-11-24T08:00:00Z", "…+08:00". Fractions are refused. */
bool cbi_time_parse(cbi_bytes text, int64_t *out);
/* In UTC with 'Z'. */
void cbi_time_format(int64_t time, char *out);

#endif
