/*
 * stage.h - the blocks of a problem one after the other, with every way to decide each.
 *
 * A way adds whole numbers to slots: to the rows, and to what is counted in buckets and for
 * residencies; and it raises flags, for the records, groups and courses that several blocks want.
 * A stage knows, of each slot that it touches, what the stages behind it can still add. Stages are
 * ordered so that slots are done with early.
 *
 * What is missing is a sum over leaves, the buckets with a minimum of their own below which there
 * is none: each lack goes to its home, the nearest bucket above whose own minimum asks for more
 * than those below it, or the whole programme (CBI_NONE).
 */
#ifndef CBI_RULES_STAGE_H
#define CBI_RULES_STAGE_H

#include "rules/bound.h"

typedef enum cbi_slot_kind {
    CBI_SLOT_ROW,  /* used, of at most `limit` */
    CBI_SLOT_LEAF, /* counted in a bucket that wants `limit` and has no wants below it */
    CBI_SLOT_WANT, /* counted in another bucket, or for a residency, that wants `limit` */
    CBI_SLOT_LACK, /* of the leaves of bucket `of` that can not be filled any more */
} cbi_slot_kind;

typedef struct cbi_slot {
    cbi_slot_kind kind;
    uint32_t of;   /* the row; the want, as in bound.h; the bucket */
    uint32_t home; /* of a leaf or a bucket's want: the slot of the lacks that it adds to */
    uint32_t lack; /* of a bucket's want: the slot of the lacks below it */
    int64_t limit;
    int64_t grain; /* of a row: raw numbers in a unit of its price; 0: its price does not tell */
} cbi_slot;

typedef struct cbi_touch {
    uint32_t slot;
    int64_t most; /* that a way of this stage adds; at least 0 */
    int64_t up;   /* that all later stages together add at the most, and at the least */
    int64_t down;
} cbi_touch;

typedef struct cbi_way {
    uint32_t application; /* CBI_NONE: none of the block */
    cbi_span places;
    cbi_span adds;        /* while it is being built */
    uint32_t numbers;     /* what it adds to each slot that the stage touches, in their order */
    int64_t counted;
    int64_t earned;
    uint32_t records;
} cbi_way;

typedef struct cbi_stage {
    uint32_t block;
    cbi_span ways; /* the first is none; of those for one set of records, canonically */
    cbi_span touches;
    int64_t counted; /* that all later stages together can count */
    int64_t earned;
} cbi_stage;

/* Lives in the arena it was built in. */
typedef struct cbi_stages {
    const cbi_bound *bound;
    const cbi_model *model;
    cbi_slot *slots;
    uint32_t slot_count;
    cbi_stage *stages;
    uint32_t count;
    cbi_way *ways;
    uint32_t way_count;
    cbi_touch *touches;
    uint32_t touch_count;
    uint32_t *places;
    uint32_t place_count;
    int64_t *numbers;
    uint32_t flag_words;
    uint64_t *flags; /* of each way; and, behind them, those that are wanted after each stage */
} cbi_stages;

/* `*fits` is false for a problem of too many ways, or one with caps that cut. */
cbank_status cbi_stages_build(cbi_arena *arena, const cbi_bound *bound, cbi_stages *out,
                              bool *fits, cbank_error *err);

const uint64_t *cbi_stages_flags(const cbi_stages *stages, uint32_t way);
/* Flags that a stage after this one can still raise. */
const uint64_t *cbi_stages_wanted(const cbi_stages *stages, uint32_t stage);

#endif
