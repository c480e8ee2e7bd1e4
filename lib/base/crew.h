/*
 * crew.h - one piece of work done by several threads at once, within one call.
 *
 * The threads begin and end here, so that none outlives the call: there is nothing to stop when a
 * bank is closed, and between two calls a program may fork. Who does what is the work's matter.
 */
#ifndef CBI_BASE_CREW_H
#define CBI_BASE_CREW_H

#include <stdint.h>

#define CBI_CREW_MAX 8u

/* How many threads are worth having, if each is to have `least` of the items: as cores allow. */
unsigned cbi_crew_size(uint64_t items, uint64_t least);

/*
 * Calls `work` with `context` on `size` threads at once, of which this is one; on fewer if there
 * are no more to be had. Returns when all have returned.
 */
void cbi_crew_run(unsigned size, void (*work)(void *context), void *context);

#endif
