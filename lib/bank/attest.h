/*
 * attest.h - issuing a claim: planned, signed by the log key, and handed out as a disclosure is.
 *
 * It shows no record and says what they come to. So it rests on a consent that would let the
 * records be shown that count in it, or on a legal basis, and it is handed out only once the
 * learner's second chain says to whom (disclosed.h); it is listed, extended and withdrawn there.
 */
#ifndef CBI_BANK_ATTEST_H
#define CBI_BANK_ATTEST_H

#include "bank/ground.h"
#include "bank/planning.h"
#include "proof/attestation.h"

typedef struct cbi_attest_terms {
    cbi_planning planning; /* the requirement is its programme */
    const char *recipient; /* "": anyone */
    const char *purpose;   /* a word, or "" */
    const char *institution; /* that asked for it, or "" */
    const char *document;
    int64_t now;
    int64_t expires_at; /* 0: CBI_DISCLOSURE_DAYS from now */
    bool show_name;
    bool show_birth;
    cbi_ground_terms ground;
    const cbi_order *order; /* who issues it; its token; `dry_run`: no file, nothing noted */
} cbi_attest_terms;

typedef struct cbi_attested {
    cbank_buffer file;
    char code[16];
    Cbank__V1__ClaimResult result;
    int64_t required_milli;
    int64_t reached_milli;
    char unit[64];
    uint64_t size;
    int64_t expires_at;
    char consent[CBI_DISPLAY_ID_MAX]; /* "" under a legal basis */
    const char *basis;                /* its code, or "" */
} cbi_attested;

/*
 * `out` is {0} before. As cbi_planning_make, cbi_ground_settle and cbi_disclosed_note; STATE if
 * what is to be disclosed was erased.
 */
cbank_status cbi_attest(cbi_bank *bank, const cbi_attest_terms *terms, cbi_attested *out,
                        cbank_error *err);
void cbi_attested_clear(cbi_attested *attested);

/* Which claim of an account is withdrawn, and why. */
typedef struct cbi_attest_end {
    const char *account;
    cbi_bytes file; /* the claim itself; or empty */
    cbi_bytes id;   /* or its id, or the beginning of it */
    const char *reason;
    const char *document;
    int64_t now;
    bool dry_run;
    cbi_bytes token;
} cbi_attest_end;

/*
 * Notes on the second chain that a claim of it counts no more; `id` is whose, `index` where it
 * stands. NOT_FOUND, STATE (withdrawn before), INVALID (another bank's), MALFORMED.
 */
cbank_status cbi_attest_withdraw(cbi_bank *bank, const cbi_attest_end *end, cbi_hash *id,
                                 uint64_t *index, cbank_error *err);

#endif
