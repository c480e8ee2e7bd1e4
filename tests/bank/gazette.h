/*
 * gazette.h - published data made by hand at an authority, honest and otherwise.
 *
 * The authority is the teller's college unless another key and name are given.
 */
#ifndef CBI_TESTS_BANK_GAZETTE_H
#define CBI_TESTS_BANK_GAZETTE_H

#include "bank/rulebook.h"
#include "bank/teller.h"
#include "bank/withdrawal.h"
#include "proof/withdrawal.h"

/* What is not given is as it should be. */
typedef struct gazette_issue {
    const char *id;        /* "pxu/courses" */
    uint32_t edition;      /* 1 */
    const char *authority; /* TELLER_COLLEGE */
    const cbi_private *key;
    uint32_t from; /* 20200101 */
    uint32_t until;
    uint32_t entries; /* 1 */
    size_t filling;   /* of each title: 1 to 1,000 */
    const cbi_edition *uses;
    uint64_t items; /* as many as there are */
    const char *note; /* the title: two issues with other titles are not the same */
} gazette_issue;

/* A catalogue, which needs nothing else. The caller clears the file. */
cbank_buffer gazette_print(teller *it, const gazette_issue *issue);

typedef struct gazette_answer {
    cbank_status status;
    cbank_error err;
    cbi_edition edition; /* once it is published */
    uint32_t chunks;
} gazette_answer;

gazette_answer gazette_publish_file(teller *it, const cbank_buffer *file);
gazette_answer gazette_publish(teller *it, const gazette_issue *issue);

/* Withdraws what stands in `edition` from a day on. */
gazette_answer gazette_withdraw(teller *it, const cbi_edition *edition, const char *authority,
                                const cbi_private *key, uint32_t from);

/* Another authority, on the bank's word; the key that it signs with. */
cbi_private *gazette_vouch(teller *it, const char *code);

/* The college signs with another key from here on. */
void gazette_rotate(teller *it);

#endif
