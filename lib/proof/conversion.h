/*
 * conversion.h - what the conversions and transfers of a transcript say together.
 *
 * After the changes have been matched with their records: who recognised, that the decision is
 * about these very entries, and the fold over all chains (record/usage.h).
 */
#ifndef CBI_PROOF_CONVERSION_H
#define CBI_PROOF_CONVERSION_H

#include "proof/verdict.h"

/* Matches the decisions that are at hand with the statements that name them. BAD_SEMANTICS. */
cbank_status cbi_conversion_prove(cbi_verdict *verdict, cbank_error *err);

/*
 * Fills state, whereabouts and listing of each award and the state of each conversion; lowers what
 * is proven of a record to what set it free again, and of a conversion to its reinstatement. STATE,
 * TOO_LARGE.
 */
cbank_status cbi_conversion_settle(cbi_verdict *verdict, cbank_error *err);

#endif
