/*
 * reader.h - whoever is handed a transcript: the file, a verifier, and what is asked of it.
 */
#ifndef READER_H
#define READER_H

#include "records.h"

/* A transcript of `account` with everything shown, as the request is before it is changed. */
Cbank__Api__V1__TranscriptIssueRequest reader_asks(const char *account);
/* The file that the bank issues; the caller clears it. */
cbank_buffer reader_receive(scene *stage, const Cbank__Api__V1__TranscriptIssueRequest *request);

/* Opens under this directory file and nothing else. */
cbank_verifier *reader_trusting(const cbank_buffer *directory);
/* The same with the bank's directory of the moment. */
cbank_verifier *reader_open(scene *stage);

typedef struct reader_verdict {
    cbank_status status;
    cbank_error err;
    Cbank__Api__V1__VerdictReport *report; /* NULL if none was written */
} reader_verdict;

/* Verifies; the file goes into the request, the rest is the caller's. NULL: accepts anybody's. */
reader_verdict reader_verify(const cbank_verifier *verifier, const cbank_buffer *file,
                             const Cbank__Api__V1__TranscriptVerifyRequest *terms);
void reader_clear(reader_verdict *verdict);

ProtobufCBinaryData reader_data(const cbank_buffer *buffer);

#endif
