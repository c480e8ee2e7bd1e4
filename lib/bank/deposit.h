/*
 * deposit.h - taking a signed batch in: verified, judged whole, written in chunks, receipted.
 *
 *   open     signature by the institution's key of today, body, root
 *   judge    each item against what the bank holds; nothing is written unless all may be, or the
 *            caller keeps going
 *   write    chunk by chunk, each one commit with its six steps; the receipt in the last chunk
 *
 * A deposit that stops between chunks is taken up where it was by depositing the same batch again:
 * the intake row says which item is next. Items of an amendment are never torn apart.
 */
#ifndef CBI_BANK_DEPOSIT_H
#define CBI_BANK_DEPOSIT_H

#include "bank/decided.h"
#include "bank/docket.h"
#include "bank/intake.h"
#include "bank/unit.h"

#include "cbank/api/v1/credit.pb-c.h"

typedef struct cbi_deposit_terms {
    bool open_accounts;
    bool keep_going;
    bool imported;   /* made here from a spreadsheet; nobody has its file */
    int64_t now;     /* at which it is judged */
    cbi_bytes token; /* 16 bytes, or empty: then the batch's id stands for it */
    const Cbank__Api__V1__BatchSource *source; /* what is known of where it came from, or NULL */
    /* Digest of what the caller asked, where a batch is made anew each time it asks; else NULL. */
    const cbi_hash *request;
    cbi_docket *docket; /* of a batch that was made here, or NULL; what it keeps is taken from it */
} cbi_deposit_terms;

typedef struct cbi_deposit {
    cbi_bank *bank;
    cbi_deposit_terms terms;
    cbi_hasher *hasher;
    cbi_batch batch; /* lends the file */
    cbi_public signer;
    cbi_batch_ids ids;
    cbi_deposited *items;
    cbi_hash id;         /* under which the bank has it: another batch's if a token was answered */
    cbi_intake intake;
    cbi_intake earlier;  /* as an earlier run left it */
    uint64_t judged;
    uint64_t judged_size; /* of the log, when judging began */
    uint64_t rejected;
    uint64_t accounts_opened;
    cbi_tally *tally;    /* while it is judged, as is the next */
    /*
     * What was ruled stands without ruling again if no item changes what another one is ruled by,
     * while the store is as it was judged, but for the batch's own chunks; or if others have only
     * added to it (append.h), after a look at what that could have changed (ready.h).
     */
    bool stands;
    uint64_t version; /* of the store (store.h): the earliest that an item was ruled by */
    bool one_version; /* all were ruled by that one */
    cbi_ready *ready;
    uint64_t ready_until; /* the first item that it may lack for want of room */
    uint64_t strangers;  /* persons without an account; known once it is */
    /* The first refusals, for whoever reports them. */
    struct cbi_refusal {
        uint64_t item;
        cbi_outcome outcome;
        cbank_error why;
        char reference[CBI_REFERENCE_MAX + 1]; /* of the record */
    } *refusals;
    size_t refusal_count;
} cbi_deposit;

#define CBI_DEPOSIT_REFUSALS_MAX 1000u

/*
 * Opens a batch file; what it lends is lent until it is cleared. MALFORMED, BAD_SIGNATURE,
 * KEY_NOT_VALID (a key that was replaced), NOT_FOUND (institution), STATE (suspended), INVALID
 * (another bank), CONFLICT (number used). A batch that the bank has received opens with
 * intake.received_at set; one of which it refused nothing, whatever has become of its institution
 * and of the key that signed it.
 */
cbank_status cbi_deposit_open(cbi_bank *bank, const cbi_bulk *file,
                              const cbi_deposit_terms *terms, cbi_deposit *out,
                              cbank_error *err);
void cbi_deposit_clear(cbi_deposit *deposit);

/*
 * Judges about `budget` items; `*more` is false after the last. A refused item is no failure; an
 * item that nobody could accept is: MALFORMED, BAD_HOLDER, INVALID (an amendment torn apart).
 */
cbank_status cbi_deposit_judge(cbi_deposit *deposit, uint32_t budget, bool *more,
                               cbank_error *err);
/* Whether judging has left something to write. */
bool cbi_deposit_may_write(const cbi_deposit *deposit);
/* Writes a chunk; `*more` is false after the receipt. */
cbank_status cbi_deposit_write(cbi_deposit *deposit, int64_t now, bool *more, cbank_error *err);

/* For chunk.h: how items are read and ruled on, without a tally; a refusal to report; and one
 * that stops the whole. */
cbi_judge cbi_deposit_judge_of(const cbi_deposit *deposit);
void cbi_deposit_note_refusal(cbi_deposit *deposit, const cbi_unit *unit, size_t which);
cbank_status cbi_deposit_refuse(uint64_t item, const cbank_error *why, cbank_error *err);

#endif
