/*
 * chain.h - following an account's entries from its opening to the leaf that the bank signed.
 *
 * Every leaf hash is computed, never taken from the file: statement, digest, entry, leaf, each
 * with the one before it. Merged accounts are followed to the leaf that the merger names.
 */
#ifndef CBI_PROOF_CHAIN_H
#define CBI_PROOF_CHAIN_H

#include "proof/verdict.h"

/*
 * Reads the items of all chains out of the transcript's parts into `verdict`, and checks that each
 * chain joins. BROKEN_CHAIN, BAD_SEMANTICS, MALFORMED, UNSUPPORTED.
 */
cbank_status cbi_chain_read(cbi_hasher *hasher, cbi_verdict *verdict, cbank_error *err);

#endif
