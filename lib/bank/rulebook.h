/*
 * rulebook.h - publishing: a signed artefact goes into the bank, page by page.
 *
 *   open     the authority is an admitted institution and signed with its key of today; the id is
 *            its own or free; the edition is the next; what it builds on is here, to the byte; and
 *            what it says means something
 *   write    pages in chunks, each one commit; the statement in the last chunk makes it published
 *
 * What stops between chunks is taken up where it was by publishing the same file again. Another
 * file under the same name clears away first what the one before has left.
 */
#ifndef CBI_BANK_RULEBOOK_H
#define CBI_BANK_RULEBOOK_H

#include "bank/edition.h"

typedef struct cbi_publishing {
    cbi_bank *bank;
    cbi_bytes token; /* 16 bytes, or empty: then the artefact's id stands for it */
    cbi_hasher *hasher;
    cbi_publication publication; /* lends the file */
    cbi_public signer;
    uint32_t next;       /* the first page that is not in the store */
    bool published;      /* it was, before this run or by it */
    cbi_edition edition; /* once it is */
} cbi_publishing;

/*
 * Opens a file, which is lent, and judges it. MALFORMED, BAD_SIGNATURE, KEY_NOT_VALID (a key that
 * was replaced), NOT_FOUND (authority, or what it builds on), STATE (suspended), DENIED (another's
 * id), CONFLICT (edition). An artefact that the bank has already opens as published.
 */
cbank_status cbi_publishing_open(cbi_bank *bank, cbi_bytes file, cbi_bytes token,
                                 cbi_publishing *out, cbank_error *err);
/* Writes a chunk; `*more` is false once it is published. BUSY if others are at it. */
cbank_status cbi_publishing_write(cbi_publishing *publishing, int64_t now, bool *more,
                                  cbank_error *err);
void cbi_publishing_clear(cbi_publishing *publishing);

/*
 * Why an envelope does not verify with the authority's key of today: KEY_NOT_VALID if an earlier
 * one of its keys has signed it, else BAD_SIGNATURE.
 */
cbank_status cbi_publishing_refuse(const cbi_bank *bank, cbi_txn *txn, const char *authority,
                                   const cbi_envelope *envelope, cbank_error *err);

#endif
