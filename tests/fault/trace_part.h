/*
 * trace_part.h - what recording (trace.c) and losing (loss.c) share.
 */
#ifndef FAULT_TRACE_PART_H
#define FAULT_TRACE_PART_H

#include "trace.h"

#define INODES_MAX 64
#define ENTRIES_MAX 16
#define NAME_SIZE 48
#define TRACE_NOBODY (-1)

typedef enum note_kind {
    NOTE_ADD,    /* `inode` under `name` in `folder` */
    NOTE_REMOVE, /* `name` in `folder` */
    NOTE_WRITE,
    NOTE_SYNC,
    NOTE_ANSWER,
} note_kind;

typedef struct note {
    note_kind kind;
    int folder;
    int inode;
    char name[NAME_SIZE];
    char old_name[NAME_SIZE]; /* of an addition that takes away another at the same moment */
    uint8_t *data;
    size_t size;
    uint64_t offset; /* of a write; the count of an answer */
    bool durable;    /* a write that is synced by itself */
    bool only_data;  /* a sync of data */
} note;

typedef struct entry {
    char name[NAME_SIZE];
    int inode;
} entry;

/* A file or a folder: as of its last sync, and the notes since. */
typedef struct inode {
    bool is_folder;
    entry entries[ENTRIES_MAX];
    size_t entry_count;
    uint8_t *data;
    size_t size;
    size_t *pending;
    size_t pending_count;
    size_t pending_room;
} inode;

/* The notes, and what names there are at their end. */
extern char trace_root[256];
extern note *trace_notes;
extern inode trace_live[INODES_MAX];

/* Ends the process: the run did something that is not modelled. */
void trace_give_up(const char *what);
/* realloc that always has memory. */
void *trace_more(void *block, size_t size);
/* What a note does to the names of its folder. */
void trace_rename_in(inode *folder, const note *from);
/* The model begins anew. */
void trace_forget_disk(void);

#endif
