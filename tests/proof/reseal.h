/*
 * reseal.h - a file taken apart, changed, and signed again by somebody who holds the key.
 *
 * Head and parts are changed in place, and their fields may be pointed elsewhere: they live as
 * long as the world.
 */
#ifndef CBI_TESTS_PROOF_RESEAL_H
#define CBI_TESTS_PROOF_RESEAL_H

#include "proof/world.h"

#define RESEAL_PARTS_MAX 4200

typedef struct reseal {
    world *world;
    const char *payload_type;
    ProtobufCMessage *head;
    ProtobufCMessage *message; /* of the part at hand */
    cbi_bytes parts[RESEAL_PARTS_MAX];
    size_t count;
} reseal;

void reseal_open(reseal *out, world *it, cbi_bytes file, const char *payload_type,
                 const ProtobufCMessageDescriptor *head_type);
/* A part as a message, to change; then put back as it is. */
void *reseal_part(reseal *it, size_t part, const ProtobufCMessageDescriptor *type);
void reseal_put(reseal *it, size_t part);
/* With the body's digest as it is now, whatever else the head says. */
cbi_bytes reseal_close(reseal *it, const cbi_private *const *keys, size_t key_count);

#endif
