/* text.h - UTF-8 text: what may be signed, what people type, and hexadecimal and base64. */
#ifndef CBI_BASE_TEXT_H
#define CBI_BASE_TEXT_H

#include "base/bytes.h"

/*
 * True for valid UTF-8 (no surrogate, no overlong form, at most U+10FFFF, no noncharacter)
 * without control characters (C0, DEL, C1, U+2028/9) or bidirectional controls.
 */
bool cbi_text_is_clean(cbi_bytes text);

/* Bytes of the valid UTF-8 with which the text begins, up to the first character that is not. */
size_t cbi_text_valid(cbi_bytes text);

/* Bytes of the first character, or 1 for a byte that is none; whether clean text may hold it. */
size_t cbi_text_first(cbi_bytes text, bool *clean);

/* Characters (code points) of clean text. */
size_t cbi_text_characters(cbi_bytes text);

/* Normal form C; for names. INVALID if not UTF-8. */
cbank_status cbi_text_compose(cbi_bytes text, cbank_buffer *out, cbank_error *err);

/*
 * Form KC (full-width becomes ASCII), outer blanks removed; for numbers and codes that people
 * type. INVALID if not UTF-8.
 */
cbank_status cbi_text_fold_width(cbi_bytes text, cbank_buffer *out, cbank_error *err);

/* Lower-case hexadecimal; `out` holds 2 * size + 1. */
void cbi_hex_encode(cbi_bytes bytes, char *out);
/* Exactly `size` bytes from 2 * size digits of either case. */
bool cbi_hex_decode(cbi_bytes text, uint8_t *out, size_t size);

/* Standard base64 with padding (RFC 4648 section 4), appended. */
cbank_status cbi_base64_encode(cbi_bytes bytes, cbank_buffer *out, cbank_error *err);
/* Strict: no blanks, exact padding, zero trailing bits. False if not so; appends nothing then. */
bool cbi_base64_decode(cbi_bytes text, uint8_t *out, size_t capacity, size_t *out_size);

/* Unsigned decimal without sign, blank or leading zero. */
bool cbi_u64_parse(cbi_bytes text, uint64_t *out);

#endif
