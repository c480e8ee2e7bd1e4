/*
 * answer.h - what a bank says to the bank that offered it records, and the receipt that proves it.
 *
 * The answer is hashed; its digest is in a statement on the answering bank's own chain; the receipt
 * shows that statement in the log under the log key. So a bank cannot answer one offer twice
 * without both answers being in its log.
 */
#ifndef CBI_PROOF_ANSWER_H
#define CBI_PROOF_ANSWER_H

#include "proof/directory.h"
#include "record/transfer.h"

#define CBI_TRANSFER_RECEIPT_TYPE CBI_ENVELOPE_TYPE("transfer-receipt")

/* The bytes of an answer, appended; version is filled. INVALID, TOO_LARGE. */
cbank_status cbi_answer_build(Cbank__V1__TransferAnswer *answer, cbank_buffer *out,
                              cbank_error *err);
cbank_status cbi_answer_digest(cbi_hasher *hasher, cbi_bytes answer, cbi_hash *out,
                               cbank_error *err);

/* Signs a receipt; version is filled. Appends the file. */
cbank_status cbi_answer_sign(Cbank__V1__TransferReceipt *receipt, const cbi_private *key,
                             cbank_buffer *file, cbank_error *err);

/* Begin with {0}; end with cbi_answer_clear. */
typedef struct cbi_answer {
    Cbank__V1__TransferReceipt *receipt;
    Cbank__V1__TransferAnswer *message;
    cbi_hash digest; /* of the answer */
} cbi_answer;

/*
 * A receipt file of the bank whose directory this is: log key, inclusion, and that the statement is
 * about the answer. MALFORMED, UNSUPPORTED, BAD_SIGNATURE, KEY_NOT_VALID, NOT_INCLUDED,
 * BAD_SEMANTICS, UNTRUSTED_KEY (another bank's).
 */
cbank_status cbi_answer_open(cbi_hasher *hasher, cbi_bytes file, const cbi_directory *directory,
                             cbi_answer *out, cbank_error *err);
void cbi_answer_clear(cbi_answer *answer);

#endif
