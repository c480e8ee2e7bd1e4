/*
 * meaning.h - what the entries of a transcript say together: who signed them, what still holds.
 *
 * After the chains have been read, and the evidence where there is any.
 */
#ifndef CBI_PROOF_MEANING_H
#define CBI_PROOF_MEANING_H

#include "proof/verdict.h"

/*
 * Evidence of each item that names some: membership and signer. With none at hand (count 0) the
 * bank's word is all there is. NOT_INCLUDED, BAD_SEMANTICS, UNTRUSTED_KEY.
 */
cbank_status cbi_meaning_prove(cbi_hasher *hasher, const cbi_trust *trust, cbi_verdict *verdict,
                               const cbi_evidence *evidence, size_t evidence_count,
                               cbank_error *err);

/*
 * Nothing withheld that the terms do not allow, each record and each decision once, each change
 * about the entry it names, what is amended replaced once, states and sums. BAD_SEMANTICS, STATE,
 * TOO_LARGE, UNTRUSTED_KEY (PINNED_KEY_DIFFERS).
 */
cbank_status cbi_meaning_settle(const cbi_trust *trust, cbi_verdict *verdict, cbank_error *err);

/*
 * The earlier entry of this class that an item names by sequence and leaf: of its own chain, or of
 * one that had been merged into it by then. NULL if there is none.
 */
cbi_verdict_item *cbi_meaning_find_touched(cbi_verdict *verdict, const cbi_verdict_item *item,
                                           uint64_t sequence, ProtobufCBinaryData leaf,
                                           Cbank__V1__EntryClass entry_class);

#endif
