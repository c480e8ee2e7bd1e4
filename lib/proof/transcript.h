/*
 * transcript.h - the form of a transcript: head, parts in order, limits; and who signed it.
 *
 * What it says is checked in verify.h, which nothing may skip.
 */
#ifndef CBI_PROOF_TRANSCRIPT_H
#define CBI_PROOF_TRANSCRIPT_H

#include "proof/directory.h"
#include "proof/file.h"
#include "proof/tree.h"

#include "cbank/v1/transcript.pb-c.h"

#define CBI_TRANSCRIPT_TYPE CBI_ENVELOPE_TYPE("transcript")

typedef struct cbi_transcript {
    cbi_file file; /* lends the bytes */
    const Cbank__V1__TranscriptHead *head;
    cbi_hash root;
    uint32_t items; /* of all chains */
} cbi_transcript;

/* Form and values of the head; checks no signature. MALFORMED, UNSUPPORTED, TOO_LARGE. */
cbank_status cbi_transcript_open(cbi_bytes bytes, cbi_transcript *out, cbank_error *err);
/*
 * Origin, log key and body: with this the bytes are the bank's. UNTRUSTED_KEY, BAD_SIGNATURE,
 * KEY_NOT_VALID. `unconfirmed` as cbi_directory_check_log says.
 */
cbank_status cbi_transcript_check_signature(cbi_hasher *hasher, const cbi_transcript *transcript,
                                            const cbi_directory *directory, bool *unconfirmed,
                                            cbank_error *err);
void cbi_transcript_clear(cbi_transcript *transcript);

/* An item's form: a statement, or a digest with a class that may be withheld. */
cbank_status cbi_transcript_item_check(const Cbank__V1__TranscriptItem *item, uint64_t position,
                                       cbank_error *err);

/* A path of 32-byte hashes out of a message. MALFORMED. */
cbank_status cbi_transcript_path(size_t count, const ProtobufCBinaryData *hashes, cbi_hash *out,
                                 cbank_error *err);

#endif
