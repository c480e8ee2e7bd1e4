/*
 * trace.h - what a run has asked of the disk, and what a power loss may make of it.
 *
 * Recording notes every name made, moved and taken away below a folder, every write, every sync,
 * and where the caller was answered. Afterwards a model of the disk is led through the notes, and
 * at any of them the power may go: what a file or a folder was asked since its last sync has then
 * happened, or not, or in part, in any order that a disk may choose.
 *
 * A sector of 512 bytes is whole: as it was before, or after any of the writes to it. A folder has
 * taken up some of its changes, in their order. A file's length is that of what it has taken up, or
 * the whole, with zeros where nothing was written. Whoever wants a name to stay syncs its folder.
 * A write that is synced by itself has come, or not, or the first bytes of it.
 */
#ifndef FAULT_TRACE_H
#define FAULT_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begins to note what is done below `root`, which is empty. */
void trace_begin(const char *root);
/* The caller was answered: `count` is what it may rely on, and never falls. */
void trace_answer(uint64_t count);
void trace_end(void);
/* Forgets the notes, for another run. */
void trace_clear(void);

size_t trace_size(void);

/* Lets data syncs be ignored from now on: to see that it is noticed. */
void trace_ignore_syncs(bool ignored);

/*
 * Makes below `place`, which is empty and as long a name as the root, what the disk may hold when
 * the power goes after the first `size` notes; `seed` chooses. The first call goes to the notes'
 * beginning, later ones never back. Answers what the caller may rely on.
 */
uint64_t trace_lose_power(size_t size, uint64_t seed, const char *place);
/* Stands for all that the last loss has left, and for what the caller relies on. */
uint64_t trace_lost(void);

#endif
