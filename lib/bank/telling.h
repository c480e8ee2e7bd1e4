/*
 * telling.h - what the bank enters of an institution: what it is, what it may do, whom it has
 * handed what, and that it has ended.
 *
 * Each is one act that appends its statements and folds them into the institution's row
 * (record/description.h). Entering without the institution is the bank's word; to let another one
 * sign or answer for it, one that has a key of its own and has not ended has to ask for it itself.
 */
#ifndef CBI_BANK_TELLING_H
#define CBI_BANK_TELLING_H

#include "bank/institution.h"
#include "proof/request.h"

#define CBI_TELLING_SUCCESSIONS_MAX 8

/* About whom, why, and what was asked as bytes, for the token. All borrowed; NULL: not stated. */
typedef struct cbi_notice {
    const char *code;
    const char *reason;
    const char *document;
    cbi_bytes token;
    cbi_bytes asked;
    int64_t now;
} cbi_notice;

/* One without a key. EXISTS, INVALID. */
cbank_status cbi_telling_register(cbi_bank *bank, const cbi_notice *notice,
                                  const Cbank__V1__InstitutionRegistered *body, cbank_error *err);

/* What is stated takes the place of what was said; names hold from a day on. */
typedef struct cbi_new_description {
    Cbank__V1__DatedName **names; /* their days are not stated */
    size_t name_count;
    uint32_t named_from; /* 0: they take the place of those of their language */
    const Cbank__V1__InstitutionDescribed *rest;
} cbi_new_description;
/* NOT_FOUND, INVALID (NAME_ORDER, INSTITUTION_PARENT), TOO_LARGE. */
cbank_status cbi_telling_describe(cbi_bank *bank, const cbi_notice *notice,
                                  const cbi_new_description *description, cbank_error *err);

/* One of them. */
typedef struct cbi_new_grant {
    const Cbank__V1__Scope *scope;
    const Cbank__V1__Licence *licence;
    const Cbank__V1__Delegation *delegation;
    const Cbank__V1__Succession *succession;
} cbi_new_grant;
/* NOT_FOUND, DENIED (GRANT_NEEDS_REQUEST), INVALID, STATE, TOO_LARGE. */
cbank_status cbi_telling_grant(cbi_bank *bank, const cbi_notice *notice,
                               const cbi_new_grant *grant, cbank_error *err);
/*
 * By the institution's own request, which says whose it is. As above, and BAD_SIGNATURE,
 * KEY_NOT_VALID.
 */
cbank_status cbi_telling_take(cbi_bank *bank, const cbi_notice *notice, cbi_bytes file,
                              char code[CBI_INSTITUTION_CODE_MAX + 1], cbank_error *err);
/* NOT_FOUND (GRANT_MISSING), STATE (GRANT_ENDED). */
cbank_status cbi_telling_end_grant(cbi_bank *bank, const cbi_notice *notice,
                                   uint64_t granted_index, uint32_t ended_on, cbank_error *err);

/* It ends: part of another one, or closed. */
typedef struct cbi_new_end {
    uint32_t ended_on;
    uint32_t final_on; /* 0: the same day */
    const char *into;  /* "": closed */
    /* None, of one that is merged: the other one, with all powers. */
    Cbank__V1__Succession **successions;
    size_t succession_count;
} cbi_new_end;
/* NOT_FOUND, STATE, INVALID. */
cbank_status cbi_telling_end(cbi_bank *bank, const cbi_notice *notice, const cbi_new_end *end,
                             cbank_error *err);

#endif
