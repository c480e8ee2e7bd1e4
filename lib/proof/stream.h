/*
 * stream.h - the container of artefact.h where it may be too large for memory.
 *
 * A bulk is a file as it lies: bytes in memory, then what a spool holds; either may be empty. A
 * stream reads its parts in order through a window, with the same strictness as artefact.h. What it
 * lends dies with its next call, but for the envelope, which lives as long as the stream.
 */
#ifndef CBI_PROOF_STREAM_H
#define CBI_PROOF_STREAM_H

#include "crypto/spool.h"

typedef struct cbi_bulk {
    cbi_bytes head;  /* lent, as is the next */
    cbi_spool *rest; /* or NULL */
} cbi_bulk;

cbi_bulk cbi_bulk_of(cbi_bytes bytes);
cbi_bulk cbi_bulk_of_spool(cbi_spool *spool);
uint64_t cbi_bulk_size(const cbi_bulk *bulk);
/* Copies `size` bytes from `offset` on, which are there. */
cbank_status cbi_bulk_read(const cbi_bulk *bulk, uint64_t offset, size_t size, uint8_t *out,
                             cbank_error *err);

typedef struct cbi_stream {
    cbi_bulk bulk;
    cbi_bytes envelope;
    uint64_t body_offset; /* of the first part's field tag */
    uint64_t offset;      /* of the next part */
    cbank_buffer room;    /* of the envelope */
    cbank_buffer window;
    uint64_t window_offset;
} cbi_stream;

/*
 * Checks limits and the whole container's form before anything is handed out. `out` is {0} before,
 * and cleared with cbi_stream_clear whatever this answers. MALFORMED, TOO_LARGE beyond `limit`.
 */
cbank_status cbi_stream_open(const cbi_bulk *bulk, uint64_t limit, cbi_stream *out,
                             cbank_error *err);
/* The next part; `*any` is false at the end. */
cbank_status cbi_stream_next(cbi_stream *stream, cbi_bytes *part, bool *any, cbank_error *err);
/* Appends a part as it stands in a container. */
cbank_status cbi_stream_add(cbi_bytes part, cbank_buffer *out, cbank_error *err);
void cbi_stream_clear(cbi_stream *stream);

#endif
