/* stage_part.h - what the parts of stages share while these are built. */
#ifndef CBI_RULES_STAGE_PART_H
#define CBI_RULES_STAGE_PART_H

#include "rules/stage.h"

#define CBI_SLOTS_MAX 256u
#define CBI_FLAGS_MAX 512u
#define CBI_WAYS_MAX (1u << 14)

/* A number that a way adds to a slot. */
typedef struct cbi_add {
    uint32_t slot;
    int64_t by;
} cbi_add;

typedef struct cbi_staging {
    cbi_arena *arena;
    const cbi_bound *bound;
    const cbi_model *model;
    const cbi_problem *problem;
    cbi_stages *stages;
    bool fits;
    uint32_t *slot_of_row;
    uint32_t slot_of_bucket[CBI_BUCKETS_MAX];
    uint32_t *slot_of_residency;
    uint32_t *flag_of_record; /* or CBI_NONE: only one block wants it */
    uint32_t *flag_of_group;
    uint32_t *flag_of_course;
    uint32_t flag_count;
    cbi_add *adds; /* owned */
    uint32_t add_count, add_room;
    uint32_t way_room, place_room;
    cbi_way *ways;    /* owned, until they are copied */
    uint32_t *places; /* owned, the same */
    int64_t *sum;     /* of each slot, for the way at hand; zero between ways */
    uint32_t *touched;
    uint32_t touched_count;
    uint8_t *is_touched;
    cbank_error *err;
} cbi_staging;

/* The steps; each may find that the problem does not suit: `fits`. */
cbank_status cbi_staging_slots(cbi_staging *staging);
cbank_status cbi_staging_flags(cbi_staging *staging);
cbank_status cbi_staging_ways(cbi_staging *staging);

/* The flags that a way raises. */
void cbi_staging_raise(const cbi_staging *staging, const cbi_way *way, uint64_t *flags);

#endif
