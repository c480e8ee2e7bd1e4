/*
 * vault.h - what the log must not hold: persons, and the randomness that opens commitments.
 *
 * Everything is sealed, with the bank's origin and the row's key as associated data, so that a row
 * that is moved to another account or record no longer opens (CORRUPT). Deleting a row is what
 * erasing means.
 */
#ifndef CBI_BANK_VAULT_H
#define CBI_BANK_VAULT_H

#include "bank/bank.h"
#include "bank/person.h"
#include "record/account.h"

#include "cbank/api/v1/credit.pb-c.h"
#include "cbank/v1/common.pb-c.h"
#include "cbank/v1/conversion.pb-c.h"

/* Persons, by account. */
cbank_status cbi_vault_put_person(const cbi_bank *bank, cbi_txn *txn, const char *account,
                                  cbi_bytes person, cbank_error *err);
/* Freed with cbi_vault_free_person, which wipes. NOT_FOUND once erased. */
cbank_status cbi_vault_get_person(const cbi_bank *bank, cbi_txn *txn, const char *account,
                                  Cbank__Api__V1__Person **out, cbank_error *err);
void cbi_vault_free_person(Cbank__Api__V1__Person *person);
/* Replaces the row by this message. */
cbank_status cbi_vault_keep_person(const cbi_bank *bank, cbi_txn *txn, const char *account,
                                   const Cbank__Api__V1__Person *person, cbank_error *err);
/* Adds the text of a reason to the account's person. Nothing for "". */
cbank_status cbi_vault_add_note(const cbi_bank *bank, cbi_txn *txn, const char *account,
                                uint64_t index, const cbi_hash *random, const char *text,
                                cbank_error *err);
/* What one document, or one agent, takes of a row at most. */
#define CBI_VAULT_DOCUMENT_MAX 256u
#define CBI_VAULT_AGENT_MAX 1024u
/*
 * Whether the account's row has room for a note (NULL or "": none) and `more` bytes: for a check,
 * so that no write fails for it. TOO_LARGE (VAULT_FULL).
 */
cbank_status cbi_vault_check_room(cbi_txn *txn, const char *account, const char *note, size_t more,
                                  cbank_error *err);
/* Adds somebody who acts for the account's person. */
cbank_status cbi_vault_add_agent(const cbi_bank *bank, cbi_txn *txn, const char *account,
                                 const Cbank__Api__V1__PersonAgent *agent, cbank_error *err);
/* Overwrites what says who it is, of a message that another one owns. */
void cbi_vault_wipe_person(Cbank__Api__V1__Person *person);

/* Openings, by the log index of the statement whose commitment they open. */
cbank_status cbi_vault_seal_opening(const cbi_bank *bank, uint64_t index, const cbi_hash *random,
                                    const char *type, const char *number, cbank_buffer *out,
                                    cbank_error *err);
cbank_status cbi_vault_put_sealed_opening(cbi_txn *txn, uint64_t index, cbi_bytes sealed,
                                          cbank_error *err);
/* Both. */
cbank_status cbi_vault_put_opening(const cbi_bank *bank, cbi_txn *txn, uint64_t index,
                                   const cbi_hash *random, const char *type, const char *number,
                                   cbank_error *err);
cbank_status cbi_vault_get_opening(const cbi_bank *bank, cbi_txn *txn, uint64_t index,
                                   Cbank__V1__Opening **out, cbank_error *err);
/* The same of a row that has been read. */
cbank_status cbi_vault_open_opening(const cbi_bank *bank, uint64_t index, cbi_bytes sealed,
                                    Cbank__V1__Opening **out, cbank_error *err);
void cbi_vault_free_opening(Cbank__V1__Opening *opening);

/* From which file a batch came, by the bank's number of it; a file's name may be a person's. */
cbank_status cbi_vault_put_source(const cbi_bank *bank, cbi_txn *txn, uint64_t batch,
                                  const Cbank__Api__V1__BatchSource *source, cbank_error *err);
cbank_status cbi_vault_drop_source(cbi_txn *txn, uint64_t batch, cbank_error *err);
/* Freed with cbi_message_free. NOT_FOUND where nothing was stated. */
cbank_status cbi_vault_get_source(const cbi_bank *bank, cbi_txn *txn, uint64_t batch,
                                  Cbank__Api__V1__BatchSource **out, cbank_error *err);

/* What the letter of an office outside says (outside.h), by the number of the recognition. */
cbank_status cbi_vault_put_notice(const cbi_bank *bank, cbi_txn *txn, uint64_t number,
                                  const Cbank__V1__OutsideNotice *notice, cbank_error *err);
/* Freed with cbi_message_free. NOT_FOUND once erased. */
cbank_status cbi_vault_get_notice(const cbi_bank *bank, cbi_txn *txn, uint64_t number,
                                  Cbank__V1__OutsideNotice **out, cbank_error *err);

/* Under which key of `identity` a document is looked up: a keyed MAC. */
cbank_status cbi_vault_key(const cbi_bank *bank, const cbi_identity *document, cbi_hash *out,
                           cbank_error *err);
/* The account of a document; of a student number, the one it leads to today (student.h).
 * NOT_FOUND (LEARNER_UNKNOWN). */
cbank_status cbi_vault_find_account(const cbi_bank *bank, cbi_txn *txn,
                                    const cbi_identity *document, cbi_account *out,
                                    cbank_error *err);
/* A student number keeps its other holders. */
cbank_status cbi_vault_put_account(const cbi_bank *bank, cbi_txn *txn,
                                   const cbi_identity *document, const char *account,
                                   cbank_error *err);
/* The document, which led to `from`, leads to `into`. */
cbank_status cbi_vault_move_account(const cbi_bank *bank, cbi_txn *txn,
                                    const cbi_identity *document, const char *from,
                                    const char *into, cbank_error *err);
/* The document, which led to `account`, leads nowhere any more. */
cbank_status cbi_vault_drop_account(const cbi_bank *bank, cbi_txn *txn,
                                    const cbi_identity *document, const char *account,
                                    cbank_error *err);

#endif
