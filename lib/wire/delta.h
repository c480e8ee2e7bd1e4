/*
 * delta.h - bytes as what they differ in from others that are much like them.
 *
 * A delta is a list of pieces, each a varint and what it takes: (n - 1) << 1 and n bytes, or
 * (n - CBI_DELTA_COPY_MIN) << 1 | 1 and the offset, a varint, of n bytes in the pattern. Several
 * deltas may give the same bytes: whoever stores one must know by other means what they should be.
 */
#ifndef CBI_WIRE_DELTA_H
#define CBI_WIRE_DELTA_H

#include "base/bytes.h"

#define CBI_DELTA_PATTERN_MAX 1024u
#define CBI_DELTA_COPY_MIN 5u
#define CBI_DELTA_PLACES 1024u
#define CBI_DELTA_HINTS 32u

/*
 * What others are likened to, with where its bytes are, and how the last that was likened to it
 * went: the next is mostly the same but for what it says. Set by cbi_delta_set; owns nothing.
 */
typedef struct cbi_delta_pattern {
    struct cbi_delta_hint {
        uint16_t own, offset; /* of its own bytes so many, then what stands there */
    } hints[CBI_DELTA_HINTS];
    size_t hint_count;
    size_t size;
    uint16_t places[CBI_DELTA_PLACES]; /* offset + 1 of four bytes with this digest */
    uint8_t bytes[CBI_DELTA_PATTERN_MAX];
} cbi_delta_pattern;

/* Of at most CBI_DELTA_PATTERN_MAX bytes; what is more is left out. */
void cbi_delta_set(cbi_delta_pattern *pattern, cbi_bytes bytes);

/* The size of the delta that gives `bytes`; 0 if it has no room in `room` bytes. */
size_t cbi_delta_write(cbi_delta_pattern *pattern, cbi_bytes bytes, uint8_t *out,
                       size_t room);
/* False unless the delta gives exactly `size` bytes. Any bytes may stand for pattern and delta. */
bool cbi_delta_read(cbi_bytes pattern, cbi_bytes delta, uint8_t *out, size_t size);

/* What `bytes` have in common with the pattern, in pieces of CBI_DELTA_SHARED_MIN and more. */
#define CBI_DELTA_SHARED_MIN 8u
size_t cbi_delta_shared(const cbi_delta_pattern *pattern, cbi_bytes bytes,
                        uint8_t out[CBI_DELTA_PATTERN_MAX]);

#endif
