/* values.h - dates, times, amounts and digests as people write them, and back. */
#ifndef CBANK_CLI_VALUES_H
#define CBANK_CLI_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VALUE_DATE_MAX 11
#define VALUE_TIME_MAX 21
#define VALUE_MILLI_MAX 24
#define VALUE_HASH 32

/* Each answers false for what is not of the form; `out` is untouched then. */

/* "2024-06-30", "2024-06", "2024" into yyyymmdd with zeros. */
bool value_date(const char *text, uint32_t *out);
/* RFC 3339 with a zone, to the second. */
bool value_time(const char *text, int64_t *out);
/* When something ends: "90d" from `now`, a day (its end, local time), or RFC 3339; after `now`. */
bool value_expiry(const char *text, int64_t now, int64_t *out);
/* "3.5" into 3500: at most three decimals, no sign. */
bool value_milli(const char *text, int64_t *out);
bool value_u64(const char *text, uint64_t *out);
/* Exactly 2 * size hexadecimal digits. */
bool value_hex(const char *text, uint8_t *out, size_t size);
/* One hash in base64 (44 characters, strict); `size` is what the text has. */
bool value_hash(const char *text, size_t size, uint8_t out[VALUE_HASH]);

void value_format_date(uint32_t date, char out[VALUE_DATE_MAX]);
void value_format_time(int64_t time, char out[VALUE_TIME_MAX]);
void value_format_milli(int64_t milli, char out[VALUE_MILLI_MAX]);
/* `out` holds 2 * size + 1. */
void value_format_hex(const uint8_t *data, size_t size, char *out);
/* `out` holds 45. */
void value_format_hash(const uint8_t data[VALUE_HASH], char *out);

#endif
