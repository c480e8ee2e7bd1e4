/*
 * once.h - what an institution has decided once counts once.
 *
 * A bank keeps what was signed, and could write it again: a reinstatement after a later
 * suspension, a recognition after it was reversed, an enrolment after it has ended. So each of them
 * stands in one statement; but for changes of records that are said again, on the chain of the
 * record, when a merger was undone. Changes of enrolments count their revisions instead.
 */
#ifndef CBI_PROOF_ONCE_H
#define CBI_PROOF_ONCE_H

#include "proof/verdict.h"

/* Once items are parsed and mergers settled. BAD_SEMANTICS (EVIDENCE_DIFFERS). */
cbank_status cbi_once_check(const cbi_verdict *verdict, cbank_error *err);

#endif
