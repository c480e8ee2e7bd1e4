/*
 * stranger.h - who is shown a transcript: has the bank's directory of the moment and a verdict.
 */
#ifndef CBI_TESTS_BANK_STRANGER_H
#define CBI_TESTS_BANK_STRANGER_H

#include "bank/disclosure.h"
#include "bank/publish.h"
#include "bank/teller.h"
#include "proof/verify.h"

typedef struct stranger {
    cbi_publication publication;
    cbi_directory directory;
    cbi_trust trust;
    cbi_verify_terms terms; /* a minute after the teller's time */
    cbi_disclosure transcript;
    cbi_verdict verdict;
} stranger;

/* All of the teller's learner, for anyone, with evidence. */
cbi_disclosure_terms stranger_asks(const teller *it);

/* Comes with a new directory. */
void stranger_meet(teller *it, stranger *out);
/* Verifies what is in `transcript`. */
cbank_status stranger_judge(stranger *it, cbank_error *err);
void stranger_leave(stranger *it);

/* Comes, is given a transcript, and finds it VALID. */
void stranger_show(teller *it, const cbi_disclosure_terms *terms, stranger *out);
/* What the bank answers where it must not issue one; nothing is handed out. */
cbank_status stranger_refuse(teller *it, const cbi_disclosure_terms *terms, cbank_error *err);

#endif
