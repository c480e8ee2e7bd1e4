/*
 * calls.h - what the library, LMDB and OpenSSL ask of the C library, seen and spoilt from above.
 *
 * A program that links calls.c has its own open, write, fsync, rename, malloc and so on in front
 * of the C library's, for everything it is linked with. A campaign lets the n-th of one kind fail,
 * or watches them all go by.
 */
#ifndef FAULT_CALLS_H
#define FAULT_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef enum calls_kind {
    CALLS_NONE,
    CALLS_OPEN,
    CALLS_WRITE,
    CALLS_PWRITE,
    CALLS_WRITEV,
    CALLS_FSYNC,
    CALLS_FDATASYNC,
    CALLS_RENAME, /* renameat2 and link too */
    CALLS_FTRUNCATE,
    CALLS_MAKE,   /* mkdir, and temporary files and folders */
    CALLS_ALLOC,  /* malloc, calloc, realloc and their like */
    CALLS_RANDOM, /* getrandom and getentropy */
    CALLS_KINDS,
} calls_kind;

typedef enum calls_failure {
    CALLS_EIO,
    CALLS_ENOSPC,
    CALLS_SHORT, /* half of it is written, and that is said */
    /* Of what is written and synced: */
    CALLS_LATE,      /* it is done, and EIO is said */
    CALLS_STOP,      /* the process ends instead */
    CALLS_STOP_LATE, /* it is done, and the process ends */
    CALLS_FAILURES,
} calls_failure;

/* What a process exits with that was stopped. */
#define CALLS_STOPPED 71

const char *calls_kind_name(calls_kind kind);
const char *calls_failure_name(calls_failure failure);

/*
 * Counts calls of this kind from now on, of every thread, and lets the n-th fail, the first being
 * 1; `lasting` also all that follow it. An allocation fails by NULL, whatever the failure.
 */
void calls_spoil(calls_kind kind, calls_failure failure, unsigned n, bool lasting);
/* Lets only writes of so many bytes count, for the failure that is armed next; 0 and 0: any. */
void calls_only(size_t least, size_t most);
/* No more failures; whether there was one. */
bool calls_heal(void);
/* How many calls of the kind there were, since it was spoilt. */
unsigned calls_counted(void);

/* A call that was made and succeeded. */
typedef struct calls_event {
    calls_kind kind;
    int fd;
    int flags;         /* of an open */
    const char *path;  /* opened, made or taken away (CALLS_NONE); what a rename is from */
    const char *to;    /* what a rename is to */
    bool linked;       /* a rename that left the old name */
    const void *data;
    size_t size;
    off_t offset;
} calls_event;

/* Shows every event to `watch`, one at a time, until it is NULL. */
void calls_watch(void (*watch)(const calls_event *event));

#endif
