/*
 * holder.h - whose transcript it is: what is disclosed against what was committed to.
 */
#ifndef CBI_PROOF_HOLDER_H
#define CBI_PROOF_HOLDER_H

#include "proof/verdict.h"

/*
 * The disclosed number against the account's commitment, and each opening against its record's,
 * all under that one number. Fills `holder_proven` and the items' `holder_shown`. With no number
 * disclosed nothing is opened. The name is covered by nothing: it is the bank's word. BAD_HOLDER.
 */
cbank_status cbi_holder_check(cbi_hasher *hasher, cbi_verdict *verdict, cbank_error *err);

#endif
