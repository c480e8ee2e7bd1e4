/*
 * world.h - a bank, an institution and a learner in one folder, driven through the public face.
 *
 * No test framework: these programs fork, are killed and lose their memory on purpose. Whatever a
 * campaign sets out from must work, and `world_must` ends the process where it does not; what is
 * under test answers a status.
 */
#ifndef FAULT_WORLD_H
#define FAULT_WORLD_H

#include "cbank.h"

#define WORLD_INSTITUTION "PXU"

#define WORLD_PATH_MAX 256
#define WORLD_ID_MAX 64
#define WORLD_TOKEN_SIZE 16
#define WORLD_ACCOUNT_MAX 17
/* What a process exits with when world_must has ended it. */
#define WORLD_BROKEN 70

typedef struct world {
    const char *origin;
    char folder[WORLD_PATH_MAX]; /* holds the bank and its guard */
    char path[WORLD_PATH_MAX + 16];
    char account[WORLD_ACCOUNT_MAX]; /* of the one learner */
    cbank_bank *bank;
    cbank_key *key; /* of the institution; lives on over a fork */
    cbank_error err;
} world;

/* Ends the process, with the reason on stderr, unless `status` is OK. */
void world_must(world *it, cbank_status status, const char *what);

/* Where the bank is, without touching it. */
void world_place(world *it, const char *folder);
/* A new bank in `folder`, which exists, with an institution and a learner. Left open. */
void world_create(world *it, const char *folder);
/* The same under another origin, which is lent, and with the key of the first one's institution. */
void world_create_other(world *it, const world *first, const char *folder, const char *origin);
/* Its two halves: the bank alone, which is closed, and all the rest. */
void world_found(world *it, const char *folder);
void world_settle(world *it);
/* Another bank, which stays closed; and a copy of this one, from a backup and under its guard. */
cbank_status world_found_at(world *it, const char *path);
cbank_status world_restore(world *it, const char *file, const char *path);
/* Opens an account for somebody else. */
void world_welcome(world *it, char account[static WORLD_ACCOUNT_MAX]);
cbank_status world_open(world *it);
void world_close(world *it);
/* The log goes on under a new key; closes the bank, and opens it again if all went well. */
cbank_status world_rotate(world *it);
/* Closes the bank and forgets the key. */
void world_end(world *it);

/* The token that a number stands for. */
void world_token(uint64_t number, uint8_t out[WORLD_TOKEN_SIZE]);

/* One credit with this reference; its id. */
cbank_status world_issue(world *it, const char *reference, uint64_t token, char *id);
/* Both keep the account as it was before: each is one commit. */
cbank_status world_freeze(world *it, bool freeze);
/* Closes the account, or opens it again. */
cbank_status world_shut(world *it, bool shut);
/* Deletes for good what the bank knows of a person. */
cbank_status world_erase(world *it, const char *account);
/* Whether nothing of the account is left but that it was. */
cbank_status world_is_erased(world *it, const char *account, bool *out);
/* Runs a job to its end and closes it. `output` and `reply` may hold something after a failure. */
cbank_status world_run(world *it, cbank_job *job, const cbank_buffer *input,
                       cbank_buffer *output, cbank_buffer *reply);
/* A spreadsheet of `rows` rows of the learner, with references that begin with `prefix`. */
cbank_status world_import(world *it, const char *prefix, size_t rows);
/* The same, signed by the institution alone, and the half that the bank does. */
cbank_status world_sign(world *it, const char *prefix, size_t rows, cbank_buffer *file);
cbank_status world_deposit(world *it, const cbank_buffer *file);
cbank_status world_transcript(world *it);
/* The file itself; the buffer is the caller's. */
cbank_status world_write_transcript(world *it, cbank_buffer *file);
/* A verifier who trusts this bank's directory of today. */
cbank_status world_trust(world *it, cbank_verifier **out);
/*
 * What the bank's own directory makes of a transcript for somebody who has seen this checkpoint;
 * `notes` receives how many signed notes prove a fork.
 */
cbank_status world_verify(world *it, const cbank_buffer *file, const cbank_buffer *seen,
                          size_t *notes);
/* Replays everything. CORRUPT with the first finding in `err` if there is one. */
cbank_status world_check(world *it);
cbank_status world_backup(world *it, const char *file);

/* Notes that an office outside recognised the record; and how many the learner has of such. */
cbank_status world_recognise(world *it, const char *id, uint64_t token);
cbank_status world_recognised(world *it, size_t *out);

/* The institution signs that it opens a case of the learner's, and that is entered; how many. */
cbank_status world_sign_case(world *it, cbank_buffer *file);
cbank_status world_hear(world *it, const cbank_buffer *file);
cbank_status world_heard(world *it, size_t *out);

/* Whether the record is held; if not, why. */
cbank_status world_show(world *it, const char *id);
/* How many records the learner has whose reference begins with `prefix`. */
cbank_status world_count(world *it, const char *prefix, size_t *out);
/* All that is told of the learner and of the records, one reply after the other. */
cbank_status world_tell(world *it, cbank_buffer *out);
/* The newest signed checkpoint; the buffer is the caller's. */
cbank_status world_note(world *it, cbank_buffer *out);
/* Whether the log extends a note that was seen; `notes` receives how many prove that not. */
cbank_status world_join(world *it, const cbank_buffer *seen, size_t *notes);
/* How many entries it is signed for. */
cbank_status world_size(world *it, uint64_t *out);

#endif
