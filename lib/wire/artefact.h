/*
 * artefact.h - the container of every file: a serialised envelope, then body parts in order.
 *
 * Reading lends: nothing is copied, and the reader dies with the bytes. The same strictness as
 * message.h: field 1 exactly once and first, then only field 2, shortest lengths. Neither the
 * envelope nor a part may be empty.
 */
#ifndef CBI_WIRE_ARTEFACT_H
#define CBI_WIRE_ARTEFACT_H

#include "base/bytes.h"

typedef struct cbi_artefact_reader {
    cbi_bytes file;
    cbi_bytes envelope;
    size_t body_offset; /* of the first part's field tag */
    size_t offset;      /* of the next part */
} cbi_artefact_reader;

/*
 * Checks limits and the whole container's form before anything is handed out. MALFORMED, or
 * TOO_LARGE.
 */
cbank_status cbi_artefact_open(cbi_bytes file, cbi_artefact_reader *out, cbank_error *err);
/* False at the end. */
bool cbi_artefact_next(cbi_artefact_reader *reader, cbi_bytes *part);
/* Back to the first part. */
void cbi_artefact_rewind(cbi_artefact_reader *reader);

/*
 * Writing appends: the envelope once, then each part. TOO_LARGE past a limit; then nothing is
 * appended.
 */
cbank_status cbi_artefact_write_envelope(cbank_buffer *file, cbi_bytes envelope, cbank_error *err);
cbank_status cbi_artefact_write_part(cbank_buffer *file, cbi_bytes part, cbank_error *err);

#endif
