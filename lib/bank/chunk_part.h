/* chunk_part.h - what the act of a chunk is, and what checking and writing its items share. */
#ifndef CBI_BANK_CHUNK_PART_H
#define CBI_BANK_CHUNK_PART_H

#include "bank/chunk.h"

typedef struct cbi_chunk_act {
    cbi_act act;
    cbi_deposit *deposit;
    cbi_intake intake; /* as it will be */
    uint32_t items;
    uint64_t records;
    uint64_t ended;
    bool stands; /* what was ruled (deposit.h), of the items of this chunk */
    bool same;   /* and of all that come next, because nobody has written since */
    uint64_t version;  /* of the store that this chunk makes */
    cbi_awarder last;
} cbi_chunk_act;

/* The items from the intake's next on, whatever has been read before. */
cbank_status cbi_chunk_rewind(const cbi_chunk_act *chunk, cbank_error *err);
/* One past the last item that this chunk may hold, but for a second one of an amendment. */
uint64_t cbi_chunk_end(const cbi_chunk_act *chunk);

/*
 * For the check: whether what was ruled on the items to come still stands (`chunk->stands`), on
 * the same day, because nobody has written since or what others added changes nothing.
 */
cbank_status cbi_chunk_find_standing(cbi_chunk_act *chunk, const cbi_append *append,
                                     cbank_error *err);
/* Writes as many items as there is room for: those that stand as they were ruled on. */
cbank_status cbi_chunk_write_items(cbi_chunk_act *chunk, cbi_append *append, size_t begun,
                                   cbank_error *err);

#endif
