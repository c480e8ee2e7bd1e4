/*
 * bank.h - cbank's side of each measurement, driven through the public face.
 *
 * Whatever fails here ends the process with the reason: a benchmark has nothing to go on with.
 */
#ifndef BENCH_BANK_H
#define BENCH_BANK_H

#include "rows.h"

#include "cbank.h"

#define BANK_PATH_MAX 4096
#define BANK_ACCOUNT_MAX 17

typedef struct bank {
    char path[BANK_PATH_MAX];
    char origin[64];
    cbank_bank *open;
    cbank_key *key; /* of the one institution */
} bank;

/* A new bank in `folder` with one institution; `suite` as in "sha256-ed25519". */
void bank_create(bank *it, const char *folder, const char *suite);
void bank_close(bank *it);
/* Opens it again. */
void bank_open(bank *it);

/* Opens the accounts of the learners from `first` on; their numbers go to `accounts`, if given. */
void bank_welcome(bank *it, uint32_t first, uint32_t count, char (*accounts)[BANK_ACCOUNT_MAX]);

/* A batch file of these records, as an institution signs it; replaces what `out` held. */
void bank_sign(const bank *it, const rows *set, uint64_t from, uint64_t to, cbank_buffer *out);
/* All of it must be deposited anew. */
void bank_deposit(bank *it, const cbank_buffer *batch);
/* A spreadsheet, from text to acknowledged. */
void bank_import(bank *it, const cbank_buffer *sheet);
/* One record, signed here. Safe to call from any thread. */
void bank_issue(bank *it, const char *account, const char *reference);

/* The first `limit` records of an account, as a reply that nobody reads; its size. */
size_t bank_history(bank *it, const char *account, uint32_t limit);
/* The same, read: how many records there are. */
size_t bank_history_count(bank *it, const char *account, uint32_t limit);
void bank_transcript(bank *it, const char *account, bool compact, cbank_buffer *out);
/* Replays everything; entries of the log. */
uint64_t bank_check(bank *it);
uint64_t bank_file_size(const bank *it);

/* Who trusts this bank's directory of now. */
cbank_verifier *bank_verifier(bank *it);
/* The file must be valid. Safe to call from any thread. */
void bank_verify(const cbank_verifier *verifier, const cbank_buffer *file);

#endif
