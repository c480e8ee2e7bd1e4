/*
 * scene.h - a bank in a folder of its own, driven through the public face only.
 *
 * Whatever goes wrong in setting the scene fails the test on the spot.
 */
#ifndef SCENE_H
#define SCENE_H

#include "cbank.h"

#include "cbank/api/v1/bank.pb-c.h"
#include "cbank/api/v1/credit.pb-c.h"
#include "cbank/api/v1/institution.pb-c.h"
#include "cbank/api/v1/learner.pb-c.h"
#include "cbank/api/v1/transcript.pb-c.h"

#define SCENE_INSTITUTION "PXU"

typedef struct scene {
    char folder[64]; /* removed at the end */
    char path[96];   /* of the bank */
    char origin[64];
    const char *suite;
    cbank_bank *bank;
    cbank_key *key; /* of the institution */
} scene;

/* Makes the bank, opens it and admits SCENE_INSTITUTION by its own request. */
void scene_begin(scene *stage, const char *suite);
void scene_end(scene *stage);
/* Closes and opens again. */
void scene_reopen(scene *stage);
cbank_key *scene_key(const char *suite);
/* Admits another institution by its own request. */
void scene_admit(scene *stage, const char *code, const cbank_key *key);
/* The institution changes its key to this one. */
void scene_rotate(scene *stage, const cbank_key *next);

/* Opens the account of somebody with this cn-id; the account into 17 bytes. */
void scene_learner(scene *stage, const char *name, const char *number, char *account);

/* Text that is only lent, for the fields of a request. */
char *scene_text(const char *text);

/* Packs a request; the caller clears it. */
cbank_buffer scene_pack(const void *message);
/* Unpacks a reply, which must be what it is said to be; freed with scene_free. */
void *scene_unpack(const ProtobufCMessageDescriptor *type, const cbank_buffer *reply);
void scene_free(void *message);

/* Runs a job to its end: feeds `input`, keeps the output. Closes it. */
cbank_status scene_run(cbank_job *job, const void *input, size_t size, cbank_buffer *output,
                       cbank_buffer *reply, cbank_error *err);

/* A directory of this bank, signed now. */
cbank_buffer scene_directory(scene *stage);

#endif
