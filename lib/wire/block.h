/*
 * block.h - the memory of an unpacked message: mostly one block for all of it, freed as one.
 *
 * A record holds some twenty texts and lists; each asked for on its own would cost more than all
 * that is read. Sanitizers are told what was taken and what was not.
 */
#ifndef CBI_WIRE_BLOCK_H
#define CBI_WIRE_BLOCK_H

#include <stddef.h>

typedef struct cbi_block cbi_block;

/* With room for `size` bytes, more if need be. NULL if there is no memory. */
cbi_block *cbi_block_new(size_t size);
/*
 * Another one in its memory, or elsewhere if that is too little; where it took more than it had,
 * there is as much at once from now on. `block` is gone, whatever this answers; NULL: as the above.
 */
cbi_block *cbi_block_again(cbi_block *block, size_t size);
/* `size` bytes, aligned for anything, not zeroed. NULL if there is no memory. */
void *cbi_block_take(cbi_block *block, size_t size);
/* A copy of the `size` bytes, ended by a zero, aligned for nothing. NULL if there is no memory. */
char *cbi_block_take_text(cbi_block *block, const char *bytes, size_t size);
/* All of it. NULL is a no-op. */
void cbi_block_free(cbi_block *block);

/* The block whose first taken bytes these are, which had room for them. */
cbi_block *cbi_block_of(void *first);

#endif
