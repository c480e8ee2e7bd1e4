/*
 * specimen.h - one small valid file of each kind, and who reads it.
 *
 * Small, because tests change every bit of them.
 */
#ifndef CBI_TESTS_PROOF_SPECIMEN_H
#define CBI_TESTS_PROOF_SPECIMEN_H

#include "proof/paper.h"

typedef struct specimens specimens;

typedef struct specimen {
    const char *name;
    cbi_bytes file;
    cbi_bytes other; /* of the same kind, about somebody else */
    const char *payload_type;
    const ProtobufCMessageDescriptor *head_type;
    const cbi_private *signers[2];
    size_t signer_count;
    /* All checks that a reader makes. */
    cbank_status (*read)(const specimens *all, cbi_bytes file);
} specimen;

#define SPECIMENS 8
#define SPECIMEN_STATUS 4

struct specimens {
    world *world;
    world_learner learner;
    world_learner friend;
    cbi_directory directory;
    cbi_hash fingerprint;
    cbi_private *key; /* the one that a request brings */
    specimen items[SPECIMENS];
};

void specimens_begin(specimens *out, cbi_suite suite);
void specimens_end(specimens *all);

#endif
