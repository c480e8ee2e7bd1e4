/*
 * calls.h - the calls that the shared cases make, by name.
 */
#ifndef VECTORS_CALLS_H
#define VECTORS_CALLS_H

#include <cbank.h>
#include <protobuf-c/protobuf-c.h>

/* One call: what goes in, and what comes out. */
typedef struct ask {
    void *handles[2];
    const char *path;
    cbank_buffer request; /* borrowed */
    cbank_buffer reply;   /* cleared by the caller */
    void *made;           /* a handle, or a job */
    cbank_error err;
} ask;

typedef struct call {
    const char *name;
    cbank_status (*make)(ask *it);
    const ProtobufCMessageDescriptor *request; /* NULL: takes none */
    const ProtobufCMessageDescriptor *reply;   /* of the job, if it begins one; NULL: has none */
    bool begins;
} call;

/* NULL if the cases may not make it. */
const call *calls_find(const char *name);

/* By the name that the cases give a handle: bank, key or verifier. */
void calls_close(const char *handle, void *made);

#endif
