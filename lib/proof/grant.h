/*
 * grant.h - what a directory says that an institution has handed on, and whose word that is.
 *
 * A delegation or succession that carries a request is the institution's own: signed by the key
 * that was its key where the grant stands, and asking for exactly this. Without one it is the
 * bank's word, as it is where that key is only vouched, or was in other hands by then. A verifier
 * that knows the institution's key from another channel asks this of its word here, too.
 */
#ifndef CBI_PROOF_GRANT_H
#define CBI_PROOF_GRANT_H

#include "proof/evidence.h"
#include "proof/request.h"
#include "record/mandate.h"

/* Each request that an entry carries. BAD_SEMANTICS (REQUEST_DIFFERS), KEY_NOT_VALID. */
cbank_status cbi_grant_check(const cbi_directory *directory,
                             const cbi_directory_institution *institution, cbank_error *err);

/* Does a request ask for exactly what was granted? One of the two is NULL. */
bool cbi_grant_is_asked(const Cbank__V1__RequestHead *head,
                        const Cbank__V1__Delegation *delegation,
                        const Cbank__V1__Succession *succession);

/*
 * A deposit as the directory of version 2 allows it: in the awarder's scope on its day and, where
 * another institution signed, under a grant of the awarder that held when the bank received it.
 * `proven` is lowered to what the grant rests on. BAD_SEMANTICS (AWARD_NOT_ALLOWED) with the
 * finer reason's word; UNTRUSTED_KEY (INSTITUTION_UNKNOWN, PINNED_KEY_DIFFERS).
 */
cbank_status cbi_grant_check_record(const cbi_trust *trust, const cbi_evidence *evidence,
                                    const Cbank__V1__CreditRecord *record, uint64_t sequence,
                                    cbi_proven *proven, cbank_error *err);

/*
 * May the signer of a change, another one than the awarder, speak of this record (`allowed`), and
 * by whose word (`word`)? UNTRUSTED_KEY (PINNED_KEY_DIFFERS).
 */
cbank_status cbi_grant_check_change(const cbi_trust *trust, const cbi_mandate_signer *signer,
                                    const Cbank__V1__CreditRecord *record,
                                    Cbank__V1__ChangeAction action, bool *allowed,
                                    cbi_proven *word, cbank_error *err);

#endif
