/*
 * disclosure.h - issuing a transcript: one account, for one recipient, signed by the log key.
 *
 * Everything is read in one snapshot, as of its checkpoint. The file needs one inclusion proof,
 * that of the account's newest entry; with evidence each batch brings its own. It is handed out
 * only once the learner's second chain says to whom, and on which ground (ground.h).
 */
#ifndef CBI_BANK_DISCLOSURE_H
#define CBI_BANK_DISCLOSURE_H

#include "bank/ground.h"
#include "record/code.h"
#include "record/totals.h"

typedef struct cbi_disclosure_terms {
    const char *account;
    const char *recipient; /* "": anyone */
    const char *purpose;   /* a word, or "" */
    int64_t now;
    int64_t expires_at; /* 0: CBI_DISCLOSURE_DAYS from now */
    char *const *only;  /* display ids of the records to show; none: all */
    size_t only_count;
    bool show_name;
    bool show_number; /* of the document that the account was opened for */
    bool show_birth;
    bool evidence; /* the institutions' signatures travel along */
    cbi_ground_terms ground;
    const cbi_order *order; /* who issues it; NULL: nobody is named */
    bool dry_run;           /* no file, and nothing is noted */
} cbi_disclosure_terms;

typedef struct cbi_disclosure {
    cbank_buffer file;
    cbi_verification code;
    uint32_t items;
    uint32_t shown;
    cbi_totals totals; /* of the shown records that hold */
    uint64_t size;     /* of the log */
    cbi_hash root;
    int64_t expires_at;
    char consent[CBI_DISPLAY_ID_MAX]; /* "" under a legal basis */
    const char *basis;                /* its code, or "" */
} cbi_disclosure;

/*
 * `out` is {0} before. NOT_FOUND, STATE and TOO_LARGE as cbi_selection_make, and STATE if what is
 * to be disclosed was erased; INVALID for a recipient or an expiry; ARGUMENT for a purpose. As
 * cbi_ground_settle and cbi_disclosed_note.
 */
cbank_status cbi_disclosure_issue(cbi_bank *bank, const cbi_disclosure_terms *terms,
                                  cbi_disclosure *out, cbank_error *err);
void cbi_disclosure_clear(cbi_disclosure *disclosure);

#endif
