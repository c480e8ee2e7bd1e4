/*
 * tail.h - what the stages still to come lose at least, row by row.
 *
 * Prices say what every way loses, and what room that stays empty in a row loses. Along one row the
 * least that the rest of the stages loses is found exactly for every fill of it, by going through
 * them backwards. Rows that share no stage are added up.
 */
#ifndef CBI_RULES_TAIL_H
#define CBI_RULES_TAIL_H

#include "rules/stage.h"

#define CBI_LOSS_MAX (INT64_MAX / 4)
#define CBI_TAILS_MAX 16u

/* Lives in the arena it was built in. */
typedef struct cbi_tail {
    uint32_t slot;
    int64_t grain;
    uint32_t levels;   /* fills of the row in grains, and one more: it cannot be exceeded */
    uint32_t *behind;  /* of each stage: the table that holds behind it */
    int64_t *losses;   /* tables of `levels` numbers; CBI_LOSS_MAX: the row cannot be kept */
} cbi_tail;

/* Of the rows that have a price in `of_slot`; at most CBI_TAILS_MAX. */
cbank_status cbi_tails_build(cbi_arena *arena, const cbi_stages *stages, const int64_t *of_way,
                             const int64_t *of_slot, cbi_tail *out, uint32_t *count,
                             cbank_error *err);

/* `number` raw ones of a slot at `price` for each `grain` of them. */
int64_t cbi_tail_cost(int64_t price, int64_t number, int64_t grain);

#endif
