/* chamber.h - a college's chamber, which hears a case of the teller's learner step by step. */
#ifndef CBI_TESTS_BANK_CHAMBER_H
#define CBI_TESTS_BANK_CHAMBER_H

#include "bank/hearing.h"
#include "bank/teller.h"

#define CHAMBER_CASE "2026-17"

/* A step about to be signed; everything in it may be changed before. It must not be moved. */
typedef struct chamber {
    Cbank__V1__CaseStep step;
    Cbank__V1__CaseApplication application;
    Cbank__V1__Code reason;
    Cbank__V1__SupportingDocument document, *evidence[1];
    Cbank__V1__Finding finding;
    Cbank__V1__Decision decision;
    Cbank__V1__PublicNotice notice;
    Cbank__V1__CaseAppeal appeal;
    ProtobufCBinaryData recognition;
    char *records[4];
    uint8_t salt[CBI_SALT_SIZE], digest[CBI_HASH_SIZE];
} chamber;

/* With what its act needs, as the next step of CHAMBER_CASE. */
void chamber_convene(chamber *out, teller *it, Cbank__V1__CaseAct act);
/* The file, signed with this key; the caller clears it. */
cbank_buffer chamber_sign(chamber *it, const cbi_private *key);
/* Signs with the college's key and enters it. */
cbank_status chamber_enter(chamber *it, teller *bank, cbi_heard *out, cbank_error *err);
/* All in one, which must work and lead to this state. */
cbi_heard chamber_moves(teller *it, Cbank__V1__CaseAct act, Cbank__V1__CaseResult result,
                        cbi_case_state state);

#endif
